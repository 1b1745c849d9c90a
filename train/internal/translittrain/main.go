// Command translittrain learns, for each language that has a lexicon of words in
// native script and as people type them in Latin letters, the weights with which
// translate/translit ranks native spellings of a typed word.
//
// The steps, each of them deterministic:
//
//  1. Align. The letters that each native unit is typed with are found by
//     expectation maximisation over all ways to cut a pair (Jiampojamarn et al.
//     2007, "Applying Many-to-Many Alignments").
//  2. Typing. An n-gram model of how a unit is typed, given how those behind it
//     are (after Bisani & Ney 2008, "Joint-sequence models").
//  3. Choice. A log-linear model of which unit the letters at hand stand for.
//  4. Spelling. An n-gram model of native words, smoothed after Kneser and Ney and
//     pruned by relative entropy (Stolcke 1998); that of Hindi learns from words of
//     its neighbours too, written in its script.
//  5. List. The words of running text, and of public lists of words, tell which of
//     several spellings is a word, and how frequent it is. Only hashes of them are written.
//
// It reads, of the development data, translit/{lang}.train.tsv.gz,
// langid/train.tsv.gz, romanised/{lang}.dev.tsv.gz (words of sentences, and how
// each was typed) and, for Hindi, retrieval/distractors.hi.txt.gz. It never reads
// translit/{lang}.dev.tsv.gz, with which the figures are measured, nor
// retrieval/xquad-dev.*. What is measured on romanised/*.dev with these weights is
// therefore not measured on held-out text. The lists of words are read from the
// folder of -words; translate/translit/weights/README.md tells what is to be there, and how to get it.
// It writes one file a language:
//
//	make train-translit
//
// A tenth of each lexicon, by a hash of the word, and all words that begin with some
// of its letters are kept out of learning where choices are compared:
//
//	go run ./train/internal/translittrain -validate -languages hi
package main

import (
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// languages have a lexicon in the Dakshina data set.
var languages = []string{"bn", "gu", "hi", "kn", "ml", "mr", "pa", "sd", "ta", "te", "ur"}

// options are the choices that training leaves open.
type options struct {
	iterations    int     // of the alignment
	rounds        int     // of the choice model
	after         int     // emissions that the typing model looks at
	least         float64 // times that a sequence of it was seen
	difference    float64 // in count × log-probability that a sequence of it has to make
	spellingOrder int
	words         int // of texts and lists, the most frequent, that the list keeps
	borrowed      int // of the most frequent of a neighbour's lists, that the list keeps besides
	grams         int // sequences that the spelling model keeps; Hindi, which is asked most, keeps hindiGrams
	hindiGrams    int
}

// of gives the options for a language.
func (o options) of(code string) options {
	if code == "hi" {
		o.grams = o.hindiGrams
	}
	return o
}

// committed are the options that the committed weights were learnt with.
var committed = options{iterations: 12, rounds: 4, after: 2, least: 4, difference: 4, spellingOrder: 6, words: 70_000, borrowed: 35_000, grams: 66_000, hindiGrams: 160_000}

// mix was found by -search on Hindi, Punjabi and Tamil together, but for its last
// two parts: these are the best of a few on the held-out letters of Hindi,
// Gujarati, Marathi, Punjabi, Tamil and Urdu.
var mix = spellmodel.Mix{Spelling: 1, Typing: .6, Choice: .7, Unit: .4, Word: 4.5, Common: .4}

// alone is the mix of a language that has no list of words, and borrows none: its
// texts lack so many words that to be one of them says less, and how often nothing.
// It is the best of a few on the held-out letters of Sindhi.
var alone = spellmodel.Mix{Spelling: 1, Typing: .6, Choice: .7, Unit: .4, Word: 2}

func main() {
	data := flag.String("data", "../shared/data", "folder of the development data")
	words := flag.String("words", "../words", "folder of the public lists of words, see translate/translit/weights/README.md")
	out := flag.String("out", "translate/translit/weights", "folder to write the weights to")
	only := flag.String("languages", strings.Join(languages, ","), "languages to train")
	check := flag.Bool("validate", false, "write nothing; tell how a held-out tenth of the lexicons is read")
	search := flag.Bool("search", false, "with -validate: search for the mix that reads it best")
	flag.Parse()
	codes := strings.Split(*only, ",")
	var err error
	if *check {
		err = validate(*data, *words, codes, committed, *search)
	} else {
		err = train(*data, *words, *out, codes, committed)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// language is what is learnt of a language. Tokens of the models are 0 for a
// word's end, 1 and up for the units, and then the emissions.
type language struct {
	units            []string
	emissions        []emission
	unitToken        []int // of each emission
	spelling, typing *ngrams
	choice           []float32
	words            map[string]int // their classes
	mix              spellmodel.Mix
}

// input is what is learnt from.
type input struct {
	pairs    []pair // of the lexicon
	typed    []pair // of sentences
	texts    tally
	near     map[string]bool // words of neighbours' texts in the language's script
	listed   tally           // words of the language's lists
	borrowed tally           // of a neighbour's, in the language's script
}

// read reads what is learnt of a language from the folders of the development
// data and of the lists.
func read(data, dir, code string) (*input, error) {
	in := &input{}
	var err error
	if in.pairs, err = readLexicon(filepath.Join(data, "translit", code+".train.tsv.gz")); err != nil {
		return nil, err
	}
	if in.texts, err = readWords(filepath.Join(data, "langid", "train.tsv.gz"), code); err != nil {
		return nil, err
	}
	words, typed, err := readSentences(data, code)
	if err != nil {
		return nil, err
	}
	in.texts.addAll(words)
	in.typed = typed
	if code == "hi" {
		if err := addRetrieval(in.texts, data); err != nil {
			return nil, err
		}
	}
	if in.near, err = neighbours(data, code); err != nil {
		return nil, err
	}
	if in.listed, err = readLists(dir, code); err != nil {
		return nil, err
	}
	in.borrowed, err = borrow(dir, code)
	return in, err
}

// list gives the words that the language's list keeps, and their classes. A
// neighbour's words are of the least class where they are not the language's too.
func (in *input) list(o options) map[string]int {
	words := tally{}
	words.addAll(in.texts)
	words.addAll(in.listed)
	list := words.classes(o.words)
	for _, w := range in.borrowed.most(o.borrowed) {
		if _, own := list[w]; !own {
			list[w] = 0
		}
	}
	return list
}

// train writes the weights of languages.
func train(data, dir, out string, codes []string, o options) error {
	for _, code := range codes {
		in, err := read(data, dir, code)
		if err != nil {
			return err
		}
		l := learn(in, o.of(code))
		packed, err := pack(l)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, code+".bin"), packed, 0o644); err != nil {
			return fmt.Errorf("translittrain: %w", err)
		}
		fmt.Printf("%-3s %6d pairs, %6d of sentences, %4d emissions, %7d n-grams; %6d words, %3d units, %7d n-grams; %7d bytes\n",
			code, len(in.pairs), len(in.typed), len(l.emissions), l.typing.size(), len(l.words), len(l.units), l.spelling.size(), len(packed))
	}
	return nil
}

func learn(in *input, o options) *language {
	l := &language{words: in.list(o), mix: mix}
	if len(in.listed)+len(in.borrowed) == 0 {
		l.mix = alone
	}
	var cuts [][]int
	l.emissions, cuts = align(slices.Concat(in.pairs, in.typed), o.iterations)

	whole := map[string]bool{} // whether a word's beginning may be learnt
	for w := range in.texts {
		whole[w] = true
	}
	for w := range in.near {
		whole[w] = true
	}
	for _, p := range in.pairs { // those of sentences are words of texts
		if _, seen := whole[p.native]; !seen {
			whole[p.native] = false
		}
	}
	number := map[string]int{}
	for w := range whole {
		for _, u := range spellmodel.Units(w) {
			number[u] = 0
		}
	}
	l.units = slices.Sorted(maps.Keys(number))
	for i, u := range l.units {
		number[u] = i + 1
	}
	l.spelling = spellingModel(whole, number, o.spellingOrder)
	l.spelling.pruneTo(o.grams)

	own := make([]int, len(l.emissions))
	for i, e := range l.emissions {
		l.unitToken = append(l.unitToken, number[e.unit])
		own[i] = 1 + len(l.units) + i
	}
	l.choice = choiceModel(l.emissions, l.unitToken, cuts, o.rounds)
	l.typing = typingModel(cuts, l.unitToken, own, o.after, len(l.emissions), len(l.units))
	l.typing.pruneTyping(o.least, o.difference)
	return l
}
