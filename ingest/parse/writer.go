package parse

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/rag/corpus"
)

// lineBreak stands for a line break that a format asks for, such as <br>; all
// other white space is folded into single spaces.
const lineBreak = '\u2028'

// writer collects a document's text block by block, cleans it and keeps it
// within its limit. The first error sticks; whoever writes in a loop asks done.
type writer struct {
	ctx    context.Context
	max    int
	buf    strings.Builder
	blocks []corpus.Block
	pages  []corpus.Span
	calls  int
	err    error
}

// done tells whether to stop: the text is too long, or nobody waits for it any
// more. It is cheap enough to be called for every token.
func (w *writer) done() bool {
	if w.calls++; w.err == nil && w.calls&0xff == 0 {
		w.err = w.ctx.Err()
	}
	return w.err != nil
}

// block adds running text; white space is folded. Empty text adds nothing.
func (w *writer) block(kind corpus.BlockKind, level int, text string) {
	if w.check(len(text)) {
		w.add(kind, level, clean(text))
	}
}

// verbatim adds text whose spaces and lines matter.
func (w *writer) verbatim(kind corpus.BlockKind, text string) {
	if w.check(len(text)) {
		w.add(kind, 0, cleanVerbatim(text))
	}
}

// lines adds a block that is made of lines, each of them cleaned by the caller.
func (w *writer) lines(kind corpus.BlockKind, lines []string) {
	n := 0
	for _, l := range lines {
		n += len(l) + 1
	}
	if n > 0 && w.check(n) {
		w.add(kind, 0, strings.Join(lines, "\n"))
	}
}

// check refuses a text that is past any hope of fitting, before work is spent on it.
func (w *writer) check(n int) bool {
	if w.err == nil && n > 8*w.max {
		w.err = errTextTooLarge(w.max)
	}
	return w.err == nil
}

func (w *writer) add(kind corpus.BlockKind, level int, text string) {
	if text == "" || w.err != nil {
		return
	}
	gap := ""
	if w.buf.Len() > 0 {
		gap = "\n\n"
	}
	if w.buf.Len()+len(gap)+len(text) > w.max {
		w.err = errTextTooLarge(w.max)
		return
	}
	w.buf.WriteString(gap)
	start := w.buf.Len()
	w.buf.WriteString(text)
	w.blocks = append(w.blocks, corpus.Block{Kind: kind, Level: level, Span: corpus.Span{Start: start, End: w.buf.Len()}})
}

func errTextTooLarge(limit int) error {
	return tooLarge("the document's text is too long", int64(limit), "max_text")
}

// clean folds runs of white space into one space, turns lineBreak into a line
// break, and drops what cannot be seen: control characters, soft hyphens,
// zero-width spaces and byte order marks. Joiners stay: Indic scripts need them.
func clean(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space, newline := false, false
	for _, r := range s {
		switch {
		case r == lineBreak:
			newline = true
		case unicode.IsSpace(r) || r == '\u2029':
			space = true
		case invisible(r):
		default:
			if b.Len() > 0 {
				if newline {
					b.WriteByte('\n')
				} else if space {
					b.WriteByte(' ')
				}
			}
			space, newline = false, false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// cleanLine is clean without any line break.
func cleanLine(s string) string {
	return clean(strings.ReplaceAll(s, string(lineBreak), " "))
}

// cleanVerbatim keeps spaces, tabs and lines; it drops what cannot be seen, and
// empty lines and trailing space at either end.
func cleanVerbatim(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085' || r == '\v' || r == '\f':
			return '\n'
		case invisible(r):
			return -1
		}
		return r
	}, s)
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	for {
		line, rest, more := strings.Cut(s, "\n")
		if !more || strings.TrimSpace(line) != "" {
			return s
		}
		s = rest
	}
}

func invisible(r rune) bool {
	return r < utf8.RuneSelf && unicode.IsControl(r) || r >= 0x80 && r < 0xa0 ||
		r == '\u00ad' || r == '\u200b' || r == '\ufeff' || r == '\u2060'
}
