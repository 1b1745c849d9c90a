package parse_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/observe/fault"
)

// endless gives bytes for ever and counts them.
type endless struct{ n int64 }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	e.n += int64(len(b))
	return len(b), nil
}

func TestLargeUploadIsNotReadToItsEnd(t *testing.T) {
	body := &endless{}
	_, err := parse.New(&parse.Options{MaxBytes: 1 << 20}).Parse(t.Context(), &ingest.Item{Body: io.LimitReader(body, 2<<30)})
	e := requireFault(t, err, fault.PayloadTooLarge)
	require.EqualValues(t, 1<<20, e.Details["limit"])
	require.EqualValues(t, 1<<20+1, body.n)
}

func TestTextLimit(t *testing.T) {
	_, err := parseBytes(&parse.Options{MaxText: 10}, "a.txt", []byte("क ख ग घ"))
	require.Equal(t, "max_text", requireFault(t, err, fault.PayloadTooLarge).Details["limit_name"])
	doc, err := parseBytes(&parse.Options{MaxText: 6}, "a.txt", []byte("कख"))
	require.NoError(t, err, "a text of just the limit passes")
	require.Equal(t, "कख", doc.Text)
}

func TestUnsupportedFormats(t *testing.T) {
	for name, c := range map[string]struct{ data, detected string }{
		"png":    {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"},
		"jpeg":   {"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"},
		"doc":    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "application/x-ole-storage"},
		"rtf":    {`{\rtf1\ansi text}`, "application/rtf"},
		"xml":    {`<?xml version="1.0"?><feed><a/></feed>`, "application/xml"},
		"gzip":   {"\x1f\x8b\x08\x00\x00\x00", "application/x-gzip"},
		"zip":    {"PK\x03\x04" + strings.Repeat("\x00", 40), "application/zip"},
		"binary": {strings.Repeat("text ", 2000) + "\x00\x01", "application/octet-stream"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseBytes(nil, "innocent.txt", []byte(c.data))
			require.Equal(t, c.detected, requireFault(t, err, fault.ProcessingFailed).Details["detected"])
		})
	}
}

func TestNothingToRead(t *testing.T) {
	for _, data := range []string{"", "\ufeff", " \n\t"} {
		_, err := parseBytes(nil, "a", []byte(data))
		require.Equal(t, "empty", requireFault(t, err, fault.ProcessingFailed).Details["reason"])
	}
	_, err := parse.New(nil).Parse(t.Context(), &ingest.Item{})
	requireFault(t, err, fault.ProcessingFailed)
	_, err = parseBytes(nil, "a", []byte("<html><body><script>x</script></body></html>"))
	require.Equal(t, "no_text", requireFault(t, err, fault.ProcessingFailed).Details["reason"])
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestBodyErrors(t *testing.T) {
	p := parse.New(nil)
	cause := errors.New("connection reset")
	_, err := p.Parse(t.Context(), &ingest.Item{Body: failing{cause}})
	requireFault(t, err, fault.ProcessingFailed)
	require.ErrorIs(t, err, cause)

	limit := fault.New(fault.PayloadTooLarge, "the request is too large", nil)
	_, err = p.Parse(t.Context(), &ingest.Item{Body: failing{limit}})
	requireFault(t, err, fault.PayloadTooLarge)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = p.Parse(ctx, &ingest.Item{Body: strings.NewReader("a")})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
}

func TestAPanicOfAReaderIsAFault(t *testing.T) {
	_, err := parseBytes(&parse.Options{PDF: panicking{}}, "a.pdf", pdfFile("", "x"))
	require.NotContains(t, requireFault(t, err, fault.ProcessingFailed).Message, "boom")
}

type panicking struct{}

func (panicking) ReadPDF(context.Context, []byte, parse.PDFLimits) (*parse.PDF, error) {
	panic("boom")
}
