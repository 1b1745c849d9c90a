package parse_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/ingest/parse"
)

const benchParagraph = "अजंता की गुफाएँ महाराष्ट्र में स्थित हैं, और इनकी भित्तिचित्र कला, जो दूसरी शताब्दी से आरंभ हुई, विश्व भर में प्रसिद्ध है। "

func benchmark(b *testing.B, opts *parse.Options, name string, data []byte, pages int) {
	b.Helper()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		_, err := parseBytes(opts, name, data)
		require.NoError(b, err)
	}
	if pages > 0 {
		b.ReportMetric(float64(pages*b.N)/b.Elapsed().Seconds(), "pages/s")
	}
}

func BenchmarkText(b *testing.B) {
	benchmark(b, nil, "a.txt", []byte(strings.Repeat(benchParagraph+"\n\n", 2000)), 0)
}

func BenchmarkMarkdown(b *testing.B) {
	benchmark(b, nil, "a.md", []byte(strings.Repeat("## शीर्षक\n\n"+benchParagraph+"\n\n- एक\n- दो\n\n", 1000)), 0)
}

func BenchmarkHTML(b *testing.B) {
	nav := "<ul>" + strings.Repeat("<li><a href=/x>मुखपृष्ठ</a></li>", 50) + "</ul>"
	page := "<!doctype html><html lang=hi><title>x</title><div class=menu>" + nav + "</div><article>" + strings.Repeat("<h2>शीर्षक</h2><p>"+benchParagraph+"</p>", 50) + "</article>"
	benchmark(b, nil, "a.html", []byte(page), 1)
}

func BenchmarkHTMLWithoutTree(b *testing.B) {
	benchmark(b, nil, "a.html", []byte("<html>"+strings.Repeat("<p class=x>"+benchParagraph+"</p>", 30_000)), 0)
}

func BenchmarkDOCX(b *testing.B) {
	benchmark(b, nil, "a.docx", docx(b, map[string]string{"word/document.xml": docxBody(strings.Repeat(p("", benchParagraph), 1000))}), 0)
}

func BenchmarkPoppler(b *testing.B) {
	data, err := os.ReadFile("testdata/qutb.pdf")
	require.NoError(b, err)
	benchmark(b, poppler(b), "a.pdf", data, 2)
}

func BenchmarkPopplerManyPages(b *testing.B) {
	pages := make([]string, 200)
	for i := range pages {
		pages[i] = strings.Repeat("The monument is open from sunrise to sunset on all days of the week.\n", 40)
	}
	benchmark(b, poppler(b), "a.pdf", pdfFile("", pages...), len(pages))
}
