package ranking_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/ragtest"
	"github.com/akshara-go/akshara/rag/ranking"
)

var today = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func Example() {
	hits := []rag.Hit{
		{Score: .9, Record: rag.Record{Chunk: corpus.Chunk{ID: "a", Text: "ताजमहल शाहजहाँ ने बनवाया।"}}},
		{Score: .89, Record: rag.Record{Chunk: corpus.Chunk{ID: "b", Text: "ताजमहल को शाहजहाँ ने बनवाया था।"}}},
		{Score: .7, Record: rag.Record{Chunk: corpus.Chunk{ID: "c", Text: "मुमताज़ की याद में मक़बरा बना।"}}},
	}
	steps := ranking.Chain{ranking.Recency{}, ranking.MMR{Lambda: .6}}
	hits, err := steps.Rerank(context.Background(), &rag.Query{Text: "ताजमहल"}, hits)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, h := range hits {
		fmt.Println(h.Record.Chunk.ID)
	}
	// Output:
	// a
	// c
	// b
}

func TestEveryStepIsAReranker(t *testing.T) {
	for name, step := range map[string]rag.Reranker{
		"empty chain": ranking.Chain{},
		"RRF":         ranking.RRF{},
		"MMR":         ranking.MMR{},
		"recency":     ranking.Recency{Now: func() time.Time { return today }},
		"per source":  ranking.PerSource(2),
		"chain": ranking.Chain{ranking.RRF{K: 10}, rag.LexicalReranker{}, ranking.Recency{Now: func() time.Time { return today }},
			ranking.PerSource(3), ranking.MMR{Lambda: .5}},
	} {
		t.Run(name, func(t *testing.T) {
			ragtest.TestReranker(t, func(*testing.T) rag.Reranker { return step })
		})
	}
}

// hit is a candidate with an id, a text and a score.
func hit(id, text string, score float64) rag.Hit {
	return rag.Hit{Score: score, Record: rag.Record{Chunk: corpus.Chunk{ID: id, DocumentID: id, Text: text}, Source: corpus.Source{Language: "hi"}}}
}

func rerank(t *testing.T, step rag.Reranker, hits ...rag.Hit) (ids []string, scores []float64) {
	t.Helper()
	got, err := step.Rerank(t.Context(), &rag.Query{Text: "x", Language: "hi"}, hits)
	require.NoError(t, err)
	for _, h := range got {
		ids, scores = append(ids, h.Record.Chunk.ID), append(scores, h.Score)
	}
	return ids, scores
}

func on(id string, words, sounds float64) rag.Hit {
	h := hit(id, "", 0)
	h.Scores = map[rag.Leg]float64{}
	for leg, s := range map[rag.Leg]float64{rag.Words: words, rag.Sounds: sounds} {
		if s > 0 {
			h.Scores[leg] = s
		}
	}
	return h
}

func TestRRFCountsPlacesAndNotScores(t *testing.T) {
	ids, scores := rerank(t, ranking.RRF{}, on("a", 100, 1), on("b", 2, 2), on("c", 1, 0), on("d", 0, 3))
	require.Equal(t, []string{"a", "b", "d", "c"}, ids)
	most := 2.0 / 61
	require.InDelta(t, (1.0/61+1.0/63)/most, scores[0], 1e-12)
	require.InDelta(t, (1.0/62+1.0/62)/most, scores[1], 1e-12)
	require.InDelta(t, (1.0/61)/most, scores[2], 1e-12)
	require.InDelta(t, (1.0/63)/most, scores[3], 1e-12)

	_, scores = rerank(t, ranking.RRF{K: 1}, on("a", 5, 5), on("b", 5, 5))
	require.Equal(t, []float64{1, 1}, scores, "equals share the first place")
	_, scores = rerank(t, ranking.RRF{K: math.NaN()}, on("a", 0, 0))
	require.Equal(t, []float64{0}, scores, "found by no leg")
}

func TestMMRPutsWhatIsNewBeforeWhatRepeats(t *testing.T) {
	same, other := "ताजमहल शाहजहाँ ने बनवाया", "मक़बरा सफ़ेद संगमरमर का है"
	hits := func() []rag.Hit { return []rag.Hit{hit("a", same, .9), hit("b", same, .88), hit("c", other, .8)} }
	ids, scores := rerank(t, ranking.MMR{}, hits()...)
	require.Equal(t, []string{"a", "c", "b"}, ids)
	require.Equal(t, .9, scores[0])
	require.Equal(t, .8, scores[1])
	require.Less(t, scores[2], .8, "no score above the one before")
	ids, scores = rerank(t, ranking.MMR{Lambda: 1}, hits()...)
	require.Equal(t, []string{"a", "b", "c"}, ids, "relevance alone")
	require.Equal(t, []float64{.9, .88, .8}, scores)
	ids, _ = rerank(t, ranking.MMR{}, hit("a", same, .9), hit("b", same, .88), hit("c", other, .1))
	require.Equal(t, []string{"a", "b", "c"}, ids, "novelty is not worth everything")
}

func TestMMRComparesVectorsWhereThereAreSome(t *testing.T) {
	vector := func(h rag.Hit, v ...float32) rag.Hit { h.Record.Vector = v; return h }
	ids, _ := rerank(t, ranking.MMR{}, vector(hit("a", "नदी", .9), 1, 0), vector(hit("b", "पहाड़", .88), 1, .01), vector(hit("c", "नदी", .8), 0, 1))
	require.Equal(t, []string{"a", "c", "b"}, ids, "by direction, whatever the words")
	nan := float32(math.NaN())
	ids, _ = rerank(t, ranking.MMR{}, vector(hit("a", "नदी", .9), nan, 1), vector(hit("b", "नदी", .88), 1, 0, 0), vector(hit("c", "पहाड़", .8), 0, 0))
	require.Equal(t, []string{"a", "c", "b"}, ids, "vectors that cannot be compared leave the words")
}

func TestMMRLeavesWhatIsFarBehind(t *testing.T) {
	var hits []rag.Hit
	for i := range 150 {
		hits = append(hits, hit(fmt.Sprintf("%03d", i), "एक ही पाठ", 1-float64(i)/200))
	}
	ids, _ := rerank(t, ranking.MMR{Lambda: .1}, hits...)
	require.Len(t, ids, 150)
	for i, id := range ids {
		require.Equal(t, fmt.Sprintf("%03d", i), id, "all alike")
	}
}

func TestRecencyHalvesWhatNewnessIsWorth(t *testing.T) {
	dated := func(id string, published time.Time) rag.Hit {
		h := hit(id, "", .8)
		h.Record.Source.PublishedAt = published
		return h
	}
	step := ranking.Recency{HalfLife: 24 * time.Hour, Weight: .5, Now: func() time.Time { return today }}
	ids, scores := rerank(t, step, dated("old", today.AddDate(-90, 0, 0)), dated("two", today.AddDate(0, 0, -2)), dated("new", today),
		dated("ahead", today.AddDate(1, 0, 0)), dated("undated", time.Time{}))
	require.Equal(t, []string{"ahead", "new", "undated", "two", "old"}, ids)
	for i, want := range []float64{.8, .8, .6, .5, .4} {
		require.InDelta(t, want, scores[i], 1e-9, ids[i])
	}
	_, scores = rerank(t, ranking.Recency{Weight: math.NaN()}, dated("now", time.Now()), dated("undated", time.Time{}))
	require.InDelta(t, .8, scores[0], 1e-3)
	require.InDelta(t, .8*.9, scores[1], 1e-9, "the defaults")
}

func TestPerSourceKeepsTheBestDocumentsOfEachSite(t *testing.T) {
	of := func(id, document, site string, score float64) rag.Hit {
		h := hit(id, "", score)
		h.Record.Chunk.DocumentID, h.Record.Source.SourceSite = document, site
		return h
	}
	hits := []rag.Hit{of("1", "a", "x", .9), of("2", "b", "x", .8), of("3", "c", "x", .7), of("4", "a", "x", .6), of("5", "d", "y", .5),
		of("6", "e", "", .4), of("7", "f", "", .3), of("8", "g", "", .2)}
	ids, _ := rerank(t, ranking.PerSource(2), append([]rag.Hit{}, hits...)...)
	require.Equal(t, []string{"1", "2", "4", "5", "6", "7", "8"}, ids)
	ids, _ = rerank(t, ranking.PerSource(0), append([]rag.Hit{}, hits...)...)
	require.Len(t, ids, 8)
}

// failing is a step that fails.
type failing struct{ err error }

func (f failing) Rerank(_ context.Context, _ *rag.Query, hits []rag.Hit) ([]rag.Hit, error) {
	return hits[:1], f.err
}

func TestAChainEndsWithTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	after := ranking.Chain{failing{broken}, ranking.MMR{}}
	got, err := after.Rerank(t.Context(), &rag.Query{}, []rag.Hit{hit("a", "", 1), hit("b", "", 1)})
	require.ErrorIs(t, err, broken)
	require.Nil(t, got)
}
