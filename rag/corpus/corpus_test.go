package corpus_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/corpus"
)

func Example() {
	doc := corpus.Document{ID: "taj", Text: "ताजमहल आगरा में है।"}
	quote := corpus.Span{Start: len("ताजमहल "), End: len("ताजमहल आगरा")}
	fmt.Println(quote.In(doc.Text))
	// Output: आगरा
}

func TestSpans(t *testing.T) {
	a := corpus.Span{Start: 2, End: 6}
	require.Equal(t, 4, a.Len())
	require.True(t, a.Contains(corpus.Span{Start: 2, End: 6}))
	require.False(t, a.Contains(corpus.Span{Start: 1, End: 3}))
	require.True(t, a.Overlaps(corpus.Span{Start: 5, End: 9}))
	require.False(t, a.Overlaps(corpus.Span{Start: 6, End: 9}), "half open: they only touch")
}

func TestFilterMatch(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }
	source := corpus.Source{SourceSite: "museums", ContentType: "text/html", Language: "hi", PublishedAt: day(10), Tags: []string{"a", "b"}}
	for _, c := range []struct {
		name   string
		filter corpus.Filter
		want   bool
	}{
		{"nothing set", corpus.Filter{}, true},
		{"one of the sites", corpus.Filter{SourceSites: []string{"forts", "museums"}}, true},
		{"another site", corpus.Filter{SourceSites: []string{"forts"}}, false},
		{"content type", corpus.Filter{ContentType: "text/html"}, true},
		{"another content type", corpus.Filter{ContentType: "text/plain"}, false},
		{"language", corpus.Filter{Language: "hi"}, true},
		{"another language", corpus.Filter{Language: "en"}, false},
		{"on the first day", corpus.Filter{DateFrom: day(10)}, true},
		{"on the last day", corpus.Filter{DateTo: day(10)}, true},
		{"before the first day", corpus.Filter{DateFrom: day(11)}, false},
		{"after the last day", corpus.Filter{DateTo: day(9)}, false},
		{"one of the documents", corpus.Filter{DocumentIDs: []string{"x", "doc"}}, true},
		{"another document", corpus.Filter{DocumentIDs: []string{"x"}}, false},
		{"one of the tags", corpus.Filter{Tags: []string{"z", "b"}}, true},
		{"another tag", corpus.Filter{Tags: []string{"z"}}, false},
		{"all of it but one", corpus.Filter{Language: "hi", Tags: []string{"a"}, ContentType: "text/plain"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, c.filter.Match("doc", &source))
			require.Equal(t, c.name == "nothing set", c.filter.IsZero())
		})
	}
	undated := corpus.Source{}
	require.False(t, (&corpus.Filter{DateFrom: day(1)}).Match("doc", &undated), "a document without a date is in no period")
	require.False(t, (&corpus.Filter{DateTo: day(30)}).Match("doc", &undated))
}

func TestReadersFailClosed(t *testing.T) {
	require.False(t, corpus.MayRead(nil, []string{"asha"}), "without readers nobody reads it")
	require.False(t, corpus.MayRead([]string{"asha"}, nil), "an asker without a name reads what is public only")
	require.True(t, corpus.MayRead([]string{corpus.Public}, nil))
	require.True(t, corpus.MayRead([]string{"x", "asha"}, []string{"y", "asha"}))
	require.False(t, corpus.MayRead([]string{"asha"}, []string{corpus.Public}), "nobody becomes everybody by naming himself so")
}

func TestADocumentSurvivesJSON(t *testing.T) {
	doc := corpus.Document{
		ID: "ग", Source: corpus.Source{Title: "शीर्षक", Language: "hi", PublishedAt: time.Date(2026, 2, 24, 0, 0, 0, 0, time.UTC)},
		Text: "# क\n\nख", Blocks: []corpus.Block{{Kind: corpus.Heading, Level: 1, Span: corpus.Span{End: 5}}}, Pages: []corpus.Span{{End: 10}},
		Readers: []string{"asha"}, Images: []corpus.Image{{URL: "https://example.org/a.png", AltText: "क"}},
	}
	data, err := json.Marshal(doc)
	require.NoError(t, err)
	var back corpus.Document
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, doc, back)
}
