//go:build !race

package llmcache

import (
	"encoding/binary"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/train/traintest"
	"github.com/akshara-go/akshara/translate/lang"
)

// asking is a question of XQuAD's development half with its vector, by multilingual-e5-small.
type asking struct {
	language  lang.Code
	paragraph int // all of them counted
	text      string
	asked     asked
}

// questions gives the questions in Hindi and English, in the order of the vectors.
func questions(t *testing.T) (all []asking) {
	t.Helper()
	vectors := readVectors(t)
	for _, code := range []lang.Code{lang.Hindi, lang.English} {
		paragraph := 0
		for _, article := range traintest.XQuAD(t, code) {
			for _, p := range article.Paragraphs {
				paragraph++
				for _, q := range p.Questions {
					a := asking{language: code, paragraph: paragraph, text: q.Text}
					a.asked.Words, a.asked.Kept = written(&llm.Grounding{Question: q.Text, Language: code})
					a.asked.Vector = vectors[len(all)]
					all = append(all, a)
				}
			}
		}
	}
	return all
}

// readVectors reads the vectors of the questions: count, dimension, scales, int8 rows.
func readVectors(t *testing.T) []rag.Vector {
	t.Helper()
	b, err := os.ReadFile(traintest.Data(t, "vectors/e5small.queries.i8"))
	require.NoError(t, err)
	n, dim := int(binary.LittleEndian.Uint32(b[4:])), int(binary.LittleEndian.Uint32(b[8:]))
	scales, rows := b[12:12+4*n], b[12+4*n:]
	list := make([]rag.Vector, n)
	for i := range list {
		scale := math.Float32frombits(binary.LittleEndian.Uint32(scales[4*i:]))
		list[i] = make(rag.Vector, dim)
		for j := range list[i] {
			list[i][j] = float32(int8(rows[i*dim+j])) * scale
		}
	}
	return list
}

// Different questions about one paragraph are the hardest to tell apart, and
// may not be given each other's answers.
func TestQuestionsAboutOneParagraphStayApart(t *testing.T) {
	all := questions(t)
	var cosines []float64
	thresholds := []float64{DefaultAlike, .99, .97}
	alike := make([]int, len(thresholds))
	pairs, spelt := 0, 0
	for i := range all {
		for j := range i {
			a, b := &all[i], &all[j]
			if a.language != b.language || a.text == b.text {
				continue
			}
			if a.asked.Words == b.asked.Words {
				spelt++
			}
			if a.paragraph != b.paragraph {
				continue
			}
			pairs++
			c := cosine(a.asked.Vector, b.asked.Vector)
			cosines = append(cosines, c)
			for k, least := range thresholds {
				if a.asked.same(&b.asked, least) {
					alike[k]++
				}
			}
		}
	}
	slices.Sort(cosines)
	t.Logf("%d pairs of questions about one paragraph; %d of all have the same words; taken for the same from %v on: %v; cosines: median %.3f, .99 %.3f, highest %.3f",
		pairs, spelt, thresholds, alike, cosines[len(cosines)/2], cosines[len(cosines)*99/100], cosines[len(cosines)-1])
	require.Zero(t, spelt)
	require.LessOrEqual(t, alike[0], pairs/1000)
}
