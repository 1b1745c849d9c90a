//go:build !race

package analysis_test

import (
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/rerank"
	"github.com/akshara-go/akshara/translate/lang"
)

// The parameters of BM25 and of fusion that the figures below stand for.
const (
	k1, b       = 0.6, 0.1
	soundsShare = 0.4 // of the sounds leg beside the words leg
)

// searcher is the whole lexical path over a few passages.
type searcher struct {
	texts         []string
	words, sounds *bm25
}

func newSearcher(texts []string) *searcher {
	s := &searcher{texts: texts, words: newBM25(), sounds: newBM25()}
	for _, t := range texts {
		f := analysis.Index(t, "hi")
		s.words.add(f.Words)
		s.sounds.add(f.Sounds)
	}
	return s
}

// first gives the best fifty with their scores; share is what sounds count for.
func (s *searcher) first(question string, share float64) []rerank.Passage {
	q := analysis.Query(question, "hi")
	scores, sounds := s.words.scores(q.Words, k1, b), s.sounds.scores(q.Sounds, k1, b)
	var order []int
	for i := range scores {
		if scores[i] += share * sounds[i]; scores[i] > 0 {
			order = append(order, i)
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return scores[order[i]] > scores[order[j]] })
	var top []rerank.Passage
	for _, i := range order[:min(50, len(order))] {
		top = append(top, rerank.Passage{Text: s.texts[i], Sentences: chunk.Sentences(s.texts[i]), Language: "hi", Score: scores[i]})
	}
	return top
}

// at1 gives the share of questions whose paragraph comes first, as found and as rescored.
func (s *searcher) at1(questions []question, share float64) (first, rescored float64) {
	for _, q := range questions {
		top := s.first(q.text, share)
		if len(top) == 0 {
			continue
		}
		if top[0].Text == s.texts[q.passage] {
			first++
		}
		if top[best(rerank.Lexical(q.text, "hi", top))].Text == s.texts[q.passage] {
			rescored++
		}
	}
	n := float64(len(questions))
	return first / n, rescored / n
}

// Hindi questions about Hindi paragraphs, found by words alone and with sounds,
// then rescored: development figures, with the bars that they may not fall below.
func TestXQuAD(t *testing.T) {
	passages, questions := xquad(t, "hi")
	for _, c := range []struct {
		name  string
		texts []string
		bar   float64
	}{
		{"paragraphs", passages, 0.93},
		{"with 8,000 distractors", append(passages[:len(passages):len(passages)], distractors(t)...), 0.92},
	} {
		s := newSearcher(c.texts)
		words, wordsRescored := s.at1(questions, 0)
		both, rescored := s.at1(questions, soundsShare)
		t.Logf("%s: R@1 words %.4f, rescored %.4f; words and sounds %.4f, rescored %.4f", c.name, words, wordsRescored, both, rescored)
		require.GreaterOrEqual(t, rescored, c.bar)
		require.GreaterOrEqual(t, rescored, wordsRescored, "sounds lower what native words find")
	}
}

// Sentences typed in Latin letters, whole and four words of them, against 2,500
// sentences in native script, by the sound leg alone.
func TestRomanised(t *testing.T) {
	var whole, four float64
	languages := strings.Fields("hi bn gu kn ml mr pa sd ta te ur")
	for _, l := range languages {
		w, f := romanisedRecall(t, l)
		t.Logf("%s: R@1 whole %.3f, four words %.3f", l, w, f)
		whole, four = whole+w, four+f
		if l == "hi" {
			require.GreaterOrEqual(t, w, 0.97)
			require.GreaterOrEqual(t, f, 0.87)
		}
	}
	n := float64(len(languages))
	t.Logf("mean: whole %.3f, four words %.3f", whole/n, four/n)
	require.GreaterOrEqual(t, four/n, 0.90)
}

func romanisedRecall(t *testing.T, language string) (whole, four float64) {
	native, roman := romanised(t, language)
	index := newBM25()
	for _, s := range native {
		index.add(analysis.Index(s, lang.Code(language)).Sounds)
	}
	found := func(question string) int { return best(index.scores(analysis.Query(question, "").Sounds, k1, b)) }
	var n, nFour float64
	for i := 0; i < len(roman); i += 10 {
		n++
		if found(roman[i]) == i {
			whole++
		}
		if words := strings.Fields(roman[i]); len(words) >= 6 {
			nFour++
			if found(strings.Join(words[1:5], " ")) == i {
				four++
			}
		}
	}
	return whole / n, four / nFour
}
