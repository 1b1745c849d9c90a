package raghttp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	apitrace "go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/raghttp"
)

func TestBadRequests(t *testing.T) {
	base := served(t, nil)
	large := `{"query":"` + strings.Repeat("क", raghttp.MaxBodyBytes/3) + `"}`
	for name, c := range map[string]struct {
		path, body string
		code       fault.Code
		field      string
	}{
		"an empty question":          {"/query", `{"query":" \n"}`, fault.InvalidRequest, "query"},
		"no question":                {"/query", `{}`, fault.InvalidRequest, "query"},
		"a long question":            {"/query", `{"query":"` + strings.Repeat("क", 3000) + `"}`, fault.InvalidRequest, "query"},
		"an unknown language":        {"/query", `{"query":"x","language":"xx"}`, fault.InvalidLanguage, "language"},
		"an unknown filter":          {"/query", `{"query":"x","filters":{"colour":"red"}}`, fault.InvalidRequest, "filters.colour"},
		"an unknown field":           {"/query", `{"query":"x","colour":"red"}`, fault.InvalidRequest, "colour"},
		"a filter's language":        {"/query", `{"query":"x","filters":{"language":"xx"}}`, fault.InvalidLanguage, "filters.language"},
		"a filter's date":            {"/query", `{"query":"x","filters":{"date_to":"31.01.2026"}}`, fault.InvalidRequest, "date_to"},
		"101 sites":                  {"/query", `{"query":"x","filters":{"source_sites":[` + strings.Repeat(`"a",`, 100) + `"a"]}}`, fault.InvalidRequest, "filters.source_sites"},
		"top_k 0":                    {"/query", `{"query":"x","top_k":0}`, fault.InvalidRequest, "top_k"},
		"top_k 101":                  {"/query", `{"query":"x","top_k":101}`, fault.InvalidRequest, "top_k"},
		"rerank_top_k -1":            {"/query", `{"query":"x","rerank_top_k":-1}`, fault.InvalidRequest, "rerank_top_k"},
		"a stranger in the history":  {"/query", `{"query":"x","chat_history":[{"role":"stranger","content":"x"}]}`, fault.InvalidRequest, "chat_history[0].role"},
		"no JSON":                    {"/query", `query=x`, fault.InvalidRequest, "body"},
		"half of it":                 {"/query", `{"query":"x"`, fault.InvalidRequest, "body"},
		"no body":                    {"/query", "", fault.InvalidRequest, "body"},
		"another shape":              {"/query", `{"query":["x"]}`, fault.InvalidRequest, "query"},
		"invalid UTF-8":              {"/query", "{\"query\":\"\xff\"}", fault.InvalidRequest, "body"},
		"U+0000":                     {"/query", `{"query":"\u0000"}`, fault.InvalidRequest, "body"},
		"a megabyte":                 {"/query", large, fault.PayloadTooLarge, ""},
		"page 0":                     {"/search", `{"query":"x","page":0}`, fault.InvalidRequest, "page"},
		"the last page of all":       {"/search", `{"query":"x","page":9223372036854775807}`, fault.InvalidRequest, "page"},
		"page_size 101":              {"/search", `{"query":"x","page_size":101}`, fault.InvalidRequest, "page_size"},
		"an unknown filter's search": {"/search", `{"query":"x","filters":{"tenant":"other"}}`, fault.InvalidRequest, "filters.tenant"},
		"a search's language":        {"/search", `{"query":"x","language":"xx"}`, fault.InvalidLanguage, "language"},
		"a megabyte, searched":       {"/search", large, fault.PayloadTooLarge, ""},
		"an empty message":           {"/answer", `{"message":""}`, fault.InvalidRequest, "message"},
		"an answer's language":       {"/answer", `{"message":"x","language":"xx"}`, fault.InvalidLanguage, "language"},
		"an answer's filter":         {"/answer", `{"message":"x","filters":{"x":1}}`, fault.InvalidRequest, "filters.x"},
		"readers in the body":        {"/answer", `{"message":"x","readers":["asha"]}`, fault.InvalidRequest, "readers"},
		"a long session":             {"/answer", `{"message":"x","session_id":"` + strings.Repeat("x", 65) + `"}`, fault.InvalidRequest, "session_id"},
		"a stream of no JSON":        {"/answer/stream", `{`, fault.InvalidRequest, "body"},
		"a stream's filter":          {"/answer/stream", `{"message":"x","filters":{"date_from":"soon"}}`, fault.InvalidRequest, "date_from"},
		"no id":                      {"/ingest", `{"content":"x"}`, fault.InvalidRequest, "document_id"},
		"an empty id":                {"/ingest", `{"document_id":"","content":"x"}`, fault.InvalidRequest, "document_id"},
		"a long id":                  {"/ingest", `{"document_id":"` + strings.Repeat("क", 300) + `","content":"x"}`, fault.InvalidRequest, "document_id"},
		"an id of two lines":         {"/ingest", `{"document_id":"a\nb","content":"x"}`, fault.InvalidRequest, "document_id"},
		"no text":                    {"/ingest", `{"document_id":"a","content":" \n"}`, fault.InvalidRequest, "content"},
		"a page without text":        {"/ingest", `{"document_id":"a","content":"<p></p>","content_type":"text/html"}`, fault.ProcessingFailed, ""},
		"a PDF as text":              {"/ingest", `{"document_id":"a","content":"x","content_type":"application/pdf"}`, fault.InvalidRequest, "content_type"},
		"a document's language":      {"/ingest", `{"document_id":"a","content":"x","language":"xx"}`, fault.InvalidLanguage, "language"},
		"a document's date":          {"/ingest", `{"document_id":"a","content":"x","metadata":{"published_date":"soon"}}`, fault.InvalidRequest, "metadata.published_date"},
		"its making's date":          {"/ingest", `{"document_id":"a","content":"x","created_at":"soon"}`, fault.InvalidRequest, "created_at"},
		"an event's date":            {"/ingest", `{"document_id":"a","content":"x","events":[{"title":"x","date":"soon"}]}`, fault.InvalidRequest, "events[0].date"},
		"an event without a name":    {"/ingest", `{"document_id":"a","content":"x","events":[{"date":"2026-01-31"}]}`, fault.InvalidRequest, "events[0].title"},
		"blocks of what is unparsed": {"/ingest", `{"document_id":"a","content":"x","blocks":[{"kind":"list","start":0,"end":1}]}`, fault.InvalidRequest, "parsed"},
		"blocks outside the text":    {"/ingest", `{"document_id":"a","content":"x","parsed":true,"blocks":[{"kind":"list","start":0,"end":9}]}`, fault.InvalidRequest, "blocks"},
		"unknown metadata":           {"/ingest", `{"document_id":"a","content":"x","metadata":{"colour":"red"}}`, fault.InvalidRequest, "metadata.colour"},
		"17 MiB of text":             {"/ingest", `{"document_id":"a","content":"` + strings.Repeat("a", 17<<20) + `"}`, fault.PayloadTooLarge, "content"},
		"a body of 65 MiB":           {"/ingest", strings.Repeat(" ", raghttp.MaxIngestBytes+1), fault.PayloadTooLarge, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := refused(t, "POST", base+c.path, c.body, c.code)
			if c.field != "" {
				require.Equal(t, c.field, e.Details["field"], "%+v", e)
			}
		})
	}
	require.Equal(t, "q", refused(t, "GET", base+"/suggest?q=%ff", "", fault.InvalidRequest).Details["field"])
	require.Equal(t, "date_from", refused(t, "GET", base+"/suggest?q=x&date_from=soon", "", fault.InvalidRequest).Details["field"])
	refused(t, "GET", base+"/documents/%2e%2e%2fetc", "", fault.NotFound)
	refused(t, "DELETE", base+"/documents/none", "", fault.NotFound)
	refused(t, "PATCH", base+"/query", "{}", fault.MethodNotAllowed)
	require.Len(t, ok(t, "POST", base+"/search", map[string]any{"query": "ताजमहल"})["results"], 1, "and it still works")
	require.Len(t, ok(t, "POST", base+"/search", map[string]any{"query": "राजधानी"})["results"], 1)
}

func TestWhatIsNotOfferedHasNoRoute(t *testing.T) {
	base := serve(t, newKit(&raghttp.Service{}, nil))
	for _, path := range []string{"/query", "/search", "/answer", "/answer/stream", "/ingest"} {
		refused(t, "POST", base+path, "{}", fault.NotFound)
	}
	for name, ask := range ports(newClient(t, base)) {
		require.Equal(t, fault.Upstream, fault.CodeOf(ask(t.Context())), name)
	}
	s := whole(t)
	s.Parse, s.Chunks, s.Embeds = nil, nil, true
	base = serve(t, newKit(s, nil))
	e := refused(t, "POST", base+"/ingest", taj(), fault.InvalidRequest)
	require.Equal(t, []any{"text/plain"}, e.Details["supported"])
	require.Equal(t, map[string]any{"document_id": "a", "chunk_count": 0.0, "embedding_status": "completed", "chunk_ids": []any{}}, ok(t, "POST", base+"/ingest", plainDocument("a", "ताज")))
	s.Later = true
	require.Equal(t, "pending", ok(t, "POST", serve(t, newKit(s, nil))+"/ingest", plainDocument("a", "ताज"))["embedding_status"])
}

// broken is a part that always fails.
type broken struct{ err error }

func (b broken) Retrieve(context.Context, *rag.Query) ([]rag.DocumentResult, error) {
	return nil, b.err
}
func (b broken) Answer(context.Context, *rag.Question) (*rag.Answer, error) { return nil, b.err }
func (b broken) Put(context.Context, *corpus.Document) error                { return b.err }
func (b broken) Get(context.Context, string) (*corpus.Document, error)      { return nil, b.err }
func (b broken) Remove(context.Context, string) error                       { return b.err }
func (b broken) Suggest(context.Context, *rag.SuggestQuery) ([]rag.Suggestion, error) {
	return nil, b.err
}

func TestFailuresKeepTheirCodesAndShowNoCause(t *testing.T) {
	for _, err := range []error{fault.Wrap(errors.New("password is 1234"), fault.ModelLoading, "soon", fault.Details{"model": "m"}), errors.New("password is 1234")} {
		b := broken{err}
		base := serve(t, newKit(&raghttp.Service{Retriever: b, Answerer: b, Documents: b, Suggester: b}, nil))
		for name, ask := range ports(newClient(t, base)) {
			got := ask(t.Context())
			require.Equal(t, fault.CodeOf(err), fault.CodeOf(got), "%s: %v", name, got)
			require.NotContains(t, got.Error(), "1234", name)
			if fault.CodeOf(err) == fault.ModelLoading {
				require.Equal(t, "m", fault.From(got).Details["model"], name)
			}
		}
	}
}

func TestDocumentsThatCannotBeLookedUpCostTheirPicturesAlone(t *testing.T) {
	s := whole(t)
	ok(t, "POST", serve(t, newKit(s, nil))+"/ingest", taj())
	var log bytes.Buffer
	s.Documents = broken{errors.New("the disk is gone")}
	base := serve(t, newKit(s, &raghttp.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}))
	got := ok(t, "POST", base+"/search", map[string]any{"query": "ताजमहल"})
	require.Len(t, got["results"], 1)
	require.Equal(t, []any{}, got["multimedia"])
	require.Contains(t, log.String(), "the disk is gone")
	require.NotContains(t, log.String(), "ताजमहल")
}

// ports calls each of the client's ports.
func ports(c *raghttp.Client) map[string]func(ctx context.Context) error {
	doc := corpus.Document{ID: "a", Text: "ताज"}
	return map[string]func(ctx context.Context) error{
		"retrieve": func(ctx context.Context) error { _, err := c.Retrieve(ctx, &rag.Query{Text: "ताज"}); return err },
		"search": func(ctx context.Context) error {
			_, err := c.Search(ctx, &raghttp.SearchQuery{Query: rag.Query{Text: "ताज"}})
			return err
		},
		"answer": func(ctx context.Context) error { _, err := c.Answer(ctx, &rag.Question{Text: "ताज"}); return err },
		"stream": func(ctx context.Context) error {
			for _, err := range c.Stream(ctx, &rag.Question{Text: "ताज"}) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"suggest": func(ctx context.Context) error {
			_, err := c.Suggest(ctx, &rag.SuggestQuery{Text: "ताज"})
			return err
		},
		"add":    func(ctx context.Context) error { return c.Add(ctx, []corpus.Document{doc}) },
		"remove": func(ctx context.Context) error { return c.Remove(ctx, []string{"a"}) },
		"get":    func(ctx context.Context) error { _, err := c.Get(ctx, "a"); return err },
	}
}

// says is a service that answers everything so.
func says(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// endless writes until nobody reads.
func endless(w http.ResponseWriter, _ *http.Request) {
	piece := []byte(strings.Repeat(" ", 1<<16))
	for range 1 << 10 {
		if _, err := w.Write(piece); err != nil {
			return
		}
	}
}

func TestEveryPortEndsInATypedError(t *testing.T) {
	const envelope = `{"error":{"code":"MODEL_LOADING","message":"soon","details":{},"request_id":"3f2b8c1e-6a4d-4c55-9b7a-0d6f1e2a3b4c"}}`
	as := func(code string) string { return strings.Replace(envelope, "MODEL_LOADING", code, 1) }
	mute := map[string]bool{"add": true, "remove": true} // they read no answer
	for name, tt := range map[string]struct {
		serve http.HandlerFunc
		code  fault.Code
		calls int32
		mute  bool // an answer that is not looked at is none to complain of
	}{
		"429":               {says(429, "later", "Retry-After", "0"), fault.Upstream, 3, false},
		"the contract's":    {says(503, envelope), fault.ModelLoading, 3, false},
		"busy":              {says(429, as("RATE_LIMIT_EXCEEDED"), "Retry-After", "0"), fault.RateLimitExceeded, 3, false},
		"busy for too long": {says(429, as("RATE_LIMIT_EXCEEDED"), "Retry-After", "3600"), fault.RateLimitExceeded, 1, false},
		"500":               {says(500, as("INTERNAL_ERROR")), fault.Internal, 1, false},
		"a proxy's page":    {says(502, "<html>"), fault.Upstream, 3, false},
		"not let in":        {says(401, as("UNAUTHORIZED")), fault.Upstream, 1, false},
		"not there":         {says(404, as("NOT_FOUND")), fault.Upstream, 1, false},
		"refused":           {says(422, as("PROCESSING_FAILED")), fault.ProcessingFailed, 1, false},
		"a redirect":        {says(302, "", "Location", "/elsewhere"), fault.Upstream, 1, false},
		"garbage":           {says(200, "\x00 not JSON {"), fault.Upstream, 1, true},
		"another's JSON":    {says(200, `{"weather":"fine"}`), fault.Upstream, 1, true},
		"nothing":           {says(200, ""), fault.Upstream, 1, true},
		"no content":        {says(204, ""), fault.Upstream, 1, true},
		"an endless answer": {endless, fault.Upstream, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				calls.Add(1)
				tt.serve(w, r)
			})))
			for port, ask := range ports(c) {
				if tt.mute && mute[port] {
					continue
				}
				calls.Store(0)
				err := ask(t.Context())
				require.Equal(t, tt.code, fault.CodeOf(err), "%s: %v", port, err)
				require.Equal(t, tt.calls, calls.Load(), port)
			}
		})
	}
	away := newClient(t, "http://127.0.0.1:1")
	for port, ask := range ports(away) {
		require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(ask(t.Context())), port)
	}
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(away.CheckHealth(t.Context())))
	for _, address := range []string{"", "ftp://x", "http://x?y", "://"} {
		_, err := raghttp.NewClient(address, nil)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), address)
	}
}

func TestADeadlineEndsTheAttempts(t *testing.T) {
	c := newClient(t, serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server sees the client leave only then
		<-r.Context().Done()
	})))
	for port, ask := range ports(c) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		start := time.Now()
		err := ask(ctx)
		cancel()
		require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err), port)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Less(t, time.Since(start), 2*time.Second)
	}
}

func TestAFlickeringServiceIsAskedAgain(t *testing.T) {
	kit := newKit(whole(t), nil)
	var calls atomic.Int32
	c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1)%2 == 1 {
			says(503, "away")(w, r)
			return
		}
		kit.ServeHTTP(w, r)
	})))
	require.NoError(t, c.Add(t.Context(), []corpus.Document{{ID: "a", Text: "ताज"}}))
	for port, ask := range ports(c) {
		if port != "remove" {
			require.NoError(t, ask(t.Context()), port)
		}
	}
	require.NoError(t, c.CheckHealth(t.Context()))
}

func TestAnswersThatMakeNoSenseAreRefused(t *testing.T) {
	ask := ports
	reading := func(chunk string) string { // a source with a passage, whose sentences are cut out by whoever quotes
		return `{"document_id":"a","details":{"passages":[{"chunk":` + chunk + `}]}}`
	}
	var unread, unanswered []string
	for _, chunk := range []string{
		`{"text":"ab","start":0,"end":2,"sentences":[{"start":0,"end":3}]}`, `{"text":"ab","start":5,"end":7,"sentences":[{"start":4,"end":6}]}`,
		`{"text":"ab","start":0,"end":2,"sentences":[{"start":1,"end":2},{"start":0,"end":1}]}`, `{"text":"ab","start":0,"end":2,"sentences":[{"start":2,"end":1}]}`,
		`{"text":"ab","start":-9223372036854775808,"end":2,"sentences":[{"start":0,"end":9223372036854775807}]}`,
	} {
		unread = append(unread, `{"sources":[`+reading(chunk)+`]}`)
		unanswered = append(unanswered, `{"answer":"x","claims":[],"sources":[`+reading(chunk)+`]}`)
	}
	for port, bodies := range map[string][]string{
		"retrieve": {`{"sources":7}`, `{"sources":[{}]}`, `{"sources":[` + strings.Repeat(`{"document_id":"a"},`, 5) + `{"document_id":"a"}]}`},
		"search":   {`{"results":[]}`, `{"results":[` + strings.Repeat(`{},`, 20) + `{}],"multimedia":[],"events":[]}`},
		"suggest":  {`{"suggestions":"x"}`, `{"suggestions":[` + strings.Repeat(`{},`, 20) + `{}]}`},
		"get":      {`{"document_id":"b","text":"x"}`, `[]`},
		"answer": {
			`{"answer":"","sources":[],"claims":[]}`, `{"answer":"x","sources":[]}`, `{"answer":"x","sources":[],"claims":[{"text":"y","start":0,"end":1}]}`,
			`{"answer":"x","sources":[],"claims":[{"text":"x","start":0,"end":2}]}`, `{"answer":"x","sources":[],"claims":[{"text":"x","start":-1,"end":1}]}`,
			`{"answer":"x","sources":[],"claims":[{"text":"x","start":0,"end":1,"citations":[{"start":0,"end":9,"quote":"x"}]}]}`,
		},
	} {
		for _, body := range append(bodies, map[string][]string{"retrieve": unread, "answer": unanswered}[port]...) {
			c := newClient(t, serve(t, says(200, body)))
			require.Equal(t, fault.Upstream, fault.CodeOf(ask(c)[port](t.Context())), "%s %s", port, body)
		}
	}
}

func TestAServiceWithTheContractsFieldsIsEnough(t *testing.T) {
	c := newClient(t, serve(t, says(200, `{"context":"","sources":[{"title":"t","url":"u","snippet":"s","score":0.5,"language":"hi","chunk_id":"c","document_id":"d"}],"confidence":0.5,"cached":false}`)))
	found, err := c.Retrieve(t.Context(), &rag.Query{Text: "x"})
	require.NoError(t, err)
	require.Equal(t, "c", found[0].Chunks[0].Record.Chunk.ID)
	require.Equal(t, "t", found[0].Chunks[0].Record.Source.Title)
	c = newClient(t, serve(t, says(200, `{"answer":"नहीं","language":"hi","sources":[],"claims":[],"confidence":0,"refused":true,"refusal_reason":"nothing_found","cached":true}`)))
	a, err := c.Answer(t.Context(), &rag.Question{Text: "x"})
	require.NoError(t, err)
	require.Equal(t, &rag.Answer{Text: "नहीं", Language: "hi", Claims: []rag.Claim{}, Sources: []rag.DocumentResult{}, Refusal: &rag.Refusal{Reason: rag.NothingFound, Text: "नहीं"}, Cached: true}, a)
}

func TestWhatTheWireDoesNotCarryIsRefusedHere(t *testing.T) {
	c := newClient(t, "http://127.0.0.1:1") // nothing is sent
	for field, doc := range map[string]corpus.Document{
		"text": {ID: "a", Text: "a\x00b"}, "title": {ID: "a", Text: "a", Source: corpus.Source{Title: "\xff"}}, "readers": {ID: "a", Text: "a", Readers: []string{"\xff"}},
		"document_id": {ID: strings.Repeat("a", 513), Text: "a"},
	} {
		err := c.Add(t.Context(), []corpus.Document{doc})
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), field)
		require.Equal(t, field, fault.From(err).Details["field"])
		require.Equal(t, []string{doc.ID}, fault.From(err).Details["document_ids"])
	}
	halves := corpus.Document{ID: "a", Text: "a", Readers: []string{"\xe0\xa4", "\x95"}} // of one letter
	require.Equal(t, "readers", fault.From(c.Put(t.Context(), &halves)).Details["field"])
	require.Equal(t, fault.PayloadTooLarge, fault.CodeOf(c.Put(t.Context(), &corpus.Document{ID: "a", Text: strings.Repeat("a", raghttp.MaxTextBytes+1)})))
	_, err := c.Retrieve(t.Context(), &rag.Query{Text: "a\x00"})
	require.Equal(t, "query", fault.From(err).Details["field"])
	for field, q := range map[string]rag.SuggestQuery{
		"tags":    {Text: "a", Filter: corpus.Filter{Tags: []string{"a,b"}}},
		"filters": {Text: "a", Filter: corpus.Filter{SourceSites: []string{strings.Repeat("a", 30<<10)}}},
	} {
		_, err = c.Suggest(t.Context(), &q)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
		require.Equal(t, field, fault.From(err).Details["field"])
	}
	for field, q := range map[string]raghttp.SearchQuery{"page": {Page: -1}, "page_size": {PageSize: 101}, "query": {Query: rag.Query{Text: "\xff"}}} {
		_, err = c.Search(t.Context(), &q)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
		require.Equal(t, field, fault.From(err).Details["field"])
	}
}

func TestADocumentSurvivesTheWire(t *testing.T) {
	c := patient(t, serve(t, newKit(whole(t), nil)))
	day := time.Date(2026, 2, 24, 10, 30, 0, 5e6, time.UTC)
	doc := corpus.Document{
		ID: "a/ग", Text: "# क\n\nख ग\tघ",
		Source: corpus.Source{Title: "शीर्षक", URL: "https://example.org/?a=<b>", SourceSite: "s", Language: "hi", ContentType: "application/pdf", Author: "आशा", PublishedAt: day, Tags: []string{"x"}, ThumbnailURL: "t"},
		Blocks: []corpus.Block{{Kind: corpus.Heading, Level: 1, Span: corpus.Span{End: 5}}}, Pages: []corpus.Span{{End: 10}}, Readers: []string{corpus.Public},
		Images: []corpus.Image{{URL: "u", AltText: "क", S3Path: "p"}}, Events: []corpus.Event{{Title: "मेला", Date: day, Venue: "v", Description: "d"}, {Title: "बिना तारीख़"}}, CreatedAt: day,
	}
	require.NoError(t, c.Put(t.Context(), &doc))
	got, err := c.Get(t.Context(), doc.ID)
	require.NoError(t, err)
	doc.Readers = nil
	require.Equal(t, &doc, got)
	_, err = c.Get(t.Context(), "none")
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
	page, err := c.Search(t.Context(), &raghttp.SearchQuery{Query: rag.Query{Text: "शीर्षक"}, Details: true})
	require.NoError(t, err)
	require.Equal(t, day, *page.Results[0].PublishedDate)
	require.Len(t, page.Events, 2)
	require.Equal(t, []raghttp.Facet{{Value: "x", Count: 1}}, page.Facets.Tags)
}

func TestRequestIDsGoAlong(t *testing.T) {
	var got atomic.Value
	c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got.Store(r.Header.Get("X-Request-ID"))
		says(200, `{"sources":[]}`)(w, r)
	})))
	kit := httpkit.New(nil)
	kit.Handle("GET /", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := c.Retrieve(r.Context(), &rag.Query{Text: "x"})
		httpkit.WriteError(w, r, err)
	}))
	const id = "3f2b8c1e-6a4d-4c55-9b7a-0d6f1e2a3b4c"
	req := httptest.NewRequest("GET", "/", nil)
	req.Header.Set("X-Request-ID", id)
	kit.ServeHTTP(httptest.NewRecorder(), req)
	require.Equal(t, id, got.Load())
}

func TestTracesTellWhatWasDoneAndNoText(t *testing.T) {
	s := whole(t)
	ok(t, "POST", serve(t, newKit(s, nil))+"/ingest", taj())
	exported := tracetest.NewInMemoryExporter()
	kit := httpkit.New(&httpkit.Options{TracerProvider: trace.NewTracerProvider(trace.WithSyncer(exported))})
	raghttp.Register(kit, s, nil)
	base := serve(t, kit)
	ok(t, "POST", base+"/query", map[string]any{"query": "ताजमहल"})
	ok(t, "POST", base+"/search", map[string]any{"query": "ताजमहल"})
	ok(t, "POST", base+"/answer", map[string]any{"message": "ताजमहल"})
	events(t, base+"/answer/stream", `{"message":"ताजमहल"}`)
	events(t, base+"/answer/stream", `{"message":" "}`)
	refused(t, "POST", base+"/query", map[string]any{"query": " "}, fault.InvalidRequest)
	refused(t, "POST", base+"/search", map[string]any{"query": " "}, fault.InvalidRequest)
	refused(t, "POST", base+"/answer", map[string]any{"message": " "}, fault.InvalidRequest)
	told := map[string]int{}
	for _, span := range exported.GetSpans() {
		if span.SpanKind == apitrace.SpanKindServer {
			continue
		}
		require.True(t, span.Parent.IsValid(), "it belongs to the request")
		name := span.Name
		for _, a := range span.Attributes {
			require.NotContains(t, a.Value.String(), "ताज")
			if a.Key == "error.type" {
				name += " " + a.Value.AsString()
			}
			if a.Key == "rag.documents" {
				require.EqualValues(t, 1, a.Value.AsInt64())
			}
		}
		told[name]++
	}
	require.Equal(t, map[string]int{"retrieve": 1, "search": 1, "answer": 2, "retrieve INVALID_REQUEST": 1, "search INVALID_REQUEST": 1, "answer INVALID_REQUEST": 2}, told)
}
