package main

import (
	"math"
	"slices"

	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

const (
	choiceSize  = 1 << spellmodel.ChoiceBits
	choiceLeast = 3   // times that a feature was the right emission's, if its weight is learnt
	rate        = .15 // of learning
)

// chooser is a choice model in training.
type chooser struct {
	emissions []emission
	byLetters map[string][]int
	unit      []int // token of each emission's unit
	weight    []float32
	squares   []float32 // sums of the squares of the weights' gradients
	seen      []uint8   // how often a feature was that of the right emission
	buf       [][]uint32
	score     []float64
}

// choiceModel learns from cut pairs by stochastic gradients with AdaGrad's
// steps (Duchi et al. 2011). The order is that of the pairs, scattered.
func choiceModel(emissions []emission, unit []int, cuts [][]int, rounds int) []float32 {
	c := &chooser{
		emissions: emissions, byLetters: map[string][]int{}, unit: unit,
		weight: make([]float32, choiceSize), squares: make([]float32, choiceSize), seen: make([]uint8, choiceSize),
	}
	for i, e := range emissions {
		c.byLetters[e.letters] = append(c.byLetters[e.letters], i)
	}
	const stride = 7919 // a prime
	for _, cut := range cuts {
		c.word(emissions, cut, c.count)
	}
	for range rounds {
		for i := range cuts {
			c.word(emissions, cuts[i*stride%len(cuts)], c.step)
		}
	}
	return c.weight
}

// word takes each step of one word.
func (c *chooser) word(emissions []emission, cut []int, step func(p *spellmodel.Place, right, size int)) {
	letters := ""
	for _, e := range cut {
		letters += emissions[e].letters
	}
	p := &spellmodel.Place{Letters: letters, Left: len(letters)}
	for i := len(cut) - 1; i >= 0 && p.Left > 0; i-- {
		size := len(emissions[cut[i]].letters)
		step(p, cut[i], size)
		p.Left -= size
		p.Behind, p.Behind2 = uint16(c.unit[cut[i]]), p.Behind
	}
}

// count notes the features of the right emission.
func (c *chooser) count(p *spellmodel.Place, right, size int) {
	for _, f := range spellmodel.Features(nil, p, uint16(right), c.emissions[right].unit, size) {
		c.seen[f] = min(c.seen[f]+1, 100)
	}
}

// step moves the weights towards the right emission, those of features that
// were right choiceLeast times.
func (c *chooser) step(p *spellmodel.Place, right, _ int) {
	correct, n := c.scores(p, right)
	if correct < 0 {
		return
	}
	sum := 0.
	best := slices.Max(c.score[:n])
	for i := range n {
		c.score[i] = math.Exp(c.score[i] - best)
		sum += c.score[i]
	}
	for i := range n {
		g := float32(c.score[i] / sum)
		if i == correct {
			g--
		}
		if g > -.001 && g < .001 {
			continue
		}
		for _, f := range c.buf[i] {
			if c.seen[f] < choiceLeast {
				continue
			}
			c.squares[f] += g * g
			c.weight[f] -= rate * g / (float32(math.Sqrt(float64(c.squares[f]))) + .1)
		}
	}
}

// scores sets buf and score for the n emissions that may be next; the right one is the one at correct.
func (c *chooser) scores(p *spellmodel.Place, right int) (correct, n int) {
	correct = -1
	for size := 0; size <= min(spellmodel.MaxEmitted, p.Left); size++ {
		for _, e := range c.byLetters[p.Letters[p.Left-size:p.Left]] {
			if n == len(c.buf) {
				c.buf, c.score = append(c.buf, nil), append(c.score, 0)
			}
			c.buf[n] = spellmodel.Features(c.buf[n][:0], p, uint16(e), c.emissions[e].unit, size)
			c.score[n] = 0
			for _, f := range c.buf[n] {
				c.score[n] += float64(c.weight[f])
			}
			if e == right {
				correct = n
			}
			n++
		}
	}
	return correct, n
}
