package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/translate/lang"
)

// model is what is learnt.
type model struct {
	rank  []float64
	sure  []float64
	lines map[lang.Code][2]float64 // slope and shift of the log-odds
}

// judged is what a model makes of an example.
type judged struct {
	answerable, first, quoted bool // whether there is an answer, stands in the first quote, in one of them
	holds, anyHolds           bool // whether the first quote has the answer's words, one of them
	exact                     bool // whether the quotes are the source's bytes
	confidence                float64
}

// learn fits the ranking, then the confidence in what it puts first.
func learn(all []example) *model {
	m := &model{rank: rankWeights(all), lines: map[lang.Code][2]float64{}}
	var xs [][]float64
	var ys, odds []float64
	var used []*example
	for i := range all {
		if e := &all[i]; len(e.ranked) > 0 {
			order := m.order(e)
			xs = append(xs, extractive.Signals(m.ranked(e, order)))
			ys = append(ys, truth(e.answerable && slices.ContainsFunc(chosen(e, order, m), func(j int) bool { return e.right[j] })))
			used = append(used, e)
		}
	}
	m.sure = logistic(xs, ys, half(used), .001)
	for _, e := range used {
		odds = append(odds, extractive.Odds(m.ranked(e, m.order(e)), m.sure))
	}
	for _, code := range measured {
		var x [][]float64
		var y []float64
		for i := range used {
			if used[i].code == code && !used[i].foreign {
				x, y = append(x, []float64{odds[i], 1}), append(y, ys[i])
			}
		}
		w := logistic(x, y, nil, 0)
		m.lines[code] = [2]float64{w[0], w[1]}
	}
	return m
}

// score gives a candidate's score under the model.
func (m *model) score(e *example, i int) float64 { return dot(m.rank, e.values[i]) }

// order gives an example's candidates by their scores, best first.
func (m *model) order(e *example) []int {
	order := make([]int, len(e.ranked))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(m.score(e, b), m.score(e, a)) })
	return order
}

// ranked gives the candidates as the model ranks them.
func (m *model) ranked(e *example, order []int) []extractive.Candidate {
	out := make([]extractive.Candidate, len(order))
	for i, j := range order {
		out[i] = e.ranked[j]
		out[i].Score = m.score(e, j)
	}
	return out
}

// chosen gives the candidates that are quoted, of an order of all.
func chosen(e *example, order []int, m *model) []int {
	out := order[:min(1, len(order))]
	if len(order) > 1 && m.score(e, order[1]) >= m.score(e, order[0])-extractive.DefaultMargin {
		out = order[:2]
	}
	return out
}

// judge tells what the model makes of an example.
func (m *model) judge(e *example) judged {
	j := judged{answerable: e.answerable, exact: true}
	if len(e.ranked) == 0 {
		return j
	}
	order := m.order(e)
	line := m.lines[e.code]
	j.confidence = 1 / (1 + math.Exp(-line[0]*extractive.Odds(m.ranked(e, order), m.sure)-line[1]))
	j.look(e, chosen(e, order, m))
	return j
}

// asInSource tells what the weights in the source make of an example.
func asInSource(e *example) judged {
	j := judged{answerable: e.answerable, exact: true, confidence: extractive.Confidence(e.ranked, e.code)}
	var quoted []int
	for i := range e.ranked {
		if i < 2 && e.ranked[i].Score >= e.ranked[0].Score-extractive.DefaultMargin {
			quoted = append(quoted, i)
		}
	}
	j.look(e, quoted)
	return j
}

// look sets what the quoted candidates hold.
func (j *judged) look(e *example, quoted []int) {
	for n, i := range quoted {
		if n == 0 {
			j.first, j.holds = e.right[i], e.holds[i] || e.right[i]
		}
		j.quoted = j.quoted || e.right[i]
		j.anyHolds = j.anyHolds || e.holds[i] || e.right[i]
		j.exact = j.exact && e.sources[i].quote == e.sources[i].bytes
	}
}

// parts is how many parts of the articles are left out in turn.
const parts = 6

// crossValidated judges each example by a model that was learnt from the other parts,
// with vectors if there are any.
func crossValidated(all []example, v *vectors) map[lang.Code]figures {
	judgements := map[lang.Code][]judged{}
	for part := range parts {
		var others, left []example
		for _, e := range all {
			if e.article%parts != part {
				others = append(others, e)
			} else {
				left = append(left, e)
			}
		}
		m := learn(others)
		if v != nil {
			others, left = v.againBy(m, others), v.againBy(m, left)
			m = learn(others)
		}
		for i := range left {
			if e := &left[i]; !e.foreign {
				judgements[e.code] = append(judgements[e.code], m.judge(e))
			}
		}
	}
	out := map[lang.Code]figures{}
	for code, list := range judgements {
		out[code] = figuresOf(list)
	}
	return out
}

func only(all []example, code lang.Code) []example {
	var out []example
	for _, e := range all {
		if e.code == code && !e.foreign {
			out = append(out, e)
		}
	}
	return out
}

// rankWeights fits the ranking: gradient ascent on the likelihood that a
// softmax over an example's candidates gives to the right ones.
func rankWeights(all []example) []float64 {
	const decay = .0005
	var use []*example
	for i := range all {
		if e := &all[i]; e.answerable && slices.Contains(e.right, true) {
			use = append(use, e)
		}
	}
	return ascend(len(use[0].values[0]), 400, .1, func(w, gradient []float64) {
		for _, e := range use {
			addGradient(gradient, w, e)
		}
		for i := range gradient {
			gradient[i] = gradient[i]/float64(len(use)) - decay*w[i]
		}
	})
}

// addGradient adds what one example says: the mean of the features of the right
// candidates less that of all, each weighted by its probability.
func addGradient(gradient, w []float64, e *example) {
	p := make([]float64, len(e.values))
	top := math.Inf(-1)
	for i, v := range e.values {
		p[i] = dot(w, v)
		top = max(top, p[i])
	}
	var all, right float64
	for i := range p {
		p[i] = math.Exp(p[i] - top)
		all += p[i]
		if e.right[i] {
			right += p[i]
		}
	}
	for i, v := range e.values {
		share := -p[i] / all
		if e.right[i] {
			share += p[i] / right
		}
		for j, f := range v {
			gradient[j] += share * f
		}
	}
}

// half gives examples weights by which half are answerable, and half of the others foreign.
func half(all []*example) []float64 {
	weights := make([]float64, len(all))
	for i, e := range all {
		weights[i] = .5
		if e.answerable {
			weights[i] = 1
		}
	}
	return weights
}

// logistic fits a logistic regression, of examples that count by their weights, or alike.
func logistic(xs [][]float64, ys, weights []float64, decay float64) []float64 {
	return ascend(len(xs[0]), 2000, .05, func(w, gradient []float64) {
		for i, x := range xs {
			miss := ys[i] - 1/(1+math.Exp(-dot(w, x)))
			if weights != nil {
				miss *= weights[i]
			}
			for j := range x {
				gradient[j] += miss * x[j]
			}
		}
		for j := range gradient {
			gradient[j] = gradient[j]/float64(len(xs)) - decay*w[j]
		}
	})
}

// ascend climbs by Adam (Kingma and Ba 2015). step adds the gradient at w to gradient.
func ascend(n, steps int, rate float64, step func(w, gradient []float64)) []float64 {
	w, mean, square, gradient := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for t := 1; t <= steps; t++ {
		clear(gradient)
		step(w, gradient)
		for i, g := range gradient {
			mean[i] = .9*mean[i] + .1*g
			square[i] = .999*square[i] + .001*g*g
			w[i] += rate * mean[i] / (1 - math.Pow(.9, float64(t))) / (math.Sqrt(square[i]/(1-math.Pow(.999, float64(t)))) + 1e-8)
		}
	}
	return w
}

func dot(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// source gives the weights as a file of package extractive, in a variable of that name.
func (m *model) source(name, says string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `// Code generated by answertrain from XQuAD's development half (CC BY-SA 4.0); DO NOT EDIT.

package extractive

import "github.com/akshara-go/akshara/translate/lang"

// %s are for sentences that are told by %s.
var %[1]s = learnt{
	rank: [...]float64{
`, name, says)
	writeRows(&b, m.rank[:extractive.Shares], 10)
	writeRows(&b, m.rank[extractive.Shares:], 9)
	b.WriteString("\t},\n\tsure: [...]float64{\n")
	writeRows(&b, m.sure, 10)
	b.WriteString("\t},\n\tlines: map[lang.Code]line{\n")
	var mean [2]float64
	for _, code := range measured {
		l := m.lines[code]
		fmt.Fprintf(&b, "\t\t%q: {%.2f, %.2f},\n", code, l[0], l[1])
		mean[0] += l[0] / float64(len(measured))
		mean[1] += l[1] / float64(len(measured))
	}
	fmt.Fprintf(&b, "\t},\n\tothers: line{%.2f, %.2f},\n}\n", mean[0], mean[1])
	return []byte(b.String())
}

func writeRows(b *strings.Builder, values []float64, row int) {
	for part := range slices.Chunk(values, row) {
		b.WriteString("\t\t")
		for i, v := range part {
			if i > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(b, "%.2f,", v+0)
		}
		b.WriteByte('\n')
	}
}
