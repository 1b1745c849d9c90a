package localstore

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/internal/durable"
)

// Changes wait when logs come faster than they are rewritten, as long as their
// context lets them and the store can be rewritten.
func TestChangesKeepPace(t *testing.T) {
	s := open(t, t.TempDir())
	s.logLimit.Store(int64(fileHeader)) // less than an empty log would be rewritten without end
	give := holdMaintenance(t, s)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, s.Upsert(short, []rag.Record{record("t", "d", 2)}), context.DeadlineExceeded)
	done := make(chan error)
	go func() { done <- s.Upsert(ctx, []rag.Record{record("t", "d", 2)}) }()
	give()
	require.NoError(t, <-done)
	require.Len(t, search(t, s, "t", "all"), 2)
}

// A store that takes no change says so, however much waits to be rewritten, and
// rewrites nothing.
func TestBrokenStoreDoesNotWait(t *testing.T) {
	s := open(t, t.TempDir())
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1), record("t", "d", 2), record("t", "d", 3)}))
	require.NoError(t, s.Compact(ctx))
	give := holdMaintenance(t, s)
	require.NoError(t, s.Delete(ctx, rag.Selector{Tenant: "t", Chunks: []string{"d/1", "d/2"}}))
	require.Len(t, s.crowded(), 1)
	s.logLimit.Store(1)
	long, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	done := make(chan error)
	go func() { done <- s.Upsert(long, []rag.Record{record("t", "d", 4)}) }()
	time.Sleep(20 * time.Millisecond) // so that it waits, most often
	s.writer.lock()
	_ = s.refuse(writeFault(&WriteError{File: "log", Err: syscall.EIO, Reopen: true}))
	s.writer.give()
	isWriteFault(t, <-done)
	isWriteFault(t, s.Upsert(long, []rag.Record{record("t", "d", 5)}))
	give()
	require.NoError(t, s.step(ctx), "nothing is there to be tried again")
}

// A rewriting that the disk refuses changes nothing, and does not stop changes.
func TestFailedRewriting(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
	require.NoError(t, os.Mkdir(filepath.Join(dir, manifestName+".tmp"), 0o700))
	isWriteFault(t, s.Compact(ctx))
	require.NoFileExists(t, s.path(1, segmentSuffix))
	require.Len(t, search(t, s, "t", "all"), 1)
	for i := range 5 {
		require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 2+i)}))
		isWriteFault(t, s.Compact(ctx))
	}
	require.Len(t, s.logs, 2, "each failure left a log behind")
	require.NoError(t, os.Remove(filepath.Join(dir, manifestName+".tmp")))
	gone, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, s.Compact(gone), context.Canceled)
	require.NoError(t, s.Compact(ctx))
	require.Len(t, s.logs, 1)
	require.Len(t, s.segments, 1)
	require.NoError(t, s.Close())
	require.Len(t, search(t, open(t, dir), "t", "all"), 6)
}

// What died while a segment was written is dead in it.
func TestDeathsDuringARewriting(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1), record("t", "d", 2), record("t", "e", 1)}))
	give := holdMaintenance(t, s)
	r, old, err := s.beginRewriting(ctx, true, nil)
	require.NoError(t, err)
	require.Len(t, old, 1)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 2), record("t", "f", 1)}))
	require.NoError(t, s.Delete(ctx, rag.Selector{Tenant: "t", Documents: []string{"e"}}))
	s.lastSegment++
	seg, err := s.writeParts(ctx, r, s.path(1, segmentSuffix), 1)
	require.NoError(t, err)
	require.NoError(t, s.install(r, seg))
	r.release()
	give()
	check := func(s *Store) {
		t.Helper()
		got := search(t, s, "t", "all")
		require.Len(t, got, 3)
		require.Contains(t, got, "d/1")
		require.Contains(t, got, "d/2")
		require.Contains(t, got, "f/1")
		n, freqs, err := s.DocumentFrequency(ctx, "t", rag.Words, []string{"all", "e/1", "d/2"})
		require.NoError(t, err)
		require.Equal(t, 3, n)
		require.Equal(t, []int{3, 0, 1}, freqs)
	}
	check(s)
	require.NoError(t, s.Close())
	s = open(t, dir)
	check(s)
	require.NoError(t, s.Compact(ctx))
	check(s)
}

// Parts of a log that is being copied are not joined when what stood between
// them dies: what dies then in them is dead in the segment.
func TestPartsAreNotJoinedWhileTheyAreCopied(t *testing.T) {
	var big []rag.Record
	for i := range joinRows {
		big = append(big, rag.Record{Tenant: "t", Chunk: corpus.Chunk{ID: fmt.Sprint(i), DocumentID: "big"}})
	}
	for name, change := range map[string]func(s *Store) error{
		"deleted":  func(s *Store) error { return s.Delete(ctx, rag.Selector{Tenant: "t", Documents: []string{"a"}}) },
		"replaced": func(s *Store) error { return s.Upsert(ctx, []rag.Record{record("t", "a", 1)}) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			for _, recs := range [][]rag.Record{{record("t", "a", 1)}, big, {record("t", "c", 1)}} {
				require.NoError(t, s.Upsert(ctx, recs))
			}
			require.Len(t, s.lookup("t").now.Load().parts, 3)
			give := holdMaintenance(t, s)
			r, _, err := s.beginRewriting(ctx, true, nil)
			require.NoError(t, err)
			require.NoError(t, s.Delete(ctx, rag.Selector{Tenant: "t", Documents: []string{"big"}}))
			require.NoError(t, change(s))
			s.lastSegment++
			seg, err := s.writeParts(ctx, r, s.path(1, segmentSuffix), 1)
			require.NoError(t, err)
			require.NoError(t, s.install(r, seg))
			r.release()
			give()
			check := func(s *Store) {
				t.Helper()
				recs, err := s.Records(ctx, "t", []string{"a", "big", "c"})
				require.NoError(t, err)
				var ids []string
				for i := range recs {
					ids = append(ids, recs[i].Chunk.ID)
				}
				if name == "deleted" {
					require.Equal(t, []string{"c/1"}, ids)
				} else {
					require.Equal(t, []string{"a/1", "c/1"}, ids)
				}
			}
			check(s)
			require.NoError(t, s.Compact(ctx))
			check(s)
			require.NoError(t, s.Close())
			check(open(t, dir))
		})
	}
}

// A copy has the vectors of the version it holds, whatever dies meanwhile.
func TestVectorsThatDieDuringACopyAreInIt(t *testing.T) {
	s, dir := open(t, t.TempDir()), t.TempDir()
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1), record("t", "d", 2)}))
	r, err := s.holdAll(ctx)
	require.NoError(t, err)
	defer r.release()
	require.NoError(t, s.Delete(ctx, rag.Selector{Tenant: "t", All: true}))
	seg, err := s.writeParts(ctx, r.rewriting, filepath.Join(dir, "00000001.segment"), 1)
	require.NoError(t, err)
	require.Equal(t, 2, seg.parts["t"].vectors())
	require.Equal(t, rag.EmbedModel{Name: "m", Dimensions: 3}, seg.parts["t"].model)
	require.NoError(t, seg.file.release())
}

// A search keeps the files that it began with, whatever becomes of them.
func TestSearchOutlivesItsFiles(t *testing.T) {
	s := open(t, t.TempDir())
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
	require.NoError(t, s.Compact(ctx))
	view := s.lookup("t").view()
	path := s.segments[0].file.path
	require.NoError(t, s.Delete(ctx, rag.Selector{Tenant: "t", All: true}))
	require.NoError(t, s.Compact(ctx))
	require.NoError(t, s.Close())
	var r rag.Record
	require.NoError(t, view.parts[0].read(0, new([]byte), &r))
	require.Equal(t, "d/1", r.Chunk.ID)
	require.True(t, view.parts[0].alive(0, view.version))
	view.release()
	require.NoFileExists(t, path)
	require.False(t, view.acquire())
}

func TestFullDiskDuringARewriting(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
	view := s.lookup("t").view()
	defer view.release()
	for _, logs := range [][]*dataFile{nil, {s.active}} { // records are the first to be written, or arrays
		for _, buffer := range []int{1, 1 << 20} {
			f, err := createFile(s.path(1, segmentSuffix), 1, segmentKind)
			require.NoError(t, err)
			f.f = &faulty{medium: f.f, write: syscall.ENOSPC}
			w := newSegmentWriter(f, logs)
			w.w = bufio.NewWriterSize(fileWriter{f}, buffer)
			d, err := newDraft(ctx, view.parts, view.version, true)
			require.NoError(t, err)
			if err = w.part(ctx, "t", d); err == nil {
				err = w.finish()
			}
			require.ErrorIs(t, isWriteFault(t, openFault(err)), syscall.ENOSPC)
			f.discard()
			require.NoFileExists(t, s.path(1, segmentSuffix)+".tmp")
		}
	}
}

// Segments look the same on a processor that keeps numbers the other way round.
func TestNumbersTheOtherWayRound(t *testing.T) {
	want := []uint64{1, 1 << 40, 7}
	b := rawBytes(want)
	require.Equal(t, b, swapped(swapped(b, 8), 8))
	require.Equal(t, []byte{4, 3, 2, 1, 8, 7, 6, 5}, swapped([]byte{1, 2, 3, 4, 5, 6, 7, 8}, 4))
	got, ok := rawView[uint64](b)
	require.True(t, ok)
	require.Equal(t, want, got)
	_, ok = rawView[uint64](b[:9])
	require.False(t, ok)
	_, ok = rawView[uint32](alignedBytes(9)[1:])
	require.False(t, ok, "not aligned")
}

// A Compact ends with its context while it waits for its turn, and with the store.
func TestACompactIsNotWaitedFor(t *testing.T) {
	s := open(t, t.TempDir())
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
	give := holdMaintenance(t, s)
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, s.Compact(short), context.DeadlineExceeded)
	ended := make(chan error, 1)
	go func() { ended <- s.Compact(t.Context()) }()
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(<-ended))
	give()
	require.NoError(t, <-closed)
}

// A copy has the notes that are whole, and not what a death left of one.
func TestACopyHasTheNotes(t *testing.T) {
	s, to := open(t, t.TempDir()), t.TempDir()
	_, err := s.SetNote(ctx, "t", "n", nil, []byte("note"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, notesFolder, noteFile("t", "x")+".tmp"), []byte("half"), 0o600))
	require.NoError(t, s.Snapshot(ctx, to))
	entries, err := os.ReadDir(filepath.Join(to, notesFolder))
	require.NoError(t, err)
	require.Len(t, entries, 1)
	note, err := open(t, to).Note(ctx, "t", "n")
	require.NoError(t, err)
	require.Equal(t, "note", string(note))
	damaged := filepath.Join(s.dir, notesFolder, noteFile("t", "n"))
	require.NoError(t, os.WriteFile(damaged, []byte("what is this"), 0o600))
	require.Equal(t, fault.Internal, fault.CodeOf(s.Snapshot(ctx, t.TempDir())))
}

// A copy that the disk refuses at any point says so, and that the store goes on.
func TestACopyThatTheDiskRefuses(t *testing.T) {
	s, to := open(t, t.TempDir()), t.TempDir()
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
	_, err := s.SetNote(ctx, "t", "n", nil, []byte("note"))
	require.NoError(t, err)
	refused := 0
	for at := 1; ; at++ {
		syncs := 0
		s.syncDir = func(dir string) error {
			if syncs++; syncs == at {
				return syscall.EIO
			}
			return durable.SyncDir(dir)
		}
		if err = s.Snapshot(ctx, to); err == nil {
			break
		}
		require.False(t, isWriteFault(t, err).Reopen)
		refused++
	}
	require.Equal(t, 5, refused, "manifest, notes and their folder, segment, log")
	require.NoError(t, s.Check(ctx))
	require.Len(t, search(t, open(t, to), "t", "all"), 1)
}

// segmentsIn demands that a store's directory has so many segments.
func segmentsIn(t *testing.T, s *Store, n int) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, "*"+segmentSuffix))
	require.NoError(t, err)
	require.Len(t, found, n)
}

// A segment that was written and cannot be opened, or whose name may not be durable,
// is removed: the background tries again and again.
func TestASegmentThatIsOfNoUseIsRemoved(t *testing.T) {
	for name, harm := range map[string]func(s *Store){
		"cannot be opened": func(s *Store) { s.logs[0].f = &faulty{medium: s.logs[0].f} }, // nor mapped
		"name not synced":  func(s *Store) { s.syncDir = func(string) error { return syscall.EIO } },
	} {
		t.Run(name, func(t *testing.T) {
			s := smallLogs(open(t, t.TempDir()))
			holdMaintenance(t, s)
			require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1)}))
			s.writer.lock()
			require.NoError(t, s.rotate())
			s.writer.give()
			log := s.logs[0].f
			harm(s)
			for range 3 {
				err := s.rewrite(ctx, true, nil, 2)
				require.Error(t, err)
				e, ok := errors.AsType[*WriteError](err)
				require.Equal(t, name == "name not synced", ok, "%v", err)
				require.False(t, ok && e.Reopen, "the store goes on without the segment")
				segmentsIn(t, s, 0)
			}
			require.NoError(t, s.Check(ctx))
			s.logs[0].f, s.syncDir = log, durable.SyncDir
			require.NoError(t, s.rewrite(ctx, true, nil, 2))
			segmentsIn(t, s, 1)
			require.Len(t, search(t, s, "t", "all"), 1)
		})
	}
}

// Counts as large as there are leave their tenant's statistics when their record dies.
func TestLargeCountsDieWithTheirRecord(t *testing.T) {
	scores := func(s *Store) []float64 {
		t.Helper()
		hits, err := s.Search(ctx, &rag.Search{Tenant: "t", K: 9, Sparse: words("all", "e/2")})
		require.NoError(t, err)
		var list []float64
		for _, h := range hits {
			list = append(list, h.Scores[rag.Words])
		}
		return list
	}
	others := []rag.Record{record("t", "e", 1), record("t", "e", 2)}
	s := open(t, t.TempDir())
	require.NoError(t, s.Upsert(ctx, others))
	want := scores(s)
	for _, count := range []float32{1e30, math.MaxFloat32} {
		s := open(t, t.TempDir())
		large := record("t", "d", 1)
		large.Terms[rag.Words] = []rag.Term{{Text: "all", Count: count}, {Text: "b", Count: count}}
		require.NoError(t, s.Upsert(ctx, append([]rag.Record{large}, others...)))
		got := scores(s)
		require.Len(t, got, 3)
		for _, x := range got {
			require.Greater(t, x, 0.0)
			require.Less(t, x, 100.0)
		}
		require.NoError(t, s.Delete(ctx, rag.Selector{Tenant: "t", Documents: []string{"d"}}))
		require.InDeltaSlice(t, want, scores(s), 1e-6)
		require.NoError(t, s.Compact(ctx))
		require.InDeltaSlice(t, want, scores(s), 1e-6)
	}
}
