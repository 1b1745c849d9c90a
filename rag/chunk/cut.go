package chunk

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/rag/corpus"
)

// unit is a piece of text that packing does not cut: a sentence, a line of a
// table, or a piece of one that is longer than a chunk.
type unit struct {
	corpus.Span
	tokens int
	piece  bool // of a longer sentence: no overlap begins here
}

// group is the units of a block: together they make a paragraph, a table...
type group struct {
	kind        corpus.BlockKind
	level       int
	title       string // of a heading
	first, last int    // units[first:last]
	tokens      int
}

// cutter turns a document into units and groups that cover its text wholly.
type cutter struct {
	text   string
	opts   *Options
	at     int // all before it is covered
	units  []unit
	groups []group
	spans  []corpus.Span // scratch
}

// document covers the text: the blocks, and as paragraphs what lies between them.
func (c *cutter) document(blocks []corpus.Block) {
	c.units = make([]unit, 0, len(c.text)/160+len(blocks)+1)
	for _, b := range blocks {
		if skipSpace(c.text, b.Start) >= b.End {
			continue
		}
		start := c.snap(b.Start)
		if skipSpace(c.text, c.at) >= start {
			start = c.at // indentation of the block's first line
		}
		c.paragraphs(start)
		c.block(b, c.snap(skipBlankLines(c.text, b.End)))
	}
	c.paragraphs(len(c.text))
}

// snap gives the first boundary between aksharas at or after i.
func (c *cutter) snap(i int) int {
	i = max(i, c.at)
	if i == 0 || i >= len(c.text) {
		return min(i, len(c.text))
	}
	// A line break or an ASCII letter begins an akshara whatever stands before it; so does
	// any of the text's aksharas that is found from there on.
	from := i
	for from > c.at && !(c.text[from] < utf8.RuneSelf && c.text[from] != '\n') {
		from--
	}
	for from < i {
		from = aksharaEnd(c.text, from)
	}
	return from
}

// paragraphs covers the text up to end, in paragraphs.
func (c *cutter) paragraphs(end int) {
	for c.at < end {
		stop := c.at + 1
		for stop < end {
			nl := strings.IndexByte(c.text[stop:end], '\n')
			if nl < 0 {
				stop = end
				break
			}
			stop += nl
			if after := emptyLine(c.text[:end], stop); after > 0 {
				stop = after
				break
			}
			stop++
		}
		c.block(corpus.Block{Kind: corpus.Paragraph}, min(stop, end))
	}
}

// block covers the text up to end as one group.
func (c *cutter) block(b corpus.Block, end int) {
	if c.at >= end {
		return
	}
	g := group{kind: b.Kind, level: b.Level, first: len(c.units)}
	c.spans = c.spans[:0]
	switch b.Kind {
	case corpus.Heading:
		g.title = strings.Join(strings.Fields(c.text[c.at:end]), " ")
		c.spans = append(c.spans, corpus.Span{Start: c.at, End: end})
	case corpus.List, corpus.Table, corpus.Code:
		c.spans = appendLines(c.spans, c.text, c.at, end)
	default:
		c.spans = appendSentences(c.spans, c.text, c.at, end)
	}
	for _, s := range c.spans {
		g.tokens += c.sentence(s)
	}
	g.last = len(c.units)
	c.groups = append(c.groups, g)
	c.at = end
}

// appendLines appends the lines of text[from:to], each with its line break and what is blank after it.
func appendLines(dst []corpus.Span, text string, from, to int) []corpus.Span {
	for from < to {
		end := to
		if nl := strings.IndexByte(text[skipSpace(text[:to], from):to], '\n'); nl >= 0 {
			end = skipBlankLines(text[:to], skipSpace(text[:to], from)+nl+1)
		}
		if end < to && property(firstRune(text, end)).joinsLeft() {
			end = min(to, aksharaEnd(text, end))
		}
		dst = append(dst, corpus.Span{Start: from, End: end})
		from = end
	}
	return dst
}

// skipBlankLines skips whole lines of white space, and keeps the indent of the next line.
func skipBlankLines(text string, i int) int {
	end := skipSpace(text, i)
	if end == len(text) {
		return end
	}
	if nl := strings.LastIndexByte(text[i:end], '\n'); nl >= 0 {
		return i + nl + 1
	}
	return i
}

// sentence adds a sentence as one unit, or as several when it is longer than a chunk, and gives its tokens.
func (c *cutter) sentence(s corpus.Span) int {
	n := c.opts.Count(s.In(c.text))
	if n <= c.opts.Size {
		c.units = append(c.units, unit{Span: s, tokens: n})
		return n
	}
	total := 0
	for rest := s; rest.Len() > 0; {
		piece := c.prefix(rest, n)
		tokens := c.opts.Count(piece.In(c.text))
		c.units = append(c.units, unit{Span: piece, tokens: tokens, piece: true})
		total += tokens
		rest.Start = piece.End
		n -= tokens
	}
	return total
}

// prefix gives the longest beginning of s, a text of about n tokens, that is no
// longer than a chunk: cut after a space, or between aksharas where there is none.
func (c *cutter) prefix(s corpus.Span, n int) corpus.Span {
	if n <= c.opts.Size && c.fits(s) {
		return s
	}
	// A guess from the mean length of a token, then halved until it fits.
	want := s.Len()
	if n > 0 {
		want = max(1, int(float64(s.Len())*float64(c.opts.Size)/float64(n)))
	}
	for {
		p := c.cutNear(s, want)
		if want <= 1 || p.Len() <= 1 || c.fits(p) {
			return p
		}
		if first := aksharaEnd(c.text, s.Start); first >= p.End {
			return p // a single akshara is never cut
		}
		want = min(want, p.Len()) * 3 / 4
	}
}

func (c *cutter) fits(s corpus.Span) bool { return c.opts.Count(s.In(c.text)) <= c.opts.Size }

// cutNear gives a beginning of s of about want bytes, at least one akshara.
func (c *cutter) cutNear(s corpus.Span, want int) corpus.Span {
	limit := min(s.Start+want, s.End)
	if limit == s.End {
		return s
	}
	for limit > s.Start && !utf8.RuneStart(c.text[limit]) {
		limit--
	}
	for i := limit; i > s.Start; {
		r, n := utf8.DecodeLastRuneInString(c.text[s.Start:i])
		if unicode.IsSpace(r) && i < s.End && !property(firstRune(c.text, i)).joinsLeft() && firstRune(c.text, i) != '\n' {
			return corpus.Span{Start: s.Start, End: i}
		}
		i -= n
	}
	end := s.Start
	for end < limit {
		next := min(aksharaEnd(c.text, end), s.End)
		if next > limit && end > s.Start {
			break
		}
		end = next
	}
	return corpus.Span{Start: s.Start, End: max(end, min(aksharaEnd(c.text, s.Start), s.End))}
}
