package localstore

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/akshara-go/akshara/observe/fault"
)

// Snapshot writes a copy of the store as it is now into another directory, which
// must be empty or missing, and from which [Open] opens it. Searches and changes
// go on meanwhile. Its manifest is written first and its log last, so that an
// unfinished copy is a [*CorruptError] to Open, from its first file on; one that failed
// is removed, but for the file LOCK, and can be begun again. Until the copy is done
// the directory is in use, as by an open store.
func (s *Store) Snapshot(ctx context.Context, dir string) error {
	if s.closed.Load() {
		return closedFault()
	}
	lock, err := s.claim(dir)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	held, err := s.holdAll(ctx)
	if err != nil {
		return err
	}
	defer held.release()
	if err := s.writeCopy(ctx, held, dir); err != nil {
		for _, name := range []string{"00000001" + logSuffix, "00000001" + segmentSuffix, notesFolder, manifestName} {
			_ = os.RemoveAll(filepath.Join(dir, name))
		}
		return s.rewriteFault(ctx, err)
	}
	return nil
}

// claim makes a directory, unless it is there and empty, and locks it.
func (s *Store) claim(dir string) (lock *os.File, err error) {
	if err := s.makeDir(dir); err != nil {
		return nil, err
	}
	if err := vacant(dir); err != nil {
		return nil, err
	}
	if lock, err = takeLock(dir); err != nil {
		return nil, err
	}
	if err = vacant(dir); err != nil { // since before it was locked
		_ = lock.Close()
		return nil, err
	}
	return lock, nil
}

// vacant refuses a directory that has files besides a lock.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return writeFault(&WriteError{File: dir, Err: err})
	}
	for _, e := range entries {
		if e.Name() != lockName {
			return fault.New(fault.InvalidRequest, "the directory for the copy is not empty", nil)
		}
	}
	return nil
}

// writeCopy writes a store of what is held.
func (s *Store) writeCopy(ctx context.Context, held *whole, dir string) error {
	name := filepath.Join(dir, fmt.Sprintf("%08d", 1))
	m := &manifest{firstLog: 1, seq: held.seq}
	if len(held.moves) > 0 {
		m.segments = []manifestSegment{{gen: 1}}
	}
	if err := m.write(dir, s.syncDir); err != nil {
		return err
	}
	if err := writeNotes(dir, held.notes, s.syncDir); err != nil {
		return err
	}
	if len(held.moves) > 0 {
		seg, err := s.writeParts(ctx, held.rewriting, name+segmentSuffix, 1)
		if err != nil {
			return err
		}
		defer func() { _ = seg.file.release() }() // it was only read
	}
	log, err := createFile(name+logSuffix, 1, logKind)
	if err == nil {
		err = log.publish(s.syncDir)
	}
	if err != nil {
		return err
	}
	return log.release()
}

// whole is all that a store held at one moment.
type whole struct {
	*rewriting
	notes map[string][]byte // by the name of their file
	seq   uint64            // of the next change
}

// holdAll keeps every tenant and every note as they are.
func (s *Store) holdAll(ctx context.Context) (*whole, error) {
	if err := s.writer.take(ctx); err != nil {
		return nil, err
	}
	defer s.writer.give()
	if s.closed.Load() {
		return nil, closedFault()
	}
	notes, err := s.readNotes()
	if err != nil {
		return nil, openFault(err)
	}
	files := slices.Clone(s.logs)
	for _, seg := range s.segments {
		files = append(files, seg.file)
	}
	return &whole{s.hold(files), notes, s.seq}, nil
}
