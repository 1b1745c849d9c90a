package openaillm

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/outbound"
)

const (
	defaultAttempts    = 4
	defaultBackoff     = 500 * time.Millisecond
	defaultMaxWait     = 30 * time.Second
	defaultSilence     = 2 * time.Minute
	defaultMaxResponse = 64 << 20
	maxErrorBody       = 64 << 10 // bytes read of an answer that is an error
)

// errSilent is the cause of a context that ended because the server said nothing.
var errSilent = errors.New("the server sent nothing for too long")

// transport is what go-openai sends its requests through. It tries again what is
// worth trying again, bounds what is read, and turns every failure into a
// *fault.Error, so that chat, streams and embeddings share one set of rules.
type transport struct {
	http     *http.Client
	key      string
	attempts int
	backoff  time.Duration
	maxWait  time.Duration
	silence  time.Duration
	maxBytes int64
}

func newTransport(c Config) *transport {
	client, _ := outbound.Client(cmp.Or(c.HTTPClient, &http.Client{}))
	return &transport{
		http:     client,
		key:      c.APIKey,
		attempts: cmp.Or(max(c.Attempts, 0), defaultAttempts),
		backoff:  cmp.Or(max(c.Backoff, 0), defaultBackoff),
		maxWait:  cmp.Or(max(c.MaxWait, 0), defaultMaxWait),
		silence:  cmp.Or(max(c.Silence, 0), defaultSilence),
		maxBytes: cmp.Or(max(c.MaxResponse, 0), defaultMaxResponse),
	}
}

// failure is a try that came to nothing.
type failure struct {
	*fault.Error
	retry bool // another try may do better
}

// Do sends req until it succeeds, or fails for good with a *fault.Error. The
// body of a response that is no stream has been read whole.
func (t *transport) Do(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := putAudio(req); err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		res, fail := t.try(req)
		if fail == nil {
			return res, nil
		}
		wait, ok := t.wait(ctx, attempt, fail)
		if !ok {
			return nil, fail.Error
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, contextFault(ctx)
		case <-timer.C:
		}
	}
}

// wait gives the time until the next try, and false when there is to be none:
// the failure is final, the tries are used up, or the wait would outlast the deadline.
func (t *transport) wait(ctx context.Context, attempt int, fail *failure) (time.Duration, bool) {
	if !fail.retry || attempt >= t.attempts || fail.RetryAfter > t.maxWait {
		return 0, false
	}
	wait := t.backoff
	for range attempt - 1 {
		wait = min(2*wait, t.maxWait)
	}
	wait = min(wait, t.maxWait)
	wait -= time.Duration(rand.Int64N(int64(wait/2) + 1))
	wait = max(wait, fail.RetryAfter)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return 0, false
	}
	return wait, true
}

// try sends req once.
func (t *transport) try(req *http.Request) (*http.Response, *failure) {
	ctx, cancel := context.WithCancelCause(req.Context())
	body := &watchedBody{
		ctx: ctx, cancel: cancel, silence: t.silence, left: t.maxBytes, limit: t.maxBytes,
		timer: time.AfterFunc(t.silence, func() { cancel(errSilent) }),
	}
	once := req.Clone(ctx)
	if req.GetBody != nil {
		var err error
		if once.Body, err = req.GetBody(); err != nil {
			_ = body.Close()
			return nil, &failure{Error: fault.Wrap(err, fault.Internal, "the request could not be built", nil)}
		}
	}
	res, err := t.http.Do(once)
	if err != nil {
		fail := connectionFailure(ctx, err)
		_ = body.Close()
		return nil, fail
	}
	body.timer.Stop()
	body.ReadCloser, res.Body = res.Body, body
	switch {
	case res.StatusCode < 200 || res.StatusCode > 299:
		defer body.Close()
		text, _ := io.ReadAll(io.LimitReader(body, maxErrorBody))
		return nil, statusFailure(res, text, t.key)
	case once.Header.Get("Accept") == "text/event-stream":
		res.Body = newQuietBody(body)
		return res, nil
	}
	return readWhole(res)
}

// readWhole takes the body of res into memory, so that one that breaks off can be asked for again.
func readWhole(res *http.Response) (*http.Response, *failure) {
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		e := fault.From(err)
		return nil, &failure{Error: e, retry: errors.Is(err, errBrokeOff)}
	}
	res.Body = io.NopCloser(bytes.NewReader(text))
	return res, nil
}

// errBrokeOff marks an answer whose connection ended before it did.
var errBrokeOff = errors.New("the connection ended in the middle of the answer")

// watchedBody reads a response within limits of size and of silence. Its errors
// are *fault.Errors, but for io.EOF. The clock runs only while Read waits: a slow
// reader is not a silent server.
type watchedBody struct {
	io.ReadCloser
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	silence time.Duration
	left    int64
	limit   int64
}

func (b *watchedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, b.tooLong()
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1] // one byte more than allowed tells a full answer from one that is too long
	}
	b.timer.Reset(b.silence)
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	b.left -= int64(n)
	switch {
	case b.left < 0:
		return n - 1, b.tooLong()
	case err == nil || err == io.EOF:
		return n, err
	case b.ctx.Err() != nil:
		return n, contextFault(b.ctx)
	}
	return n, fault.Wrap(fmt.Errorf("%w: %w", errBrokeOff, err), fault.Upstream, "the model server broke off its answer", nil)
}

func (b *watchedBody) tooLong() error {
	return fault.New(fault.Upstream, fmt.Sprintf("the model server answered with more than %d bytes", b.limit),
		fault.Details{"limit_bytes": b.limit})
}

// Close ends the request: a connection with an unread answer is closed.
func (b *watchedBody) Close() error {
	b.timer.Stop()
	b.cancel(nil)
	if b.ReadCloser == nil {
		return nil
	}
	return b.ReadCloser.Close()
}
