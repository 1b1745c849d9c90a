package analysis

import (
	"slices"
	"strings"

	"github.com/akshara-go/akshara/translate/lang"
)

// Term is a key and how often it counts.
type Term struct {
	Text  string
	Count float32
}

// Fields are the terms of a text for the two families that an index keeps apart.
type Fields struct {
	Words  []Term // stems: what is written
	Sounds []Term // phonetic keys: what is heard, whatever the script
}

// coarseSound is what the coarse key of a word in Latin letters counts for: it
// finds Tamil and Malayalam, and where these are few in a collection each of
// their words is rare and weighs much.
const coarseSound = 0.6

// synonym is what another word for the same thing counts for beside the word that was asked for.
const synonym = 0.4

// Compounds are written as one word or as two: "ताजमहल", "ताज महल", "taj mahal".
// A question asks for two neighbours as one word as well; it counts for more in
// Latin letters, where words are cut at will and few letters tell them apart. A
// passage has neighbours as one where a hyphen joins them or both are short;
// longer ones are seldom compounds.
const (
	joinedLatin  = 0.5
	joinedNative = 0.2
	joinedMax    = 6 // sounds of a passage's compound
)

// Index gives the terms that a passage is found by, each once, in the order of
// their first appearance. Function words are in Sounds only, since in Latin
// letters they cannot be told from other words ("me", "se", "to", "par"), unless
// there is nothing else.
func Index(text string, code lang.Code) Fields {
	return fieldsOf(text, code, false)
}

// IndexTokens gives what [Index] gives for a text whose tokens are known already.
func IndexTokens(text string, tokens []Token) Fields {
	s := scratches.Get().(*scratch)
	defer s.free()
	f := fielder{scratch: s, text: text, tokens: tokens}
	return f.fields()
}

// Query gives the terms of a question, with their weights as counts: its stems
// with their [Synonyms], and its sounds. Function words are in Sounds only, as
// in a passage, unless there is nothing else: four words of a sentence are often
// half function words (among 2,500, R@1 in Hindi is .87 without them and .96 with
// them).
func Query(text string, code lang.Code) Fields {
	return fieldsOf(text, code, true)
}

func fieldsOf(text string, code lang.Code, query bool) Fields {
	s := scratches.Get().(*scratch)
	defer s.free()
	s.tokens = s.append(s.tokens, text, code)
	f := fielder{scratch: s, text: text, code: code, tokens: s.tokens, query: query}
	return f.fields()
}

// fielder makes terms of tokens.
type fielder struct {
	*scratch
	text   string
	code   lang.Code
	tokens []Token
	query  bool
	arena  arena
	buf    []byte
}

func (f *fielder) fields() Fields {
	f.words.reset(len(f.tokens))
	f.sounds.reset(len(f.tokens) * 3 / 2)
	var prev *Token // the neighbour
	for i := range f.tokens {
		t := &f.tokens[i]
		if t.Stop && f.query && !isLatin(t.Word) {
			f.sounds.add(t.Sound, 1)
			prev = nil // no compound is made with a function word
			continue
		}
		if prev != nil {
			f.joined(prev, t)
		}
		prev = t
		if t.Stop {
			f.sounds.add(t.Sound, 1)
			continue
		}
		f.words.add(t.Stem, 1)
		f.sounds.add(t.Sound, 1)
		f.other(t)
		f.synonyms(t)
	}
	if len(f.words.keys) == 0 {
		f.sounds.reset(len(f.tokens))
		for i := range f.tokens {
			f.words.add(f.tokens[i].Stem, 1)
			f.sounds.add(f.tokens[i].Sound, 1)
		}
	}
	if f.query && !distinct(f.sounds.keys) {
		return Fields{Words: f.words.terms()}
	}
	return Fields{Words: f.words.terms(), Sounds: f.sounds.terms()}
}

// distinct tells whether one of the keys has more than a single sound. Those
// that have not stand for every short word, and alone ask for nothing.
func distinct(sounds []string) bool {
	return slices.ContainsFunc(sounds, func(key string) bool { return len(key) > 1 })
}

// joined adds what two neighbours are as one word.
func (f *fielder) joined(a, b *Token) {
	gap := f.text[a.Span.End:b.Span.Start]
	hyphen := gap == "-" || gap == "‐" || gap == "‑" || gap == "–"
	if !hyphen && gap != " " && gap != "" || a.Sound == "" || b.Sound == "" {
		return
	}
	count := float32(1)
	switch {
	case f.query && isLatin(a.Word):
		count = joinedLatin
	case f.query:
		count = joinedNative
	}
	if hyphen {
		f.words.add(a.Word+b.Stem, count)
	}
	if f.query || hyphen || len(a.Sound)+len(b.Sound) <= joinedMax {
		f.buf = append(append(f.buf[:0], a.Sound...), strings.TrimPrefix(b.Sound, coarse)...)
		f.sounds.addBytes(f.buf, &f.arena, count)
	}
}

// other adds the second sound of a word that has one: the coarse key of a word
// in Latin letters to a question, the other sound of a flap to a passage.
func (f *fielder) other(t *Token) {
	raw := t.Span.In(f.text)
	switch {
	case t.Sound == "" || len(raw) > maxWord:
	case f.query && isLatin(raw):
		f.buf = appendLatin(f.buf[:0], raw, true)
		f.sounds.addBytes(f.buf, &f.arena, coarseSound)
	case !f.query && hasFlap(raw):
		f.buf = appendOtherFlap(f.buf[:0], raw, t.Sound)
		f.sounds.addBytes(f.buf, &f.arena, 1)
	}
}

// synonyms adds to a question what else may be written for a word of it.
func (f *fielder) synonyms(t *Token) {
	if !f.query {
		return
	}
	for _, stem := range Synonyms(t.Stem, f.code) {
		f.words.add(stem, synonym)
	}
}

// bag counts terms and keeps their order.
type bag struct {
	numbering
	counts []float32
}

func (b *bag) reset(n int) {
	b.numbering.reset(n)
	b.counts = b.counts[:0]
}

func (b *bag) add(text string, count float32) {
	if text == "" {
		return
	}
	if at, hash := b.find(text); at.number == 0 {
		b.numbering.add(text, at, hash)
		b.counts = append(b.counts, count)
	} else {
		b.counts[at.number-1] += count
	}
}

// addBytes adds a term whose bytes the caller keeps; the arena keeps them where it is new.
func (b *bag) addBytes(text []byte, a *arena, count float32) {
	if at, hash := b.find(string(text)); at.number == 0 {
		b.numbering.add(a.keep(text, ""), at, hash)
		b.counts = append(b.counts, count)
	} else {
		b.counts[at.number-1] += count
	}
}

func (b *bag) terms() []Term {
	terms := make([]Term, len(b.keys))
	for i, key := range b.keys {
		terms[i] = Term{Text: key, Count: b.counts[i]}
	}
	return terms
}
