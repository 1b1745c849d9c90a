package raghttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/raghttp"
	"github.com/akshara-go/akshara/rag/session"
)

// echo answers with how many messages it was told of, and notes them.
type echo struct {
	mu   sync.Mutex
	told []*rag.Question
}

func (e *echo) Answer(_ context.Context, q *rag.Question) (*rag.Answer, error) {
	if q.Text == "fail" {
		return nil, fault.New(fault.ProcessingFailed, "no", nil)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.told = append(e.told, q)
	return &rag.Answer{Text: "answer to " + q.Text, Language: "en"}, nil
}

func (e *echo) last() *rag.Question {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.told[len(e.told)-1]
}

// conversing is a service that keeps conversations.
func conversing(t *testing.T, store session.Store) (base string, e *echo, sessions *session.Sessions) {
	e, sessions = &echo{}, session.New(store, nil)
	return serve(t, newKit(&raghttp.Service{Answerer: e}, &raghttp.Options{Sessions: sessions, TrustReaders: true})), e, sessions
}

func user(text string) llm.Message      { return llm.Message{Role: llm.User, Content: text} }
func assistant(text string) llm.Message { return llm.Message{Role: llm.Assistant, Content: text} }

func TestAQuestionGoesOnWithItsConversation(t *testing.T) {
	base, e, sessions := conversing(t, session.NewMemory(nil))
	one := ok(t, "POST", base+"/answer", map[string]any{"message": "one"})
	id := one["session_id"].(string)
	require.Regexp(t, uuidV4, id)
	require.Empty(t, e.last().History)
	two := ok(t, "POST", base+"/answer", map[string]any{"message": "two", "session_id": id})
	require.Equal(t, id, two["session_id"])
	require.Equal(t, []llm.Message{user("one"), assistant("answer to one")}, e.last().History)

	names, data := events(t, base+"/answer/stream", `{"message":"three","session_id":"`+id+`"}`)
	require.Equal(t, "done", names[len(names)-1])
	var done struct {
		SessionID string `json:"session_id"`
		MessageID string `json:"message_id"`
	}
	require.NoError(t, json.Unmarshal([]byte(data[len(data)-1]), &done))
	require.Equal(t, id, done.SessionID)
	require.Len(t, e.last().History, 4)
	c, err := sessions.Get(t.Context(), session.Owner{}, id)
	require.NoError(t, err)
	require.Len(t, c.Turns, 3)
	require.Equal(t, done.MessageID, c.Turns[2].ID)

	refusal(t, base, `{"message":"fail","session_id":"`+id+`"}`, 422, fault.ProcessingFailed)
	names, data = events(t, base+"/answer/stream", `{"message":"fail","session_id":"`+id+`"}`)
	require.Equal(t, []string{"error"}, names)
	require.Contains(t, data[0], "PROCESSING_FAILED")
	ok(t, "POST", base+"/answer", map[string]any{"message": "four", "session_id": id})
	require.Len(t, e.last().History, 6, "what failed is no turn")
}

// refusal demands an error of /answer and gives its field.
func refusal(t *testing.T, base, body string, status int, code fault.Code, headers ...string) any {
	t.Helper()
	got, raw := send(t, "POST", base+"/answer", body, headers...)
	require.Equal(t, status, got, string(raw))
	f, err := fault.Decode(raw)
	require.NoError(t, err)
	require.Equal(t, code, f.Code)
	return f.Details["field"]
}

func TestConversationsThatAreNotTheAskers(t *testing.T) {
	base, _, _ := conversing(t, session.NewMemory(nil))
	mine := ok(t, "POST", base+"/answer", map[string]any{"message": "one"}, raghttp.ReadersHeader, "b,a")["session_id"].(string)
	ok(t, "POST", base+"/answer", map[string]any{"message": "two", "session_id": mine}, raghttp.ReadersHeader, "a,b,a")
	body := `{"message":"x","session_id":"` + mine + `"}`
	for _, readers := range []string{"a", "b", "a,b,c", "a%2Cb", "ab", "a%5C%2Cb"} {
		require.Equal(t, "session_id", refusal(t, base, body, 404, fault.NotFound, raghttp.ReadersHeader, readers))
	}
	require.Equal(t, "session_id", refusal(t, base, body, 404, fault.NotFound))
	for _, id := range []string{"x", "00000000-0000-4000-8000-000000000000", " ", strings.Repeat("é", 64)} {
		require.Equal(t, "session_id", refusal(t, base, `{"message":"x","session_id":"`+id+`"}`, 404, fault.NotFound))
	}
	refusal(t, base, `{"message":"x","session_id":"`+strings.Repeat("x", 65)+`"}`, 400, fault.InvalidRequest)
	refusal(t, base, `{"message":"x","session_id":7}`, 400, fault.InvalidRequest)
	names, data := events(t, base+"/answer/stream", `{"message":"x","session_id":"x"}`)
	require.Equal(t, []string{"error"}, names)
	require.Contains(t, data[0], `"field":"session_id"`)
}

// Users who may read the same have conversations of their own.
func TestConversationsOfAnotherUser(t *testing.T) {
	kit := httpkit.New(&httpkit.Options{Askers: true})
	raghttp.Register(kit, &raghttp.Service{Answerer: &echo{}}, &raghttp.Options{Sessions: session.New(session.NewMemory(nil), nil), TrustReaders: true})
	base := serve(t, kit)
	asks := func(user, readers string, body map[string]any) (int, map[string]any) {
		status, raw := send(t, "POST", base+"/answer", body, raghttp.ReadersHeader, readers, "Baggage", "user.id="+user)
		var out map[string]any
		require.NoError(t, json.Unmarshal(raw, &out))
		return status, out
	}
	_, one := asks("asha", "staff", map[string]any{"message": "one"})
	next := map[string]any{"message": "two", "session_id": one["session_id"]}
	status, _ := asks("asha", "staff", next)
	require.Equal(t, 200, status)
	for _, other := range [][2]string{{"binod", "staff"}, {"", "staff"}, {"", "asha,staff"}, {"asha", "asha"}, {"asha%2Cstaff", "x"}} {
		status, _ = asks(other[0], other[1], next)
		require.Equal(t, 404, status, "%v", other)
	}
}

// A caller who keeps the conversation himself has it understood, and nothing kept.
func TestACallersOwnConversation(t *testing.T) {
	base, e, sessions := conversing(t, session.NewMemory(nil))
	given := ok(t, "POST", base+"/answer", `{"message":"x","session_id":"mine","chat_history":[{"role":"user","content":"one"},{"role":"system","content":"two"}]}`)
	require.Equal(t, "mine", given["session_id"])
	require.Equal(t, []llm.Message{user("one"), {Role: llm.System, Content: "two"}}, e.last().History)
	made := ok(t, "POST", base+"/answer", `{"message":"x","chat_history":[]}`)["session_id"].(string)
	require.Regexp(t, uuidV4, made)
	_, err := sessions.Get(t.Context(), session.Owner{}, made)
	require.Equal(t, fault.NotFound, fault.CodeOf(err))

	c := newClient(t, base)
	history := []llm.Message{{Role: llm.System, Content: "सार"}, user("one"), assistant("two")}
	_, err = c.Answer(t.Context(), &rag.Question{Text: "three", History: history})
	require.NoError(t, err)
	require.Equal(t, history, e.last().History)
	for _, err := range c.Stream(t.Context(), &rag.Question{Text: "three", History: history}) {
		require.NoError(t, err)
	}
	require.Equal(t, history, e.last().History)
	for _, bad := range [][]llm.Message{{user("\xff")}, {user("\x00")}, {{Role: "stranger", Content: "x"}}, make([]llm.Message, 1002), {user(strings.Repeat("x", 65<<10))}} {
		_, err = c.Answer(t.Context(), &rag.Question{Text: "three", History: bad})
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), "%v", err)
	}
	for _, bad := range []string{`7`, `[7]`, `[{"role":"user"}]`, `[{"role":"stranger","content":"x"}]`} {
		refusal(t, base, `{"message":"x","chat_history":`+bad+`}`, 400, fault.InvalidRequest)
	}
}

// A client's questions make no conversations in the service.
func TestAClientsQuestionsBeginNoConversation(t *testing.T) {
	var body struct {
		ChatHistory *[]any `json:"chat_history"`
	}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = json.NewDecoder(r.Body).Decode(&body)
	}))
	t.Cleanup(server.Close)
	_, _ = newClient(t, server.URL).Answer(t.Context(), &rag.Question{Text: "x"})
	require.NotNil(t, body.ChatHistory)
	require.Empty(t, *body.ChatHistory)
}

// away is a store that cannot be reached.
type away struct{ session.Store }

var errAway = fault.Wrap(errors.New("dial tcp 10.0.0.7: refused"), fault.ServiceUnavailable, "the conversations cannot be reached", nil)

func (away) Lock(context.Context, session.Key, session.Holder, time.Duration) (*session.Record, error) {
	return nil, errAway
}

func (away) Release(context.Context, session.Key, session.Holder, *session.Record) error {
	return errAway
}

// A first question needs no conversation: it is answered, and begins none. One that
// goes on with a conversation is not answered without it.
func TestAStoreThatIsAwayCostsNoFirstAnswer(t *testing.T) {
	base, e, _ := conversing(t, away{})
	got := ok(t, "POST", base+"/answer", map[string]any{"message": "one"})
	require.Equal(t, "answer to one", got["answer"])
	require.Empty(t, got["session_id"], "nothing that the next question could go on with")
	refusal(t, base, `{"message":"fail"}`, 422, fault.ProcessingFailed)
	_, raw := send(t, "POST", base+"/answer", `{"message":"two","session_id":"x"}`)
	require.NotContains(t, string(raw), "10.0.0.7")
	refusal(t, base, `{"message":"two","session_id":"x"}`, 503, fault.ServiceUnavailable)
	require.Len(t, e.told, 1)
}
