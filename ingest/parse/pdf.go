package parse

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
)

// PDFReader takes the text out of PDF files. It may be called concurrently, and
// must not keep or change data. It returns [ErrPDFEncrypted], [ErrPDFDamaged],
// [ErrPDFPages] or [ErrPDFText], wrapped or not, or the context's error; any
// other error counts as the reader's own failure.
type PDFReader interface {
	ReadPDF(ctx context.Context, data []byte, limits PDFLimits) (*PDF, error)
}

// PDFLimits bound what a PDFReader reads.
type PDFLimits struct {
	Pages int // a file with more is ErrPDFPages
	Text  int // bytes; a file with more is ErrPDFText
}

// What can be wrong with a PDF file.
var (
	ErrPDFEncrypted = errors.New("the PDF file is encrypted")
	ErrPDFDamaged   = errors.New("the PDF file is damaged")
	ErrPDFPages     = errors.New("the PDF file has too many pages")
	ErrPDFText      = errors.New("the PDF file has too much text")
)

// PDF is what a PDFReader found, page 1 first.
type PDF struct {
	Title, Author string
	Created       time.Time
	Pages         []PDFPage
}

// PDFPage is the lines of one page in reading order.
type PDFPage struct {
	Lines []PDFLine
}

// PDFLine is one line of text with its box in points, y growing downwards.
type PDFLine struct {
	Text           string
	Block          int // lines of one block of the layout share a number
	X0, Y0, X1, Y1 float64
}

func (l *PDFLine) height() float64 { return l.Y1 - l.Y0 }

// parsePDF reads a PDF file page by page.
func (p *Parser) parsePDF(w *writer, data []byte) (metadata, error) {
	if p.opts.PDF == nil {
		return metadata{}, failed(nil, "PDF files cannot be read here: neither poppler nor another reader is set up", fault.Details{"reason": "no_pdf_reader"})
	}
	limits := PDFLimits{Pages: p.opts.MaxPages, Text: p.opts.MaxText}
	pdf, err := p.opts.PDF.ReadPDF(w.ctx, data, limits)
	if err != nil {
		return metadata{}, pdfError(err, limits)
	}
	layoutPDF(w, pdf)
	if w.err == nil && w.buf.Len() == 0 {
		return metadata{}, failed(nil, "the PDF file has no text: it was probably scanned, and OCR is needed to read it",
			fault.Details{"reason": "no_text", "pages": len(pdf.Pages)})
	}
	return metadata{title: pdf.Title, author: pdf.Author, published: pdf.Created}, nil
}

func pdfError(err error, limits PDFLimits) error {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, ErrPDFEncrypted):
		return failed(err, "the PDF file is encrypted and needs a password", fault.Details{"reason": "encrypted"})
	case errors.Is(err, ErrPDFDamaged):
		return failed(err, "the PDF file is damaged and cannot be read", fault.Details{"reason": "damaged"})
	case errors.Is(err, ErrPDFPages):
		return tooLarge("the PDF file has too many pages", int64(limits.Pages), "max_pages")
	case errors.Is(err, ErrPDFText):
		return errTextTooLarge(limits.Text)
	}
	return failed(err, "the PDF file could not be read", fault.Details{"reason": "reader"})
}

// layoutPDF turns lines into paragraphs, lists and headings, and notes where each page lies.
func layoutPDF(w *writer, pdf *PDF) {
	sizes := headingSizes(pdf)
	for i := range pdf.Pages {
		first := len(w.blocks)
		layoutPage(w, pdf.Pages[i].Lines, sizes)
		page := corpus.Span{Start: w.buf.Len(), End: w.buf.Len()}
		if first < len(w.blocks) {
			page.Start = w.blocks[first].Start
		}
		w.pages = append(w.pages, page)
		if w.done() {
			return
		}
	}
}

func layoutPage(w *writer, lines []PDFLine, sizes []float64) {
	g := measurePage(lines)
	for len(lines) > 0 && !w.done() {
		n := g.paragraph(lines)
		para := lines[:n]
		lines = lines[n:]
		switch level := headingLevel(para, sizes); {
		case level > 0:
			w.block(corpus.Heading, level, joinLines(para))
		case isBullet(para[0].Text):
			items := []string{clean(joinLines(para))}
			for len(lines) > 0 && isBullet(lines[0].Text) {
				n = g.paragraph(lines)
				items = append(items, clean(joinLines(lines[:n])))
				lines = lines[n:]
			}
			w.lines(corpus.List, items)
		default:
			w.block(corpus.Paragraph, 0, joinLines(para))
		}
	}
}

// pageGeometry is what lines of one page have in common.
type pageGeometry struct {
	pitch float64         // usual distance from one line to the next, 0 when there is none
	right map[int]float64 // where the longest line ends, by where lines begin
}

// columnStep is how far apart, in points, lines begin that belong to different columns.
const columnStep = 18

func column(l *PDFLine) int { return int(l.X0 / columnStep) }

func measurePage(lines []PDFLine) *pageGeometry {
	g := &pageGeometry{right: map[int]float64{}}
	var steps []float64
	for i := range lines {
		l := &lines[i]
		g.right[column(l)] = max(g.right[column(l)], l.X1)
		if i == 0 {
			continue
		}
		if d := l.Y0 - lines[i-1].Y0; d > 0.5*l.height() && d < 2.5*l.height() && column(l) == column(&lines[i-1]) {
			steps = append(steps, d)
		}
	}
	g.pitch = median(steps)
	return g
}

// paragraph gives how many of the lines, at least one, make up the first paragraph.
func (g *pageGeometry) paragraph(lines []PDFLine) int {
	n := 1
	for n < len(lines) && !g.ends(&lines[n-1], &lines[n]) {
		n++
	}
	return n
}

// ends tells whether a paragraph ends between two lines: they stand side by
// side, further apart than lines usually do, differ in size, the first ends well
// before its column does, or the second has a bullet. A reader's blocks may cut a
// paragraph, as where a line has a word in a taller font, so that lines of two
// blocks belong together when the first is full.
func (g *pageGeometry) ends(a, b *PDFLine) bool {
	step := b.Y0 - a.Y0
	h := max(a.height(), b.height())
	if h <= 0 {
		return a.Block != b.Block || isBullet(b.Text)
	}
	if step < 0.3*h || g.pitch > 0 && step > 1.35*g.pitch || h > 1.3*min(a.height(), b.height()) || isBullet(b.Text) {
		return true
	}
	right := g.right[column(a)]
	width := right - a.X0
	short := width > 10*h && right-a.X1 > 0.25*width
	return short || a.Block != b.Block && (column(a) != column(b) || right-a.X1 > 0.15*width)
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[len(v)/2]
}

func isBullet(line string) bool {
	r, n := utf8.DecodeRuneInString(line)
	return strings.ContainsRune("•●▪◦‣○■□➢✓", r) && n < len(line) || strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "– ")
}

// joinLines makes one line of a paragraph's lines. A word that was divided at
// the end of a line, as only Latin script is, is made whole.
func joinLines(lines []PDFLine) string {
	var b strings.Builder
	for i := range lines {
		text := strings.TrimSpace(lines[i].Text)
		if i+1 < len(lines) && divided(text, strings.TrimSpace(lines[i+1].Text)) {
			_, n := utf8.DecodeLastRuneInString(text)
			b.WriteString(text[:len(text)-n])
			continue
		}
		b.WriteString(text)
		if i+1 < len(lines) {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// divided tells whether a line ends in a hyphen between two lower-case Latin letters.
func divided(line, next string) bool {
	hyphen, n := utf8.DecodeLastRuneInString(line)
	before, _ := utf8.DecodeLastRuneInString(line[:len(line)-n])
	after, _ := utf8.DecodeRuneInString(next)
	return (hyphen == '-' || hyphen == '\u2010' || hyphen == '\u00ad') && latinLower(before) && latinLower(after)
}

func latinLower(r rune) bool { return unicode.IsLower(r) && unicode.Is(unicode.Latin, r) }

// headingSize is how much taller than the body's lines a heading must be. Fonts
// of different scripts differ by up to a fifth at the same size.
const headingSize = 1.25

// headingSizes gives the line heights that are larger than the body's, the largest first.
func headingSizes(pdf *PDF) []float64 {
	var heights []float64
	for _, p := range pdf.Pages {
		for i := range p.Lines {
			for n := len(p.Lines[i].Text) / 16; n >= 0; n-- { // long lines weigh more
				heights = append(heights, p.Lines[i].height())
			}
		}
	}
	body := median(heights)
	if body <= 0 {
		return nil
	}
	var sizes []float64
	for i := len(heights) - 1; i >= 0 && heights[i] >= headingSize*body; i-- {
		if n := len(sizes); n == 0 || heights[i] < 0.93*sizes[n-1] {
			sizes = append(sizes, heights[i])
		}
	}
	return sizes
}

// headingLevel gives the level of a heading, 0 for other paragraphs: headings
// are tall, short, and end without a full stop.
func headingLevel(para []PDFLine, sizes []float64) int {
	last := para[len(para)-1].Text
	if len(para) > 3 || strings.HasSuffix(last, "।") || strings.HasSuffix(last, ".") || strings.HasSuffix(last, "۔") {
		return 0
	}
	h := para[0].height()
	for i, s := range sizes {
		if h >= 0.93*s {
			return min(i+1, 6)
		}
	}
	return 0
}

// PDFDate reads a date as PDF writes it (ISO 32000-1, 7.9.4), or the ISO form
// that tools print; the zero time when it is none.
func PDFDate(s string) time.Time { return parseDate(s) }
