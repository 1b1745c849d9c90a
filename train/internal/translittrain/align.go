package main

import (
	"cmp"
	"math"
	"slices"

	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// emission is a native unit with the letters that it is typed with, which may
// be none. Every unit of a word is typed once, so that all ways to cut a pair
// have the same number of parts and none wins by having few.
type emission struct {
	unit, letters string
}

// arc is a way over one unit of a pair.
type arc struct {
	from, to, emission int // positions are units × (letters+1) + letters
}

// lattice holds every way to cut a pair, its arcs ordered by where they start.
type lattice struct {
	nodes int
	arcs  []arc
}

// align finds with which letters every unit of every pair is typed: the most
// probable cut after the given number of rounds. It gives the emissions that
// occur, and for each pair the numbers of its own.
func align(pairs []pair, rounds int) ([]emission, [][]int) {
	emissions, all := lattices(pairs)
	totals := map[string]float64{}
	prob := make([]float64, len(emissions))
	for i, e := range emissions {
		prob[i] = 1
		totals[e.unit]++
	}
	for range rounds {
		for i, e := range emissions {
			prob[i] /= totals[e.unit]
		}
		expected := make([]float64, len(emissions))
		for i := range all {
			all[i].expect(prob, expected)
		}
		clear(totals)
		for i, e := range emissions {
			totals[e.unit] += expected[i]
		}
		prob = expected
	}
	for i, e := range emissions {
		prob[i] /= totals[e.unit]
	}
	var cuts [][]int
	for i := range all {
		if best := all[i].best(prob); best != nil {
			cuts = append(cuts, best)
		}
	}
	return renumber(emissions, cuts)
}

// lattices gives the emissions that any cut of any pair has, and the cuts.
func lattices(pairs []pair) ([]emission, []lattice) {
	var emissions []emission
	number := map[emission]int{}
	all := make([]lattice, len(pairs))
	for k, p := range pairs {
		units := spellmodel.Units(p.native)
		width := len(p.roman) + 1
		l := lattice{nodes: (len(units) + 1) * width}
		for i, unit := range units {
			for j := range width {
				for to := j; to < min(width, j+spellmodel.MaxEmitted+1); to++ {
					e := emission{unit, p.roman[j:to]}
					n, ok := number[e]
					if !ok {
						n = len(emissions)
						number[e] = n
						emissions = append(emissions, e)
					}
					l.arcs = append(l.arcs, arc{i*width + j, (i+1)*width + to, n})
				}
			}
		}
		all[k] = l
	}
	return emissions, all
}

// expect adds to expected how often each emission is expected in the pair.
func (l *lattice) expect(prob, expected []float64) {
	forward, backward := make([]float64, l.nodes), make([]float64, l.nodes)
	forward[0], backward[l.nodes-1] = 1, 1
	for _, a := range l.arcs {
		forward[a.to] += forward[a.from] * prob[a.emission]
	}
	total := forward[l.nodes-1]
	if total == 0 {
		return
	}
	for i := len(l.arcs) - 1; i >= 0; i-- {
		a := l.arcs[i]
		backward[a.from] += backward[a.to] * prob[a.emission]
	}
	for _, a := range l.arcs {
		expected[a.emission] += forward[a.from] * prob[a.emission] * backward[a.to] / total
	}
}

// best gives the most probable cut, nil where there is none.
func (l *lattice) best(prob []float64) []int {
	score, by := make([]float64, l.nodes), make([]int, l.nodes)
	for i := range score {
		score[i], by[i] = math.Inf(-1), -1
	}
	score[0] = 0
	for i, a := range l.arcs {
		if s := score[a.from] + math.Log(prob[a.emission]); s > score[a.to] {
			score[a.to], by[a.to] = s, i
		}
	}
	var cut []int
	for n := l.nodes - 1; n > 0; n = l.arcs[by[n]].from {
		if by[n] < 0 {
			return nil
		}
		cut = append(cut, l.arcs[by[n]].emission)
	}
	slices.Reverse(cut)
	return cut
}

// renumber keeps the emissions that stand in three cuts at least and are one of
// five hundred of their unit's, in order, and the cuts that have only such.
func renumber(emissions []emission, cuts [][]int) ([]emission, [][]int) {
	used := make([]int, len(emissions))
	ofUnit := map[string]int{}
	for _, c := range cuts {
		for _, n := range c {
			used[n]++
			ofUnit[emissions[n].unit]++
		}
	}
	var order []int
	for n, times := range used {
		if times >= 3 && times*500 >= ofUnit[emissions[n].unit] {
			order = append(order, n)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(emissions[a].unit, emissions[b].unit), cmp.Compare(emissions[a].letters, emissions[b].letters))
	})
	kept := make([]emission, len(order))
	number := make([]int, len(emissions))
	for i, n := range order {
		number[n] = i + 1
		kept[i] = emissions[n]
	}
	var out [][]int
	for _, c := range cuts {
		t := make([]int, len(c))
		whole := true
		for i, n := range c {
			t[i] = number[n] - 1
			whole = whole && t[i] >= 0
		}
		if whole {
			out = append(out, t)
		}
	}
	return kept, out
}
