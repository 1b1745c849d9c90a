package rag_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/translate/lang"
)

func Example() {
	dir, _ := os.MkdirTemp("", "index")
	defer os.RemoveAll(dir)
	store, _ := localstore.Open(dir, nil)
	defer store.Close()
	index := rag.NewIndex(store, nil)
	ctx := context.Background()
	_ = index.Add(ctx, []corpus.Document{{
		ID: "taj", Source: corpus.Source{Title: "ताजमहल"}, Text: "ताजमहल आगरा में है। इसे शाहजहाँ ने बनवाया था।",
	}})
	answer, _ := rag.NewEngine(index, nil).Answer(ctx, &rag.Question{Text: "taj mahal kisne banwaya tha?", Language: lang.Hindi})
	citation := answer.Claims[0].Citations[0]
	fmt.Println(answer.Claims[0].Text)
	fmt.Println(citation.DocumentID, citation.Start, citation.End)
	// Output:
	// इसे शाहजहाँ ने बनवाया था।
	// taj 52 119
}

func doc(id, title, text string) corpus.Document {
	return corpus.Document{ID: id, Text: text, Source: corpus.Source{Title: title, Language: lang.Hindi}}
}

// ids gives the documents that a question finds.
func ids(tb testing.TB, index *rag.Index, q rag.Query) []string {
	tb.Helper()
	results, err := index.Retrieve(tb.Context(), &q)
	require.NoError(tb, err)
	found := []string{}
	for _, r := range results {
		found = append(found, r.DocumentID)
	}
	return found
}

func TestStaleUntilAllIsMadeInTheNewWay(t *testing.T) {
	store, err := localstore.Open(t.TempDir(), nil)
	require.NoError(t, err)
	defer store.Close()
	docs := []corpus.Document{doc("taj", "ताजमहल", "ताजमहल आगरा में है।"), doc("fort", "लाल किला", "लाल किला दिल्ली में है।")}
	stale := func(x *rag.Index) bool {
		t.Helper()
		is, err := x.Stale(t.Context())
		require.NoError(t, err)
		return is
	}
	before := rag.NewIndex(store, nil)
	require.False(t, stale(before), "an empty index")
	require.NoError(t, before.Add(t.Context(), docs))
	require.False(t, stale(before))

	now := rag.NewIndex(store, &rag.IndexOptions{Chunk: &chunk.Options{Size: 100}})
	require.True(t, stale(now))
	require.False(t, stale(now.ForTenant("another")))
	require.NoError(t, now.Add(t.Context(), docs[:1]))
	require.True(t, stale(now), "half of it")
	require.NoError(t, now.Add(t.Context(), docs[1:]))
	require.False(t, stale(now))
	require.True(t, stale(before))
}

// Records of before there was a leg that says how they were made.
func TestStaleWithoutTheLeg(t *testing.T) {
	store, err := localstore.Open(t.TempDir(), nil)
	require.NoError(t, err)
	defer store.Close()
	require.NoError(t, store.Upsert(t.Context(), []rag.Record{{
		Tenant: rag.DefaultTenant, Readers: []string{corpus.Public}, Chunk: corpus.Chunk{ID: "c", DocumentID: "d", Text: "क"},
		Terms: map[rag.Leg][]rag.Term{rag.Words: {{Text: "क", Count: 1}}},
	}}))
	stale, err := rag.NewIndex(store, nil).Stale(t.Context())
	require.NoError(t, err)
	require.True(t, stale)
}

func TestWhateverIsTypedFindsWhatWasMeant(t *testing.T) {
	index := newIndex(t, nil, []corpus.Document{
		doc("capital", "भारत", "भारत की राजधानी नई दिल्ली है।"),
		doc("taj", "ताजमहल", "ताजमहल आगरा में यमुना के किनारे है।"),
		doc("holi", "होली", "होली रंगों का त्योहार है और फागुन में आती है।"),
	})
	for question, want := range map[string]string{
		"भारत की राजधानी":     "capital",
		"bharat ki rajdhani":  "capital",
		"ਭਾਰਤ ਦੀ ਰਾਜਧਾਨੀ":     "capital",
		"بھارت کی راجدھانی":   "capital",
		"taj mahal kahan hai": "taj",
		"तजमहल":               "taj",
		"rangon ka tyohar":    "holi",
	} {
		t.Run(question, func(t *testing.T) {
			found := ids(t, index, rag.Query{Text: question, Language: lang.Auto})
			require.NotEmpty(t, found)
			require.Equal(t, want, found[0])
		})
	}
}

func TestDefaultsAreHindiAndFiveDocuments(t *testing.T) {
	var docs []corpus.Document
	for i := range 9 {
		docs = append(docs, doc(fmt.Sprint(i), "", strings.Repeat("ताजमहल ", i+1)))
	}
	index := newIndex(t, nil, docs)
	results, err := index.QueryDocuments(t.Context(), "ताजमहल")
	require.NoError(t, err)
	require.Len(t, results, 5)
	for i, r := range results {
		require.True(t, r.Score > 0 && r.Score <= 1, "a score is a share")
		require.NotEmpty(t, r.Chunks)
		if i > 0 {
			require.LessOrEqual(t, r.Score, results[i-1].Score, "best first")
		}
	}
}

func TestAddReplacesAndRemoveForgets(t *testing.T) {
	ctx := t.Context()
	index := newIndex(t, nil, []corpus.Document{doc("a", "", "पुराना क़िला दिल्ली में है।"), doc("b", "", "हम्पी कर्नाटक में है।")})
	require.NoError(t, index.Add(ctx, []corpus.Document{doc("a", "", "चारमीनार हैदराबाद में है।")}))
	require.Empty(t, ids(t, index, rag.Query{Text: "पुराना क़िला"}), "nothing is left of the old form")
	require.Equal(t, []string{"a"}, ids(t, index, rag.Query{Text: "चारमीनार"}))

	listed, err := index.DocumentIDs(ctx)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"a", "b"}, listed)
	require.NoError(t, index.Remove(ctx, []string{"a", "never there"}))
	require.Empty(t, ids(t, index, rag.Query{Text: "चारमीनार"}))
	require.Equal(t, []string{"b"}, ids(t, index, rag.Query{Text: "हम्पी"}))
	require.NoError(t, index.Remove(ctx, nil))
}

func TestADocumentIsOneResultWithItsChunks(t *testing.T) {
	var text strings.Builder
	for i := range 60 {
		fmt.Fprintf(&text, "ताजमहल का %d वाँ तथ्य यहाँ लिखा है और वह काफ़ी लंबा है।\n\n", i)
	}
	index := newIndex(t, &rag.IndexOptions{Chunk: &chunk.Options{Size: 64, Overlap: 16}}, []corpus.Document{doc("long", "", text.String()), doc("short", "", "ताजमहल")})
	results, err := index.Retrieve(t.Context(), &rag.Query{Text: "ताजमहल का तथ्य"})
	require.NoError(t, err)
	require.Len(t, results, 2)
	require.Equal(t, "long", results[0].DocumentID)
	require.Greater(t, len(results[0].Chunks), 1)
	for _, h := range results[0].Chunks {
		c := h.Record.Chunk
		require.Equal(t, text.String()[c.Start:c.End], c.Text)
	}
}

func TestTenantsAndReadersAreApart(t *testing.T) {
	ctx := t.Context()
	index := newIndex(t, nil)
	secret := doc("secret", "", "गोपनीय ताजमहल योजना")
	secret.Readers = []string{"asha"}
	require.NoError(t, index.Add(ctx, []corpus.Document{doc("open", "", "ताजमहल सबके लिए"), secret}))
	other := index.ForTenant("other")
	require.NoError(t, other.Add(ctx, []corpus.Document{doc("theirs", "", "ताजमहल दूसरों का")}))

	require.Equal(t, []string{"open"}, ids(t, index, rag.Query{Text: "ताजमहल"}))
	require.ElementsMatch(t, []string{"open", "secret"}, ids(t, index, rag.Query{Text: "ताजमहल", Readers: []string{"asha"}}))
	require.Equal(t, []string{"theirs"}, ids(t, other, rag.Query{Text: "ताजमहल", Readers: []string{"asha"}}))
	require.NoError(t, other.Remove(ctx, []string{"open"}))
	require.Equal(t, []string{"open"}, ids(t, index, rag.Query{Text: "ताजमहल"}), "another tenant cannot remove it")

	strict := rag.NewIndex(nil, &rag.IndexOptions{RequireReaders: true})
	err := strict.Add(ctx, []corpus.Document{doc("open", "", "ताजमहल")})
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	require.Contains(t, fault.From(err).Message, "readers")
}

func TestBadDocumentsAndQueriesSayWhatIsWrong(t *testing.T) {
	index := newIndex(t, nil)
	for name, d := range map[string]corpus.Document{
		"has no id":        {Text: "x"},
		"has no text":      {ID: "a", Text: " \n\t "},
		"UTF-8 at byte 12": {ID: "a", Text: "ताजम\xff"},
	} {
		t.Run(name, func(t *testing.T) {
			err := index.Add(t.Context(), []corpus.Document{doc("good", "", "ताज"), d})
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			require.Contains(t, fault.From(err).Message, name)
			require.Empty(t, ids(t, index, rag.Query{Text: "ताज"}), "nothing of the call is in")
		})
	}
	for name, q := range map[string]rag.Query{
		"query is empty":   {Text: " "},
		"at most 8192":     {Text: strings.Repeat("a", 8193)},
		"UTF-8 at byte 1":  {Text: "a\xc0"},
		"top_k is 101":     {Text: "a", TopK: 101},
		"top_k is -1":      {Text: "a", TopK: -1},
		`"klingon" is not`: {Text: "a", Language: "klingon"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := index.Retrieve(t.Context(), &q)
			require.Contains(t, fault.From(err).Message, name)
		})
	}
	require.Empty(t, ids(t, index, rag.Query{Text: "?!"}), "a question without words finds nothing")
}

// bagEmbedder is an embedder for tests: a text's vector counts its words by hash.
type bagEmbedder struct {
	name string
	dims int
	err  error
	fail int // vectors to leave out
}

func (e *bagEmbedder) Model() rag.EmbedModel { return rag.EmbedModel{Name: e.name, Dimensions: e.dims} }

func (e *bagEmbedder) Embed(_ context.Context, _ rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	if e.err != nil {
		return nil, e.err
	}
	var out []rag.Vector
	for _, text := range texts[e.fail:] {
		v := make(rag.Vector, e.dims)
		v[0] = .01
		for w := range strings.FieldsSeq(text) {
			h := fnv.New32()
			_, _ = h.Write([]byte(w))
			v[h.Sum32()%uint32(e.dims)]++
		}
		var norm float64
		for _, x := range v {
			norm += float64(x * x)
		}
		for i := range v {
			v[i] /= float32(math.Sqrt(norm))
		}
		out = append(out, v)
	}
	return out, nil
}

func TestWithAnEmbedderTheLegsAreFused(t *testing.T) {
	e := &bagEmbedder{name: "bag", dims: 64}
	index := newIndex(t, &rag.IndexOptions{Embedder: e}, []corpus.Document{doc("a", "", "ताजमहल आगरा"), doc("b", "", "हम्पी कर्नाटक")})
	hits, err := index.Candidates(t.Context(), &rag.Query{Text: "ताजमहल आगरा", Language: lang.Hindi, TopK: 2})
	require.NoError(t, err)
	legs := map[rag.Leg]bool{}
	for _, h := range hits {
		for leg := range h.Scores {
			legs[leg] = true
		}
	}
	require.Equal(t, map[rag.Leg]bool{rag.Words: true, rag.Sounds: true, rag.Dense: true}, legs)
	require.Equal(t, "a", ids(t, index, rag.Query{Text: "ताजमहल आगरा"})[0])

	e.err = errors.New("the embedding server is down")
	require.Equal(t, []string{"a"}, ids(t, index, rag.Query{Text: "ताजमहल"}), "a dead embedder costs a leg, not the answer")
	err = index.Add(t.Context(), []corpus.Document{doc("c", "", "कोणार्क")})
	require.ErrorIs(t, err, e.err, "but a document is not taken in without its vector")
	require.Empty(t, ids(t, index, rag.Query{Text: "कोणार्क"}))
}

func TestAnIndexRefusesAnotherModelsVectors(t *testing.T) {
	store, err := localstore.Open(t.TempDir(), nil)
	require.NoError(t, err)
	defer store.Close()
	one := rag.NewIndex(store, &rag.IndexOptions{Embedder: &bagEmbedder{name: "one", dims: 64}})
	two := rag.NewIndex(store, &rag.IndexOptions{Embedder: &bagEmbedder{name: "two", dims: 32}})
	require.NoError(t, one.Add(t.Context(), []corpus.Document{doc("a", "", "ताजमहल")}))
	for name, call := range map[string]func() error{
		"adding":    func() error { return two.Add(t.Context(), []corpus.Document{doc("b", "", "हम्पी")}) },
		"searching": func() error { _, err := two.QueryDocuments(t.Context(), "ताजमहल"); return err },
	} {
		t.Run(name, func(t *testing.T) {
			err := call()
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			require.Contains(t, fault.From(err).Message, "one (64 dimensions)")
			require.Contains(t, fault.From(err).Message, "two (32 dimensions)")
			mismatch, ok := errors.AsType[*rag.ModelMismatchError](err)
			require.True(t, ok)
			require.Equal(t, "one", mismatch.Index.Name)
		})
	}
}

func TestAnEmbedderThatGivesTooFewVectorsIsAnError(t *testing.T) {
	index := newIndex(t, &rag.IndexOptions{Embedder: &bagEmbedder{name: "bag", dims: 8, fail: 1}})
	err := index.Add(t.Context(), []corpus.Document{doc("a", "", "ताजमहल")})
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	require.Contains(t, fault.From(err).Message, "0 vectors for 1 texts")
}

func TestConcurrentWritersOfOneDocumentLeaveOneWhole(t *testing.T) {
	index := newIndex(t, nil)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			text := strings.Repeat(fmt.Sprintf("रूप %d ताजमहल का है। ", i), 5)
			if err := index.Add(t.Context(), []corpus.Document{doc("a", "", text)}); err != nil {
				t.Error(err)
			}
			if _, err := index.QueryDocuments(t.Context(), "ताजमहल"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, []string{"a"}, ids(t, index, rag.Query{Text: "ताजमहल"}))
}

func TestSnippetsAreMadeOfWhatIsShown(t *testing.T) {
	var docs []corpus.Document
	for i := range 9 {
		docs = append(docs, doc(fmt.Sprint(i), "", "ताजमहल आगरा में है।"))
	}
	index := newIndex(t, nil, docs)
	results, err := index.Retrieve(t.Context(), &rag.Query{Text: "ताजमहल", TopK: 9, Shown: rag.Places{From: 2, To: 5}})
	require.NoError(t, err)
	require.Len(t, results, 9)
	for i, r := range results {
		require.Equal(t, i >= 2 && i < 5, r.Snippet != "", "place %d", i)
	}
}

func TestSnippetsShowWhyItWasFound(t *testing.T) {
	long := "# ताजमहल\n\n" + strings.Repeat("यहाँ कुछ और लिखा है। ", 10) + "संगमरमर सफ़ेद है। " + strings.Repeat("और भी बहुत कुछ। ", 40)
	index := newIndex(t, nil, []corpus.Document{doc("a", "ताजमहल", long), doc("b", "", strings.Repeat("क्ष", 400))})
	results, err := index.QueryDocuments(t.Context(), "संगमरमर कैसा है")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(results[0].Snippet, "संगमरमर सफ़ेद है।"), results[0].Snippet)
	require.Less(t, len(results[0].Snippet), 400)
	require.True(t, strings.HasSuffix(results[0].Snippet, "…"))
}
