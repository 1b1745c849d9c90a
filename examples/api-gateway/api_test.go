package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/config"
)

const uuidV4 = `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`

// fields gives the names of a JSON object's fields, sorted.
func fields(tb testing.TB, body []byte) []string {
	tb.Helper()
	var object map[string]json.RawMessage
	require.NoError(tb, json.Unmarshal(body, &object), string(body))
	return slices.Sorted(maps.Keys(object))
}

func TestAPI(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	for name, test := range map[string]func(*server){
		"chat":                    chatContract,
		"chat with options":       chatOptions,
		"chat, streamed":          streamContract,
		"search":                  searchContract,
		"search with filters":     searchFilters,
		"suggestions":             suggestContract,
		"documents":               documentsContract,
		"documents by their form": uploadFields,
		"health":                  healthContract,
		"the OpenAPI document":    openAPI,
		"the docs and the page":   pages,
		"wrong methods and paths": wrongRoutes,
	} {
		t.Run(name, func(t *testing.T) { test(s.in(t)) })
	}
}

func chatContract(s *server) {
	status, body := s.call("POST", "/api/v1/chat", map[string]any{"message": "ताजमहल किसने बनवाया था?"})
	require.Equal(s.tb, 200, status)
	require.Equal(s.tb, []string{"answer", "cached", "claims", "confidence", "language", "message_id", "refused", "session_id", "sources"}, fields(s.tb, body))
	var a chatResponse
	require.NoError(s.tb, json.Unmarshal(body, &a))
	require.False(s.tb, a.Refused)
	require.EqualValues(s.tb, "hi", a.Language)
	require.Contains(s.tb, a.Answer, "शाहजहाँ")
	require.Regexp(s.tb, uuidV4, a.SessionID)
	require.Regexp(s.tb, uuidV4, a.MessageID)
	require.Greater(s.tb, a.Confidence, 0.3)
	require.LessOrEqual(s.tb, a.Confidence, 1.0)
	s.cites(&a)
	require.NotEmpty(s.tb, a.Sources)
	require.LessOrEqual(s.tb, len(a.Sources), 5, "top_k is 5 by default")
	for _, source := range a.Sources {
		require.Regexp(s.tb, uuidV4, source.DocumentID)
		require.NotEmpty(s.tb, source.ChunkID)
		require.NotEmpty(s.tb, source.Title)
		require.NotEmpty(s.tb, source.Snippet)
		require.NotEmpty(s.tb, source.ContentType)
	}
	cited := a.Claims[0].Citations[0]
	require.Equal(s.tb, a.Sources[0].DocumentID, cited.DocumentID)
	require.Equal(s.tb, a.Sources[0].Title, cited.Title)

	refusal := s.ask("What is the chemical formula of caffeine?")
	require.True(s.tb, refusal.Refused)
	require.NotEmpty(s.tb, refusal.RefusalReason)
	require.Contains(s.tb, refusal.Answer, "documents")
	require.Empty(s.tb, refusal.Claims)
	require.EqualValues(s.tb, "en", refusal.Language)
}

func chatOptions(s *server) {
	ask := func(body map[string]any) (a chatResponse) {
		s.tb.Helper()
		status, data := s.call("POST", "/api/v1/chat", body)
		require.Equal(s.tb, 200, status, string(data))
		require.NoError(s.tb, json.Unmarshal(data, &a))
		return a
	}
	a := ask(map[string]any{"message": "Who built the Taj Mahal?", "top_k": 1, "language": "en"})
	require.Regexp(s.tb, uuidV4, a.SessionID)
	require.Len(s.tb, a.Sources, 1)
	a = ask(map[string]any{"message": "भारत में गणेश चतुर्थी कब मनाई जाती है?", "filters": map[string]any{"language": "mr"}})
	require.NotEmpty(s.tb, a.Sources)
	for _, source := range a.Sources {
		require.EqualValues(s.tb, "mr", source.Language)
	}
	a = ask(map[string]any{"message": "What is the chemical formula of caffeine?", "language": "ta"})
	require.True(s.tb, a.Refused)
	require.EqualValues(s.tb, "ta", a.Language)
	require.Contains(s.tb, a.Answer, "ஆவணங்களில்")
	a = ask(map[string]any{"message": "ताजमहल किसने बनवाया था?", "filters": map[string]any{"date_from": "2100-01-01"}})
	require.True(s.tb, a.Refused, "no document is from then")
	require.EqualValues(s.tb, "nothing_found", a.RefusalReason)
	require.Empty(s.tb, a.Sources)
}

// event is a server-sent event.
type event struct {
	name string
	data string
}

// readEvents reads a stream to its end.
func readEvents(tb testing.TB, body io.Reader) (events []event) {
	tb.Helper()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	var e event
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch {
		case lines.Text() == "":
			if e.name != "" {
				events = append(events, e)
			}
			e = event{}
		case name == "event":
			e.name = value
		case name == "data":
			e.data += value
		default:
			require.True(tb, strings.HasPrefix(lines.Text(), ":"), "line %q", lines.Text())
		}
	}
	require.NoError(tb, lines.Err())
	return events
}

// stream asks /chat/stream and gives its events.
func (s *server) stream(question string) []event {
	s.tb.Helper()
	res := s.send("POST", "/api/v1/chat/stream", map[string]any{"message": question})
	defer res.Body.Close()
	require.Equal(s.tb, 200, res.StatusCode)
	require.Equal(s.tb, "text/event-stream; charset=utf-8", res.Header.Get("Content-Type"))
	return readEvents(s.tb, res.Body)
}

// told gives the whole answer at a stream's end and asserts that the events
// before it come in order and tell the same.
func (s *server) told(events []event) (a chatResponse) {
	s.tb.Helper()
	require.NotEmpty(s.tb, events)
	last := events[len(events)-1]
	require.Equal(s.tb, "done", last.name, "%v", events)
	require.NoError(s.tb, json.Unmarshal([]byte(last.data), &a))
	order := ""
	var text strings.Builder
	var claims []any
	var sources []source
	for _, e := range events[:len(events)-1] {
		switch e.name {
		case "source":
			var source source
			require.NoError(s.tb, json.Unmarshal([]byte(e.data), &source))
			sources = append(sources, source)
		case "token":
			var token struct{ Text string }
			require.NoError(s.tb, json.Unmarshal([]byte(e.data), &token))
			text.WriteString(token.Text)
		case "claim":
			var claim any
			require.NoError(s.tb, json.Unmarshal([]byte(e.data), &claim))
			claims = append(claims, claim)
		}
		order += e.name[:1]
	}
	require.Regexp(s.tb, `^s*(t+c)*$`, order, "sources, then each sentence and what it rests on")
	require.Equal(s.tb, a.Sources, sources)
	if !a.Refused {
		require.Equal(s.tb, a.Answer, text.String())
		var want []any
		data, err := json.Marshal(a.Claims)
		require.NoError(s.tb, err)
		require.NoError(s.tb, json.Unmarshal(data, &want))
		require.Equal(s.tb, want, claims)
	} else {
		require.Empty(s.tb, text.String(), "nothing has to be taken back")
	}
	return a
}

func streamContract(s *server) {
	for _, q := range []string{"ताजमहल किसने बनवाया था?", "taj mahal kisne banwaya tha", "Who built the Taj Mahal?", "पासपोर्ट के लिए आवेदन कैसे करें?"} {
		a := s.told(s.stream(q))
		s.cites(&a)
		once := s.ask(q)
		require.Equal(s.tb, once.Answer, a.Answer, "streamed or not, the answer is the same")
		require.Equal(s.tb, once.Claims, a.Claims)
	}
	require.True(s.tb, func() bool { a := s.told(s.stream("What is the chemical formula of caffeine?")); return a.Refused }())

	events := s.stream("  ")
	require.Len(s.tb, events, 1)
	require.Equal(s.tb, "error", events[0].name)
	e := envelope(s.tb, []byte(events[0].data))
	require.Equal(s.tb, "INVALID_REQUEST", e.Code)
	require.Equal(s.tb, "message", e.Details["field"])
}

func searchContract(s *server) {
	status, body := s.call("GET", "/api/v1/search?q="+url.QueryEscape("किला"), nil)
	require.Equal(s.tb, 200, status)
	require.Equal(s.tb, []string{"cached", "events", "multimedia", "page", "page_size", "results", "total_results"}, fields(s.tb, body))
	require.NotContains(s.tb, string(body), "null,", "a list without items is []")
	var raw struct{ Results []json.RawMessage }
	require.NoError(s.tb, json.Unmarshal(body, &raw))
	require.Equal(s.tb, []string{"content_type", "document_id", "language", "published_date", "score", "snippet", "source_site", "thumbnail_url", "title", "url"}, fields(s.tb, raw.Results[0]))

	var all, second searchResponse
	q := "/api/v1/search?q=" + url.QueryEscape("भारत में किला और मंदिर")
	s.get(q+"&page_size=100", &all)
	s.get(q+"&page=2&page_size=3", &second)
	require.Greater(s.tb, all.TotalResults, 6)
	require.Len(s.tb, all.Results, all.TotalResults)
	require.Equal(s.tb, all.Results[3:6], second.Results, "pages are cut out of one order")
	require.Equal(s.tb, all.TotalResults, second.TotalResults)
	require.True(s.tb, slices.IsSortedFunc(all.Results, func(a, b searchResult) int {
		return map[bool]int{true: -1}[a.Score > b.Score] + map[bool]int{true: 1}[a.Score < b.Score]
	}), "best first")
	for _, r := range all.Results {
		snippet := strings.Trim(r.Snippet, "… ")
		require.NotEmpty(s.tb, snippet)
		require.Contains(s.tb, strings.Join(strings.Fields(s.document(r.DocumentID).Text), " "), strings.Join(strings.Fields(snippet), " "), "a snippet is the document's own words")
	}
	var beyond searchResponse
	s.get(q+"&page=1000", &beyond)
	require.Empty(s.tb, beyond.Results)
	require.Equal(s.tb, all.TotalResults, beyond.TotalResults)
	var none searchResponse
	s.get("/api/v1/search?q=qxzvwk", &none)
	require.Zero(s.tb, none.TotalResults)
	require.NotNil(s.tb, none.Results)
}

func searchFilters(s *server) {
	q := "/api/v1/search?page_size=100&q=" + url.QueryEscape("भारत का मंदिर museum temple India अजिंठा लेणी")
	for filter, holds := range map[string]func(*searchResult) bool{
		"document_language=mr":         func(r *searchResult) bool { return r.Language == "mr" },
		"content_type=application/pdf": func(r *searchResult) bool { return r.ContentType == "application/pdf" },
		"source_sites=monuments":       func(r *searchResult) bool { return r.SourceSite == "monuments" },
		"date_from=2025-03-01": func(r *searchResult) bool {
			return r.PublishedDate.After(time.Date(2025, 2, 28, 23, 59, 59, 0, time.UTC))
		},
		"date_to=2025-03-01T00:00:00Z":   func(r *searchResult) bool { return !r.PublishedDate.After(time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)) },
		"source_sites=monuments,museums": func(r *searchResult) bool { return r.SourceSite == "monuments" || r.SourceSite == "museums" },
	} {
		var found searchResponse
		s.get(q+"&"+filter, &found)
		require.NotEmpty(s.tb, found.Results, filter)
		for i := range found.Results {
			require.True(s.tb, holds(&found.Results[i]), "%s: %+v", filter, found.Results[i])
		}
	}
}

// listed is a page of the documents.
type listed struct {
	Items      []kept `json:"items"`
	Total      int    `json:"total"`
	Page       int    `json:"page"`
	PageSize   int    `json:"page_size"`
	TotalPages int    `json:"total_pages"`
}

func documentsContract(s *server) {
	var before, page listed
	s.get("/api/v1/documents?page_size=100", &before)
	require.Len(s.tb, before.Items, before.Total)
	require.True(s.tb, slices.IsSortedFunc(before.Items, func(a, b kept) int { return b.CreatedAt.Compare(a.CreatedAt) }), "newest first")
	s.get("/api/v1/documents", &page)
	require.Equal(s.tb, 20, page.PageSize)
	require.Equal(s.tb, 1, page.Page)
	require.Equal(s.tb, (before.Total+19)/20, page.TotalPages)
	require.Equal(s.tb, before.Items[:20], page.Items)

	started := time.Now()
	doc := s.add("keshar.md", lighthouse)
	ids := s.search("वासुदेव नेने अभियंता")
	took := time.Since(started)
	require.Equal(s.tb, doc.DocumentID, ids[0])
	require.Less(s.tb, took, time.Second, "from the upload to being found")
	require.Regexp(s.tb, uuidV4, doc.DocumentID)
	require.Equal(s.tb, uploaded{doc.DocumentID, "केशरपुर का प्रकाशस्तंभ", "hi", "text/markdown", 1, "indexed"}, doc)
	a := s.ask(keshar)
	require.Contains(s.tb, a.Answer, "वासुदेव नेने")
	s.cites(&a)

	status, body := s.call("GET", "/api/v1/documents/"+doc.DocumentID, nil)
	require.Equal(s.tb, 200, status)
	for _, f := range []string{"document_id", "title", "language", "content_type", "text", "created_at"} {
		require.Contains(s.tb, fields(s.tb, body), f)
	}
	d := s.document(doc.DocumentID)
	require.Contains(s.tb, d.Text, "उसकी रोशनी चौबीस किलोमीटर दूर से दिखती है।")
	require.WithinDuration(s.tb, time.Now(), d.CreatedAt, time.Minute)
	require.Equal(s.tb, time.UTC, d.CreatedAt.Location())

	started = time.Now()
	s.remove(doc.DocumentID)
	require.NotContains(s.tb, s.search("वासुदेव नेने अभियंता"), doc.DocumentID)
	require.Less(s.tb, time.Since(started), time.Second, "from the deletion to not being found")
	require.NotContains(s.tb, s.ask(keshar).Answer, "नेने")
	for _, method := range []string{"GET", "DELETE"} {
		status, body = s.call(method, "/api/v1/documents/"+doc.DocumentID, nil)
		require.Equal(s.tb, 404, status)
		require.Equal(s.tb, "NOT_FOUND", envelope(s.tb, body).Code)
	}
	s.get("/api/v1/documents?page_size=100", &page)
	require.Equal(s.tb, before.Items, page.Items)
}

func uploadFields(s *server) {
	doc := s.add("x.txt", "A text about nothing in particular, of one sentence.", "title", "शीर्षक", "language", "bo", "source_url", "https://example.org/x")
	defer s.remove(doc.DocumentID)
	require.Equal(s.tb, "शीर्षक", doc.Title)
	require.EqualValues(s.tb, "brx", doc.Language, "an alias is answered by its code")
	require.Equal(s.tb, "https://example.org/x", s.document(doc.DocumentID).URL)
}

func healthContract(s *server) {
	for _, path := range []string{"/health", "/api/v1/health"} {
		status, body := s.call("GET", path, nil)
		require.Equal(s.tb, 200, status)
		var h struct {
			Status, Service, Version string
			Uptime                   float64 `json:"uptime_seconds"`
			Timestamp                time.Time
			Checks                   map[string]struct{ Status string }
		}
		require.NoError(s.tb, json.Unmarshal(body, &h), path)
		require.Equal(s.tb, "healthy", h.Status)
		require.Equal(s.tb, "api-gateway", h.Service)
		require.NotEmpty(s.tb, h.Version)
		require.Positive(s.tb, h.Uptime)
		require.WithinDuration(s.tb, time.Now(), h.Timestamp, time.Minute)
		require.Equal(s.tb, "healthy", h.Checks["index"].Status)
	}
}

// routes are all that the gateway serves besides its page and its documentation.
var routes = []struct{ method, path string }{
	{"POST", "/api/v1/chat"}, {"POST", "/api/v1/chat/stream"}, {"GET", "/api/v1/search"}, {"GET", "/api/v1/search/suggest"}, {"POST", "/api/v1/translate"},
	{"GET", "/api/v1/documents"}, {"POST", "/api/v1/documents/upload"}, {"GET", "/api/v1/documents/{id}"}, {"DELETE", "/api/v1/documents/{id}"},
	{"GET", "/api/v1/health"}, {"GET", "/health"}, {"GET", "/metrics"},
}

func openAPI(s *server) {
	status, body := s.call("GET", "/openapi.json", nil)
	require.Equal(s.tb, 200, status)
	doc, err := openapi3.NewLoader().LoadFromData(body)
	require.NoError(s.tb, err)
	require.NoError(s.tb, doc.Validate(s.tb.Context()))
	described := 0
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			described++
			require.NotEmpty(s.tb, op.Summary, "%s %s", method, path)
			status, body := s.call(method, strings.ReplaceAll(path, "{id}", "none"), nil)
			require.NotEqual(s.tb, 405, status)
			if status == 404 {
				require.Contains(s.tb, envelope(s.tb, body).Message, "document", "%s %s is a route", method, path)
			}
		}
	}
	require.Equal(s.tb, len(routes), described)
	for _, r := range routes {
		item := doc.Paths.Find(r.path)
		require.NotNil(s.tb, item, r.path)
		op := item.GetOperation(r.method)
		require.NotNil(s.tb, op, "%s %s", r.method, r.path)
		require.NotEmpty(s.tb, op.OperationID)
	}
	upload := doc.Paths.Find("/api/v1/documents/upload").Post
	require.NotNil(s.tb, upload.RequestBody.Value.Content["multipart/form-data"])
	require.NotNil(s.tb, upload.Responses.Value("201"))
	require.NotNil(s.tb, doc.Paths.Find("/api/v1/chat/stream").Post.Responses.Value("200").Value.Content["text/event-stream"])
}

func pages(s *server) {
	for path, contains := range map[string]string{
		"/": `id="panel-chat"`, "/docs": "/openapi.json", "/assets/app.js": "import", "/assets/style.css": "{",
	} {
		status, body := s.call("GET", path, nil)
		require.Equal(s.tb, 200, status, path)
		require.Contains(s.tb, string(body), contains, path)
	}
	_, docs := s.call("GET", "/docs", nil)
	require.NotRegexp(s.tb, `(src|href)="(https?:)?//`, string(docs), "the documentation needs no other host")
	for _, asset := range between(string(docs), `src="`, `"`) {
		status, _ := s.call("GET", asset, nil)
		require.Equal(s.tb, 200, status, asset)
	}
	res := s.send("GET", "/", nil)
	res.Body.Close()
	require.Contains(s.tb, res.Header.Get("Content-Security-Policy"), "default-src 'self'")
}

// between gives what stands between two marks in a text, each time.
func between(text, from, to string) (found []string) {
	for _, part := range strings.Split(text, from)[1:] {
		inside, _, _ := strings.Cut(part, to)
		found = append(found, inside)
	}
	return found
}

func wrongRoutes(s *server) {
	for _, r := range routes {
		path := strings.ReplaceAll(r.path, "{id}", "none")
		res := s.send("PATCH", path, map[string]any{})
		body, err := io.ReadAll(res.Body)
		require.NoError(s.tb, err)
		res.Body.Close()
		require.Equal(s.tb, http.StatusMethodNotAllowed, res.StatusCode, path)
		require.Contains(s.tb, res.Header.Get("Allow"), r.method, path)
		require.Equal(s.tb, "METHOD_NOT_ALLOWED", envelope(s.tb, body).Code)
	}
	for _, path := range []string{"/api/v1/nothing", "/api/v2/chat", "/assets/none.js"} {
		status, body := s.call("GET", path, nil)
		require.Equal(s.tb, 404, status, path)
		require.Equal(s.tb, "NOT_FOUND", envelope(s.tb, body).Code)
	}
	const id = "3f2b8c1e-6a4d-4c55-9b7a-0d6f1e2a3b4c"
	res := s.send("GET", "/api/v1/documents/none", nil, "X-Request-ID", id)
	defer res.Body.Close()
	require.Equal(s.tb, id, res.Header.Get("X-Request-ID"))
	body, err := io.ReadAll(res.Body)
	require.NoError(s.tb, err)
	require.Equal(s.tb, id, envelope(s.tb, body).RequestID)
}

func TestARestartLosesNothing(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, nil)
	doc := s.add("keshar.md", lighthouse)
	gone := s.add("gone.txt", "गुलमोहर पंचायत का पुस्तकालय रविवार को बंद रहता है।")
	s.remove(gone.DocumentID)
	taj := s.ask("ताजमहल किसने बनवाया था?").Sources[0].DocumentID
	s.remove(taj)
	var before, after listed
	s.get("/api/v1/documents?page_size=100", &before)
	answer := s.ask(keshar)
	for range 2 {
		s.stop()
		s = start(t, dir, nil)
		s.get("/api/v1/documents?page_size=100", &after)
		require.Equal(t, before, after)
		again := s.ask(keshar)
		require.Equal(t, answer.Answer, again.Answer)
		require.Equal(t, answer.Claims, again.Claims)
		require.Equal(t, doc.DocumentID, s.search("वासुदेव नेने अभियंता")[0])
		require.NotContains(t, s.search("गुलमोहर पंचायत पुस्तकालय"), gone.DocumentID)
		require.NotContains(t, s.search("ताजमहल"), taj, "a sample that was deleted stays so")
	}
	require.Equal(t, fmt.Sprintf("Akshara answers at http://localhost:%s\n", s.url[strings.LastIndex(s.url, ":")+1:]), s.out.String())
}

// Another RAG_CHUNK_SIZE, and another version of the analysis, take effect on
// what is there already, while it answers.
func TestTheIndexIsMadeAnewInAnotherWay(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, nil)
	s.add("keshar.md", lighthouse)
	answer := s.ask(keshar).Answer
	const anew = "the index has switched"
	for _, way := range []struct {
		size string
		anew bool
	}{{"60", true}, {"60", false}, {"512", true}} {
		s.stop()
		s = start(t, dir, map[string]string{"RAG_CHUNK_SIZE": way.size, "RAG_CHUNK_OVERLAP": "0"})
		require.Equal(t, answer, s.ask(keshar).Answer, "at once")
		s.isWhole()
		require.Equal(t, way.anew, strings.Contains(s.logs.String(), anew), way)
		require.Equal(t, answer, s.ask(keshar).Answer)
	}
}

func TestAnOpenAddressIsWarnedOf(t *testing.T) {
	for host, open := range map[string]bool{"127.0.0.1": false, "::1": false, "localhost": false, "0.0.0.0": true, "": true, "192.0.2.7": true, "example.org": true} {
		var said buffer
		(&config.App{Host: host}).WarnIfOpen(slog.New(slog.NewTextHandler(&said, nil)))
		require.Equal(t, open, strings.Contains(said.String(), "level=WARN"), "%q: %s", host, &said)
	}
}
