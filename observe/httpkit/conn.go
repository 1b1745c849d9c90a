package httpkit

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
)

// net/http turns malformed requests away before any handler sees them, with a
// line of plain text or nothing. The listener below gives those answers the
// contract's body too: what a connection writes while no handler is at work on it,
// and begins with an error's status line, is one of them.

type connKey struct{}

// connContext lets the handler find its connection.
func connContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// connState notes that an answer has gone out whole.
func connState(c net.Conn, s http.ConnState) {
	if k, ok := c.(*conn); ok && s == http.StateIdle {
		k.serving.Store(false)
	}
}

type listener struct {
	net.Listener
	kit *Kit
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, kit: l.kit}, nil
}

// conn is a connection on which net/http's own errors are rewritten.
type conn struct {
	net.Conn
	kit *Kit
	// serving is true from the first step of a handler until its answer is out:
	// what is written then is the handler's, whatever it looks like.
	serving atomic.Bool
}

// CloseWrite lets net/http end an answer without resetting the connection.
func (c *conn) CloseWrite() error {
	if t, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return t.CloseWrite()
	}
	return nil
}

func (c *conn) Write(p []byte) (int, error) {
	if c.serving.Load() || len(p) < len("HTTP/1.1 400") || !bytes.HasPrefix(p, []byte("HTTP/1.1 ")) {
		return c.Conn.Write(p)
	}
	status, err := strconv.Atoi(string(p[9:12]))
	if err != nil || status < 400 {
		return c.Conn.Write(p)
	}
	_, text, _ := bytes.Cut(p, []byte("\r\n\r\n"))
	if _, err := c.Conn.Write(c.rawError(status, text)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// rawError makes the whole answer for a request that net/http refused with
// status and text, and counts and logs it.
func (c *conn) rawError(status int, text []byte) []byte {
	f := foreignFault(min(status, 499)) // 501 and 505 too are about what the client sent
	if status == http.StatusRequestHeaderFieldsTooLarge {
		f = fault.New(fault.PayloadTooLarge, "the headers of the request are too large",
			fault.Details{"max_bytes": c.kit.opts.MaxHeaderBytes})
	}
	f.RequestID = uuid.NewString()
	status = f.Code.HTTPStatus()
	c.kit.metrics.requests.WithLabelValues("OTHER", unmatched, strconv.Itoa(status)).Inc()
	ctx := observe.WithRequestID(context.Background(), f.RequestID)
	c.kit.log.InfoContext(ctx, "request refused", "status", status,
		"code", string(f.Code), "error", string(bytes.TrimSpace(text)))
	body, err := f.MarshalJSON()
	if err != nil { // details are plain data
		body = nil
	}
	h := http.Header{}
	setSecurityHeaders(h)
	h.Set("X-Request-ID", f.RequestID)
	setErrorHeaders(h, f)
	h.Set("Connection", "close")
	h.Set("Content-Length", strconv.Itoa(len(body)+1))
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	_ = h.Write(&out) // a bytes.Buffer does not fail
	out.WriteString("\r\n")
	out.Write(append(body, '\n'))
	return out.Bytes()
}
