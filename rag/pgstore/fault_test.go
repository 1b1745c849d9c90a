package pgstore

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/observe/pgtest"
	"github.com/akshara-go/akshara/rag"
)

// openWith gives a store on a schema of its own, and its DSN.
func openWith(t *testing.T, opts *Options) (*Store, string) {
	pgtest.NeedsPgvector(t)
	dsn := server.Schema(t)
	s, err := Open(t.Context(), connect(t, dsn), opts)
	require.NoError(t, err)
	return s, dsn
}

// retrying gives a store that is s but for how long it tries again.
func retrying(t *testing.T, s *Store, d time.Duration) *Store {
	db, err := pgkit.New(s.db.Session(context.Background()), "pgstore", "the index", &pgkit.Options{RetryFor: d})
	require.NoError(t, err)
	return &Store{db: db, log: s.log, lexical: s.lexical, codes: s.codes, known: maps.Clone(s.known)}
}

// failsAs demands a code, and an error that does not tell the password.
func failsAs(t *testing.T, code fault.Code, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, fault.CodeOf(err), "%v", err)
	for e := err; e != nil; e = errors.Unwrap(e) {
		require.NotContains(t, e.Error(), pgtest.Password)
	}
}

// GORM keeps a row that it could not read among the others, with what the
// places of its values held before.
func TestARowThatCannotBeReadIsAnError(t *testing.T) {
	s, dsn := openWith(t, nil)
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `DROP FUNCTION akshara_learn;
		CREATE FUNCTION akshara_learn(int, uuid[], uuid[], bigint[], bytea[]) RETURNS TABLE (place text, id text) LANGUAGE sql AS $$ SELECT 'first', 'one' $$`)
	require.NoError(t, err)
	failsAs(t, fault.Internal, s.Upsert(t.Context(), []rag.Record{record("d", 1, "a")}))
	documents, err := s.Documents(t.Context(), record("d", 1).Tenant)
	require.NoError(t, err)
	require.Empty(t, documents)
}

func TestARestartedServerCostsTimeAndNoError(t *testing.T) {
	s, _ := openWith(t, &Options{RetryFor: 20 * time.Second})
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record("d", 1, "a")}))
	done := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-done:
					return
				default:
				}
				hits, err := s.Search(context.Background(), words("a"))
				if err != nil || len(hits) != 1 {
					t.Errorf("searching: %d hits, %v", len(hits), err)
					return
				}
				if err := s.Upsert(context.Background(), []rag.Record{record(fmt.Sprint("e", i), n%5, "b")}); err != nil {
					t.Errorf("writing: %v", err)
					return
				}
			}
		})
	}
	for _, end := range []func(){server.Stop, server.Kill} {
		time.Sleep(50 * time.Millisecond)
		end()
		time.Sleep(100 * time.Millisecond)
		server.Start(t)
	}
	time.Sleep(100 * time.Millisecond)
	close(done)
	wg.Wait()
}

func TestAServerThatStaysAwayIsAnErrorWithACode(t *testing.T) {
	s, dsn := openWith(t, &Options{RetryFor: 100 * time.Millisecond})
	server.Stop()
	defer server.Start(t)
	_, err := s.Search(t.Context(), words("a"))
	failsAs(t, fault.ServiceUnavailable, err)
	failsAs(t, fault.ServiceUnavailable, s.Upsert(t.Context(), []rag.Record{record("d", 1, "a")}))
	failsAs(t, fault.ServiceUnavailable, s.Delete(t.Context(), rag.Selector{Tenant: "t", All: true}))
	failsAs(t, fault.ServiceUnavailable, s.CheckHealth(t.Context()))
	failsAs(t, fault.ServiceUnavailable, s.CheckVectors(t.Context()))
	_, err = s.Documents(t.Context(), "t")
	failsAs(t, fault.ServiceUnavailable, err)
	_, _, err = s.DocumentFrequency(t.Context(), "t", rag.Words, []string{"a"})
	failsAs(t, fault.ServiceUnavailable, err)
	_, err = Open(t.Context(), connect(t, dsn), &Options{RetryFor: -1})
	failsAs(t, fault.ServiceUnavailable, err)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	s = retrying(t, s, time.Minute)
	start := time.Now()
	_, err = s.Search(ctx, words("a"))
	failsAs(t, fault.UpstreamTimeout, err)
	require.Less(t, time.Since(start), 10*time.Second, "a call does not outlive its context")

	server.Start(t)
	s = retrying(t, s, time.Minute)
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record("d", 1, "a")}))
	require.NoError(t, s.CheckHealth(t.Context()))
}

func TestAKilledServerKeepsAChangeWholeOrNotAtAll(t *testing.T) {
	s, _ := openWith(t, &Options{RetryFor: -1})
	recs := make([]rag.Record, 1500)
	for i := range recs {
		recs[i] = record("d", i, "all", fmt.Sprint("w", i%100))
		recs[i].Vector, recs[i].Model = rag.Vector{1, float32(i), 2}, rag.EmbedModel{Name: "m", Dimensions: 3}
	}
	require.NoError(t, s.Upsert(t.Context(), recs[:1]))
	require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: "t", All: true}))
	start := time.Now()
	require.NoError(t, s.Upsert(t.Context(), recs))
	took := time.Since(start)
	whole := 0
	for range 6 {
		ctx := context.Background()
		s = retrying(t, s, 20*time.Second)
		require.NoError(t, s.Delete(ctx, rag.Selector{Tenant: "t", All: true}))
		s = retrying(t, s, -1)
		outcome := make(chan error)
		go func() { outcome <- s.Upsert(ctx, recs) }()
		time.Sleep(time.Duration(rand.Float64() * 1.2 * float64(took)))
		server.Kill()
		err := <-outcome
		server.Start(t)
		s = retrying(t, s, 20*time.Second)
		n, df, failed := s.DocumentFrequency(ctx, "t", rag.Words, []string{"all", "w7"})
		require.NoError(t, failed)
		hits, failed := s.Search(ctx, &rag.Search{Tenant: "t", K: 2000, Vector: rag.Vector{1, 1, 1}, Model: recs[0].Model, Sparse: words("all").Sparse})
		require.NoError(t, failed)
		require.Contains(t, []int{0, len(recs)}, len(hits))
		require.Equal(t, len(hits), n)
		require.Equal(t, []int{n, n / 100}, df)
		for _, h := range hits {
			require.Len(t, h.Scores, 2)
		}
		if err == nil {
			require.Len(t, hits, len(recs), "what was acknowledged is there")
		} else {
			failsAs(t, fault.ServiceUnavailable, err)
		}
		whole += len(hits) / len(recs)
	}
	t.Logf("of 6 changes during which the server was killed, %d were there afterwards", whole)
}

func TestAPoolAtItsLimitIsWaitedForUntilTheDeadline(t *testing.T) {
	s, _ := openWith(t, nil)
	pool, err := s.db.Session(t.Context()).DB()
	require.NoError(t, err)
	pool.SetMaxOpenConns(1)
	held, err := pool.Conn(t.Context())
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = s.Search(ctx, words("a"))
	failsAs(t, fault.UpstreamTimeout, err)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, held.Close())
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			if err := s.Upsert(t.Context(), []rag.Record{record("d", i, "a")}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	hits, err := s.Search(t.Context(), words("a"))
	require.NoError(t, err)
	require.Len(t, hits, 10)
}

func TestAServerWithoutFreeConnectionsIsAnErrorWithACode(t *testing.T) {
	pgtest.NeedsPgvector(t)
	small := pgtest.New("max_connections=4", "superuser_reserved_connections=0", "max_wal_senders=0")
	t.Cleanup(small.Close)
	dsn := small.Schema(t)
	s, err := Open(t.Context(), connect(t, dsn), &Options{RetryFor: 50 * time.Millisecond})
	require.NoError(t, err)
	pool, err := s.db.Session(t.Context()).DB()
	require.NoError(t, err)
	pool.SetMaxIdleConns(0)
	var taken []*pgx.Conn
	require.Eventually(t, func() bool { // a session that ended holds its place for a moment
		if conn, err := pgx.Connect(context.Background(), dsn); err == nil {
			taken = append(taken, conn)
		}
		return len(taken) == 4
	}, 10*time.Second, 5*time.Millisecond)
	failsAs(t, fault.ServiceUnavailable, s.Upsert(t.Context(), []rag.Record{record("d", 1, "a")}))
	for _, conn := range taken {
		require.NoError(t, conn.Close(t.Context()))
	}
	s = retrying(t, s, 10*time.Second)
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record("d", 1, "a")}))
}

func TestACallThatTakesTooLongIsAnErrorWithACode(t *testing.T) {
	s, dsn := openWith(t, nil)
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record("d", 1, "a")}))
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "SELECT FROM akshara_tenants FOR UPDATE") // another writer that does not end
	require.NoError(t, err)
	change := []rag.Record{record("d", 2, "a")}

	timed, err := Open(t.Context(), connect(t, dsn+" statement_timeout=50"), nil)
	require.NoError(t, err)
	failsAs(t, fault.UpstreamTimeout, timed.Upsert(t.Context(), change))

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = s.Upsert(ctx, change)
	failsAs(t, fault.UpstreamTimeout, err)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	require.ErrorIs(t, s.Upsert(ctx, change), context.Canceled)

	hits, err := s.Search(t.Context(), words("a")) // nobody waits to search
	require.NoError(t, err)
	require.Len(t, hits, 1)
	require.NoError(t, tx.Rollback(t.Context()))
	require.NoError(t, s.Upsert(t.Context(), change))
}

// onSmallDisk gives a store whose tables lie on a disk of 24 MB, and the disk.
func onSmallDisk(t *testing.T) (*Store, string) {
	t.Helper()
	pgtest.NeedsPgvector(t)
	dir, err := os.MkdirTemp("", "pgstore")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o755))
	disk := filepath.Join(dir, "disk")
	require.NoError(t, os.Mkdir(disk, 0o777))
	if err := mountSmall(disk); err != nil {
		t.Skipf("a small disk needs the right to mount one: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, unmount(disk)) })
	space := filepath.Join(disk, "space")
	require.NoError(t, os.Mkdir(space, 0o700))
	own := pgtest.New()
	t.Cleanup(own.Close)
	dsn := own.Schema(t)
	own.Own(t, space)
	require.NoError(t, own.Exec(t.Context(), "postgres", "CREATE TABLESPACE small LOCATION '"+space+"'"))
	s, err := Open(t.Context(), connect(t, dsn+" default_tablespace=small"), nil)
	require.NoError(t, err)
	return s, disk
}

func TestAFullDiskIsAnErrorWithACodeAndLeavesNothingHalfWritten(t *testing.T) {
	s, disk := onSmallDisk(t)
	noise, text := rand.NewChaCha8([32]byte{}), make([]byte, 15_000)
	batch := func(n int) []rag.Record {
		recs := make([]rag.Record, 50)
		for i := range recs {
			_, _ = noise.Read(text)
			recs[i] = record(fmt.Sprint("d", n), i, "all", fmt.Sprint("w", n))
			recs[i].Chunk.Text = base64.StdEncoding.EncodeToString(text) // which cannot be compressed
		}
		return recs
	}
	n, failed := 0, error(nil)
	for ; failed == nil && n < 100; n++ {
		failed = s.Upsert(t.Context(), batch(n))
	}
	failsAs(t, fault.ServiceUnavailable, failed)
	require.ErrorContains(t, failed, "no room left")
	written := n - 1
	require.Positive(t, written)
	holds := func(want int) {
		t.Helper()
		records, df, err := s.DocumentFrequency(t.Context(), "t", rag.Words, []string{"all", fmt.Sprint("w", n-1)})
		require.NoError(t, err)
		require.Equal(t, []int{50 * want, 50 * want, 0}, append([]int{records}, df...))
		q := words("all")
		q.K = 10_000
		hits, err := s.Search(t.Context(), q)
		require.NoError(t, err)
		require.Len(t, hits, 50*want)
	}
	holds(written)
	require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: "t", Documents: []string{"d0"}}))
	holds(written - 1)
	require.NoError(t, enlarge(disk))
	require.NoError(t, s.Upsert(t.Context(), batch(0)))
	holds(written)
}

func TestADatabaseThatIsReadOnlyIsAnErrorWithACode(t *testing.T) {
	_, dsn := openWith(t, nil)
	s, err := Open(t.Context(), connect(t, dsn+" default_transaction_read_only=on"), nil)
	require.NoError(t, err)
	failsAs(t, fault.ServiceUnavailable, s.Upsert(t.Context(), []rag.Record{record("d", 1, "a")}))
	hits, err := s.Search(t.Context(), words("a"))
	require.NoError(t, err)
	require.Empty(t, hits)
}

func TestTablesThatAreGoneAreAnErrorWithACode(t *testing.T) {
	s, _ := openWith(t, nil)
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record("d", 1, "a")}))
	require.NoError(t, s.db.Session(t.Context()).Exec("DROP TABLE akshara_postings").Error)
	_, err := s.Search(t.Context(), words("a"))
	failsAs(t, fault.ServiceUnavailable, err)
	require.NoError(t, s.db.Session(t.Context()).Exec("DROP TABLE akshara_tenants").Error)
	failsAs(t, fault.ServiceUnavailable, s.CheckHealth(t.Context()))
}

func TestWritersOfManyTenantsDoNotWaitForEachOther(t *testing.T) {
	s, _ := openWith(t, &Options{RetryFor: -1})
	var wg sync.WaitGroup
	for w := range 6 {
		wg.Go(func() {
			for n := range 10 {
				recs := make([]rag.Record, 8)
				for i := range recs {
					recs[i] = record("d", w, "a")
					recs[i].Tenant = fmt.Sprint("t", (w+i*(1+n%3))%8)
				}
				if err := s.Upsert(t.Context(), recs); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestAStoreNeedsPostgreSQL(t *testing.T) {
	_, err := Open(t.Context(), nil, nil)
	failsAs(t, fault.InvalidRequest, err)
	db, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: ":memory:"}, nil)
	require.NoError(t, err)
	_, err = Open(t.Context(), db, nil)
	failsAs(t, fault.InvalidRequest, err)
	pool, err := db.DB()
	require.NoError(t, err)
	require.NoError(t, pool.Close())
}

func TestWhatIsNoRequestIsRefused(t *testing.T) {
	s, _ := openWith(t, nil)
	dense := record("d", 1, "a")
	dense.Terms[rag.Dense] = dense.Terms[rag.Words]
	long := record("d", 1, "a")
	long.Vector, long.Model = make(rag.Vector, 4001), rag.EmbedModel{Name: "m", Dimensions: 4001}
	long.Vector[0] = 1
	zero := record("d", 1, "a")
	zero.Terms[rag.Words][0].Count = 0
	for _, r := range []rag.Record{dense, long, zero} {
		failsAs(t, fault.InvalidRequest, s.Upsert(t.Context(), []rag.Record{r}))
	}
	twice, negative, k1, b := words("a"), words("a"), words("a"), words("a")
	twice.Sparse = append(twice.Sparse, twice.Sparse[0])
	negative.Sparse[0].Terms[0].Count = -1
	k1.Sparse[0].K1 = -1
	b.Sparse[0].B = 1.5
	for _, q := range []*rag.Search{nil, twice, negative, k1, b} {
		_, err := s.Search(t.Context(), q)
		failsAs(t, fault.InvalidRequest, err)
	}
}
