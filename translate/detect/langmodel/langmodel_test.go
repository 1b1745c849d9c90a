package langmodel_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/detect/langmodel"
	"github.com/akshara-go/akshara/translate/lang"
)

func wordsOf(text string, script lang.Script) (found []string) {
	langmodel.Words(text, script, func(start, end int, word []rune) bool {
		found = append(found, strings.Trim(string(word), "\uFFFF")+"="+text[start:end])
		return true
	})
	return found
}

func TestWordsAreFoldedAndKnowTheirPlace(t *testing.T) {
	require.Equal(t, []string{"don't=Don’t", "go=GO", "é=É"}, wordsOf("Don’t GO 12 'É' हिन्दी", lang.Latin))
	require.Equal(t, []string{"हिन्दी=हिन्\u200dदी", "में=में"}, wordsOf("हिन्\u200dदी १२ में\u200d text", lang.Devanagari))
	require.Equal(t, []string{"كتابٌ=كتابٌ"}, wordsOf("كتابٌ", lang.Arabic)[:1])
	require.Empty(t, wordsOf("123 ।॥ '’ \xff\xfe", lang.Devanagari))
}

func TestLongWordsAreCut(t *testing.T) {
	found := wordsOf(strings.Repeat("a", 95), lang.Latin)
	require.Len(t, found, 3)
	require.Len(t, found[2], len("=")+2*15)
}

func TestWordsStopWhenAsked(t *testing.T) {
	n := 0
	langmodel.Words("one two three", lang.Latin, func(int, int, []rune) bool { n++; return n < 2 })
	require.Equal(t, 2, n)
}

func TestFeatures(t *testing.T) {
	var short, long []uint32
	langmodel.Words("hai rajdhani", lang.Latin, func(start, _ int, word []rune) bool {
		if start == 0 {
			short = langmodel.AppendFeatures(nil, word)
		} else {
			long = langmodel.AppendFeatures(nil, word)
		}
		return true
	})
	require.Len(t, short, 3+4+3+2+1, "n-grams of 1 to 5 of ^hai$, without the bare edges")
	require.Len(t, long, 8+9+8+7+6+1, "and the word as a whole")
	require.Equal(t, uint32(0x336c1847), fold(long), "weights fit these hashes and no others: a change here needs a new version of the file")
	word := []rune(strings.Repeat("x", 42))
	require.LessOrEqual(t, len(langmodel.AppendFeatures(nil, word)), langmodel.MaxFeatures)
}

func fold(hashes []uint32) (h uint32) {
	for _, x := range hashes {
		h = h*31 + x
	}
	return h
}

func TestClip(t *testing.T) {
	require.Equal(t, "नम", langmodel.Clip("नमस्ते", 8))
	require.Equal(t, "नमस्ते", langmodel.Clip("नमस्ते", 100))
	require.Equal(t, "", langmodel.Clip(strings.Repeat("\x80", 20), 10))
}

func TestNormalize(t *testing.T) {
	require.Equal(t, "é", langmodel.Normalize("e\u0301"))
	require.Equal(t, langmodel.Normalize("क़"), langmodel.Normalize("क\u093c"))
}

// model makes a model in which feature weights are set by learning one word for each label.
func model(words ...string) *langmodel.Model {
	m := &langmodel.Model{Script: lang.Latin, Bits: 12, Step: 0.1}
	for i := range words {
		m.Labels = append(m.Labels, []lang.Code{lang.English, lang.Hindi, langmodel.None}[i])
	}
	m.Bias, m.Prior = make([]float32, len(words)), make([]float32, len(words))
	m.Weights = make([]byte, len(words)<<m.Bits)
	for i := range m.Sharpness {
		m.Sharpness[i] = 1
	}
	for label, w := range words {
		langmodel.Words(w, lang.Latin, func(_, _ int, word []rune) bool {
			for _, h := range langmodel.AppendFeatures(nil, word) {
				m.Weights[int(h>>(32-m.Bits))*len(words)+label] = 20
			}
			return true
		})
	}
	return m
}

func TestProbabilities(t *testing.T) {
	m := model("which", "kaunsa", "warum")
	sums := m.Sum("kaunsa")
	p := m.Probabilities(&sums)
	require.Greater(t, p[1], .9)
	require.InDelta(t, 1, p[0]+p[1]+p[2], 1e-9)

	var none langmodel.Sums
	p = m.Probabilities(&none)
	require.InDelta(t, 1.0/3, p[0], 1e-9, "no words say nothing")
	m.Prior[0] = 5
	require.Greater(t, m.Probabilities(&none)[0], .9, "but the prior does")

	a, b := m.Sum("which"), m.Sum("kaunsa")
	a.Add(&b)
	require.Equal(t, m.Sum("which kaunsa"), a)
}

func TestLengthClasses(t *testing.T) {
	for words, class := range map[int]int{0: 0, 1: 0, 2: 1, 3: 2, 4: 2, 5: 3, 8: 3, 9: 4, 16: 4, 17: 5, 5000: 5} {
		require.Equal(t, class, langmodel.LengthClass(words), words)
	}
}

func TestEncodedModelsComeBack(t *testing.T) {
	models := []*langmodel.Model{model("which", "kaunsa", "warum"), model("a", "b")}
	models[1].Bias[0], models[1].Prior[1], models[1].Sharpness[5] = 1.5, -2, 3
	found, err := langmodel.Decode(langmodel.Encode(models))
	require.NoError(t, err)
	require.Equal(t, models, found)
}

func TestDecodeRefusesWhatIsNoModel(t *testing.T) {
	whole := langmodel.Encode([]*langmodel.Model{model("which", "kaunsa")})
	for n := range 200 {
		_, err := langmodel.Decode(whole[:n])
		require.ErrorIs(t, err, langmodel.ErrFormat, n)
	}
	_, err := langmodel.Decode(append(whole, 0))
	require.ErrorContains(t, err, "1 bytes too many")
	_, err = langmodel.Decode([]byte("AKLID\x02\x00"))
	require.ErrorContains(t, err, "begin otherwise")
	bad := append([]byte(nil), whole...)
	bad[6] = 200
	_, err = langmodel.Decode(bad)
	require.ErrorContains(t, err, "200 of them")
	bad = append([]byte(nil), whole...)
	binary.LittleEndian.PutUint32(bad[len("AKLID\x01\x01\x04Latn\x02\x02en\x02hi\x0c"):], 0x7FC00000)
	_, err = langmodel.Decode(bad)
	require.ErrorContains(t, err, "a number that is none")
}

func ExampleModel_Probabilities() {
	m := model("which", "kaunsa")
	sums := m.Sum("Kaunsa?")
	p := m.Probabilities(&sums)
	fmt.Println(m.Labels[0], p[0] > .5, m.Labels[1], p[1] > .5)
	// Output: en false hi true
}

func FuzzDecode(f *testing.F) {
	small := model("a", "b")
	small.Bits, small.Weights = 1, make([]byte, 4)
	f.Add(langmodel.Encode([]*langmodel.Model{small}))
	f.Add([]byte("AKLID\x01\x01\x04Latn\x10"))
	f.Fuzz(func(t *testing.T, b []byte) {
		models, err := langmodel.Decode(b)
		if err != nil {
			require.ErrorIs(t, err, langmodel.ErrFormat)
			return
		}
		for _, m := range models {
			sums := m.Sum("किसने taj تاج")
			m.Probabilities(&sums)
		}
		require.Equal(t, b, langmodel.Encode(models))
	})
}

func BenchmarkSum(b *testing.B) {
	m := model("which", "kaunsa", "warum")
	text := "iske aane se purva hi log gharon ki safai ka karya shuru kar dete hain"
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		m.Sum(text)
	}
}
