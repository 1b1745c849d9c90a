package e5test

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/fault"
)

// valueSize is the length of what embed.Cache keeps of a vector: a sum and the components.
const valueSize = 16 + 4*Dimensions

// entrySize is the length of an entry in the file: the hash of its key and the value.
const entrySize = sha256.Size + valueSize

// vectors is a [cache.Cache] in a file that only grows, held in memory too.
// Several processes may append to it: an entry is one write. One that was left
// unfinished shifts those behind it, which then count as not there, as embed.Cache
// sees to with its sums. Nothing expires, and nothing is deleted.
type vectors struct {
	mu      sync.RWMutex
	file    *os.File
	entries map[[sha256.Size]byte][]byte
}

var _ cache.Cache = (*vectors)(nil)

func open(path string) (*vectors, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	v := &vectors{file: file, entries: make(map[[sha256.Size]byte][]byte, len(data)/entrySize)}
	for ; len(data) >= entrySize; data = data[entrySize:] {
		v.entries[[sha256.Size]byte(data)] = data[sha256.Size:entrySize:entrySize]
	}
	return v, nil
}

func (v *vectors) close() error { return v.file.Close() }

// Get gives a copy of what is kept.
func (v *vectors) Get(_ context.Context, key string) ([]byte, bool, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	value, ok := v.entries[sha256.Sum256([]byte(key))]
	return append([]byte(nil), value...), ok, nil
}

// Set keeps a value of the one length there is. What is kept already stays.
func (v *vectors) Set(_ context.Context, key string, value []byte, _ time.Duration) error {
	if len(value) != valueSize {
		return fault.New(fault.InvalidRequest, "not a vector", nil)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	sum := sha256.Sum256([]byte(key))
	if _, ok := v.entries[sum]; ok {
		return nil
	}
	entry := append(sum[:], value...)
	v.entries[sum] = entry[sha256.Size:]
	_, err := v.file.Write(entry)
	return err
}

// Delete is for the interface: what a text's vector is does not change.
func (v *vectors) Delete(context.Context, ...string) error { return nil }
