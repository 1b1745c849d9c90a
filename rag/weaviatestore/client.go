package weaviatestore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// maxAnswer bounds an answer of the cluster, in bytes.
const maxAnswer = 64 << 20

// node is one address of the cluster.
type node struct {
	base   string
	failed atomic.Int64 // when it last did not answer, in milliseconds since 1970
}

// restFor is how long a node that did not answer is asked last.
const restFor = 2 * time.Second

func (n *node) rests() bool {
	return time.Since(time.UnixMilli(n.failed.Load())) < restFor
}

// client calls a cluster by any of its nodes. It may be used concurrently.
type client struct {
	nodes    []*node
	next     atomic.Int64 // the node that is asked first
	http     *http.Client
	header   http.Header
	retryFor time.Duration
	timeout  time.Duration // of one request
	own      bool          // the transport is the client's
	log      *slog.Logger
}

// callError is a call that failed.
type callError struct {
	status int    // 0 without an answer
	reason string // Weaviate's, for the log
	cause  error
}

func (e *callError) Error() string {
	switch {
	case e.cause != nil:
		return "weaviatestore: " + e.cause.Error()
	case e.status == http.StatusOK:
		return "weaviatestore: " + e.reason
	}
	return fmt.Sprintf("weaviatestore: status %d: %s", e.status, e.reason)
}

func (e *callError) Unwrap() error { return e.cause }

// errTurn ends an attempt after which another node, or the same one later, is asked.
var errTurn = errors.New("weaviatestore: the replica is behind")

// errNoTenant says that a node knows no such tenant.
var errNoTenant = errors.New("weaviatestore: no such tenant")

// again tells whether another node may do what one did not.
func again(err error) bool {
	if errors.Is(err, errTurn) {
		return true
	}
	e, ok := errors.AsType[*callError](err)
	return ok && (e.status == 0 || e.status == http.StatusTooManyRequests || e.status >= http.StatusInternalServerError)
}

// try runs f with one node after the other until it succeeds, fails for good, or
// the time is up. f has to be such that running it twice does no harm.
func (c *client) try(ctx context.Context, f func(*node) error) error {
	ends := time.Now().Add(c.retryFor)
	first := int(c.next.Load())
	for turn := 0; ; turn++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := c.pick(first, turn)
		err := f(n)
		if err == nil || !again(err) {
			return c.failure(ctx, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !errors.Is(err, errTurn) {
			n.failed.Store(time.Now().UnixMilli())
			c.next.CompareAndSwap(int64(first), int64(first+1))
			c.log.DebugContext(ctx, "a node of the index did not answer", slog.String("node", n.base), slog.Any("error", err))
		}
		pause := pauseAfter(turn, len(c.nodes))
		if time.Now().Add(pause).After(ends) {
			return c.failure(ctx, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// pick gives the node for a turn: those that answered lately come first.
func (c *client) pick(first, turn int) *node {
	n := len(c.nodes)
	for i := range n {
		if it := c.nodes[(first+turn+i)%n]; !it.rests() {
			return it
		}
	}
	return c.nodes[(first+turn)%n]
}

// pauseAfter gives the wait after a turn: little at first, a quarter of a second in the end.
func pauseAfter(turn, nodes int) time.Duration {
	return min(2*time.Millisecond<<min(turn/max(nodes, 1), 10)+time.Duration(turn)*time.Millisecond, 250*time.Millisecond)
}

// failure gives the error that the caller sees.
func (c *client) failure(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, errTurn) {
		return fault.Wrap(err, fault.ServiceUnavailable, "the replicas of the index do not agree", nil)
	}
	e, ok := errors.AsType[*callError](err)
	if !ok {
		return err
	}
	switch {
	case errors.Is(e.cause, context.DeadlineExceeded):
		return fault.Wrap(err, fault.UpstreamTimeout, "the index does not answer in time", nil)
	case e.status == http.StatusUnauthorized || e.status == http.StatusForbidden:
		return fault.Wrap(err, fault.Upstream, "the index refuses the key", fault.Details{"status": e.status})
	case e.status == http.StatusTooManyRequests:
		return fault.Wrap(err, fault.ServiceUnavailable, "the index has too much to do", nil)
	case e.status == 0 || e.status >= http.StatusInternalServerError:
		return fault.Wrap(err, fault.ServiceUnavailable, "the index cannot be reached", nil)
	}
	return fault.Wrap(err, fault.Upstream, "the index does not understand, or answers what makes no sense", fault.Details{"status": e.status})
}

// call sends in as JSON to a node and reads the answer into out; both may be nil.
func (c *client) call(ctx context.Context, n *node, method, path string, in, out any) error {
	return c.within(ctx, c.timeout, n, method, path, in, out)
}

// within is call with a limit of its own.
func (c *client) within(ctx context.Context, limit time.Duration, n *node, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var body io.Reader = http.NoBody
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return fault.Wrap(err, fault.InvalidRequest, "a record cannot be written", nil)
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, n.base+path, body)
	if err != nil {
		return &callError{cause: err, status: http.StatusBadRequest}
	}
	req.Header = c.header.Clone()
	resp, err := c.http.Do(req)
	if err != nil {
		var hidden *url.Error // its text names the whole address
		if errors.As(err, &hidden) {
			err = hidden.Err
		}
		return &callError{cause: err}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return &callError{cause: err}
	case len(data) > maxAnswer:
		return &callError{status: resp.StatusCode, reason: fmt.Sprintf("an answer of more than %d bytes", maxAnswer)}
	case resp.StatusCode >= http.StatusMultipleChoices:
		return refusal(resp.StatusCode, data)
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return &callError{status: resp.StatusCode, reason: "the answer is not the JSON that was expected"}
	}
	return nil
}

// refusal reads {"error":[{"message":"..."}]}.
func refusal(status int, data []byte) error {
	var body struct {
		Error []struct{ Message string }
	}
	_ = json.Unmarshal(data, &body)
	var reasons []string
	for _, e := range body.Error {
		reasons = append(reasons, e.Message)
	}
	reason := strings.Join(reasons, "; ")
	if strings.Contains(reason, "tenant not found") {
		return errNoTenant
	}
	if strings.Contains(reason, "no graphql provider present") { // it starts, and has not read its schema yet
		status = http.StatusServiceUnavailable
	}
	return &callError{status: status, reason: clip(reason)}
}

// clip bounds what a log gets to see of somebody else's sentence.
func clip(s string) string {
	const most = 400
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
