package raghttp_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/raghttp"
)

const uuidV4 = `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`

// tajPage is a page with a picture and an event.
const tajPage = `<html lang="hi"><head><title>ताजमहल</title><script type="application/ld+json">
{"@type":"Festival","name":"ताज महोत्सव","startDate":"2026-02-18","location":"शिल्पग्राम","description":"दस दिन का मेला"}</script></head>
<body><h1>ताजमहल</h1><p>ताजमहल आगरा में यमुना के किनारे है। इसे शाहजहाँ ने बनवाया था।</p><img src="https://example.org/taj.jpg" alt="संगमरमर का मक़बरा"></body></html>`

// taj is a body for /ingest with all that the contract has.
func taj() map[string]any {
	return map[string]any{
		"document_id": "3f2b8c1e-6a4d-4c55-9b7a-0d6f1e2a3b4c", "title": "ताजमहल, आगरा", "source_url": "https://example.org/taj", "source_site": "monuments",
		"content": tajPage, "content_type": "text/html", "language": "hi",
		"metadata": map[string]any{"author": "आशा", "published_date": "2026-01-31", "tags": []string{"आगरा", "मुग़ल"}},
		"images":   []any{map[string]any{"url": "https://example.org/gate.png", "alt_text": "दरवाज़ा", "s3_path": "images/3f2b/1.png"}},
	}
}

// plainDocument is a body for /ingest of a text.
func plainDocument(id, text string) map[string]any {
	return map[string]any{"document_id": id, "content": text}
}

// served is a service with two documents, and its address.
func served(tb testing.TB, opts *raghttp.Options) string {
	tb.Helper()
	base := serve(tb, newKit(whole(tb), opts))
	ok(tb, "POST", base+"/ingest", taj())
	ok(tb, "POST", base+"/ingest", plainDocument("capital", "भारत की राजधानी नई दिल्ली है।"))
	return base
}

// keys gives the names of an object's fields, sorted.
func keys(object any) []string { return slices.Sorted(maps.Keys(object.(map[string]any))) }

func TestIngest(t *testing.T) {
	base := serve(t, newKit(whole(t), nil))
	first := ok(t, "POST", base+"/ingest", taj())
	require.Equal(t, []string{"chunk_count", "chunk_ids", "document_id", "embedding_status"}, keys(first))
	require.Equal(t, taj()["document_id"], first["document_id"])
	require.EqualValues(t, 1, first["chunk_count"])
	require.Len(t, first["chunk_ids"], 1)
	require.Equal(t, "skipped", first["embedding_status"])

	doc := ok(t, "GET", base+"/documents/3f2b8c1e-6a4d-4c55-9b7a-0d6f1e2a3b4c", "")
	for field, want := range map[string]any{
		"title": "ताजमहल, आगरा", "url": "https://example.org/taj", "source_site": "monuments", "language": "hi", "content_type": "text/html",
		"author": "आशा", "published_date": "2026-01-31T00:00:00Z", "tags": []any{"आगरा", "मुग़ल"},
	} {
		require.Equal(t, want, doc[field], field)
	}
	require.Contains(t, doc["text"], "इसे शाहजहाँ ने बनवाया था।")
	require.NotContains(t, doc["text"], "<p>")
	require.Equal(t, first, ok(t, "POST", base+"/ingest", taj()), "the same again is the same")
	again := ok(t, "GET", base+"/documents/3f2b8c1e-6a4d-4c55-9b7a-0d6f1e2a3b4c", "")
	require.Equal(t, doc, again, "and leaves it as it was, its time included")

	found := ok(t, "POST", base+"/search", map[string]any{"query": "ताजमहल"})
	require.EqualValues(t, 1, found["total_results"])
	changed := taj()
	changed["content"], changed["content_type"] = "# क़ुतुब\n\nक़ुतुब मीनार **दिल्ली** में है।", "text/markdown"
	ok(t, "POST", base+"/ingest", changed)
	require.Empty(t, ok(t, "POST", base+"/search", map[string]any{"query": "शाहजहाँ"})["results"])
	require.Len(t, ok(t, "POST", base+"/search", map[string]any{"query": "क़ुतुब मीनार"})["results"], 1)
}

func TestPlainTextIsTheDocumentByteByByte(t *testing.T) {
	base := serve(t, newKit(whole(t), nil))
	const text = "  <b>ताजमहल</b> आगरा में है।\r\n\r\n\r\nइसे शाहजहाँ ने बनवाया था। # नहीं\t"
	ok(t, "POST", base+"/ingest", plainDocument("a", text))
	doc := ok(t, "GET", base+"/documents/a", "")
	require.Equal(t, text, doc["text"])
	require.Equal(t, "text/plain", doc["content_type"])
	a := ok(t, "POST", base+"/answer", map[string]any{"message": "ताजमहल किसने बनवाया था?"})
	c := a["claims"].([]any)[0].(map[string]any)["citations"].([]any)[0].(map[string]any)
	require.Equal(t, c["quote"], text[int(c["start"].(float64)):int(c["end"].(float64))])
}

func TestQuery(t *testing.T) {
	base := served(t, nil)
	got := ok(t, "POST", base+"/query", map[string]any{"query": "ताजमहल किसने बनवाया था?", "session_id": "s", "chat_history": []any{map[string]any{"role": "user", "content": "नमस्ते"}}})
	require.Equal(t, []string{"cached", "confidence", "context", "sources"}, keys(got))
	require.True(t, strings.HasPrefix(got["context"].(string), "[1] ताजमहल, आगरा\n"), got["context"])
	require.Contains(t, got["context"], "इसे शाहजहाँ ने बनवाया था।")
	require.Equal(t, false, got["cached"])
	source := got["sources"].([]any)[0].(map[string]any)
	require.Equal(t, []string{"chunk_id", "content_type", "document_id", "language", "score", "snippet", "source_site", "title", "url"}, keys(source))
	require.Equal(t, source["score"], got["confidence"])
	require.Equal(t, []any{"https://example.org/taj", "monuments", "hi", "text/html"}, []any{source["url"], source["source_site"], source["language"], source["content_type"]})

	both := map[string]any{"query": "ताजमहल और भारत की राजधानी", "top_k": 2}
	require.Len(t, ok(t, "POST", base+"/query", both)["sources"], 2)
	both["rerank_top_k"] = 1
	one := ok(t, "POST", base+"/query", both)
	require.Len(t, one["sources"], 1)
	require.NotContains(t, one["context"], "[2]")

	none := ok(t, "POST", base+"/query", map[string]any{"query": "qxzvwk"})
	require.Equal(t, map[string]any{"context": "", "sources": []any{}, "confidence": 0.0, "cached": false}, none)

	detailed := ok(t, "POST", base+"/query", map[string]any{"query": "ताजमहल", "details": true})["sources"].([]any)[0].(map[string]any)["details"].(map[string]any)
	require.Equal(t, []string{"author", "passages", "published_date", "tags"}, keys(detailed))
	require.NotContains(t, fmt.Sprint(detailed), "readers")
}

func TestTheServiceSaysHowManyDocumentsThereAre(t *testing.T) {
	base := serve(t, newKit(whole(t), &raghttp.Options{TopK: 2}))
	for i := range 7 {
		ok(t, "POST", base+"/ingest", plainDocument(fmt.Sprint(i), fmt.Sprintf("मंदिर %d पहाड़ी पर है।", i)))
	}
	require.Len(t, ok(t, "POST", base+"/query", map[string]any{"query": "मंदिर"})["sources"], 2)
	require.Len(t, ok(t, "POST", base+"/answer", map[string]any{"message": "मंदिर कहाँ है?"})["sources"], 2)
	require.Len(t, ok(t, "POST", base+"/query", map[string]any{"query": "मंदिर", "top_k": 3})["sources"], 3)
	found, err := newClient(t, base).Retrieve(t.Context(), &rag.Query{Text: "मंदिर"})
	require.NoError(t, err)
	require.Len(t, found, 5, "a Retriever's default is the port's, wherever it runs")
}

func TestSearch(t *testing.T) {
	base := served(t, nil)
	got := ok(t, "POST", base+"/search", map[string]any{"query": "ताजमहल"})
	require.Equal(t, []string{"cached", "events", "multimedia", "page", "page_size", "results", "total_results"}, keys(got))
	require.Equal(t, []any{1.0, 1.0, 20.0, false}, []any{got["total_results"], got["page"], got["page_size"], got["cached"]})
	result := got["results"].([]any)[0].(map[string]any)
	require.Equal(t, []string{"content_type", "document_id", "language", "published_date", "score", "snippet", "source_site", "thumbnail_url", "title", "url"}, keys(result))
	require.Equal(t, "2026-01-31T00:00:00Z", result["published_date"])
	require.Equal(t, []any{
		map[string]any{"type": "image", "url": "https://example.org/taj.jpg", "alt_text": "संगमरमर का मक़बरा", "source_site": "monuments", "thumbnail_url": ""},
		map[string]any{"type": "image", "url": "https://example.org/gate.png", "alt_text": "दरवाज़ा", "source_site": "monuments", "thumbnail_url": ""},
	}, got["multimedia"], "the page's own, and those beside it")
	require.Equal(t, []any{map[string]any{"title": "ताज महोत्सव", "date": "2026-02-18T00:00:00Z", "venue": "शिल्पग्राम", "description": "दस दिन का मेला",
		"source_url": "https://example.org/taj", "language": "hi"}}, got["events"])

	none := ok(t, "POST", base+"/search", map[string]any{"query": "राजधानी"})
	require.Equal(t, []any{[]any{}, []any{}}, []any{none["multimedia"], none["events"]}, "nothing is made up")
	require.Nil(t, none["results"].([]any)[0].(map[string]any)["published_date"])
	require.Equal(t, []any{}, ok(t, "POST", base+"/search", map[string]any{"query": "qxzvwk"})["results"])
}

func TestPagesAndFacets(t *testing.T) {
	base := serve(t, newKit(whole(t), nil))
	for i := range 45 {
		body := plainDocument(fmt.Sprint(i), fmt.Sprintf("मंदिर %d पहाड़ी पर है।", i))
		body["source_site"] = []string{"north", "south", ""}[i%3]
		body["language"] = []string{"hi", "mr"}[i%2]
		body["metadata"] = map[string]any{"tags": []string{"hill", "hill", []string{"old", "new"}[i/40]}, "author": "a"}
		body["images"] = []any{map[string]any{"url": fmt.Sprintf("https://example.org/%d.png", i)}, map[string]any{"s3_path": "only/here.png"}}
		body["events"] = []any{map[string]any{"title": fmt.Sprintf("मेला %d", i), "date": "2026-05-01T06:00:00+05:30"}}
		ok(t, "POST", base+"/ingest", body)
	}
	query := map[string]any{"query": "मंदिर पहाड़ी", "page_size": 100}
	all := ok(t, "POST", base+"/search", query)
	require.Len(t, all["results"], 45)
	query["page"], query["page_size"], query["details"] = 3, 20, true
	third := ok(t, "POST", base+"/search", query)
	require.EqualValues(t, 45, third["total_results"])
	require.Len(t, third["results"], 5)
	require.Len(t, third["multimedia"], 5, "of the page alone; a picture that nobody can fetch is not shown")
	require.Len(t, third["events"], 5)
	require.Equal(t, "2026-05-01T00:30:00Z", third["events"].([]any)[0].(map[string]any)["date"])
	require.Equal(t, all["results"].([]any)[40].(map[string]any)["document_id"], third["results"].([]any)[0].(map[string]any)["document_id"])
	require.Equal(t, "a", third["results"].([]any)[0].(map[string]any)["details"].(map[string]any)["author"])
	facet := func(value string, n int) map[string]any { return map[string]any{"value": value, "count": float64(n)} }
	require.Equal(t, map[string]any{
		"source_sites":  []any{facet("north", 15), facet("south", 15)},
		"content_types": []any{facet("text/plain", 45)},
		"languages":     []any{facet("hi", 23), facet("mr", 22)},
		"tags":          []any{facet("hill", 45), facet("old", 40), facet("new", 5)},
	}, third["facets"], "of all pages")
	query["page"] = 1000
	require.Empty(t, ok(t, "POST", base+"/search", query)["results"])
}

func TestSearchByGet(t *testing.T) {
	s := whole(t)
	ok(t, "POST", serve(t, newKit(s, nil))+"/ingest", taj())
	kit := newKit(&raghttp.Service{}, nil)
	raghttp.RegisterSearch(kit, "/api/search", raghttp.NewPager(s.Retriever, nil, nil), nil)
	base := serve(t, kit)
	for filter, want := range map[string]int{"": 1, "&source_sites=a,monuments": 1, "&source_sites=a": 0, "&document_language=mr": 0, "&tags=" + url.QueryEscape("आगरा"): 1, "&document_ids=x": 0, "&date_to=2026-01-31": 1, "&date_to=2026-01-30": 0, "&content_type=text/html": 1} {
		got := ok(t, "GET", base+"/api/search?q=taj%20mahal"+filter, "")
		require.Len(t, got["results"], want, filter)
		require.Empty(t, got["multimedia"], "a Searcher without documents has no pictures")
	}
	for query, field := range map[string]string{"q=": "q", "q=x&page=0": "page", "q=x&date_from=soon": "date_from"} {
		require.Equal(t, field, refused(t, "GET", base+"/api/search?"+query, "", fault.InvalidRequest).Details["field"])
	}
	require.Equal(t, "document_language", refused(t, "GET", base+"/api/search?q=x&document_language=xx", "", fault.InvalidLanguage).Details["field"])
}

func TestAnswer(t *testing.T) {
	base := served(t, nil)
	got := ok(t, "POST", base+"/answer", map[string]any{"message": "ताजमहल किसने बनवाया था?", "session_id": "conversation-7"})
	require.Equal(t, []string{"answer", "cached", "claims", "confidence", "language", "message_id", "refused", "session_id", "sources"}, keys(got))
	require.Contains(t, got["answer"], "शाहजहाँ")
	require.Equal(t, "conversation-7", got["session_id"])
	require.Regexp(t, uuidV4, got["message_id"])
	require.NotContains(t, got["sources"].([]any)[0], "details")

	got = ok(t, "POST", base+"/answer", map[string]any{"message": "What is the chemical formula of caffeine?", "details": true})
	require.Equal(t, []any{true, "en", []any{}}, []any{got["refused"], got["language"], got["claims"]})
	require.NotEmpty(t, got["refusal_reason"])
	require.Regexp(t, uuidV4, got["session_id"])
	require.Contains(t, got, "details")
}

// events reads a stream to its end: the events' names and their data.
func events(tb testing.TB, address, body string) (names, data []string) {
	tb.Helper()
	res, err := http.Post(address, "application/json", strings.NewReader(body))
	require.NoError(tb, err)
	defer res.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	require.Equal(tb, 200, res.StatusCode)
	require.Equal(tb, "text/event-stream; charset=utf-8", res.Header.Get("Content-Type"))
	raw, err := io.ReadAll(res.Body)
	require.NoError(tb, err)
	for line := range strings.Lines(string(raw)) {
		switch name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); name {
		case "event":
			names = append(names, value)
		case "data":
			data = append(data, value)
		case "":
		default:
			tb.Fatalf("line %q", line)
		}
	}
	return names, data
}

func TestAnswerStream(t *testing.T) {
	base := served(t, nil)
	names, data := events(t, base+"/answer/stream", `{"message":"ताजमहल किसने बनवाया था?"}`)
	require.Regexp(t, `^(source )+((token )+claim )+done $`, strings.Join(names, " ")+" ")
	require.Contains(t, data[len(data)-1], `"answer":"इसे शाहजहाँ ने बनवाया था।`)
	names, data = events(t, base+"/answer/stream", `{"message":"  "}`)
	require.Equal(t, []string{"error"}, names)
	require.Contains(t, data[0], `"code":"INVALID_REQUEST"`)
}

func TestDocuments(t *testing.T) {
	base := served(t, nil)
	status, body := send(t, "DELETE", base+"/documents/capital", "")
	require.Equal(t, 204, status)
	require.Empty(t, body)
	require.Empty(t, ok(t, "POST", base+"/search", map[string]any{"query": "राजधानी"})["results"])
	for _, method := range []string{"GET", "DELETE"} {
		require.Equal(t, "capital", refused(t, method, base+"/documents/capital", "", fault.NotFound).Details["document_id"])
	}
}

func TestSuggest(t *testing.T) {
	base := served(t, nil)
	require.Equal(t, map[string]any{"suggestions": []any{}}, ok(t, "GET", base+"/suggest", ""))
	got := ok(t, "GET", base+"/suggest?q=tajmah&limit=1", "")
	require.Equal(t, map[string]any{"suggestions": []any{map[string]any{"text": "ताजमहल, आगरा", "language": "hi"}}}, got)
}

func TestAccessFailsClosed(t *testing.T) {
	s := whole(t)
	open, trusted := serve(t, newKit(s, nil)), serve(t, newKit(s, trusting))
	secret := plainDocument("secret", "तहख़ाने की चाबी माली के पास है।")
	secret["readers"] = []string{"asha", "group:museum, delhi"}
	secret["images"] = []any{map[string]any{"url": "https://example.org/key.png"}}
	ok(t, "POST", open+"/ingest", secret)
	question := map[string]any{"message": "तहख़ाने की चाबी किसके पास है?"}
	query := map[string]any{"query": "तहख़ाने की चाबी"}

	for _, base := range []string{open, trusted} {
		require.Empty(t, ok(t, "POST", base+"/search", query)["results"])
		require.Empty(t, ok(t, "POST", base+"/search", query)["multimedia"])
		require.Empty(t, ok(t, "POST", base+"/query", query)["sources"])
		require.Equal(t, true, ok(t, "POST", base+"/answer", question)["refused"])
		require.Empty(t, ok(t, "GET", base+"/suggest?q="+url.QueryEscape("तहख़ाने"), "")["suggestions"])
		refused(t, "GET", base+"/documents/secret", "", fault.NotFound)
	}
	who := []string{raghttp.ReadersHeader, "nobody, " + url.QueryEscape("group:museum, delhi")}
	require.Len(t, ok(t, "POST", trusted+"/search", query, who...)["results"], 1)
	require.Len(t, ok(t, "POST", trusted+"/search", query, who...)["multimedia"], 1)
	require.Contains(t, ok(t, "POST", trusted+"/answer", question, who...)["answer"], "माली")
	require.NotContains(t, ok(t, "GET", trusted+"/documents/secret", "", who...), "readers", "who else may read it is not told")
	for _, r := range []struct{ method, path, body string }{
		{"POST", "/search", `{"query":"x"}`}, {"POST", "/query", `{"query":"x"}`}, {"POST", "/answer", `{"message":"x"}`}, {"POST", "/answer/stream", `{"message":"x"}`}, {"GET", "/suggest?q=x", ""}, {"GET", "/documents/secret", ""},
	} {
		refused(t, r.method, open+r.path, r.body, fault.Forbidden, who...)
		refused(t, r.method, trusted+r.path, r.body, fault.InvalidRequest, raghttp.ReadersHeader, "%zz")
	}
	_, err := newClient(t, open).Retrieve(t.Context(), &rag.Query{Text: "चाबी", Readers: []string{"asha"}})
	require.Equal(t, fault.Upstream, fault.CodeOf(err), "a client never gets less than it asked for")
	_, err = newClient(t, trusted).Retrieve(t.Context(), &rag.Query{Text: "चाबी", Readers: []string{strings.Repeat("x", 9000)}})
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}

func TestTenantsDoNotMeet(t *testing.T) {
	store := whole(t)
	index := store.Retriever.(*rag.Index)
	var clients []*raghttp.Client
	for _, tenant := range []string{"a", "b"} {
		x := index.ForTenant(tenant)
		s := &raghttp.Service{Retriever: x, Suggester: x, Answerer: rag.NewEngine(x, nil), Documents: store.Documents}
		require.NoError(t, x.Add(t.Context(), []corpus.Document{{ID: "doc-" + tenant, Text: "संग्रहालय " + tenant}}))
		clients = append(clients, patient(t, serve(t, newKit(s, nil))))
	}
	for i, tenant := range []string{"a", "b"} {
		found, err := clients[i].Retrieve(t.Context(), &rag.Query{Text: "संग्रहालय"})
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Equal(t, "doc-"+tenant, found[0].DocumentID)
	}
}

func TestMetrics(t *testing.T) {
	base := served(t, nil)
	ok(t, "POST", base+"/query", map[string]any{"query": "ताजमहल"})
	ok(t, "POST", base+"/search", map[string]any{"query": "ताजमहल"})
	ok(t, "POST", base+"/answer", map[string]any{"message": "ताजमहल"})
	events(t, base+"/answer/stream", `{"message":"ताजमहल"}`)
	_, body := send(t, "GET", base+"/metrics", "")
	for _, line := range []string{"rag_retrieval_duration_seconds_count 2\n", "rag_cache_miss_total 2\n", "rag_cache_hit_total 0\n"} {
		require.Contains(t, string(body), line)
	}
}
