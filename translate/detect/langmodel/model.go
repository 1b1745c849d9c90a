package langmodel

import (
	"math"

	"github.com/akshara-go/akshara/translate/lang"
)

// MaxLabels is how many languages a model tells apart at most.
const MaxLabels = 16

// None is the label of a text in the model's script that is in none of the languages.
const None lang.Code = ""

// Model tells the languages of one script apart. It is a linear classifier: a
// feature's hash names a row of weights, one for each language; the rows of all
// features of a text are added up and divided by the root of their number.
// What it is made from is kept, not copied. It may be used concurrently.
type Model struct {
	Script lang.Script
	Labels []lang.Code // what the columns stand for; may hold None
	Bits   int         // the table has 1<<Bits rows
	Step   float32     // what one unit of a weight is worth
	Bias   []float32   // added to the score of each label
	Prior  []float32   // logarithm of the odds of each label before a word is seen
	// Sharpness is what scores are multiplied by before they become
	// probabilities, for a text of 1, 2, 3-4, 5-8, 9-16 and more words.
	Sharpness [lengthClasses]float32
	Weights   []byte // int8, row by row
}

const lengthClasses = 6

// LengthClass gives which of the sharpnesses a text of so many words has.
func LengthClass(words int) int {
	for class, most := range [...]int{1, 2, 4, 8, 16} {
		if words <= most {
			return class
		}
	}
	return lengthClasses - 1
}

// Sums is what the features of some words add up to. The zero value is that of
// no words; sums of the same model may be added.
type Sums struct {
	Weights  [MaxLabels]int32
	Features int32
	Words    int32
}

// Add adds the sums of other words.
func (s *Sums) Add(o *Sums) {
	for i, w := range o.Weights {
		s.Weights[i] += w
	}
	s.Features += o.Features
	s.Words += o.Words
}

// AddWord adds a word as [Words] gives it.
func (m *Model) AddWord(s *Sums, word []rune) {
	var hashes [MaxFeatures]uint32
	labels := len(m.Labels)
	found := AppendFeatures(hashes[:0], word)
	for _, h := range found {
		at := int(h>>(32-m.Bits)) * labels
		for i, w := range m.Weights[at : at+labels] {
			s.Weights[i] += int32(int8(w))
		}
	}
	s.Features += int32(len(found))
	s.Words++
}

// Sum gives the sums of all words of text, which should be in NFC.
func (m *Model) Sum(text string) Sums {
	var s Sums
	Words(text, m.Script, func(_, _ int, word []rune) bool {
		m.AddWord(&s, word)
		return true
	})
	return s
}

// Scores gives how well the words summed fit each label, in the order of
// Labels; the differences are what counts.
func (m *Model) Scores(s *Sums) (scores [MaxLabels]float64) {
	scale := float64(m.Step) / math.Sqrt(float64(max(1, s.Features)))
	for i := range m.Labels {
		scores[i] = float64(m.Bias[i]) + scale*float64(s.Weights[i])
	}
	return scores
}

// Probabilities gives how likely each label is for the words summed, in the
// order of Labels; they add up to 1.
func (m *Model) Probabilities(s *Sums) [MaxLabels]float64 {
	scores := m.Scores(s)
	sharp := float64(m.Sharpness[LengthClass(int(s.Words))])
	for i, prior := range m.Prior {
		scores[i] = sharp*scores[i] + float64(prior)
	}
	Softmax(scores[:len(m.Labels)])
	return scores
}

// Softmax turns logarithms of odds into probabilities, in place: their
// exponentials, divided by the sum.
func Softmax(scores []float64) {
	top := math.Inf(-1)
	for _, s := range scores {
		top = max(top, s)
	}
	sum := 0.0
	for i, s := range scores {
		scores[i] = math.Exp(s - top)
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
}
