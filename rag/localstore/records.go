package localstore

import (
	"context"

	"github.com/akshara-go/akshara/rag"
)

var _ rag.Recaller = (*Store)(nil)

// Records implements [rag.Recaller]. A record that cannot be read back from disk
// is INTERNAL_ERROR around a [*CorruptError].
func (s *Store) Records(ctx context.Context, tenantName string, documents []string) ([]rag.Record, error) {
	var where []location
	var model rag.EmbedModel
	err := s.view(ctx, tenantName, func(t *tenant) error {
		if t == nil {
			return nil
		}
		model = t.model
		seen := make(map[string]bool, len(documents))
		for _, id := range documents {
			doc := t.docs[id]
			if doc == nil || seen[id] {
				continue
			}
			seen[id] = true
			for _, slot := range doc.slots {
				where = append(where, t.where[slot])
			}
		}
		for _, w := range where {
			w.file.acquire()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var buf []byte
	recs := make([]rag.Record, len(where))
	for i, w := range where {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			if err = w.read(&buf, &recs[i], decodeWhole); err != nil {
				err = openFault(err)
			}
			recs[i].Tenant = tenantName
			if len(recs[i].Vector) > 0 {
				recs[i].Model = model
			}
		}
		_ = w.file.release() // a file that was retired meanwhile is removed at the next Open if not now
	}
	if err != nil {
		return nil, err
	}
	return recs, nil
}
