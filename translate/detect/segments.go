package detect

import (
	"cmp"
	"context"
	"math"
	"slices"

	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/detect/langmodel"
	"github.com/akshara-go/akshara/translate/lang"
)

const (
	// switchCost is what the best path pays for a change of language between
	// two words, in natural logarithms of probability: the odds of a change are about one in seven.
	switchCost = 2.0

	// leastShare is the probability that a language has at least after the whole
	// text was read, for the path to turn to it: a word or two of another
	// language leave little trace in the whole.
	leastShare = 0.01

	// englishShare is the same for English inside a text of other languages,
	// and where another script leads: what is in Latin letters there mostly is English.
	englishShare = 0.1
	termShare    = 0.5

	// leastWord is the probability that one word takes from a language at most.
	leastWord = 0.02
)

// Segments gives the parts of text that are in one language and script. Words
// of different scripts are in different segments; words of one script are given
// the languages that explain them best together when a change of language costs
// something, so that a name inside a sentence stays with it. Words that are most
// likely in none of the 23 languages are in no segment.
//
// Only the first 16 KiB are looked at. The only error is that of a context
// which has ended.
func (d *Detector) Segments(ctx context.Context, text string) ([]translate.Segment, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	n := normalized(langmodel.Clip(text, maxBytes))
	lead := leading(n.text)
	var words []token
	for _, s := range lang.Scripts(n.text) {
		words = append(words, d.tokens(n.text, s.Script, s.Script != lead)...)
	}
	slices.SortFunc(words, func(a, b token) int { return cmp.Compare(a.start, b.start) })
	return d.merge(words, n), nil
}

// token is a word with the language that the best path gives it.
type token struct {
	start, end int
	script     lang.Script
	label      int // position among the model's labels; 0 where the script has one language
	sums       langmodel.Sums
}

// tokens gives the words of text in a script, labelled. In a guest script another one leads the text.
func (d *Detector) tokens(text string, script lang.Script, guest bool) []token {
	m := d.shared[script]
	if _, known := d.single[script]; m == nil && !known {
		return nil
	}
	var words []token
	var whole langmodel.Sums
	langmodel.Words(text, script, func(start, end int, word []rune) bool {
		w := token{start: start, end: end, script: script}
		if m != nil {
			m.AddWord(&w.sums, word)
			whole.Add(&w.sums)
		}
		words = append(words, w)
		return true
	})
	if m != nil && len(words) > 0 {
		viterbi(m, words, shares(m, &whole, guest))
	}
	return words
}

// shares gives the logarithm of how much of the text each label may be expected
// to be: its probability for the whole, and never less than the floors above.
func shares(m *langmodel.Model, whole *langmodel.Sums, guest bool) []float64 {
	p := m.Probabilities(whole)
	logs := make([]float64, len(m.Labels))
	for i, l := range m.Labels {
		least := leastShare
		switch {
		case l == lang.English && guest:
			least = termShare
		case l == lang.English:
			least = englishShare
		}
		logs[i] = math.Log(max(p[i], least))
	}
	return logs
}

// viterbi labels the words with the path of the highest probability through a
// hidden Markov model: a state for each label, the model's probabilities for
// single words, and changes that cost switchCost and the share of the label turned to.
func viterbi(m *langmodel.Model, words []token, share []float64) {
	labels := len(m.Labels)
	best := slices.Clone(share)              // of the paths that end in each label
	from := make([]uint8, len(words)*labels) // label before, on the best path to each
	for w := range words {
		top := 0
		for i := range labels {
			if best[i] > best[top] {
				top = i
			}
		}
		change := best[top] - switchCost
		p := likelihoods(m, &words[w].sums)
		for i := range labels {
			before := uint8(i)
			if turned := change + share[i]; w > 0 && turned > best[i] {
				best[i], before = turned, uint8(top)
			}
			from[w*labels+i] = before
			best[i] += math.Log(max(p[i], leastWord))
		}
	}
	label := 0
	for i := range labels {
		if best[i] > best[label] {
			label = i
		}
	}
	for w := len(words) - 1; w >= 0; w-- {
		words[w].label = label
		label = int(from[w*labels+label])
	}
}

// likelihoods gives the model's probabilities for a word when all labels are as
// likely before it is seen.
func likelihoods(m *langmodel.Model, s *langmodel.Sums) [langmodel.MaxLabels]float64 {
	scores := m.Scores(s)
	for i := range m.Labels {
		scores[i] *= float64(m.Sharpness[0])
	}
	langmodel.Softmax(scores[:len(m.Labels)])
	return scores
}

// merge joins neighbouring words of one script and label. How sure the label is
// follows from all words of the text that have it: a sentence that a term of
// another script cuts in two is as sure in both parts.
func (d *Detector) merge(words []token, n normalText) []translate.Segment {
	type kind struct {
		script lang.Script
		label  int
	}
	sums := make(map[kind]*langmodel.Sums)
	for i := range words {
		k := kind{words[i].script, words[i].label}
		if sums[k] == nil {
			sums[k] = new(langmodel.Sums)
		}
		sums[k].Add(&words[i].sums)
	}
	var segments []translate.Segment
	for i := 0; i < len(words); {
		k := kind{words[i].script, words[i].label}
		start, end := words[i].start, words[i].end
		for ; i < len(words) && k == (kind{words[i].script, words[i].label}); i++ {
			end = words[i].end
		}
		s := translate.Segment{Span: n.span(start, end), Script: k.script, Language: d.single[k.script], Confidence: 1}
		if m := d.shared[k.script]; m != nil {
			s.Language, s.Confidence = m.Labels[k.label], m.Probabilities(sums[k])[k.label]
		}
		// A mark of one script on a letter of another belongs to the letter's segment.
		if last := len(segments) - 1; last >= 0 {
			s.Span.Start = max(s.Span.Start, segments[last].Span.End)
		}
		if s.Language != langmodel.None && s.Span.Len() > 0 {
			segments = append(segments, s)
		}
	}
	return segments
}

// normalText is a text in NFC that knows where its bytes come from.
type normalText struct {
	text    string
	origins []int // where each byte, and the end, stood before; nil where nothing moved
}

// span gives where the bytes from start to end stood before, whole steps of normalisation.
func (n normalText) span(start, end int) corpus.Span {
	if n.origins == nil {
		return corpus.Span{Start: start, End: end}
	}
	for end < len(n.text) && n.origins[end] == n.origins[end-1] {
		end++
	}
	return corpus.Span{Start: n.origins[start], End: n.origins[end]}
}

// normalized gives text in NFC. What one step of normalisation joins has one origin: its beginning.
func normalized(text string) normalText {
	if norm.NFC.IsNormalString(text) {
		return normalText{text: text}
	}
	var it norm.Iter
	it.InitString(norm.NFC, text)
	var n normalText
	var out []byte
	for !it.Done() {
		at := it.Pos()
		step := it.Next()
		out = append(out, step...)
		for range step {
			n.origins = append(n.origins, at)
		}
	}
	n.origins = append(n.origins, len(text))
	n.text = string(out)
	return n
}
