//go:build !race

package parse_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
)

func TestHTMLHostilePages(t *testing.T) {
	const end = "<p>अंत</p>"
	for name, page := range map[string]string{
		"deep divs":        "<html>" + strings.Repeat("<div>", 100_000) + end,
		"deep tables":      "<html>" + strings.Repeat("<table><tr><td>", 50_000) + end,
		"deep lists":       "<html>" + strings.Repeat("<ul><li>", 50_000) + end,
		"many attributes":  "<html><p " + strings.Repeat("a=b ", 100_000) + ">x</p>" + end,
		"many paragraphs":  "<html>" + strings.Repeat("<p>क</p>", 200_000) + end,
		"deep and wide":    "<html>" + strings.Repeat("<div>", 450) + strings.Repeat("<p>क, ख</p>", 20_000) + end,
		"many pictures":    "<html>" + strings.Repeat("<img src=a.jpg>", 200_000) + end,
		"unclosed comment": "<html>" + end + "<!-- " + strings.Repeat("x", 1_000_000),
		"formatting":       "<html>" + strings.Repeat("<b><i><a href=x>", 20_000) + end,
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			require.Contains(t, mustParse(t, "a.html", page).Text, "अंत")
			require.Less(t, time.Since(start), 2*time.Minute, "a page that costs the square of its size takes hours")
		})
	}
}

func TestHTMLOfOneLongLine(t *testing.T) {
	words := "<html><body><p>" + strings.Repeat("भारत एक विशाल देश है ", 1_000_000) // 50 MB of text
	_, err := parseBytes(nil, "a.html", []byte(words))
	require.Equal(t, "max_text", requireFault(t, err, fault.PayloadTooLarge).Details["limit_name"])

	tags := "<html><body>" + strings.Repeat(`<span class="long class name of no use at all"> </span>`, 900_000) + "<p>अंत</p>" // 50 MB of tags
	require.Equal(t, "अंत", mustParse(t, "a.html", tags).Text)
}

func TestDOCXBombs(t *testing.T) {
	zeros := func(n int) string {
		return docxBody(`<w:p><w:r><w:t>` + strings.Repeat(" ", n) + `x</w:t></w:r></w:p>`)
	}
	_, err := parseBytes(nil, "a.docx", docx(t, map[string]string{"word/document.xml": zeros(64 << 20)}))
	require.Equal(t, "max_ratio", requireFault(t, err, fault.PayloadTooLarge).Details["limit_name"])

	_, err = parseBytes(nil, "a.docx", docx(t, map[string]string{"word/document.xml": docxBody(p("", "x")), "docProps/core.xml": zeros(64 << 20)}))
	requireFault(t, err, fault.PayloadTooLarge)

	_, err = parseBytes(nil, "a.docx", docx(t, map[string]string{"word/document.xml": docxBody(strings.Repeat("<w:x>", 10_000) + p("", "x") + strings.Repeat("</w:x>", 10_000))}))
	requireFault(t, err, fault.ProcessingFailed)

	_, err = parseBytes(nil, "a.docx", docx(t, map[string]string{"word/document.xml": `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:p><w:r><w:t>&b;</w:t></w:r></w:p>`}))
	requireFault(t, err, fault.ProcessingFailed)

	var many bytes.Buffer
	z := zip.NewWriter(&many)
	for i := range 10_001 {
		_, err := z.Create(strings.Repeat("a", i%7) + "word/x")
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	_, err = parseBytes(nil, "a.docx", many.Bytes())
	require.Equal(t, "max_entries", requireFault(t, err, fault.PayloadTooLarge).Details["limit_name"])
}
