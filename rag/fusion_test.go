package rag_test

import (
	"cmp"
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

func hit(scores map[rag.Leg]float64) rag.Hit { return rag.Hit{Scores: scores} }

func TestFuseWeighsTheLegs(t *testing.T) {
	hits := []rag.Hit{
		hit(map[rag.Leg]float64{rag.Words: 8, rag.Dense: .80}),
		hit(map[rag.Leg]float64{rag.Words: 4, rag.Dense: .90}),
		hit(map[rag.Leg]float64{rag.Dense: .70}),
		hit(nil),
	}
	rag.Fuse(hits, rag.Weights{rag.Words: 3, rag.Dense: 1})
	require.InDelta(t, (3*1+.5)/4, hits[0].Score, 1e-9)
	require.InDelta(t, (3*.5+1)/4, hits[1].Score, 1e-9)
	require.Zero(t, hits[2].Score)
	require.Zero(t, hits[3].Score)
}

func TestFuseLeavesOutLegsThatFoundNothing(t *testing.T) {
	hits := []rag.Hit{hit(map[rag.Leg]float64{rag.Words: 2}), hit(map[rag.Leg]float64{rag.Words: 1})}
	rag.Fuse(hits, rag.Weights{rag.Words: 1, rag.Dense: 1, rag.Sounds: 1})
	require.Equal(t, []float64{1, .5}, []float64{hits[0].Score, hits[1].Score}, "a leg without hits takes no weight")
	rag.Fuse(nil, rag.Weights{rag.Words: 1})
	rag.Fuse(hits, nil)
	require.Zero(t, hits[0].Score)
}

func TestSoundLeadsWhereWordsAreRomanised(t *testing.T) {
	roman := rag.LegWeights("taj mahal kisne banwaya", lang.Hindi)
	require.Greater(t, roman[rag.Sounds], roman[rag.Words])
	native := rag.LegWeights("ताजमहल किसने बनवाया", lang.Hindi)
	require.Greater(t, native[rag.Words], native[rag.Sounds])
	tamil := rag.LegWeights("தாஜ்மகாலை கட்டியது யார்", "ta")
	require.Greater(t, tamil[rag.Sounds], native[rag.Sounds], "each script has its own")
	english := rag.LegWeights("Who built the Taj Mahal?", lang.English)
	require.Greater(t, english[rag.Words], english[rag.Sounds])
}

// statistics is a store that only tells how rare words are: of its records, 100
// unless it says how many, none holds any.
type statistics struct {
	rag.Store
	err     error
	records int
}

func (s statistics) DocumentFrequency(_ context.Context, _ string, _ rag.Leg, terms []string) (int, []int, error) {
	return cmp.Or(s.records, 100), make([]int, len(terms)), s.err
}

// hitOf gives a hit with a text.
func hitOf(text string, scores map[rag.Leg]float64) rag.Hit {
	return rag.Hit{Record: rag.Record{Chunk: corpus.Chunk{Text: text}}, Scores: scores}
}

func TestWordsCountForWhatTheyCover(t *testing.T) {
	index := rag.NewIndex(statistics{}, nil)
	q := &rag.Query{Text: "ताजमहल आगरा", Language: lang.Hindi}
	rarest := math.Log(1 + 100.5/.5) // of a word that no record holds
	fuse := func(words float64) (byWords, byMeaning float64) {
		hits := []rag.Hit{
			hitOf("ताजमहल", map[rag.Leg]float64{rag.Words: words, rag.Sounds: words, rag.Dense: .1}),
			hitOf("मक़बरा", map[rag.Leg]float64{rag.Dense: .9}),
		}
		require.NoError(t, index.Fuse(t.Context(), q, hits))
		return hits[0].Score, hits[1].Score
	}
	byWords, byMeaning := fuse(1.2 * rarest)
	require.Greater(t, byWords, byMeaning, "it holds most of what was asked")
	byWords, byMeaning = fuse(.1 * rarest)
	require.Less(t, byWords, byMeaning, "it holds next to nothing of it")

	full := rag.NewIndex(rag.Store(nil), nil) // a store without statistics
	hits := []rag.Hit{
		hitOf("ताजमहल", map[rag.Leg]float64{rag.Words: .1, rag.Sounds: .1, rag.Dense: .1}),
		hitOf("मक़बरा", map[rag.Leg]float64{rag.Dense: .9}),
	}
	require.NoError(t, full.Fuse(t.Context(), q, hits))
	require.Greater(t, hits[0].Score, hits[1].Score, "without statistics words count in full")

	down := errors.New("down")
	require.ErrorIs(t, rag.NewIndex(statistics{err: down}, nil).Fuse(t.Context(), q, hits), down)
}

// A word that one record of two holds is as rare there as it can be, whatever it says.
func TestWordsOfATinyCollectionCountForLess(t *testing.T) {
	share := func(records int) float64 {
		hits := []rag.Hit{
			hitOf("ताजमहल", map[rag.Leg]float64{rag.Words: 1, rag.Dense: .1}),
			hitOf("मक़बरा", map[rag.Leg]float64{rag.Dense: .9}),
		}
		index := rag.NewIndex(statistics{records: records}, nil)
		rarest := math.Log(1 + (float64(records)+.5)/.5)
		hits[0].Scores[rag.Words] = .2 * rarest // of what the question would say to the full
		require.NoError(t, index.Fuse(t.Context(), &rag.Query{Text: "ताजमहल आगरा", Language: lang.Hindi}, hits))
		return hits[0].Score / hits[1].Score
	}
	require.Less(t, share(2), .5*share(10000))
	require.InEpsilon(t, share(10000), share(20000), .01, "in a large one their number does not matter")
}

func TestWordsSayNothingOfAnotherScript(t *testing.T) {
	index := rag.NewIndex(statistics{}, nil)
	q := &rag.Query{Text: "ताजमहल कहाँ है", Language: lang.Hindi}
	fuse := func(answer string) []rag.Hit {
		hits := []rag.Hit{
			hitOf("कहाँ जाना है", map[rag.Leg]float64{rag.Words: 4, rag.Sounds: 4, rag.Dense: .2}),
			hitOf(answer, map[rag.Leg]float64{rag.Dense: .8}),
			hitOf("अंत", map[rag.Leg]float64{rag.Dense: .1}),
		}
		require.NoError(t, index.Fuse(t.Context(), q, hits))
		return hits
	}
	hits := fuse("The Taj Mahal is in Agra.")
	require.Greater(t, hits[1].Score, hits[0].Score, "its embedding speaks for its words")
	for _, h := range hits {
		require.True(t, h.Score >= 0 && h.Score <= 1, "%v", h.Score)
	}
	hits = fuse("मक़बरा आगरा में है।")
	require.Less(t, hits[1].Score, hits[0].Score, "in the question's script its words had their say")
}

func TestAnIndexTakesItsWeights(t *testing.T) {
	index := rag.NewIndex(statistics{}, &rag.IndexOptions{Weights: func(string, lang.Code) rag.Weights { return rag.Weights{rag.Dense: 1} }})
	hits := []rag.Hit{hitOf("क", map[rag.Leg]float64{rag.Words: 9, rag.Dense: .1}), hitOf("ख", map[rag.Leg]float64{rag.Dense: .9})}
	require.NoError(t, index.Fuse(t.Context(), &rag.Query{Text: "क", Language: lang.Hindi}, hits))
	require.Equal(t, []float64{0, 1}, []float64{hits[0].Score, hits[1].Score})
}
