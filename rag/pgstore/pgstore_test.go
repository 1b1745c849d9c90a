package pgstore

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/akshara-go/akshara/observe/pgtest"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/ragtest"
)

var server = pgtest.New()

func TestMain(m *testing.M) { goleak.VerifyTestMain(server.Around(m)) }

// connect gives a pool of connections that t closes.
func connect(tb testing.TB, dsn string) *gorm.DB {
	tb.Helper()
	db, err := gorm.Open(postgres.Open(dsn), &gorm.Config{Logger: logger.Discard, DisableAutomaticPing: true})
	require.NoError(tb, err)
	pool, err := db.DB()
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, pool.Close()) })
	return db
}

// open gives a store in an empty database.
func open(tb testing.TB) *Store {
	tb.Helper()
	pgtest.NeedsPgvector(tb)
	s, err := Open(context.Background(), connect(tb, server.Schema(tb)), nil)
	require.NoError(tb, err)
	return s
}

// large keeps a test of one goroutine on many rows out of short runs.
func large(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long on many rows")
	}
}

// record makes a public record of tenant "t" whose terms are words.
func record(document string, n int, words ...string) rag.Record {
	var terms []rag.Term
	for _, w := range words {
		terms = append(terms, rag.Term{Text: w, Count: 1})
	}
	id := fmt.Sprint(document, "#", n)
	return rag.Record{
		Tenant: "t", Readers: []string{corpus.Public},
		Chunk: corpus.Chunk{ID: id, DocumentID: document, Ordinal: n, Text: "text of " + id},
		Terms: map[rag.Leg][]rag.Term{rag.Words: terms},
	}
}

// words searches tenant "t" for words.
func words(list ...string) *rag.Search {
	var terms []rag.Term
	for _, w := range list {
		terms = append(terms, rag.Term{Text: w, Count: 1})
	}
	return &rag.Search{Tenant: "t", K: 10, Sparse: []rag.SparseLeg{{Leg: rag.Words, Terms: terms, K1: 1.2, B: 0.75}}}
}

func TestStore(t *testing.T) {
	ragtest.TestStore(t, func(t *testing.T) rag.Store { return open(t) })
}

func TestLiveIndex(t *testing.T) {
	ragtest.TestLiveIndex(t, func(t *testing.T) rag.Store { return open(t) })
}
