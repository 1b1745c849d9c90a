package parse_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
)

func parseBytes(opts *parse.Options, name string, data []byte) (*corpus.Document, error) {
	return parse.New(opts).Parse(context.Background(), &ingest.Item{Name: name, Body: bytes.NewReader(data)})
}

func mustParse(t *testing.T, name, data string) *corpus.Document {
	t.Helper()
	doc, err := parseBytes(nil, name, []byte(data))
	require.NoError(t, err)
	checkDocument(t, doc)
	return doc
}

// checkDocument holds what is promised of every document.
func checkDocument(t testing.TB, doc *corpus.Document) {
	t.Helper()
	require.Empty(t, doc.ID)
	require.NotEmpty(t, doc.Text)
	require.True(t, utf8.ValidString(doc.Text), "text is UTF-8")
	require.NotContains(t, doc.Text, "\r")
	require.NotContains(t, doc.Text, "\x00")
	end := 0
	for i, b := range doc.Blocks {
		require.GreaterOrEqual(t, b.Start, end, "block %d begins behind the one before", i)
		require.Greater(t, b.End, b.Start, "block %d is not empty", i)
		require.LessOrEqual(t, b.End, len(doc.Text))
		require.Empty(t, strings.TrimSpace(doc.Text[end:b.Start]), "no text stands outside of blocks")
		require.True(t, utf8.ValidString(b.In(doc.Text)), "block %d cuts no character", i)
		if b.Kind == corpus.Heading {
			require.Positive(t, b.Level)
			require.NotContains(t, b.In(doc.Text), "\n")
		}
		end = b.End
	}
	require.Equal(t, len(doc.Text), end)
	for i := 1; i < len(doc.Pages); i++ {
		require.GreaterOrEqual(t, doc.Pages[i].Start, doc.Pages[i-1].End)
	}
}

// outline writes a document's blocks one a line, for comparing.
func outline(doc *corpus.Document) string {
	var b strings.Builder
	for _, bl := range doc.Blocks {
		kind := string(bl.Kind)
		if bl.Level > 0 {
			kind += fmt.Sprint(bl.Level)
		}
		fmt.Fprintf(&b, "%s: %s\n", kind, strings.ReplaceAll(bl.In(doc.Text), "\n", "/"))
	}
	return b.String()
}

func requireFault(t *testing.T, err error, code fault.Code) *fault.Error {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, fault.CodeOf(err), "%v", err)
	return fault.From(err)
}

// requireProgram skips a test that needs a program, except in CI where it must be there.
func requireProgram(t testing.TB, err error, install string) {
	t.Helper()
	if err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%v: install %s", err, install)
	}
	t.Skipf("%v: install %s", err, install)
}

// docx packs parts into a file as a word processor does. A part without a
// document type gets the body's wrapping.
func docx(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	add := func(name, body string) {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(body))
		require.NoError(t, err)
	}
	add("[Content_Types].xml", `<?xml version="1.0"?><Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`)
	for name, body := range parts {
		add(name, body)
	}
	require.NoError(t, z.Close())
	return buf.Bytes()
}

func docxBody(body string) string {
	return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body + `<w:sectPr/></w:body></w:document>`
}

// pdfFile writes a PDF of one page a string, in Helvetica; more goes into the trailer.
func pdfFile(trailer string, pages ...string) []byte {
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", "<< /Title (Tourist Notice) /Author (Archaeological Survey) /CreationDate (D:20240115093000+05'30') >>"}
	var kids []string
	for _, text := range pages {
		var c strings.Builder
		for i, line := range strings.Split(text, "\n") {
			fmt.Fprintf(&c, "BT /F1 12 Tf 72 %d Td (%s) Tj ET\n", 720-15*i, line)
		}
		if text == "" {
			c.WriteString("0 0 200 200 re f")
		}
		objects = append(objects, fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", c.Len(), c.String()))
		objects = append(objects, fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", len(objects)))
		kids = append(kids, fmt.Sprintf("%d 0 R", len(objects)))
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] >>", len(kids), strings.Join(kids, " "))
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var xref strings.Builder
	for i, o := range objects {
		fmt.Fprintf(&xref, "%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info 4 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref.String(), len(objects)+1, trailer, start)
	return b.Bytes()
}

const encrypted = `/ID [<0123456789abcdef0123456789abcdef> <0123456789abcdef0123456789abcdef>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 ` +
	`/O <0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef> /U <abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789> >>`
