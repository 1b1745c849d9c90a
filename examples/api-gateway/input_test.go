package main

import (
	"archive/zip"
	"bytes"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
)

// refusal is how a request has to be answered.
type refusal struct {
	status int
	code   string
	says   string         // part of the message: what is wrong
	where  map[string]any // details that have to be there
}

// holds asserts that an answer is the refusal.
func (r *refusal) holds(tb testing.TB, status int, body []byte) {
	tb.Helper()
	require.Equal(tb, r.status, status, "%.500s", body)
	e := programtest.Envelope(tb, body)
	require.Equal(tb, r.code, e.Code)
	require.Contains(tb, e.Message, r.says)
	for k, v := range r.where {
		require.EqualValues(tb, v, e.Details[k], "detail %s of %v", k, e.Details)
	}
}

// field is the detail that names the wrong field.
func field(name string) map[string]any { return map[string]any{"field": name} }

// unharmed asserts that a gateway over the samples still does its work.
func (s *server) unharmed() {
	s.TB.Helper()
	a := s.ask("ताजमहल किसने बनवाया था?")
	require.Contains(s.TB, a.Answer, "शाहजहाँ")
	s.cites(&a)
}

func TestBadQuestions(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	chat := func(body string) func(*server) (int, []byte) {
		return func(s *server) (int, []byte) {
			return s.Call("POST", "/api/v1/chat", strings.NewReader(body), "Content-Type", "application/json")
		}
	}
	get := func(path string) func(*server) (int, []byte) {
		return func(s *server) (int, []byte) { return s.Call("GET", "/api/v1/"+path, nil) }
	}
	for name, c := range map[string]struct {
		ask func(*server) (int, []byte)
		refusal
	}{
		"an empty question":       {chat(`{"message":""}`), refusal{400, "INVALID_REQUEST", "empty", field("message")}},
		"white space":             {chat(`{"message":" \n\t"}`), refusal{400, "INVALID_REQUEST", "empty", field("message")}},
		"no question":             {chat(`{}`), refusal{400, "INVALID_REQUEST", "message", field("message")}},
		"10 MB":                   {chat(`{"message":"` + strings.Repeat("क", 10<<20/3) + `"}`), refusal{413, "PAYLOAD_TOO_LARGE", "larger than", nil}},
		"longer than a question":  {chat(`{"message":"` + strings.Repeat("क", 3000) + `"}`), refusal{400, "INVALID_REQUEST", "9000 bytes", field("message")}},
		"invalid UTF-8":           {chat("{\"message\":\"ताज\xff\xfeमहल\"}"), refusal{400, "INVALID_REQUEST", "UTF-8", nil}},
		"an unknown language":     {chat(`{"message":"x","language":"xx"}`), refusal{400, "INVALID_LANGUAGE", `"xx"`, field("language")}},
		"no JSON":                 {chat(`message=x`), refusal{400, "INVALID_REQUEST", "JSON", nil}},
		"JSON of another shape":   {chat(`{"message":["x"]}`), refusal{400, "INVALID_REQUEST", "string", field("message")}},
		"top_k 101":               {chat(`{"message":"x","top_k":101}`), refusal{400, "INVALID_REQUEST", "top_k", field("top_k")}},
		"top_k 0":                 {chat(`{"message":"x","top_k":0}`), refusal{400, "INVALID_REQUEST", "top_k", field("top_k")}},
		"top_k -1":                {chat(`{"message":"x","top_k":-1}`), refusal{400, "INVALID_REQUEST", "top_k", field("top_k")}},
		"a bad date":              {chat(`{"message":"x","filters":{"date_from":"31.01.2026"}}`), refusal{400, "INVALID_REQUEST", "date_from", field("date_from")}},
		"a filter's language":     {chat(`{"message":"x","filters":{"language":"xx"}}`), refusal{400, "INVALID_LANGUAGE", `"xx"`, nil}},
		"an empty search":         {get("search"), refusal{400, "INVALID_REQUEST", "empty", field("q")}},
		"a search's language":     {get("search?q=x&language=xx"), refusal{400, "INVALID_LANGUAGE", `"xx"`, nil}},
		"invalid UTF-8, searched": {get("search?q=%ff%fe"), refusal{400, "INVALID_REQUEST", "UTF-8", field("q")}},
		"page 0":                  {get("search?q=x&page=0"), refusal{400, "INVALID_REQUEST", "page", field("page")}},
		"page_size 101":           {get("search?q=x&page_size=101"), refusal{400, "INVALID_REQUEST", "page_size", field("page_size")}},
		"page x":                  {get("search?q=x&page=x"), refusal{400, "INVALID_REQUEST", "page", field("page")}},
		"a bad date, searched":    {get("search?q=x&date_to=tomorrow"), refusal{400, "INVALID_REQUEST", "date_to", field("date_to")}},
		"invalid UTF-8, typed":    {get("search/suggest?q=%ff%fe"), refusal{400, "INVALID_REQUEST", "UTF-8", field("q")}},
		"8 KB and more, typed":    {get("search/suggest?q=" + strings.Repeat("a", 8193)), refusal{400, "INVALID_REQUEST", "8193 bytes", field("q")}},
		"a suggestion's language": {get("search/suggest?q=x&language=xx"), refusal{400, "INVALID_LANGUAGE", `"xx"`, field("language")}},
		"no suggestions":          {get("search/suggest?q=x&limit=0"), refusal{400, "INVALID_REQUEST", "limit", field("limit")}},
		"21 suggestions":          {get("search/suggest?q=x&limit=21"), refusal{400, "INVALID_REQUEST", "limit", field("limit")}},
		"some suggestions":        {get("search/suggest?q=x&limit=some"), refusal{400, "INVALID_REQUEST", "limit", field("limit")}},
		"page 0 of the documents": {get("documents?page=0"), refusal{400, "INVALID_REQUEST", "page", field("page")}},
		"an unknown document":     {get("documents/3f2b8c1e-6a4d-4c55-9b7a-0d6f1e2a3b4c"), refusal{404, "NOT_FOUND", "", nil}},
		"a path for an id":        {get("documents/" + url.PathEscape("../../../etc/passwd")), refusal{404, "NOT_FOUND", "", nil}},
		"the last page of all":    {get("search?q=x&page=9223372036854775807"), refusal{400, "INVALID_REQUEST", "page", field("page")}},
		"documents' last page":    {get("documents?page=9223372036854775807"), refusal{400, "INVALID_REQUEST", "page", field("page")}},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := c.ask(s.in(t))
			c.holds(t, status, body)
			require.LessOrEqual(t, len(body), 4096, "the input is not sent back")
		})
	}
	s.unharmed()
}

func TestBadUploads(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	var before, after listed
	s.get("/api/v1/documents", &before)
	file := func(name string, content []byte) func(*server) (int, []byte) {
		return func(s *server) (int, []byte) { return s.upload(name, content) }
	}
	raw := func(contentType, body string) func(*server) (int, []byte) {
		return func(s *server) (int, []byte) {
			return s.Call("POST", "/api/v1/documents/upload", strings.NewReader(body), "Content-Type", contentType)
		}
	}
	bomb := zipBomb(t)
	const multipart = "multipart/form-data; boundary=b"
	for name, c := range map[string]struct {
		send func(*server) (int, []byte)
		refusal
	}{
		"an empty file":         {file("a.txt", nil), refusal{422, "PROCESSING_FAILED", "empty", map[string]any{"reason": "empty"}}},
		"a picture":             {file("a.txt", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")), refusal{422, "PROCESSING_FAILED", "image/png", map[string]any{"detected": "image/png"}}},
		"a zip bomb":            {file("a.docx", bomb), refusal{413, "PAYLOAD_TOO_LARGE", "", nil}},
		"a PDF without text":    {file("scan.pdf", scan), refusal{422, "PROCESSING_FAILED", "OCR", map[string]any{"reason": "no_text"}}},
		"half a PDF":            {file("half.pdf", scan[:len(scan)/2]), refusal{422, "PROCESSING_FAILED", "", nil}},
		"half a DOCX":           {file("half.docx", bomb[:900]), refusal{422, "PROCESSING_FAILED", "", nil}},
		"no file":               {raw(multipart, "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nx\r\n--b--\r\n"), refusal{400, "INVALID_REQUEST", `"file"`, field("file")}},
		"a form cut off":        {raw(multipart, "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhalf of"), refusal{400, "INVALID_REQUEST", "", nil}},
		"a form that is none":   {raw(multipart, "nothing of the kind"), refusal{400, "INVALID_REQUEST", "multipart", nil}},
		"another content type":  {raw("application/json", "{}"), refusal{400, "INVALID_REQUEST", "multipart", nil}},
		"a form without bounds": {raw("multipart/form-data", "x"), refusal{400, "INVALID_REQUEST", "multipart", nil}},
		"an unknown language": {func(s *server) (int, []byte) { return s.upload("a.txt", []byte("text"), "language", "xx") },
			refusal{400, "INVALID_LANGUAGE", `"xx"`, field("language")}},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := c.send(s.in(t))
			c.holds(t, status, body)
		})
	}
	s.get("/api/v1/documents", &after)
	require.Equal(t, before, after, "what was refused left nothing behind")
	s.unharmed()
}

// zipBomb makes a DOCX of some 60 kB whose text is 64 MiB of one letter.
func zipBomb(tb testing.TB) []byte {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	part := func(name string) io.Writer {
		w, err := z.Create(name)
		require.NoError(tb, err)
		return w
	}
	_, err := io.WriteString(part("[Content_Types].xml"), `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`)
	require.NoError(tb, err)
	w := part("word/document.xml")
	_, err = io.WriteString(w, `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>`)
	require.NoError(tb, err)
	letters := bytes.Repeat([]byte("a"), 1<<20)
	for range 64 {
		_, err = w.Write(letters)
		require.NoError(tb, err)
	}
	_, err = io.WriteString(w, `</w:t></w:r></w:p></w:body></w:document>`)
	require.NoError(tb, err)
	require.NoError(tb, z.Close())
	return file.Bytes()
}

// scan is a PDF of one page with a grey square and no text.
var scan = []byte("%PDF-1.4\n" +
	"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" +
	"2 0 obj\n<< /Type /Pages /Count 1 /Kids [4 0 R] >>\nendobj\n" +
	"3 0 obj\n<< /Length 23 >>\nstream\n.5 g 0 0 200 200 re f  \nendstream\nendobj\n" +
	"4 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << >> /Contents 3 0 R >>\nendobj\n" +
	"trailer\n<< /Size 5 /Root 1 0 R >>\n%%EOF\n")

func TestNoTemporaryFileStays(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	s := start(t, t.TempDir(), noSamples)
	big := []byte(strings.Repeat("केशरपुर की नाव सुबह चलती है।\n", 6<<20/75))
	status, _ := s.upload("big.png", append([]byte("\x89PNG\r\n\x1a\n"), big...))
	require.Equal(t, 422, status)
	status, body := s.upload("big.txt", big)
	require.Equal(t, 201, status, string(body))
	left, err := filepath.Glob(filepath.Join(folder, "multipart-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
