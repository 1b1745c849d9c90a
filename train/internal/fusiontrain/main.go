// Command fusiontrain fits what the legs of a search count for, and prints the
// table that [rag.LegWeights] is written from, with cross-validated figures.
//
// It asks an index for the candidates of questions whose document is known: the
// development half of XQuAD in Hindi, alone and among 8,000 distractors, and in
// English; four words of every fifth sentence of eleven languages, in native
// script and as people type them in Latin letters, among 2,500. Then it tries
// every weight on a grid for the leg that does not lead, and takes the one with
// the highest mean reciprocal rank after reranking. The folds of XQuAD are
// articles; those of sentences go by a hash of the sentence.
//
// What embeddings count for beside words is fitted by a benchmark, since it needs
// a model: XQuAD's questions in Hindi and English about documents in either, alone
// and among the distractors.
//
// Sources: XQuAD (Artetxe et al. 2020, CC BY-SA 4.0); Dakshina (Roark et al.
// 2020, CC BY-SA 4.0).
//
//	make train-fusion
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
)

func main() {
	data := flag.String("data", "../shared/data", "folder of the development data")
	flag.Parse()
	if err := run(context.Background(), *data, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, data string, w io.Writer) error {
	sets, err := collect(ctx, data)
	if err != nil {
		return err
	}
	for _, latin := range []bool{false, true} {
		var some []*set
		for _, s := range sets {
			if s.latin == latin {
				some = append(some, s)
			}
		}
		leads, other := "words", "sounds"
		if latin {
			leads, other = other, leads
		}
		fmt.Fprintf(w, "\n%s lead at 1; what %s count for\n", leads, other)
		report(w, some)
	}
	return nil
}

// report prints a row for each set: its R@1 for each weight of the leg that does
// not lead; then the weight that is best for it alone, and its R@1 when each
// fold takes the weight that is best for the other folds, of the set alone and of
// all sets.
func report(w io.Writer, sets []*set) {
	fmt.Fprintf(w, "%-15s %5s", "R@1 at", "asked")
	for _, weight := range grid {
		fmt.Fprintf(w, " %5.1f ", weight)
	}
	fmt.Fprintln(w, " | own best, cross-validated: own, common")
	for _, s := range sets {
		fmt.Fprintf(w, "%-15s %5d", s.name, len(s.examples))
		for _, weight := range grid {
			fmt.Fprintf(w, " %.4f", s.at1(weight))
		}
		own := []*set{s}
		fmt.Fprintf(w, "  | %.1f, %.4f, %.4f\n", best(own, noFold), crossValidated(s, own), crossValidated(s, sets))
	}
	fmt.Fprintf(w, "%-21s", "mean reciprocal rank")
	for _, weight := range grid {
		fmt.Fprintf(w, " %.4f", mrr(sets, weight, noFold))
	}
	fmt.Fprintf(w, "  | %.1f\n", best(sets, noFold))
}
