package localstore

import (
	"context"
	"slices"

	"github.com/akshara-go/akshara/rag"
)

var _ rag.Recaller = (*Store)(nil)

// Records implements [rag.Recaller]. Vectors have length 1. A record that cannot
// be read back from disk is INTERNAL_ERROR around a [*CorruptError].
func (s *Store) Records(ctx context.Context, tenantName string, documents []string) ([]rag.Record, error) {
	recs := []rag.Record{}
	err := s.view(ctx, tenantName, func(t *tenant) error {
		if t == nil {
			return nil
		}
		names := slices.Clone(documents)
		slices.Sort(names)
		var buf []byte
		for _, id := range slices.Compact(names) {
			for _, p := range t.parts {
				for _, slot := range p.slotsOf(id) {
					if !p.alive(slot, t.version) {
						continue
					}
					if err := ctx.Err(); err != nil {
						return err
					}
					r, err := p.recall(slot, &buf)
					if err != nil {
						return openFault(err)
					}
					r.Tenant = tenantName
					recs = append(recs, *r)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return recs, nil
}

// recall gives a record with its vector.
func (p *part) recall(slot uint32, buf *[]byte) (*rag.Record, error) {
	r := &rag.Record{}
	if err := p.read(slot, buf, r); err != nil {
		return nil, err
	}
	if row := p.rows[slot]; row >= 0 {
		r.Vector, r.Model = slices.Clone(rag.Vector(p.vecs.row(row))), p.model
	}
	return r, nil
}

// read gives a record without its terms and vector.
func (p *part) read(slot uint32, buf *[]byte, r *rag.Record) error {
	b, err := p.home.record(p.where[slot], buf)
	if err != nil {
		return err
	}
	d := &decoder{b: b[4:]}
	d.meta(r)
	d.text(&r.Chunk)
	if d.err != nil {
		return p.home.holder(p.where[slot]).corrupt(int64(p.where[slot].at), d.err.Error())
	}
	return nil
}
