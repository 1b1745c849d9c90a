package main

import (
	"fmt"
	"hash/fnv"
	"runtime"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// heldOut tells whether a native word is in the tenth that is kept out of
// learning where choices are compared: by a hash of the word, so that it is so on every run.
func heldOut(native string) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(native))
	return h.Sum32()%10 == 0
}

// unseen tells whether words begin with a letter that is kept out of learning
// in the same way: the lexicons are cut off in the alphabet, and so lack the first letters of
// the words that are to be read.
func unseen(native string) bool {
	first, _ := utf8.DecodeRuneInString(native)
	return (uint32(first)*2654435761)>>29 < 2
}

// divide gives the pairs to learn from, those of the held-out tenth, and those
// whose first letters are kept out.
func divide(pairs []pair) (learning, held, begun []pair) {
	for _, p := range pairs {
		switch {
		case unseen(p.native):
			begun = append(begun, p)
		case heldOut(p.native):
			held = append(held, p)
		default:
			learning = append(learning, p)
		}
	}
	return learning, held, begun
}

// score is how many of the typed words of a set have one of their native
// spellings first, or among the first five.
type score struct{ first, five, words int }

// measure reads each distinct typed word of the pairs once; any native word
// that it was seen for is right.
func measure(m *spellmodel.Model, pairs []pair) score {
	natives := map[string]map[string]bool{}
	var words []string
	for _, p := range pairs {
		if natives[p.roman] == nil {
			natives[p.roman] = map[string]bool{}
			words = append(words, p.roman)
		}
		natives[p.roman][p.native] = true
	}
	s := score{words: len(words)}
	for _, w := range words {
		for k, found := range m.Spell(w) {
			if k < 5 && natives[w][found.Text] {
				s.five++
				if k == 0 {
					s.first++
				}
				break
			}
		}
	}
	return s
}

// trial is a language whose held-out words can be read.
type trial struct {
	code  string
	model *spellmodel.Model
	held  []pair
	begun []pair
}

// value gives the mean over languages of the shares of words that are first
// and among five, added up.
func value(trials []trial, mix spellmodel.Mix) float64 {
	sums := make([]float64, len(trials))
	var all sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, t := range trials {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			s := measure(t.model.With(mix), t.begun)
			sums[i] = float64(s.first+s.five) / float64(max(1, s.words)) // a lexicon may lack them all
		})
	}
	all.Wait()
	total := 0.
	for _, s := range sums {
		total += s
	}
	return total / float64(len(sums))
}

// fit searches for the mix that reads the held-out words best: one part after
// the other is made larger or smaller as long as that helps.
func fit(trials []trial, mix spellmodel.Mix) spellmodel.Mix {
	best := value(trials, mix)
	for step := float32(.2); step > .04; step /= 2 {
		for _, part := range []*float32{&mix.Typing, &mix.Choice, &mix.Unit, &mix.Word, &mix.Common} {
			for _, by := range []float32{step, -step} {
				for {
					*part += by
					v := value(trials, mix)
					if v <= best {
						*part -= by
						break
					}
					best = v
					fmt.Printf("%.4f %+v\n", v, mix)
				}
			}
		}
	}
	return mix
}

// validate learns from nine tenths of each lexicon and tells how the others are
// read; with search, which mix would read them best.
func validate(data, dir string, codes []string, o options, search bool) error {
	var trials []trial
	for _, code := range codes {
		in, err := read(data, dir, code)
		if err != nil {
			return err
		}
		t := trial{code: code}
		in.pairs, t.held, t.begun = divide(in.pairs)
		in.typed = slices.DeleteFunc(in.typed, func(p pair) bool { return heldOut(p.native) })
		packed, err := pack(learn(in, o.of(code)))
		if err != nil {
			return err
		}
		if t.model, err = spellmodel.Parse(packed); err != nil {
			return err
		}
		for _, part := range []struct {
			name  string
			pairs []pair
		}{{"held-out words", t.held}, {"words of held-out letters", t.begun}} {
			s := measure(t.model, part.pairs)
			fmt.Printf("%-3s first %.4f  among five %.4f  of %d %s; %d bytes\n",
				code, float64(s.first)/float64(max(1, s.words)), float64(s.five)/float64(max(1, s.words)), s.words, part.name, len(packed))
		}
		trials = append(trials, t)
	}
	if search {
		fmt.Printf("best: %+v\n", fit(trials, mix))
	}
	return nil
}
