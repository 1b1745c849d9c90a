package httpkit

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Call is one call of a Client.
type Call struct {
	// Method is the HTTP method; "" means GET, or POST where there is a body or a form.
	Method string
	// Path begins with a slash and is escaped; it may have a query.
	Path string
	// Query is added to the path's.
	Query url.Values
	// Header goes on the request, over the client's own.
	Header http.Header
	// Route is the path's pattern ("/documents/{id}"), for the name of the span.
	Route string
	// Body is sent as JSON; nil sends none.
	Body any
	// Form is sent as multipart/form-data in the place of Body.
	Form []FormPart
	// Idempotent says of a POST or PATCH that it may be sent twice.
	Idempotent bool
}

// FormPart is one part of a multipart form: a text, or a file when Content is set.
type FormPart struct {
	Name string
	// Value is the text of a part that is no file.
	Value string
	// Content is the file. It is read until the call returns and not closed. A
	// form whose files are io.Seekers can be sent again, and tells its length.
	Content io.Reader
	// Filename and ContentType describe the file; an empty ContentType means
	// application/octet-stream.
	Filename    string
	ContentType string
}

func (c *Call) method() string {
	switch {
	case c.Method != "":
		return c.Method
	case c.Body != nil || c.Form != nil:
		return http.MethodPost
	}
	return http.MethodGet
}

func (c *Call) repeatable() bool {
	switch c.method() {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	}
	return c.Idempotent
}

// url gives the call's address at the service.
func (c *Client) url(call *Call) (string, error) {
	path, query, _ := strings.Cut(call.Path, "?")
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(call.Path, "#\r\n\x00") {
		return "", fmt.Errorf("httpkit: a call's path has to begin with a slash and to be escaped")
	}
	if more := call.Query.Encode(); more != "" {
		query = strings.Trim(query+"&"+more, "&")
	}
	address := c.base.String() + path
	if query != "" {
		address += "?" + query
	}
	return address, nil
}

// payload is the body of a call: opened once for each attempt.
type payload struct {
	kind   string // its Content-Type
	json   []byte
	form   []segment
	length int64 // of the form; -1 when not known
	opened bool
	sent   *sending
}

// segment is a piece of a form: its text, then a file or nil.
type segment struct {
	text  []byte
	file  io.Reader
	start int64 // where a Seeker stood
}

func newPayload(call *Call) (*payload, error) {
	if call.Form != nil {
		return newForm(call.Form)
	}
	if call.Body == nil {
		return &payload{}, nil
	}
	var buf bytes.Buffer
	if err := encodeJSON(&buf, call.Body); err != nil {
		return nil, fmt.Errorf("httpkit: the call's body: %w", err)
	}
	return &payload{kind: "application/json", json: buf.Bytes()}, nil
}

// newForm renders everything but the files, so that a form is sent without
// being held and without a goroutine to write it.
func newForm(parts []FormPart) (*payload, error) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	p := &payload{kind: w.FormDataContentType()}
	for i := range parts {
		part := &parts[i]
		if part.Content == nil {
			_ = w.WriteField(part.Name, part.Value) // a bytes.Buffer does not fail
			continue
		}
		_, _ = w.CreatePart(part.header())
		s := segment{text: bytes.Clone(buf.Bytes()), file: part.Content}
		buf.Reset()
		size, err := s.measure()
		if err != nil {
			return nil, fmt.Errorf("httpkit: the form's file %q: %w", part.Name, err)
		}
		p.add(s, size)
	}
	_ = w.Close()
	p.add(segment{text: buf.Bytes()}, 0)
	return p, nil
}

func (f *FormPart) header() textproto.MIMEHeader {
	kind := f.ContentType
	if kind == "" {
		kind = "application/octet-stream"
	}
	return textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition(f.Name, f.Filename)},
		"Content-Type":        {strings.NewReplacer("\r", "", "\n", "").Replace(kind)},
	}
}

// measure gives the size of the segment's file, or -1 when it is not known.
func (s *segment) measure() (int64, error) {
	seeker, ok := s.file.(io.Seeker)
	if !ok {
		return -1, nil
	}
	var end int64
	var err error
	if s.start, err = seeker.Seek(0, io.SeekCurrent); err != nil {
		return -1, err
	}
	if end, err = seeker.Seek(0, io.SeekEnd); err != nil {
		return -1, err
	}
	_, err = seeker.Seek(s.start, io.SeekStart)
	return end - s.start, err
}

func (p *payload) add(s segment, size int64) {
	p.form = append(p.form, s)
	if size < 0 || p.length < 0 {
		p.length = -1
		return
	}
	p.length += int64(len(s.text)) + size
}

// repeatable tells whether the body can be sent once more.
func (p *payload) repeatable() bool {
	for i := range p.form {
		if _, ok := p.form[i].file.(io.Seeker); p.form[i].file != nil && !ok {
			return false
		}
	}
	return true
}

// request makes the request of one attempt.
func (p *payload) request(ctx context.Context, method, address string) (*http.Request, error) {
	if p.form == nil {
		var body io.Reader
		if p.json != nil {
			body = bytes.NewReader(p.json)
		}
		return http.NewRequestWithContext(ctx, method, address, body)
	}
	readers := make([]io.Reader, 0, 2*len(p.form))
	for _, s := range p.form {
		readers = append(readers, bytes.NewReader(s.text))
		if s.file == nil {
			continue
		}
		if seeker, ok := s.file.(io.Seeker); ok && p.opened {
			if _, err := seeker.Seek(s.start, io.SeekStart); err != nil {
				return nil, fmt.Errorf("httpkit: the form's file: %w", err)
			}
		}
		readers = append(readers, s.file)
	}
	p.opened = true
	p.sent = &sending{Reader: io.MultiReader(readers...), done: make(chan struct{})}
	req, err := http.NewRequestWithContext(ctx, method, address, p.sent)
	if err != nil {
		_ = p.sent.Close()
		return nil, err
	}
	req.ContentLength = p.length
	return req, nil
}

// settle waits until nobody reads the caller's files any more, and tells whether
// that is so: the transport may go on for a moment after it has answered. A
// file whose Read hangs is not waited for.
func (p *payload) settle() bool {
	if p.sent == nil {
		return true
	}
	limit := time.NewTimer(time.Second)
	defer limit.Stop()
	select {
	case <-p.sent.done:
		return true
	case <-limit.C:
		return false
	}
}

// failed gives the error of reading the caller's files, or nil.
func (p *payload) failed() error {
	if p.sent == nil || !p.settle() {
		return nil
	}
	p.sent.mu.Lock()
	defer p.sent.mu.Unlock()
	return p.sent.err
}

// sending is a form on its way. It knows when nobody reads it any more, and
// never will: the transport may close a body while it is being read.
type sending struct {
	io.Reader
	done chan struct{} // closed then

	mu      sync.Mutex
	reading bool
	closed  bool
	err     error // of reading
}

func (s *sending) Read(p []byte) (int, error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return 0, http.ErrBodyReadAfterClose
	}
	s.reading = true
	s.mu.Unlock()
	n, err := s.Reader.Read(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reading = false; s.closed {
		close(s.done)
	}
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

func (s *sending) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	if s.closed = true; !s.reading {
		close(s.done)
	}
	return nil
}
