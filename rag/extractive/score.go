package extractive

import "math"

// Features are what speaks for a sentence, each from 0 to 1 unless it says
// otherwise: what a score is made of, for training and for explaining it.
type Features struct {
	Own      float64 // share of the question's words that it holds, with the titles it stands under
	Context  float64 // the share once its predecessor and its passage count too
	Focus    float64 // share of what its passage holds of the question that stands in it alone
	Passage  float64 // what retrieval thought of its passage
	Number   float64 // 1 it has a number, as asked for; -1 it has none; 0 none was asked for
	Time     float64 // likewise for a time
	Person   float64 // likewise for somebody
	Reason   float64 // likewise for a reason
	Sentence float64 // 1 if it ends as a sentence does; a heading does not
	Pairs    float64 // share of the question's neighbours that stand together in it
	First    float64 // 1 for the first sentence of its passage
	Words    float64 // ln(1+its words)/4
	Language float64 // 1 if it is in the language of the answer
	Missing  float64 // share of the question's words that no passage holds; the same for every sentence
}

// values gives the features that tell sentences apart, in the order of the struct.
func (f *Features) values() [13]float64 {
	return [...]float64{f.Own, f.Context, f.Focus, f.Passage, f.Number, f.Time, f.Person, f.Reason, f.Sentence, f.Pairs, f.First, f.Words, f.Language}
}

// weights are the features' weights in a score. They were fitted on XQuAD's
// development half in Hindi and English (1,224 questions, each with the
// sentences of the five paragraphs found first) so that the sentences which hold
// the answer are the likely ones under a softmax over scores; those of Sentence
// and Language are set by hand, since XQuAD has no headings and one language at
// a time. `make train-answers` fits them anew.
var weights = [...]float64{3.04, 4.07, 1.45, 5.66, .86, .68, .32, .43, 2, .31, .06, -.84, 1}

// score weighs the features. Scores are on the scale of log-odds: of two
// sentences that differ by .7, one is twice as likely as the other.
func (f *Features) score() float64 {
	var sum float64
	for i, v := range f.values() {
		sum += weights[i] * v
	}
	return sum
}

// confidence gives the chance that a sentence holds the answer: a logistic
// regression on the same questions, asked once with and once without the
// paragraph that answers them. What retrieval thought is left out, since it is
// relative to what else was found. The weights of Missing and Sentence are set
// by hand on the gateway's sample questions: XQuAD's questions are all about
// what its paragraphs are about, and its paragraphs have no headings.
func (f *Features) confidence() float64 {
	return 1 / (1 + math.Exp(4.09-2.51*f.Own-3.65*f.Context-1.85*f.Pairs+4*f.Missing-2*(f.Sentence-1)))
}
