package httpkit

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe/fault"
)

// maxDrain is what is read of an answer's rest to keep its connection.
const maxDrain = 64 << 10

// errSlow is the cause with which an attempt's context ends after Timeout.
var errSlow = errors.New("httpkit: no answer in time")

// attempts sends call until an answer has come and been used, or until
// there is no sense in another attempt. use gets each answer below status 400, unread,
// and says of its own error whether another attempt may help.
func (c *Client) attempts(ctx context.Context, call *Call, accept string, use func(*reply) (again bool, err error)) error {
	body, err := newPayload(call)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "the call cannot be made", nil)
	}
	address, err := c.url(call)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "the call cannot be made", nil)
	}
	var last error
	for n := 0; ; n++ {
		a := &attempt{client: c, call: call, body: body, number: n}
		r, err := a.send(ctx, address, accept)
		if err == nil {
			a.again, err = use(r)
		}
		switch {
		case err == nil:
			return nil
		case a.held && last != nil:
			return last // says more than that the breaker has opened since
		}
		last = err
		if !body.settle() || !a.again || !call.repeatable() || !body.repeatable() || n+1 >= c.opts.Attempts {
			return err
		}
		if !c.wait(ctx, n, fault.RetryAfter(err)) {
			return err
		}
	}
}

// wait waits before the attempt behind number n, for at least the time the server
// asked for. It gives false when that would be too long for MaxWait or the
// context's deadline.
func (c *Client) wait(ctx context.Context, n int, asked time.Duration) bool {
	backoff := min(c.opts.Backoff, c.opts.MaxWait) << min(n, 6)
	d := min(backoff/2+rand.N(backoff/2+1), c.opts.MaxWait)
	if asked > 0 {
		d = asked + rand.N(c.opts.Backoff)
		if asked > c.opts.MaxWait {
			return false
		}
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// attempt is one request of a call.
type attempt struct {
	client *Client
	call   *Call
	body   *payload
	number int  // from 0
	again  bool // after an error: another attempt may help
	held   bool // the breaker let nothing through
}

// send sends the request and gives the answer, unread, when its status is below
// 300. The reply has to be closed.
func (a *attempt) send(ctx context.Context, address, accept string) (*reply, error) {
	c := a.client
	if c.breaker != nil && !c.breaker.TryAcquirePermit() {
		a.held = true
		return nil, fault.New(fault.ServiceUnavailable, "another service is away", nil).WithRetryAfter(max(c.breaker.RemainingDelay(), time.Millisecond))
	}
	r := &reply{caller: ctx, body: a.body, limit: c.opts.MaxAnswerBytes, timeout: c.opts.Timeout, number: a.number}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.clock = time.AfterFunc(c.opts.Timeout, func() { r.cancel(errSlow) })
	var spanCtx context.Context
	spanCtx, r.span = a.startSpan(r.ctx)
	req, err := a.body.request(spanCtx, a.call.method(), address)
	if err != nil {
		c.recordNothing()
		return nil, r.fail(fault.Wrap(withoutURL(err), fault.Internal, "the call cannot be made", nil))
	}
	a.setHeader(spanCtx, req.Header, accept)
	r.resp, err = c.http.Do(req)
	if err != nil {
		f := r.fault(err)
		r.cancel(nil) // the transport lets go of the body
		if failed := a.body.failed(); failed != nil {
			c.recordNothing()
			return nil, r.fail(faultOf(failed))
		}
		a.again = f.Code == fault.ServiceUnavailable && ctx.Err() == nil
		if errors.Is(ctx.Err(), context.Canceled) {
			c.recordNothing()
		} else {
			c.record(false)
		}
		return nil, r.fail(f)
	}
	if r.resp.StatusCode < 300 {
		c.record(true)
		return r, nil
	}
	return nil, a.refused(r)
}

// refused turns an answer of status 300 and above into its error.
func (a *attempt) refused(r *reply) error {
	status := r.resp.StatusCode
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		a.again = true
		a.client.record(false)
	default:
		a.again = status == http.StatusTooManyRequests
		a.client.record(true)
	}
	err := ReadError(r.resp)
	if err == nil {
		err = fault.New(fault.Upstream, "another service answered with a redirect", fault.Details{"status": status})
	}
	if errors.Is(err, errForeign) && r.ctx.Err() != nil { // or did not come whole
		err = r.fault(errForeign)
	}
	_, _ = io.CopyN(io.Discard, r.resp.Body, maxDrain) // for the connection's sake
	return r.fail(err)
}

// record tells the breaker how an attempt ended.
func (c *Client) record(ok bool) {
	switch {
	case c.breaker == nil:
	case ok:
		c.breaker.RecordSuccess()
	default:
		c.breaker.RecordFailure()
	}
}

// recordNothing tells the breaker of an attempt that says nothing about the
// service. A trial it was waiting for counts as failed: it has to end somehow.
func (c *Client) recordNothing() {
	if c.breaker != nil && !c.breaker.IsClosed() {
		c.breaker.RecordFailure()
	}
}

func (a *attempt) setHeader(ctx context.Context, h http.Header, accept string) {
	h.Set("User-Agent", "akshara-httpkit")
	h.Set("Accept", accept)
	if a.body.kind != "" {
		h.Set("Content-Type", a.body.kind)
	}
	for _, from := range [...]http.Header{a.client.opts.Header, a.call.Header} {
		for name, values := range from {
			h[http.CanonicalHeaderKey(name)] = values
		}
	}
	propagate(ctx, h)
	if a.client.opts.Askers {
		sendAsker(ctx, h)
	}
}

// startSpan begins the attempt's span. Neither path nor query stand on it: they
// can be somebody's question.
func (a *attempt) startSpan(ctx context.Context) (context.Context, trace.Span) {
	tracer := a.client.tracer
	if tracer == nil {
		parent := trace.SpanFromContext(ctx)
		if !parent.IsRecording() {
			return ctx, nil
		}
		tracer = parent.TracerProvider().Tracer(tracerName)
	}
	name, base := methodLabel(a.call.method()), a.client.base
	attrs := []attribute.KeyValue{attribute.String("http.request.method", name), attribute.String("server.address", base.Hostname()),
		attribute.String("url.scheme", base.Scheme)}
	if a.call.Route != "" {
		name += " " + a.call.Route
		attrs = append(attrs, attribute.String("url.template", a.call.Route))
	}
	return tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attrs...))
}

// reply is an answer on its way in. Reading it is bounded in size and in time.
type reply struct {
	resp    *http.Response
	caller  context.Context // of the call
	ctx     context.Context // of the attempt
	cancel  context.CancelCauseFunc
	clock   *time.Timer
	span    trace.Span
	body    *payload
	number  int // of the attempt
	limit   int64
	read    int64
	timeout time.Duration
	stream  bool // the clock runs while it is being read only
	closed  bool
}

// Read reads the answer's body; its errors are faults, io.EOF excepted.
func (r *reply) Read(p []byte) (int, error) {
	if r.stream {
		r.clock.Reset(r.timeout)
		defer r.clock.Stop()
	}
	n, err := r.resp.Body.Read(p)
	r.read += int64(n)
	switch {
	case r.limit > 0 && r.read > r.limit:
		return 0, fault.New(fault.Upstream, fmt.Sprintf("another service's answer is larger than %d bytes", r.limit), nil)
	case err != nil && err != io.EOF:
		return n, r.fault(err)
	}
	return n, err
}

// drain closes an answer that was used, in a way that keeps the connection.
func (r *reply) drain() {
	_, _ = io.CopyN(io.Discard, r.resp.Body, maxDrain)
	_ = r.fail(nil)
	r.body.settle()
}

// fail ends the attempt with err, which may be nil, and gives it back.
func (r *reply) fail(err error) error {
	if r.closed {
		return err
	}
	r.closed = true
	r.clock.Stop()
	status := 0
	if r.resp != nil {
		status = r.resp.StatusCode
		_ = r.resp.Body.Close() // nothing is lost by it
	}
	r.cancel(nil)
	endClientSpan(r.span, status, r.number, err)
	return err
}

// fault gives the fault for a failure on the way.
func (r *reply) fault(err error) *fault.Error {
	err = withoutURL(err)
	if cause := r.caller.Err(); cause != nil {
		err = fmt.Errorf("%w: %w", cause, err)
		if errors.Is(cause, context.Canceled) {
			return fault.Wrap(err, fault.ServiceUnavailable, "the request was cancelled", nil)
		}
		return fault.Wrap(err, fault.UpstreamTimeout, "another service took too long", nil)
	}
	if context.Cause(r.ctx) == errSlow {
		return fault.Wrap(errSlow, fault.UpstreamTimeout, "another service took too long", nil)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fault.Wrap(err, fault.Upstream, "another service cannot prove who it is", nil)
	}
	if r.resp != nil {
		return fault.Wrap(err, fault.Upstream, "another service's answer broke off", nil)
	}
	return fault.Wrap(err, fault.ServiceUnavailable, "another service cannot be reached", nil)
}

// withoutURL takes net/http's wrapper off, which repeats the address: the query
// in it can be somebody's question.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("httpkit: %w", e.Err)
	}
	return err
}
