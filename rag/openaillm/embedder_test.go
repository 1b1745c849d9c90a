package openaillm

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

func TestEmbedKeepsTheOrderOfTexts(t *testing.T) {
	s := newServer(t, embeddings([]int{2, 0, 1}, "[3,3]", "[1,1]", "[2,2]"))
	e := s.embedder(t, "m", nil)
	require.Equal(t, rag.EmbedModel{Name: "m"}, e.Model(), "dimensions are not known before the first answer")
	got, err := e.Embed(t.Context(), rag.EmbedPassage, []string{"एक", "दो", "तीन"})
	require.NoError(t, err)
	require.Equal(t, []rag.Vector{{1, 1}, {2, 2}, {3, 3}}, got)
	require.Equal(t, rag.EmbedModel{Name: "m", Dimensions: 2}, e.Model())
	require.Equal(t, "/v1/embeddings", s.requests()[0].path)
	require.Equal(t, "Bearer "+testKey, s.requests()[0].auth)

	none, err := e.Embed(t.Context(), rag.EmbedPassage, nil)
	require.NoError(t, err)
	require.Empty(t, none)
	require.Len(t, s.requests(), 1, "no texts need no request")
}

// counting answers text "k" with the vector [k, length of the batch].
func counting(w http.ResponseWriter, _ *http.Request, body map[string]any) {
	input := body["input"].([]any)
	var index []int
	var vectors []string
	for i := len(input) - 1; i >= 0; i-- { // backwards: the order must come from index
		index = append(index, i)
		vectors = append(vectors, fmt.Sprintf("[%d,%d]", len(input[i].(string)), len(input)))
	}
	_, _ = w.Write([]byte(embeddings(index, vectors...).body))
}

func TestEmbedBatchesByCountAndSize(t *testing.T) {
	texts := make([]string, 10)
	for i := range texts {
		texts[i] = strings.Repeat("x", i+1) // 1 to 10 bytes
	}
	for _, c := range []struct {
		name         string
		count, bytes int
		want         []float32 // size of the batch that each text went in
	}{
		{"by count", 4, 1000, []float32{4, 4, 4, 4, 4, 4, 4, 4, 2, 2}},
		{"by size", 100, 10, []float32{4, 4, 4, 4, 1, 1, 1, 1, 1, 1}},
		{"a text longer than a batch goes alone", 100, 1, []float32{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
		{"one batch", 0, 0, []float32{10, 10, 10, 10, 10, 10, 10, 10, 10, 10}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t)
			s.handler = counting
			e := s.embedder(t, "m", &EmbedderOptions{BatchTexts: c.count, BatchBytes: c.bytes})
			got, err := e.Embed(t.Context(), rag.EmbedPassage, texts)
			require.NoError(t, err)
			for i, v := range got {
				require.Equal(t, rag.Vector{float32(i + 1), c.want[i]}, v)
			}
		})
	}
}

func TestEmbedPrefixes(t *testing.T) {
	for _, c := range []struct {
		model          string
		opts           *EmbedderOptions
		query, passage string
		inputType      bool
	}{
		{"intfloat/multilingual-e5-small", nil, "query: क", "passage: क", false},
		{"e5-base-v2", nil, "query: क", "passage: क", false},
		{"multilingual-e5-large-instruct", nil, "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: क", "क", false},
		{"nomic-embed-text:v1.5", nil, "search_query: क", "search_document: क", false},
		{"BAAI/bge-small-en-v1.5", nil, "Represent this sentence for searching relevant passages: क", "क", false},
		{"BAAI/bge-m3", nil, "क", "क", false},
		{"text-embedding-3-small", nil, "क", "क", false},
		{"multilingual-e5-small", &EmbedderOptions{InputType: true}, "क", "क", true},
		{"multilingual-e5-small", &EmbedderOptions{Prefixes: &Prefixes{}}, "क", "क", false},
		{"Qwen3-Embedding-0.6B", nil, "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:क", "क", false},
		{"mine", &EmbedderOptions{Prefixes: &Prefixes{Query: "Q ", Passage: "P "}}, "Q क", "P क", false},
	} {
		s := newServer(t, embeddings([]int{0}, "[1]"))
		e := s.embedder(t, c.model, c.opts)
		for kind, want := range map[rag.EmbedKind]string{rag.EmbedQuery: c.query, rag.EmbedPassage: c.passage} {
			_, err := e.Embed(t.Context(), kind, []string{"क"})
			require.NoError(t, err)
			seen := s.requests()
			body := seen[len(seen)-1].body
			require.Equal(t, []any{want}, body["input"], c.model)
			require.Equal(t, c.inputType, body["input_type"] != nil, c.model)
			if c.inputType {
				require.Equal(t, map[rag.EmbedKind]string{rag.EmbedQuery: "query", rag.EmbedPassage: "passage"}[kind], body["input_type"])
			}
		}
	}
}

func TestEmbedNeverPutsAPrefixTwice(t *testing.T) {
	s := newServer(t, embeddings([]int{0, 1}, "[1]", "[1]"))
	e := s.embedder(t, "multilingual-e5-small", nil)
	_, err := e.Embed(t.Context(), rag.EmbedPassage, []string{"passage: क", "query: क"})
	require.NoError(t, err)
	require.Equal(t, []any{"passage: क", "passage: query: क"}, s.requests()[0].body["input"])
	require.Equal(t, "query: |passage: ", e.Version())
	require.Equal(t, "input_type", s.embedder(t, "multilingual-e5-small", &EmbedderOptions{InputType: true}).Version())
}

func TestEmbedSendsSomeBatchesAtOnceAndNoMore(t *testing.T) {
	var now, most atomic.Int32
	s := newServer(t)
	s.handler = func(w http.ResponseWriter, r *http.Request, body map[string]any) {
		n := now.Add(1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		time.Sleep(20 * time.Millisecond)
		now.Add(-1)
		counting(w, r, body)
	}
	texts := make([]string, 24)
	for i := range texts {
		texts[i] = strings.Repeat("x", i+1)
	}
	got, err := s.embedder(t, "m", &EmbedderOptions{BatchTexts: 2, Concurrent: 3}).Embed(t.Context(), rag.EmbedPassage, texts)
	require.NoError(t, err)
	for i, v := range got {
		require.Equal(t, rag.Vector{float32(i + 1), 2}, v)
	}
	require.EqualValues(t, 3, most.Load())
}

func TestABatchThatFailsEndsTheOthers(t *testing.T) {
	s := newServer(t)
	s.handler = func(w http.ResponseWriter, r *http.Request, body map[string]any) {
		if body["input"].([]any)[0] == "bad" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		select { // slower than the failure
		case <-r.Context().Done():
		case <-time.After(10 * time.Second):
		}
	}
	start := time.Now()
	got, err := s.embedder(t, "m", &EmbedderOptions{BatchTexts: 1, Concurrent: 2}).Embed(t.Context(), rag.EmbedPassage, []string{"a", "bad", "c", "d"})
	require.Nil(t, got)
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	require.ErrorContains(t, err, "status 400")
	require.Less(t, time.Since(start), 5*time.Second)
}

func TestEmbedRefusesAnswersThatCannotBeTrue(t *testing.T) {
	texts := []string{"एक", "दो"}
	for _, c := range []struct {
		name, says string
		dimensions int
		a          answer
	}{
		{"fewer vectors", "gave 1 vectors for 2 texts", 0, embeddings([]int{0}, "[1]")},
		{"more vectors", "gave 3 vectors for 2 texts", 0, embeddings([]int{0, 1, 2}, "[1]", "[1]", "[1]")},
		{"none", "gave 0 vectors for 2 texts", 0, embeddings(nil)},
		{"one twice", "gave two vectors for text 1 of 2", 0, embeddings([]int{0, 0}, "[1]", "[1]")},
		{"an index outside", "gave a vector for text 6 of 2", 0, embeddings([]int{0, 5}, "[1]", "[1]")},
		{"a negative index", "gave a vector for text 0 of 2", 0, embeddings([]int{0, -1}, "[1]", "[1]")},
		{"another dimension than configured", "a vector of 3 dimensions for text 1 of 2, where 384 were expected", 384, embeddings([]int{0, 1}, "[1,2,3]", "[1,2,3]")},
		{"two dimensions in one answer", "a vector of 1 dimensions for text 2 of 2, where 2 were expected", 0, embeddings([]int{0, 1}, "[1,2]", "[1]")},
		{"no dimension", "a vector of 0 dimensions", 0, embeddings([]int{0, 1}, "[]", "[]")},
		{"NaN as Python writes it", "not understood", 0, embeddings([]int{0, 1}, "[NaN]", "[1]")},
		{"a number too large", "not understood", 0, embeddings([]int{0, 1}, "[1e39]", "[1]")},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, c.a)
			e := s.embedder(t, "m", &EmbedderOptions{Dimensions: c.dimensions})
			got, err := e.Embed(t.Context(), rag.EmbedPassage, texts)
			require.Nil(t, got)
			require.Equal(t, fault.Upstream, fault.CodeOf(err))
			require.ErrorContains(t, err, c.says)
			require.Equal(t, c.dimensions, e.Model().Dimensions, "a bad answer teaches nothing")
		})
	}
}

func TestEmbedNoticesThatTheModelChanged(t *testing.T) {
	s := newServer(t, embeddings([]int{0}, "[1,2]"), embeddings([]int{0}, "[1,2,3]"))
	e := s.embedder(t, "m", nil)
	require.NoError(t, e.Probe(t.Context()))
	require.Equal(t, 2, e.Model().Dimensions)
	err := e.Probe(t.Context())
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	require.ErrorContains(t, err, "3 dimensions for text 1 of 1, where 2 were expected")
}

func TestEmbedBase64(t *testing.T) {
	encode := func(values ...float32) string {
		var raw []byte
		for _, v := range values {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		return `"` + base64.StdEncoding.EncodeToString(raw) + `"`
	}
	nan := float32(math.NaN())
	inf := float32(math.Inf(-1))
	s := newServer(t, embeddings([]int{0}, encode(0.5, -2)), embeddings([]int{0}, encode(0, nan)), embeddings([]int{0}, encode(inf, 0)))
	e := s.embedder(t, "m", &EmbedderOptions{Base64: true})
	got, err := e.Embed(t.Context(), rag.EmbedQuery, []string{"क"})
	require.NoError(t, err)
	require.Equal(t, []rag.Vector{{0.5, -2}}, got)
	require.Equal(t, "base64", s.requests()[0].body["encoding_format"])
	for _, says := range []string{"text 1 of 1 whose component 2 is not a finite number", "component 1 is not a finite number"} {
		_, err = e.Embed(t.Context(), rag.EmbedQuery, []string{"क"})
		require.Equal(t, fault.Upstream, fault.CodeOf(err))
		require.ErrorContains(t, err, says)
	}
}

func TestEmbedRefusesAnEmptyText(t *testing.T) {
	s := newServer(t)
	_, err := s.embedder(t, "m", nil).Embed(t.Context(), rag.EmbedPassage, []string{"एक", " \n"})
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	require.ErrorContains(t, err, "text 2 of 2 is empty")
	require.Empty(t, s.requests())
}

func BenchmarkEmbed(b *testing.B) {
	vector := "[" + strings.TrimSuffix(strings.Repeat("0.0123,", 384), ",") + "]"
	index, vectors, texts := make([]int, 64), make([]string, 64), make([]string, 64)
	for i := range index {
		index[i], vectors[i], texts[i] = i, vector, "ताजमहल किसने बनवाया था?"
	}
	s := newServer(b, embeddings(index, vectors...))
	e := s.embedder(b, "multilingual-e5-small", nil)
	for b.Loop() {
		if _, err := e.Embed(b.Context(), rag.EmbedPassage, texts); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(texts))/b.Elapsed().Seconds(), "texts/s")
}
