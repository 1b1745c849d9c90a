package httprerank_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/httprerank"
	"github.com/akshara-go/akshara/rag/match"
	"github.com/akshara-go/akshara/rag/ragtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const key = "k-3f9a"

// relevance is the share of a question's words that a text holds.
func relevance(query, text string) float64 {
	asked := match.New(query, "", nil)
	return asked.Share(asked.In(analysis.Tokens(text, ""), text, nil))
}

// asked is what a server of any shape may be sent.
type asked struct {
	Model, Query     string
	Documents, Texts []string
	TopN             int   `json:"top_n"`
	ReturnDocuments  *bool `json:"return_documents"`
	Truncate         bool
	RawScores        bool `json:"raw_scores"`
	ReturnText       bool `json:"return_text"`
}

type object = map[string]any

// server is a stand-in for a reranking server, modelled on the documented wire
// formats: Cohere's API reference (v1 and v2), Jina's, and the OpenAPI document
// of Text Embeddings Inference. It is as strict as they are about the
// fields it is sent, and answers in the order of the scores.
func server(w http.ResponseWriter, r *http.Request) {
	status, body := http.StatusUnprocessableEntity, any(object{"message": "invalid request"})
	var q asked
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	switch {
	case r.Header.Get("Authorization") != "Bearer "+key:
		status, body = http.StatusUnauthorized, object{"message": "invalid api token"}
	case r.Method == http.MethodPost && d.Decode(&q) == nil:
		status, body = q.answer(r.URL.Path)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// answer gives the status and the body of the answer at a path.
func (q *asked) answer(path string) (int, any) {
	texts := slices.Concat(q.Documents, q.Texts)
	if q.Query == "" || len(texts) == 0 || slices.Contains(texts, "") {
		return http.StatusBadRequest, object{"message": "empty"}
	}
	score := "relevance_score"
	if path == "/rerank" {
		score = "score"
	}
	results := make([]object, len(texts))
	for i, text := range texts {
		results[i] = object{"index": i, score: relevance(q.Query, text)}
	}
	slices.SortStableFunc(results, func(a, b object) int { return cmp.Compare(b[score].(float64), a[score].(float64)) })
	switch {
	case path == "/v2/rerank" && q.Model == "m" && q.ReturnDocuments == nil && q.Texts == nil:
		return http.StatusOK, object{"id": "07734bd2", "results": results[:min(q.TopN, len(results))], "meta": object{"api_version": object{"version": "2"}}}
	case path == "/v1/rerank" && q.Model == "m" && q.ReturnDocuments != nil && !*q.ReturnDocuments && q.Texts == nil:
		return http.StatusOK, object{"model": "m", "usage": object{"total_tokens": 15}, "results": results[:min(q.TopN, len(results))]}
	case path == "/rerank" && len(texts) > 32:
		return http.StatusRequestEntityTooLarge, object{"error": "Batch size error", "error_type": "validation"}
	case path == "/rerank" && q.Model == "" && q.Truncate && !q.RawScores && !q.ReturnText && q.Documents == nil:
		return http.StatusOK, results
	}
	return http.StatusNotFound, object{"message": "not found"}
}

func serve(t testing.TB, h http.HandlerFunc) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// newReranker makes a Reranker that waits little and goes with the test.
func newReranker(t testing.TB, base string, opts httprerank.Options) *httprerank.Reranker {
	t.Helper()
	opts.Shape, opts.Model = cmp.Or(opts.Shape, httprerank.Jina), "m"
	opts.HTTP = cmp.Or(opts.HTTP, &httpkit.ClientOptions{Timeout: time.Minute})
	opts.HTTP.Header = http.Header{"Authorization": {"Bearer " + key}}
	opts.HTTP.Backoff, opts.HTTP.BreakerFailures, opts.HTTP.MaxAnswerBytes = time.Millisecond, -1, 1<<20
	if opts.Shape == httprerank.TEI {
		opts.Model = ""
	}
	r, err := httprerank.New(base, &opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return r
}

var shapes = []httprerank.Shape{httprerank.CohereV2, httprerank.CohereV1, httprerank.Jina, httprerank.TEI}

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"results": [{"index": 1, "relevance_score": 0.93}, {"index": 0, "relevance_score": 0.08}]}`)
	}))
	defer server.Close()
	r, err := httprerank.New(server.URL, &httprerank.Options{Shape: httprerank.Jina, Model: "jina-reranker-v2-base-multilingual"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	hits, err := r.Rerank(context.Background(), &rag.Query{Text: "ताजमहल किसने बनवाया था?"}, []rag.Hit{
		{Score: .6, Record: rag.Record{Chunk: corpus.Chunk{ID: "fort", Text: "आगरा का क़िला लाल पत्थर का है।"}}},
		{Score: .5, Record: rag.Record{Chunk: corpus.Chunk{ID: "taj", Text: "ताजमहल शाहजहाँ ने बनवाया।"}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, h := range hits {
		fmt.Println(h.Record.Chunk.ID, h.Score)
	}
	// Output:
	// taj 0.93
	// fort 0.08
}

func TestReranker(t *testing.T) {
	for _, shape := range shapes {
		t.Run(string(shape), func(t *testing.T) {
			base := serve(t, server)
			ragtest.TestReranker(t, func(t *testing.T) rag.Reranker {
				return newReranker(t, base, httprerank.Options{Shape: shape, Required: true})
			})
		})
	}
	t.Run("a few of them", func(t *testing.T) {
		base := serve(t, server)
		ragtest.TestReranker(t, func(t *testing.T) rag.Reranker {
			return newReranker(t, base, httprerank.Options{Candidates: 7, Batch: 3, PassageBytes: 300, Required: true})
		})
	})
	t.Run("a server that fails", func(t *testing.T) {
		base := serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 500) })
		ragtest.TestReranker(t, func(t *testing.T) rag.Reranker { return newReranker(t, base, httprerank.Options{}) })
	})
}

// texts gives hits with ids a, b, c... in that order of score.
func texts(list ...string) []rag.Hit {
	hits := make([]rag.Hit, len(list))
	for i, text := range list {
		hits[i] = rag.Hit{Score: .5 - float64(i)/100, Record: rag.Record{Chunk: corpus.Chunk{ID: string(rune('a' + i)), Text: text}}}
	}
	return hits
}

// answered reranks three texts by a server that answers so.
func answered(t *testing.T, answer string, opts httprerank.Options) (string, []float64, error) {
	t.Helper()
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) })
	hits, err := newReranker(t, base, opts).Rerank(t.Context(), &rag.Query{Text: "?!"}, texts("x", "y", "z"))
	ids, scores := "", []float64{}
	for _, h := range hits {
		ids += h.Record.Chunk.ID
		scores = append(scores, h.Score)
	}
	return ids, scores, err
}

func TestWhatAServerLeavesOutStaysBehind(t *testing.T) {
	ids, scores, err := answered(t, `{"results":[{"index":2,"relevance_score":0.25}]}`, httprerank.Options{Required: true})
	require.NoError(t, err)
	require.Equal(t, "cab", ids)
	require.Equal(t, .25, scores[0])
	require.Less(t, scores[1], .25)
}

func TestLogitsBecomeScores(t *testing.T) {
	ids, scores, err := answered(t, `{"results":[{"index":0,"relevance_score":-2.5},{"index":1,"relevance_score":7.5},{"index":2,"relevance_score":0.5}]}`, httprerank.Options{Required: true})
	require.NoError(t, err)
	require.Equal(t, "bca", ids)
	for i, logit := range []float64{7.5, .5, -2.5} {
		require.InDelta(t, 1/(1+math.Exp(-logit)), scores[i], 1e-12)
	}
	_, scores, err = answered(t, `[{"index":0,"score":-1e300},{"index":1,"score":1e300}]`, httprerank.Options{Shape: httprerank.TEI, Required: true})
	require.NoError(t, err)
	require.Equal(t, 1.0, scores[0])
}

func TestAnswersThatMakeNoSenseAreErrors(t *testing.T) {
	for name, answer := range map[string]string{
		"an index that is there twice": `{"results":[{"index":1,"relevance_score":0.9},{"index":1,"relevance_score":0.8}]}`,
		"an index behind the last":     `{"results":[{"index":3,"relevance_score":0.9}]}`,
		"an index below the first":     `{"results":[{"index":-1,"relevance_score":0.9}]}`,
		"a score that is no number":    `{"results":[{"index":0,"relevance_score":NaN}]}`,
		"a score beyond all numbers":   `{"results":[{"index":0,"relevance_score":1e999}]}`,
		"a score that is a text":       `{"results":[{"index":0,"relevance_score":"0.9"}]}`,
		"a score that is null":         `{"results":[{"index":0,"relevance_score":null}]}`,
		"no index":                     `{"results":[{"relevance_score":0.9}]}`,
		"an index between two":         `{"results":[{"index":0.5,"relevance_score":0.9}]}`,
		"no results":                   `{"results":[]}`,
		"another answer":               `{"data":[1]}`,
		"a list of nothing":            `[]`,
		"no JSON":                      `<html>`,
		"nothing":                      ``,
		"half an answer":               `{"results":[{"index":0,"rel`,
		"too much":                     `{"results":[` + strings.Repeat(" ", 2<<20) + `]}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := answered(t, answer, httprerank.Options{Required: true})
			require.Equal(t, fault.Upstream, fault.CodeOf(err), "%v", err)
			ids, _, err := answered(t, answer, httprerank.Options{})
			require.NoError(t, err)
			require.Equal(t, "abc", ids, "the first order stays")
		})
	}
}

func TestEveryStatusHasItsCode(t *testing.T) {
	for status, want := range map[int]fault.Code{
		301: fault.Upstream, 400: fault.InvalidRequest, 401: fault.Upstream, 403: fault.Upstream, 404: fault.Upstream, 405: fault.Upstream, 408: fault.UpstreamTimeout,
		413: fault.PayloadTooLarge, 422: fault.InvalidRequest, 424: fault.Upstream, 429: fault.RateLimitExceeded, 500: fault.Upstream,
		502: fault.Upstream, 503: fault.ServiceUnavailable, 504: fault.UpstreamTimeout,
	} {
		base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "20")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"message":"about secret words","error":"secret"}`)
		})
		hits, err := newReranker(t, base, httprerank.Options{Required: true}).Rerank(t.Context(), &rag.Query{Text: "secret words"}, texts("x"))
		require.Equal(t, want, fault.CodeOf(err), "%d: %v", status, err)
		require.Nil(t, hits)
		require.NotContains(t, err.Error(), "secret")
		require.NotContains(t, err.Error(), key)
		require.Equal(t, status, fault.From(err).Details["upstream_status"])
		if status >= 400 {
			require.Equal(t, 20*time.Second, fault.RetryAfter(err))
		}
	}
}

func TestABusyServerIsAskedAgain(t *testing.T) {
	var calls atomic.Int32
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) < 3 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		server(w, r)
	})
	hits, err := newReranker(t, base, httprerank.Options{Required: true}).Rerank(t.Context(), &rag.Query{Text: "y"}, texts("x", "y"))
	require.NoError(t, err)
	require.Equal(t, "b", hits[0].Record.Chunk.ID)
	require.EqualValues(t, 3, calls.Load())
}

func TestAServerThatIsAwayOrSilentCostsItsScoresAndAWarning(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	away := "http://" + ln.Addr().String()
	require.NoError(t, ln.Close())
	release := make(chan struct{})
	silent := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	for base, code := range map[string]fault.Code{away: fault.ServiceUnavailable, silent: fault.UpstreamTimeout} {
		var log bytes.Buffer
		quick := &httpkit.ClientOptions{Timeout: 100 * time.Millisecond}
		opts := httprerank.Options{Logger: slog.New(slog.NewTextHandler(&log, nil)), HTTP: quick}
		hits, err := newReranker(t, base, opts).Rerank(t.Context(), &rag.Query{Text: "private question"}, texts("private x", "y"))
		require.NoError(t, err)
		require.Len(t, hits, 2)
		require.Contains(t, log.String(), "level=WARN")
		require.NotContains(t, log.String(), "private")
		require.NotContains(t, log.String(), key)
		_, err = newReranker(t, base, httprerank.Options{Required: true, HTTP: quick}).Rerank(t.Context(), &rag.Query{Text: "?"}, texts("x"))
		require.Equal(t, code, fault.CodeOf(err), "%v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	hits, err := newReranker(t, silent, httprerank.Options{}).Rerank(ctx, &rag.Query{Text: "?"}, texts("x"))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Nil(t, hits)
}

func TestAServerSeesBatchesAndShortTexts(t *testing.T) {
	var sizes []int
	longest := 0
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var q struct{ Texts []string }
		_ = json.Unmarshal(body, &q)
		sizes = append(sizes, len(q.Texts))
		for _, text := range q.Texts {
			longest = max(longest, len(text))
			require.False(t, strings.HasSuffix(text, "्"), "no akshara is cut")
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		server(w, r)
	})
	list := slices.Repeat([]string{strings.Repeat("क्षत्रिय", 200)}, 70)
	opts := httprerank.Options{Shape: httprerank.TEI, PassageBytes: 1000, Candidates: 65, Required: true}
	hits, err := newReranker(t, base, opts).Rerank(t.Context(), &rag.Query{Text: "क्षत्रिय"}, texts(list...))
	require.NoError(t, err)
	require.Len(t, hits, 70)
	require.Equal(t, []int{32, 32, 1}, sizes)
	require.LessOrEqual(t, longest, 1000)
	require.Greater(t, longest, 900)
}

func TestWhatNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		base string
		opts *httprerank.Options
	}{
		"no shape":      {"http://127.0.0.1:1", nil},
		"unknown shape": {"http://127.0.0.1:1", &httprerank.Options{Shape: "x", Model: "m"}},
		"no model":      {"http://127.0.0.1:1", &httprerank.Options{Shape: httprerank.CohereV2}},
		"no address":    {"ftp://x", &httprerank.Options{Shape: httprerank.TEI}},
	} {
		_, err := httprerank.New(c.base, c.opts)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), name)
	}
}

// FuzzAnswer lets a server answer anything: there is an order or an error, and no hit is lost.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"results":[{"index":2,"relevance_score":0.25}]}`))
	f.Add([]byte(`[{"index":0,"score":-3}]`))
	var answer atomic.Value
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(answer.Load().([]byte)) }))
	f.Cleanup(s.Close)
	r := newReranker(f, s.URL, httprerank.Options{})
	f.Fuzz(func(t *testing.T, data []byte) {
		answer.Store(data)
		hits, err := r.Rerank(t.Context(), &rag.Query{Text: "?!"}, texts("x", "y", "z"))
		require.NoError(t, err)
		require.Len(t, hits, 3)
		for _, h := range hits {
			require.True(t, h.Score >= 0 && h.Score <= 1)
		}
	})
}
