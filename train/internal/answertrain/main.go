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

	"github.com/akshara-go/akshara/translate/lang"
)

func main() {
	data := flag.String("data", "../shared/data", "folder of the development data")
	out := flag.String("out", "", "file that the weights are written to; empty: the ones in the source are measured")
	every := flag.Int("every", 10, "which questions a model is asked, each so many-th: it takes seconds for each")
	flag.Parse()
	if err := run(context.Background(), *data, *out, max(1, *every), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// measured are the languages with questions.
var measured = []lang.Code{lang.Hindi, lang.English}

func run(ctx context.Context, data, out string, every int, w io.Writer) error {
	var all []example
	for _, code := range measured {
		examples, err := examplesOf(ctx, data, code)
		if err != nil {
			return err
		}
		all = append(all, examples...)
	}
	if n := articles(all); n < parts {
		return fmt.Errorf("%d articles cannot be cross-validated in %d parts", n, parts)
	}
	if out != "" {
		return os.WriteFile(out, learn(all).source(), 0o644)
	}
	for _, code := range measured {
		fmt.Fprintf(w, "\n%s, the weights in the source:\n", code)
		measure(only(all, code), asInSource).print(w)
	}
	folds := crossValidated(all)
	for _, code := range measured {
		fmt.Fprintf(w, "\n%s, cross-validated over %d parts of the articles:\n", code, parts)
		folds[code].print(w)
	}
	return generated(ctx, data, every, w)
}

// articles counts the articles with questions.
func articles(all []example) int {
	seen := map[int]bool{}
	for i := range all {
		seen[all[i].article] = true
	}
	return len(seen)
}
