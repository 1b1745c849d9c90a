package embed_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/embed"
)

// windows gives what an embedder is asked for a text.
func windows(t testing.TB, text string, limit int) []string {
	t.Helper()
	c := newCone()
	_, err := embed.Window(c, limit).Embed(t.Context(), rag.EmbedPassage, []string{text})
	require.NoError(t, err)
	return c.texts
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func TestAShortTextIsEmbeddedAsItIs(t *testing.T) {
	for _, text := range []string{"ताजमहल आगरा में है। ", " a", "  "} {
		require.Equal(t, []string{text}, windows(t, text, 40))
	}
}

func TestLongTextsAreCutBetweenSentences(t *testing.T) {
	sentence := "ताजमहल आगरा में यमुना के किनारे है। "
	require.Greater(t, embed.Tokens(sentence), 15)
	got := windows(t, strings.Repeat(sentence, 10), 64)
	require.Greater(t, len(got), 2)
	for _, w := range got {
		require.True(t, strings.HasPrefix(w, "ताजमहल"), w)
		require.True(t, strings.HasSuffix(w, "है।"), w)
		require.LessOrEqual(t, embed.Tokens(w), 56)
	}
	require.Equal(t, squeeze(strings.Repeat(sentence, 10)), squeeze(strings.Join(got, "")))
}

func TestALongSentenceIsCutBetweenWordsAndALongWordBetweenAksharas(t *testing.T) {
	words := strings.TrimSpace(strings.Repeat("राष्ट्रीय ", 40))
	got := windows(t, "छोटा वाक्य। "+words+"। अंत।", 48)
	require.Equal(t, "छोटा वाक्य।", got[0])
	require.Equal(t, "अंत।", got[len(got)-1])
	for _, w := range got[1 : len(got)-1] {
		for _, word := range strings.Fields(w) {
			require.Contains(t, []string{"राष्ट्रीय", "राष्ट्रीय।", "।"}, word)
		}
	}
	for _, w := range windows(t, strings.Repeat("क्ष्मि", 300), 48) {
		require.Zero(t, len(w)%len("क्ष्मि"), "%q is cut inside an akshara", w)
		require.LessOrEqual(t, embed.Tokens(w), 40)
	}
}

func TestATextBeyondAllWindowsIsBounded(t *testing.T) {
	require.Len(t, windows(t, strings.Repeat("one sentence of some words. ", 5000), 32), 64)
}

func TestTheVectorIsTheMeanOfTheWindows(t *testing.T) {
	c := newCone()
	text := strings.Repeat("ताजमहल आगरा में यमुना के किनारे है। ", 3) + strings.Repeat("हम्पी कर्नाटक में है। ", 4)
	e := embed.Window(c, 64)
	got, err := e.Embed(t.Context(), rag.EmbedPassage, []string{"a", text, "b"})
	require.NoError(t, err)
	parts := c.texts[1 : len(c.texts)-1]
	require.Greater(t, len(parts), 1)
	vectors, err := newCone().Embed(t.Context(), rag.EmbedPassage, parts)
	require.NoError(t, err)
	want := make(rag.Vector, c.dims)
	for i, v := range vectors {
		for j, x := range v {
			want[j] += float32(embed.Tokens(parts[i])) * x / float32(length(v))
		}
	}
	require.InDelta(t, 1, cosine(want, got[1]), 1e-6)
	require.InDelta(t, 1, length(got[1]), 1e-6)
}

func TestWindowsThatCancelOutGiveTheFirst(t *testing.T) {
	c := newCone()
	c.spoil = func(v []rag.Vector) []rag.Vector {
		v[0], v[1] = make(rag.Vector, c.dims), make(rag.Vector, c.dims)
		v[0][0], v[1][0] = 1, -1
		return v
	}
	text := "राष्ट्रीय राष्ट्रीय राष्ट्रीय राष्ट्रीय। राष्ट्रीय राष्ट्रीय राष्ट्रीय राष्ट्रीय।"
	got, err := embed.Window(c, 32).Embed(t.Context(), rag.EmbedPassage, []string{text})
	require.NoError(t, err)
	require.Len(t, c.texts, 2)
	require.Equal(t, float32(1), got[0][0])
}

func TestTokens(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, " \n": 0, "a": 1, "the": 2, "ताजमहल": 4, "?!": 2, "ᱥᱟᱱᱛᱟᱲᱤ": 9, "ꯃꯅꯤꯄꯨꯔ": 8, "नमस्ते world": 6,
	} {
		require.Equal(t, want, embed.Tokens(text), text)
	}
}

func TestTraitsOf(t *testing.T) {
	for model, want := range map[string]embed.Traits{
		"intfloat/multilingual-e5-small":      {Query: "query: ", Passage: "passage: ", Tokens: 512},
		"bge-m3":                              {Tokens: 8192},
		"BAAI/bge-large-en-v1.5":              {Query: "Represent this sentence for searching relevant passages: ", Tokens: 512},
		"bge-en-icl":                          {Tokens: 512},
		"nomic-embed-text:v1.5":               {Query: "search_query: ", Passage: "search_document: ", Tokens: 2048},
		"nomic-embed-text-v2-moe":             {Query: "search_query: ", Passage: "search_document: ", Tokens: 512},
		"Alibaba-NLP/gte-multilingual-base":   {Tokens: 8192},
		"jinaai/jina-embeddings-v3":           {Query: "Represent the query for retrieving evidence documents: ", Passage: "Represent the document for retrieval: ", Tokens: 8192},
		"snowflake-arctic-embed-l-v2.0":       {Query: "query: ", Tokens: 8192},
		"google/embeddinggemma-300m":          {Query: "task: search result | query: ", Passage: "title: none | text: ", Tokens: 2048},
		"text-embedding-3-large":              {Tokens: 8191},
		"amazon.titan-embed-text-v2:0":        {Tokens: 8192},
		"cohere.embed-multilingual-v3":        {Tokens: 512},
		"paraphrase-multilingual-MiniLM-L12":  {Tokens: 128},
		"what-nobody-knows":                   {Tokens: 512},
		"":                                    {Tokens: 512},
		"sentence-transformers/not-an-e5mark": {Tokens: 512},
	} {
		require.Equal(t, want, embed.TraitsOf(model), model)
	}
	require.True(t, strings.HasSuffix(embed.TraitsOf("Qwen3-Embedding-8B").Query, "\nQuery:"))
	require.True(t, strings.HasSuffix(embed.TraitsOf("multilingual-e5-large-instruct").Query, "\nQuery: "))
	require.Empty(t, embed.TraitsOf("gte-Qwen2-7B-instruct").Passage)
	require.Equal(t, 4096, embed.TraitsOf("e5-mistral-7b-instruct").Tokens)
}

func FuzzWindow(f *testing.F) {
	f.Add("ताजमहल आगरा में है। The end. ", 40)
	f.Add(strings.Repeat("क्ष", 100), 32)
	f.Add(strings.Repeat("a\u0301", 500)+" x", 0)
	f.Add("\xff\xfe"+strings.Repeat(". ", 200), 33)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = min(limit, 600)
		got := windows(t, text, limit)
		require.NotEmpty(t, got)
		require.LessOrEqual(t, len(got), 64)
		if len(got) < 64 {
			require.Equal(t, squeeze(text), squeeze(strings.Join(got, "")))
		}
		for _, w := range got {
			n := 0
			for range chunk.Aksharas(w) {
				n++
			}
			require.True(t, n <= 1 || embed.Tokens(w) <= max(limit, 32)-8, "%d tokens in %q", embed.Tokens(w), w)
		}
	})
}
