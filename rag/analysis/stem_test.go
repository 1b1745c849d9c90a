//go:build !race

package analysis_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/translate/lang"
)

// Four words of a sentence against 2,500 sentences, as they stand and each in
// another form that the sentences have of its stem, by surface words and by stems. There are no judged questions in these languages: the first pair
// tells that stems keep sentences apart as well as words do, the second what
// they are for. The second takes the stemmer's word for what a form is.
func TestStemsFindSentences(t *testing.T) {
	for _, code := range strings.Fields("hi bn gu kn ml mr pa sd ta te ur") {
		c := newCollection(t, lang.Code(code))
		same, other := c.recall(false), c.recall(true)
		t.Logf("%s: R@1 as they stand: words %.3f, stems %.3f; other forms: words %.3f, stems %.3f", code, same[0], same[1], other[0], other[1])
		require.GreaterOrEqual(t, same[1], same[0]-0.03, code)
		require.Greater(t, other[1], other[0], code)
	}
}

// collection holds sentences by their words and by their stems.
type collection struct {
	sentences [][]analysis.Token
	by        [2]*bm25
	forms     map[string][]string // words of a stem
}

func newCollection(t *testing.T, code lang.Code) *collection {
	t.Helper()
	native, _ := romanised(t, string(code))
	c := &collection{by: [2]*bm25{newBM25(), newBM25()}, forms: map[string][]string{}}
	seen := map[string]bool{}
	for _, text := range native {
		tokens := analysis.Tokens(text, code)
		c.sentences = append(c.sentences, tokens)
		c.by[0].add(terms(tokens, func(t analysis.Token) string { return t.Word }))
		c.by[1].add(terms(tokens, func(t analysis.Token) string { return t.Stem }))
		for _, tok := range tokens {
			if !seen[tok.Word] {
				seen[tok.Word] = true
				c.forms[tok.Stem] = append(c.forms[tok.Stem], tok.Word)
			}
		}
	}
	return c
}

func terms(tokens []analysis.Token, key func(analysis.Token) string) []analysis.Term {
	var list []analysis.Term
	for _, t := range tokens {
		if !t.Stop {
			list = append(list, analysis.Term{Text: key(t), Count: 1})
		}
	}
	return list
}

// recall gives the share of sentences found first by words and by stems.
func (c *collection) recall(changed bool) (share [2]float64) {
	n := 0.0
	for i := 0; i < len(c.sentences); i += 5 {
		var asked []analysis.Token
		for _, t := range c.sentences[i] {
			if !t.Stop && len(asked) < 4 {
				asked = append(asked, t)
			}
		}
		if len(asked) < 4 || changed && !c.change(asked) {
			continue
		}
		n++
		for leg, key := range []func(analysis.Token) string{func(t analysis.Token) string { return t.Word }, func(t analysis.Token) string { return t.Stem }} {
			if best(c.by[leg].scores(terms(asked, key), k1, b)) == i {
				share[leg]++
			}
		}
	}
	return [2]float64{share[0] / n, share[1] / n}
}

// change puts another form in the place of each word that has one, and tells whether any has.
func (c *collection) change(asked []analysis.Token) (changed bool) {
	for i := range asked {
		for _, form := range c.forms[asked[i].Stem] {
			if form != asked[i].Word {
				asked[i].Word, changed = form, true
				break
			}
		}
	}
	return changed
}

// A stem is a beginning of its word (its vowels folded), is never empty and does
// not end in a virama; few words share one: all words of the development text.
func TestStemsOfEveryWord(t *testing.T) {
	for _, s := range samples(t) {
		words, merged, largest := stemClasses(t, s)
		t.Logf("%s: %d words, %.2f share a stem with another, at most %d", s, words, merged, largest)
		require.Less(t, merged, 0.6, s)
		require.Less(t, largest, 40, s)
	}
}

func stemClasses(t *testing.T, s *sample) (words int, merged float64, largest int) {
	t.Helper()
	class, seen := map[string]int{}, map[string]bool{}
	for _, passage := range s.passages {
		for _, tok := range analysis.Tokens(passage, s.code) {
			if tok.Stop || seen[tok.Word] || lang.ScriptOf(tok.Word) != s.script {
				continue
			}
			seen[tok.Word] = true
			class[tok.Stem]++
			require.NotEmpty(t, tok.Stem, tok.Word)
			if s.script == lang.Latin {
				continue
			}
			require.LessOrEqual(t, len(tok.Stem), len(tok.Word), tok.Word)
			require.Equal(t, short(tok.Word[:len(tok.Stem)]), short(tok.Stem), tok.Word)
			require.NotContains(t, "्্੍્୍்్್്", tok.Stem[len(tok.Stem)-min(3, len(tok.Stem)):], tok.Word)
		}
	}
	shared := 0
	for _, n := range class {
		largest = max(largest, n)
		if n > 1 {
			shared += n
		}
	}
	return len(seen), float64(shared) / float64(len(seen)), largest
}

// short gives text with the long vowels that stems have short.
func short(text string) string {
	return strings.NewReplacer("ई", "इ", "ऊ", "उ", "ी", "ि", "ू", "ु", "ঈ", "ই", "ঊ", "উ", "ী", "ি", "ূ", "ু", "ਈ", "ਇ", "ਊ", "ਉ", "ੀ", "ਿ", "ੂ", "ੁ",
		"ઈ", "ઇ", "ઊ", "ઉ", "ી", "િ", "ૂ", "ુ", "ଈ", "ଇ", "ଊ", "ଉ", "ୀ", "ି", "ୂ", "ୁ").Replace(text)
}
