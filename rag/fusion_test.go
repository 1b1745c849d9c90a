package rag_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
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
