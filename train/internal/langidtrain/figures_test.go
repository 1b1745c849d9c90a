//go:build !race

package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/train/traintest"
	"github.com/akshara-go/akshara/translate/detect"
	"github.com/akshara-go/akshara/translate/detect/langmodel"
	"github.com/akshara-go/akshara/translate/lang"
)

// figure is a line of the table that BenchmarkLanguage prints.
type figure struct {
	name   string
	value  float64
	bar    float64 // 0 where none is set
	detail string
}

func (f figure) meets() bool { return f.value >= f.bar }

// TestHeldOutFigures holds what the committed weights do on held-out texts to the bars.
func TestHeldOutFigures(t *testing.T) {
	for _, f := range figures(heldOutTexts(t)) {
		require.True(t, f.meets(), "%s: %.4f is below %.2f: %s", f.name, f.value, f.bar, f.detail)
	}
}

// BenchmarkLanguage prints the figures of language identification on the part
// of the development data that nothing was learnt from, and the time a sentence takes.
func BenchmarkLanguage(b *testing.B) {
	held := heldOutTexts(b)
	fmt.Printf("\nlanguage identification, held-out texts of the development data\n")
	for _, f := range figures(held) {
		bar := ""
		if f.bar > 0 {
			bar = fmt.Sprintf(">= %.2f", f.bar)
		}
		fmt.Printf("  %-58s %.4f  %-8s %s\n", f.name, f.value, bar, f.detail)
	}
	d := detect.New()
	sentences := atLeast(nativeTexts(held), sentenceWords)
	sentences = append(sentences, atLeast(romanisedTexts(held), sentenceWords)...)
	i := 0
	started := time.Now()
	for b.Loop() {
		d.Language(sentences[i%len(sentences)].body)
		i++
	}
	fmt.Printf("  %-58s %.1f µs   <= 20\n", "time a sentence", float64(time.Since(started).Nanoseconds())/1e3/float64(i))
	started = time.Now()
	for range 100 {
		detect.New()
	}
	fmt.Printf("  %-58s %.3f ms <= 1\n", "time to load", float64(time.Since(started).Nanoseconds())/1e6/100)
	if info, err := os.Stat("../../../translate/detect/weights.bin"); err == nil {
		fmt.Printf("  %-58s %.2f MB  <= 4\n", "weights", float64(info.Size())/1e6)
	}
}

func figures(held []text) []figure {
	d := detect.New()
	native := nativeTexts(held)
	sentences := atLeast(native, sentenceWords)
	long := slices.Concat(sentences, joined(native, 8, 12))
	five := slices.Concat(fiveWords(sentences), joined(native, 5, 5))
	roman, english := romanisedTexts(held), filter(held, func(t text) bool { return t.language == lang.English })
	var table []figure
	add := func(name string, bar float64, texts []text) {
		c := confuse(d, texts)
		table = append(table, figure{name, c.macroF1(), bar, fmt.Sprintf("%d texts; %s", len(texts), c.worst(4))})
	}
	add("macro-F1 of 23, sentences of 5 words and more", .97, sentences)
	add("macro-F1 of 23, the same and 8-12 words of joined entries", .97, long)
	add("macro-F1 of 23, 5 words of sentences and joined entries", .92, five)
	add("macro-F1 of 23, 5 words of sentences", 0, fiveWords(sentences))
	add("macro-F1 of 23, entries of 1-4 words", 0, filter(native, func(t text) bool { return words(t) < sentenceWords }))
	table = append(table,
		figure{"F1 of romanised against English, whole", romanF1(d, roman, english), .95, fmt.Sprintf("%d and %d texts", len(roman), len(english))},
		figure{"F1 of romanised against English, 5 words", romanF1(d, fiveWords(roman), fiveWords(english)), .95, ""})
	add("which of 11 when romanised, macro-F1, whole", .85, roman)
	add("which of 11 when romanised, macro-F1, 5 words", .85, fiveWords(roman))
	everything := slices.Concat(long, five, roman, fiveWords(roman))
	everything = filter(everything, func(t text) bool { return len(t.script.Languages()) > 1 || t.script == lang.Latin })
	table = append(table, figure{"expected calibration error, shared scripts, 5 words and more", calibrationError(d, everything), 0, fmt.Sprintf("%d texts", len(everything))})
	return table
}

// dataParts reads the development data once for all tests, which must not change it.
func dataParts(tb testing.TB) [3][]text {
	dir := filepath.Dir(traintest.Data(tb, "langid"))
	readOnce.Do(func() { readTexts, errRead = readParts(dir) })
	require.NoError(tb, errRead)
	return readTexts
}

var (
	readOnce  sync.Once
	readTexts [3][]text
	errRead   error
)

func TestPartsHaveNoSentenceInCommon(t *testing.T) {
	parts := dataParts(t)
	require.Greater(t, len(parts[learnt]), 5*len(parts[calibrated]))
	require.Greater(t, len(parts[heldOut]), len(parts[calibrated]))
	held := make(map[string]bool)
	for _, x := range parts[heldOut] {
		require.NotEqual(t, own, x.source)
		require.NotEqual(t, word, x.source)
		held[string(x.language)+string(x.script)+normalKey(x.body)] = true
	}
	for _, p := range []part{learnt, calibrated} {
		for _, x := range parts[p] {
			if x.source != word {
				require.False(t, held[string(x.language)+string(x.script)+normalKey(x.body)], x.body)
			}
		}
	}
}

func heldOutTexts(tb testing.TB) []text {
	return dataParts(tb)[heldOut]
}

func filter(texts []text, keep func(t text) bool) []text {
	return slices.DeleteFunc(slices.Clone(texts), func(t text) bool { return !keep(t) })
}

func words(t text) int { return len(strings.Fields(t.body)) }

func atLeast(texts []text, n int) []text {
	return filter(texts, func(t text) bool { return words(t) >= n })
}

// nativeTexts are the labelled ones; what was written over into another script is left out.
func nativeTexts(texts []text) []text {
	return filter(texts, func(t text) bool {
		return t.source == labelled && (t.language != lang.Manipuri || t.script == lang.MeeteiMayek)
	})
}

func romanisedTexts(texts []text) []text {
	return filter(texts, func(t text) bool { return t.source == romanised && t.script == lang.Latin })
}

// fiveWords gives five successive words of each text that has them.
func fiveWords(texts []text) []text {
	texts = atLeast(texts, 5)
	for i, t := range texts {
		w := strings.Fields(t.body)
		at := rand.New(rand.NewPCG(3, hash(t.body))).IntN(len(w) - 4)
		texts[i].body = strings.Join(w[at:at+5], " ")
	}
	return texts
}

// joined gives, for languages known mostly by entries of a lexicon, texts of
// least to most words, put together from held-out entries.
func joined(texts []text, least, most int) []text {
	entries := make(map[group][]text)
	for _, t := range texts {
		if words(t) < sentenceWords {
			g := group{t.language, t.script}
			entries[g] = append(entries[g], t)
		}
	}
	var found []text
	for _, t := range texts {
		of := entries[group{t.language, t.script}]
		if words(t) >= sentenceWords || len(of) < 50 {
			continue
		}
		r := rand.New(rand.NewPCG(99, hash(t.body)))
		n := least + r.IntN(most-least+1)
		for words(t) < n {
			t.body += " " + of[r.IntN(len(of))].body
		}
		t.body = strings.Join(strings.Fields(t.body)[:n], " ")
		found = append(found, t)
	}
	return found
}

// confusion counts what texts of each language were taken for.
type confusion map[lang.Code]map[lang.Code]int

func confuse(d *detect.Detector, texts []text) confusion {
	c := make(confusion)
	for _, t := range texts {
		if c[t.language] == nil {
			c[t.language] = make(map[lang.Code]int)
		}
		c[t.language][d.Language(t.body)]++
	}
	return c
}

func (c confusion) f1(l lang.Code) float64 {
	sum := 0
	for is, taken := range c {
		sum += taken[l]
		if is == l {
			for _, n := range taken {
				sum += n
			}
		}
	}
	return 2 * float64(c[l][l]) / float64(max(sum, 1))
}

func (c confusion) macroF1() float64 {
	sum := 0.0
	for l := range c {
		sum += c.f1(l)
	}
	return sum / float64(len(c))
}

// worst names the n languages with the lowest F1.
func (c confusion) worst(n int) string {
	var codes []lang.Code
	for _, l := range lang.Codes() {
		if c[l] != nil {
			codes = append(codes, l)
		}
	}
	slices.SortStableFunc(codes, func(a, b lang.Code) int { return int(math.Copysign(1, c.f1(a)-c.f1(b))) })
	var parts []string
	for _, l := range codes[:min(n, len(codes))] {
		parts = append(parts, fmt.Sprintf("%s %.2f", l, c.f1(l)))
	}
	return strings.Join(parts, ", ")
}

// romanF1 is the F1 of telling romanised texts, of whatever language, from English ones.
func romanF1(d *detect.Detector, roman, english []text) float64 {
	var right, missed, wrong int
	for _, t := range roman {
		if got := d.Language(t.body); got != lang.English && got != "" {
			right++
		} else {
			missed++
		}
	}
	for _, t := range english {
		if got := d.Language(t.body); got != lang.English && got != "" {
			wrong++
		}
	}
	return 2 * float64(right) / float64(2*right+wrong+missed)
}

// calibrationError is the mean, over texts, of the difference between
// confidence and share of right answers in each of ten bins of confidence
// (Naeini, Cooper and Hauskrecht 2015).
func calibrationError(d *detect.Detector, texts []text) float64 {
	var confidence, right, n [10]float64
	for _, t := range texts {
		found, err := d.Detect(context.Background(), t.body)
		if err != nil || len(found) == 0 {
			continue
		}
		bin := min(9, int(found[0].Confidence*10))
		n[bin]++
		confidence[bin] += found[0].Confidence
		if found[0].Language == t.language {
			right[bin]++
		}
	}
	sum, total := 0.0, 0.0
	for i := range n {
		sum += math.Abs(confidence[i] - right[i])
		total += n[i]
	}
	return sum / total
}

// TestTheCommittedWeightsComeOutAgain learns the smallest of the models anew
// and compares it, byte by byte, with the one that is part of package detect.
func TestTheCommittedWeightsComeOutAgain(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the exponential function rounds otherwise on " + runtime.GOARCH + ": weights are learnt on amd64")
	}
	if testing.Short() {
		t.Skip("learning takes seconds")
	}
	parts := dataParts(t)
	file, err := os.ReadFile(filepath.FromSlash("../../../translate/detect/weights.bin"))
	require.NoError(t, err)
	committed, err := langmodel.Decode(file)
	require.NoError(t, err)
	at := slices.IndexFunc(shared, func(s settings) bool { return s.script == lang.BengaliScript })
	learnt := learnModel(shared[at], compose(parts[learnt]), compose(parts[calibrated]))
	require.True(t, slices.Equal(langmodel.Encode(committed[at:at+1]), langmodel.Encode([]*langmodel.Model{learnt})),
		"the weights are not those that this program learns: run make train-detect")
}
