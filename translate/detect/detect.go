// Package detect finds the language of a text in process, without a model: by
// the script first, then, where several languages share one, by their frequent
// words, the endings of their words and the letters that only some of them use.
//
//	d := detect.New()
//	fmt.Println(d.Language("ताजमहाल कोणी बांधला?"))        // mr
//	fmt.Println(d.Language("taj mahal kisne banwaya tha")) // hi
//
// Sentences and ordinary questions are told apart well. A single word often
// belongs to several languages, and a rare word to none that is known here: the
// confidence is low then, and the language with more readers comes first.
package detect

import (
	"cmp"
	"context"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

const (
	maxBytes      = 16 << 10 // how much of a text is looked at: some 2,000 words
	minConfidence = 0.01     // a less likely language is left out
)

// Detector tells the 23 languages apart, and of romanised text the eleven that
// are often typed so: hi bn te mr ta ur gu kn ml pa sd. It may be used concurrently.
type Detector struct {
	shared map[lang.Script]*classifier // for scripts of several languages
	single map[lang.Script]lang.Code   // for scripts of one
}

var _ translate.Detector = (*Detector)(nil)

// New makes a Detector. It takes about a millisecond: make one and keep it.
func New() *Detector {
	d := &Detector{
		shared: map[lang.Script]*classifier{
			lang.Devanagari:    newClassifier(lang.Devanagari, devanagariProfiles),
			lang.Arabic:        newClassifier(lang.Arabic, arabicProfiles),
			lang.BengaliScript: newClassifier(lang.BengaliScript, bengaliProfiles),
			lang.Latin:         newClassifier(lang.Latin, latinProfiles),
		},
		single: make(map[lang.Script]lang.Code),
	}
	for _, l := range lang.All() {
		if s := l.Scripts[0]; d.shared[s] == nil {
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
// Text without letters, in another script, or in a European language whose
// words are known gives none. A text of unknown words, such as a name, is taken
// for one of the languages that most askers write in its script, at a
// confidence below one half. Only the first 16 KiB are looked at. The only
// error is that of a context which has ended.
func (d *Detector) Detect(ctx context.Context, text string) ([]translate.Detection, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return d.detect(text), nil
}

func (d *Detector) detect(text string) []translate.Detection {
	text = head(text, maxBytes)
	script := leading(text)
	if c, ok := d.single[script]; ok {
		return []translate.Detection{{Language: c, Script: script, Confidence: 1}}
	}
	c := d.shared[script]
	if c == nil {
		return nil
	}
	return c.rank(text)
}

// head cuts text after at most n bytes, not inside a rune.
func head(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// leading gives the script with the most letters, Latin ones counting half.
func leading(text string) lang.Script {
	var best lang.Script
	most := 0.0
	for _, s := range lang.Scripts(text) {
		n := float64(s.Letters)
		if s.Script == lang.Latin {
			n /= 2
		}
		if n > most {
			best, most = s.Script, n
		}
	}
	return best
}

// rank turns the scores of a text into detections. Scores are sums of logarithms,
// so that their exponentials, divided by the sum, serve as confidences.
func (c *classifier) rank(text string) []translate.Detection {
	scores := c.score(text)
	n := len(c.languages)
	top := slices.Max(scores[:n])
	sum := 0.0
	for i := range n {
		scores[i] = math.Exp(scores[i] - top)
		sum += scores[i]
	}
	found := make([]translate.Detection, 0, n)
	for i, p := range scores[:n] {
		if p /= sum; p >= minConfidence {
			found = append(found, translate.Detection{Language: c.languages[i], Script: c.script, Confidence: p})
		}
	}
	slices.SortStableFunc(found, func(a, b translate.Detection) int { return cmp.Compare(b.Confidence, a.Confidence) })
	if found[0].Language == "" {
		return nil // in Latin letters and most likely none of the 23
	}
	return slices.DeleteFunc(found, func(d translate.Detection) bool { return d.Language == "" })
}
