// Package detect finds the language of a text in process: by the script first,
// then, where several languages share one, by a linear classifier of character
// n-grams and words, whose learnt weights are part of the package.
//
//	d := detect.New()
//	fmt.Println(d.Language("ताजमहाल कोणी बांधला?"))        // mr
//	fmt.Println(d.Language("taj mahal kisne banwaya tha")) // hi
//	fmt.Println(d.Segments("मुझे passport renew करना है")) // hi, en, hi: with their places
//
// Sentences and ordinary questions are told apart well. A single word often
// belongs to several languages: the confidence is low then, and the language
// with more readers comes first. A text in none of the 23 languages gives nothing.
//
// # How it works
//
// Character n-grams are the classical features for this task (Cavnar and
// Trenkle, N-Gram-Based Text Categorization, 1994). They are hashed into a table
// of fixed size (Weinberger et al., Feature Hashing for Large Scale Multitask
// Learning, 2009) with one row of weights for each, learnt by logistic
// regression; package langmodel has the details. Probabilities are made honest
// by temperature scaling (Guo et al., On Calibration of Modern Neural Networks,
// 2017), one temperature for each class of lengths, and weighed by how often a
// language is written by those who ask. Segments are the best path of a hidden
// Markov model over the words (Viterbi 1967; for mixed texts King and Abney,
// Labeling the Languages of Words in Mixed-Language Documents, 2013).
//
// The README beside this file names the data that the weights were learnt from,
// their licences and what was measured; `make train-detect` learns them anew.
package detect

import (
	"cmp"
	"context"
	_ "embed"
	"slices"

	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/detect/langmodel"
	"github.com/akshara-go/akshara/translate/lang"
)

const (
	maxBytes      = 16 << 10 // how much of a text is looked at: some 2,000 words
	minConfidence = 0.01     // a less likely language is left out
	surelyNone    = 0.8      // how likely it must be that a single word is in none of the languages
)

//go:embed weights.bin
var weights []byte // read only

// Detector tells the 23 languages apart, and of romanised text the eleven that
// are often typed so: hi bn te mr ta ur gu kn ml pa sd. It may be used concurrently.
type Detector struct {
	shared map[lang.Script]*langmodel.Model // for scripts of several languages
	single map[lang.Script]lang.Code        // for scripts of one
}

var (
	_ translate.Detector = (*Detector)(nil)
)

// New makes a Detector with the weights of this package. It takes microseconds.
func New() *Detector {
	models, err := langmodel.Decode(weights)
	if err != nil {
		panic(err) // the file is part of the program, and the tests read it
	}
	return WithModels(models)
}

// WithModels makes a Detector with other models, at most one for a script: for
// weights learnt from one's own texts. A script without a model has the
// language whose default script it is, so that none of those that languages share should be missing.
func WithModels(models []*langmodel.Model) *Detector {
	d := &Detector{shared: make(map[lang.Script]*langmodel.Model), single: make(map[lang.Script]lang.Code)}
	for _, m := range models {
		d.shared[m.Script] = m
	}
	for _, l := range lang.All() {
		s := l.Scripts[0]
		if _, taken := d.single[s]; d.shared[s] == nil && !taken {
			d.single[s] = l.Code
		}
	}
	return d
}

// Language gives the most likely language of text; empty when it is in none of the 23.
func (d *Detector) Language(text string) lang.Code {
	if found := d.detect(text); len(found) > 0 {
		return found[0].Language
	}
	return ""
}

// Detect gives the languages that text may be in, the most likely first. All
// have the script that leads in the text, where a letter of Latin counts half:
// a sentence keeps its language when names and terms in it are English.
//
// Text without letters, in another script, or more likely in none of the 23
// languages than in any of them gives none; a single word does so only when it
// is all but sure, since languages borrow words from each other. A text of
// unknown words, such as a name, is taken for one of the languages that most
// askers write in its script, as a rule at a confidence below one half. Only the first 16 KiB are looked at. The only
// error is that of a context which has ended.
func (d *Detector) Detect(ctx context.Context, text string) ([]translate.Detection, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return d.detect(text), nil
}

func (d *Detector) detect(text string) []translate.Detection {
	text = langmodel.Normalize(langmodel.Clip(text, maxBytes))
	script := leading(text)
	if c, ok := d.single[script]; ok {
		return []translate.Detection{{Language: c, Script: script, Confidence: 1}}
	}
	m := d.shared[script]
	if m == nil {
		return nil
	}
	return rank(m, text)
}

// leading gives the script with the most letters, Latin ones counting half.
func leading(text string) lang.Script {
	var best lang.Script
	most := 0
	for _, s := range lang.Scripts(text) {
		n := 2 * s.Letters
		if s.Script == lang.Latin {
			n = s.Letters
		}
		if n > most {
			best, most = s.Script, n
		}
	}
	return best
}

// rank gives the languages of a model that text may be in; none when it most likely is in none of them.
func rank(m *langmodel.Model, text string) []translate.Detection {
	sums := m.Sum(text)
	if sums.Words == 0 {
		return nil
	}
	p := m.Probabilities(&sums)
	found := make([]translate.Detection, 0, len(m.Labels))
	for i, l := range m.Labels {
		if p[i] >= minConfidence {
			found = append(found, translate.Detection{Language: l, Script: m.Script, Confidence: p[i]})
		}
	}
	slices.SortStableFunc(found, func(a, b translate.Detection) int { return cmp.Compare(b.Confidence, a.Confidence) })
	if found[0].Language == langmodel.None && (sums.Words > 1 || found[0].Confidence >= surelyNone) {
		return nil
	}
	return slices.DeleteFunc(found, func(d translate.Detection) bool { return d.Language == langmodel.None })
}
