package localstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/internal/durable"
)

// faulty is a file whose next writes or syncs fail as those of a full or broken disk do.
type faulty struct {
	medium
	write, sync, truncate error
	part                  int // bytes of a failing write that reach the file
}

func (f *faulty) WriteAt(b []byte, at int64) (int, error) {
	if f.write != nil {
		n, _ := f.medium.WriteAt(b[:min(f.part, len(b))], at)
		return n, f.write
	}
	return f.medium.WriteAt(b, at)
}

func (f *faulty) Sync() error {
	if f.sync != nil {
		return f.sync
	}
	return f.medium.Sync()
}

func (f *faulty) Truncate(size int64) error {
	if f.truncate != nil {
		return f.truncate
	}
	return f.medium.Truncate(size)
}

func isWriteFault(t *testing.T, err error) *WriteError {
	t.Helper()
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err), "%v", err)
	e, ok := errors.AsType[*WriteError](err)
	require.True(t, ok, "%v", err)
	return e
}

func TestFailedWriteLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 0)}))
	f := &faulty{medium: s.active.f, write: syscall.ENOSPC, part: 30}
	s.active.f = f
	e := isWriteFault(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
	require.ErrorIs(t, e, syscall.ENOSPC)
	require.False(t, e.Reopen)
	require.Len(t, search(t, s, "t", "all"), 1)
	require.NoError(t, s.Check(ctx))
	f.write = nil
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 2)}))
	require.NoError(t, s.Close())
	got := search(t, open(t, dir), "t", "all")
	require.Contains(t, got, "d/0")
	require.Contains(t, got, "d/2")
	require.Len(t, got, 2)
}

func TestUnknownFileStateRefusesChangesUntilReopened(t *testing.T) {
	for name, f := range map[string]*faulty{
		"sync":                {sync: syscall.EIO},
		"write and truncate":  {write: syscall.EIO, truncate: syscall.EIO, part: 30},
		"sync, then truncate": {sync: syscall.EIO, truncate: syscall.EIO},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 0)}))
			f.medium = s.active.f
			s.active.f = f
			require.True(t, isWriteFault(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)})).Reopen)
			f.write, f.sync, f.truncate = nil, nil, nil
			isWriteFault(t, s.Upsert(ctx, []rag.Record{record("t", "d", 2)}))
			isWriteFault(t, s.Check(ctx))
			require.Len(t, search(t, s, "t", "all"), 1)
			require.NoError(t, s.Close())
			s = open(t, dir)
			require.Contains(t, search(t, s, "t", "all"), "d/0")
			require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 2)}))
		})
	}
}

// smallDisk mounts a file system of 1 MB.
func smallDisk(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("mounting a small disk takes Linux and root")
	}
	dir := t.TempDir()
	if err := mountSmall(dir); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = unmount(dir) })
	return dir
}

func TestFullDisk(t *testing.T) {
	dir := filepath.Join(smallDisk(t), "index")
	s, err := Open(dir, nil)
	require.NoError(t, err)
	defer func() { _ = s.Close() }()
	kept := map[string]bool{}
	var failed error
	for i := 0; failed == nil; i++ {
		require.Less(t, i, 1000)
		r := record("t", "d", i)
		r.Chunk.Text = strings.Repeat("x", 20_000)
		if failed = s.Upsert(ctx, []rag.Record{r}); failed == nil {
			kept[r.Chunk.ID] = true
		}
	}
	e := isWriteFault(t, failed)
	require.ErrorIs(t, e, syscall.ENOSPC)
	require.ErrorContains(t, failed, "the disk is full")
	isWriteFault(t, s.Compact(ctx))
	holds := func(s *Store) {
		t.Helper()
		got := search(t, s, "t", "all")
		require.Len(t, got, len(kept))
		for id := range kept {
			require.Contains(t, got, id)
		}
	}
	holds(s)
	require.NoError(t, s.Close())
	s, err = Open(dir, nil)
	require.NoError(t, err)
	holds(s)
	// A small change still fits behind what was taken back.
	require.NoError(t, s.Delete(ctx, rag.Selector{Tenant: "t", Chunks: []string{"d/0"}}))
	delete(kept, "d/0")
	holds(s)
}

func TestReadOnlyDirectory(t *testing.T) {
	root := smallDisk(t)
	dir := filepath.Join(root, "index")
	written(t, dir, 3)
	require.NoError(t, remountReadOnly(root))

	s, err := Open(dir, nil)
	require.NoError(t, err)
	defer func() { _ = s.Close() }()
	require.Len(t, search(t, s, "t", "all"), 3)
	for _, err := range []error{
		s.Upsert(ctx, []rag.Record{record("t", "d", 9)}), s.Delete(ctx, rag.Selector{Tenant: "t", All: true}),
		s.Compact(ctx), s.Check(ctx),
	} {
		isWriteFault(t, err)
		require.ErrorContains(t, err, "read-only")
	}
	require.Len(t, search(t, s, "t", "all"), 3)

	_, err = Open(filepath.Join(root, "new"), nil)
	isWriteFault(t, err)
	require.Contains(t, fmt.Sprint(fault.From(err).Message), "read-only")
}

// slow is a file whose syncs wait for a word.
type slow struct {
	medium
	entered chan struct{}
	proceed chan struct{}
	syncs   int
}

func (s *slow) Sync() error {
	s.syncs++
	s.entered <- struct{}{}
	<-s.proceed
	return s.medium.Sync()
}

// While one change waits for the disk, searches and questions go on, and the changes that
// come meanwhile share the next sync.
func TestSlowDisk(t *testing.T) {
	s := open(t, t.TempDir())
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 0)}))
	disk := &slow{medium: s.active.f, entered: make(chan struct{}, 100), proceed: make(chan struct{})}
	s.active.f = disk
	const writers = 20
	done := make(chan error, writers)
	put := func(i int) { done <- s.Upsert(ctx, []rag.Record{record("t", "e", i)}) }
	go put(0)
	<-disk.entered
	require.Len(t, search(t, s, "t", "all"), 1, "what is not durable must not be found")
	require.NoError(t, s.Check(ctx))
	sized := make(chan Stats, 1)
	go func() {
		st, _ := s.Stats(ctx)
		sized <- st
	}()
	select {
	case st := <-sized:
		require.Equal(t, 1, st.Records)
	case <-time.After(5 * time.Second):
		t.Error("its size is not told before the disk is done")
	}
	for i := 1; i < writers; i++ {
		go put(i)
	}
	require.Eventually(t, func() bool {
		s.queueMu.Lock()
		defer s.queueMu.Unlock()
		return len(s.queue) == writers-1
	}, 10*time.Second, time.Millisecond)
	close(disk.proceed)
	for range writers {
		require.NoError(t, <-done)
	}
	require.Equal(t, 2, disk.syncs)
	require.Len(t, search(t, s, "t", "all"), writers+1)
}

// The names of directories that Open and Snapshot make are synced, each in the one
// above it. When one cannot be, no directory is left of which the next Open would
// believe that it is durable.
func TestNewDirectoriesAreDurable(t *testing.T) {
	above := t.TempDir()
	s := newStore(filepath.Join(above, "a", "b"), nil)
	var synced []string
	s.syncDir = func(dir string) error {
		synced = append(synced, dir)
		return durable.SyncDir(dir)
	}
	require.NoError(t, s.open())
	require.Equal(t, []string{above, filepath.Join(above, "a"), s.dir}, synced)
	copied := filepath.Join(above, "c", "d")
	synced = nil
	require.NoError(t, s.Snapshot(ctx, copied))
	require.Equal(t, []string{above, filepath.Join(above, "c")}, synced[:2])

	synced = nil
	s.syncDir = func(dir string) error {
		if synced = append(synced, dir); len(synced) == 2 {
			return syscall.EIO
		}
		return nil
	}
	isWriteFault(t, s.Snapshot(ctx, filepath.Join(above, "e", "f", "g")))
	require.NoDirExists(t, filepath.Join(above, "e"))
	require.NoError(t, s.Close())

	s = newStore(filepath.Join(above, "h"), nil)
	s.syncDir = func(string) error { return syscall.EIO }
	isWriteFault(t, s.open())
	require.NoDirExists(t, s.dir)
	require.NoError(t, os.Mkdir(s.dir, 0o700))
	isWriteFault(t, s.open())
	entries, err := filepath.Glob(filepath.Join(s.dir, "*"+logSuffix))
	require.NoError(t, err)
	require.Empty(t, entries)
	_ = open(t, s.dir)
}

// What waits for a slow disk behind another change ends with its context and leaves
// nothing; a change that is being written is waited for.
func TestWaitingForASlowDiskEndsWithTheContext(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	disk := &slow{medium: s.active.f, entered: make(chan struct{}, 100), proceed: make(chan struct{})}
	s.active.f = disk
	first, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Upsert(first, []rag.Record{record("t", "d", 0)}) }()
	<-disk.entered
	cancel()
	for name, wait := range map[string]func(ctx context.Context) error{
		"Upsert":  func(ctx context.Context) error { return s.Upsert(ctx, []rag.Record{record("t", "d", 1)}) },
		"Replace": func(ctx context.Context) error { return s.Replace(ctx, "t", []string{"d"}, nil) },
		"Delete":  func(ctx context.Context) error { return s.Delete(ctx, rag.Selector{Tenant: "t", All: true}) },
		"SetNote": func(ctx context.Context) error {
			_, err := s.SetNote(ctx, "t", "n", nil, []byte("note"))
			return err
		},
		"Snapshot": func(ctx context.Context) error { return s.Snapshot(ctx, filepath.Join(dir, "copy")) },
		"Compact":  s.Compact,
	} {
		short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		ended := make(chan error, 1)
		go func() { ended <- wait(short) }()
		select {
		case err := <-ended:
			require.ErrorIs(t, err, context.DeadlineExceeded, name)
		case <-time.After(5 * time.Second):
			t.Error(name, "waits for the disk")
		}
		cancel()
	}
	close(disk.proceed)
	require.NoError(t, <-done, "it was written")
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "e", 0)}))
	require.Len(t, search(t, s, "t", "all"), 2)
	require.Empty(t, note(t, s, "t", "n"))
	require.NoError(t, s.Close())
	require.Len(t, search(t, open(t, dir), "t", "all"), 2)
}
