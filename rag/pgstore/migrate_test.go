package pgstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/observe/pgtest"
	"github.com/akshara-go/akshara/rag"
)

// vectored is record with a vector.
func vectored(document string, n int, v ...float32) rag.Record {
	r := record(document, n, "a")
	r.Vector, r.Model = v, rag.EmbedModel{Name: "m", Dimensions: len(v)}
	return r
}

// byVector searches tenant "t".
func byVector(v ...float32) *rag.Search {
	return &rag.Search{Tenant: "t", K: 10, Vector: v, Model: rag.EmbedModel{Name: "m", Dimensions: len(v)}}
}

func TestProcessesThatStartAtOnceMakeTheTablesOnce(t *testing.T) {
	pgtest.NeedsPgvector(t)
	dsn := server.Schema(t)
	var wg sync.WaitGroup
	for i := range 6 {
		db := connect(t, dsn)
		wg.Go(func() {
			s, err := Open(t.Context(), db, nil)
			if err == nil {
				err = s.Upsert(t.Context(), []rag.Record{vectored("d", i, 1, float32(i))})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s, err := Open(t.Context(), connect(t, dsn), nil)
	require.NoError(t, err)
	hits, err := s.Search(t.Context(), byVector(1, 1))
	require.NoError(t, err)
	require.Len(t, hits, 6)
}

// role makes a login without rights, which goes with the test.
func role(t *testing.T, s *Store, name string) {
	require.NoError(t, s.db.Session(t.Context()).Exec("CREATE ROLE "+name+" LOGIN").Error)
	t.Cleanup(func() {
		require.NoError(t, s.db.Session(context.Background()).Exec("DROP OWNED BY "+name+"; DROP ROLE "+name).Error)
	})
}

func TestARoleThatMayMakeNothingWorksWithTablesThatAreThere(t *testing.T) {
	owner, dsn := openWith(t, nil)
	role(t, owner, "service")
	asService := pgtest.As("service", dsn)
	_, err := Open(t.Context(), connect(t, asService), nil)
	failsAs(t, fault.ServiceUnavailable, err)

	require.NoError(t, Migrate(t.Context(), owner.db.Session(t.Context()), 2))
	require.NoError(t, Migrate(t.Context(), owner.db.Session(t.Context()), 2))
	schema := strings.TrimSuffix(dsn[strings.LastIndex(dsn, "=")+1:], ",public")
	require.NoError(t, owner.db.Session(t.Context()).Exec("GRANT USAGE ON SCHEMA "+schema+" TO service; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "+schema+" TO service").Error)
	s, err := Open(t.Context(), connect(t, asService), nil)
	require.NoError(t, err)
	require.NoError(t, s.CheckVectors(t.Context()))
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{vectored("d", 1, 1, 0), vectored("d", 2, 0, 1)}))
	require.NoError(t, s.Load(t.Context(), sequence(vectored("e", 1, 1, 1))))
	require.NoError(t, s.Replace(t.Context(), "t", []string{"d"}, []rag.Record{vectored("d", 3, 1, 0)}))
	require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: "t", Documents: []string{"none"}}))
	hits, err := s.Search(t.Context(), byVector(1, 0))
	require.NoError(t, err)
	require.Len(t, hits, 2)

	r := vectored("d", 1, 1, 2, 3) // of dimensions that there is no table for
	r.Tenant = "u"
	failsAs(t, fault.ServiceUnavailable, s.Upsert(t.Context(), []rag.Record{r}))
	failsAs(t, fault.InvalidRequest, Migrate(t.Context(), owner.db.Session(t.Context()), 0))
	failsAs(t, fault.InvalidRequest, Migrate(t.Context(), owner.db.Session(t.Context()), maxDimensions+1))
}

// sequence gives records one by one.
func sequence(recs ...rag.Record) func(yield func(rag.Record, error) bool) {
	return func(yield func(rag.Record, error) bool) {
		for _, r := range recs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestWithoutPgvectorWordsAreFound(t *testing.T) {
	pgtest.NeedsPgvector(t)
	dsn := server.Database(t)
	name := dsn[strings.LastIndex(dsn, "=")+1:]
	role := fmt.Sprint("plain", name)
	require.NoError(t, server.Exec(t.Context(), name, "CREATE ROLE "+role+" LOGIN; CREATE SCHEMA s AUTHORIZATION "+role))
	t.Cleanup(func() {
		require.NoError(t, server.Exec(context.Background(), name, "DROP OWNED BY "+role+"; DROP ROLE "+role))
	})
	s, err := Open(t.Context(), connect(t, pgtest.As(role, dsn)+" search_path=s"), nil)
	require.NoError(t, err, "a role that may not make the extension")

	require.NoError(t, s.CheckHealth(t.Context()))
	failsAs(t, fault.ServiceUnavailable, s.CheckVectors(t.Context()))
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{vectored("d", 1, 1, 0)}))
	require.NoError(t, s.Load(t.Context(), sequence(vectored("d", 2, 1, 1))))
	hits, err := s.Search(t.Context(), words("a"))
	require.NoError(t, err)
	require.Len(t, hits, 2)
	q := byVector(1, 0)
	hits, err = s.Search(t.Context(), q)
	require.NoError(t, err)
	require.Empty(t, hits)
	q.Sparse = words("a").Sparse
	hits, err = s.Search(t.Context(), q)
	require.NoError(t, err)
	require.Len(t, hits, 2)
	require.NotContains(t, hits[0].Scores, rag.Dense)
	recs, err := s.Records(t.Context(), "t", []string{"d"})
	require.NoError(t, err)
	require.Len(t, recs, 2)
	require.Empty(t, recs[0].Vector)
}

func TestLoadingMakesTheIndexAfterwards(t *testing.T) {
	large(t)
	s, _ := openWith(t, nil)
	recs := make([]rag.Record, loadBatch+500)
	for i := range recs {
		recs[i] = vectored("d", i, 1, float32(i), 3)
	}
	indexes := 0
	require.NoError(t, s.Load(t.Context(), func(yield func(rag.Record, error) bool) {
		for i, r := range recs {
			if i == loadBatch+100 {
				missing, err := s.unindexed(t.Context(), vectorIndex)
				require.NoError(t, err)
				indexes = len(missing)
				failsAs(t, fault.ServiceUnavailable, s.CheckVectors(t.Context()))
			}
			if !yield(r, nil) {
				return
			}
		}
	}))
	require.Equal(t, 1, indexes, "the rows come before the index")
	require.NoError(t, s.CheckVectors(t.Context()))
	n, _, err := s.DocumentFrequency(t.Context(), "t", rag.Words, nil)
	require.NoError(t, err)
	require.Equal(t, len(recs), n)

	require.NoError(t, s.Load(t.Context(), func(yield func(rag.Record, error) bool) {
		yield(vectored("e", 1, 1, 2, 3), nil)
		missing, err := s.unindexed(t.Context(), vectorIndex)
		require.NoError(t, err)
		require.Empty(t, missing, "an index that is in use stays")
	}))
	broken := errors.New("the source broke")
	require.ErrorIs(t, s.Load(t.Context(), func(yield func(rag.Record, error) bool) { yield(rag.Record{}, broken) }), broken)
	failsAs(t, fault.InvalidRequest, s.Load(t.Context(), sequence(rag.Record{})))
	other := vectored("f", 1, 1, 2, 3)
	other.Model.Name = "other"
	_, ok := errors.AsType[*rag.ModelMismatchError](s.Load(t.Context(), sequence(other)))
	require.True(t, ok)
}

// Ten thousand tenants are rows, not tables, and none costs another time.
func TestTenThousandTenants(t *testing.T) {
	s, _ := openWith(t, nil)
	count := func() (n int64) {
		require.NoError(t, s.db.Session(t.Context()).Table("pg_class").
			Where("relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('akshara_tenants'))").Count(&n).Error)
		return n
	}
	tenants := 10_000
	if testing.Short() {
		tenants = 1000
	}
	recs := make([]rag.Record, tenants)
	for i := range recs {
		recs[i] = vectored("d", 1, 1, float32(i))
		recs[i].Tenant = fmt.Sprint("tenant", i)
	}
	require.NoError(t, s.Upsert(t.Context(), recs[:1]))
	before := count()
	for batch := range slices.Chunk(recs, 1000) {
		require.NoError(t, s.Upsert(t.Context(), batch))
	}
	require.Equal(t, before, count())
	var times []time.Duration
	for i := 0; i < tenants; i += tenants / 100 {
		q := byVector(1, 0)
		q.Tenant, q.Sparse = recs[i].Tenant, words("a").Sparse
		start := time.Now()
		hits, err := s.Search(t.Context(), q)
		times = append(times, time.Since(start))
		require.NoError(t, err)
		require.Len(t, hits, 1)
		require.Equal(t, recs[i].Tenant, hits[0].Record.Tenant)
	}
	slices.Sort(times)
	t.Logf("p50 of searches among %d tenants: %v", tenants, times[len(times)/2])
	require.Less(t, times[len(times)/2], 100*time.Millisecond, "also on a busy machine")
}

// firstVectors made the tables of vectors in version 1 of the schema.
var firstVectors = []string{
	`CREATE TABLE akshara_vectors_2 (
		tenant int NOT NULL,
		n      bigint NOT NULL,
		exact  vector(2) NOT NULL,
		half   halfvec(2) GENERATED ALWAYS AS (exact::halfvec(2)) STORED,
		PRIMARY KEY (tenant, n)
	) WITH (toast_tuple_target = 128)`,
	`CREATE INDEX akshara_vectors_2_hnsw ON akshara_vectors_2 USING hnsw (half halfvec_ip_ops) WITH (m = 16, ef_construction = 96)`,
}

// asFirst takes the store's schema, with its records, back to version 1.
func asFirst(t *testing.T, s *Store) {
	db := s.db.Session(t.Context())
	require.NoError(t, db.Exec("ALTER TABLE akshara_vectors_2 RENAME TO held").Error)
	require.NoError(t, db.Exec("ALTER INDEX akshara_vectors_2_pkey RENAME TO held_pkey").Error)
	require.NoError(t, pgkit.Run(db, firstVectors...))
	require.NoError(t, db.Exec("INSERT INTO akshara_vectors_2 (tenant, n, exact) SELECT tenant, n, exact FROM held").Error)
	require.NoError(t, db.Exec("DROP TABLE held").Error)
	require.NoError(t, db.Exec("DROP TABLE akshara_notes").Error)
	require.NoError(t, db.Exec("DELETE FROM akshara_migrations WHERE version > 1").Error)
}

func TestASchemaOfTheFirstVersionIsBroughtUpWithItsRecords(t *testing.T) {
	old, dsn := openWith(t, nil)
	recs := make([]rag.Record, exactRows+500)
	for i := range recs {
		recs[i] = vectored("d", i, 1, float32(i))
	}
	require.NoError(t, old.Upsert(t.Context(), recs))
	asFirst(t, old)

	stores := make([]*Store, 4)
	var wg sync.WaitGroup
	for i := range stores {
		db := connect(t, dsn)
		wg.Go(func() {
			var err error
			if stores[i], err = Open(context.Background(), db, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.NotContains(t, stores, (*Store)(nil))
	s := stores[0]
	finds := func(id string, v ...float32) {
		t.Helper()
		hits, err := s.Search(t.Context(), byVector(v...))
		require.NoError(t, err)
		require.Len(t, hits, 10)
		require.True(t, slices.ContainsFunc(hits, func(h rag.Hit) bool { return h.Record.Chunk.ID == id }))
	}
	require.NoError(t, s.CheckVectors(t.Context()), "the index of the first version is as good")
	finds("d#0", 1, 0)
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{vectored("e", 1, -1, 0)}))
	finds("e#1", -1, 0)
	require.NoError(t, s.Index(t.Context()))
	has, err := pgkit.Exists(s.db.Session(t.Context()), "to_regclass(?)", firstVectorIndex(2))
	require.NoError(t, err)
	require.False(t, has)
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{vectored("e", 2, 0, -1)}))
	finds("d#0", 1, 0)
	finds("e#1", -1, 0)
	finds("e#2", 0, -1)
}
