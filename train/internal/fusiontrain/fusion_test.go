package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/lang"
)

// made gives a set whose right candidates are those that the other leg prefers
// in some of the questions and the leading one in the rest.
func made(byOther, byLeading int) *set {
	s := &set{name: "made"}
	for i := range byOther + byLeading {
		right := candidate{leads: 10, other: 10, right: true}
		wrong := candidate{leads: 11, other: 2}
		if i >= byOther {
			right, wrong = candidate{leads: 10, right: true}, candidate{leads: 9.5, other: 2}
		}
		s.examples = append(s.examples, example{i % folds, []candidate{wrong, right}})
	}
	return s
}

func TestTheWeightThatFindsMostIsTaken(t *testing.T) {
	mixed := []*set{made(30, 30)}
	weight := best(mixed, noFold)
	require.Equal(t, .2, weight, "enough for the one kind, not too much for the other")
	require.InDelta(t, 1, mixed[0].at1(weight), 1e-9)
	require.InDelta(t, .5, mixed[0].at1(0), 1e-9)
	require.InDelta(t, 1, crossValidated(mixed[0], mixed), 1e-9)
	require.Zero(t, best([]*set{made(0, 30)}, noFold), "the lowest of equals")
}

func TestARightCandidateThatWasNotFoundHasNoRank(t *testing.T) {
	require.Zero(t, (&example{}).rank(1))
	require.Zero(t, (&example{candidates: []candidate{{leads: 1}}}).rank(1))
	require.Equal(t, 2, (&example{candidates: []candidate{{leads: 1}, {leads: 1, right: true}}}).rank(0), "of equals the right one goes last")
}

func TestTheReportHasARowForEachSet(t *testing.T) {
	var out bytes.Buffer
	report(&out, []*set{made(6, 6)})
	require.Contains(t, out.String(), "made               12 0.5000")
	require.Contains(t, out.String(), "mean reciprocal rank")
}

func TestAskAllCollectsCandidates(t *testing.T) {
	docs := asDocuments([]string{"ताजमहल आगरा में है।", "लाल किला दिल्ली में है।"}, lang.Hindi)
	s := &set{latin: true, questions: []question{{"lal kila", "1", 0}}}
	require.NoError(t, askAll(t.Context(), lang.Hindi, docs, []*set{s}))
	require.Len(t, s.examples, 1)
	require.Equal(t, 1, s.examples[0].rank(0))
	_, err := collect(t.Context(), t.TempDir())
	require.Error(t, err, "without data")
}

func TestFourWordsOfLongSentences(t *testing.T) {
	q := fourWords([]string{"a b c d e f", "", "", "", "", "a b c"})
	require.Len(t, q, 1)
	require.Equal(t, "b c d e", q[0].text)
	require.Less(t, q[0].fold, folds)
}
