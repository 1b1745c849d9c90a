package localstore

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
)

// referring makes a store whose segment refers to four logs, of 500 records each.
func referring(t *testing.T, dir string) (s *Store, next func(i int, v []float32)) {
	t.Helper()
	s = open(t, dir)
	next = clustered(6, 64, 20)
	give := holdMaintenance(t, s)
	s.logLimit.Store(200_000)
	for from := 0; from < 2000; from += 500 {
		require.NoError(t, s.Upsert(ctx, vectorRecords(from, from+500, 64, next)))
		require.NoError(t, s.rewrite(ctx, true, nil, 2))
	}
	give()
	require.NoError(t, s.Compact(ctx))
	require.Len(t, s.segments, 1)
	require.Len(t, s.segments[0].file.logs, 4)
	require.Zero(t, s.segments[0].own)
	return s, next
}

// remains demands that a store has 2000 records, less some, and what of each.
func remains(t *testing.T, s *Store, less int) {
	t.Helper()
	st, err := s.Stats(ctx)
	require.NoError(t, err)
	require.Equal(t, 2000-less, st.Records)
	require.Equal(t, 2000-less, st.Vectors)
	recs, err := s.Records(ctx, "", []string{"d0", "d399"})
	require.NoError(t, err)
	require.Len(t, recs, 10)
	for i := range recs {
		require.Equal(t, "the text of chunk "+strings.TrimPrefix(recs[i].Chunk.ID, "c"), recs[i].Chunk.Text)
		require.InDelta(t, 1, norm(recs[i].Vector), 1e-6)
		hits, err := s.Search(ctx, &rag.Search{K: 1, Vector: recs[i].Vector, Model: recs[i].Model})
		require.NoError(t, err)
		require.Equal(t, recs[i].Chunk.ID, hits[0].Record.Chunk.ID)
	}
}

func logsIn(t *testing.T, dir string) []string {
	t.Helper()
	logs, err := filepath.Glob(filepath.Join(dir, "*"+logSuffix))
	require.NoError(t, err)
	return logs
}

// Records stay in the logs in which they were written, whatever is merged, until half
// of one is dead.
func TestRecordsStayInTheirLogs(t *testing.T) {
	dir := t.TempDir()
	s, _ := referring(t, dir)
	remains(t, s, 0)
	require.Len(t, logsIn(t, dir), 5)
	size := int64(0)
	for _, path := range append(logsIn(t, dir), s.segments[0].file.path) {
		info, err := os.Stat(path)
		require.NoError(t, err)
		size += info.Size()
	}
	st, err := s.Stats(ctx)
	require.NoError(t, err)
	require.Equal(t, size, st.DiskBytes)
	require.NoError(t, s.Close())

	s = open(t, dir)
	s.logLimit.Store(200_000)
	remains(t, s, 0)
	copied := t.TempDir()
	require.NoError(t, s.Snapshot(ctx, copied))
	remains(t, open(t, copied), 0)
	require.Len(t, logsIn(t, copied), 1, "a copy needs nothing of the store")

	// Of the second log's records 200 die: it stays in a merge, and goes in a Compact.
	give := holdMaintenance(t, s)
	var gone []string
	for i := 500; i < 700; i++ {
		gone = append(gone, vectorRecords(i, i+1, 64, func(int, []float32) {})[0].Chunk.ID)
	}
	require.NoError(t, s.Delete(ctx, rag.Selector{Chunks: gone}))
	require.NoError(t, s.rewrite(ctx, true, s.segments, 2))
	give()
	require.Len(t, s.segments[0].file.logs, 4)
	live, all := s.segments[0].records()
	require.Equal(t, []int{1800, 2000}, []int{live, all})
	remains(t, s, 200)
	view := s.lookup("").view()
	second := s.segments[0].file.logs[1].path
	require.NoError(t, s.Compact(ctx))
	require.Len(t, s.segments[0].file.logs, 3)
	require.Equal(t, 300, s.segments[0].own)
	require.FileExists(t, second, "a search still reads it")
	view.release()
	require.NoFileExists(t, second)
	remains(t, s, 200)
	require.NoError(t, s.Close())
	s = open(t, dir)
	remains(t, s, 200)
	require.Len(t, logsIn(t, dir), 4)
}

// A segment of whose logs' records more than half are dead is rewritten by itself.
func TestDeadLogsGo(t *testing.T) {
	dir := t.TempDir()
	s, next := referring(t, dir)
	require.NoError(t, s.Upsert(ctx, vectorRecords(5, 1500, 64, next)))
	require.Eventually(t, func() bool { return settled(s) }, 10*time.Second, time.Millisecond)
	remains(t, s, 0)
	for _, seg := range s.segments {
		live, all := seg.records()
		require.LessOrEqual(t, all, 2*live)
	}
	require.NoFileExists(t, s.path(1, logSuffix))
	require.NoError(t, s.Close())
	remains(t, open(t, dir), 0)
}

// A log that a segment refers to and that is missing, of another version or cut short
// is an error that names a file; a damaged record is one when it is read or copied.
func TestDamagedLogOfASegment(t *testing.T) {
	dir := t.TempDir()
	s, _ := referring(t, dir)
	log, segment := s.segments[0].file.logs[1].path, s.segments[0].file.path
	require.NoError(t, s.Close())
	whole, err := os.ReadFile(log)
	require.NoError(t, err)
	refused := func(file string) {
		t.Helper()
		_, err := Open(dir, nil)
		e, ok := errors.AsType[*CorruptError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, file, e.File)
	}
	require.NoError(t, os.WriteFile(log, whole[:len(whole)/2], 0o600))
	refused(segment)
	require.NoError(t, os.WriteFile(log, nil, 0o600))
	refused(log)
	for _, version := range []byte{0, 2, 9} {
		b := append([]byte(logMagic), version)
		require.NoError(t, os.WriteFile(log, append(b, whole[len(b):]...), 0o600))
		refused(log)
	}
	require.NoError(t, os.Remove(log))
	refused(log)

	at := strings.Index(string(whole), "the text of chunk 700")
	whole[at] ^= 1
	require.NoError(t, os.WriteFile(log, whole, 0o600))
	s = open(t, dir)
	s.logLimit.Store(200_000)
	_, readErr := s.Records(ctx, "", []string{"d140"})
	for _, err := range []error{readErr, s.Snapshot(ctx, filepath.Join(t.TempDir(), "copy"))} {
		e, ok := errors.AsType[*CorruptError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, log, e.File)
	}
	remains(t, s, 0)
}

// A record of version 3 whose vector is not the last of it is none.
func TestBytesBehindAVectorAreDamage(t *testing.T) {
	r := record("t", "d", 1)
	b := encodeRecord(nil, &r, nil)
	d := &decoder{b: b}
	require.Len(t, d.pending(dict{}, place{0, uint64(len(b))}, true).vector, 12)
	require.NoError(t, d.err)
	b = append(b, 0)
	d = &decoder{b: b}
	d.pending(dict{}, place{0, uint64(len(b))}, true)
	require.ErrorIs(t, d.err, errValue)
}

// A log that stays is not waited for until nobody reads it.
func TestLogsThatStayAreNotWaitedFor(t *testing.T) {
	s := smallLogs(open(t, t.TempDir()))
	holdMaintenance(t, s)
	least := time.Hour
	for i := range 5 {
		require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", i)}))
		start := time.Now()
		require.NoError(t, s.rewrite(ctx, true, nil, 2))
		least = min(least, time.Since(start))
		require.Len(t, s.segments[i].file.logs, 1)
	}
	require.Less(t, least, readersTime)
}
