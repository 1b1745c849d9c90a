package parse

import (
	"bufio"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/rag/corpus"
)

// maxNesting is how many markers of quotes and lists may open one line of
// Markdown. The block parser descends into each; a person writes three.
const maxNesting = 100

// parseMarkdown reads CommonMark with the tables of GitHub and a front matter of
// "key: value" lines.
func parseMarkdown(w *writer, data []byte, item *ingest.Item) (metadata, error) {
	src, err := decodeText(data, item.ContentType)
	if err != nil {
		return metadata{}, err
	}
	meta, src := frontMatter(src)
	if len(src) > 8*w.max {
		return meta, errTextTooLarge(w.max)
	}
	if tooNested(src) {
		plainText(w, src)
		return meta, nil
	}
	md := &markdownWriter{w: w, src: []byte(src)}
	root := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList)).Parser().Parse(text.NewReader(md.src))
	md.blocks(root)
	meta.images = md.images
	return meta, nil
}

// frontMatter splits off the lines between two "---" or "+++" at the beginning.
func frontMatter(src string) (metadata, string) {
	var m metadata
	for _, fence := range []string{"---", "+++"} {
		head, rest, ok := strings.Cut(src, "\n")
		if !ok || strings.TrimRight(head, " \r") != fence {
			continue
		}
		lines := bufio.NewScanner(strings.NewReader(rest))
		used := len(head) + 1
		for n := 0; n < 200 && lines.Scan(); n++ {
			line := lines.Text()
			used += len(line) + 1
			if strings.TrimSpace(line) == fence {
				return m, src[min(used, len(src)):]
			}
			m.set(line)
		}
		return metadata{}, src
	}
	return m, src
}

// set reads one line of a front matter.
func (m *metadata) set(line string) {
	key, value, ok := strings.Cut(line, ":")
	if k, v, eq := strings.Cut(line, "="); eq && (!ok || len(k) < len(key)) {
		key, value = k, v
	}
	value = strings.TrimSpace(value)
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
	}
	switch strings.ToLower(strings.TrimSpace(key)) {
	case "title":
		setFirst(&m.title, value)
	case "author":
		setFirst(&m.author, value)
	case "lang", "language":
		setFirst(&m.language, value)
	case "date", "published", "published_date":
		if m.published.IsZero() {
			m.published = parseDate(value)
		}
	}
}

// tooNested tells whether a line opens more quotes and lists than a person would.
func tooNested(src string) bool {
	for line := range strings.Lines(src) {
		n, thematic := 0, true
		for i := range len(line) {
			c := line[i]
			if c == '>' || c == '-' || c == '+' || c == '*' {
				n++
				thematic = thematic && c != '>' && c != '+'
			} else if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
				thematic = false
				if c < '0' || c > '9' && c != ')' {
					break
				}
			}
		}
		if n > maxNesting && !thematic {
			return true
		}
	}
	return false
}

// markdownWriter turns a syntax tree into blocks.
type markdownWriter struct {
	w      *writer
	src    []byte
	images []corpus.Image
}

func (m *markdownWriter) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil && !m.w.done(); n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			m.w.block(corpus.Heading, n.Level, strings.ReplaceAll(m.inline(n), string(lineBreak), " "))
		case *ast.Paragraph, *ast.TextBlock:
			m.w.block(corpus.Paragraph, 0, m.inline(n))
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			m.w.verbatim(corpus.Code, m.raw(n))
		case *ast.List:
			m.w.lines(corpus.List, m.list(n, 0, nil))
		case *east.Table:
			m.w.lines(corpus.Table, m.table(n))
		case *ast.HTMLBlock:
			m.html(n)
		case *ast.ThematicBreak, *ast.LinkReferenceDefinition:
		default:
			m.blocks(n)
		}
	}
}

// list writes a list one line an item, the lists within it indented.
func (m *markdownWriter) list(l *ast.List, depth int, lines []string) []string {
	number := l.Start
	for item := l.FirstChild(); item != nil && !m.w.done(); item = item.NextSibling() {
		marker := "- "
		if l.IsOrdered() {
			marker = strconv.Itoa(number) + ". "
			number++
		}
		marker = strings.Repeat("  ", min(depth, maxListDepth)) + marker
		var body strings.Builder
		var nested []string
		for c := item.FirstChild(); c != nil; c = c.NextSibling() {
			if sub, ok := c.(*ast.List); ok {
				nested = m.list(sub, depth+1, nested)
				continue
			}
			body.WriteString(m.flat(c))
			body.WriteByte(' ')
		}
		if s := cleanLine(body.String()); s != "" {
			lines = append(lines, marker+s)
		}
		lines = append(lines, nested...)
	}
	return lines
}

// flat gives the text of any block as one line.
func (m *markdownWriter) flat(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock, *ast.Heading:
		return m.inline(n)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		return m.raw(n)
	case *ast.HTMLBlock:
		return m.stripped(n)
	case *east.Table:
		return strings.Join(m.table(n), "; ")
	}
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		b.WriteString(m.flat(c))
		b.WriteByte(' ')
	}
	return b.String()
}

func (m *markdownWriter) table(t *east.Table) []string {
	var rows []string
	for row := t.FirstChild(); row != nil && !m.w.done(); row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			if s := cleanLine(m.inline(cell)); s != "" {
				cells = append(cells, s)
			}
		}
		if len(cells) > 0 {
			rows = append(rows, strings.Join(cells, " | "))
		}
	}
	return rows
}

// inline gives the text of a block's content without its marks. Pictures go to
// the document's images, their descriptions with them.
func (m *markdownWriter) inline(block ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(block, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.WriteString(unescape(n.Segment.Value(m.src), n.IsRaw()))
			if n.HardLineBreak() {
				b.WriteRune(lineBreak)
			} else if n.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(m.src))
		case *ast.RawHTML:
			return ast.WalkSkipChildren, nil
		case *ast.Image:
			if n == block {
				break
			}
			if len(m.images) < maxImages {
				m.images = append(m.images, corpus.Image{URL: string(n.Destination), AltText: cleanLine(m.inline(n))})
			}
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// unescape resolves backslashes and entities, which the tree still has as written.
func unescape(s []byte, raw bool) string {
	if raw {
		return string(s)
	}
	return html.UnescapeString(string(util.UnescapePunctuations(s)))
}

// raw gives the lines of a block as they stand in the source.
func (m *markdownWriter) raw(n ast.Node) string {
	var b strings.Builder
	for _, line := range n.Lines().Sliced(0, n.Lines().Len()) {
		b.Write(line.Value(m.src))
	}
	if h, ok := n.(*ast.HTMLBlock); ok && h.HasClosure() {
		b.Write(h.ClosureLine.Value(m.src))
	}
	return b.String()
}

// html writes a block of HTML with the structure that it has.
func (m *markdownWriter) html(n ast.Node) {
	h := newHTMLWriter(m.w, nil)
	h.tokens([]byte(m.raw(n)))
	meta, _ := h.finish(m.w) // its error sticks to the writer
	m.images = append(m.images, meta.images...)
}

// stripped gives the text of a block of HTML.
func (m *markdownWriter) stripped(n ast.Node) string {
	h := newHTMLWriter(m.w.fork(), nil)
	h.tokens([]byte(m.raw(n)))
	_, _ = h.finish(h.w) // what is too long here is too long in the document
	return h.w.buf.String()
}
