package bedrockllm

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/embed"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/ragtest"
)

const (
	titanID  = "amazon.titan-embed-text-v2:0"
	cohereID = "cohere.embed-multilingual-v3"
)

// embeddings is a service that embeds by hashing, within the limits that the models'
// pages in the user guide tell.
func embeddings(t testing.TB) *server {
	s := newServer(t)
	s.handler = func(w http.ResponseWriter, r *http.Request, body map[string]any) {
		refuse := func(format string, args ...any) {
			failed(400, "ValidationException", fmt.Sprintf("Malformed input request: "+format+", please reformat your input and try again.", args...)).play(w)
		}
		if text, isTitan := body["inputText"].(string); isTitan {
			if n := utf8.RuneCountInString(text); n > 50_000 {
				refuse("expected maxLength: 50000, actual: %d", n)
				return
			}
			ok(`{"embedding":` + written(text, int(body["dimensions"].(float64))) + `,"inputTextTokenCount":3}`).play(w)
			return
		}
		texts, _ := body["texts"].([]any)
		if len(texts) == 0 || len(texts) > 96 || !strings.HasPrefix(fmt.Sprint(body["input_type"]), "search_") {
			refuse("#/texts: expected maxItems: 96, actual: %d", len(texts))
			return
		}
		var vectors []string
		for i, text := range texts {
			if n := utf8.RuneCountInString(text.(string)); n > 2048 {
				refuse("#/texts/%d: expected maxLength: 2048, actual: %d", i, n)
				return
			}
			vectors = append(vectors, written(text.(string), 1024))
		}
		ok(`{"embeddings":[` + strings.Join(vectors, ",") + `],"id":"1","response_type":"embeddings_floats"}`).play(w)
	}
	return s
}

// hashed gives a vector that stands for a text.
func hashed(text string, dimensions int) []float32 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	sum := h.Sum64()
	v := make([]float32, dimensions)
	for i := range 64 {
		v[i] = float32(sum>>i&1) - .5
	}
	return v
}

// written gives hashed as JSON, most of which is zeros.
func written(text string, dimensions int) string {
	head, _ := json.Marshal(hashed(text, 64))
	return strings.TrimSuffix(string(head), "]") + strings.Repeat(",0", dimensions-64) + "]"
}

func (s *server) titan(t testing.TB, opts *TitanOptions) *Embedder {
	e, err := NewTitan(client(t, s.URL, testRegion), titanID, opts)
	require.NoError(t, err)
	return e
}

func (s *server) cohere(t testing.TB, opts *CohereOptions) *Embedder {
	e, err := NewCohere(client(t, s.URL, testRegion), cohereID, opts)
	require.NoError(t, err)
	return e
}

func TestEmbeddersKeepTheContract(t *testing.T) {
	t.Run("Titan", func(t *testing.T) {
		ragtest.TestEmbedder(t, func(t *testing.T) rag.Embedder {
			e, err := NewTitan(embeddings(t).near(t), titanID, &TitanOptions{Dimensions: 256})
			require.NoError(t, err)
			return e
		})
	})
	t.Run("Cohere", func(t *testing.T) {
		ragtest.TestEmbedder(t, func(t *testing.T) rag.Embedder {
			e, err := NewCohere(embeddings(t).near(t), cohereID, nil)
			require.NoError(t, err)
			return e
		})
	})
}

func TestWindowsAreNeverTooLong(t *testing.T) {
	for _, text := range []string{strings.Repeat("बहुत लंबा पाठ ", 2000), strings.Repeat("internationalisation", 500), strings.Repeat("ᱛᱟᱡᱽ ", 1000)} {
		s := embeddings(t)
		e := embed.Window(s.cohere(t, &CohereOptions{Truncate: TruncateNone}), embed.TraitsOf(cohereID).Tokens)
		got, err := e.Embed(t.Context(), rag.EmbedPassage, []string{text})
		require.NoError(t, err)
		require.Len(t, got, 1)
		require.Greater(t, len(s.requests()[0].body["texts"].([]any)), 1)
	}
}

func TestTitanAsksForOneText(t *testing.T) {
	s := embeddings(t)
	got, err := s.titan(t, nil).Embed(t.Context(), rag.EmbedQuery, []string{"क", "ख"})
	require.NoError(t, err)
	require.Equal(t, []rag.Vector{hashed("क", 1024), hashed("ख", 1024)}, got)
	require.Len(t, s.requests(), 2)
	for _, r := range s.requests() {
		require.Equal(t, titanID, r.model)
		require.Equal(t, "invoke", r.action)
		require.Equal(t, map[string]any{"inputText": r.body["inputText"], "dimensions": 1024.0, "normalize": true}, r.body)
	}

	e := s.titan(t, &TitanOptions{Dimensions: 512, Unnormalized: true})
	_, err = e.Embed(t.Context(), rag.EmbedPassage, []string{"क"})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"inputText": "क", "dimensions": 512.0, "normalize": false}, s.requests()[2].body)
	require.Equal(t, rag.EmbedModel{Name: titanID, Dimensions: 512}, e.Model())
	require.NotEqual(t, s.titan(t, nil).Version(), e.Version())
}

func TestCohereAsksForNinetySixTexts(t *testing.T) {
	s := embeddings(t)
	texts := make([]string, 200)
	for i := range texts {
		texts[i] = fmt.Sprint("पाठ ", i)
	}
	e := s.cohere(t, nil)
	got, err := e.Embed(t.Context(), rag.EmbedPassage, texts)
	require.NoError(t, err)
	for i, v := range got {
		require.Equal(t, rag.Vector(hashed(texts[i], 1024)), v)
	}
	sizes := map[int]int{}
	for _, r := range s.requests() {
		require.Equal(t, cohereID, r.model)
		require.Equal(t, "search_document", r.body["input_type"])
		require.Equal(t, "END", r.body["truncate"])
		sizes[len(r.body["texts"].([]any))]++
	}
	require.Equal(t, map[int]int{96: 2, 8: 1}, sizes)
	_, err = e.Embed(t.Context(), rag.EmbedQuery, texts[:1])
	require.NoError(t, err)
	require.Equal(t, "search_query", s.requests()[3].body["input_type"])
	require.Equal(t, rag.EmbedModel{Name: cohereID, Dimensions: 1024}, e.Model())
	require.Equal(t, "truncate=END", e.Version())
}

func TestCohereTruncatesBetweenAksharas(t *testing.T) {
	s := embeddings(t)
	text := "अ" + strings.Repeat("क्षि", 700) + "ज्ञ" // 4 code points an akshara
	given := func(truncate Truncation) string {
		_, err := s.cohere(t, &CohereOptions{Truncate: truncate}).Embed(t.Context(), rag.EmbedPassage, []string{text})
		require.NoError(t, err)
		seen := s.requests()
		return seen[len(seen)-1].body["texts"].([]any)[0].(string)
	}
	require.Equal(t, "अ"+strings.Repeat("क्षि", 511), given(TruncateEnd), "2,045 of 2,048")
	require.Equal(t, strings.Repeat("क्षि", 511)+"ज्ञ", given(TruncateStart), "2,047 of 2,048")

	_, err := s.cohere(t, &CohereOptions{Truncate: TruncateNone}).Embed(t.Context(), rag.EmbedPassage, []string{"क", text})
	require.ErrorIs(t, err, llm.ErrContextOverflow)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	_, err = s.cohere(t, nil).Embed(t.Context(), rag.EmbedPassage, []string{"a" + strings.Repeat("\u0301", 3000)})
	require.ErrorIs(t, err, llm.ErrContextOverflow, "one akshara that is too long for the model")
	_, err = s.cohere(t, &CohereOptions{Truncate: TruncateStart}).Embed(t.Context(), rag.EmbedPassage, []string{"a" + strings.Repeat("\u0301", 3000)})
	require.ErrorIs(t, err, llm.ErrContextOverflow)
	_, err = s.cohere(t, nil).Embed(t.Context(), rag.EmbedPassage, []string{strings.Repeat(" ", 3000) + "क"})
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), "nothing is left of it")
}

func TestTitanRefusesWhatIsTooLong(t *testing.T) {
	_, err := embeddings(t).titan(t, nil).Embed(t.Context(), rag.EmbedPassage, []string{strings.Repeat("क", 50_001)})
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	require.ErrorIs(t, err, llm.ErrContextOverflow)
}

func TestEmbedMakesSomeCallsAtOnceAndNoMore(t *testing.T) {
	var now, most atomic.Int32
	s := embeddings(t)
	hash := s.handler
	s.handler = func(w http.ResponseWriter, r *http.Request, body map[string]any) {
		n := now.Add(1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		time.Sleep(10 * time.Millisecond)
		now.Add(-1)
		hash(w, r, body)
	}
	texts := strings.Split(strings.Repeat("क ख ग घ ", 5)+"च", " ")
	got, err := s.titan(t, &TitanOptions{Concurrent: 3}).Embed(t.Context(), rag.EmbedPassage, texts)
	require.NoError(t, err)
	for i, v := range got {
		require.Equal(t, rag.Vector(hashed(texts[i], 1024)), v)
	}
	require.EqualValues(t, 3, most.Load())
}

func TestACallThatFailsEndsTheOthers(t *testing.T) {
	s := newServer(t)
	s.handler = func(w http.ResponseWriter, r *http.Request, body map[string]any) {
		if body["inputText"] == "bad" {
			failed(400, "ValidationException", "no").play(w)
			return
		}
		select { // slower than the failure
		case <-r.Context().Done():
		case <-time.After(10 * time.Second):
		}
	}
	begun := time.Now()
	got, err := s.titan(t, &TitanOptions{Concurrent: 2}).Embed(t.Context(), rag.EmbedPassage, []string{"a", "bad", "c", "d"})
	require.Nil(t, got)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	require.Less(t, time.Since(begun), 5*time.Second)
}

func TestAnEmbedderLeavesRetriesToTheClient(t *testing.T) {
	s := newServer(t, failed(503, "ServiceUnavailableException", "wait"), ok(`{"embedding":[`+strings.Repeat("0,", 255)+`1]}`))
	got, err := s.titan(t, &TitanOptions{Dimensions: 256}).Embed(t.Context(), rag.EmbedPassage, []string{"क"})
	require.NoError(t, err)
	require.Len(t, got[0], 256)
	require.Len(t, s.requests(), 2)
}

func TestEmbedRefusesAnswersThatCannotBeTrue(t *testing.T) {
	vector := "[" + strings.Repeat("0,", 1023) + "1]"
	for name, body := range map[string]string{
		"fewer vectors":       `{"embeddings":[` + vector + `]}`,
		"more vectors":        `{"embeddings":[` + vector + `,` + vector + `,` + vector + `]}`,
		"none":                `{}`,
		"another dimension":   `{"embeddings":[` + vector + `,[1,2]]}`,
		"no dimension":        `{"embeddings":[[],[]]}`,
		"zeros":               `{"embeddings":[` + vector + `,` + strings.Replace(vector, "1]", "0]", 1) + `]}`,
		"NaN":                 `{"embeddings":[[NaN],[1]]}`,
		"a number too large":  `{"embeddings":[` + vector + `,` + strings.Replace(vector, "1]", "1e39]", 1) + `]}`,
		"no JSON":             `<html>`,
		"nothing":             ``,
		"vectors of integers": `{"embeddings":{"int8":[[1]]}}`,
	} {
		got, err := newServer(t, ok(body)).cohere(t, nil).Embed(t.Context(), rag.EmbedPassage, []string{"एक", "दो"})
		require.Nil(t, got, name)
		require.Equal(t, fault.Upstream, fault.CodeOf(err), "%s: %v", name, err)
	}
	for name, body := range map[string]string{"none": `{}`, "another dimension": `{"embedding":[1,2]}`, "no JSON": `{`, "words": `{"embedding":"x"}`} {
		_, err := newServer(t, ok(body)).titan(t, nil).Embed(t.Context(), rag.EmbedPassage, []string{"एक"})
		require.Equal(t, fault.Upstream, fault.CodeOf(err), "%s: %v", name, err)
	}
}

func TestEmbedRefusesAnEmptyText(t *testing.T) {
	s := newServer(t)
	_, err := s.titan(t, nil).Embed(t.Context(), rag.EmbedPassage, []string{"एक", " \n"})
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	require.ErrorContains(t, err, "text 2 of 2 is empty")
	require.Empty(t, s.requests())
}

func TestOptionsThatAModelDoesNotKnow(t *testing.T) {
	c := client(t, "http://127.0.0.1:1", testRegion)
	for _, make := range []func() (*Embedder, error){
		func() (*Embedder, error) { return NewTitan(c, titanID, &TitanOptions{Dimensions: 384}) },
		func() (*Embedder, error) { return NewTitan(c, titanID, &TitanOptions{Dimensions: -1}) },
		func() (*Embedder, error) { return NewTitan(c, "", nil) },
		func() (*Embedder, error) { return NewTitan(nil, titanID, nil) },
		func() (*Embedder, error) { return NewCohere(c, cohereID, &CohereOptions{Truncate: "MIDDLE"}) },
		func() (*Embedder, error) { return NewCohere((*bedrockruntime.Client)(nil), cohereID, nil) },
	} {
		_, err := make()
		require.True(t, errors.Is(err, &fault.Error{Code: fault.InvalidRequest}))
	}
}
