package rag

import (
	"context"
	"fmt"

	"github.com/akshara-go/akshara/observe/fault"
)

// MaxNote is how many bytes a note has at most.
const MaxNote = 1 << 20

// Noter is a Store that keeps notes about a tenant beside its records, such as
// which generation of an index answers (see [LiveIndex]) or the mean of its
// vectors. Names are any text. An empty note is none.
//
// Note gives what is noted under a name, or nil: always what was set last, by
// whichever process. The caller owns the result.
//
// SetNote notes after where before is noted, durably and in one step that nobody
// comes between, and gives what is noted then: after, or what somebody else has
// noted instead of before. A note longer than MaxNote is PAYLOAD_TOO_LARGE.
//
// A tenant may have notes and no records; Delete leaves notes where they are.
type Noter interface {
	Note(ctx context.Context, tenant, name string) ([]byte, error)
	SetNote(ctx context.Context, tenant, name string, before, after []byte) ([]byte, error)
}

// CheckNote refuses a note that no [Noter] keeps.
func CheckNote(note []byte) error {
	if len(note) > MaxNote {
		return fault.New(fault.PayloadTooLarge, fmt.Sprintf("a note has more than %d bytes", MaxNote), fault.Details{"max_bytes": MaxNote})
	}
	return nil
}
