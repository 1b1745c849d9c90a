package localstore

import (
	"context"
	"math"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/internal/quant"
)

// scratch is memory that searches use again.
type scratch struct {
	scores  []float32 // by slot; all zero between searches
	touched []uint32  // slots with a score
	dense   quant.Scratch
}

// weighed is a term of a query as a part knows it.
type weighed struct {
	term   uint32
	weight float32
}

// bm25 gives the best k of the records that pass.
func (t *tenant) bm25(ctx context.Context, q *rag.SparseLeg, k int, gates []*gate, s *scratch) ([]scored, error) {
	stats := t.stats[q.Leg]
	if stats.records == 0 {
		return nil, nil
	}
	avg := stats.total / float64(stats.records)
	base, slope := float32(q.K1*(1-q.B)), float32(q.K1*q.B/avg)
	terms := t.weigh(q, stats.records)
	top := newTop(k, t.parts)
	for i, p := range t.parts {
		if len(terms[i]) == 0 {
			continue
		}
		top.part = uint32(i)
		if err := s.part(ctx, p.legs[q.Leg], terms[i], base, slope, gates[i], top); err != nil {
			return nil, err
		}
	}
	return top.items, nil
}

// weigh gives the terms of a query that each part has, with what each counts for.
func (t *tenant) weigh(q *rag.SparseLeg, count int) [][]weighed {
	terms := make([][]weighed, len(t.parts))
	var found []scored // with a term in the place of a slot
	for _, term := range q.Terms {
		if term.Count == 0 {
			continue
		}
		freq := 0
		found = found[:0]
		for i, p := range t.parts {
			if l := p.legs[q.Leg]; l != nil {
				if id, ok := l.find(term.Text); ok {
					freq += l.freq(id)
					found = append(found, scored{part: uint32(i), slot: id})
				}
			}
		}
		df := float64(freq)
		weight := float32(float64(term.Count) * math.Log1p((float64(count)-df+0.5)/(df+0.5)))
		for _, f := range found {
			terms[f.part] = append(terms[f.part], weighed{f.slot, weight})
		}
	}
	return terms
}

// part pushes the records of a part that have some terms.
func (s *scratch) part(ctx context.Context, l *leg, terms []weighed, base, slope float32, g *gate, top *top) error {
	if n := len(l.lens); n > len(s.scores) {
		s.scores = make([]float32, n+n/8)
	}
	defer s.reset()
	for _, t := range terms {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.add(l.postings(t.term), l.lens, t.weight, base, slope)
	}
	for _, slot := range s.touched {
		score := s.scores[slot]
		s.scores[slot] = 0 // a slot may be in touched twice when a share was too small for a float32
		if score > 0 && top.wants(slot, score) && g.pass(slot) {
			top.push(slot, score)
		}
	}
	return nil
}

// add gives each posting of a term its share of the score.
func (s *scratch) add(posts []posting, lens []float32, weight, base, slope float32) {
	scores, touched := s.scores, s.touched
	for _, p := range posts {
		if scores[p.slot] == 0 {
			touched = append(touched, p.slot)
		}
		scores[p.slot] += weight * (p.count / (p.count + base + slope*lens[p.slot]))
	}
	s.touched = touched
}

func (s *scratch) reset() {
	for _, slot := range s.touched {
		s.scores[slot] = 0
	}
	s.touched = s.touched[:0]
}
