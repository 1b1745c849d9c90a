package httpkit

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
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

// limitBody bounds r's body to limit bytes, as sent and as unpacked, and starts
// its clock. A limit below 1 means none.
func (w *response) limitBody(r *http.Request, limit int64) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	if limit <= 0 {
		limit = math.MaxInt64
	}
	b := &w.bodyRoom.body
	*b = body{ReadCloser: r.Body, res: w, start: time.Now()}
	b.extend()
	w.body = b
	in := http.MaxBytesReader(w.ResponseWriter, b, limit)
	if zipped, _ := contentEncoding(r.Header); zipped {
		in = http.MaxBytesReader(w.ResponseWriter, &unpacker{packed: in}, limit)
		r.Header.Del("Content-Encoding")
		r.ContentLength = -1
	}
	w.bodyRoom.limited = limited{ReadCloser: in, body: b}
	r.Body = &w.bodyRoom.limited
}

// contentEncoding tells whether a body comes zipped, and whether its encoding
// is one that the kit takes.
func contentEncoding(h http.Header) (zipped, ok bool) {
	values := h["Content-Encoding"]
	if len(values) == 0 {
		return false, true
	}
	switch strings.ToLower(strings.Join(values, ",")) {
	case "", "identity":
		return false, true
	case "gzip", "x-gzip": // RFC 9110, section 8.4.1.3
		return true, true
	}
	return false, false
}

// errZip marks what is wrong with a zipped body apart from its arriving.
var errZip = errors.New("httpkit: the body is not valid gzip data")

// unpacker reads a zipped body. It holds no more than gzip's window, however
// large the content is: what is read is bounded by whoever reads.
type unpacker struct {
	packed io.ReadCloser
	zip    *gzip.Reader
	err    error // of the first look
}

func (u *unpacker) Read(p []byte) (int, error) {
	if u.zip == nil && u.err == nil {
		u.zip, u.err = gzip.NewReader(u.packed)
	}
	if u.err != nil {
		return 0, zipError(u.err)
	}
	n, err := u.zip.Read(p)
	return n, zipError(err)
}

func (u *unpacker) Close() error { return u.packed.Close() }

// zipError marks the errors of the format.
func zipError(err error) error {
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	if corrupt || errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) {
		return fmt.Errorf("%w: %w", errZip, err)
	}
	return err
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
