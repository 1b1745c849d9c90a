package httpkit

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"mime"
	"net/http"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// Download is an answer that is read as it comes. Errors of Read are faults; it
// has to be closed.
type Download struct {
	Header http.Header // of the answer
	Size   int64       // bytes to come, or -1 when that is not known
	reply  *reply
}

// Read reads the content. The caller may take its time between two reads.
func (d *Download) Read(p []byte) (int, error) { return d.reply.Read(p) }

// Close ends the download, whether all was read or not. It does not fail.
func (d *Download) Close() error {
	_ = d.reply.fail(nil)
	d.reply.body.settle()
	return nil
}

// Download makes a call whose answer is read as it comes: sound, a file. It is
// sent again, where it may be, until the answer begins. MaxAnswerBytes bounds the content.
func (c *Client) Download(ctx context.Context, call *Call) (*Download, error) {
	r, err := c.open(ctx, call, "*/*")
	if err != nil {
		return nil, err
	}
	return &Download{Header: r.resp.Header, Size: r.resp.ContentLength, reply: r}, nil
}

// open gives the answer to call as a stream.
func (c *Client) open(ctx context.Context, call *Call, accept string) (*reply, error) {
	var out *reply
	err := c.attempts(ctx, call, accept, func(r *reply) (bool, error) {
		r.clock.Stop()
		r.stream = true
		out = r
		return false, nil
	})
	return out, err
}

// Event is one server-sent event.
type Event struct {
	Name  string        // its type; "" for a nameless one
	ID    string        // the last id sent on the stream
	Data  []byte        // the caller's own
	Retry time.Duration // how long the server wants clients to wait before they come back; 0 when not said
}

// Decode reads the event's data as JSON into v.
func (e *Event) Decode(v any) error {
	if err := json.Unmarshal(e.Data, v); err != nil {
		return fault.Wrap(jsonError(err), fault.Upstream, "another service's event cannot be read", nil)
	}
	return nil
}

// Events makes a call whose answer is a stream of server-sent events, and gives
// them as they come; comments keep the stream alive and are not shown. The
// iteration ends with the stream or with an error, which comes last: a fault of the connection, or
// the one that the server sent as the event "error". Leaving the loop closes
// the stream. Each range over the result makes the call anew.
//
//	for event, err := range client.Events(ctx, &httpkit.Call{Path: "/chat/stream", Body: &question}) {
//		if err != nil {
//			return err
//		}
//		...
//	}
func (c *Client) Events(ctx context.Context, call *Call) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		r, err := c.open(ctx, call, "text/event-stream")
		if err != nil {
			yield(Event{}, err)
			return
		}
		defer r.body.settle()
		if kind, _, _ := mime.ParseMediaType(r.resp.Header.Get("Content-Type")); kind != "text/event-stream" {
			yield(Event{}, r.fail(fault.New(fault.Upstream, "another service answered with something else than events", nil)))
			return
		}
		limit := r.limit
		r.limit = 0 // each event is bounded by itself
		for event, err := range readEvents(r, limit) {
			if err == nil && event.Name == "error" {
				if f, decodeErr := fault.Decode(event.Data); decodeErr == nil {
					err = f
				}
			}
			if err != nil {
				yield(Event{}, r.fail(err))
				return
			}
			if !yield(event, nil) {
				break
			}
		}
		_ = r.fail(nil)
	}
}

// readEvents parses an event stream whose events have at most limit bytes.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
func readEvents(r io.Reader, limit int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		lines := newLines(r, limit)
		p := eventParser{}
		for lines.Scan() {
			event, whole := p.line(lines.Bytes())
			if whole && !yield(event, nil) {
				return
			}
			if int64(len(p.event.Data)) > limit {
				yield(Event{}, errBigEvent())
				return
			}
		}
		if err := lines.Err(); err != nil { // an event without its end is dropped, as the standard says
			if _, ok := errors.AsType[*fault.Error](err); !ok {
				err = errBigEvent()
			}
			yield(Event{}, err)
		}
	}
}

func errBigEvent() error {
	return fault.New(fault.Upstream, "an event of another service is too large", nil)
}
