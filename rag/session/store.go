package session

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// What a [Store] says of a session that another holds. Callers of [Sessions] see
// SERVICE_UNAVAILABLE around ErrLost: the same question may be asked again.
var (
	ErrHeld = errors.New("session: another request holds it")
	ErrLost = errors.New("session: the lease was lost, and another request went on meanwhile")
)

// ErrDamaged is the cause of the INTERNAL_ERROR for a record that cannot be read.
var ErrDamaged = errors.New("session: the record is damaged")

// NotFound gives the error for a session that is not there, or not the asker's: NOT_FOUND.
func NotFound() error {
	return fault.New(fault.NotFound, "there is no such conversation, or it has ended: begin a new one", fault.Details{"field": "session_id"})
}

// Holder tells one request on a session from all others.
type Holder [16]byte

func newHolder() (h Holder) {
	_, _ = rand.Read(h[:]) // it never fails
	return h
}

// String gives the holder as 32 hexadecimal digits.
func (h Holder) String() string { return hex.EncodeToString(h[:]) }

// Record is a session as a store keeps it.
type Record struct {
	Data    []byte        // see [Decode]; at most MaxRecordBytes
	Version int64         // counts the turns of one writer after the other, from 1
	Keep    time.Duration // how long it is to be kept; set when it is stored, 0 when it is read
}

// Store keeps records, and knows who holds each. It may be called concurrently, by
// many processes. Slices are the receiver's own. A record whose time is over is
// not there. Errors carry a code of package fault, except ErrHeld and ErrLost,
// and a context that ends ends a call.
type Store interface {
	// Load gives a record, held or not. One that is not there is [NotFound].
	Load(ctx context.Context, key Key) (*Record, error)

	// Lock takes a session for a holder until lease is over, and gives its record
	// as it is then, which stays at least as long. The same holder's next Lock
	// prolongs its lease. One that another holds is ErrHeld, at once; one that is
	// not there NotFound.
	Lock(ctx context.Context, key Key, holder Holder, lease time.Duration) (*Record, error)

	// Release lets go of what holder holds; nothing is no error. With a record it
	// stores this in the same moment, with the next Version, in the place of the one
	// whose Version it names, 0 for none. If that is not the one there, or another
	// holds the session, nothing changes and the error is ErrLost. A call that was
	// made already, by the same holder for the same Version, changes nothing and is
	// no error, so that it may be sent twice.
	Release(ctx context.Context, key Key, holder Holder, rec *Record) error

	// Delete removes a session, whoever holds it; none is no error.
	Delete(ctx context.Context, key Key) error
}

// Check tells what is wrong with a record that is to be stored: it is
// INVALID_REQUEST without data or time, and PAYLOAD_TOO_LARGE above MaxRecordBytes.
func (r *Record) Check() error {
	switch {
	case len(r.Data) > MaxRecordBytes:
		return fault.New(fault.PayloadTooLarge, fmt.Sprintf("the conversation has %d bytes; at most %d are kept", len(r.Data), MaxRecordBytes),
			fault.Details{"bytes": len(r.Data), "limit": MaxRecordBytes})
	case len(r.Data) == 0 || r.Keep <= 0 || r.Version < 0:
		return fault.New(fault.InvalidRequest, "a conversation is kept with its data, for a time, as a version of it", nil)
	}
	return nil
}
