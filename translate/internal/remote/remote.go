// Package remote calls the services that adapters of package translate speak
// to. It is package httpkit's client with what foreign services need on top:
// 500 and answers that cannot be read are tried again as well, for a translation does no
// harm twice, and the status of an error page becomes a code of package fault.
package remote

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
)

// Policy says how often and how soon something is tried again.
type Policy struct {
	Attempts int           // the first included
	Backoff  time.Duration // before the second; it doubles, and chance takes off up to a half
	MaxWait  time.Duration // longest wait; who asks for more is not asked again
}

// Defaults gives p with what it leaves open taken from package httpkit.
func (p Policy) Defaults() Policy {
	if p.Attempts <= 0 {
		p.Attempts = httpkit.DefaultAttempts
	}
	if p.Backoff <= 0 {
		p.Backoff = httpkit.DefaultBackoff
	}
	if p.MaxWait <= 0 {
		p.MaxWait = httpkit.DefaultMaxWait
	}
	return p
}

// Do calls try until it succeeds, says that another attempt is no use, or
// there is no time for one within ctx. It gives try's last error.
func (p Policy) Do(ctx context.Context, try func() (again bool, err error)) error {
	for n := 1; ; n++ {
		again, err := try()
		if err == nil || !again || n >= p.Attempts || !p.wait(ctx, n, fault.RetryAfter(err)) {
			return err
		}
	}
}

// wait waits before the attempt behind number n. It gives false when that
// would be too long for MaxWait or for the context's deadline.
func (p Policy) wait(ctx context.Context, n int, asked time.Duration) bool {
	d := min(p.Backoff<<min(n-1, 16), p.MaxWait)
	d -= rand.N(d/2 + 1)
	if asked > p.MaxWait {
		return false
	}
	d = max(d, asked)
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

// Client calls one service.
type Client struct {
	http    *httpkit.Client
	service string
	policy  Policy
}

// New makes a client for the service at base. service is its name in errors.
// opts may be nil; its Attempts, Backoff and MaxWait hold for all that is tried again.
func New(base, service string, opts *httpkit.ClientOptions) (*Client, error) {
	var o httpkit.ClientOptions
	if opts != nil {
		o = *opts
	}
	c := &Client{service: service, policy: Policy{o.Attempts, o.Backoff, o.MaxWait}.Defaults()}
	o.Attempts = 1
	var err error
	if c.http, err = httpkit.NewClient(base, &o); err != nil {
		return nil, fault.Wrap(err, fault.InvalidRequest, "the address of "+service+" is not one", nil)
	}
	return c, nil
}

// Close lets go of kept connections.
func (c *Client) Close() error { return c.http.Close() }

// Call makes a call and reads its answer's JSON. check tells what is wrong with
// an answer that could be read; one that is wrong is asked for again.
func Call[T any](ctx context.Context, c *Client, call *httpkit.Call, check func(*T) error) (*T, error) {
	var out *T
	err := c.policy.Do(ctx, func() (bool, error) {
		out = new(T)
		if err := c.http.Send(ctx, call, out); err != nil {
			return c.judge(ctx, err)
		}
		if err := check(out); err != nil {
			return true, fault.Wrap(err, fault.Upstream, c.service+" gave an answer that makes no sense", nil)
		}
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Ping makes a call whose answer has no body that matters.
func Ping(ctx context.Context, c *Client, call *httpkit.Call) error {
	return c.policy.Do(ctx, func() (bool, error) {
		if err := c.http.Send(ctx, call, nil); err != nil {
			return c.judge(ctx, err)
		}
		return false, nil
	})
}

// ErrMalformed is the cause of an error about an answer that is not what was asked for.
var ErrMalformed = errors.New("translate: the answer is not what the service promises")

// Malformed says what is wrong with an answer.
func Malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

// judge gives the error for a call that failed, and whether another attempt may do better.
func (c *Client) judge(ctx context.Context, err error) (again bool, _ error) {
	f := fault.From(err)
	status, foreign := f.Details["status"].(int)
	if !foreign {
		return fault.Retryable(err) && ctx.Err() == nil, err
	}
	code, message := meaning(status)
	out := fault.Wrap(err, code, c.service+" "+message, fault.Details{"upstream_status": status})
	return status >= 500 && status != http.StatusNotImplemented || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout,
		out.WithRetryAfter(f.RetryAfter)
}

// meaning gives the code and the words for the status of a foreign service's error.
func meaning(status int) (fault.Code, string) {
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return fault.InvalidRequest, "refuses the request"
	case http.StatusUnauthorized, http.StatusForbidden:
		return fault.Upstream, "does not accept the configured key"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return fault.Upstream, "does not know the path or the model"
	case http.StatusRequestEntityTooLarge:
		return fault.PayloadTooLarge, "takes no request as large as this"
	case http.StatusTooManyRequests:
		return fault.RateLimitExceeded, "is asked too often; try again later"
	case http.StatusServiceUnavailable:
		return fault.ServiceUnavailable, "is not available; try again later"
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		return fault.UpstreamTimeout, "took too long"
	}
	return fault.Upstream, fmt.Sprintf("answered with status %d", status)
}
