package localstore

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/akshara-go/akshara/observe/fault"
)

// CorruptError says that a file of the store is damaged, and where. Nothing is
// repaired and nothing is changed on disk: restore the file or the directory
// from a copy.
type CorruptError struct {
	File   string // path
	Offset int64  // of the first byte that does not make sense
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("localstore: %s is damaged at byte %d: %s", e.File, e.Offset, e.Reason)
}

// InUseError says that another process, or another Store of this one, has the directory open.
type InUseError struct{ Dir string }

func (e *InUseError) Error() string {
	return fmt.Sprintf("localstore: %s is in use by another process", e.Dir)
}

// WriteError says that a change could not be made durable: a full disk, a
// read-only directory, a failing device. The change is not in the store; what
// was acknowledged before is, and can be searched.
type WriteError struct {
	File string
	Err  error
	// Reopen is set when the file's state is unknown: the store refuses
	// further changes until it is opened again.
	Reopen bool
}

func (e *WriteError) Error() string {
	if e.Reopen {
		return fmt.Sprintf("localstore: cannot write %s, which has to be opened again: %v", e.File, e.Err)
	}
	return fmt.Sprintf("localstore: cannot write %s: %v", e.File, e.Err)
}

// Unwrap gives the operating system's error.
func (e *WriteError) Unwrap() error { return e.Err }

// ErrClosed is the cause of every error of a store after Close.
var ErrClosed = errors.New("localstore: the store is closed")

func closedFault() error {
	return fault.Wrap(ErrClosed, fault.ServiceUnavailable, "the index is closed", nil)
}

func writeFault(e *WriteError) error {
	message := "the index cannot be written"
	switch {
	case errors.Is(e.Err, syscall.ENOSPC):
		message = "the index cannot be written: the disk is full"
	case isReadOnly(e.Err):
		message = "the index cannot be written: its directory is read-only"
	}
	return fault.Wrap(e, fault.ServiceUnavailable, message, nil)
}

func isReadOnly(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

func corruptFault(e *CorruptError) error {
	return fault.Wrap(e, fault.Internal, "the index is damaged", nil)
}
