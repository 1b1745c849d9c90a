package httpkit

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// errBody marks failures of reading a request's body, which are the client's,
// apart from failures of whatever else a handler reads.
var errBody = errors.New("httpkit: reading the request's body")

// body is a request's body: it counts, and its client has to keep up a least
// rate. (A fixed limit for the whole would either cut honest uploads on slow
// lines or let a client that sends a byte a second stay for hours.)
type body struct {
	io.ReadCloser
	res   *response
	start time.Time
	read  int64
	done  bool
	err   error // the first failure, io.EOF excepted
}

// limitBody bounds r's body to limit bytes and starts its clock.
func (w *response) limitBody(r *http.Request, limit int64) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	b := &body{ReadCloser: r.Body, res: w, start: time.Now()}
	b.extend()
	w.body = b
	r.Body = &limited{ReadCloser: http.MaxBytesReader(w.ResponseWriter, b, limit), body: b}
}

func (b *body) extend() {
	if b.res.untimed {
		return
	}
	d := b.res.kit.opts.StallTimeout + time.Duration(b.read)*time.Second/minRate
	_ = b.res.rc.SetReadDeadline(b.start.Add(d)) // fails when the connection is closed, and so will the read
}

func (b *body) Read(p []byte) (int, error) {
	if b.done {
		return 0, io.EOF
	}
	b.extend()
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if err == io.EOF {
		// From here on net/http watches the connection for the client's leaving,
		// and a deadline would look like that.
		b.done = true
		if b.res.untimed {
			return n, err
		}
		_ = b.res.rc.SetReadDeadline(time.Time{})
	}
	return n, err
}

// limited marks and keeps the failures, those of the limit included.
type limited struct {
	io.ReadCloser
	body *body
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("%w: %w", errBody, err)
		if l.body.err == nil {
			l.body.err = err
		}
	}
	return n, err
}
