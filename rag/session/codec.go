package session

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
)

// MaxRecordBytes is the size of the largest record.
const MaxRecordBytes = 1 << 20

// format is the one that records are written in. Another is not read.
const format = 1

// stored is a record's JSON. The id is left out: who reads the store cannot go on
// with what he reads.
type stored struct {
	Format int `json:"format"`
	Session
	ID string `json:"session_id,omitempty"` // hides the session's
}

// Encode gives a session as [Record.Data] holds it, without its id.
func Encode(c *Session) ([]byte, error) {
	data, err := json.Marshal(&stored{Format: format, Session: *c})
	if err != nil {
		return nil, fault.Wrap(fmt.Errorf("session: %w", err), fault.Internal, "the conversation cannot be written", nil)
	}
	return data, nil
}

// Decode is the inverse of [Encode]. What is no session that Encode could have
// written, or longer than MaxRecordBytes, is INTERNAL_ERROR around [ErrDamaged].
func Decode(data []byte) (*Session, error) {
	if len(data) > MaxRecordBytes {
		return nil, damaged(fmt.Errorf("it has %d bytes", len(data)))
	}
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, damaged(err)
	}
	if s.Format != format {
		return nil, damaged(fmt.Errorf("it has the format %d", s.Format))
	}
	if err := s.check(); err != nil {
		return nil, damaged(err)
	}
	return &s.Session, nil
}

// check tells what of a session cannot be.
func (c *Session) check() error {
	if c.Begun.IsZero() || c.Used.Before(c.Begun) || c.Fallen < 0 || len(c.Turns) == 0 {
		return fmt.Errorf("begun %v, used %v, %d turns after %d", c.Begun, c.Used, len(c.Turns), c.Fallen)
	}
	for i := range c.Turns {
		t := &c.Turns[i]
		if t.Question == "" || t.Answer == "" || t.At.IsZero() || !utf8.ValidString(t.Question) || !utf8.ValidString(t.Answer) {
			return fmt.Errorf("turn %d is not whole", i)
		}
		for _, cited := range t.Citations {
			if cited.Start < 0 || cited.End-cited.Start != len(cited.Quote) || !utf8.ValidString(cited.Quote) {
				return fmt.Errorf("turn %d cites what it does not quote", i)
			}
		}
	}
	return nil
}

func damaged(err error) error {
	return fault.Wrap(fmt.Errorf("%w: %w", ErrDamaged, err), fault.Internal, "the stored conversation cannot be read", nil)
}
