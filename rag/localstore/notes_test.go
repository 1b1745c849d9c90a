package localstore

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
)

func note(t *testing.T, s *Store, tenant, name string) string {
	t.Helper()
	now, err := s.Note(t.Context(), tenant, name)
	require.NoError(t, err)
	return string(now)
}

func TestNotesStayAndGoIntoCopies(t *testing.T) {
	dir, copied := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	s := open(t, dir)
	for _, name := range []string{"a", "b"} {
		_, err := s.SetNote(t.Context(), "t", name, nil, []byte("of "+name))
		require.NoError(t, err)
	}
	_, err := s.SetNote(t.Context(), "t", "b", []byte("of b"), nil)
	require.NoError(t, err)
	require.NoError(t, s.Snapshot(t.Context(), copied))
	require.NoError(t, s.Compact(t.Context()))
	require.NoError(t, s.Close())
	for _, dir := range []string{dir, copied} {
		s := open(t, dir)
		require.Equal(t, "of a", note(t, s, "t", "a"))
		require.Empty(t, note(t, s, "t", "b"))
		require.NoError(t, s.Close())
	}
	_, err = s.Note(t.Context(), "t", "a")
	require.ErrorIs(t, err, ErrClosed)
	_, err = s.SetNote(t.Context(), "t", "a", nil, []byte("b"))
	require.ErrorIs(t, err, ErrClosed)
}

func TestADamagedNoteIsAnError(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := s.SetNote(t.Context(), "t", "a", nil, []byte("the note"))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	path := filepath.Join(dir, notesFolder, noteFile("t", "a"))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	whole[len(whole)-1] ^= 1
	for _, data := range [][]byte{nil, whole[:3], whole} {
		require.NoError(t, os.WriteFile(path, data, 0o600))
		s := open(t, dir)
		_, err := s.Note(t.Context(), "t", "a")
		var damaged *CorruptError
		require.ErrorAs(t, err, &damaged)
		require.Equal(t, fault.Internal, fault.CodeOf(err))
		_, err = s.SetNote(t.Context(), "t", "a", nil, []byte("b"))
		require.ErrorAs(t, err, &damaged)
		require.NoError(t, s.Close())
	}
}

func TestANoteThatCannotBeWrittenIsNotThere(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.Empty(t, note(t, s, "t", "a"))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, notesFolder, noteFile("t", "a")+".tmp", "full"), 0o700)) // where the file goes
	_, err := s.SetNote(t.Context(), "t", "a", nil, []byte("a"))
	var refused *WriteError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, notesFolder)))
	require.Empty(t, note(t, s, "t", "a"))
	require.NoError(t, s.Close())
}

// A note is what is durable: one that is being written is not there yet.
func TestANoteThatIsBeingWritten(t *testing.T) {
	s := open(t, t.TempDir())
	before := ""
	for _, after := range []string{"a", "b", ""} {
		synced := 0
		s.syncDir = func(string) error {
			synced++
			require.Equal(t, before, note(t, s, "t", "n"))
			return nil
		}
		_, err := s.SetNote(t.Context(), "t", "n", []byte(before), []byte(after))
		require.NoError(t, err)
		require.Positive(t, synced)
		require.Equal(t, after, note(t, s, "t", "n"))
		before = after
	}
	require.Empty(t, s.notes.known, "notes that do not exist take no memory")
}

// What a death left of a note goes when the store is opened.
func TestHalfWrittenNotesAreRemoved(t *testing.T) {
	s := open(t, t.TempDir())
	_, err := s.SetNote(t.Context(), "t", "n", nil, []byte("whole"))
	require.NoError(t, err)
	half := filepath.Join(s.dir, notesFolder, noteFile("t", "x")+".tmp")
	require.NoError(t, os.WriteFile(half, []byte("half"), 0o600))
	require.NoError(t, s.Close())
	s = open(t, s.dir)
	require.NoFileExists(t, half)
	require.Equal(t, "whole", note(t, s, "t", "n"))
}

// A note whose name may not have reached the disk is read from there, and no
// further change is accepted. A removed one is removed from its own directory.
func TestANoteOfWhichNobodyCanTell(t *testing.T) {
	s := open(t, t.TempDir())
	var synced []string
	s.syncDir = func(dir string) error {
		synced = append(synced, filepath.Base(dir))
		return nil
	}
	for _, change := range [][2][]byte{{nil, []byte("a")}, {[]byte("a"), nil}} {
		_, err := s.SetNote(t.Context(), "t", "a", change[0], change[1])
		require.NoError(t, err)
	}
	require.Equal(t, []string{notesFolder, filepath.Base(s.dir), notesFolder}, synced)
	_, err := s.SetNote(t.Context(), "t", "a", nil, nil)
	require.NoError(t, err)
	s.syncDir = func(string) error { return syscall.EIO }
	_, err = s.SetNote(t.Context(), "t", "a", nil, []byte("b"))
	require.True(t, isWriteFault(t, err).Reopen)
	require.Equal(t, "b", note(t, s, "t", "a"))
	isWriteFault(t, s.Check(ctx))
	_, err = s.SetNote(t.Context(), "t", "a", []byte("b"), nil)
	isWriteFault(t, err)
}
