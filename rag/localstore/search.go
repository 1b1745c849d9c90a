package localstore

import (
	"context"
	"fmt"
	"math"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

// Search implements [rag.Store]. A text that cannot be read back from disk is
// INTERNAL_ERROR around a [*CorruptError].
func (s *Store) Search(ctx context.Context, q *rag.Search) ([]rag.Hit, error) {
	if err := checkSearch(q); err != nil {
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

func checkSearch(q *rag.Search) error {
	switch {
	case q == nil:
		return invalid("there is no search", nil)
	case q.K < 1:
		return invalid("a search has to ask for at least one record", fault.Details{"field": "k"})
	case len(q.Vector) == 0 && len(q.Sparse) == 0:
		return invalid("a search needs a vector or terms", nil)
	}
	if err := checkVector(q.Vector); err != nil {
		return invalid("the search: "+err.Error(), fault.Details{"field": "vector"})
	}
	seen := map[rag.Leg]bool{rag.Dense: true}
	for i := range q.Sparse {
		l := &q.Sparse[i]
		if seen[l.Leg] {
			return invalid(fmt.Sprintf("leg %q cannot be searched by terms, or not twice", l.Leg), fault.Details{"field": "sparse"})
		}
		seen[l.Leg] = true
		if !(l.K1 >= 0 && l.K1 <= math.MaxFloat32) || !(l.B >= 0 && l.B <= 1) {
			return invalid("BM25 needs K1 of at least 0 and B from 0 to 1", fault.Details{"field": "sparse"})
		}
		for _, t := range l.Terms {
			if !(t.Count >= 0 && t.Count <= math.MaxFloat32) {
				return invalid("the weight of a term is not a number of at least 0", fault.Details{"field": "sparse"})
			}
		}
	}
	return nil
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
			if failed = w.read(&buf, r); failed != nil {
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

func (w location) read(buf *[]byte, r *rag.Record) error {
	if cap(*buf) < int(w.size) {
		*buf = make([]byte, max(int(w.size), 16<<10))
	}
	b := (*buf)[:w.size]
	if _, err := w.file.f.ReadAt(b, w.at); err != nil {
		return fmt.Errorf("localstore: read %s: %w", w.file.path, err)
	}
	if err := decodeHit(b, r); err != nil {
		return w.file.corrupt(w.at, err.Error())
	}
	return nil
}
