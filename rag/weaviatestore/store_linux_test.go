package weaviatestore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

// found gives the ids of the chunks that a search finds.
func foundBy(t *testing.T, s *Store, q *rag.Search) []string {
	t.Helper()
	hits, err := s.Search(t.Context(), q)
	require.NoError(t, err)
	ids := []string{}
	for _, h := range hits {
		ids = append(ids, h.Record.Chunk.ID)
	}
	return ids
}

func TestStoresThatOpenAtOnce(t *testing.T) {
	urls := nodes.urls(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() {
			s, err := Open(t.Context(), urls, &Options{Collection: "Together", APIKey: testKey})
			if err == nil {
				r := record(fmt.Sprint("at-once-", i), "d", 1, "a")
				r.Vector = make(rag.Vector, 3+i)
				r.Vector[0], r.Model.Dimensions = 1, 3+i
				err = errors.Join(s.Upsert(t.Context(), []rag.Record{r}), s.Close())
			}
			errs[i] = err
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	s, err := Open(t.Context(), urls, &Options{Collection: "Together", APIKey: testKey})
	require.NoError(t, err)
	defer s.Close()
	for i := range errs {
		v := make(rag.Vector, 3+i)
		v[0] = 1
		q := &rag.Search{Tenant: fmt.Sprint("at-once-", i), K: 1, Vector: v, Model: rag.EmbedModel{Name: "test", Dimensions: 3 + i}}
		require.Equal(t, []string{"d#1"}, foundBy(t, s, q))
	}
}

func TestAWrongKey(t *testing.T) {
	_, err := Open(t.Context(), nodes.urls(t), &Options{APIKey: "wrong"})
	require.Equal(t, fault.Upstream, fault.CodeOf(err), "%v", err)
}

// staged leaves what a writer leaves that is killed before it commits.
func staged(t *testing.T, s *Store, tenant string, recs ...rag.Record) {
	t.Helper()
	c, err := newChange(tenant, recs)
	require.NoError(t, err)
	st, err := s.plan(t.Context(), c)
	require.NoError(t, err)
	require.NoError(t, s.stage(t.Context(), st))
}

func TestAWriterThatWasKilled(t *testing.T) {
	s := open(t)
	const tenant = "writer-killed"
	staged(t, s, tenant, record(tenant, "first", 1, "a"))
	require.Empty(t, foundBy(t, s, words(tenant, "a")), "nobody sees what is not committed")
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record(tenant, "d", 1, "a")}))
	staged(t, s, tenant, record(tenant, "d", 1, "a", "b"), record(tenant, "d", 2, "a"))
	require.Equal(t, []string{"d#1"}, foundBy(t, s, words(tenant, "a")))
	require.Empty(t, foundBy(t, s, words(tenant, "b")))
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record(tenant, "e", 1, "a")}))
	require.ElementsMatch(t, []string{"d#1", "e#1"}, foundBy(t, s, words(tenant, "a")))
	ids, err := s.Documents(t.Context(), tenant)
	require.NoError(t, err)
	require.Equal(t, []string{"d", "e"}, ids)
}

func TestWhatIsDeadIsClearedAwayByTheNextWriter(t *testing.T) {
	s := open(t)
	const tenant = "dead"
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record(tenant, "d", 1, "a"), record(tenant, "d", 2, "a")}))
	c := &change{tenant: tenant, remove: []string{key(keyChunk, "d#1")}}
	st, err := s.plan(t.Context(), c)
	require.NoError(t, err)
	require.NoError(t, s.stage(t.Context(), st))
	require.NoError(t, s.commit(t.Context(), st)) // and no clear
	require.Equal(t, []string{"d#2"}, foundBy(t, s, words(tenant, "a")))
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record(tenant, "d", 3, "a")}))
	require.ElementsMatch(t, []string{"d#2", "d#3"}, foundBy(t, s, words(tenant, "a")))
}

func TestAWriterWhoseContextEnds(t *testing.T) {
	s := open(t)
	const tenant = "ended"
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record(tenant, "d", 1, "a")}))
	var recs []rag.Record
	for n := range 450 {
		recs = append(recs, record(tenant, "big", n, "a"))
	}
	c, err := newChange(tenant, recs)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	st, err := s.plan(ctx, c)
	require.NoError(t, err)
	require.Len(t, st.batches, 5)
	st.batches[4] = nil
	require.NoError(t, s.stage(ctx, st))
	cancel()
	s.undo(ctx, []*step{st})
	require.ErrorIs(t, s.Upsert(ctx, recs), context.Canceled)
	require.Equal(t, []string{"d#1"}, foundBy(t, s, words(tenant, "a")))

	require.NoError(t, s.Upsert(t.Context(), recs))
	require.Len(t, foundBy(t, s, &rag.Search{Tenant: tenant, K: 1000, Vector: rag.Vector{1, 0, 0, 0}, Model: rag.EmbedModel{Name: "test", Dimensions: 4}}), 451)
	require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: tenant, Documents: []string{"big"}}))
	require.Equal(t, []string{"d#1"}, foundBy(t, s, words(tenant, "a")))
	h, err := s.readHead(t.Context(), s.client.nodes[0], tenant)
	require.NoError(t, err)
	require.Empty(t, h.Dead, "nobody has to be told of 450 dead objects")
}

// Each tenant costs the cluster memory and files, so that these are few;
// BenchmarkTenants measures more of them.
func TestManyTenants(t *testing.T) {
	s := open(t)
	const many = 60
	var recs []rag.Record
	for i := range many {
		recs = append(recs, record(fmt.Sprint("of-many-", i), fmt.Sprint("d", i), 1, "a"))
	}
	require.NoError(t, s.Upsert(t.Context(), recs))
	for i := range many {
		require.Equal(t, []string{fmt.Sprintf("d%d#1", i)}, foundBy(t, s, words(fmt.Sprint("of-many-", i), "a")))
	}
}

func TestATenantThatTwoProcessesWroteAtOnce(t *testing.T) {
	urls := nodes.urls(t)
	const tenant = "two-writers"
	s := open(t)
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record(tenant, "d", 1, "a")}))
	var steps []*step
	for i := range 2 {
		c, err := newChange(tenant, []rag.Record{record(tenant, "d", 1, "a", fmt.Sprint("by", i)), record(tenant, fmt.Sprint("of", i), 1, "a")})
		require.NoError(t, err)
		st, err := s.plan(t.Context(), c)
		require.NoError(t, err)
		steps = append(steps, st)
	}
	for _, st := range steps {
		require.NoError(t, s.stage(t.Context(), st))
	}
	for _, st := range steps {
		require.NoError(t, s.commit(t.Context(), st))
	}
	hasty, err := Open(t.Context(), urls, &Options{APIKey: testKey, RetryFor: -1})
	require.NoError(t, err)
	defer hasty.Close()
	_, err = hasty.Search(t.Context(), words(tenant, "a"))
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err), "%v", err)
	require.NoError(t, s.Recount(t.Context(), tenant))
	require.ElementsMatch(t, []string{"d#1", "of0#1", "of1#1"}, foundBy(t, s, words(tenant, "a")))
	n, frequency, err := s.DocumentFrequency(t.Context(), tenant, rag.Words, []string{"a"})
	require.NoError(t, err)
	require.Equal(t, 3, n)
	require.Equal(t, []int{3}, frequency)
	require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: tenant, Documents: []string{"of0"}}))
	require.ElementsMatch(t, []string{"d#1", "of1#1"}, foundBy(t, s, words(tenant, "a")))
	require.NoError(t, s.Recount(t.Context(), "nobody's"))
}

// What is counted to tell whether an index is stale is counted anew.
func TestHowRecordsAreMadeIsCountedExactly(t *testing.T) {
	s := open(t)
	const tenant = "made"
	made := func(n int) rag.Record {
		r := record(tenant, "d", n, "a")
		r.Terms[rag.Made] = []rag.Term{{Text: "so", Count: 1}}
		return r
	}
	var recs []rag.Record
	for n := range 2000 {
		recs = append(recs, made(n))
	}
	for _, part := range [][]rag.Record{recs, {made(2000)}} {
		require.NoError(t, s.Upsert(t.Context(), part))
		all, df, err := s.DocumentFrequency(t.Context(), tenant, rag.Made, []string{"so"})
		require.NoError(t, err)
		require.Equal(t, all, df[0])
	}
}

// refusing lets no head through.
type refusing struct{ tenant string }

func (r refusing) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil && req.URL.Path != "/v1/graphql" && req.Method != http.MethodDelete {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		if bytes.Contains(body, []byte(headID(r.tenant))) {
			return &http.Response{StatusCode: http.StatusUnprocessableEntity, Body: io.NopCloser(strings.NewReader("{}")), Request: req}, nil
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	return http.DefaultTransport.RoundTrip(req)
}

func TestARecountThatCannotBeWrittenChangesNothing(t *testing.T) {
	s := open(t)
	const tenant = "recounted"
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record(tenant, "d", 1, "a")}))
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	other, err := Open(t.Context(), nodes.urls(t), &Options{APIKey: testKey, Transport: refusing{tenant}})
	require.NoError(t, err)
	require.Error(t, other.Recount(t.Context(), tenant))
	require.Equal(t, []string{"d#1"}, foundBy(t, s, words(tenant, "a")))
	require.NoError(t, s.Recount(t.Context(), tenant))
	require.Equal(t, []string{"d#1"}, foundBy(t, s, words(tenant, "a")))
}
