package e5embed

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/akshara-go/akshara/observe/fault"
)

// ModelError says why a file cannot be used as a model: it is damaged, cut off, no
// model at all, or one that this package cannot compute.
type ModelError struct {
	File string // path
	Err  error
}

func (e *ModelError) Error() string { return fmt.Sprintf("e5embed: %s: %v", e.File, e.Err) }

// Unwrap gives what is wrong.
func (e *ModelError) Unwrap() error { return e.Err }

func modelFault(path string, err error) error {
	return fault.Wrap(&ModelError{path, err}, fault.Internal, "the embedding model's file cannot be used", nil)
}

// openFault is for a file that cannot be read at all.
func openFault(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(fmt.Errorf("e5embed: %w", err), fault.NotFound, "the embedding model's file does not exist", nil)
	}
	return fault.Wrap(fmt.Errorf("e5embed: %w", err), fault.ServiceUnavailable, "the embedding model's file cannot be read", nil)
}

// ErrClosed is the cause of every error of an [Embedder] after Close.
var ErrClosed = errors.New("e5embed: the model is closed")

func closedFault() error {
	return fault.Wrap(ErrClosed, fault.ServiceUnavailable, "the embedding model is closed", nil)
}
