package analysis_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/train/traintest"
	"github.com/akshara-go/akshara/translate/lang"
)

// passageBytes is about how long the passages of the benchmarks are.
const passageBytes = 1500

// sample is development text of a language in a script, cut to passages of the usual length.
type sample struct {
	code     lang.Code
	script   lang.Script
	passages []string
	bytes    int64
}

func (s *sample) String() string { return fmt.Sprintf("%s-%s", s.code, s.script) }

// samples gives the text of each language and script of the development data.
func samples(t testing.TB) []*sample {
	t.Helper()
	of := map[string]*sample{}
	var all []*sample
	for _, line := range traintest.Lines(t, "langid/train.tsv.gz") {
		f := strings.SplitN(strings.TrimSpace(line), "\t", 3)
		if len(f) < 3 {
			continue
		}
		key := f[0] + f[1]
		s := of[key]
		if s == nil {
			s = &sample{code: lang.Code(f[0]), script: lang.Script(f[1]), passages: []string{""}}
			of[key] = s
			all = append(all, s)
		}
		last := &s.passages[len(s.passages)-1]
		*last += f[2] + " "
		s.bytes += int64(len(f[2]) + 1)
		if len(*last) >= passageBytes {
			s.passages = append(s.passages, "")
		}
	}
	slices.SortFunc(all, func(a, b *sample) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// BenchmarkTokens and BenchmarkIndex give MB of text a second on one core, of
// every language and script, none of whose words was met before.
func BenchmarkTokens(b *testing.B) {
	var tokens []analysis.Token
	each(b, func(text string, code lang.Code) { tokens = analysis.Append(tokens[:0], text, code) })
}

func BenchmarkIndex(b *testing.B) {
	each(b, func(text string, code lang.Code) { analysis.Index(text, code) })
}

// BenchmarkIndexOn is of the second half of each text, once the first was
// analysed: what a text costs in the midst of a collection.
func BenchmarkIndexOn(b *testing.B) {
	for _, s := range samples(b) {
		half := len(s.passages) / 2
		b.Run(s.String(), func(b *testing.B) {
			b.SetBytes(int64(len(strings.Join(s.passages[half:], ""))))
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				analysis.Forget()
				for _, p := range s.passages[:half] {
					analysis.Index(p, s.code)
				}
				b.StartTimer()
				for _, p := range s.passages[half:] {
					analysis.Index(p, s.code)
				}
			}
		})
	}
}

// BenchmarkIndexXQuAD is of whole paragraphs of Wikipedia.
func BenchmarkIndexXQuAD(b *testing.B) {
	for _, l := range []lang.Code{lang.Hindi, lang.English} {
		passages, _ := xquad(b, l)
		b.Run(string(l), func(b *testing.B) {
			b.SetBytes(int64(len(strings.Join(passages, ""))))
			b.ReportAllocs()
			for b.Loop() {
				analysis.Forget()
				for _, p := range passages {
					analysis.Index(p, l)
				}
			}
		})
	}
}

func each(b *testing.B, analyse func(text string, code lang.Code)) {
	for _, s := range samples(b) {
		b.Run(s.String(), func(b *testing.B) {
			b.SetBytes(s.bytes)
			b.ReportAllocs()
			for b.Loop() {
				analysis.Forget()
				for _, p := range s.passages {
					analyse(p, s.code)
				}
			}
		})
	}
}
