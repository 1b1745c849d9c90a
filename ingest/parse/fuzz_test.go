package parse_test

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/observe/fault"
)

// fuzz holds, for any input, that it either becomes a sound document or a typed error.
func fuzz(t *testing.T, opts *parse.Options, name string, data []byte) {
	doc, err := parseBytes(opts, name, data)
	if err != nil {
		code := fault.CodeOf(err)
		require.True(t, code == fault.ProcessingFailed || code == fault.PayloadTooLarge, "%v", err)
		require.NotContains(t, err.Error(), "goroutine", "a panic was caught")
		return
	}
	checkDocument(t, doc)
	require.True(t, utf8.ValidString(doc.Title+doc.Author))
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"क\n\nख", "\xff\xfea\x00", "\xfe\xff\x00a\xd8", "a\r\r\nb\u2028c\u2029d", "\xef\xbb\xbfx\xe0"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { fuzz(t, nil, "a.txt", data) })
}

func FuzzMarkdown(f *testing.F) {
	f.Add([]byte(markdown))
	f.Add([]byte("+++\ntitle = 'x'\n+++\n- [ ] a\n\t- b\n\n1. c\n\n   | a |\n   |---|\n   | b |\n"))
	f.Add([]byte("<table><tr><td>\n\n# x\n\n![![a](b)](c) [x]: y \\& &#0; &#x110000;"))
	f.Fuzz(func(t *testing.T, data []byte) { fuzz(t, nil, "a.md", data) })
}

func FuzzHTML(f *testing.F) {
	page, err := os.ReadFile("testdata/qutb.html")
	require.NoError(f, err)
	f.Add(page)
	f.Add([]byte("<html><ul><li><table><td><li><pre><h1><br></td></ul>x<td>y</table></ol></li>z"))
	f.Add([]byte(`<html lang=x><meta charset=utf-16><script type="application/ld+json">[{"datePublished":1,"author":[[{}]]}]</script><svg><p>a<title>b`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzz(t, nil, "a.html", append([]byte("<html>"), data...))
	})
}

func FuzzDOCX(f *testing.F) {
	f.Add(docxBody(p("Titel", "क")+"<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"), docxStyles)
	f.Add(docxBody("<w:p><w:r><w:t>a</w:t><w:p><w:t>b</w:t></w:p></w:r></w:tc></w:tr></w:tbl></w:p>"), "<w:style><w:basedOn/></w:style>")
	f.Add("</w:p></w:del><w:tc/><w:tbl>", "")
	f.Fuzz(func(t *testing.T, body, styles string) {
		fuzz(t, nil, "a.docx", docx(t, map[string]string{"word/document.xml": body, "word/styles.xml": styles}))
	})
}

// FuzzDOCXArchive changes the archive itself.
func FuzzDOCXArchive(f *testing.F) {
	f.Add(docx(f, map[string]string{"word/document.xml": docxBody(p("", "क"))}))
	f.Fuzz(func(t *testing.T, data []byte) { fuzz(t, nil, "a.docx", append([]byte("PK\x03\x04"), data...)) })
}

// FuzzPDFText feeds what comes after a PDFReader.
func FuzzPDFText(f *testing.F) {
	f.Add("Title\nline one-\nline two\n• item\f\nकु तुब", 12.0, 3.0)
	f.Add("a\n\n\nb", 0.0, -1.0)
	f.Fuzz(func(t *testing.T, text string, height, indent float64) {
		pdf := &parse.PDF{Title: text, Pages: []parse.PDFPage{{}}}
		for i, line := range strings.Split(text, "\n") {
			page := &pdf.Pages[len(pdf.Pages)-1]
			y := float64(i) * 14
			page.Lines = append(page.Lines, parse.PDFLine{Text: line, Block: i / 3, X0: indent * float64(i%4), X1: 400, Y0: y, Y1: y + height*float64(1+i%2)})
			if strings.HasSuffix(line, "\f") {
				pdf.Pages = append(pdf.Pages, parse.PDFPage{})
			}
		}
		fuzz(t, &parse.Options{PDF: scripted{pdf: pdf}}, "a.pdf", []byte("%PDF-1.4"))
	})
}

// FuzzPopplerLayout feeds what pdftotext prints to its reader.
func FuzzPopplerLayout(f *testing.F) {
	f.Add("<title>a &amp; b</title>\n<meta name=\"Author\" content=\"x\"/>\n<page width=\"1\">\n<block>\n<line >\n<word xMin=\"1\" yMin=\"2\" xMax=\"3\" yMax=\"4\">कु</word>\n<word xMin=\"5\" yMin=\"2\" xMax=\"9\" yMax=\"4\">तुब</word>\n</line>")
	f.Add("<word xMin=\"NaN\" yMin=\"\" xMax=\"1e999\" yMax=\"0\"></word>\n<page \n<word xMin=\"0")
	f.Fuzz(func(t *testing.T, out string) {
		pdf, err := parse.ReadLayout(strings.NewReader(out), parse.PDFLimits{Pages: 10, Text: 1 << 16})
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(pdf.Pages), 10)
		doc, err := parseBytes(&parse.Options{PDF: scripted{pdf: pdf}}, "a.pdf", []byte("%PDF-1.4"))
		if err == nil {
			checkDocument(t, doc)
		}
	})
}
