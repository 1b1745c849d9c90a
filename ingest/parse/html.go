package parse

import (
	"bytes"
	"net/url"
	"strings"

	"codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/rag/corpus"
)

// The sizes up to which a page is read as a tree. A tree costs some two hundred
// bytes a tag; what is larger, or nested deeper than the tree builder allows, is
// read tag by tag in memory that does not depend on the page.
const (
	maxTreeBytes = 8 << 20
	maxTreeTags  = 300_000
)

// Readability looks at the ancestors of every element, and cannot be stopped.
// Pages with more elements, or more ancestors in all, are taken whole; what is
// left takes it a second at most.
const (
	maxArticleElements  = 60_000
	maxArticleAncestors = 3_000_000
)

// minArticle is the share of a page's text, and the bytes, that the main content
// must have to be believed: short notices and pages made of tables have none
// that readability can find, and are taken whole.
const (
	minArticleShare = 0.3
	minArticleBytes = 600
)

// parseHTML reads a web page: its main content, or the whole of it without
// navigation when no main content stands out.
func parseHTML(w *writer, data []byte, item *ingest.Item) (metadata, error) {
	data = decodeHTML(data, item.ContentType)
	base := pageURL(item)
	page := newHTMLWriter(w.fork(), base)
	if len(data) > maxTreeBytes || bytes.Count(data, []byte("<")) > maxTreeTags {
		return page.whole(w, data)
	}
	root, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		return page.whole(w, data)
	}
	page.tree(root)
	meta, err := page.finish(page.w)
	if err != nil {
		return meta.metadata, err
	}
	if art := article(root, base, w, meta.headline); art != nil && believable(art.w, page.w) {
		meta.images = art.meta.images
		w.take(art.w)
		return meta.metadata, nil
	}
	w.take(page.w)
	return meta.metadata, nil
}

// whole reads a page without a tree.
func (h *htmlWriter) whole(w *writer, data []byte) (metadata, error) {
	h.tokens(data)
	meta, err := h.finish(w)
	return meta.metadata, err
}

// article gives the main content that readability finds; nil when it finds none or fails.
func article(root *html.Node, base *url.URL, w *writer, headline string) (out *htmlWriter) {
	elements, ancestors := weigh(root, 0)
	if elements > maxArticleElements || ancestors > maxArticleAncestors {
		return nil
	}
	defer func() {
		if recover() != nil {
			out = nil
		}
	}()
	p := readability.NewParser()
	p.DisableJSONLD = true // metadata is read elsewhere
	found, err := p.ParseAndMutate(root, base)
	if err != nil || found.Node == nil {
		return nil
	}
	out = newHTMLWriter(w.fork(), base)
	if headline != "" && !hasText(found.Node, headline) {
		out.w.block(corpus.Heading, 1, headline)
	}
	out.tree(found.Node)
	if _, err := out.finish(out.w); err != nil {
		return nil
	}
	return out
}

// weigh counts the elements of a tree, and the ancestors of each.
func weigh(n *html.Node, depth int) (elements, ancestors int) {
	elements, ancestors = 1, depth
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			e, a := weigh(c, depth+1)
			elements += e
			ancestors += a
		}
	}
	return elements, ancestors
}

// hasText tells whether the first heading of a tree says text already.
func hasText(n *html.Node, text string) bool {
	for d := range n.Descendants() {
		switch d.DataAtom {
		case atom.H1, atom.H2:
			return textOf(d) == text
		}
	}
	return false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return clean(b.String())
}

func believable(art, page *writer) bool {
	n := art.buf.Len()
	return art.err == nil && n >= minArticleBytes && float64(n) >= minArticleShare*float64(page.buf.Len())
}

// fork gives an empty writer with the same limits.
func (w *writer) fork() *writer { return &writer{ctx: w.ctx, max: w.max} }

// take makes what was written to o the content of w.
func (w *writer) take(o *writer) {
	w.buf.Reset()
	w.buf.WriteString(o.buf.String())
	w.blocks, w.err = o.blocks, o.err
}

func pageURL(item *ingest.Item) *url.URL {
	for _, s := range []string{item.Source.URL, item.Name} {
		if u, err := url.Parse(s); err == nil && u.IsAbs() && u.Host != "" {
			return u
		}
	}
	return nil
}
