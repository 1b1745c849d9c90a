package llmcache

import (
	"context"
	"log/slog"
	"math"
	"slices"
	"strings"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/llm"
)

// DefaultAlike is the cosine from which on two questions are taken to mean the
// same, if their function words and numbers are the same. No threshold tells
// paraphrases from questions that differ in one word: with vectors of
// multilingual-e5-small "who is the chair of the IPCC?" has .991 with the same of
// the vice-chair in Hindi, and true paraphrases have .990. Of the 3,296 pairs of
// XQuAD's development questions about one paragraph, 1 is taken for the same at
// .995 ("one algorithm", "another algorithm"), 3 at .99, 4 at .97; without regard
// to function words 37 at .97. None has the words of another.
const DefaultAlike = 0.995

// asked is a question in the forms that are compared.
type asked struct {
	Words  string     `json:",omitempty"` // all of it, in one spelling
	Kept   []string   `json:",omitempty"` // the words that no paraphrase may change: see written; sorted
	Vector rag.Vector `json:",omitempty"`
}

// ask puts a question into its forms.
func (m *Model) ask(ctx context.Context, g *llm.Grounding) asked {
	a := asked{}
	a.Words, a.Kept = written(g)
	if m.opts.Embedder == nil {
		return a
	}
	wait, cancel := context.WithTimeout(ctx, m.opts.Wait)
	defer cancel()
	vectors, err := m.opts.Embedder.Embed(wait, rag.EmbedQuery, []string{g.Question})
	if err != nil || len(vectors) != 1 {
		m.opts.Logger.WarnContext(ctx, "comparing questions by their words alone", slog.Any("error", err))
		return a
	}
	a.Vector = vectors[0]
	return a
}

// written gives the words of a question in their one spelling (see
// [analysis.Normalize]), without the gaps between them, since writers cut words at
// will; only between two numbers there is one, since "3(1)" is not 31. Their sound
// would meet more, other scripts too, but is the same for "फल" and "फूल", which are not
// to be given each other's answers. kept are its function words, each once, and its
// numbers: "who" and "when", "one" and "another", "not" and 1998 are what vectors
// hardly see.
func written(g *llm.Grounding) (words string, kept []string) {
	var b strings.Builder
	figure := false // the word before ends with one
	for _, t := range analysis.Tokens(g.Question, g.Language) {
		if t.Stop || strings.ContainsAny(t.Word, figures) {
			kept = append(kept, t.Word)
		}
		if figure && strings.IndexAny(t.Word, figures) == 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.Word)
		figure = t.Word != "" && strings.LastIndexAny(t.Word, figures) == len(t.Word)-1
	}
	slices.Sort(kept)
	return b.String(), slices.Compact(kept)
}

// figures are the digits that words are normalised to.
const figures = "0123456789"

// same tells whether two questions ask the same: they have the same words, or
// the same function words and numbers and vectors that are alike.
func (a *asked) same(b *asked, alike float64) bool {
	if a.Words == b.Words {
		return true
	}
	return len(a.Vector) > 0 && len(a.Vector) == len(b.Vector) && slices.Equal(a.Kept, b.Kept) && cosine(a.Vector, b.Vector) >= alike
}

// cosine gives the cosine of two vectors, 0 where one is zero or no number.
func cosine(a, b rag.Vector) float64 {
	var ab, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	if c := ab / math.Sqrt(aa*bb); c == c {
		return c
	}
	return 0
}
