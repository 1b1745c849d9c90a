package chunk

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"sort"

	"github.com/akshara-go/akshara/rag/corpus"
)

// packer fills chunks with units, in order.
type packer struct {
	doc    *corpus.Document
	opts   *Options
	units  []unit
	groups []group
	chunks []corpus.Chunk

	first, next int  // units[first:next] is the chunk being filled
	fresh       int  // its first unit that no chunk has yet: before it stands overlap
	tokens      int  // of units[first:next]
	leading     bool // it holds nothing but headings yet
	headings    []heading
	seen        map[string]int // how often a text has been a chunk's
}

type heading struct {
	level int
	title string
}

func (p *packer) pack() {
	p.seen = make(map[string]int)
	for i := range p.groups {
		g := &p.groups[i]
		if g.kind == corpus.Heading {
			p.heading(g)
			continue
		}
		if p.tokens+g.tokens > p.opts.Size && g.tokens <= p.opts.Size && p.mayClose(g) {
			p.close(g.tokens)
		}
		for u := g.first; u < g.last; u++ {
			p.add(u)
		}
		p.leading = false
	}
	p.flush()
}

// mayClose tells whether to leave room in a chunk so that g stays whole: always
// for a table, a list or code, and for a paragraph when half the chunk is full.
// A heading is never left alone.
func (p *packer) mayClose(g *group) bool {
	if p.leading || p.next == p.fresh {
		return false
	}
	return g.kind != corpus.Paragraph || p.tokens >= p.opts.Size/2
}

// heading begins a chunk, unless only headings stand in the present one.
func (p *packer) heading(g *group) {
	if !p.leading && p.next > p.first {
		p.flush()
	}
	for n := len(p.headings); n > 0 && p.headings[n-1].level >= g.level; n-- {
		p.headings = p.headings[:n-1]
	}
	p.headings = append(p.headings, heading{level: g.level, title: g.title})
	for u := g.first; u < g.last; u++ {
		p.add(u)
	}
	p.leading = true
}

// add puts a unit into the chunk, or into a new one when it is full.
func (p *packer) add(u int) {
	if n := p.units[u].tokens; p.tokens+n > p.opts.Size && p.next > p.fresh {
		p.close(n)
	}
	p.tokens += p.units[u].tokens
	p.next = u + 1
}

// close ends the chunk and begins another with the last sentences of this one,
// as many as the overlap allows and as leave room for so many tokens.
func (p *packer) close(room int) {
	p.emit()
	first, tokens := p.next, 0
	for first > p.first+1 {
		u := &p.units[first-1]
		if u.piece || tokens+u.tokens > p.opts.Overlap || tokens+u.tokens+room > p.opts.Size {
			break
		}
		tokens += u.tokens
		first--
	}
	p.first, p.fresh, p.tokens = first, p.next, tokens
	p.leading = false
}

// flush ends the chunk, if there is one, and begins another without overlap.
func (p *packer) flush() {
	if p.next > p.fresh {
		p.emit()
	}
	p.first, p.fresh, p.tokens, p.leading = p.next, p.next, 0, false
}

// emit makes a chunk of units[first:next].
func (p *packer) emit() {
	units := p.units[p.first:p.next]
	span := corpus.Span{Start: units[0].Start, End: units[len(units)-1].End}
	text := span.In(p.doc.Text)
	c := corpus.Chunk{
		ID: chunkID(p.doc.ID, text, p.seen[text]), DocumentID: p.doc.ID, Ordinal: len(p.chunks),
		Span: span, Text: text, Tokens: p.tokens, Page: p.page(span),
		Sentences: make([]corpus.Span, len(units)),
	}
	for i := range units {
		c.Sentences[i] = units[i].Span
	}
	for _, h := range p.headings {
		c.Headings = append(c.Headings, h.title)
	}
	p.seen[text]++
	p.chunks = append(p.chunks, c)
}

// page gives the number of the page on which the span's first letter stands.
func (p *packer) page(span corpus.Span) int {
	pages := p.doc.Pages
	if len(pages) == 0 {
		return 0
	}
	at := skipSpace(p.doc.Text[:span.End], span.Start)
	n := sort.Search(len(pages), func(i int) bool { return pages[i].End > at })
	return min(n+1, len(pages))
}

// chunkID gives the first sixteen bytes of a SHA-256 of document, text and how
// often the document had the text before, in the form of a random UUID (RFC 9562, version 4).
func chunkID(document, text string, times int) string {
	h := sha256.New()
	h.Write(binary.AppendUvarint(nil, uint64(len(document))))
	h.Write([]byte(document))
	h.Write(binary.AppendUvarint(nil, uint64(times)))
	h.Write([]byte(text))
	id := slices.Clip(h.Sum(nil)[:16])
	id[6] = id[6]&0x0F | 0x40
	id[8] = id[8]&0x3F | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
