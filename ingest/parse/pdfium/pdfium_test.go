package pdfium_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/ingest/parse/pdfium"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
)

// newReader keeps what was compiled in the user's cache, so that only the first run pays.
func newReader(t testing.TB, opts pdfium.Options) *pdfium.Reader {
	t.Helper()
	if dir, err := os.UserCacheDir(); err == nil {
		opts.CacheDir = filepath.Join(dir, "akshara-test", "pdfium")
	}
	r := pdfium.New(&opts)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return r
}

func read(r *pdfium.Reader, data []byte) (*corpus.Document, error) {
	return parse.New(&parse.Options{PDF: r}).Parse(context.Background(), &ingest.Item{Name: "a.pdf", Body: bytes.NewReader(data)})
}

func TestHindi(t *testing.T) {
	data, err := os.ReadFile("../testdata/qutb.pdf")
	require.NoError(t, err)
	r := newReader(t, pdfium.Options{})
	doc, err := read(r, data)
	require.NoError(t, err)
	require.Equal(t, "कुतुब मीनार: इतिहास और वास्तुकला", doc.Title)
	require.False(t, doc.PublishedAt.IsZero())
	for _, want := range []string{
		"कुतुब मीनार दिल्ली के महरौली क्षेत्र में स्थित ईंट से बनी विश्व की सबसे ऊँची मीनारों में से एक है। इसकी ऊँचाई 72.5 मीटर है और इसका व्यास आधार पर 14.3 मीटर तथा शिखर पर 2.75 मीटर है। मीनार के भीतर 379 सीढ़ियाँ हैं।\n\n",
		"इसका निर्माण कुतुबुद्दीन ऐबक ने 1199 में आरंभ कराया और इल्तुतमिश ने इसे पूरा कराया। फिरोज़ शाह तुगलक ने बिजली गिरने के बाद पाँचवीं मंज़िल बनवाई।\n\n",
		"भारतीय पर्यटकों के लिए शुल्क 35 रुपये\n\n",
		"1199 कुतुबुद्दीन ऐबक", "1220 इल्तुतमिश",
		"and conservation continues under the Archaeological Survey of India to this day.",
	} {
		require.Contains(t, doc.Text, want)
	}
	require.Equal(t, corpus.Heading, doc.Blocks[0].Kind)
	require.Equal(t, "कुतुब मीनार", doc.Blocks[0].In(doc.Text))
	require.Len(t, doc.Pages, 2)
	require.True(t, strings.HasPrefix(doc.Pages[1].In(doc.Text), "टिकट और समय"))

	t.Run("several at once", func(t *testing.T) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				again, err := read(r, data)
				if err != nil || again.Text != doc.Text {
					t.Errorf("read at once with others: %v", err)
				}
			})
		}
		wg.Wait()
	})
	t.Run("limits", func(t *testing.T) {
		_, err := r.ReadPDF(t.Context(), data, parse.PDFLimits{Pages: 1, Text: 1 << 20})
		require.ErrorIs(t, err, parse.ErrPDFPages)
		_, err = r.ReadPDF(t.Context(), data, parse.PDFLimits{Pages: 2, Text: 100})
		require.ErrorIs(t, err, parse.ErrPDFText)
	})
}

func TestLatin(t *testing.T) {
	doc, err := read(newReader(t, pdfium.Options{}), onePage("", "(The monument is open from sunrise) Tj 0 -15 Td (to sunset on all days.) Tj"))
	require.NoError(t, err)
	require.Equal(t, "The monument is open from sunrise to sunset on all days.", doc.Text)
}

func TestFaults(t *testing.T) {
	r := newReader(t, pdfium.Options{})
	_, err := read(r, []byte("%PDF-1.7\nnothing that follows is a PDF"))
	require.ErrorIs(t, err, parse.ErrPDFDamaged)
	require.Equal(t, fault.ProcessingFailed, fault.CodeOf(err))

	_, err = read(r, onePage(`/ID [<01> <01>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <`+strings.Repeat("01", 32)+`> /U <`+strings.Repeat("ab", 32)+`> >>`, "(x) Tj"))
	require.ErrorIs(t, err, parse.ErrPDFEncrypted)

	_, err = read(r, onePage("", ""))
	require.Equal(t, fault.Details{"reason": "no_text", "pages": 1}, fault.From(err).Details)
}

func TestGivesUpInTime(t *testing.T) {
	r := newReader(t, pdfium.Options{Timeout: time.Nanosecond})
	data, err := os.ReadFile("../testdata/qutb.pdf")
	require.NoError(t, err)
	_, err = read(r, data)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestCancelledInTheMiddle(t *testing.T) {
	r := newReader(t, pdfium.Options{Workers: 1})
	data, err := os.ReadFile("../testdata/qutb.pdf")
	require.NoError(t, err)
	_, err = read(r, data) // so that PDFium is up
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = r.ReadPDF(ctx, data, parse.PDFLimits{Pages: 10, Text: 1 << 20})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = read(r, data)
	require.NoError(t, err, "the next file is read as if nothing had been")
}

func TestClosed(t *testing.T) {
	r := pdfium.New(nil)
	require.NoError(t, r.Close())
	_, err := r.ReadPDF(t.Context(), onePage("", "(x) Tj"), parse.PDFLimits{Pages: 1, Text: 100})
	require.Error(t, err)
	require.NoError(t, r.Close())
}

// onePage writes a PDF without a cross-reference table, which readers rebuild.
func onePage(trailer, text string) []byte {
	content := "BT /F1 12 Tf 72 720 Td " + text + " ET"
	return []byte("%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 1 /Kids [5 0 R] >>\nendobj\n" +
		"3 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n" +
		"4 0 obj\n<< /Length " + strconv.Itoa(len(content)) + " >>\nstream\n" + content + "\nendstream\nendobj\n" +
		"5 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 4 0 R >>\nendobj\n" +
		"trailer\n<< /Size 6 /Root 1 0 R " + trailer + " >>\n%%EOF\n")
}

func BenchmarkReadPDF(b *testing.B) {
	data, err := os.ReadFile("../testdata/qutb.pdf")
	require.NoError(b, err)
	r := newReader(b, pdfium.Options{})
	pages := 0
	for b.Loop() {
		pdf, err := r.ReadPDF(context.Background(), data, parse.PDFLimits{Pages: 10, Text: 1 << 20})
		require.NoError(b, err)
		pages += len(pdf.Pages)
	}
	b.ReportMetric(float64(pages)/b.Elapsed().Seconds(), "pages/s")
}
