package pdfium

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"github.com/akshara-go/akshara/ingest/parse"
)

// pageReader finds the lines of one page.
//
// PDFium guesses spaces from the gaps between glyphs, which fails for Indic
// scripts where a syllable of several glyphs stands under one ActualText (what
// browsers print): it tears syllables apart and drops the spaces that are there.
// The page's objects still have them, each space an object without ink, so that
// such pages are put together from their objects. All others are taken as PDFium
// reads them.
type pageReader struct {
	*worker
	page requests.Page
	text references.FPDF_TEXTPAGE
}

func (r *pageReader) lines() ([]parse.PDFLine, error) {
	height, err := r.p.FPDF_GetPageHeight(&requests.FPDF_GetPageHeight{Page: r.page})
	if err != nil {
		return nil, err
	}
	count, err := r.p.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: r.text})
	if err != nil || count.Count == 0 {
		return nil, err
	}
	got, err := r.p.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: r.text, Count: count.Count})
	if err != nil {
		return nil, err
	}
	text := strings.ToValidUTF8(got.Text, "\ufffd")
	if strings.ContainsFunc(text, indicMark) {
		g, err := r.glyphs(height.Height)
		if err != nil {
			return nil, err
		}
		if g != nil {
			chars, err := r.chars(count.Count, height.Height)
			return r.rebuild(g.once(chars), g, height.Height), err
		}
	}
	return r.plain(text, height.Height)
}

// plain splits PDFium's own text into lines and finds the box of each from its
// first and last characters.
func (r *pageReader) plain(text string, height float64) ([]parse.PDFLine, error) {
	var lines []parse.PDFLine
	at := 0 // in characters of PDFium, which are UTF-16 units
	for s := range strings.Lines(text) {
		units := len(utf16.Encode([]rune(s)))
		body := strings.TrimRight(s, "\r\n\x00")
		last := at + len(utf16.Encode([]rune(strings.TrimRightFunc(body, unicode.IsSpace)))) - 1
		if strings.TrimSpace(body) != "" {
			line := parse.PDFLine{Text: strings.ReplaceAll(body, "\ufffe", "\u00ad")} // how PDFium writes a hyphen that divides
			a, errA := r.p.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: r.text, Index: at})
			b, errB := r.p.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: r.text, Index: last})
			if errA == nil && errB == nil {
				line.X0, line.X1 = float64(a.Rect.Left), float64(b.Rect.Right)
				line.Y0, line.Y1 = height-float64(a.Rect.Top), height-float64(a.Rect.Bottom)
			}
			lines = append(lines, line)
		}
		at += units
	}
	return lines, r.ctx.Err()
}

// glyphs is what a page's text objects tell of their places.
type glyphs struct {
	blanks map[int][]float64 // by base line, where spaces without ink begin, in order
	order  map[point]int     // the number of the object that begins at a point
}

// glyphs looks at a page's text objects. Nil when the page does not write its
// spaces as objects without ink, or nests text in forms.
func (r *pageReader) glyphs(height float64) (*glyphs, error) {
	count, err := r.p.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: r.page})
	if err != nil {
		return nil, err
	}
	g := &glyphs{blanks: map[int][]float64{}, order: map[point]int{}}
	for i := range count.Count {
		got, err := r.p.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: r.page, Index: i})
		if err != nil {
			return nil, err
		}
		ref := got.PageObject
		kind, err := r.p.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: ref})
		if err != nil {
			return nil, err
		}
		if kind.Type == enums.FPDF_PAGEOBJ_FORM {
			return nil, nil
		}
		if kind.Type != enums.FPDF_PAGEOBJ_TEXT {
			continue
		}
		bounds, err := r.p.FPDFPageObj_GetBounds(&requests.FPDFPageObj_GetBounds{PageObject: ref})
		if err != nil {
			return nil, err
		}
		m, err := r.p.FPDFPageObj_GetMatrix(&requests.FPDFPageObj_GetMatrix{PageObject: ref})
		if err != nil {
			return nil, err
		}
		at := point{float64(m.Matrix.E), height - float64(m.Matrix.F)}
		if bounds.Right > bounds.Left || r.inSpan(ref) {
			g.order[at.rounded()] = i
			continue
		}
		g.blanks[row(at.y)] = append(g.blanks[row(at.y)], at.x)
	}
	if len(g.blanks) == 0 {
		return nil, nil
	}
	for _, xs := range g.blanks {
		slices.Sort(xs)
	}
	return g, nil
}

// inSpan tells whether an object stands under an ActualText of its own: a glyph
// without ink there is part of a syllable, no space.
func (r *pageReader) inSpan(ref references.FPDF_PAGEOBJECT) bool {
	n, err := r.p.FPDFPageObj_CountMarks(&requests.FPDFPageObj_CountMarks{PageObject: ref})
	if err != nil || n.Count == 0 {
		return false
	}
	mark, err := r.p.FPDFPageObj_GetMark(&requests.FPDFPageObj_GetMark{PageObject: ref, Index: uint64(n.Count - 1)})
	if err != nil {
		return false
	}
	name, err := r.p.FPDFPageObjMark_GetName(&requests.FPDFPageObjMark_GetName{PageObjectMark: mark.Mark})
	return err == nil && name.Name == "Span"
}

// point is a place on a page, y growing downwards.
type point struct{ x, y float64 }

// rounded makes places comparable that were measured in two ways.
func (p point) rounded() point {
	return point{math.Round(p.x * 32), math.Round(p.y * 32)}
}

// once drops syllables that PDFium gives twice. It gives an ActualText again when
// it believes another glyph to stand between two of its glyphs; the second
// giving is at the place of the object right behind the first's. A syllable that is
// really written twice has its own glyphs between.
func (g *glyphs) once(chars []char) []char {
	out := chars[:0:0]
	var groups [][]char // of characters at one place
	for len(chars) > 0 {
		n := 1
		for n < len(chars) && chars[n].point == chars[0].point {
			n++
		}
		group := chars[:n]
		chars = chars[n:]
		for back := 1; back <= 3 && back <= len(groups); back++ {
			if g.again(groups[len(groups)-back], group) {
				group = nil
				break
			}
		}
		if group != nil {
			groups = append(groups, group)
			out = append(out, group...)
		}
	}
	return out
}

func (g *glyphs) again(a, b []char) bool {
	if len(a) < 2 || !slices.EqualFunc(a, b, func(x, y char) bool { return x.r == y.r }) {
		return false
	}
	first, ok1 := g.order[a[0].rounded()]
	second, ok2 := g.order[b[0].rounded()]
	return ok1 && ok2 && second == first+1
}

// char is one character that the file has, not one that PDFium guessed.
type char struct {
	r rune
	point
	index int
}

// chars gives the page's own characters with their origins.
func (r *pageReader) chars(count int, height float64) ([]char, error) {
	out := make([]char, 0, count)
	for i := range count {
		u, err := r.p.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: r.text, Index: i})
		if err != nil {
			return nil, err
		}
		c := char{r: rune(u.Unicode), index: i}
		if c.r == 0 || c.r == '\r' || c.r == '\n' {
			continue
		}
		if c.r == ' ' {
			g, err := r.p.FPDFText_IsGenerated(&requests.FPDFText_IsGenerated{TextPage: r.text, Index: i})
			if err != nil {
				return nil, err
			}
			if g.IsGenerated {
				continue
			}
		}
		o, err := r.p.FPDFText_GetCharOrigin(&requests.FPDFText_GetCharOrigin{TextPage: r.text, Index: i})
		if err != nil {
			return nil, err
		}
		c.point = point{o.X, height - o.Y}
		out = append(out, c)
	}
	return out, nil
}

// rebuild puts lines together from characters and blanks: a line ends where the
// next character stands higher or lower, or to the left; a space stands where a
// blank lies between two characters, or a gap that is wide for any letter.
func (r *pageReader) rebuild(chars []char, g *glyphs, height float64) []parse.PDFLine {
	var lines []parse.PDFLine
	for len(chars) > 0 {
		h := r.size(chars[0].index)
		line := parse.PDFLine{X0: chars[0].x, Y0: chars[0].y - ascent*h, Y1: chars[0].y + descent*h}
		var b strings.Builder
		n := 0
		for ; n < len(chars); n++ {
			if n > 0 {
				prev, next := &chars[n-1], &chars[n]
				if math.Abs(next.y-prev.y) > 0.3*h || next.x < prev.x-2*h {
					break
				}
				if between(g.blanks[row(prev.y)], prev.x, next.x) || r.apart(prev, next, h) {
					b.WriteByte(' ')
				}
			}
			if c := chars[n].r; c == '\ufffe' { // how PDFium writes a hyphen that divides
				b.WriteRune('\u00ad')
			} else {
				b.WriteRune(c)
			}
		}
		last := &chars[n-1]
		line.X1 = last.x + h/2
		if box, err := r.p.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: r.text, Index: last.index}); err == nil {
			line.X1 = float64(box.Rect.Right)
		}
		if line.Text = strings.TrimSpace(b.String()); line.Text != "" {
			lines = append(lines, line)
		}
		chars = chars[n:]
	}
	return lines
}

// What a line takes above and below its base line, for each unit of its size.
// The boxes of characters will not do: those of a syllable under an ActualText
// are the boxes of its first glyph.
const (
	ascent  = 0.95
	descent = 0.25
)

// size is the size of a character as it stands on the page, in points.
func (r *pageReader) size(index int) float64 {
	size, err := r.p.FPDFText_GetFontSize(&requests.FPDFText_GetFontSize{TextPage: r.text, Index: index})
	if err != nil {
		return 0
	}
	m, err := r.p.FPDFText_GetMatrix(&requests.FPDFText_GetMatrix{TextPage: r.text, Index: index})
	if err != nil {
		return size.FontSize
	}
	return size.FontSize * math.Hypot(float64(m.Matrix.C), float64(m.Matrix.D))
}

// apart tells whether there is a wide gap between two characters of a line, as
// between two columns. The box of a character tells where it ends, but for one
// of a syllable under an ActualText, which may be as wide as two and a half
// times its size.
func (r *pageReader) apart(a, b *char, size float64) bool {
	step := b.x - a.x
	if a.r >= 0x900 {
		return step > 2.5*size
	}
	if step < 0.7*size {
		return false
	}
	box, err := r.p.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: r.text, Index: a.index})
	return err == nil && b.x-float64(box.Rect.Right) > 0.2*size
}

// row tells the base lines of a page apart, to half a point.
func row(y float64) int { return int(math.Round(2 * y)) }

// between tells whether a sorted list has a number in (a, b).
func between(xs []float64, a, b float64) bool {
	i, _ := slices.BinarySearch(xs, a+0.01)
	return i < len(xs) && xs[i] < b
}

// indicMark tells whether r is a sign of a Brahmic script of India.
func indicMark(r rune) bool {
	return (r >= 0x900 && r < 0xD80 || r >= 0xABC0 && r <= 0xABFF) && unicode.Is(unicode.M, r)
}
