// Package rerank orders passages anew after a first search has found them: what
// costs too much for a whole collection can be done for the best fifty.
//
//	scores := rerank.Lexical("ताजमहल किसने बनवाया था?", "hi", []rerank.Passage{
//		{Text: "आगरा का किला लाल पत्थर का है।", Language: "hi", Score: 2.1},
//		{Text: "ताजमहल शाहजहाँ ने बनवाया।", Language: "hi", Score: 1.9},
//	})
package rerank

import (
	"cmp"
	"math"
	"slices"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// Passage is a candidate of a first search.
type Passage struct {
	Text      string
	Sentences []corpus.Span // in Text, in order; nil: the passage counts as one sentence
	Language  lang.Code     // "" is found by script
	Score     float64       // of the first search, not negative, higher is better

	// Wordless says that its words can hold little of the question, whatever it says:
	// it was found by its meaning and is in another script.
	Wordless bool
}

// What a passage's best sentence counts for beside the first search's score,
// when both are put between 0 and 1; what a match by sound counts for beside one
// in writing; what a function word does beside a content word. Fitted on XQuAD's
// development half: R@1 in Hindi stays within 3 of 612 questions for the first
// from 1 to 2, the second from .7 to .9 and the third from .2 to .3.
const (
	sentenceWeight = 1.2
	soundWeight    = 0.8
	functionWeight = 0.3
)

// Depth is how many passages [Lexical] reads at most: as many as two legs of fifty
// find together at most. Over the 9,609 questions of BenchmarkXQuAD and
// BenchmarkRomanised, with a hundred candidates of each leg, it takes R@1 from .9646 to
// .9648; with fifty all are read. Reading 50 would take Hindi questions among 8,000
// other sentences from .933 to .930.
const Depth = 100

// Lexical scores candidates anew for a question and gives one score each, in
// their order, between 0 and 1.
//
// The first search sees a passage as a bag of words. What it says on one subject
// stands together, though, so a passage's score is the weighted mean of what the
// first search gave it, as a share of the best, and of how much of the question
// its best sentence covers: the share of the question's trigrams of letters that
// stand in it, each weighted by how few of the candidates have it (as BM25
// weights terms). Trigrams find a word in other inflections, compounds and
// spellings; trigrams of sound keys find it in another script. A synonym covers
// the word it stands for. Passages that are Wordless are taken to cover more, all by as
// much that the best of them covers what the best of the others does, as far as the
// first search prefers the best of them: else one chance word would put a passage in
// the question's script before them all.
//
// On XQuAD's development half in Hindi this takes R@1 from .910 to .944, and
// among 8,000 distractors from .909 to .933.
//
// Weights come from the candidates themselves, so give all that are worth
// considering: fifty are enough, under five there is nothing to learn from. Of more
// than [Depth], those that the first search thought least of are not read: they are
// scored as if no sentence covered anything.
func Lexical(query string, code lang.Code, passages []Passage) []float64 {
	return new(Memory).Lexical(query, code, passages)
}

// Lexical is [Lexical] for passages of which many were candidates of other questions:
// those are not read again.
func (m *Memory) Lexical(query string, code lang.Code, passages []Passage) []float64 {
	if len(passages) == 0 {
		return nil
	}
	q := newQuestion(query, code)
	read := best(passages)
	var f found
	for i, r := range m.read(passages, read) {
		q.find(&passages[read[i]], r, &f)
	}
	cover := make([]float64, len(passages))
	for i, share := range q.coverage(&f) {
		cover[read[i]] = share
	}
	lift(passages, cover)
	top := 0.0
	for i := range passages {
		top = max(top, passages[i].score())
	}
	scores := make([]float64, len(passages))
	for i := range passages {
		if top > 0 {
			scores[i] = passages[i].score() / top
		}
		scores[i] = (scores[i] + sentenceWeight*cover[i]) / (1 + sentenceWeight)
	}
	return scores
}

// lift lets passages that are Wordless cover more, see [Lexical].
func lift(passages []Passage, cover []float64) {
	var top, most, wordless, covered float64 // of scores and of what is covered: of all or those with words, and of Wordless
	for i := range passages {
		top = max(top, passages[i].score())
		if passages[i].Wordless {
			wordless, covered = max(wordless, passages[i].score()), max(covered, cover[i])
		} else {
			most = max(most, cover[i])
		}
	}
	if top == 0 {
		return
	}
	more := max(0, most*wordless/top-covered)
	for i := range passages {
		if passages[i].Wordless {
			cover[i] += more
		}
	}
}

// best gives the places of the passages that are read: those of the best scores, of
// equals the first.
func best(passages []Passage) []int {
	places := make([]int, len(passages))
	for i := range places {
		places[i] = i
	}
	if len(places) > Depth {
		slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(passages[b].score(), passages[a].score()) })
		places = places[:Depth]
	}
	return places
}

// score gives the first search's score, 0 where it is negative or no finite number.
func (p *Passage) score() float64 {
	if p.Score > 0 && p.Score <= math.MaxFloat64 {
		return p.Score
	}
	return 0
}

// The two families of grams.
const (
	stems    = 0
	sounds   = 1
	families = 2
)

// gram is three runes of a key whose ends are marked, with its family in the top bit.
type gram uint64

// question is what is looked for: the grams of its words.
type question struct {
	id     map[gram]int32
	filter [64]uint64         // has the bits of id's grams: most others are told from them without a lookup
	grams  []wanted           // by id
	means  map[string][]int32 // ids of the grams in the question's word that a stem is a synonym of
	met    map[*lexicon]*vocabulary
}

// vocabulary is what the question has of a language's words that it met.
type vocabulary struct {
	words words
	met   []int32 // by word: its place in ends and 1, or 0
	ids   []int32 // of the question's grams in them, word after word
	ends  []int   // of the words in ids
}

// filterBit gives the bit of a gram in a filter: the top of its product with the
// golden ratio, as D. Knuth hashes numbers.
func filterBit(g gram) (i int, mask uint64) {
	h := uint64(g) * 0x9E3779B97F4A7C15
	return int(h >> 58), 1 << (h >> 52 & 63)
}

// wanted is a gram of the question.
type wanted struct {
	family   int
	count    float64 // in the question, weighted
	passages float64 // candidates that have it
	last     int     // the passage that was counted last, from 1
}

func newQuestion(text string, code lang.Code) *question {
	q := &question{id: make(map[gram]int32), means: make(map[string][]int32), met: make(map[*lexicon]*vocabulary)}
	for _, t := range analysis.Tokens(text, code) {
		ids := q.want(&t)
		for _, stem := range analysis.Synonyms(t.Stem, code) {
			q.means[stem] = append(q.means[stem], ids...)
		}
	}
	return q
}

// want adds the grams of a word to what is looked for and gives the ids of those of its stem.
func (q *question) want(t *analysis.Token) (ids []int32) {
	weight := 1.0
	if t.Stop {
		weight = functionWeight
	}
	for _, g := range gramsOf(nil, t) {
		id, ok := q.id[g]
		if !ok {
			id = int32(len(q.grams))
			q.id[g] = id
			at, mask := filterBit(g)
			q.filter[at] |= mask
			q.grams = append(q.grams, wanted{family: int(g >> 63)})
		}
		q.grams[id].count += weight
		if q.grams[id].family == stems {
			ids = append(ids, id)
		}
	}
	return ids
}

// gramsOf appends the grams of a word.
func gramsOf(dst []gram, t *analysis.Token) []gram {
	return appendGrams(appendGrams(dst, t.Stem, stems), t.Sound, sounds)
}

func appendGrams(dst []gram, key string, family gram) []gram {
	const runeBits, begin, end = 21, 1, 2
	if key == "" {
		return dst
	}
	g, n := gram(begin), 1
	add := func(r rune) {
		g = (g<<runeBits | gram(r)) & (1<<(3*runeBits) - 1)
		if n++; n >= 3 {
			dst = append(dst, g|family<<63)
		}
	}
	for _, r := range key {
		add(r)
	}
	add(end)
	return dst
}

// find adds the question's grams in a passage to what was found.
func (q *question) find(p *Passage, r *reading, f *found) {
	v := q.met[r.of]
	if v == nil {
		all := r.of.all()
		v = &vocabulary{words: all, met: make([]int32, len(all.ends))}
		q.met[r.of] = v
	}
	at := 0
	for i, start := range r.starts {
		for at+1 < len(p.Sentences) && int(start) >= p.Sentences[at].End {
			at++
			f.ends = append(f.ends, len(f.ids))
		}
		f.ids = append(f.ids, q.in(v, r.words[i])...)
	}
	f.ends = append(f.ends, len(f.ids))
	f.sentences = append(f.sentences, len(f.ends))
}

// in gives the ids of the question's grams in a word.
func (q *question) in(v *vocabulary, word int32) []int32 {
	n := v.met[word]
	if n == 0 {
		v.ids = q.appendIDs(v.ids, v.words.grams(word), v.words.stems[word])
		v.ends = append(v.ends, len(v.ids))
		n = int32(len(v.ends))
		v.met[word] = n
	}
	from := 0
	if n > 1 {
		from = v.ends[n-2]
	}
	return v.ids[from:v.ends[n-1]]
}

// appendIDs appends the ids of the question's grams among those of a word.
func (q *question) appendIDs(ids []int32, grams []gram, stem string) []int32 {
	for _, g := range grams {
		if i, mask := filterBit(g); q.filter[i]&mask == 0 {
			continue
		}
		if id, ok := q.id[g]; ok {
			ids = append(ids, id)
		}
	}
	if len(q.means) > 0 {
		ids = append(ids, q.means[stem]...)
	}
	return ids
}

// found is which of the question's grams stand in passages.
type found struct {
	ids       []int32 // sentence after sentence
	ends      []int   // of the sentences in ids
	sentences []int   // by passage: where its sentences end in ends
}

// coverage gives for each passage the share of the question that its best sentence covers.
func (q *question) coverage(f *found) []float64 {
	weight, total := q.weigh(f)
	best := make([]float64, len(f.sentences))
	seen := make([]int, len(weight))
	sentence, from := 0, 0
	for i, last := range f.sentences {
		for ; sentence < last; sentence++ {
			var sum [families]float64
			for _, id := range f.ids[from:f.ends[sentence]] {
				if seen[id] != sentence+1 {
					seen[id] = sentence + 1
					sum[q.grams[id].family] += weight[id]
				}
			}
			from = f.ends[sentence]
			for family, share := range [families]float64{stems: 1, sounds: soundWeight} {
				if total[family] > 0 {
					best[i] = max(best[i], share*sum[family]/total[family])
				}
			}
		}
	}
	return best
}

// weigh gives the weight of each gram and the sum of each family.
func (q *question) weigh(f *found) (weight []float64, total [families]float64) {
	from := 0
	for i, last := range f.sentences {
		end := f.ends[last-1]
		for _, id := range f.ids[from:end] {
			if w := &q.grams[id]; w.last != i+1 {
				w.last = i + 1
				w.passages++
			}
		}
		from = end
	}
	n := float64(len(f.sentences))
	weight = make([]float64, len(q.grams))
	for id := range q.grams {
		w := &q.grams[id]
		weight[id] = w.count * math.Log(1+(n-w.passages+0.5)/(w.passages+0.5))
		total[w.family] += weight[id]
	}
	return weight, total
}
