package localstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
)

// smallLogs has every log that is made a segment referred to.
func smallLogs(s *Store) *Store {
	s.logLimit.Store(int64(fileHeader)) // less than an empty log would be rewritten without end
	return s
}

// resealed gives a segment whose checksums are right again, wherever the footer
// of the whole one names an array.
func resealed(whole, changed []byte) []byte {
	b := bytes.Clone(changed)
	n := len(whole)
	end := whole[n-segmentTrailer:]
	at, size := int(binary.LittleEndian.Uint64(end)), int(binary.LittleEndian.Uint64(end[8:]))
	footer := whole[at : at+size]
	for i := range footer {
		d := &decoder{b: footer[i:]}
		from, length := d.uvarint(), d.uvarint()
		sum := d.uint32()
		if d.err != nil || from > uint64(at) || length > uint64(at)-from || length == 0 ||
			crc32.Checksum(whole[from:from+length], castagnoli) != sum {
			continue
		}
		sumAt := at + size - len(d.b) - 4
		binary.LittleEndian.PutUint32(b[sumAt:], crc32.Checksum(b[from:from+length], castagnoli))
	}
	binary.LittleEndian.PutUint32(b[n-segmentTrailer+16:], crc32.Checksum(b[at:at+size], castagnoli))
	return b
}

// FuzzSegment opens segments of which some bytes are others, their checksums
// made to fit: they are refused, or can be searched, merged and emptied.
func FuzzSegment(f *testing.F) {
	wholes := map[bool][]byte{}
	var s *Store
	for _, refers := range []bool{false, true} {
		s = open(f, f.TempDir())
		if refers {
			smallLogs(s)
		}
		require.NoError(f, s.Upsert(ctx, []rag.Record{record("t", "d", 1), record("t", "d", 2), record("t", "e", 1), record("u", "d", 1)}))
		require.NoError(f, s.Compact(ctx))
		require.Equal(f, refers, len(s.segments[0].file.logs) > 0)
		whole, err := os.ReadFile(s.segments[0].file.path)
		require.NoError(f, err)
		require.NoError(f, s.Close())
		for at := 0; at < len(whole); at += 7 {
			f.Add(uint(at), []byte{0xff, 0xff, 0xff, 0xff}, refers)
			f.Add(uint(at), []byte{3}, refers)
		}
		wholes[refers] = whole
	}
	path := filepath.Join(f.TempDir(), "00000001.segment")
	f.Fuzz(func(t *testing.T, at uint, with []byte, refers bool) {
		whole := wholes[refers]
		b := bytes.Clone(whole)
		copy(b[at%uint(len(b)):], with)
		if !bytes.Equal(b, whole) && len(b) == len(whole) {
			b = resealed(whole, b)
		}
		require.NoError(t, os.WriteFile(path, b, 0o600))
		seg, err := openSegment(path, 1, s.openLog)
		if err != nil {
			_, ok := errors.AsType[*CorruptError](err)
			require.True(t, ok, "%v", err)
			return
		}
		defer func() { require.NoError(t, seg.file.release()) }()
		useSegment(t, seg)
	})
}

// useSegment searches, reads, merges and empties every part.
func useSegment(t *testing.T, seg *segment) {
	s := &Store{}
	s.scratches.New = func() any { return new(scratch) }
	for name, p := range seg.parts {
		c := s.collection(name)
		c.publish(newTenant(1, p.model, []*part{p}))
		tn := c.view()
		q := &rag.Search{Tenant: name, Readers: []string{"*"}, K: 3, Sparse: words("all", "d/1")}
		q.Filter.Language = "en"
		for range 2 {
			if p.vecs.dim > 0 {
				q.Vector, q.Model = make(rag.Vector, p.vecs.dim), p.model
				q.Vector[0] = 1
			}
			found, err := s.find(ctx, tn, q)
			require.NoError(t, err)
			_, _ = found.read(ctx, tn, name)
			q.Filter.Language = ""
			q.Exact = true
		}
		_, err := s.Complete(ctx, &rag.Completion{Tenant: name, Prefixes: []string{"", "a"}, K: 3})
		require.NoError(t, err)
		_, _ = s.Records(ctx, name, tn.documents())
		_, err = newDraft(ctx, tn.parts, 1, true)
		if err != nil {
			_, ok := errors.AsType[*CorruptError](err)
			require.True(t, ok, "%v", err)
		}
		e := c.edit(nil)
		e.delete(&rag.Selector{All: true})
		require.NoError(t, e.publish())
		tn.release()
		c.publish(nil)
	}
}

func FuzzManifest(f *testing.F) {
	m := &manifest{firstLog: 3, seq: 9, segments: []manifestSegment{{gen: 2, dead: map[string][]uint64{"t": {5, 1}}}}}
	whole := m.encode()
	f.Add(whole[len(manifestMagic) : len(whole)-4])
	f.Fuzz(func(t *testing.T, body []byte) {
		b := append([]byte(manifestMagic), body...)
		b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
		got, err := decodeManifest(b)
		if err != nil {
			return
		}
		again, err := decodeManifest(got.encode())
		require.NoError(t, err)
		require.Equal(t, got, again)
	})
}

func TestDamagedManifestIsAnError(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1), record("t", "d", 2)}))
	require.NoError(t, s.Compact(ctx))
	require.NoError(t, s.Delete(ctx, rag.Selector{Tenant: "t", Chunks: []string{"d/1"}}))
	require.NoError(t, s.Compact(ctx))
	segment := s.segments[0].file.path
	require.NoError(t, s.Close())
	path := filepath.Join(dir, manifestName)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	corrupt := func(b []byte, file string) {
		t.Helper()
		require.NoError(t, os.WriteFile(path, b, 0o600))
		_, err := Open(dir, nil)
		e, ok := errors.AsType[*CorruptError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, file, e.File)
		require.FileExists(t, segment, "nothing is removed when something is damaged")
	}
	for at := range whole {
		b := bytes.Clone(whole)
		b[at] ^= 1
		corrupt(b, path)
	}
	corrupt(nil, path)
	corrupt(whole[:len(whole)-1], path)
	m, err := decodeManifest(whole)
	require.NoError(t, err)
	m.segments[0].dead = map[string][]uint64{"nobody": {1}}
	corrupt(m.encode(), segment)
	m.segments[0] = manifestSegment{gen: 77}
	corrupt(m.encode(), filepath.Join(dir, "00000077.segment"))
	require.NoError(t, os.Remove(path))
	_, err = Open(dir, nil)
	e, ok := errors.AsType[*CorruptError](err)
	require.True(t, ok, "%v", err)
	require.Contains(t, e.Reason, "missing")
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	require.Len(t, search(t, open(t, dir), "t", "all"), 1)
}

// Records and their vectors are not compared with their checksums when a segment is
// opened, but they are before they are handed out or go into another file.
func TestDamagedVectorsAreNotCopied(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1), record("t", "d", 2)}))
	require.NoError(t, s.Compact(ctx))
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 3)}))
	f, err := os.OpenFile(s.segments[0].file.path, os.O_RDWR, 0)
	require.NoError(t, err)
	at := bytes.Index(s.segments[0].file.mapped, rawBytes(s.segments[0].parts["t"].vecs.row(0)))
	_, err = f.WriteAt([]byte{1}, int64(at))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, readErr := s.Records(ctx, "t", []string{"d"})
	for _, err := range []error{readErr, s.Compact(ctx), s.Snapshot(ctx, filepath.Join(t.TempDir(), "copy"))} {
		_, ok := errors.AsType[*CorruptError](err)
		require.True(t, ok, "%v", err)
	}
	require.Len(t, search(t, s, "t", "d/2"), 1)
}

// noLogs finds none of the logs that a segment refers to.
func noLogs(uint64) (*dataFile, error) { return nil, &CorruptError{Reason: "there are no logs"} }

// holdMaintenance keeps the background from rewriting until give is called, or the test ends.
func holdMaintenance(t *testing.T, s *Store) (give func()) {
	t.Helper()
	require.NoError(t, s.maintenance.take(ctx))
	give = sync.OnceFunc(s.maintenance.give)
	t.Cleanup(give)
	return give
}

// oldDirectory gives a copy of a directory that an earlier version wrote.
func oldDirectory(t *testing.T, dir, version string) {
	t.Helper()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", version))))
}

// In a snapshot and a log of version 1 there are d/0 and d/1 of tenant t and d/0 of u.
func TestDirectoryOfVersion1IsRewritten(t *testing.T) {
	dir := t.TempDir()
	oldDirectory(t, dir, "version1")
	s := open(t, dir)
	require.Len(t, search(t, s, "t", "all"), 2)
	require.Len(t, search(t, s, "u", "d/0"), 1)
	require.Len(t, complete(t, s, "t", "own "), 2)
	require.Eventually(t, func() bool { return settled(s) }, 10*time.Second, time.Millisecond)
	require.NoFileExists(t, filepath.Join(dir, "00000002.snapshot"))
	require.NoFileExists(t, filepath.Join(dir, "00000002.log"))
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 2)}))
	require.NoError(t, s.Close())
	s = open(t, dir)
	require.Len(t, search(t, s, "t", "all"), 3)
	require.Len(t, search(t, s, "u", "all"), 1)
}

// In two segments and a log of version 2 there are d/0, d/1 and e/5 of tenant t and
// d/0 of u. d/7 died in a segment, d/2 in the log.
func TestDirectoryOfVersion2IsRewritten(t *testing.T) {
	dir := t.TempDir()
	oldDirectory(t, dir, "version2")
	check := func(s *Store, n int) {
		t.Helper()
		require.Len(t, search(t, s, "t", "all"), n)
		require.Len(t, search(t, s, "u", "d/0"), 1)
		require.Len(t, complete(t, s, "t", "own "), n)
		recs, err := s.Records(ctx, "t", []string{"d", "e"})
		require.NoError(t, err)
		require.Len(t, recs, n)
		for _, r := range recs {
			want := record("t", r.Chunk.DocumentID, r.Chunk.Ordinal)
			normalize(want.Vector)
			require.InDeltaSlice(t, want.Vector, r.Vector, 1e-7)
			want.Terms, want.Vector, r.Vector = nil, nil, nil
			require.Equal(t, want, r)
			hits, err := s.Search(ctx, &rag.Search{Tenant: "t", K: 1, Vector: record("t", "d", r.Chunk.Ordinal).Vector, Model: r.Model})
			require.NoError(t, err)
			require.InDelta(t, 1, hits[0].Scores[rag.Dense], 1e-6)
			require.Equal(t, r.Chunk.ID, hits[0].Record.Chunk.ID)
		}
	}
	s := open(t, dir)
	check(s, 3)
	require.Eventually(t, func() bool { return settled(s) }, 10*time.Second, time.Millisecond)
	check(s, 3)
	for _, seg := range s.segments {
		require.False(t, seg.file.outdated())
	}
	require.NoFileExists(t, filepath.Join(dir, "00000001.segment"))
	require.NoFileExists(t, filepath.Join(dir, "00000003.log"))
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 2)}))
	require.NoError(t, s.Close())
	check(open(t, dir), 4)
}

// Damaged vectors of a segment of version 1, which are an array, are found before
// they are rewritten.
func TestDamagedVectorsOfVersion2AreAnError(t *testing.T) {
	dir := t.TempDir()
	oldDirectory(t, dir, "version2")
	path := filepath.Join(dir, "00000001.segment")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	v := []float32{1, 7, 0.5}
	n := norm(v)
	for i, x := range v {
		v[i] = float32(float64(x) / n)
	}
	at := bytes.Index(b, rawBytes(v))
	require.Positive(t, at)
	b[at+1] ^= 1
	require.NoError(t, os.WriteFile(path, b, 0o600))
	_, err = Open(dir, nil)
	e, ok := errors.AsType[*CorruptError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, path, e.File)
}

// A damaged snapshot of version 1 is an error that says where.
func TestDamagedSnapshotIsAnError(t *testing.T) {
	dir := t.TempDir()
	oldDirectory(t, dir, "version1")
	path := filepath.Join(dir, "00000002.snapshot")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for name, b := range map[string][]byte{
		"flipped":  append(bytes.Clone(whole[:60]), append([]byte{whole[60] ^ 1}, whole[61:]...)...),
		"cut":      whole[:len(whole)-3],
		"no end":   whole[:len(whole)-frameHeader-2],
		"version":  append([]byte("aklstor\x09"), whole[8:]...),
		"nothing":  nil,
		"two ends": append(bytes.Clone(whole), whole[len(whole)-frameHeader-2:]...),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, b, 0o600))
			_, err := Open(dir, nil)
			e, ok := errors.AsType[*CorruptError](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, path, e.File)
		})
	}
}
