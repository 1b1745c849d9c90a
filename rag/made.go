package rag

import (
	"context"
	"fmt"

	"github.com/akshara-go/akshara/rag/analysis"
)

// Made is the leg that says how a record was made: its one term names the
// version of the analysis and how documents are cut. Nobody searches it;
// [Index.Stale] counts it.
const Made Leg = "made"

// way is the term of the leg [Made].
func (x *Index) way() string {
	var size, overlap int
	if c := x.opts.Chunk; c != nil {
		size, overlap = c.Size, c.Overlap
	}
	return fmt.Sprintf("analysis %d, chunks of %d and %d", analysis.Version, size, overlap)
}

// Stale tells whether the tenant has records that were made in another way than
// this index makes them: by another version of the analysis, whose keys a
// question does not ask for, or cut in another way. Such documents have to be
// added anew. It is false where the store does not tell.
func (x *Index) Stale(ctx context.Context) (bool, error) {
	s, ok := x.store.(Statistician)
	if !ok {
		return false, nil
	}
	records, _, err := s.DocumentFrequency(ctx, x.opts.Tenant, Words, nil)
	if err != nil {
		return false, err
	}
	_, made, err := s.DocumentFrequency(ctx, x.opts.Tenant, Made, []string{x.way()})
	if err != nil {
		return false, err
	}
	return made[0] < records, nil
}
