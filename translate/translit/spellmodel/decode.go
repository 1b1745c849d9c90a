package spellmodel

import (
	"cmp"
	"math"
	"slices"
)

const (
	beam   = 40 // partial spellings kept at each letter
	margin = 9  // how far below the best one's logarithm a partial is given up
)

// Spelling is a native spelling and the logarithm of how probable it is, up to
// a number that all spellings of a word share.
type Spelling struct {
	Text string
	LogP float32
}

// partial is the end of a spelling: an emission put before another partial.
type partial struct {
	logp        float32
	typing      uint32 // nodes of the models
	spelling    uint32
	after       int32 // the partial that it continues; -1 for the end of the word
	emission    uint16
	unit, unit2 uint16 // the emission's, and that behind it
	output      uint64 // hash of the native text so far
}

// decoder finds the native spellings of one word, from its end to its beginning.
type decoder struct {
	*Model
	letters  string
	all      []partial
	at       [][]int32 // by how many letters are not yet read
	best     []float32 // of each of at
	found    []option  // at the letter that is being read
	chosen   []chosen  // likewise
	features []uint32
}

// Spell gives the most probable native spellings of a typed word, best first, at
// most 40 of them: a beam search for the largest product of how probable the
// native word is and how probable it is to be typed so. letters are a to z, at
// most [MaxLetters] of them; for others there is none. Time grows with the
// number of letters.
func (m *Model) Spell(letters string) []Spelling {
	if letters == "" || len(letters) > MaxLetters {
		return nil
	}
	d := &decoder{Model: m, letters: letters, at: make([][]int32, len(letters)+1), best: make([]float32, len(letters)+1)}
	for i := range d.best {
		d.best[i] = float32(math.Inf(-1))
	}
	d.all = append(make([]partial, 0, 256*len(letters)), partial{after: -1, output: 14695981039346656037,
		typing: m.typing.follow(0, 0), spelling: m.spelling.follow(0, 0)})
	d.at[len(letters)] = []int32{0}
	for left := len(letters); left >= 0; left-- {
		d.read(left)
	}
	return d.complete()
}

// read continues the partials that have left letters to read: first by units
// that are not typed, which stay here, then by those that are.
func (d *decoder) read(left int) {
	options := d.options(left)
	d.chosen = d.chosen[:0]
	untyped := 0
	for untyped < len(options) && options[untyped].size == 0 {
		untyped++
	}
	d.at[left] = d.trim(d.at[left])
	for _, p := range d.at[left] {
		d.extend(p, left, 0, untyped)
	}
	if left > 0 {
		d.at[left] = d.trim(d.at[left])
		for _, p := range d.at[left] {
			d.extend(p, left, untyped, len(options))
		}
	}
}

// extend puts the options from from to to before a partial.
func (d *decoder) extend(p int32, left, from, to int) {
	before := d.all[p]
	var chosen []float32
	if left > 0 {
		chosen = d.choose(left, before.unit, before.unit2)
	}
	for i := from; i < to; i++ {
		o := &d.found[i]
		unit := d.emissions[o.emission].unit
		token := uint16(1+len(d.units)) + o.emission
		rest := left - int(o.size)
		worst := d.best[rest] - margin
		logp := before.logp + d.mix.Unit
		if left > 0 {
			logp += d.mix.Choice * chosen[i]
		}
		if logp < worst {
			continue
		}
		if logp += d.mix.Spelling * d.spelling.next(before.spelling, unit); logp < worst {
			continue
		}
		if logp += d.mix.Typing * d.typed(before.typing, unit, token); logp < worst {
			continue
		}
		d.best[rest] = max(d.best[rest], logp)
		d.at[rest] = append(d.at[rest], int32(len(d.all)))
		d.all = append(d.all, partial{
			logp, d.typing.follow(before.typing, token), d.spelling.follow(before.spelling, unit),
			p, o.emission, unit, before.unit, hash(before.output, unit),
		})
	}
}

// typed gives the logarithm of the probability that the unit is typed as the
// emission, before the emissions of the node.
func (d *decoder) typed(node uint32, unit, emission uint16) float32 {
	for {
		if c, ok := d.typing.child(node, unit); ok {
			return d.typing.next(c, emission)
		}
		node = d.typing.suffix[node]
	}
}

// hash continues FNV-1a.
func hash(h uint64, unit uint16) uint64 { return (h ^ uint64(unit)) * 1099511628211 }

// trim keeps the best partials, one of each native text and state.
func (d *decoder) trim(at []int32) []int32 {
	slices.SortFunc(at, func(a, b int32) int {
		return cmp.Or(cmp.Compare(d.all[b].logp, d.all[a].logp), cmp.Compare(a, b))
	})
	kept := at[:0]
next:
	for _, a := range at {
		for _, k := range kept {
			if d.all[k].output == d.all[a].output && d.all[k].typing == d.all[a].typing {
				d.all[k].logp = logAdd(d.all[k].logp, d.all[a].logp)
				continue next
			}
		}
		if kept = append(kept, a); len(kept) == beam {
			break
		}
	}
	return kept
}

func logAdd(a, b float32) float32 {
	if a < b {
		a, b = b, a
	}
	return a + float32(math.Log1p(math.Exp(float64(b-a))))
}

// complete gives the spellings that have read every letter.
func (d *decoder) complete() []Spelling {
	at := map[string]int{}
	var out []Spelling
	for _, p := range d.at[0] {
		text := d.text(p)
		if text == "" {
			continue
		}
		logp := d.all[p].logp + d.mix.Spelling*d.spelling.next(d.all[p].spelling, 0)
		if class, ok := d.words.class(text); ok {
			logp += d.mix.Word + d.mix.Common*float32(class)
		}
		if i, ok := at[text]; ok {
			out[i].LogP = logAdd(out[i].LogP, logp)
			continue
		}
		at[text] = len(out)
		out = append(out, Spelling{text, logp})
	}
	slices.SortStableFunc(out, func(a, b Spelling) int { return cmp.Compare(b.LogP, a.LogP) })
	return out[:min(beam, len(out))]
}

// text gives the native text of a partial.
func (d *decoder) text(p int32) string {
	out := make([]byte, 0, 64)
	for ; d.all[p].after >= 0; p = d.all[p].after {
		out = append(out, d.units[d.emissions[d.all[p].emission].unit-1]...)
	}
	return string(out)
}
