package main

import (
	"slices"

	"github.com/akshara-go/akshara/rag/rerank"
)

// folds is how many parts the questions are cut in for cross-validation.
const folds = 6

// noFold leaves out no question.
const noFold = -1

// grid holds the weights that are tried for the leg that does not lead.
var grid = []float64{0, .1, .2, .3, .4, .5, .6, .8, 1}

// share is what the best score of the first search adds to a reranked one.
var share = rerank.Lexical("", "", []rerank.Passage{{Score: 1}})[0]

// example is a question with its candidates.
type example struct {
	fold       int
	candidates []candidate
}

// candidate is what the legs and the reranker say of a record.
type candidate struct {
	leads, other float64 // scores of the two legs
	sentence     float64 // what the reranker adds to share times the fused score
	right        bool
}

// set is questions of one kind.
type set struct {
	name      string
	latin     bool // in Latin letters, of a language that is not written in them
	questions []question
	examples  []example
}

// rank gives the place of the right candidate, from 1, with a weight for the
// leg that does not lead; 0 when it is not among them.
func (e *example) rank(weight float64) int {
	top := 0.0
	for _, c := range e.candidates {
		top = max(top, c.leads+weight*c.other)
	}
	score := func(c *candidate) float64 {
		if top == 0 {
			return c.sentence
		}
		return share*(c.leads+weight*c.other)/top + c.sentence
	}
	right := slices.IndexFunc(e.candidates, func(c candidate) bool { return c.right })
	if right < 0 {
		return 0
	}
	place, least := 1, score(&e.candidates[right])
	for i := range e.candidates {
		if c := &e.candidates[i]; !c.right && score(c) >= least {
			place++
		}
	}
	return place
}

// at1 gives the share of a set's questions whose document comes first.
func (s *set) at1(weight float64) float64 {
	n := 0
	for i := range s.examples {
		if s.examples[i].rank(weight) == 1 {
			n++
		}
	}
	return float64(n) / float64(len(s.examples))
}

// mrr gives the mean reciprocal rank of sets, each counting alike, without one fold.
func mrr(sets []*set, weight float64, without int) float64 {
	var sum float64
	for _, s := range sets {
		var own, n float64
		for i := range s.examples {
			e := &s.examples[i]
			if e.fold == without {
				continue
			}
			n++
			if place := e.rank(weight); place > 0 {
				own += 1 / float64(place)
			}
		}
		if n > 0 {
			sum += own / n
		}
	}
	return sum / float64(len(sets))
}

// best gives the weight with the highest mean reciprocal rank without one fold, the lowest of equals.
func best(sets []*set, without int) float64 {
	at, high := 0.0, -1.0
	for _, weight := range grid {
		if m := mrr(sets, weight, without); m > high+1e-9 {
			at, high = weight, m
		}
	}
	return at
}

// crossValidated gives the R@1 of a set when each fold takes the weight that is
// best for the other folds of some sets.
func crossValidated(s *set, sets []*set) float64 {
	n := 0
	for fold := range folds {
		weight := best(sets, fold)
		for i := range s.examples {
			if e := &s.examples[i]; e.fold == fold && e.rank(weight) == 1 {
				n++
			}
		}
	}
	return float64(n) / float64(len(s.examples))
}
