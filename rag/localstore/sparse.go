package localstore

import (
	"context"
	"math"
	"slices"

	"github.com/akshara-go/akshara/rag"
)

// leg is an inverted index over one family of terms. A term's id is its place
// in the order of definition.
type leg struct {
	ids   map[string]uint32
	texts []string
	posts [][]posting // by term, slots ascending, dead ones included
	freqs []uint32    // by term: live records that have it

	sorted runs // of the leg of forms: its terms in order

	lens  []float32 // by slot: the record's sum of counts, 0 without terms
	total float64   // of lens, over live records
	count int       // live records that have terms
}

type posting struct {
	slot  uint32
	count float32
}

func newLeg() *leg { return &leg{ids: map[string]uint32{}} }

// empty gives a leg that knows the same terms and no records.
func (l *leg) empty() *leg {
	c := &leg{ids: l.ids, texts: l.texts, sorted: l.sorted, posts: make([][]posting, len(l.posts)), freqs: make([]uint32, len(l.posts))}
	for id, n := range l.freqs {
		c.posts[id] = make([]posting, 0, n)
	}
	return c
}

func (l *leg) define(text string) {
	l.ids[text] = uint32(len(l.texts))
	l.texts = append(l.texts, text)
	l.posts = append(l.posts, nil)
	l.freqs = append(l.freqs, 0)
}

func (l *leg) add(slot, id uint32, count float32) {
	if n := int(slot) + 1; n > len(l.lens) {
		l.lens = slices.Grow(l.lens, n-len(l.lens))
		for len(l.lens) < n {
			l.lens = append(l.lens, 0)
		}
		l.count++
	}
	l.posts[id] = append(l.posts[id], posting{slot, count})
	l.freqs[id]++
	l.lens[slot] += count
	l.total += float64(count)
}

// forget takes a slot's length out of the statistics.
func (l *leg) forget(slot uint32) {
	l.total -= float64(l.lens[slot])
	if l.count--; l.count == 0 {
		l.total = 0
	}
}

// scratch is memory that searches use again.
type scratch struct {
	scores     []float32   // by slot; all zero between searches
	touched    []uint32    // slots with a score
	candidates []candidate // of a dense search

	helpers helpers       // nil: a search has one thread
	shares  [][]candidate // what they found
}

// search gives the best k of the records that pass, by BM25.
func (l *leg) search(ctx context.Context, q *rag.SparseLeg, k int, g *gate, s *scratch) ([]scored, error) {
	if l == nil || l.count == 0 {
		return nil, nil
	}
	if n := len(l.lens); n > len(s.scores) {
		s.scores = make([]float32, n+n/8)
	}
	defer s.reset()
	avg := l.total / float64(l.count)
	base, slope := float32(q.K1*(1-q.B)), float32(q.K1*q.B/avg)
	for _, term := range q.Terms {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		id, ok := l.ids[term.Text]
		if !ok || l.freqs[id] == 0 || term.Count == 0 {
			continue
		}
		df := float64(l.freqs[id])
		idf := math.Log1p((float64(l.count) - df + 0.5) / (df + 0.5))
		s.add(l.posts[id], l.lens, float32(float64(term.Count)*idf), base, slope)
	}
	top := newTop(k, g.t.ids)
	for _, slot := range s.touched {
		score := s.scores[slot]
		s.scores[slot] = 0 // a slot may be in touched twice when a share was too small for a float32
		if score > 0 && top.wants(slot, score) && g.pass(slot) {
			top.push(slot, score)
		}
	}
	return top.items, nil
}

// add gives each posting of a term its share of the score.
func (s *scratch) add(posts []posting, lens []float32, weight, base, slope float32) {
	scores, touched := s.scores, s.touched
	for _, p := range posts {
		if scores[p.slot] == 0 {
			touched = append(touched, p.slot)
		}
		scores[p.slot] += weight * p.count / (p.count + base + slope*lens[p.slot])
	}
	s.touched = touched
}

func (s *scratch) reset() {
	for _, slot := range s.touched {
		s.scores[slot] = 0
	}
	s.touched = s.touched[:0]
}
