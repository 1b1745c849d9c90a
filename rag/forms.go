package rag

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/suggest"
	"github.com/akshara-go/akshara/translate/lang"
)

// formKind says what a form is. It is the first byte of its terms.
type formKind byte

const (
	titleForm  formKind = 't' // a title or heading
	phraseForm formKind = 'p' // neighbours that stand together more than once in a document
	wordForm   formKind = 'w'
)

// Bounds of what is suggested.
const (
	maxFormBytes = 200 // of a title or heading; a longer one is a sentence
	maxWordBytes = 72  // 24 letters of an Indic script
	maxStarts    = 6   // words of a title that it can be found by
	maxPhrases   = 64  // of a document
	maxPairs     = 1 << 16
)

// form is what a term of the leg [Forms] says. Its text is the kind, the key,
// and behind tabs the sounds, the language and the form as it is written; one
// more tab goes before a form whose sounds begin at a later word of it.
type form struct {
	kind     formKind
	language lang.Code
	text     string
	inner    bool
}

// cutForm parts the sounds of a term from what [parseForm] reads. Both are
// empty when the term is none that this package wrote.
func cutForm(term string) (sounds suggest.Sounds, rest string) {
	_, behind, _ := strings.Cut(term, "\t")
	spelt, rest, _ := strings.Cut(behind, "\t")
	return suggest.Sounds(spelt), rest
}

// parseForm reads the rest of a term.
func parseForm(term, rest string) form {
	code, text, _ := strings.Cut(rest, "\t")
	text, inner := strings.CutPrefix(text, "\t")
	return form{kind: formKind(term[0]), language: lang.Code(code), text: text, inner: inner}
}

// former gathers the forms of a document.
type former struct {
	code  lang.Code
	seen  map[string]bool // words and titles that are in a record already
	pairs map[string]int  // neighbours: how often they stand in the document
	terms []Term          // of the current chunk
	buf   []byte
}

func newFormer(title string, code lang.Code) *former {
	f := &former{code: code, seen: map[string]bool{}, pairs: map[string]int{}}
	f.title(title)
	return f
}

// of gives the forms that a chunk has and no earlier one of the document;
// phrases are known with the last.
func (f *former) of(c *corpus.Chunk, tokens []analysis.Token, last bool) []Term {
	for _, heading := range c.Headings {
		f.title(heading)
	}
	f.words(c.Text, tokens)
	if last {
		f.phrases()
	}
	terms := f.terms
	f.terms = nil
	return terms
}

// title adds a title or heading, and its words.
func (f *former) title(text string) {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || f.seen[text] || !utf8.ValidString(text) {
		return
	}
	f.seen[text] = true
	tokens := analysis.Tokens(text, f.code)
	starts := 0
	for i := range tokens {
		if len(text) > maxFormBytes || starts == maxStarts {
			break
		}
		if t := &tokens[i]; i == 0 || !t.Stop {
			starts++
			f.add(titleForm, text[t.Span.Start:], text, i > 0)
		}
	}
	for i := range tokens {
		f.word(&tokens[i], text)
	}
}

// words adds the words of a chunk, and counts neighbours.
func (f *former) words(text string, tokens []analysis.Token) {
	last := -1 // the content word before
	for i := range tokens {
		if !f.word(&tokens[i], text) {
			continue
		}
		if last >= 0 && (i-last == 1 || i-last == 2 && tokens[i-1].Stop) {
			f.pair(text[tokens[last].Span.Start:tokens[i].Span.End])
		}
		last = i
	}
}

// pair counts neighbours that nothing but single spaces parts.
func (f *former) pair(text string) {
	if len(text) > 2*maxWordBytes || strings.Contains(text, "  ") || strings.ContainsFunc(text, parts) {
		return
	}
	if _, ok := f.pairs[text]; ok || len(f.pairs) < maxPairs {
		f.pairs[text]++
	}
}

// parts tells whether a rune between two words says that they do not belong together.
func parts(r rune) bool {
	return r < ' ' || r != ' ' && r != '-' && !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\u200c' && r != '\u200d'
}

// word adds a word, once a document, and tells whether it is one to suggest:
// no function word, no single letter, nothing with a digit, which may be a
// number that is nobody's business.
func (f *former) word(t *analysis.Token, in string) bool {
	text := t.Span.In(in)
	if t.Stop || len(text) > maxWordBytes || utf8.RuneCountInString(text) < 2 || strings.ContainsAny(t.Word, "0123456789") {
		return false
	}
	if !f.seen[text] {
		f.seen[text] = true
		f.add(wordForm, text, text, false)
	}
	return true
}

// phrases adds the neighbours that stand more than once in the document, the most frequent ones.
func (f *former) phrases() {
	var list []string
	for phrase, n := range f.pairs {
		if n > 1 && !f.seen[phrase] {
			list = append(list, phrase)
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		if d := f.pairs[b] - f.pairs[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, phrase := range list[:min(len(list), maxPhrases)] {
		f.add(phraseForm, phrase, phrase, false)
	}
}

// add adds the terms of a form that is spoken as it is spelt from some word on.
func (f *former) add(kind formKind, spelt, text string, inner bool) {
	sounds := suggest.Spell(spelt)
	for _, key := range sounds.Keys() {
		f.buf = append(append(f.buf[:0], byte(kind)), key...)
		f.buf = append(append(append(f.buf, '\t'), sounds...), '\t')
		f.buf = append(append(f.buf, f.code...), '\t')
		if inner {
			f.buf = append(f.buf, '\t')
		}
		f.terms = append(f.terms, Term{Text: string(append(f.buf, text...)), Count: 1})
	}
}
