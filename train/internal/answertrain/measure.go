package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/akshara-go/akshara/rag"
)

// figures are what is measured of a language's questions.
type figures struct {
	first, quoted   float64 // share of the answerable questions whose answer stands in the first quote, in one of at most two
	holds, anyHolds float64 // the same where a sentence counts that has the answer's words elsewhere in the paragraph
	exact           float64 // share of the answers whose quotes are the source's bytes
	auroc           float64 // of the confidence: an answerable question against one that is not
	ece             float64 // expected calibration error, ten bins
	bins            []bin   // the reliability curve
	curve           []point // the risk-coverage curve of the answerable questions
	at80            float64 // share answered rightly of the surest 80 %
	threshold80     float64 // the confidence of the last of them
	threshold       float64 // the engine's
	kept, right     float64 // under it: share of the answerable that are answered, and of these rightly
	refused         float64 // share of the others that are refused
}

// bin is a point of a reliability curve.
type bin struct {
	n             int
	sure, correct float64 // mean confidence, and share that is right
}

// point is a point of a risk-coverage curve.
type point struct{ coverage, right float64 }

func measure(examples []example, judge func(*example) judged) figures {
	var list []judged
	for i := range examples {
		list = append(list, judge(&examples[i]))
	}
	return figuresOf(list)
}

func figuresOf(list []judged) figures {
	f := figures{threshold: rag.DefaultMinConfidence}
	var answerable, others []judged
	for _, j := range list {
		f.exact += truth(j.exact) / float64(len(list))
		if j.answerable {
			answerable = append(answerable, j)
		} else {
			others = append(others, j)
		}
	}
	for _, j := range answerable {
		n := float64(len(answerable))
		f.first += truth(j.first) / n
		f.quoted += truth(j.quoted) / n
		f.holds += truth(j.holds) / n
		f.anyHolds += truth(j.anyHolds) / n
	}
	f.calibration(list)
	f.coverage(answerable)
	f.auroc = auroc(answerable, others)
	f.refusals(answerable, others)
	return f
}

// calibration sets the reliability curve and its error (Naeini et al. 2015).
func (f *figures) calibration(list []judged) {
	const bins = 10
	f.bins = make([]bin, bins)
	for _, j := range list {
		b := &f.bins[min(bins-1, int(j.confidence*bins))]
		b.n++
		b.sure += j.confidence
		b.correct += truth(j.answerable && j.quoted)
	}
	for i := range f.bins {
		b := &f.bins[i]
		if b.n == 0 {
			continue
		}
		f.ece += max(b.sure-b.correct, b.correct-b.sure) / float64(len(list))
		b.sure /= float64(b.n)
		b.correct /= float64(b.n)
	}
}

// coverage sets the risk-coverage curve (El-Yaniv and Wiener 2010).
func (f *figures) coverage(answerable []judged) {
	sorted := slices.Clone(answerable)
	slices.SortStableFunc(sorted, func(a, b judged) int { return cmp.Compare(b.confidence, a.confidence) })
	right := 0.0
	next := 1
	for i, j := range sorted {
		right += truth(j.quoted)
		if (i+1)*10 < next*len(sorted) {
			continue
		}
		p := point{float64(i+1) / float64(len(sorted)), right / float64(i+1)}
		f.curve = append(f.curve, p)
		if next == 8 {
			f.at80, f.threshold80 = p.right, j.confidence
		}
		next++
	}
}

// auroc gives how often an answerable question has more confidence than one that is not.
func auroc(answerable, others []judged) float64 {
	sum := 0.0
	for _, a := range answerable {
		for _, b := range others {
			switch {
			case a.confidence > b.confidence:
				sum++
			case a.confidence == b.confidence:
				sum += .5
			}
		}
	}
	return sum / float64(len(answerable)) / float64(len(others))
}

// refusals sets what comes of the engine's threshold.
func (f *figures) refusals(answerable, others []judged) {
	for _, j := range answerable {
		if j.confidence >= f.threshold {
			f.kept++
			f.right += truth(j.quoted)
		}
	}
	f.right /= max(1, f.kept)
	f.kept /= float64(len(answerable))
	for _, j := range others {
		f.refused += truth(j.confidence < f.threshold) / float64(len(others))
	}
}

func (f figures) print(w io.Writer) {
	fmt.Fprintf(w, "  quoted first %.3f, among at most two %.3f (by the answer's words anywhere in its paragraph: %.3f, %.3f)\n", f.first, f.quoted, f.holds, f.anyHolds)
	fmt.Fprintf(w, "  quotes that are the source's bytes %.3f\n", f.exact)
	fmt.Fprintf(w, "  AUROC answerable against not %.3f, expected calibration error %.3f\n", f.auroc, f.ece)
	fmt.Fprintf(w, "  at 80 %% coverage answered rightly %.3f (confidence from %.2f)\n", f.at80, f.threshold80)
	fmt.Fprintf(w, "  threshold %.2f: answers %.3f of the answerable, %.3f of those rightly, and refuses %.3f of the others\n", f.threshold, f.kept, f.right, f.refused)
	fmt.Fprint(w, "  risk-coverage, coverage:rightly ")
	for _, p := range f.curve {
		fmt.Fprintf(w, " %.1f:%.3f", p.coverage, p.right)
	}
	fmt.Fprint(w, "\n  reliability, confidence:rightly (questions) ")
	for _, b := range f.bins {
		if b.n > 0 {
			fmt.Fprintf(w, " %.2f:%.2f (%d)", b.sure, b.correct, b.n)
		}
	}
	fmt.Fprintln(w)
}
