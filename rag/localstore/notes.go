package localstore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/akshara-go/akshara/rag"
)

var _ rag.Noter = (*Store)(nil)

// notesFolder holds a file for each note, named by the SHA-256 of tenant and
// name: the CRC-32C of that and the note, and the note.
const notesFolder = "notes"

// notes are the notes that were asked for and exist, by the name of their file.
type notes struct {
	mu    sync.Mutex // comes after Store.writer
	known map[string][]byte
}

func noteFile(tenant, name string) string {
	sum := sha256.Sum256(appendString(appendString(nil, tenant), name))
	return hex.EncodeToString(sum[:])
}

// Note implements [rag.Noter]. A damaged note is INTERNAL_ERROR around a [*CorruptError].
func (s *Store) Note(ctx context.Context, tenantName, name string) ([]byte, error) {
	if err := s.view(ctx, tenantName, func(*tenant) error { return nil }); err != nil {
		return nil, err
	}
	note, err := s.note(noteFile(tenantName, name))
	return bytes.Clone(note), err
}

// note gives a note, from memory where it was asked for before.
func (s *Store) note(file string) ([]byte, error) {
	s.notes.mu.Lock()
	defer s.notes.mu.Unlock()
	if note, ok := s.notes.known[file]; ok {
		return note, nil
	}
	note, err := readNote(filepath.Join(s.dir, notesFolder, file))
	if err != nil {
		return nil, openFault(err)
	}
	s.notes.remember(file, note)
	return note, nil
}

// hold has a note given as it is now, or that there is none, until remember is called:
// not what is in its file and may not be durable.
func (n *notes) hold(file string, now []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil {
		n.known = map[string][]byte{}
	}
	n.known[file] = now
}

// remember keeps a note, but not that there is none: anybody may ask for any name.
func (n *notes) remember(file string, note []byte) {
	if len(note) == 0 {
		delete(n.known, file)
		return
	}
	if n.known == nil {
		n.known = map[string][]byte{}
	}
	n.known[file] = note
}

// SetNote implements [rag.Noter]. Its errors are those of Upsert.
func (s *Store) SetNote(ctx context.Context, tenantName, name string, before, after []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := rag.CheckNote(after); err != nil {
		return nil, err
	}
	if err := s.writer.take(ctx); err != nil {
		return nil, err
	}
	defer s.writer.give()
	if s.broken != nil {
		return nil, s.broken
	}
	file := noteFile(tenantName, name)
	now, err := s.note(file)
	if err != nil || !bytes.Equal(now, before) {
		return bytes.Clone(now), err
	}
	s.notes.hold(file, now)
	if err := s.writeNote(file, after); err != nil {
		return nil, s.noteFault(file, err)
	}
	s.notes.mu.Lock()
	s.notes.remember(file, bytes.Clone(after))
	s.notes.mu.Unlock()
	return bytes.Clone(after), nil
}

// noteFault forgets a note that may be on the disk or not, and refuses further
// changes when nobody can tell. The caller holds s.writer.
func (s *Store) noteFault(file string, e *WriteError) error {
	s.notes.mu.Lock()
	delete(s.notes.known, file)
	s.notes.mu.Unlock()
	if e.Reopen {
		return s.refuse(writeFault(e))
	}
	return writeFault(e)
}

// readNote gives the note in a file, or nil where there is none.
func readNote(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("localstore: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 4+rag.MaxNote+1))
	if err != nil {
		return nil, fmt.Errorf("localstore: read %s: %w", path, err)
	}
	if len(data) < 4 || binary.LittleEndian.Uint32(data) != noteSum(filepath.Base(path), data[4:]) {
		return nil, &CorruptError{File: path, Reason: errSum.Error()}
	}
	return data[4:], nil
}

func encodeNote(file string, note []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, noteSum(file, note)), note...)
}

func noteSum(file string, note []byte) uint32 {
	return crc32.Update(crc32.Checksum([]byte(file), castagnoli), castagnoli, note)
}

// writeNote puts a note into its file, or removes the file of an empty one.
func (s *Store) writeNote(file string, note []byte) *WriteError {
	dir := filepath.Join(s.dir, notesFolder)
	path := filepath.Join(dir, file)
	if len(note) == 0 {
		err := os.Remove(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return &WriteError{File: path, Err: err}
		}
		return s.syncNotes(path, dir)
	}
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = writeSynced(path+".tmp", encodeNote(file, note))
	}
	if err == nil {
		err = os.Rename(path+".tmp", path)
	}
	if err != nil {
		_ = os.Remove(path + ".tmp")
		return &WriteError{File: path, Err: err}
	}
	return s.syncNotes(path, dir, s.dir)
}

// syncNotes makes a change of names durable. After a failure nobody can tell
// which of the two notes the next Open finds.
func (s *Store) syncNotes(path string, dirs ...string) *WriteError {
	for _, dir := range dirs {
		if err := s.syncDir(dir); err != nil {
			return &WriteError{File: path, Err: err, Reopen: true}
		}
	}
	return nil
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// readNotes gives every note by the name of its file. The caller holds s.writer.
func (s *Store) readNotes() (map[string][]byte, error) {
	dir := filepath.Join(s.dir, notesFolder)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("localstore: %w", err)
	}
	all := map[string][]byte{}
	for _, e := range entries {
		if filepath.Ext(e.Name()) != "" {
			continue // one that a death left half-written
		}
		if all[e.Name()], err = readNote(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// writeNotes writes notes into another store's directory.
func writeNotes(to string, all map[string][]byte, syncDir func(dir string) error) error {
	if len(all) == 0 {
		return nil
	}
	dir := filepath.Join(to, notesFolder)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &WriteError{File: dir, Err: err}
	}
	for file, note := range all {
		if err := writeSynced(filepath.Join(dir, file), encodeNote(file, note)); err != nil {
			return &WriteError{File: filepath.Join(dir, file), Err: err}
		}
	}
	if err := errors.Join(syncDir(dir), syncDir(to)); err != nil {
		return &WriteError{File: dir, Err: err}
	}
	return nil
}
