// Package session keeps conversations: what was asked and answered before, so that
// the next question can lean on it ("और उसकी ऊँचाई?"), in this process or in
// whichever of many serves the next request.
//
//	sessions := session.New(session.NewMemory(nil), nil)
//	c, err := sessions.Do(ctx, session.Owner{User: "asha"}, id, func(ctx context.Context, c *session.Session) (*session.Turn, error) {
//		answer, err := engine.Answer(ctx, &rag.Question{Text: text, History: sessions.History(c)})
//		if err != nil {
//			return nil, err
//		}
//		return session.TurnOf(text, answer), nil
//	})
//
// An empty id begins a conversation; c.ID then names it. rag/understand.Answerer is
// what completes questions from their History, and rag/raghttp has all of this in
// its /answer.
//
// # One at a time
//
// Requests on one session go one after the other, also in different processes: each
// holds a lease while it answers, which is renewed, and which ends by itself some
// seconds after its process has died. Whoever waits does so until its context ends.
// A turn is stored whole, with its answer and citations, or not at all; one whose
// lease was lost to another that wrote meanwhile is refused ([ErrLost]), and what
// was stored stays.
//
// # Whose it is
//
// An id is a UUID (version 4) of 122 random bits. A session is found by its id and
// its owner together: somebody else's, one that has ended and one that never was
// are the same NOT_FOUND. Stores keep a hash of both, and not the id. What was asked
// and answered they keep as it was said, with whatever it tells of people.
//
// # What falls out
//
// A session ends when nobody used it for a while ([Options.Idle]) or when it is
// old ([Options.MaxAge]). It holds at most [Options.MaxTurns] turns and about
// [Options.MaxTokens] tokens. When a turn goes beyond that, the oldest are taken
// out until three quarters of both limits are left, and what they were about stays
// as a summary: a model writes it, or else it lists the words of their questions.
package session

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/translate/lang"
)

// Session is a conversation as it is at one moment. It is the caller's own copy.
type Session struct {
	ID      string    `json:"session_id"`
	Begun   time.Time `json:"begun"`
	Used    time.Time `json:"used"`              // when its last turn was stored
	Turns   []Turn    `json:"turns"`             // the oldest first
	Summary string    `json:"summary,omitempty"` // of the turns that fell out, in the language of the last of them
	Fallen  int       `json:"fallen,omitempty"`  // how many these are
}

// Turn is a question with its answer.
type Turn struct {
	ID        string         `json:"message_id,omitempty"`
	At        time.Time      `json:"at"` // set when it is stored
	Question  string         `json:"question"`
	Answer    string         `json:"answer"` // of a refusal: its text
	Language  lang.Code      `json:"language"`
	Refused   bool           `json:"refused,omitempty"`
	Citations []rag.Citation `json:"citations,omitempty"` // of all its claims, in their order
}

// TurnOf makes a turn of a question, as its asker put it, and the answer to it.
func TurnOf(question string, a *rag.Answer) *Turn {
	t := &Turn{Question: question, Answer: a.Text, Language: a.Language, Refused: a.Refusal != nil}
	for i := range a.Claims {
		t.Citations = append(t.Citations, a.Claims[i].Citations...)
	}
	return t
}

// Owner says whose a session is. The zero value is everybody who knows its id.
type Owner struct {
	Tenant string
	User   string
}

// Key is what a store finds a session by: the first half of the SHA-256 of its
// owner and its id.
type Key [16]byte

// KeyOf gives the key of a session.
func KeyOf(owner Owner, id string) Key {
	var b []byte
	for _, part := range []string{owner.Tenant, owner.User, id} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	sum := sha256.Sum256(b)
	return Key(sum[:16])
}

// String gives the key as 32 hexadecimal digits.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// newID gives a UUID of version 4 (RFC 9562).
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
