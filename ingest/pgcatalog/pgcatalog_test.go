package pgcatalog

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/ingest/ingesttest"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pgtest"
	"github.com/akshara-go/akshara/rag/corpus"
)

var server = pgtest.New()

func TestMain(m *testing.M) { goleak.VerifyTestMain(server.Around(m)) }

// connect gives a pool of connections that t closes.
func connect(t *testing.T, dsn string) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(postgres.Open(dsn), &gorm.Config{Logger: logger.Discard, DisableAutomaticPing: true})
	require.NoError(t, err)
	pool, err := db.DB()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return db
}

// open gives the catalog in a database.
func open(t *testing.T, dsn string) *Catalog {
	t.Helper()
	c, err := Open(t.Context(), connect(t, dsn), nil)
	require.NoError(t, err)
	return c
}

func TestCatalog(t *testing.T) {
	ingesttest.TestCatalog(t, func(t *testing.T) catalog.Catalog { return open(t, server.Schema(t)) })
}

func TestATenantsDocumentsAreItsOwn(t *testing.T) {
	a := open(t, server.Schema(t))
	b := a.ForTenant("b")
	require.NoError(t, a.Put(t.Context(), &corpus.Document{ID: "x", Text: "a's"}))
	_, err := b.Get(t.Context(), "x")
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
	require.Equal(t, fault.NotFound, fault.CodeOf(b.Delete(t.Context(), "x")))
	require.NoError(t, b.Put(t.Context(), &corpus.Document{ID: "x", Text: "b's"}))
	doc, err := a.ForTenant("").Get(t.Context(), "x")
	require.NoError(t, err)
	require.Equal(t, "a's", doc.Text)
	_, total, err := b.List(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Equal(t, 1, total)
}

func TestProcessesThatStartAtOnceShareADatabase(t *testing.T) {
	dsn := server.Schema(t)
	var wg sync.WaitGroup
	for i := range 5 {
		db := connect(t, dsn)
		wg.Go(func() {
			c, err := Open(t.Context(), db, nil)
			if err == nil {
				err = c.Put(t.Context(), &corpus.Document{ID: string(rune('a' + i))})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	_, total, err := open(t, dsn).List(t.Context(), 0, 0)
	require.NoError(t, err)
	require.Equal(t, 5, total)
}

func TestARestartedServerCostsTimeAndNoError(t *testing.T) {
	dsn := server.Schema(t)
	c := open(t, dsn)
	require.NoError(t, c.CheckHealth(t.Context()))
	require.NoError(t, c.Put(t.Context(), &corpus.Document{ID: "x"}))
	server.Kill()
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(c.CheckHealth(t.Context())))
	impatient, err := Open(t.Context(), connect(t, dsn), &Options{RetryFor: -1})
	require.Nil(t, impatient)
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	got := make(chan error)
	go func() {
		_, err := c.Get(t.Context(), "x")
		got <- err
	}()
	time.Sleep(50 * time.Millisecond)
	server.Start(t)
	require.NoError(t, <-got)
}

func TestDamagedRowsAreAnErrorWithACode(t *testing.T) {
	c := open(t, server.Schema(t))
	require.NoError(t, c.Put(t.Context(), &corpus.Document{ID: "x"}))
	require.NoError(t, c.db.Session(t.Context()).Table(row{}.TableName()).Where("true").Updates(map[string]any{"body": []byte("{"), "entry": []byte("{")}).Error)
	_, err := c.Get(t.Context(), "x")
	require.Equal(t, fault.Internal, fault.CodeOf(err))
	_, _, err = c.List(t.Context(), 0, 1)
	require.Equal(t, fault.Internal, fault.CodeOf(err))
}

func TestACatalogNeedsADatabase(t *testing.T) {
	_, err := Open(t.Context(), nil, nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}
