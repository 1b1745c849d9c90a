package parse

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/akshara-go/akshara/rag/corpus"
)

const (
	maxListDepth = 8     // deeper lists are written at this depth
	maxImages    = 10000 // of one page; more are an error of the page, not pictures of a document
)

// htmlWriter turns the tags and texts of a page, in their order, into blocks.
// It keeps no tree, so that it works on pages of any depth and size.
type htmlWriter struct {
	w    *writer
	base *url.URL
	meta htmlMetadata

	text    strings.Builder // of the block that is being read
	heading int             // level of the heading that is being read
	skip    atom.Atom       // element whose content is left out
	skipped int             // how deep its own kind is nested
	pre     int
	flat    bool // there is no tree: end tags may be missing

	lists []listState
	items []string
	item  string // marker of the item that is being read

	tables int // depth
	row    []string
	rows   []string
}

type listState struct {
	ordered bool
	n       int
}

func newHTMLWriter(w *writer, base *url.URL) *htmlWriter {
	return &htmlWriter{w: w, base: base}
}

// dropped elements say nothing, or nothing that belongs to the document.
var dropped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Template: true, atom.Svg: true, atom.Iframe: true, atom.Object: true, atom.Canvas: true,
	atom.Nav: true, atom.Aside: true, atom.Footer: true, atom.Button: true, atom.Select: true, atom.Textarea: true, atom.Audio: true, atom.Video: true, atom.Dialog: true,
	atom.Title: true, atom.Datalist: true, atom.Noembed: true, atom.Noframes: true,
}

// tree writes a node and what is under it. Depth is bounded by the parser's own limit of 512.
func (h *htmlWriter) tree(n *html.Node) {
	if h.w.done() {
		return
	}
	switch n.Type {
	case html.TextNode:
		h.characters(n.Data)
		return
	case html.ElementNode:
		tag := n.DataAtom
		if tag == atom.Table && isLayout(n) {
			tag = atom.Div // its cells are written as blocks of their own
		}
		h.start(tag, n.Attr)
		defer h.end(tag)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		h.tree(c)
	}
}

// tokens writes a page from its text, without a tree.
func (h *htmlWriter) tokens(data []byte) {
	h.flat = true
	z := html.NewTokenizer(bytes.NewReader(data))
	for !h.w.done() {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.TextToken:
			h.characters(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			h.start(t.DataAtom, t.Attr)
			if isVoid(t.DataAtom) {
				h.end(t.DataAtom)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			h.end(atom.Lookup(name))
		}
	}
}

func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// isLayout tells whether a table arranges a page rather than data: it has
// headings or further tables in its cells, or no row of more than one cell.
func isLayout(table *html.Node) bool {
	wide := false
	for n := range table.Descendants() {
		switch n.DataAtom {
		case atom.Table, atom.H1, atom.H2, atom.H3, atom.H4:
			return true
		case atom.Td, atom.Th:
			for s := n.NextSibling; s != nil && !wide; s = s.NextSibling {
				wide = s.DataAtom == atom.Td || s.DataAtom == atom.Th
			}
		}
	}
	return !wide
}

func (h *htmlWriter) characters(s string) {
	h.meta.characters(s)
	if h.skip != 0 || h.text.Len() > 8*h.w.max {
		return
	}
	h.text.WriteString(s)
}

func (h *htmlWriter) start(a atom.Atom, attrs []html.Attribute) {
	h.meta.start(a, attrs)
	if h.skip != 0 {
		if a == h.skip {
			h.skipped++
		}
		return
	}
	if h.leaveOut(a, attrs) {
		h.skip, h.skipped = a, 1
		return
	}
	switch a {
	case atom.Br:
		h.text.WriteRune(lineBreak)
		if h.pre > 0 {
			h.text.WriteByte('\n')
		}
	case atom.Img:
		h.image(attrs)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		h.breakBlock()
		h.heading = int(a.String()[1] - '0')
	case atom.Pre:
		h.breakBlock()
		h.pre++
	case atom.Ul, atom.Ol:
		h.startList(a == atom.Ol)
	case atom.Li:
		h.startItem()
	case atom.Table:
		h.startTable()
	case atom.Tr:
		if h.tables == 1 {
			h.endRow()
		} else {
			h.breakBlock()
		}
	case atom.Td, atom.Th:
		if h.tables == 1 {
			h.endCell()
		} else {
			h.breakBlock()
		}
	default:
		if isBlock(a) {
			h.breakBlock()
		}
	}
}

func (h *htmlWriter) end(a atom.Atom) {
	h.meta.end(a)
	if h.skip != 0 {
		if a == h.skip {
			if h.skipped--; h.skipped == 0 {
				h.skip = 0
			}
		}
		return
	}
	switch a {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		h.breakBlock()
		h.heading = 0
	case atom.Pre:
		h.breakBlock()
		h.pre = max(0, h.pre-1)
	case atom.Ul, atom.Ol:
		h.endList()
	case atom.Li:
		h.endItem()
	case atom.Tr:
		if h.tables == 1 {
			h.endRow()
		} else {
			h.breakBlock()
		}
	case atom.Td, atom.Th:
		if h.tables == 1 {
			h.endCell()
		} else {
			h.breakBlock()
		}
	case atom.Table:
		h.endTable()
	default:
		if isBlock(a) {
			h.breakBlock()
		}
	}
}

// leaveOut tells whether an element and its content are no part of the text.
// Without a tree a missing end tag would lose the rest of the page, so that only
// elements are left out whose text is no prose.
func (h *htmlWriter) leaveOut(a atom.Atom, attrs []html.Attribute) bool {
	switch {
	case a == 0 || isVoid(a) || a == atom.Html || a == atom.Body:
		return false
	case h.flat:
		return a == atom.Script || a == atom.Style || a == atom.Title || a == atom.Textarea || a == atom.Iframe || a == atom.Noembed || a == atom.Noframes
	}
	return dropped[a] || hidden(attrs)
}

// hidden tells whether an element is not shown.
func hidden(attrs []html.Attribute) bool {
	for _, a := range attrs {
		switch a.Key {
		case "hidden":
			return true
		case "style":
			s := strings.ReplaceAll(strings.ToLower(a.Val), " ", "")
			if strings.Contains(s, "display:none") || strings.Contains(s, "visibility:hidden") {
				return true
			}
		}
	}
	return false
}

func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Body, atom.Html, atom.Head, atom.Blockquote, atom.Figure, atom.Figcaption,
		atom.Dl, atom.Dt, atom.Dd, atom.Form, atom.Fieldset, atom.Legend, atom.Address, atom.Details, atom.Summary, atom.Hr, atom.Center, atom.Caption, atom.Option, atom.Label:
		return true
	}
	return false
}

// breakBlock ends the block that is being read. Inside an item or a cell a block
// is no more than a space, since both are written as one line.
func (h *htmlWriter) breakBlock() {
	if h.tables > 0 || len(h.lists) > 0 && h.item != "" {
		h.text.WriteByte(' ')
		return
	}
	h.flush()
}

// flush writes the block that is being read, outside of lists and tables.
func (h *htmlWriter) flush() {
	if h.text.Len() == 0 {
		return
	}
	text := h.text.String()
	h.text.Reset()
	switch {
	case h.pre > 0:
		h.w.verbatim(corpus.Code, strings.ReplaceAll(text, string(lineBreak), ""))
	case h.heading > 0:
		h.w.block(corpus.Heading, h.heading, strings.ReplaceAll(text, string(lineBreak), " "))
		h.heading = 0
	default:
		h.w.block(corpus.Paragraph, 0, text)
	}
}

func (h *htmlWriter) startList(ordered bool) {
	if h.tables > 0 {
		h.text.WriteByte(' ')
		return
	}
	if h.item != "" {
		h.endItem()
	} else {
		h.flush()
	}
	h.lists = append(h.lists, listState{ordered: ordered})
}

func (h *htmlWriter) startItem() {
	if h.tables > 0 {
		h.text.WriteByte(' ')
		return
	}
	h.endItem()
	h.item = "- "
	if n := len(h.lists); n > 0 && h.lists[n-1].ordered {
		h.lists[n-1].n++
		h.item = strconv.Itoa(h.lists[n-1].n) + ". "
	}
	if len(h.lists) == 0 {
		h.lists = append(h.lists, listState{})
	}
}

func (h *htmlWriter) endItem() {
	if h.tables > 0 {
		h.text.WriteByte(' ')
		return
	}
	if len(h.lists) == 0 {
		h.flush()
		return
	}
	if text := cleanLine(h.text.String()); text != "" {
		indent := strings.Repeat("  ", min(len(h.lists), maxListDepth)-1)
		h.items = append(h.items, indent+h.item+text)
	}
	h.text.Reset()
	h.item = ""
}

func (h *htmlWriter) endList() {
	if h.tables > 0 || len(h.lists) == 0 {
		h.breakBlock()
		return
	}
	h.endItem()
	h.lists = h.lists[:len(h.lists)-1]
	if len(h.lists) == 0 {
		h.w.lines(corpus.List, h.items)
		h.items = h.items[:0]
	}
}

// startTable begins a table; one in a list ends the item that it stands in.
func (h *htmlWriter) startTable() {
	if h.tables == 0 && h.item != "" {
		h.endItem()
	} else {
		h.breakBlock()
	}
	h.tables++
}

func (h *htmlWriter) endCell() {
	if text := cleanLine(h.text.String()); text != "" {
		h.row = append(h.row, text)
	}
	h.text.Reset()
}

func (h *htmlWriter) endRow() {
	h.endCell()
	if len(h.row) > 0 {
		h.rows = append(h.rows, strings.Join(h.row, " | "))
	}
	h.row = h.row[:0]
}

func (h *htmlWriter) endTable() {
	switch {
	case h.tables > 1:
		h.tables--
		h.text.WriteByte(' ')
	case h.tables == 1:
		h.endRow()
		h.tables = 0
		if len(h.lists) > 0 { // a table in a list: each row is a line of it
			h.items = append(h.items, h.rows...)
		} else {
			h.w.lines(corpus.Table, h.rows)
		}
		h.rows = h.rows[:0]
	default:
		h.breakBlock()
	}
}

func (h *htmlWriter) image(attrs []html.Attribute) {
	src, alt := attr(attrs, "src"), cleanLine(attr(attrs, "alt"))
	if src == "" || strings.HasPrefix(src, "data:") || len(src) > 2048 || len(h.meta.images) >= maxImages {
		return
	}
	u, err := url.Parse(src)
	if err != nil {
		return
	}
	if h.base != nil {
		u = h.base.ResolveReference(u)
	}
	h.meta.images = append(h.meta.images, corpus.Image{URL: u.String(), AltText: alt})
}

func attr(attrs []html.Attribute, key string) string {
	for _, a := range attrs {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// finish closes what is still open and hands the text to w.
func (h *htmlWriter) finish(w *writer) (htmlMetadata, error) {
	for h.tables > 0 {
		h.endTable()
	}
	for len(h.lists) > 0 {
		h.endList()
	}
	h.flush()
	if w != h.w {
		w.take(h.w)
	}
	h.meta.settle()
	return h.meta, h.w.err
}
