package localstore

import (
	"context"

	"github.com/akshara-go/akshara/rag"
)

// Search implements [rag.Store]. A text that cannot be read back from disk is
// INTERNAL_ERROR around a [*CorruptError].
func (s *Store) Search(ctx context.Context, q *rag.Search) ([]rag.Hit, error) {
	if err := rag.CheckSearch(q); err != nil {
		return nil, err
	}
	var hits []rag.Hit
	err := s.view(ctx, q.Tenant, func(t *tenant) error {
		if t == nil {
			return nil
		}
		f, err := s.find(ctx, t, q)
		if err == nil {
			hits, err = f.read(ctx, t, q.Tenant)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return hits, nil
}

// found is what a search came to, before texts are read.
type found struct {
	hits  []rag.Hit
	where []origin
}

// find searches every leg.
func (s *Store) find(ctx context.Context, t *tenant, q *rag.Search) (*found, error) {
	f := &found{}
	at := map[origin]int{}
	collect := func(leg rag.Leg, list []scored) {
		for _, it := range list {
			o := origin{it.part, it.slot}
			i, ok := at[o]
			if !ok {
				i = len(f.hits)
				at[o] = i
				f.hits = append(f.hits, rag.Hit{Scores: make(map[rag.Leg]float64, 1+len(q.Sparse))})
				f.where = append(f.where, o)
			}
			f.hits[i].Scores[leg] = float64(it.score)
		}
	}
	gates := t.gates(q)
	sc := s.scratches.Get().(*scratch)
	defer s.scratches.Put(sc)
	if len(q.Vector) > 0 && !t.model.IsZero() {
		if err := sameModel(t.model, q.Model, q.Vector); err != nil {
			return nil, err
		}
		list, err := t.dense(ctx, q, gates, sc)
		if err != nil {
			return nil, err
		}
		collect(rag.Dense, list)
	}
	for i := range q.Sparse {
		leg := &q.Sparse[i]
		list, err := t.bm25(ctx, leg, q.K, gates, sc)
		if err != nil {
			return nil, err
		}
		collect(leg.Leg, list)
	}
	return f, nil
}

// gates gives what a search may see of each part.
func (t *tenant) gates(q *rag.Search) []*gate {
	gates := make([]*gate, len(t.parts))
	for i, p := range t.parts {
		gates[i] = newGate(p, t.version, q.Readers, &q.Filter)
	}
	return gates
}

// read fills in the records from disk.
func (f *found) read(ctx context.Context, t *tenant, tenantName string) ([]rag.Hit, error) {
	var buf []byte
	for i, o := range f.where {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r := &f.hits[i].Record
		if err := t.parts[o.part].read(o.at, &buf, r); err != nil {
			return nil, openFault(err)
		}
		r.Tenant = tenantName
	}
	return f.hits, nil
}
