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

	"github.com/akshara-go/akshara/examples/internal/programtest"
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
	status, body := s.Call("POST", "/api/v1/chat", map[string]any{"message": "ताजमहल किसने बनवाया था?"})
	require.Equal(s.TB, 200, status)
	require.Equal(s.TB, []string{"answer", "cached", "claims", "confidence", "language", "message_id", "refused", "session_id", "sources"}, fields(s.TB, body))
	var a chatResponse
	require.NoError(s.TB, json.Unmarshal(body, &a))
	require.False(s.TB, a.Refused)
	require.EqualValues(s.TB, "hi", a.Language)
	require.Contains(s.TB, a.Answer, "शाहजहाँ")
	require.Regexp(s.TB, uuidV4, a.SessionID)
	require.Regexp(s.TB, uuidV4, a.MessageID)
	require.Greater(s.TB, a.Confidence, 0.3)
	require.LessOrEqual(s.TB, a.Confidence, 1.0)
	s.cites(&a)
	require.NotEmpty(s.TB, a.Sources)
	require.LessOrEqual(s.TB, len(a.Sources), 5, "top_k is 5 by default")
	for _, source := range a.Sources {
		require.Regexp(s.TB, uuidV4, source.DocumentID)
		require.NotEmpty(s.TB, source.ChunkID)
		require.NotEmpty(s.TB, source.Title)
		require.NotEmpty(s.TB, source.Snippet)
		require.NotEmpty(s.TB, source.ContentType)
	}
	cited := a.Claims[0].Citations[0]
	require.Equal(s.TB, a.Sources[0].DocumentID, cited.DocumentID)
	require.Equal(s.TB, a.Sources[0].Title, cited.Title)

	refusal := s.ask("What is the chemical formula of caffeine?")
	require.True(s.TB, refusal.Refused)
	require.NotEmpty(s.TB, refusal.RefusalReason)
	require.Contains(s.TB, refusal.Answer, "documents")
	require.Empty(s.TB, refusal.Claims)
	require.EqualValues(s.TB, "en", refusal.Language)
}

func chatOptions(s *server) {
	ask := func(body map[string]any) (a chatResponse) {
		s.TB.Helper()
		status, data := s.Call("POST", "/api/v1/chat", body)
		require.Equal(s.TB, 200, status, string(data))
		require.NoError(s.TB, json.Unmarshal(data, &a))
		return a
	}
	a := ask(map[string]any{"message": "Who built the Taj Mahal?", "top_k": 1, "language": "en"})
	require.Regexp(s.TB, uuidV4, a.SessionID)
	require.Len(s.TB, a.Sources, 1)
	a = ask(map[string]any{"message": "भारत में गणेश चतुर्थी कब मनाई जाती है?", "filters": map[string]any{"language": "mr"}})
	require.NotEmpty(s.TB, a.Sources)
	for _, source := range a.Sources {
		require.EqualValues(s.TB, "mr", source.Language)
	}
	a = ask(map[string]any{"message": "What is the chemical formula of caffeine?", "language": "ta"})
	require.True(s.TB, a.Refused)
	require.EqualValues(s.TB, "ta", a.Language)
	require.Contains(s.TB, a.Answer, "ஆவணங்களில்")
	a = ask(map[string]any{"message": "ताजमहल किसने बनवाया था?", "filters": map[string]any{"date_from": "2100-01-01"}})
	require.True(s.TB, a.Refused, "no document is from then")
	require.EqualValues(s.TB, "nothing_found", a.RefusalReason)
	require.Empty(s.TB, a.Sources)
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
	s.TB.Helper()
	res := s.Send("POST", "/api/v1/chat/stream", map[string]any{"message": question})
	defer res.Body.Close()
	require.Equal(s.TB, 200, res.StatusCode)
	require.Equal(s.TB, "text/event-stream; charset=utf-8", res.Header.Get("Content-Type"))
	return readEvents(s.TB, res.Body)
}

// told gives the whole answer at a stream's end and asserts that the events
// before it come in order and tell the same.
func (s *server) told(events []event) (a chatResponse) {
	s.TB.Helper()
	require.NotEmpty(s.TB, events)
	last := events[len(events)-1]
	require.Equal(s.TB, "done", last.name, "%v", events)
	require.NoError(s.TB, json.Unmarshal([]byte(last.data), &a))
	order := ""
	var text strings.Builder
	var claims []any
	var sources []source
	for _, e := range events[:len(events)-1] {
		switch e.name {
		case "source":
			var source source
			require.NoError(s.TB, json.Unmarshal([]byte(e.data), &source))
			sources = append(sources, source)
		case "token":
			var token struct{ Text string }
			require.NoError(s.TB, json.Unmarshal([]byte(e.data), &token))
			text.WriteString(token.Text)
		case "claim":
			var claim any
			require.NoError(s.TB, json.Unmarshal([]byte(e.data), &claim))
			claims = append(claims, claim)
		}
		order += e.name[:1]
	}
	require.Regexp(s.TB, `^s*(t+c)*$`, order, "sources, then each sentence and what it rests on")
	require.Equal(s.TB, a.Sources, sources)
	if !a.Refused {
		require.Equal(s.TB, a.Answer, text.String())
		var want []any
		data, err := json.Marshal(a.Claims)
		require.NoError(s.TB, err)
		require.NoError(s.TB, json.Unmarshal(data, &want))
		require.Equal(s.TB, want, claims)
	} else {
		require.Empty(s.TB, text.String(), "nothing has to be taken back")
	}
	return a
}

func streamContract(s *server) {
	for _, q := range []string{"ताजमहल किसने बनवाया था?", "taj mahal kisne banwaya tha", "Who built the Taj Mahal?", "पासपोर्ट के लिए आवेदन कैसे करें?"} {
		a := s.told(s.stream(q))
		s.cites(&a)
		once := s.ask(q)
		require.Equal(s.TB, once.Answer, a.Answer, "streamed or not, the answer is the same")
		require.Equal(s.TB, once.Claims, a.Claims)
	}
	require.True(s.TB, func() bool { a := s.told(s.stream("What is the chemical formula of caffeine?")); return a.Refused }())

	events := s.stream("  ")
	require.Len(s.TB, events, 1)
	require.Equal(s.TB, "error", events[0].name)
	e := programtest.Envelope(s.TB, []byte(events[0].data))
	require.Equal(s.TB, "INVALID_REQUEST", e.Code)
	require.Equal(s.TB, "message", e.Details["field"])
}

func searchContract(s *server) {
	status, body := s.Call("GET", "/api/v1/search?q="+url.QueryEscape("किला"), nil)
	require.Equal(s.TB, 200, status)
	require.Equal(s.TB, []string{"cached", "events", "multimedia", "page", "page_size", "results", "total_results"}, fields(s.TB, body))
	require.NotContains(s.TB, string(body), "null,", "a list without items is []")
	var raw struct{ Results []json.RawMessage }
	require.NoError(s.TB, json.Unmarshal(body, &raw))
	require.Equal(s.TB, []string{"content_type", "document_id", "language", "published_date", "score", "snippet", "source_site", "thumbnail_url", "title", "url"}, fields(s.TB, raw.Results[0]))

	var all, second searchResponse
	q := "/api/v1/search?q=" + url.QueryEscape("भारत में किला और मंदिर")
	s.get(q+"&page_size=100", &all)
	s.get(q+"&page=2&page_size=3", &second)
	require.Greater(s.TB, all.TotalResults, 6)
	require.Len(s.TB, all.Results, all.TotalResults)
	require.Equal(s.TB, all.Results[3:6], second.Results, "pages are cut out of one order")
	require.Equal(s.TB, all.TotalResults, second.TotalResults)
	require.True(s.TB, slices.IsSortedFunc(all.Results, func(a, b searchResult) int {
		return map[bool]int{true: -1}[a.Score > b.Score] + map[bool]int{true: 1}[a.Score < b.Score]
	}), "best first")
	for _, r := range all.Results {
		snippet := strings.Trim(r.Snippet, "… ")
		require.NotEmpty(s.TB, snippet)
		require.Contains(s.TB, strings.Join(strings.Fields(s.document(r.DocumentID).Text), " "), strings.Join(strings.Fields(snippet), " "), "a snippet is the document's own words")
	}
	var beyond searchResponse
	s.get(q+"&page=1000", &beyond)
	require.Empty(s.TB, beyond.Results)
	require.Equal(s.TB, all.TotalResults, beyond.TotalResults)
	var none searchResponse
	s.get("/api/v1/search?q=qxzvwk", &none)
	require.Zero(s.TB, none.TotalResults)
	require.NotNil(s.TB, none.Results)
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
		require.NotEmpty(s.TB, found.Results, filter)
		for i := range found.Results {
			require.True(s.TB, holds(&found.Results[i]), "%s: %+v", filter, found.Results[i])
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
	require.Len(s.TB, before.Items, before.Total)
	require.True(s.TB, slices.IsSortedFunc(before.Items, func(a, b kept) int { return b.CreatedAt.Compare(a.CreatedAt) }), "newest first")
	s.get("/api/v1/documents", &page)
	require.Equal(s.TB, 20, page.PageSize)
	require.Equal(s.TB, 1, page.Page)
	require.Equal(s.TB, (before.Total+19)/20, page.TotalPages)
	require.Equal(s.TB, before.Items[:20], page.Items)

	started := time.Now()
	doc := s.add("keshar.md", lighthouse)
	ids := s.search("वासुदेव नेने अभियंता")
	took := time.Since(started)
	require.Equal(s.TB, doc.DocumentID, ids[0])
	require.Less(s.TB, took, time.Second, "from the upload to being found")
	require.Regexp(s.TB, uuidV4, doc.DocumentID)
	require.Equal(s.TB, uploaded{doc.DocumentID, "केशरपुर का प्रकाशस्तंभ", "hi", "text/markdown", 1, "indexed"}, doc)
	a := s.ask(keshar)
	require.Contains(s.TB, a.Answer, "वासुदेव नेने")
	s.cites(&a)

	status, body := s.Call("GET", "/api/v1/documents/"+doc.DocumentID, nil)
	require.Equal(s.TB, 200, status)
	for _, f := range []string{"document_id", "title", "language", "content_type", "text", "created_at"} {
		require.Contains(s.TB, fields(s.TB, body), f)
	}
	d := s.document(doc.DocumentID)
	require.Contains(s.TB, d.Text, "उसकी रोशनी चौबीस किलोमीटर दूर से दिखती है।")
	require.WithinDuration(s.TB, time.Now(), d.CreatedAt, time.Minute)
	require.Equal(s.TB, time.UTC, d.CreatedAt.Location())

	started = time.Now()
	s.remove(doc.DocumentID)
	require.NotContains(s.TB, s.search("वासुदेव नेने अभियंता"), doc.DocumentID)
	require.Less(s.TB, time.Since(started), time.Second, "from the deletion to not being found")
	require.NotContains(s.TB, s.ask(keshar).Answer, "नेने")
	for _, method := range []string{"GET", "DELETE"} {
		status, body = s.Call(method, "/api/v1/documents/"+doc.DocumentID, nil)
		require.Equal(s.TB, 404, status)
		require.Equal(s.TB, "NOT_FOUND", programtest.Envelope(s.TB, body).Code)
	}
	s.get("/api/v1/documents?page_size=100", &page)
	require.Equal(s.TB, before.Items, page.Items)
}

func uploadFields(s *server) {
	doc := s.add("x.txt", "A text about nothing in particular, of one sentence.", "title", "शीर्षक", "language", "bo", "source_url", "https://example.org/x")
	defer s.remove(doc.DocumentID)
	require.Equal(s.TB, "शीर्षक", doc.Title)
	require.EqualValues(s.TB, "brx", doc.Language, "an alias is answered by its code")
	require.Equal(s.TB, "https://example.org/x", s.document(doc.DocumentID).URL)
}

func healthContract(s *server) {
	for _, path := range []string{"/health", "/api/v1/health"} {
		status, body := s.Call("GET", path, nil)
		require.Equal(s.TB, 200, status)
		var h struct {
			Status, Service, Version string
			Uptime                   float64 `json:"uptime_seconds"`
			Timestamp                time.Time
			Checks                   map[string]struct{ Status string }
		}
		require.NoError(s.TB, json.Unmarshal(body, &h), path)
		require.Equal(s.TB, "healthy", h.Status)
		require.Equal(s.TB, "api-gateway", h.Service)
		require.NotEmpty(s.TB, h.Version)
		require.Positive(s.TB, h.Uptime)
		require.WithinDuration(s.TB, time.Now(), h.Timestamp, time.Minute)
		require.Equal(s.TB, "healthy", h.Checks["index"].Status)
	}
}

// routes are all that the gateway serves besides its page and its documentation.
var routes = []struct{ method, path string }{
	{"POST", "/api/v1/chat"}, {"POST", "/api/v1/chat/stream"}, {"GET", "/api/v1/search"}, {"GET", "/api/v1/search/suggest"}, {"POST", "/api/v1/translate"},
	{"GET", "/api/v1/documents"}, {"POST", "/api/v1/documents/upload"}, {"GET", "/api/v1/documents/{id}"}, {"DELETE", "/api/v1/documents/{id}"},
	{"GET", "/api/v1/health"}, {"GET", "/health"}, {"GET", "/metrics"},
}

func openAPI(s *server) {
	status, body := s.Call("GET", "/openapi.json", nil)
	require.Equal(s.TB, 200, status)
	doc, err := openapi3.NewLoader().LoadFromData(body)
	require.NoError(s.TB, err)
	require.NoError(s.TB, doc.Validate(s.TB.Context()))
	described := 0
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			described++
			require.NotEmpty(s.TB, op.Summary, "%s %s", method, path)
			status, body := s.Call(method, strings.ReplaceAll(path, "{id}", "none"), nil)
			require.NotEqual(s.TB, 405, status)
			if status == 404 {
				require.Contains(s.TB, programtest.Envelope(s.TB, body).Message, "document", "%s %s is a route", method, path)
			}
		}
	}
	require.Equal(s.TB, len(routes), described)
	for _, r := range routes {
		item := doc.Paths.Find(r.path)
		require.NotNil(s.TB, item, r.path)
		op := item.GetOperation(r.method)
		require.NotNil(s.TB, op, "%s %s", r.method, r.path)
		require.NotEmpty(s.TB, op.OperationID)
	}
	upload := doc.Paths.Find("/api/v1/documents/upload").Post
	require.NotNil(s.TB, upload.RequestBody.Value.Content["multipart/form-data"])
	require.NotNil(s.TB, upload.Responses.Value("201"))
	require.NotNil(s.TB, doc.Paths.Find("/api/v1/chat/stream").Post.Responses.Value("200").Value.Content["text/event-stream"])
}

func pages(s *server) {
	for path, contains := range map[string]string{
		"/": `id="panel-chat"`, "/docs": "/openapi.json", "/assets/app.js": "import", "/assets/style.css": "{",
	} {
		status, body := s.Call("GET", path, nil)
		require.Equal(s.TB, 200, status, path)
		require.Contains(s.TB, string(body), contains, path)
	}
	_, docs := s.Call("GET", "/docs", nil)
	require.NotRegexp(s.TB, `(src|href)="(https?:)?//`, string(docs), "the documentation needs no other host")
	for _, asset := range between(string(docs), `src="`, `"`) {
		status, _ := s.Call("GET", asset, nil)
		require.Equal(s.TB, 200, status, asset)
	}
	res := s.Send("GET", "/", nil)
	res.Body.Close()
	require.Contains(s.TB, res.Header.Get("Content-Security-Policy"), "default-src 'self'")
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
		res := s.Send("PATCH", path, map[string]any{})
		body, err := io.ReadAll(res.Body)
		require.NoError(s.TB, err)
		res.Body.Close()
		require.Equal(s.TB, http.StatusMethodNotAllowed, res.StatusCode, path)
		require.Contains(s.TB, res.Header.Get("Allow"), r.method, path)
		require.Equal(s.TB, "METHOD_NOT_ALLOWED", programtest.Envelope(s.TB, body).Code)
	}
	for _, path := range []string{"/api/v1/nothing", "/api/v2/chat", "/assets/none.js"} {
		status, body := s.Call("GET", path, nil)
		require.Equal(s.TB, 404, status, path)
		require.Equal(s.TB, "NOT_FOUND", programtest.Envelope(s.TB, body).Code)
	}
	const id = "3f2b8c1e-6a4d-4c55-9b7a-0d6f1e2a3b4c"
	res := s.Send("GET", "/api/v1/documents/none", nil, "X-Request-ID", id)
	defer res.Body.Close()
	require.Equal(s.TB, id, res.Header.Get("X-Request-ID"))
	body, err := io.ReadAll(res.Body)
	require.NoError(s.TB, err)
	require.Equal(s.TB, id, programtest.Envelope(s.TB, body).RequestID)
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
		s.Stop()
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
	require.Equal(t, fmt.Sprintf("Akshara answers at http://localhost:%s\n", s.URL[strings.LastIndex(s.URL, ":")+1:]), s.Out.String())
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
		s.Stop()
		s = start(t, dir, map[string]string{"RAG_CHUNK_SIZE": way.size, "RAG_CHUNK_OVERLAP": "0"})
		require.Equal(t, answer, s.ask(keshar).Answer, "at once")
		s.isWhole()
		require.Equal(t, way.anew, strings.Contains(s.Logs.String(), anew), way)
		require.Equal(t, answer, s.ask(keshar).Answer)
	}
}

func TestAnOpenAddressIsWarnedOf(t *testing.T) {
	for host, open := range map[string]bool{"127.0.0.1": false, "::1": false, "localhost": false, "0.0.0.0": true, "": true, "192.0.2.7": true, "example.org": true} {
		var said programtest.Buffer
		(&config.App{Host: host}).WarnIfOpen(slog.New(slog.NewTextHandler(&said, nil)))
		require.Equal(t, open, strings.Contains(said.String(), "level=WARN"), "%q: %s", host, &said)
	}
}
