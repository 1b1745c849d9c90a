package parse_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
)

func poppler(t testing.TB) *parse.Options {
	t.Helper()
	p, err := parse.FindPoppler()
	requireProgram(t, err, "poppler-utils")
	return &parse.Options{PDF: p}
}

func TestPopplerHindi(t *testing.T) {
	data, err := os.ReadFile("testdata/qutb.pdf")
	require.NoError(t, err)
	doc, err := parseBytes(poppler(t), "upload", data)
	require.NoError(t, err)
	checkDocument(t, doc)
	checkQutb(t, doc)
}

// checkQutb holds what any reader must get out of testdata/qutb.pdf, a page of
// Hindi that a browser printed.
func checkQutb(t *testing.T, doc *corpus.Document) {
	t.Helper()
	require.Equal(t, "application/pdf", doc.ContentType)
	require.Equal(t, "कुतुब मीनार: इतिहास और वास्तुकला", doc.Title)
	require.False(t, doc.PublishedAt.IsZero())
	out := outline(doc)
	require.Contains(t, out, "heading1: कुतुब मीनार\n")
	require.Contains(t, out, "heading2: टिकट और समय\n")
	require.Contains(t, out, "paragraph: कुतुब मीनार दिल्ली के महरौली क्षेत्र में स्थित ईंट से बनी विश्व की सबसे ऊँची मीनारों में से एक है। इसकी ऊँचाई 72.5 मीटर है और इसका व्यास आधार पर 14.3 मीटर तथा शिखर पर 2.75 मीटर है। मीनार के भीतर 379 सीढ़ियाँ हैं।\n")
	require.Contains(t, out, "paragraph: इसका निर्माण कुतुबुद्दीन ऐबक ने 1199 में आरंभ कराया और इल्तुतमिश ने इसे पूरा कराया। फिरोज़ शाह तुगलक ने बिजली गिरने के बाद पाँचवीं मंज़िल बनवाई।\n")
	require.Contains(t, out, "in 1993, and conservation continues under the Archaeological Survey of India to this day.\n")
	require.Len(t, doc.Pages, 2)
	require.Contains(t, doc.Pages[0].In(doc.Text), "पाँचवीं मंज़िल")
	require.True(t, strings.HasPrefix(doc.Pages[1].In(doc.Text), "टिकट और समय"))
}

func TestPopplerLatin(t *testing.T) {
	data := pdfFile("", "The monument is open from sunrise to sunset on all week-\ndays.", "", "Second page")
	doc, err := parseBytes(poppler(t), "upload", data)
	require.NoError(t, err)
	checkDocument(t, doc)
	require.Equal(t, "The monument is open from sunrise to sunset on all weekdays.\n\nSecond page", doc.Text)
	require.Equal(t, "Tourist Notice", doc.Title)
	require.Equal(t, "Archaeological Survey", doc.Author)
	require.Equal(t, time.Date(2024, 1, 15, 4, 0, 0, 0, time.UTC), doc.PublishedAt)
	require.Len(t, doc.Pages, 3)
	require.Equal(t, "Second page", doc.Pages[2].In(doc.Text))
	require.Zero(t, doc.Pages[1].Len())
}

func TestPopplerFaults(t *testing.T) {
	opts := poppler(t)
	t.Run("no text", func(t *testing.T) {
		_, err := parseBytes(opts, "scan.pdf", pdfFile("", "", ""))
		e := requireFault(t, err, fault.ProcessingFailed)
		require.Equal(t, fault.Details{"reason": "no_text", "pages": 2}, e.Details)
		require.Contains(t, e.Message, "OCR")
	})
	t.Run("encrypted", func(t *testing.T) {
		_, err := parseBytes(opts, "a.pdf", pdfFile(encrypted, "secret"))
		require.Equal(t, "encrypted", requireFault(t, err, fault.ProcessingFailed).Details["reason"])
		require.ErrorIs(t, err, parse.ErrPDFEncrypted)
	})
	t.Run("damaged", func(t *testing.T) {
		_, err := parseBytes(opts, "a.pdf", []byte("%PDF-1.7\nnothing that follows is a PDF"))
		require.Equal(t, "damaged", requireFault(t, err, fault.ProcessingFailed).Details["reason"])
	})
	t.Run("too many pages", func(t *testing.T) {
		limited := *opts
		limited.MaxPages = 2
		_, err := parseBytes(&limited, "a.pdf", pdfFile("", "a", "b", "c"))
		require.Equal(t, "max_pages", requireFault(t, err, fault.PayloadTooLarge).Details["limit_name"])
	})
	t.Run("too much text", func(t *testing.T) {
		limited := *opts
		limited.MaxText = 100
		_, err := parseBytes(&limited, "a.pdf", pdfFile("", strings.Repeat("some words\n", 30)))
		require.Equal(t, "max_text", requireFault(t, err, fault.PayloadTooLarge).Details["limit_name"])
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := opts.PDF.ReadPDF(ctx, pdfFile("", "a"), parse.PDFLimits{Pages: 1, Text: 100})
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestPopplerIsKilledWhenItHangs(t *testing.T) {
	script := t.TempDir() + "/pdftotext"
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\nexec sleep 60\n"), 0o700))
	p := parse.NewPoppler(script, 200*time.Millisecond)
	start := time.Now()
	_, err := p.ReadPDF(t.Context(), pdfFile("", "a"), parse.PDFLimits{Pages: 1, Text: 100})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(start), 10*time.Second)
}

func TestPopplerSeesNoEnvironment(t *testing.T) {
	t.Setenv("AKSHARA_TEST_SECRET", "hunter2")
	script := t.TempDir() + "/pdftotext"
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\necho \"$AKSHARA_TEST_SECRET\" >&2\nexit 1\n"), 0o700))
	_, err := parse.NewPoppler(script, 0).ReadPDF(t.Context(), pdfFile("", "a"), parse.PDFLimits{Pages: 1, Text: 100})
	require.ErrorIs(t, err, parse.ErrPDFDamaged)
	require.NotContains(t, err.Error(), "hunter2")
}

// scripted is a PDFReader that answers what a test wants.
type scripted struct {
	pdf *parse.PDF
	err error
}

func (s scripted) ReadPDF(context.Context, []byte, parse.PDFLimits) (*parse.PDF, error) {
	return s.pdf, s.err
}

func TestPDFLayout(t *testing.T) {
	line := func(y float64, text string) parse.PDFLine {
		return parse.PDFLine{Text: text, X0: 50, X1: 50 + 6*float64(len(text)), Y0: y, Y1: y + 12}
	}
	pdf := &parse.PDF{Pages: []parse.PDFPage{{Lines: []parse.PDFLine{
		{Text: "Fees", X0: 50, X1: 150, Y0: 10, Y1: 34},
		line(50, "Entry to the monument is free for children below the age"), line(64, "of fifteen years and for all others on Fridays, with-"), line(78, "out exception."),
		line(106, "A second paragraph stands further down than a line would."),
		line(120, "• cameras"), line(134, "• telephones"),
	}}}}
	doc, err := parseBytes(&parse.Options{PDF: scripted{pdf: pdf}}, "a", pdfFile("", "x"))
	require.NoError(t, err)
	checkDocument(t, doc)
	require.Equal(t, `heading1: Fees
paragraph: Entry to the monument is free for children below the age of fifteen years and for all others on Fridays, without exception.
paragraph: A second paragraph stands further down than a line would.
list: • cameras/• telephones
`, outline(doc))
	require.Equal(t, "Fees", doc.Title)

	_, err = parseBytes(&parse.Options{PDF: scripted{err: errors.New("boom at 10.0.0.1")}}, "a", pdfFile("", "x"))
	require.NotContains(t, requireFault(t, err, fault.ProcessingFailed).Message, "10.0.0.1")
}
