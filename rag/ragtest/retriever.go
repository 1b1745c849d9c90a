package ragtest

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// Sink takes documents in and lets them go, as [rag.Index] does.
type Sink interface {
	Add(ctx context.Context, docs []corpus.Document) error
	Remove(ctx context.Context, ids []string) error
}

// retrieverCase is one demand on a Retriever.
type retrieverCase struct {
	demand string
	run    func(s *retrieverSuite)
}

// TestRetriever demands of the retrievers that newRetriever makes what the
// contract on [rag.Retriever] and [rag.Query] says. Each is empty, and finds what
// is given to the sink beside it, which belongs to the same tenant.
func TestRetriever(t *testing.T, newRetriever func(t *testing.T) (rag.Retriever, Sink)) {
	for _, cases := range [][]retrieverCase{foundCases, queryCases, filterAndReaderCases, retrieverCallCases} {
		for _, c := range cases {
			t.Run(c.demand, func(t *testing.T) {
				s := &retrieverSuite{T: t}
				s.retriever, s.sink = newRetriever(t)
				c.run(s)
			})
		}
	}
}

type retrieverSuite struct {
	*testing.T
	retriever rag.Retriever
	sink      Sink
}

func (s *retrieverSuite) add(docs ...corpus.Document) {
	s.Helper()
	require.NoError(s, s.sink.Add(s.Context(), docs))
}

func (s *retrieverSuite) retrieve(q rag.Query) []rag.DocumentResult {
	s.Helper()
	found, err := s.retriever.Retrieve(s.Context(), &q)
	require.NoError(s, err)
	require.NotNil(s, found)
	return found
}

// ids gives the documents that a query finds, best first.
func (s *retrieverSuite) ids(q rag.Query) []string {
	s.Helper()
	ids := []string{}
	for _, r := range s.retrieve(q) {
		ids = append(ids, r.DocumentID)
	}
	return ids
}

// refuses demands an error with a code that names a field.
func (s *retrieverSuite) refuses(q rag.Query, code fault.Code, field string) {
	s.Helper()
	found, err := s.retriever.Retrieve(s.Context(), &q)
	require.Equal(s, code, fault.CodeOf(err), "%v", err)
	require.Equal(s, field, fault.From(err).Details["field"])
	require.Nil(s, found)
}

// text makes a Hindi document.
func text(id, title, content string) corpus.Document {
	return corpus.Document{ID: id, Text: content, Source: corpus.Source{Title: title, Language: lang.Hindi}}
}

// monuments are three documents about different things.
func monuments() []corpus.Document {
	return []corpus.Document{
		text("capital", "भारत", "भारत की राजधानी नई दिल्ली है। वहाँ संसद भवन है।"),
		text("taj", "ताजमहल", "ताजमहल आगरा में यमुना के किनारे है। इसे शाहजहाँ ने बनवाया था।"),
		text("holi", "होली", "होली रंगों का त्योहार है और फागुन में आती है।"),
	}
}

var foundCases = []retrieverCase{
	{"what was taken in is found by its words, the best first and with scores from 0 to 1", func(s *retrieverSuite) {
		s.add(monuments()...)
		found := s.retrieve(rag.Query{Text: "ताजमहल किसने बनवाया था और राजधानी कहाँ है?"})
		require.NotEmpty(s, found)
		require.Equal(s, "taj", found[0].DocumentID)
		for i, r := range found {
			require.True(s, r.Score >= 0 && r.Score <= 1, "score %v", r.Score)
			require.True(s, i == 0 || r.Score <= found[i-1].Score)
			require.NotEmpty(s, r.Snippet)
		}
	}},
	{"a result tells its source as it was taken in", func(s *retrieverSuite) {
		doc := monuments()[1]
		doc.Source = corpus.Source{Title: "ताजमहल, आगरा", URL: "https://example.org/taj?a=1&b=<2>", SourceSite: "monuments", Language: lang.Hindi, ContentType: "text/html",
			Author: "आशा", PublishedAt: time.Date(2026, 1, 31, 10, 30, 0, 0, time.UTC), Tags: []string{"आगरा", "a,b"}, ThumbnailURL: "https://example.org/t.png"}
		s.add(doc)
		found := s.retrieve(rag.Query{Text: "ताजमहल"})
		require.Len(s, found, 1)
		require.Equal(s, doc.Source, found[0].Source)
		require.Equal(s, doc.Source, found[0].Chunks[0].Record.Source)
	}},
	{"a result has its chunks, the best first, each exactly the bytes of the document that it names", func(s *retrieverSuite) {
		var long strings.Builder
		for i := range 60 {
			fmt.Fprintf(&long, "यह क़िले का कमरा %d है, जिसमें पुराने सिक्के और मूर्तियाँ रखी हुई हैं। ", i)
			if i%4 == 3 {
				long.WriteString("\n\n")
			}
		}
		doc := text("fort", "क़िला", long.String())
		s.add(doc)
		chunks := s.retrieve(rag.Query{Text: "क़िले का कमरा सिक्के"})[0].Chunks
		require.Greater(s, len(chunks), 1, "a long document has several")
		for i, h := range chunks {
			c := h.Record.Chunk
			require.Equal(s, doc.Text[c.Start:c.End], c.Text)
			require.Equal(s, "fort", c.DocumentID)
			require.NotEmpty(s, c.ID)
			require.NotEmpty(s, c.Sentences)
			require.NotEmpty(s, h.Scores)
			require.True(s, i == 0 || h.Score <= chunks[i-1].Score)
		}
	}},
	{"what is typed in another script finds what was meant", func(s *retrieverSuite) {
		s.add(monuments()...)
		for typed, want := range map[string]string{"bharat ki rajdhani": "capital", "ਭਾਰਤ ਦੀ ਰਾਜਧਾਨੀ": "capital", "rangon ka tyohar": "holi"} {
			require.Equal(s, want, s.ids(rag.Query{Text: typed, Language: lang.Auto})[0], typed)
		}
	}},
	{"nothing that fits is an empty slice and no error", func(s *retrieverSuite) {
		require.Empty(s, s.ids(rag.Query{Text: "ताजमहल"}), "nothing was taken in")
		s.add(monuments()...)
		for _, q := range []string{"qxzvwk", "?!", "😀"} {
			require.Empty(s, s.ids(rag.Query{Text: q}), q)
		}
	}},
	{"a document with the same id takes the old one's place", func(s *retrieverSuite) {
		s.add(monuments()...)
		s.add(text("holi", "दिवाली", "दिवाली दीपों का त्योहार है।"))
		require.Empty(s, s.ids(rag.Query{Text: "फागुन रंगों"}))
		require.Equal(s, []string{"holi"}, s.ids(rag.Query{Text: "दीपों"}))
	}},
	{"what was removed is not found, and what is removed in vain is no error", func(s *retrieverSuite) {
		s.add(monuments()...)
		require.NoError(s, s.sink.Remove(s.Context(), []string{"taj", "nobody"}))
		require.NotContains(s, s.ids(rag.Query{Text: "ताजमहल आगरा"}), "taj")
		require.NoError(s, s.sink.Remove(s.Context(), []string{"taj"}))
		require.NoError(s, s.sink.Remove(s.Context(), nil))
		require.Contains(s, s.ids(rag.Query{Text: "राजधानी"}), "capital")
	}},
	{"an id may be any text, and names one document", func(s *retrieverSuite) {
		ids := []string{"a/b", "..", ".", "a b?c#d%2F", "अ आ", "A", "a", "😀", "a&b=c", `"`, `\`}
		for i, id := range ids {
			s.add(text(id, "दस्तावेज़", fmt.Sprintf("नमूना शब्द%d", i)))
		}
		got := s.ids(rag.Query{Text: "नमूना", TopK: 100})
		require.ElementsMatch(s, ids, got)
		for i, id := range ids {
			require.NoError(s, s.sink.Remove(s.Context(), []string{id}))
			require.ElementsMatch(s, ids[i+1:], s.ids(rag.Query{Text: "नमूना", TopK: 100}), "after %q", id)
		}
	}},
}

var queryCases = []retrieverCase{
	{"at most TopK documents are given, 5 where it is 0", func(s *retrieverSuite) {
		for i := range 30 {
			s.add(text(fmt.Sprint(i), "मंदिर", fmt.Sprintf("मंदिर %d पहाड़ी पर है।", i)))
		}
		all := s.ids(rag.Query{Text: "मंदिर पहाड़ी", TopK: rag.MaxTopK})
		require.Len(s, all, 30)
		require.Len(s, s.ids(rag.Query{Text: "मंदिर पहाड़ी"}), 5)
		require.Equal(s, all[:7], s.ids(rag.Query{Text: "मंदिर पहाड़ी", TopK: 7}))
		require.Equal(s, all[:1], s.ids(rag.Query{Text: "मंदिर पहाड़ी", TopK: 1}))
	}},
	{"Shown may leave out snippets of other results, and changes nothing else", func(s *retrieverSuite) {
		for i := range 9 {
			s.add(text(fmt.Sprint(i), "मंदिर", fmt.Sprintf("मंदिर %d पहाड़ी पर है।", i)))
		}
		q := rag.Query{Text: "मंदिर पहाड़ी", TopK: 9}
		all := s.retrieve(q)
		for _, q.Shown = range []rag.Places{{From: 2, To: 5}, {From: 5, To: 100}, {From: 9, To: 18}, {From: -3, To: 1}, {From: 5, To: 2}, {From: math.MinInt, To: math.MaxInt}} {
			found := s.retrieve(q)
			for i := range found {
				if i < q.Shown.From || i >= q.Shown.To {
					found[i].Snippet = all[i].Snippet
				}
			}
			require.Equal(s, all, found, "%v", q.Shown)
		}
	}},
	{"a TopK out of bounds is INVALID_REQUEST", func(s *retrieverSuite) {
		s.refuses(rag.Query{Text: "क", TopK: -1}, fault.InvalidRequest, "top_k")
		s.refuses(rag.Query{Text: "क", TopK: rag.MaxTopK + 1}, fault.InvalidRequest, "top_k")
	}},
	{"a text that is empty, too long or not UTF-8 is INVALID_REQUEST", func(s *retrieverSuite) {
		for _, text := range []string{"", " \n\t", strings.Repeat("क", rag.MaxQueryBytes/3+1), "ताज\xffमहल"} {
			s.refuses(rag.Query{Text: text}, fault.InvalidRequest, "query")
		}
		s.retrieve(rag.Query{Text: strings.Repeat("क", rag.MaxQueryBytes/3)})
	}},
	{"a language may be missing, found or named, and is INVALID_LANGUAGE when it is none", func(s *retrieverSuite) {
		s.add(monuments()...)
		for _, code := range []lang.Code{"", lang.Auto, lang.Hindi, "HI", "hindi"} {
			require.Equal(s, "taj", s.ids(rag.Query{Text: "ताजमहल", Language: code})[0], code)
		}
		s.refuses(rag.Query{Text: "ताजमहल", Language: "xx"}, fault.InvalidLanguage, "language")
	}},
	{"the query stays as it is, and what is found is the caller's own", func(s *retrieverSuite) {
		s.add(monuments()...)
		q := rag.Query{Text: "ताजमहल", Filter: corpus.Filter{DocumentIDs: []string{"taj"}}, Readers: []string{"asha"}}
		want := rag.Query{Text: "ताजमहल", Filter: corpus.Filter{DocumentIDs: []string{"taj"}}, Readers: []string{"asha"}}
		first, err := s.retriever.Retrieve(s.Context(), &q)
		require.NoError(s, err)
		require.Equal(s, want, q)
		before := first[0].Chunks[0].Record.Chunk.Text
		first[0].DocumentID, first[0].Chunks[0].Record.Chunk.Text = "", ""
		again := s.retrieve(q)
		require.Equal(s, "taj", again[0].DocumentID)
		require.Equal(s, before, again[0].Chunks[0].Record.Chunk.Text)
	}},
}

// filtered are documents that differ in what a filter asks for.
func filtered() []corpus.Document {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	sources := map[string]corpus.Source{
		"a": {SourceSite: "museums", ContentType: "text/html", Language: lang.Hindi, PublishedAt: day(1), Tags: []string{"x"}},
		"b": {SourceSite: "museums", ContentType: "text/plain", Language: lang.Marathi, PublishedAt: day(2), Tags: []string{"x", "y, z"}},
		"c": {SourceSite: "forts, palaces", ContentType: "text/html", Language: lang.Hindi, PublishedAt: day(3)},
		"d": {Language: lang.Hindi},
	}
	var docs []corpus.Document
	for _, id := range slices.Sorted(maps.Keys(sources)) {
		docs = append(docs, corpus.Document{ID: id, Text: "संग्रहालय में मूर्तियाँ हैं।", Source: sources[id]})
	}
	return docs
}

var filterAndReaderCases = []retrieverCase{
	{"every field of a filter holds, alone and together", func(s *retrieverSuite) {
		s.add(filtered()...)
		day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
		for _, c := range []struct {
			filter corpus.Filter
			want   []string
		}{
			{corpus.Filter{}, []string{"a", "b", "c", "d"}},
			{corpus.Filter{SourceSites: []string{"museums"}}, []string{"a", "b"}},
			{corpus.Filter{SourceSites: []string{"forts, palaces", "none"}}, []string{"c"}},
			{corpus.Filter{ContentType: "text/html"}, []string{"a", "c"}},
			{corpus.Filter{Language: lang.Marathi}, []string{"b"}},
			{corpus.Filter{DateFrom: day(2)}, []string{"b", "c"}},
			{corpus.Filter{DateTo: day(2)}, []string{"a", "b"}},
			{corpus.Filter{DateFrom: day(1).Add(time.Nanosecond), DateTo: day(3).Add(-time.Nanosecond)}, []string{"b"}},
			{corpus.Filter{DocumentIDs: []string{"a", "d", "e"}}, []string{"a", "d"}},
			{corpus.Filter{Tags: []string{"y, z"}}, []string{"b"}},
			{corpus.Filter{Tags: []string{"x"}, ContentType: "text/html"}, []string{"a"}},
			{corpus.Filter{SourceSites: []string{"nowhere"}}, []string{}},
		} {
			require.ElementsMatch(s, c.want, s.ids(rag.Query{Text: "संग्रहालय", Filter: c.filter}), "%+v", c.filter)
		}
	}},
	{"a document is found by its readers alone, and by everyone when it names none", func(s *retrieverSuite) {
		for id, readers := range map[string][]string{"open": nil, "public": {corpus.Public}, "asha": {"asha"}, "group": {"group:museum, delhi", "विभाग"}} {
			doc := text(id, "", "संग्रहालय की सूची")
			doc.Readers = readers
			s.add(doc)
		}
		for _, c := range []struct{ asker, want []string }{
			{nil, []string{"open", "public"}},
			{[]string{"asha"}, []string{"open", "public", "asha"}},
			{[]string{"विभाग"}, []string{"open", "public", "group"}},
			{[]string{"asha", "group:museum, delhi"}, []string{"open", "public", "asha", "group"}},
			{[]string{corpus.Public}, []string{"open", "public"}},
			{[]string{"group:museum", "delhi", "Asha", "as"}, []string{"open", "public"}},
		} {
			require.ElementsMatch(s, c.want, s.ids(rag.Query{Text: "संग्रहालय", Readers: c.asker}), "%q", c.asker)
		}
	}},
	{"a document that is taken in again for fewer readers is found by them alone", func(s *retrieverSuite) {
		doc := text("a", "", "संग्रहालय की सूची")
		s.add(doc)
		require.Equal(s, []string{"a"}, s.ids(rag.Query{Text: "सूची"}))
		doc.Readers = []string{"asha"}
		s.add(doc)
		require.Empty(s, s.ids(rag.Query{Text: "सूची"}))
		require.Equal(s, []string{"a"}, s.ids(rag.Query{Text: "सूची", Readers: []string{"asha"}}))
	}},
}

var retrieverCallCases = []retrieverCase{
	{"a document that cannot be taken in is INVALID_REQUEST, and the ones before it are in", func(s *retrieverSuite) {
		for _, bad := range []corpus.Document{text("", "", "क"), text("x", "", " \n"), text("x", "", "ताज\xff")} {
			require.Equal(s, fault.InvalidRequest, fault.CodeOf(s.sink.Add(s.Context(), []corpus.Document{bad})), "%+v", bad)
		}
		bad := text("x", "", "मूर्ति")
		bad.Blocks = []corpus.Block{{Kind: corpus.Paragraph, Span: corpus.Span{Start: 0, End: 1000}}}
		require.Equal(s, fault.InvalidRequest, fault.CodeOf(s.sink.Add(s.Context(), []corpus.Document{bad})))
		require.Empty(s, s.ids(rag.Query{Text: "मूर्ति ताज"}))
	}},
	{"a cancelled context gives its error", func(s *retrieverSuite) {
		s.add(monuments()...)
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		_, err := s.retriever.Retrieve(ctx, &rag.Query{Text: "ताजमहल"})
		require.ErrorIs(s, err, context.Canceled)
		require.ErrorIs(s, s.sink.Add(ctx, monuments()), context.Canceled)
		require.ErrorIs(s, s.sink.Remove(ctx, []string{"taj"}), context.Canceled)
	}},
	{"concurrent calls do not mix up their questions", func(s *retrieverSuite) {
		s.add(monuments()...)
		questions := map[string]string{"राजधानी": "capital", "शाहजहाँ": "taj", "फागुन": "holi"}
		var wg sync.WaitGroup
		for text, want := range questions {
			for range 8 {
				wg.Go(func() {
					found, err := s.retriever.Retrieve(s.Context(), &rag.Query{Text: text})
					if err != nil || len(found) == 0 || found[0].DocumentID != want {
						s.Errorf("%s: found %v, %v", text, found, err)
					}
				})
			}
		}
		wg.Wait()
	}},
}
