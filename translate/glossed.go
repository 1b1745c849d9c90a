package translate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate/lang"
)

// Glossed is a Translator that keeps terms for one that cannot: each term of
// its glossary and of the request's is replaced by a mark, such as <ID1>, that
// engines leave alone, and put back in the target's form. A text in whose translation a mark is
// missing or doubled fails with UPSTREAM_ERROR, and the details name the term.
//
// A term is found where it stands as whole words, spelt alike; of two that
// overlap the longer counts. The mark is the one that IndicTrans2 was trained
// to keep; in HTML it is a number in an element with translate="no".
type Glossed struct {
	inner Translator
	terms []Term
}

var (
	_ Translator = (*Glossed)(nil)
	_ PairLister = (*Glossed)(nil)
	_ Identifier = (*Glossed)(nil)
)

// NewGlossed makes a Glossed of t with terms that hold for every request,
// whatever its languages; a request's own term of the same Source goes before. There may be none.
func NewGlossed(t Translator, terms []Term) *Glossed {
	return &Glossed{inner: t, terms: slices.Clone(terms)}
}

// Identity is that of the Translator within and the version of the glossary.
func (g *Glossed) Identity() string {
	inner := IdentityOf(g.inner)
	if inner == "" {
		return ""
	}
	return inner + "/glossary-" + GlossaryVersion(g.terms)
}

// Pairs gives those of the Translator within.
func (g *Glossed) Pairs(ctx context.Context) ([]Pair, error) { return PairsOf(ctx, g.inner) }

// GlossaryVersion gives 16 hexadecimal digits that are the same for the same
// terms in any order, and differ for others; "none" for no terms.
func GlossaryVersion(terms []Term) string {
	if len(terms) == 0 {
		return "none"
	}
	lines := make([]string, len(terms))
	for i, t := range terms {
		lines[i] = strconv.Quote(t.Source) + "=" + strconv.Quote(t.Put())
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(lines), "\n")))
	return hex.EncodeToString(sum[:8])
}

// Translate translates with the terms marked, and puts them back.
func (g *Glossed) Translate(ctx context.Context, req *Request) (*Result, error) {
	if err := Check(req); err != nil {
		return nil, err
	}
	m := newMarker(append(slices.Clone(req.Glossary), g.terms...), req.Format)
	inner := req.with(make([]string, len(req.Texts)))
	inner.Glossary = nil
	marks := make([]map[int]Term, len(req.Texts))
	grown := make(map[int]error) // texts that marks make too long
	for i, text := range req.Texts {
		inner.Texts[i] = text
		if req.Source != req.Target {
			inner.Texts[i], marks[i] = m.mark(text)
		}
		if len(marks[i]) > 0 && lang.ScriptOf(m.found.ReplaceAllString(inner.Texts[i], "")) == "" {
			inner.Texts[i] = "" // nothing but terms: the glossary is the translation
		}
		if n := len(inner.Texts[i]); n > MaxTextBytes {
			inner.Texts[i], grown[i] = "", tooLong(i, n, MaxTextBytes)
		}
	}
	res, err := g.inner.Translate(ctx, inner)
	out := &Result{Texts: settle(len(req.Texts), res, err), Source: req.Source, Target: req.Target}
	for i := range out.Texts {
		if grown[i] != nil {
			out.Texts[i].Err = grown[i]
		}
		m.restore(&out.Texts[i], req.Texts[i], inner.Texts[i] == "", marks[i])
	}
	return Finish(out)
}

// marker replaces terms by marks and marks by terms.
type marker struct {
	format Format
	terms  map[rune][]Term // by first letter, the longest first
	found  *regexp.Regexp  // a mark, as an engine may have left it
}

var (
	plainMark = regexp.MustCompile(`(?i)<\s*ID\s*(\p{Nd}{1,6})\s*>`)
	htmlMark  = regexp.MustCompile(`(?i)<span\s+translate\s*=\s*["']?no["']?\s*>\s*(\p{Nd}{1,6})\s*</\s*span\s*>`)
)

func newMarker(terms []Term, format Format) *marker {
	m := &marker{format: format, terms: make(map[rune][]Term), found: plainMark}
	if format == HTML {
		m.found = htmlMark
	}
	seen := make(map[string]bool)
	for _, t := range terms {
		t = Term{Source: m.escaped(strings.TrimSpace(t.Source)), Target: m.escaped(strings.TrimSpace(t.Put()))}
		if t.Source == "" || seen[t.Source] {
			continue
		}
		seen[t.Source] = true
		first, _ := utf8.DecodeRuneInString(t.Source)
		m.terms[first] = append(m.terms[first], t)
	}
	for _, list := range m.terms {
		slices.SortStableFunc(list, func(a, b Term) int { return len(b.Source) - len(a.Source) })
	}
	return m
}

func (m *marker) escaped(s string) string {
	if m.format == HTML {
		return html.EscapeString(s)
	}
	return s
}

// mark gives text with its terms replaced, and the term of each mark's number.
func (m *marker) mark(text string) (string, map[int]Term) {
	if len(m.terms) == 0 {
		return text, nil
	}
	next := m.free(text)
	marks := make(map[int]Term)
	var out strings.Builder
	inWord := false
	for i := 0; i < len(text); {
		if n := unit(text[i:], m.format); n > 1 && text[i] == '<' {
			out.WriteString(text[i : i+n])
			i, inWord = i+n, false
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if t, ok := m.termAt(text, i, r); ok && !inWord {
			marks[next] = t
			out.WriteString(m.write(next))
			next++
			i += len(t.Source)
			continue
		}
		out.WriteString(text[i : i+n])
		inWord = wordPart(r)
		i += n
	}
	if len(marks) == 0 {
		return text, nil
	}
	return out.String(), marks
}

// termAt gives the longest term that stands at i as whole words.
func (m *marker) termAt(text string, i int, first rune) (Term, bool) {
	for _, t := range m.terms[first] {
		if !strings.HasPrefix(text[i:], t.Source) {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(t.Source)
		next, _ := utf8.DecodeRuneInString(text[i+len(t.Source):])
		if !wordPart(last) || i+len(t.Source) == len(text) || !wordPart(next) {
			return t, true
		}
	}
	return Term{}, false
}

// wordPart tells whether r is part of a word: a letter, a mark, a digit or a joiner.
func wordPart(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == '\u200c' || r == '\u200d'
}

func (m *marker) write(n int) string {
	if m.format == HTML {
		return fmt.Sprintf(`<span translate="no">%d</span>`, n)
	}
	return fmt.Sprintf("<ID%d>", n)
}

// free gives a number above those of what looks like marks in text already.
func (m *marker) free(text string) int {
	highest := 0
	for _, found := range m.found.FindAllStringSubmatch(text, -1) {
		highest = max(highest, number(found[1]))
	}
	return highest + 1
}

// number reads decimal digits of any script, as an engine may have written them.
func number(digits string) int {
	n := 0
	for _, r := range digits {
		d, _ := lang.DigitValue(r)
		n = 10*n + d
	}
	return n
}

// restore puts the terms of one text back into its translation.
func (m *marker) restore(t *Translation, source string, onlyTerms bool, marks map[int]Term) {
	if len(marks) == 0 || t.Err != nil {
		return
	}
	if onlyTerms {
		text, _ := m.mark(source)
		t.Text, t.Kind, t.Engine = text, Translated, "glossary"
	}
	if t.Kind == Transliterated {
		t.Err = fault.New(fault.Upstream, "a text with terms was transliterated", nil)
		return
	}
	seen := make(map[int]int)
	t.Text = m.found.ReplaceAllStringFunc(t.Text, func(found string) string {
		n := number(m.found.FindStringSubmatch(found)[1])
		term, ok := marks[n]
		if !ok {
			return found
		}
		seen[n]++
		return term.Target
	})
	for n, term := range marks {
		if seen[n] != 1 {
			t.Err = fault.New(fault.Upstream, fmt.Sprintf("the translation has a term %d times where it should have it once", seen[n]),
				fault.Details{"term": term.Source})
			return
		}
	}
}
