package httpkit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
)

// ErrStreamClosed is what an SSE answers after Close.
var ErrStreamClosed = errors.New("httpkit: the event stream is closed")

// SSE writes server-sent events. Its methods may be called by several
// goroutines; each event goes out whole and at once. A Send to a client that
// does not read waits, which is the back-pressure, for StallTimeout at most.
type SSE struct {
	ctx  context.Context
	w    http.ResponseWriter
	rc   *http.ResponseController
	stop context.CancelFunc
	done chan struct{} // the heartbeat has ended

	mu     sync.Mutex
	buf    bytes.Buffer
	last   time.Time // of the last write
	err    error     // the first failure: the client has gone
	closed bool
}

// NewSSE begins a stream of events as the answer to r. The caller closes it
// before the handler returns. Comment lines go out every Heartbeat, so that no
// proxy takes silence for death.
func NewSSE(w http.ResponseWriter, r *http.Request) *SSE {
	beat := DefaultHeartbeat
	if res := findResponse(w); res != nil {
		beat = res.kit.opts.Heartbeat
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	h.Del("Content-Length")
	ctx, stop := context.WithCancel(r.Context())
	s := &SSE{ctx: ctx, w: w, rc: http.NewResponseController(w), stop: stop, done: make(chan struct{}), last: time.Now()}
	w.WriteHeader(http.StatusOK)
	s.flush()
	go s.heartbeat(beat)
	return s
}

// Context ends when the client leaves, a write fails or the stream is closed:
// what makes the events should work under it.
func (s *SSE) Context() context.Context { return s.ctx }

// Send writes one event with v as JSON. The event's name must be a single line;
// "" sends a nameless one. The error is of marshalling, or tells that the client has
// gone; after the latter every Send fails alike.
func (s *SSE) Send(event string, v any) error {
	return s.send(event, func(b *bytes.Buffer) error { return encodeJSON(b, v) }) // ends the line itself
}

// SendText writes one event whose data is a line of text, such as the [DONE] that
// ends the streams of OpenAI's API. It fails as Send does.
func (s *SSE) SendText(event, line string) error {
	if strings.ContainsAny(line, "\r\n\x00") {
		return fmt.Errorf("httpkit: data of event %q is not a single line", event)
	}
	return s.send(event, func(b *bytes.Buffer) error {
		b.WriteString(line)
		return b.WriteByte('\n')
	})
}

// send writes one event whose data put writes as a whole line.
func (s *SSE) send(event string, put func(*bytes.Buffer) error) error {
	if strings.ContainsAny(event, "\r\n\x00") {
		return fmt.Errorf("httpkit: event name %q is not a single line", event)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buf.Reset()
	if event != "" {
		s.buf.WriteString("event: " + event + "\n")
	}
	s.buf.WriteString("data: ")
	if err := put(&s.buf); err != nil {
		return fmt.Errorf("httpkit: event %s: %w", event, err)
	}
	s.buf.WriteByte('\n')
	return s.write(s.buf.Bytes())
}

// Fail sends the event "error" with the contract's error body, and leaves the
// cause to the request's log line. It does not close the stream.
func (s *SSE) Fail(err error) error { return s.FailAs("error", err) }

// FailAs is Fail with another name for the event, or none: OpenAI's API tells
// errors in nameless events.
func (s *SSE) FailAs(event string, err error) error {
	f := faultOf(err)
	if res := findResponse(s.w); res != nil {
		res.fail(f, err)
		f = masked(f, res.kit.opts.Mask)
	}
	return s.Send(event, fault.WithRequestID(f, observe.RequestID(s.ctx)))
}

// Close ends the heartbeat and waits for it. It may be called more than once.
func (s *SSE) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	<-s.done
}

// write sends p whole and at once. s.mu is held.
func (s *SSE) write(p []byte) error {
	if s.closed {
		return ErrStreamClosed
	}
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err == nil {
		_, s.err = s.w.Write(p)
	}
	if s.err == nil {
		s.err = s.flush()
	}
	if s.err != nil {
		s.stop()
		return s.err
	}
	s.last = time.Now()
	return nil
}

func (s *SSE) flush() error {
	if err := s.rc.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

func (s *SSE) heartbeat(every time.Duration) {
	defer close(s.done)
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-t.C:
			s.mu.Lock()
			err := s.write([]byte(": \n\n"))
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}
}

// Stream is the output of a typed handler that answers with events:
//
//	httpkit.Register(kit, op, func(ctx context.Context, in *ChatInput) (*huma.StreamResponse, error) {
//		return httpkit.Stream(func(ctx context.Context, events *httpkit.SSE) error {
//			return events.Send("done", answer)
//		}), nil
//	})
//
// The input is read and checked like any other; what is wrong with it is an
// ordinary error. run's context ends when the client leaves. An error of run is
// sent as the event "error". Give op.Responses an [EventResponse].
func Stream(run func(ctx context.Context, events *SSE) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r, w := humago.Unwrap(hc)
		s := NewSSE(w, r.WithContext(hc.Context()))
		defer s.Close()
		if err := run(s.Context(), s); err != nil {
			_ = s.Fail(err) // the client may be what failed
		}
	}}
}
