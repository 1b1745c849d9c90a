package localstore

import (
	"encoding/binary"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
)

// FuzzApply gives the decoder payloads that passed their checksum: it links them
// or says that they make no sense, and what it linked can be searched, compacted
// and deleted.
func FuzzApply(f *testing.F) {
	s := open(f, f.TempDir())
	e := newEncoder(s)
	require.NoError(f, e.encode(&change{ctx: ctx, recs: []rag.Record{record("t", "d", 1), record("t", "d", 2), record("u", "d", 1)}}))
	f.Add(e.frame[frameHeader:], []byte{})
	f.Add(e.frame[frameHeader:], encodeDelete(nil, &rag.Selector{Tenant: "t", Chunks: []string{"d/1"}, Except: []string{"d/2"}}))
	f.Add([]byte{kindOldUpsert, 1, 't', 1, 'm', 3, 1, 9, 0, 0, 0, 0, 1, 'c', 1, 'd', 0}, []byte{kindDelete, 1, 't', 1, 0, 0, 0})
	f.Add(binary.AppendUvarint([]byte{kindDefine, 1, 't', 1, 'w', 0}, 1<<40), []byte{kindEnd})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		s := &Store{}
		s.scratches.New = func() any { return new(scratch) }
		file := &dataFile{path: "fuzz"}
		file.refs.Store(1)
		for _, payload := range [][]byte{first, second, first} {
			if err := s.apply(payload, file, 0); err != nil {
				_, ok := errors.AsType[*CorruptError](err)
				require.True(t, ok, "%v", err)
				return
			}
		}
		s.collections.Range(func(name, c any) bool {
			tn := c.(*collection).now.Load()
			if tn == nil {
				return true
			}
			q := &rag.Search{Tenant: name.(string), Readers: []string{"*"}, K: 3, Sparse: words("all", "d/1")}
			if !tn.model.IsZero() {
				q.Vector, q.Model = make(rag.Vector, tn.model.Dimensions), tn.model
				q.Vector[0] = 1
			}
			_, err := s.find(ctx, tn, q)
			require.NoError(t, err)
			forms, err := s.Complete(ctx, &rag.Completion{Tenant: q.Tenant, Prefixes: []string{"", "a"}, K: 3})
			require.NoError(t, err)
			require.LessOrEqual(t, len(forms), 3)
			d, err := newDraft(ctx, tn.parts, tn.version, true)
			require.NoError(t, err)
			require.Equal(t, tn.live(), len(d.recs))
			e := c.(*collection).edit(file)
			e.delete(&rag.Selector{All: true})
			require.NoError(t, e.publish())
			require.Zero(t, c.(*collection).now.Load().live())
			return true
		})
	})
}

// FuzzOpen gives Open a log and a snapshot with anything in them.
func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	path, _ := written(f, dir, 2)
	whole, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(whole, false)
	f.Add(whole[:len(whole)-4], false)
	f.Add(whole, true)
	f.Fuzz(func(t *testing.T, file []byte, snapshot bool) {
		dir := t.TempDir()
		s := &Store{dir: dir}
		name := s.path(1, logSuffix)
		if snapshot {
			name = s.path(1, snapshotSuffix)
		}
		require.NoError(t, os.WriteFile(name, file, 0o600))
		opened, err := Open(dir, nil)
		if err != nil {
			_, ok := errors.AsType[*CorruptError](err)
			require.True(t, ok, "%v", err)
			return
		}
		require.NoError(t, opened.Upsert(ctx, []rag.Record{record("new", "d", 1)}))
		require.Len(t, search(t, opened, "new", "all"), 1)
		require.NoError(t, opened.Close())
	})
}
