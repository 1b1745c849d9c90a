package localstore

import (
	"context"
	"fmt"

	"github.com/akshara-go/akshara/rag"
)

// Search implements [rag.Store]. A text that cannot be read back from disk is
// INTERNAL_ERROR around a [*CorruptError].
func (s *Store) Search(ctx context.Context, q *rag.Search) ([]rag.Hit, error) {
	if err := rag.CheckSearch(q); err != nil {
		return nil, err
	}
	var found *found
	err := s.view(ctx, q.Tenant, func(t *tenant) (err error) {
		if t != nil {
			found, err = s.find(ctx, t, q)
		}
		return err
	})
	if err != nil || found == nil {
		return nil, err
	}
	return found.read(q.Tenant)
}

// found is what a search came to, before texts are read.
type found struct {
	hits  []rag.Hit
	where []location
}

// find searches every leg. The caller holds s.mu; the files that the result
// stands in are kept open until it is read.
func (s *Store) find(ctx context.Context, t *tenant, q *rag.Search) (*found, error) {
	f := &found{}
	at := map[uint32]int{}
	collect := func(leg rag.Leg, list []scored) {
		for _, it := range list {
			i, ok := at[it.slot]
			if !ok {
				i = len(f.hits)
				at[it.slot] = i
				f.hits = append(f.hits, rag.Hit{Scores: make(map[rag.Leg]float64, 1+len(q.Sparse))})
				f.where = append(f.where, t.where[it.slot])
			}
			f.hits[i].Scores[leg] = float64(it.score)
		}
	}
	g := newGate(t, q)
	sc := s.scratches.Get().(*scratch)
	defer s.scratches.Put(sc)
	if len(q.Vector) > 0 && t.vecs.live > 0 {
		if err := sameModel(t.model, q.Model, q.Vector); err != nil {
			return nil, err
		}
		list, err := t.vecs.search(ctx, q, g, sc)
		if err != nil {
			return nil, err
		}
		collect(rag.Dense, list)
	}
	for i := range q.Sparse {
		leg := &q.Sparse[i]
		list, err := t.legs[leg.Leg].search(ctx, leg, q.K, g, sc)
		if err != nil {
			return nil, err
		}
		collect(leg.Leg, list)
	}
	for _, w := range f.where {
		w.file.acquire()
	}
	return f, nil
}

// read fills in the records from disk and lets go of the files.
func (f *found) read(tenantName string) ([]rag.Hit, error) {
	var buf []byte
	var failed error
	for i, w := range f.where {
		if failed == nil {
			r := &f.hits[i].Record
			r.Tenant = tenantName
			if failed = w.read(&buf, r, decodeHit); failed != nil {
				failed = openFault(failed)
			}
		}
		_ = w.file.release() // a file that was retired meanwhile is removed at the next Open if not now
	}
	if failed != nil {
		return nil, failed
	}
	return f.hits, nil
}

// read gives what decode makes of the record's bytes.
func (w location) read(buf *[]byte, r *rag.Record, decode func([]byte, *rag.Record) error) error {
	if cap(*buf) < int(w.size) {
		*buf = make([]byte, max(int(w.size), 16<<10))
	}
	b := (*buf)[:w.size]
	if _, err := w.file.f.ReadAt(b, w.at); err != nil {
		return fmt.Errorf("localstore: read %s: %w", w.file.path, err)
	}
	if err := decode(b, r); err != nil {
		return w.file.corrupt(w.at, err.Error())
	}
	return nil
}
