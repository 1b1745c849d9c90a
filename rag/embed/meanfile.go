package embed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/akshara-go/akshara/observe/fault"
)

// MeanFile is a [MeanKeeper] in a file, on a file system with hard links.
type MeanFile struct {
	path string
}

var _ MeanKeeper = (*MeanFile)(nil)

// NewMeanFile keeps a mean in the file path, whose folder has to exist.
func NewMeanFile(path string) *MeanFile { return &MeanFile{path: path} }

// Load gives the file's content, or nil where there is no file.
func (f *MeanFile) Load(ctx context.Context) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, meanFault("read", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxMeanBytes+1))
	if err != nil {
		return nil, meanFault("read", err)
	}
	return data, nil
}

// Keep writes a file of another name, sees it to the disk, and gives it the right
// name only where that is free: a crash leaves the whole file or none.
func (f *MeanFile) Keep(ctx context.Context, data []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	dir := filepath.Dir(f.path)
	temp, err := os.CreateTemp(dir, filepath.Base(f.path)+".*.tmp")
	if err != nil {
		return nil, meanFault("written", err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(data)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return nil, meanFault("written", err)
	}
	if err := os.Link(temp.Name(), f.path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, meanFault("written", err)
	}
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync() // not every system syncs a folder
		_ = d.Close()
	}
	return f.Load(ctx)
}

func meanFault(what string, err error) error {
	return fault.Wrap(fmt.Errorf("embed: %w", err), fault.Internal, "the mean of the embeddings cannot be "+what, nil)
}
