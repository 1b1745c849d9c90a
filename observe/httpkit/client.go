package httpkit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/outbound"
)

// Defaults of ClientOptions.
const (
	DefaultTimeout         = 30 * time.Second
	DefaultAttempts        = 3
	DefaultBackoff         = 100 * time.Millisecond
	DefaultMaxWait         = 10 * time.Second
	DefaultMaxAnswerBytes  = 16 << 20
	DefaultBreakerFailures = 5
	DefaultBreakerDelay    = 5 * time.Second
)

// ClientOptions says how a Client calls. The zero value is useful.
type ClientOptions struct {
	// Transport carries the requests. Nil means one of the client's own, which keeps
	// connections and uses no proxy.
	Transport http.RoundTripper
	// Header goes on every request: Authorization, for example.
	Header http.Header
	// Timeout bounds one attempt, from dialling to the answer's last byte. Of
	// downloads and event streams it bounds the time to the answer's header and then
	// the silence between two reads. 0 means DefaultTimeout.
	Timeout time.Duration
	// Attempts is how often a call is sent at most, the first time included, when it
	// may be sent again; 0 means DefaultAttempts, 1 never again.
	Attempts int
	// Backoff is the wait before the second attempt; it doubles with every
	// further one and is scattered by half. 0 means DefaultBackoff.
	Backoff time.Duration
	// MaxWait is the longest wait for another attempt. A server that asks for
	// more with Retry-After is not called again. 0 means DefaultMaxWait.
	MaxWait time.Duration
	// MaxAnswerBytes bounds an answer, and of an event stream each event; 0 means
	// DefaultMaxAnswerBytes.
	MaxAnswerBytes int64
	// BreakerFailures is how many attempts in a row have to fail (no connection, no
	// answer in time, 502, 503 or 504) for the client to stop calling for
	// BreakerDelay. 0 means DefaultBreakerFailures, below 0 never.
	BreakerFailures int
	// BreakerDelay is how long calls then fail at once, with SERVICE_UNAVAILABLE,
	// before a single one is let through to try. 0 means DefaultBreakerDelay.
	BreakerDelay time.Duration
	// TracerProvider records a span for each attempt. Nil means the provider of the
	// span in the call's context, so that a server's calls are recorded with it.
	TracerProvider trace.TracerProvider
	// Askers sends the user and the conversation of the context along, as W3C
	// Baggage: to a service of one's own, since it says who asks.
	Askers bool
}

func (o *ClientOptions) fill() {
	setDefault(&o.Timeout, DefaultTimeout)
	setDefault(&o.Attempts, DefaultAttempts)
	setDefault(&o.Backoff, DefaultBackoff)
	setDefault(&o.MaxWait, DefaultMaxWait)
	setDefault(&o.MaxAnswerBytes, DefaultMaxAnswerBytes)
	setDefault(&o.BreakerDelay, DefaultBreakerDelay)
	if o.BreakerFailures == 0 {
		o.BreakerFailures = DefaultBreakerFailures
	}
}

func setDefault[T int | int64 | time.Duration](v *T, to T) {
	if *v <= 0 {
		*v = to
	}
}

// Client calls one service of Akshara, or another that speaks JSON over HTTP.
//
//	client, err := httpkit.NewClient("http://127.0.0.1:8001", nil)
//	err = client.Do(ctx, http.MethodPost, "/query", &query, &result)
//
// Errors are [fault.Error]s: what the server raised, equal in code, message,
// details and request id; SERVICE_UNAVAILABLE when it cannot be reached,
// UPSTREAM_TIMEOUT when it does not answer in time, UPSTREAM_ERROR when what it answers is
// not the contract's. Request id and trace of the context go along.
//
// Calls whose repetition does no harm (GET, HEAD, OPTIONS, PUT, DELETE, and
// those marked Idempotent) are sent again when there is no connection or the
// answer is 429, 502, 503 or 504, within the context's deadline and as Retry-After
// says. Redirects are not followed. A Client may be used by many goroutines at once.
type Client struct {
	base    *url.URL
	opts    ClientOptions
	http    *http.Client
	own     *http.Transport                    // nil when the caller's is used
	breaker circuitbreaker.CircuitBreaker[any] // nil: none
	tracer  trace.Tracer                       // nil: the context's
}

// NewClient makes a client for the service at base, an http or https address
// that may have a path in front of the service's own ("https://example.org/rag").
// Another is INVALID_REQUEST. opts may be nil; it is not changed. [Client.Close] lets go of kept connections.
func NewClient(base string, opts *ClientOptions) (*Client, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return nil, fault.New(fault.InvalidRequest, "the service's address is not a URL", nil) // which may hold a password
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "":
		return nil, fault.New(fault.InvalidRequest, fmt.Sprintf("the address of the service at %q is no http or https address without query", u.Host), nil)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	c := &Client{base: u}
	if opts != nil {
		c.opts = *opts
		c.opts.Header = opts.Header.Clone()
	}
	c.opts.fill()
	if c.opts.Transport == nil {
		c.own = newTransport()
		c.opts.Transport = c.own
	}
	c.http, _ = outbound.Client(&http.Client{Transport: c.opts.Transport})
	if n := c.opts.BreakerFailures; n > 0 {
		c.breaker = circuitbreaker.NewBuilder[any]().WithFailureThreshold(uint(n)).
			WithDelay(c.opts.BreakerDelay).WithSuccessThreshold(1).Build()
	}
	if c.opts.TracerProvider != nil {
		c.tracer = c.opts.TracerProvider.Tracer(tracerName)
	}
	return c, nil
}

func newTransport() *http.Transport {
	return &http.Transport{
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           100,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// Close closes the connections that the client keeps for later calls. A
// Transport of the caller's is left alone. Calls in flight go on.
func (c *Client) Close() error {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
	return nil
}

// Do sends in as JSON (nil: no body) and reads the answer's JSON into out (nil:
// it is not looked at). path begins with a slash, is escaped, and may have a query.
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	return c.Send(ctx, &Call{Method: method, Path: path, Body: in}, out)
}

// Send makes a call and reads the answer's JSON into out, which may be nil. An
// answer without content leaves out alone.
func (c *Client) Send(ctx context.Context, call *Call, out any) error {
	var answer []byte
	err := c.attempts(ctx, call, "application/json", func(r *reply) (again bool, err error) {
		if answer, err = io.ReadAll(r); err != nil {
			again = r.read <= r.limit && context.Cause(r.ctx) == nil
			return again, r.fail(err)
		}
		r.drain()
		if r.resp.StatusCode == http.StatusNoContent {
			answer = nil
		}
		return false, nil
	})
	if err != nil || out == nil || answer == nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fault.Wrap(jsonError(err), fault.Upstream, "another service's answer cannot be read", nil)
	}
	return nil
}

// jsonError keeps the place and the kind of a JSON error, without the text it
// quotes: the answer may be somebody's document.
func jsonError(err error) error {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("httpkit: the answer is not JSON at byte %d", e.Offset)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("httpkit: the answer's field %q is not a %s", e.Field, e.Type)
	}
	return errors.New("httpkit: the answer is not JSON")
}
