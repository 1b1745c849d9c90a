package localstore

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/internal/durable"
)

// written makes a store of n changes, one record each, and gives its log's path
// and where each change begins.
func written(t testing.TB, dir string, n int) (path string, starts []int64) {
	t.Helper()
	s := open(t, dir)
	for i := range n {
		starts = append(starts, s.active.size)
		require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", i)}))
	}
	path = s.active.path
	require.NoError(t, s.Close())
	return path, starts
}

func TestTornTailIsDropped(t *testing.T) {
	dir := t.TempDir()
	path, starts := written(t, dir, 3)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, cut := range []int64{starts[2] + 1, starts[2] + frameHeader - 1, starts[2] + frameHeader + 5, int64(len(whole)) - 1} {
		require.NoError(t, os.WriteFile(path, whole[:cut], 0o600))
		var log bytes.Buffer
		s, err := Open(dir, &Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		require.NoError(t, err)
		require.Len(t, search(t, s, "t", "all"), 2)
		st, err := s.Stats(ctx)
		require.NoError(t, err)
		require.Equal(t, cut-starts[2], st.TornBytes)
		require.Contains(t, log.String(), "an unfinished change was dropped")
		require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 9)}))
		require.NoError(t, s.Close())
		s = open(t, dir)
		require.Len(t, search(t, s, "t", "all"), 3)
		require.NoError(t, s.Close())
	}
}

func TestTailThatWasNeverWrittenIsDropped(t *testing.T) {
	dir := t.TempDir()
	path, starts := written(t, dir, 3)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	clear(b[starts[2]+20:]) // the file grew, its last pages did not reach the disk
	require.NoError(t, os.WriteFile(path, b, 0o600))
	require.Len(t, search(t, open(t, dir), "t", "all"), 2)
}

func TestDamageInTheMiddleSaysWhere(t *testing.T) {
	dir := t.TempDir()
	path, starts := written(t, dir, 4)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for name, at := range map[string]int64{"length": starts[1], "length, high byte": starts[1] + 3, "sum": starts[1] + 5, "sequence": starts[1] + 9, "payload": starts[1] + 40} {
		t.Run(name, func(t *testing.T) {
			b := bytes.Clone(whole)
			b[at] ^= 0x41
			require.NoError(t, os.WriteFile(path, b, 0o600))
			_, err := Open(dir, nil)
			e, ok := errors.AsType[*CorruptError](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, path, e.File)
			require.Equal(t, starts[1], e.Offset)
			require.ErrorContains(t, err, filepath.Base(path))
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, b, after, "a damaged file must not be changed")
		})
	}
}

func TestDamagedSegmentIsAnError(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1), record("t", "d", 2)}))
	require.NoError(t, s.Compact(ctx))
	path := s.segments[0].file.path
	require.NoError(t, s.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for name, b := range map[string][]byte{
		"cut":       whole[:len(whole)-3],
		"half":      whole[:len(whole)/2],
		"version":   append([]byte("aklsegm\x09"), whole[8:]...),
		"nothing":   nil,
		"header":    whole[:fileHeader],
		"two tails": append(bytes.Clone(whole), whole[len(whole)-segmentTrailer:]...),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, b, 0o600))
			_, err := Open(dir, nil)
			e, ok := errors.AsType[*CorruptError](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, path, e.File)
		})
	}
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	require.Len(t, search(t, open(t, dir), "t", "all"), 2)
}

// Each byte of a segment in turn: it opens as it was, or says that it is
// damaged, or a search does.
func TestEveryDamagedByteOfASegment(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1), record("t", "d", 2)}))
	require.NoError(t, s.Compact(ctx))
	path, gen := s.segments[0].file.path, s.segments[0].file.gen
	require.NoError(t, s.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for at := range whole {
		b := bytes.Clone(whole)
		b[at] ^= 0x55
		require.NoError(t, os.WriteFile(path, b, 0o600))
		seg, err := openSegment(path, gen, noLogs)
		if err != nil {
			_, ok := errors.AsType[*CorruptError](err)
			require.True(t, ok, "byte %d: %v", at, err)
			continue
		}
		var buf []byte
		for slot := range uint32(2) {
			if err := seg.parts["t"].read(slot, &buf, new(rag.Record)); err != nil {
				_, ok := errors.AsType[*CorruptError](err)
				require.True(t, ok, "byte %d: %v", at, err)
			}
		}
		require.NoError(t, seg.file.release())
	}
}

func TestMissingLogIsAnError(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
	require.NoError(t, s.Compact(ctx))
	path := activeLog(s).path
	require.NoError(t, s.Close())
	require.NoError(t, os.Remove(path))
	_, err := Open(dir, nil)
	e, ok := errors.AsType[*CorruptError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, path, e.File)
}

// A rewriting that stops before its manifest has a name leaves two logs and a
// segment that nobody knows, one that stops after it leaves old files.
func TestInterruptedRewritingLosesNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
	s.writer.lock()
	require.NoError(t, s.rotate())
	s.writer.give()
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 2)}))
	first, err := os.ReadFile(s.path(1, logSuffix))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	strange := []string{s.path(6, logSuffix) + ".tmp", s.path(7, segmentSuffix), filepath.Join(dir, manifestName+".tmp")}
	for _, path := range strange {
		require.NoError(t, os.WriteFile(path, []byte("half"), 0o600))
	}

	s = open(t, dir)
	require.Len(t, search(t, s, "t", "all"), 2)
	for _, path := range strange {
		require.NoFileExists(t, path)
	}
	require.NoError(t, s.Compact(ctx))
	require.NoFileExists(t, s.path(1, logSuffix))
	require.NoError(t, s.Close())

	require.NoError(t, os.WriteFile(s.path(1, logSuffix), first, 0o600))
	s = open(t, dir)
	require.Len(t, search(t, s, "t", "all"), 2)
	require.NoFileExists(t, s.path(1, logSuffix))
}

// watched is a context that looks at what a copy has written so far.
type watched struct {
	context.Context
	look func()
}

func (c *watched) Err() error {
	c.look()
	return c.Context.Err()
}

// A copy that was interrupted does not open, least of all as an empty index; one
// that failed leaves its directory as if it were empty.
func TestInterruptedSnapshotIsAnError(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
	refused := func(dir string) {
		t.Helper()
		_, err := Open(dir, nil)
		_, ok := errors.AsType[*CorruptError](err)
		require.True(t, ok, "%v", err)
	}
	looks := 0
	require.NoError(t, s.Snapshot(&watched{ctx, func() {
		looks++
		left := t.TempDir()
		require.NoError(t, os.CopyFS(left, os.DirFS(to)))
		refused(left)
	}}, to))
	require.Positive(t, looks)
	copied := open(t, to)
	require.Len(t, search(t, copied, "t", "all"), 1)
	require.NoError(t, copied.Close())
	require.NoError(t, os.Remove(filepath.Join(to, "00000001.log")))
	refused(to)

	gone, cancel := context.WithCancel(ctx)
	cancel()
	failed := t.TempDir()
	require.ErrorIs(t, s.Snapshot(gone, failed), context.Canceled)
	entries, err := os.ReadDir(failed)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.Equal(t, lockName, entries[0].Name())
	require.NoError(t, s.Snapshot(ctx, failed))
}

// A copy of notes alone is unfinished, too, until it has a log.
func TestInterruptedSnapshotOfNotesIsAnError(t *testing.T) {
	s, to := open(t, t.TempDir()), t.TempDir()
	_, err := s.SetNote(ctx, "t", "n", nil, []byte("note"))
	require.NoError(t, err)
	looks := 0
	s.syncDir = func(dir string) error { // after each step
		looks++
		left := t.TempDir()
		require.NoError(t, os.CopyFS(left, os.DirFS(to)))
		if _, err := os.Stat(filepath.Join(left, "00000001.log")); err == nil {
			require.Equal(t, "note", note(t, open(t, left), "t", "n"))
			return nil
		}
		_, err := Open(left, nil)
		e, ok := errors.AsType[*CorruptError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, filepath.Join(left, "00000001.log"), e.File)
		return nil
	}
	require.NoError(t, s.Snapshot(ctx, to))
	require.Equal(t, 4, looks)

	left := t.TempDir()
	path := filepath.Join(left, manifestName)
	require.NoError(t, os.WriteFile(path+".tmp", nil, 0o600))
	_, err = Open(left, nil)
	e, ok := errors.AsType[*CorruptError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, path, e.File)
}

// A directory that cannot be looked into is not called one that has files.
func TestSnapshotIntoADirectoryThatCannotBeRead(t *testing.T) {
	s, to := open(t, t.TempDir()), filepath.Join(t.TempDir(), "copy")
	s.syncDir = func(string) error { return os.Remove(to) } // as soon as it was made
	require.ErrorIs(t, isWriteFault(t, s.Snapshot(ctx, to)), fs.ErrNotExist)
	s.syncDir = durable.SyncDir
	require.NoError(t, s.Snapshot(ctx, to))
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(s.Snapshot(ctx, to)))
}

// Nobody opens a copy, or makes another in its place, until it is done.
func TestACopyIsLockedWhileItIsWritten(t *testing.T) {
	s, to := open(t, t.TempDir()), t.TempDir()
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
	s.writer.lock() // which the copy waits for
	done := make(chan error)
	go func() { done <- s.Snapshot(ctx, to) }()
	require.Eventually(t, func() bool {
		_, err := os.Stat(filepath.Join(to, lockName))
		return err == nil
	}, 10*time.Second, time.Millisecond)
	_, openErr := Open(to, nil)
	for _, err := range []error{openErr, s.Snapshot(ctx, to)} {
		e, ok := errors.AsType[*InUseError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, to, e.Dir)
	}
	s.writer.give()
	require.NoError(t, <-done)
	require.Len(t, search(t, open(t, to), "t", "all"), 1)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(s.Snapshot(ctx, to)), "it has files, whoever uses them")
}

func TestTextDamagedUnderAnOpenStoreIsAnError(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
	b, err := os.ReadFile(s.active.path)
	require.NoError(t, err)
	at := bytes.Index(b, []byte("text of"))
	f, err := os.OpenFile(s.active.path, os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteAt([]byte("T"), int64(at))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = s.Search(ctx, &rag.Search{Tenant: "t", K: 1, Sparse: words("all")})
	_, ok := errors.AsType[*CorruptError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, fault.Internal, fault.CodeOf(err))
	_, ok = errors.AsType[*CorruptError](s.Compact(ctx))
	require.True(t, ok, "damage must not be copied into a snapshot")
}

func TestDirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := Open(dir, nil)
	e, ok := errors.AsType[*InUseError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, dir, e.Dir)
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	require.NoError(t, s.Close())
	open(t, dir)
}

func TestClosedStoreRefuses(t *testing.T) {
	s := open(t, t.TempDir())
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	_, searchErr := s.Search(ctx, &rag.Search{K: 1, Sparse: words("a")})
	_, statsErr := s.Stats(ctx)
	for _, err := range []error{searchErr, statsErr, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}), s.Delete(ctx, rag.Selector{All: true}), s.Compact(ctx), s.Snapshot(ctx, t.TempDir()), s.Check(ctx)} {
		require.ErrorIs(t, err, ErrClosed)
		require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	}
}

func TestBatchBeyondTheLimit(t *testing.T) {
	s := open(t, t.TempDir())
	r := record("t", "d", 1)
	r.Chunk.Text = string(make([]byte, maxPayload))
	err := s.Upsert(ctx, []rag.Record{r})
	require.Equal(t, fault.PayloadTooLarge, fault.CodeOf(err))
	long := string(make([]byte, maxPayload))
	r = record("t", "d", 1)
	for _, err := range []error{
		s.Delete(ctx, rag.Selector{Tenant: "t", Chunks: []string{long}}),
		s.Delete(ctx, rag.Selector{Tenant: long, All: true}),
		s.Delete(ctx, rag.Selector{Tenant: "t", All: true, Except: []string{long}}),
		s.Replace(ctx, "t", []string{"d", long}, []rag.Record{r}),
	} {
		require.Equal(t, fault.PayloadTooLarge, fault.CodeOf(err))
	}
	require.Equal(t, int64(fileHeader), s.active.size)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
}

func TestChangesGatherAndAreCompacted(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	s.logLimit.Store(64 << 10)
	for range 40 {
		var recs []rag.Record
		for i := range 200 {
			recs = append(recs, record("t", "d", i))
		}
		require.NoError(t, s.Upsert(ctx, recs))
	}
	require.Eventually(t, func() bool { return settled(s) }, 10*time.Second, time.Millisecond)
	st, err := s.Stats(ctx)
	require.NoError(t, err)
	require.Less(t, st.DiskBytes, int64(1<<20), "dead records were kept")
	require.Equal(t, 200, st.Records)
	require.Len(t, search(t, s, "t", "all"), 200)
	require.NoError(t, s.Close())
	require.Len(t, search(t, open(t, dir), "t", "all"), 200)
}

// settled tells whether nothing is left to be rewritten.
func settled(s *Store) bool {
	s.maintenance.lock()
	defer s.maintenance.give()
	return !s.logsAreLong() && len(s.crowded()) == 0
}

// Where an int has 32 bits, a file of 2 GiB is an error and not a panic.
func TestAFileThatAnIntCannotCount(t *testing.T) {
	d := &dataFile{path: "00000001.segment"}
	for _, size := range []int64{1 << 31, 1<<32 + 8} {
		_, err := d.count(size, math.MaxInt32)
		require.ErrorContains(t, err, d.path)
		require.Equal(t, fault.Internal, fault.CodeOf(openFault(err)))
	}
	n, err := d.count(math.MaxInt32, math.MaxInt32)
	require.NoError(t, err)
	require.Equal(t, math.MaxInt32, n)
}

// Texts that share memory may have more bytes together than an int of 32 bits counts.
func TestBatchBeyondWhatAnIntCounts(t *testing.T) {
	s := open(t, t.TempDir())
	long := strings.Repeat("x", 1<<24)
	shared := slices.Repeat([]string{long}, 1<<8) // 4 GiB
	r := record("t", "d", 1)
	r.Chunk.Headings = shared
	require.Equal(t, fault.PayloadTooLarge, fault.CodeOf(s.Upsert(ctx, []rag.Record{r})))
	r.Chunk.Headings = shared[:1<<7]
	require.Equal(t, fault.PayloadTooLarge, fault.CodeOf(s.Upsert(ctx, []rag.Record{r, r})))
	require.Equal(t, fault.PayloadTooLarge, fault.CodeOf(s.Delete(ctx, rag.Selector{Tenant: "t", Documents: shared})))
}
