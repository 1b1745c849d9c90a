package extractive

import "github.com/akshara-go/akshara/translate/lang"

// Features are what speaks for a sentence, each from 0 to 1 unless it says
// otherwise: what a score is made of, for training and for explaining it.
type Features struct {
	Own     float64 // share of the question's words that it holds, with the titles it stands under
	Context float64 // the share once its predecessor and its passage count too
	Focus   float64 // share of what its passage holds of the question that stands in it alone
	Passage float64 // what retrieval thought of its passage
	Pairs   float64 // share of the question's neighbours that stand together in it
	First   float64 // 1 for the first sentence of its passage
	Words   float64 // ln(1+its words)/4
	New     float64 // ln(1+those of its content words that the question has not)/4
	Next    float64 // share of the question's words that the sentence behind it holds
	Tight   float64 // share of the question's words that it holds within ten words
	Near    float64 // how close a word of the kind that is asked for stands to the question's

	Grams       float64 // how much of the question it covers, by trigrams, where rare ones count more: see rerank.Lexical
	GramsBefore float64 // the same with the sentence before it
	GramsAfter  float64 // the same with the one behind it
	Lead        float64 // Grams as a share of the best candidate's
	Rare        float64 // share of the question's words that it holds, where those that few candidates hold count more
	RareBefore  float64 // the same with the sentence before it
	RareAfter   float64 // the same with the one behind it
	Last        float64 // how surely it holds the question's last content word, in most languages its verb
	BM25        float64 // of the sentence for the question, as a share of the sum of the weights

	Meaning  float64 // cosine of it and the question, from -1 to 1; 0 without vectors
	Around   float64 // the same with the sentences before and behind it
	embedded bool    // whether there are vectors

	Signs [signs]float64 // 1 for what it shows, such as a year or a name
	asked expectation    // what the question asks for

	Sentence float64 // 1 if it ends as a sentence does; a heading does not
	Language float64 // 1 if it is in the language of the answer
	Missing  float64 // share of the question's words that no passage holds; the same for every sentence
}

// Shares is how many of the features do not hang on what is asked for.
const Shares = 22

// Values gives the features that are learnt from, in the order of the struct;
// of the signs there is a row for each kind of question, all 0 but the one that
// was asked.
func (f *Features) Values() []float64 {
	v := append(make([]float64, 0, Shares+int(expectations)*signs),
		f.Own, f.Context, f.Focus, f.Passage, f.Pairs, f.First, f.Words, f.New, f.Next, f.Tight, f.Near,
		f.Grams, f.GramsBefore, f.GramsAfter, f.Lead, f.Rare, f.RareBefore, f.RareAfter, f.Last, f.BM25,
		f.Meaning, f.Around)
	v = v[:cap(v)]
	copy(v[Shares+int(f.asked)*signs:], f.Signs[:])
	return v
}

// The weights of what XQuAD cannot teach, set by hand: it has no headings and one language at a time.
const (
	sentenceWeight = 2
	languageWeight = 1
)

// learnt is what training finds.
type learnt struct {
	rank   [Shares + int(expectations)*signs]float64 // what Features.Values count for in a score, a row of signs for each thing that may be asked for
	sure   [signals]float64                          // what Signals count for in the log-odds
	lines  map[lang.Code]line                        // turn the log-odds into those of a language
	others line                                      // the mean of the lines
}

// learnt gives the weights for sentences with vectors, or for those without.
func (f *Features) learnt() *learnt {
	if f.embedded {
		return &withVectors
	}
	return &withoutVectors
}

// score weighs the features. Scores are on the scale of log-odds: of two
// sentences that differ by .7, one is twice as likely as the other.
func (f *Features) score() float64 {
	w := f.learnt()
	sum := sentenceWeight*f.Sentence + languageWeight*f.Language
	for i, v := range f.Values() {
		sum += w.rank[i] * v
	}
	return sum
}
