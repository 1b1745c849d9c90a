package weaviatestore

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/ragtest"
)

// open gives a store in the cluster's collection of the tests.
func open(tb testing.TB) *Store {
	tb.Helper()
	s, err := Open(context.Background(), nodes.urls(tb), &Options{APIKey: testKey})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

// apart is a store whose tenants are its own: many of them share a collection,
// which takes longer to make than a test to run.
type apart struct {
	*Store
	prefix string
}

var aparts atomic.Int64

func openApart(tb testing.TB) *apart {
	return &apart{open(tb), fmt.Sprintf("case-%d-", aparts.Add(1))}
}

func (a *apart) own(recs []rag.Record) []rag.Record {
	out := make([]rag.Record, len(recs))
	for i, r := range recs {
		r.Tenant = a.prefix + r.Tenant
		out[i] = r
	}
	return out
}

func (a *apart) Upsert(ctx context.Context, recs []rag.Record) error {
	return a.Store.Upsert(ctx, a.own(recs))
}

func (a *apart) Replace(ctx context.Context, tenant string, documents []string, recs []rag.Record) error {
	return a.Store.Replace(ctx, a.prefix+tenant, documents, a.own(recs))
}

func (a *apart) Delete(ctx context.Context, sel rag.Selector) error {
	sel.Tenant = a.prefix + sel.Tenant
	return a.Store.Delete(ctx, sel)
}

func (a *apart) Search(ctx context.Context, q *rag.Search) ([]rag.Hit, error) {
	own := *q
	own.Tenant = a.prefix + q.Tenant
	hits, err := a.Store.Search(ctx, &own)
	for i := range hits {
		hits[i].Record.Tenant = q.Tenant
	}
	return hits, err
}

func (a *apart) DocumentFrequency(ctx context.Context, tenant string, leg rag.Leg, terms []string) (int, []int, error) {
	return a.Store.DocumentFrequency(ctx, a.prefix+tenant, leg, terms)
}

func (a *apart) Documents(ctx context.Context, tenant string) ([]string, error) {
	return a.Store.Documents(ctx, a.prefix+tenant)
}

func (a *apart) Records(ctx context.Context, tenant string, documents []string) ([]rag.Record, error) {
	recs, err := a.Store.Records(ctx, a.prefix+tenant, documents)
	for i := range recs {
		recs[i].Tenant = tenant
	}
	return recs, err
}

func (a *apart) Note(ctx context.Context, tenant, name string) ([]byte, error) {
	return a.Store.Note(ctx, a.prefix+tenant, name)
}

func (a *apart) SetNote(ctx context.Context, tenant, name string, before, after []byte) ([]byte, error) {
	return a.Store.SetNote(ctx, a.prefix+tenant, name, before, after)
}

func TestStore(t *testing.T) {
	ragtest.TestStore(t, func(t *testing.T) rag.Store { return openApart(t) })
}
