package analysis

import (
	"slices"
	"strings"
	"sync"

	"github.com/akshara-go/akshara/translate/lang"
)

// Synonyms gives the stems of other words that stand for the same thing as the
// word with this stem, in a question in a language; none is nil. There is a list
// for Hindi, which questions without a language are asked in by default. The
// result is shared and must not be changed.
//
// A passage keeps its own words: synonyms belong to questions, where they cost
// no room in an index and can be weighted.
func Synonyms(stem string, code lang.Code) []string {
	switch code {
	case lang.Hindi, lang.Auto, "":
		return hindiThesaurus()[stem]
	}
	return nil
}

var hindiThesaurus = sync.OnceValue(func() map[string][]string { return thesaurus(lang.Hindi, hindiSynonyms) })

// thesaurus gives for each stem of some groups of words the others of its groups.
func thesaurus(code lang.Code, groups string) map[string][]string {
	others := make(map[string][]string)
	for group := range strings.SplitSeq(groups, "|") {
		tokens := Tokens(group, code)
		for i := range tokens {
			stem := tokens[i].Stem
			for j := range tokens {
				if other := tokens[j].Stem; other != stem && !slices.Contains(others[stem], other) {
					others[stem] = append(others[stem], other)
				}
			}
		}
	}
	return others
}
