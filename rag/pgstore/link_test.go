package pgstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
)

// waiting counts the vectors of a store that are not in the index.
func waiting(t *testing.T, s *Store, dims int) (n int64) {
	require.NoError(t, s.db.Session(t.Context()).Table(vectorTable(dims)).Where("NOT linked").Count(&n).Error)
	return n
}

func TestVectorsAreFoundBeforeAndAfterTheyAreLinked(t *testing.T) {
	s, _ := openWith(t, nil)
	vectors := gaussians(exactRows+1100, 24)
	recs := make([]rag.Record, len(vectors))
	for i := range recs {
		recs[i] = vectored("d", i, vectors[i]...)
	}
	loaded := recs[:exactRows+100]
	require.NoError(t, s.Load(t.Context(), sequence(loaded...)))
	require.Zero(t, waiting(t, s, 24))
	for batch := range slices.Chunk(recs[len(loaded):], 250) {
		require.NoError(t, s.Upsert(t.Context(), batch))
	}
	require.Equal(t, int64(1000), waiting(t, s, 24))
	finds := func(i int) bool {
		q := byVector(vectors[i]...)
		hits, err := s.Search(t.Context(), q)
		require.NoError(t, err)
		require.Len(t, hits, 10)
		return slices.ContainsFunc(hits, func(h rag.Hit) bool { return h.Record.Chunk.ID == recs[i].Chunk.ID })
	}
	for i := len(loaded); i < len(recs); i += 50 {
		require.True(t, finds(i), "a vector that waits is compared")
	}
	require.True(t, finds(7))
	require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: "t", Chunks: []string{recs[len(loaded)].Chunk.ID}}))
	require.False(t, finds(len(loaded)))
	require.NoError(t, s.Index(t.Context()))
	require.Zero(t, waiting(t, s, 24))
	for i := len(loaded) + 50; i < len(recs); i += 50 {
		require.True(t, finds(i))
	}
}

// pgvector says when the graph that it builds outgrows the memory that it may have.
func TestAnIndexIsBuiltInMemory(t *testing.T) {
	large(t)
	const rows, dims = 8000, 24 // pgvector takes a megabyte at a time
	s, dsn := openWith(t, nil)
	require.NoError(t, s.ensureVectors(t.Context(), dims))
	require.NoError(t, s.db.Session(t.Context()).Exec(dropIndex(dims)).Error)
	list := make([]vectorRow, rows)
	for i, v := range gaussians(rows, dims) {
		list[i] = vectorRow{Tenant: 1, N: int64(i), Exact: unit(v), Linked: true}
	}
	require.NoError(t, create(s.db.Session(t.Context()).Table(vectorTable(dims)), list))
	config, err := pgx.ParseConfig(dsn)
	require.NoError(t, err)
	var notices []string
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { notices = append(notices, n.Message) }
	conn, err := pgx.ConnectConfig(t.Context(), config)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	for _, c := range []struct {
		memory   int64
		outgrown bool
	}{{graphBytes(rows, dims), false}, {graphBytes(rows, dims) / 2, true}} {
		notices = nil
		for _, statement := range []string{fmt.Sprintf("SET maintenance_work_mem = '%dkB'", c.memory>>10), createIndex(dims), dropIndex(dims)} {
			_, err := conn.Exec(t.Context(), statement)
			require.NoError(t, err)
		}
		outgrown := slices.ContainsFunc(notices, func(n string) bool { return strings.Contains(n, "no longer fits") })
		require.Equal(t, c.outgrown, outgrown, "%d bytes: %q", c.memory, notices)
	}
}

// A linked vector that the index gives up before it comes to is found, although
// enough others wait that pass the filter.
func TestVectorsThatWaitHideNoBetterOneThatIsLinked(t *testing.T) {
	large(t)
	s, _ := openWith(t, nil)
	vectors := gaussians(8000, 8)
	recs := make([]rag.Record, len(vectors))
	for i, v := range vectors {
		v[0] += 9 // near to what is asked for
		recs[i] = vectored("d", i, v...)
	}
	aside := func(i int, x float32) rag.Record {
		r := vectored("hi", i, 1, x, 0, 0, 0, 0, 0, 0)
		r.Source.Language = "hi"
		return r
	}
	better := aside(0, 4)
	require.NoError(t, s.Load(t.Context(), sequence(append(recs, better)...)))
	var fresh []rag.Record
	for i := range 12 {
		fresh = append(fresh, aside(1+i, 8+float32(i)))
	}
	require.NoError(t, s.Upsert(t.Context(), fresh))
	require.Equal(t, int64(len(fresh)), waiting(t, s, 8))
	q := byVector(1, 0, 0, 0, 0, 0, 0, 0)
	q.Filter.Language = "hi"
	hits, err := s.Search(t.Context(), q)
	require.NoError(t, err)
	require.Len(t, hits, 10)
	require.True(t, slices.ContainsFunc(hits, func(h rag.Hit) bool { return h.Record.Chunk.ID == better.Chunk.ID }))
}

func TestWhileTooManyVectorsWaitWritersLinkSome(t *testing.T) {
	s, _ := openWith(t, nil)
	recs := make([]rag.Record, freshRows+10)
	for i := range recs {
		recs[i] = vectored("d", i, 1, float32(i))
	}
	require.NoError(t, s.Upsert(t.Context(), recs[:freshRows]))
	require.Equal(t, int64(freshRows), waiting(t, s, 2))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.linkSome(ctx, 2, 1) // what ends too early leaves them to the next
	require.Equal(t, int64(freshRows), waiting(t, s, 2))
	var wg sync.WaitGroup
	for i := freshRows; i < len(recs); i++ {
		wg.Go(func() {
			if err := s.Upsert(context.Background(), recs[i:i+1]); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for range len(recs) - freshRows { // each writes one anew and links two
		require.NoError(t, s.Upsert(t.Context(), recs[:1]))
	}
	require.LessOrEqual(t, waiting(t, s, 2), int64(freshRows))
}
