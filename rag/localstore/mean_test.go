package localstore

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/internal/quant"
)

// parts gives the parts of a tenant as it is now.
func parts(s *Store, tenant string) []*part { return s.lookup(tenant).now.Load().parts }

// Parts of a tenant share one mean, and a segment that is made of them has the
// codes that making them anew would give.
func TestCodesAreTakenOver(t *testing.T) {
	const dim, rows = 64, quant.MinRows + 100
	s := open(t, t.TempDir())
	next := clustered(31, dim, 20)
	write := func(from, to int) {
		t.Helper()
		require.NoError(t, s.Upsert(ctx, vectorRecords(from, to, dim, next)))
	}
	write(0, rows)
	mean := parts(s, "")[0].vecs.codes.Mean
	write(rows, 2*rows)
	require.NoError(t, s.Compact(ctx))
	write(2*rows, 3*rows)
	write(3*rows, 3*rows+100) // too few to be coded
	require.NoError(t, s.Delete(ctx, rag.Selector{Documents: []string{"d3", fmt.Sprint("d", rows/5+1)}}))
	for _, p := range parts(s, "") {
		if c := p.vecs.codes; c != nil {
			require.Equal(t, mean, c.Mean)
		}
	}
	require.NoError(t, s.Compact(ctx))
	require.Len(t, parts(s, ""), 1)
	v := &parts(s, "")[0].vecs
	require.Equal(t, mean, v.codes.Mean)
	taken := v.codes
	v.codes = &quant.Codes{Mean: mean, Words: taken.Words, Blocks: make([]quant.Block, len(taken.Blocks))}
	require.NoError(t, v.code(ctx, nil))
	require.Equal(t, v.codes, taken)
}

// A part whose vectors lie elsewhere is coded around their own mean, and so is what
// is made of both.
func TestCodesFollowAMeanThatMoves(t *testing.T) {
	const dim = 64
	s := open(t, t.TempDir())
	for i := range 2 {
		next := clustered(uint64(40+i), dim, 20) // with another direction in common
		require.NoError(t, s.Upsert(ctx, vectorRecords(i*3*quant.MinRows, (i+1)*3*quant.MinRows, dim, next)))
	}
	list := parts(s, "")
	require.Len(t, list, 2)
	for _, p := range list {
		require.Equal(t, p.vecs.mean(), p.vecs.codes.Mean)
	}
	require.NoError(t, s.Compact(ctx))
	v := &parts(s, "")[0].vecs
	require.Equal(t, v.mean(), v.codes.Mean)
}

// A mean as far off as parts may share finds what their own does.
func TestCascadeAroundAnotherMean(t *testing.T) {
	const dim = 384
	next := clustered(8, dim, 50)
	tn := vectorTenant(10_000, dim, next)
	codeFarOff(&tn.parts[0].vecs)
	queries := make([]rag.Vector, 50)
	for i := range queries {
		queries[i] = make(rag.Vector, dim)
		next(0, queries[i])
	}
	recall, _, _ := agreement(t, tn, queries, 10)
	require.GreaterOrEqual(t, recall, 0.99)
}
