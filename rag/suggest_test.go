package rag_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/translate/lang"
)

func ExampleIndex_Suggest() {
	dir, _ := os.MkdirTemp("", "index")
	defer os.RemoveAll(dir)
	store, _ := localstore.Open(dir, nil)
	defer store.Close()
	index := rag.NewIndex(store, nil)
	ctx := context.Background()
	_ = index.Add(ctx, []corpus.Document{{
		ID: "delhi", Source: corpus.Source{Title: "भारत की राजधानी"}, Text: "दिल्ली भारत की राजधानी है। भारत एक देश है।",
	}})
	for _, typed := range []string{"bharat k", "राज", "what is dil"} {
		list, _ := index.Suggest(ctx, &rag.SuggestQuery{Text: typed})
		fmt.Println(list[0].Text, list[0].Language)
	}
	// Output:
	// भारत की राजधानी hi
	// राजधानी hi
	// what is दिल्ली hi
}

// suggested gives the texts that are suggested for what was typed.
func suggested(tb testing.TB, index *rag.Index, q rag.SuggestQuery) []string {
	tb.Helper()
	if q.Limit == 0 {
		q.Limit = rag.MaxSuggestions
	}
	list, err := index.Suggest(tb.Context(), &q)
	require.NoError(tb, err)
	require.NotNil(tb, list)
	texts := []string{}
	for _, s := range list {
		texts = append(texts, s.Text)
	}
	return texts
}

// typing asks for suggestions of everything in the index for a text.
func typing(text string) rag.SuggestQuery { return rag.SuggestQuery{Text: text} }

// capital is a document with a heading and words that stand together twice.
func capital() corpus.Document {
	text := "परिचय\n\nनई दिल्ली भारत की राजधानी है।\n\nइतिहास और भूगोल\n\n1911 में नई दिल्ली को भारत की राजधानी बनाया गया। फ़ोन 9812345678।"
	return corpus.Document{
		ID: "delhi", Source: corpus.Source{Title: "राष्ट्रीय राजधानी क्षेत्र", Language: lang.Hindi}, Text: text,
		Blocks: []corpus.Block{
			{Kind: corpus.Heading, Level: 1, Span: corpus.Span{Start: 0, End: len("परिचय")}},
			{Kind: corpus.Paragraph, Span: corpus.Span{Start: strings.Index(text, "नई"), End: strings.Index(text, "\n\nइति")}},
			{Kind: corpus.Heading, Level: 1, Span: corpus.Span{Start: strings.Index(text, "इति"), End: strings.Index(text, "\n\n1911")}},
			{Kind: corpus.Paragraph, Span: corpus.Span{Start: strings.Index(text, "1911"), End: len(text)}},
		},
	}
}

func TestSuggestionsAreInTheDocumentsScript(t *testing.T) {
	index := newIndex(t, nil, []corpus.Document{capital()})
	for _, typed := range []string{"bhar", "bhaar", "bharat", "भार", "ਭਾਰ", "بھار", "ভার"} {
		require.Equal(t, []string{"भारत", "भारत की राजधानी"}, sorted(suggested(t, index, typing(typed))), typed)
	}
	require.Subset(t, suggested(t, index, typing("bh")), []string{"भारत", "भूगोल"})
	require.Equal(t, "इतिहास और भूगोल", suggested(t, index, typing("itihas aur bh"))[0], "a heading")
	require.Contains(t, suggested(t, index, typing("rashtr")), "राष्ट्रीय राजधानी क्षेत्र", "a title")
	require.Contains(t, suggested(t, index, typing("kshetr")), "राष्ट्रीय राजधानी क्षेत्र", "by a later word of it")
	require.Equal(t, "भारत की राजधानी", suggested(t, index, typing("bharat k"))[0], "neighbours with the function word between them")
	require.Equal(t, []string{"नई दिल्ली"}, suggested(t, index, typing("nai dilli")))
	require.Equal(t, []string{"नई दिल्ली"}, suggested(t, index, typing("nayi ")), "behind a word, what goes on with it")
}

func sorted(list []string) []string { slices.Sort(list); return list }

func TestWhatWasTypedBeforeIsKept(t *testing.T) {
	index := newIndex(t, nil, []corpus.Document{capital()})
	require.Equal(t, "WHAT is,  भारत", suggested(t, index, typing("WHAT is,  bhara"))[0])
	require.Equal(t, "पुरानी\u200dबात भारत", suggested(t, index, typing("पुरानी\u200dबात भार"))[0])
	long := strings.Repeat("क ", 2000)
	require.Equal(t, long+"भारत", suggested(t, index, typing(long+"भार"))[0], "only the end of a long text is looked at")
}

func TestWhatIsNotSuggested(t *testing.T) {
	index := newIndex(t, nil, []corpus.Document{capital()})
	for typed, not := range map[string]string{"k": "की", "h": "है", "m": "में", "का": "की", "9": "9812345678", "98": "9812345678", "19": "1911"} {
		require.NotContains(t, suggested(t, index, typing(typed)), not)
	}
	for _, typed := range []string{"", " \n\t", "।", "?!", "😀", "\u0301", strings.Repeat("\u0301", 4000), "\x00\x1b[31m", "़", "中文", strings.Repeat("़", 2700), "a\u202e"} {
		require.LessOrEqual(t, len(suggested(t, index, typing(typed))), rag.MaxSuggestions, "%q", typed)
	}
	for _, typed := range []string{"", " \n\t", "।", "?!", "😀", strings.Repeat("\u0301", 4000), "中文"} {
		require.Empty(t, suggested(t, index, typing(typed)), "%q", typed)
	}
	require.LessOrEqual(t, len(suggested(t, index, typing("भ"+strings.Repeat("\u093f", 2700)))), rag.MaxSuggestions)
}

func TestBadSuggestQueries(t *testing.T) {
	index := newIndex(t, nil, []corpus.Document{capital()})
	for name, c := range map[string]struct {
		q    rag.SuggestQuery
		code fault.Code
	}{
		"more than 8 KB":      {rag.SuggestQuery{Text: strings.Repeat("a", rag.MaxQueryBytes+1)}, fault.InvalidRequest},
		"invalid UTF-8":       {rag.SuggestQuery{Text: "भा\xff"}, fault.InvalidRequest},
		"a negative limit":    {rag.SuggestQuery{Text: "a", Limit: -1}, fault.InvalidRequest},
		"a large limit":       {rag.SuggestQuery{Text: "a", Limit: rag.MaxSuggestions + 1}, fault.InvalidRequest},
		"an unknown language": {rag.SuggestQuery{Text: "a", Language: "xx"}, fault.InvalidLanguage},
	} {
		_, err := index.Suggest(t.Context(), &c.q)
		require.Equal(t, c.code, fault.CodeOf(err), name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := index.Suggest(ctx, &rag.SuggestQuery{Text: "bha"})
	require.ErrorIs(t, err, context.Canceled)
	type plain struct{ rag.Store }
	_, err = rag.NewIndex(plain{}, nil).Suggest(t.Context(), &rag.SuggestQuery{Text: "bha"})
	require.Equal(t, fault.Internal, fault.CodeOf(err))
}

func TestTheAskersLanguageGoesFirst(t *testing.T) {
	index := newIndex(t, nil, []corpus.Document{
		{ID: "hi", Text: "भारत भारत", Source: corpus.Source{Language: "hi"}}, {ID: "hi2", Text: "भारतीय भारत", Source: corpus.Source{Language: "hi"}},
		{ID: "mr", Text: "भारतात भारत", Source: corpus.Source{Language: "mr"}}, {ID: "en", Text: "Bharat Electronics", Source: corpus.Source{Language: "en"}},
	})
	q := typing("bharat")
	q.Language = "mr"
	list, err := index.Suggest(t.Context(), &q)
	require.NoError(t, err)
	require.Equal(t, []rag.Suggestion{{Text: "भारत", Language: "mr"}, {Text: "भारतात", Language: "mr"}}, list[:2])
	require.Len(t, suggested(t, index, q), 4, "the others follow")
	q.Language, q.Filter.Language = lang.Auto, "en"
	require.Equal(t, []string{"Bharat"}, suggested(t, index, q))
	q.Filter.Language, q.Limit = "", 1
	require.Len(t, suggested(t, index, q), 1)
}

func TestSuggestionsFollowTheDocuments(t *testing.T) {
	index := newIndex(t, nil, []corpus.Document{doc("a", "केशरपुर", "दीपस्तंभ पुराना है।")})
	other := index.ForTenant("other")
	require.NoError(t, other.Add(t.Context(), []corpus.Document{doc("a", "केसरगढ़", "किला")}))
	require.Equal(t, []string{"केशरपुर"}, suggested(t, index, typing("kes")))
	require.Equal(t, []string{"केसरगढ़"}, suggested(t, other, typing("kes")))
	require.NoError(t, index.Add(t.Context(), []corpus.Document{doc("a", "नयागाँव", "दीपावली")}))
	require.Empty(t, suggested(t, index, typing("kes")))
	require.Equal(t, []string{"दीपावली"}, suggested(t, index, typing("deep")))
	require.NoError(t, index.Remove(t.Context(), []string{"a"}))
	require.Empty(t, suggested(t, index, typing("deep")))
	require.Equal(t, []string{"केसरगढ़"}, suggested(t, other, typing("kes")))
}

// What an asker is offered stands in a document that he may read, in whatever
// way the readers are drawn.
func TestSuggestionsRevealNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	people := []string{"asha", "ravi", "group:x", corpus.Public}
	syllables := []string{"का", "कि", "र", "ता", "म", "ली", "भा", "नी"}
	one := func(list []string) string { return list[rng.IntN(len(list))] }
	var docs []corpus.Document
	for i := range 60 {
		var words []string
		for range 12 {
			words = append(words, one(syllables)+one(syllables)+one(syllables))
		}
		d := doc(fmt.Sprint(i), words[0]+" "+words[1], strings.Join(words, " "))
		d.Readers = []string{one(people)}
		docs = append(docs, d)
	}
	index := newIndex(t, nil, docs)
	given := 0
	for range 300 {
		q := typing(one([]string{"k", "ka", "kaar", "b", "bha", "m", "n", "r", "t", "l", "का", "भा", "मक"}))
		for range rng.IntN(3) {
			q.Readers = append(q.Readers, one(people))
		}
		for _, text := range suggested(t, index, q) {
			given++
			require.True(t, slices.ContainsFunc(docs, func(d corpus.Document) bool {
				return corpus.MayRead(d.Readers, q.Readers) && strings.Contains(d.Title+"\n"+d.Text, text)
			}), "%q is not for %v", text, q.Readers)
		}
	}
	require.Greater(t, given, 1000)
}

func TestEverySuggestionFindsADocument(t *testing.T) {
	index := newIndex(t, nil, []corpus.Document{capital(), doc("b", "संयुक्‍त राष्ट्र", "क्रिकेट विश्व-कप। ईमेल: क@ख। O'Neill's पुस्तक")})
	for _, typed := range []string{"b", "k", "s", "r", "d", "n", "v", "p", "i", "o", "क", "रा"} {
		for _, text := range suggested(t, index, typing(typed)) {
			require.NotEmpty(t, ids(t, index, rag.Query{Text: text}), "%q", text)
		}
	}
}

func TestSuggestionsWhileDocumentsComeAndGo(t *testing.T) {
	index := newIndex(t, nil, []corpus.Document{doc("stay", "भारत", "भारत")})
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range 30 {
			id := fmt.Sprint(i % 3)
			require.NoError(t, index.Add(t.Context(), []corpus.Document{doc(id, "भारती", fmt.Sprint("भारतीय शब्द", i))}))
			require.NoError(t, index.Remove(t.Context(), []string{id}))
		}
	})
	for range 60 {
		require.Contains(t, suggested(t, index, typing("bhar")), "भारत")
	}
	writer.Wait()
}

// A long document is suggested from like any other, within bounds.
func TestFormsOfALongDocument(t *testing.T) {
	var text strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&text, "%c%c%c ", 'क'+rune(i%30), 'क'+rune(i/30%30), 'क'+rune(i/900%30))
	}
	text.WriteString(strings.Repeat("अतिदीर्घ", 100))
	index := newIndex(t, nil, []corpus.Document{doc("long", strings.Repeat("शीर्षक ", 100), text.String())})
	for _, s := range suggested(t, index, typing("at")) {
		require.LessOrEqual(t, len(s), 200)
	}
	require.NotContains(t, suggested(t, index, typing("शी")), strings.TrimSpace(strings.Repeat("शीर्षक ", 100)), "a title that long is a text")
	require.Contains(t, suggested(t, index, typing("शी")), "शीर्षक")
}

// FuzzSuggest takes any document in and types anything: suggestions are valid,
// few, keep what was typed and end between aksharas.
func FuzzSuggest(f *testing.F) {
	f.Add("ताजमहल", "ताजमहल आगरा में है। ताजमहल आगरा में है।", "taj")
	f.Add("a\tb", "x\ty \u200d ्क़ 12ab", "what is\t")
	f.Add("", "é\u0301\u0301 ক্ষ ज्ञ", "\u0301ज\u200c")
	f.Fuzz(func(t *testing.T, title, text, typed string) {
		if len(title)+len(text)+len(typed) > 1<<12 {
			return
		}
		store, err := localstore.Open(t.TempDir(), nil)
		require.NoError(t, err)
		defer store.Close()
		index := rag.NewIndex(store, nil)
		if err := index.Add(t.Context(), []corpus.Document{doc("d", title, text)}); err != nil {
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			return
		}
		list, err := index.Suggest(t.Context(), &rag.SuggestQuery{Text: typed})
		if err != nil {
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			return
		}
		require.LessOrEqual(t, len(list), 8)
		for _, s := range list {
			require.True(t, utf8.ValidString(s.Text), "%q", s.Text)
			require.NotContains(t, s.Text, "\t"+s.Text)
			tokens := analysis.Tokens(typed, "")
			require.NotEmpty(t, tokens)
			kept := typed[:tokens[max(0, len(tokens)-4)].Span.Start]
			require.True(t, strings.HasPrefix(s.Text, kept), "%q keeps %q", s.Text, kept)
			for a := range chunk.Aksharas(s.Text) {
				require.LessOrEqual(t, a.End, len(s.Text))
			}
		}
	})
}
