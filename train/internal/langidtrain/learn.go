package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/akshara-go/akshara/translate/detect/langmodel"
	"github.com/akshara-go/akshara/translate/lang"
)

// settings are what a model is learnt with.
type settings struct {
	script lang.Script
	labels []lang.Code
	prior  map[lang.Code]float64 // odds beyond even ones, for languages that more people write
	bits   int
	rate   float64 // of learning, before AdaGrad's division
	decay  float32 // of all weights after each epoch
}

const (
	epochs   = 8
	averaged = 4 // the weights after so many last epochs are averaged
)

// table is a model while it is learnt.
type table struct {
	labels  int
	weights []float32 // row by row
	squares []float32 // sum of the squared gradients of each row
	bias    []float32
	biasSq  float32
}

// learn fits multinomial logistic regression by stochastic gradient descent
// with AdaGrad's rates (Duchi, Hazan and Singer 2011), one rate a row, and
// gives the average of the last epochs' weights. The same samples give the
// same weights: their order is drawn from a fixed seed, nothing runs in parallel.
func learn(found []sample, s settings) *table {
	labels, bits := len(s.labels), s.bits
	t := &table{
		labels: labels, weights: make([]float32, labels<<bits), squares: make([]float32, 1<<bits), bias: make([]float32, labels),
	}
	mean := &table{labels: labels, weights: make([]float32, labels<<bits), bias: make([]float32, labels)}
	r := rand.New(rand.NewPCG(5, 11))
	order := make([]int, len(found))
	for i := range order {
		order[i] = i
	}
	for epoch := range epochs {
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			t.step(&found[i], s.rate)
		}
		for i := range t.weights {
			t.weights[i] *= 1 - s.decay
		}
		if epoch >= epochs-averaged {
			addTo(mean.weights, t.weights, 1.0/averaged)
			addTo(mean.bias, t.bias, 1.0/averaged)
		}
	}
	return mean
}

// addTo adds x times from to sum. The conversion keeps the compiler from
// fusing the two operations, so that all machines round alike.
func addTo(sum, from []float32, x float32) {
	for i, w := range from {
		sum[i] += float32(x * w)
	}
}

// step moves the weights a little towards the sample's label.
func (t *table) step(s *sample, rate float64) {
	x := float32(1 / math.Sqrt(float64(len(s.rows))))
	var scores [langmodel.MaxLabels]float32
	for _, row := range s.rows {
		for j, w := range t.weights[int(row)*t.labels : (int(row)+1)*t.labels] {
			scores[j] += w
		}
	}
	var p [langmodel.MaxLabels]float64
	for j := range t.labels {
		p[j] = float64(t.bias[j] + float32(x*scores[j]))
	}
	langmodel.Softmax(p[:t.labels])
	var gradient [langmodel.MaxLabels]float32
	var norm float32
	for j := range t.labels {
		g := float32(p[j])
		if j == int(s.label) {
			g--
		}
		gradient[j] = float32(g * s.weight)
		norm += float32(gradient[j] * gradient[j])
	}
	if norm < 1e-8 {
		return
	}
	t.biasSq += norm
	move := float32(rate / math.Sqrt(float64(t.biasSq)))
	for j := range t.labels {
		t.bias[j] -= float32(move * gradient[j])
	}
	square := float32(x * x * norm)
	for _, row := range s.rows {
		t.squares[row] += square
		move := float32(rate * float64(x) / math.Sqrt(float64(t.squares[row])+1e-4))
		for j, weights := 0, t.weights[int(row)*t.labels:(int(row)+1)*t.labels]; j < len(weights); j++ {
			weights[j] -= float32(move * gradient[j])
		}
	}
}

// quantise gives the weights as signed bytes and what one unit is worth. Each
// row is first shifted to a mean of zero, which changes no probability. The
// unit is such that one weight in ten thousand is cut off.
func quantise(t *table) ([]byte, float32) {
	sizes := make([]float32, 0, len(t.weights))
	for i := 0; i < len(t.weights); i += t.labels {
		row := t.weights[i : i+t.labels]
		var sum float32
		for _, w := range row {
			sum += w
		}
		for j := range row {
			row[j] -= sum / float32(t.labels)
			if row[j] != 0 {
				sizes = append(sizes, max(row[j], -row[j]))
			}
		}
	}
	slices.Sort(sizes)
	step := sizes[len(sizes)-1-len(sizes)/10_000] / 127
	bytes := make([]byte, len(t.weights))
	for i, w := range t.weights {
		bytes[i] = byte(int8(max(-127, min(127, math.Round(float64(w/step))))))
	}
	return bytes, step
}
