// Package e5model is multilingual-e5-small as the services of the examples have it: a
// file in the user's cache folder, which get-model puts there and the services
// find, or one that the environment names.
package e5model

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed"
)

// Model is what the file in the cache folder holds.
var Model = rag.EmbedModel{Name: "multilingual-e5-small", Dimensions: 384}

// Path gives where the model is kept for the user: in the folder akshara of
// [os.UserCacheDir]. A user without one is NOT_FOUND.
func Path() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fault.Wrap(err, fault.NotFound, "the user has no cache folder", nil)
	}
	return filepath.Join(dir, "akshara", Model.Name+".model"), nil
}

// there tells whether the file at path is the model, whole. What else stands there
// is to be replaced, but for what cannot be read.
func there(path string) (bool, error) {
	e, err := e5embed.Open(path, nil)
	if _, damaged := errors.AsType[*e5embed.ModelError](err); damaged || errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := e.Close(); err != nil {
		return false, fmt.Errorf("e5model: %w", err)
	}
	return e.Model() == Model, nil
}
