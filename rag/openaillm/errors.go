package openaillm

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	openai "github.com/sashabaranov/go-openai"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
)

const maxServerMessage = 300 // bytes kept of what a server says about an error

// StatusError is the cause inside a [fault.Error] when a server answered with an
// error. It is meant for a log.
type StatusError struct {
	Status  int    // of HTTP; 0 when the error came inside a stream
	Message string // what the server said, shortened, without the key; empty for 401 and 403, whose texts often quote it
}

func (e *StatusError) Error() string {
	text := e.Message
	if text == "" {
		text = "no reason given"
	}
	if e.Status == 0 {
		return "openaillm: error in the stream: " + text
	}
	return fmt.Sprintf("openaillm: status %d: %s", e.Status, text)
}

// contextFault tells why ctx ended: its deadline, its owner, or a silent server.
func contextFault(ctx context.Context) *fault.Error {
	cause := context.Cause(ctx)
	if errors.Is(cause, errSilent) || errors.Is(cause, context.DeadlineExceeded) {
		return fault.Wrap(cause, fault.UpstreamTimeout, "the model server did not answer in time", nil)
	}
	return fault.Wrap(cause, fault.ServiceUnavailable, "the request was cancelled", nil)
}

// connectionFailure tells of a request that got no answer. The address is left
// out, which url.Error would put into the text.
func connectionFailure(ctx context.Context, err error) *failure {
	if ctx.Err() != nil {
		return &failure{Error: contextFault(ctx)}
	}
	if ue, ok := errors.AsType[*url.Error](err); ok {
		err = ue.Err
	}
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return &failure{Error: fault.Wrap(err, fault.UpstreamTimeout, "the model server did not answer in time", nil)}
	}
	_, badCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	return &failure{
		Error: fault.Wrap(err, fault.Upstream, "the model server cannot be reached", nil),
		retry: !badCertificate,
	}
}

// statusFailure tells what an answer that is no success means. body is its
// beginning; key is taken out of whatever the server says.
func statusFailure(res *http.Response, body []byte, key string) *failure {
	if f := raised(res, body, key); f != nil {
		return f
	}
	var said openai.ErrorResponse
	if err := json.Unmarshal(body, &said); err != nil || said.Error == nil {
		said.Error = &openai.APIError{}
	}
	code, message := judge(res.StatusCode, said.Error)
	cause := &StatusError{Status: res.StatusCode}
	if code := res.StatusCode; code != http.StatusUnauthorized && code != http.StatusForbidden {
		cause.Message = quotable(said.Error.Message, key)
	}
	e := fault.Wrap(marked(cause, said.Error), code, message, fault.Details{"upstream_status": res.StatusCode})
	e.RetryAfter = fault.ReadRetryAfter(res.Header, time.Now())
	return &failure{Error: e, retry: worthRetrying(res.StatusCode, said.Error)}
}

// raised gives the fault that a service of Akshara raised (rag/llmhttp), or nil: code,
// message and the details that are texts and numbers come back as they were. What it says of the client's own
// right to ask, or of its paths, is not the asker's business. Such a service has tried
// its own servers again already.
func raised(res *http.Response, body []byte, key string) *failure {
	f, err := fault.Decode(body)
	if err != nil || !ours(f.Code) {
		return nil
	}
	cause := error(&StatusError{Status: res.StatusCode, Message: string(f.Code)})
	if f.Details["reason"] == overflowReason {
		cause = fmt.Errorf("%w: %w", llm.ErrContextOverflow, cause)
	}
	for name, v := range f.Details {
		if text, ok := v.(string); ok {
			f.Details[name] = quotable(text, key)
		} else if _, ok := v.(float64); !ok {
			delete(f.Details, name)
		}
	}
	e := fault.Wrap(cause, f.Code, quotable(f.Message, key), f.Details)
	e.RetryAfter = fault.ReadRetryAfter(res.Header, time.Now())
	again := f.Code == fault.RateLimitExceeded || f.Code == fault.ServiceUnavailable || f.Code == fault.ModelLoading
	return &failure{Error: e, retry: again}
}

// overflowReason is why rag/llmhttp, like OpenAI, refuses what is longer than a model can take.
const overflowReason = "context_length_exceeded"

// ours tells whether a code is one that models raise.
func ours(code fault.Code) bool {
	switch code {
	case fault.InvalidRequest, fault.PayloadTooLarge, fault.ProcessingFailed, fault.RateLimitExceeded, fault.Upstream,
		fault.UpstreamTimeout, fault.ServiceUnavailable, fault.ModelLoading:
		return true
	}
	return false
}

// judge gives the code and the safe sentence for a status and what the server says to it.
func judge(status int, said *openai.APIError) (fault.Code, string) {
	switch {
	case overflows(said):
		return fault.InvalidRequest, "the text is longer than the model can take"
	case quotaSpent(said):
		return fault.Upstream, "the quota at the model server is used up"
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fault.Upstream, "the model server does not accept the configured key"
	case http.StatusNotFound:
		return fault.Upstream, "the model server does not know the model or the path"
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		return fault.UpstreamTimeout, "the model server did not answer in time"
	case http.StatusRequestEntityTooLarge:
		return fault.PayloadTooLarge, "the text is larger than the model server takes"
	case http.StatusTooManyRequests:
		return fault.RateLimitExceeded, "the model server is asked too often; try again later"
	case http.StatusServiceUnavailable:
		if strings.Contains(strings.ToLower(fmt.Sprint(said.Message, said.Type, said.Code)), "loading") {
			return fault.ModelLoading, "the model is being loaded; try again soon"
		}
		return fault.ServiceUnavailable, "the model server is not available; try again later"
	}
	return fault.Upstream, fmt.Sprintf("the model server answered with status %d", status)
}

// marked gives a cause that is llm.ErrContextOverflow too, where it is one.
func marked(cause *StatusError, said *openai.APIError) error {
	if overflows(said) {
		return fmt.Errorf("%w: %w", llm.ErrContextOverflow, cause)
	}
	return cause
}

// overflows tells whether a server refused a text for its length. OpenAI names a
// code; llama.cpp a type; vLLM and others only say it.
func overflows(said *openai.APIError) bool {
	switch {
	case said.Code == "context_length_exceeded", said.Type == "exceed_context_size_error":
		return true
	}
	text := strings.ToLower(said.Message)
	return strings.Contains(text, "maximum context length") || strings.Contains(text, "context size") ||
		strings.Contains(text, "too large to process")
}

// quotaSpent tells a limit that waiting does not lift.
func quotaSpent(said *openai.APIError) bool {
	return said.Code == "insufficient_quota" || said.Type == "insufficient_quota"
}

// worthRetrying tells whether the same request may succeed later: 429 and 5xx,
// but for what the server will never do.
func worthRetrying(status int, said *openai.APIError) bool {
	if overflows(said) || quotaSpent(said) {
		return false
	}
	switch status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status >= 500
}

// quotable shortens what a server said, between characters, and takes the key out of it.
func quotable(text, key string) string {
	if key != "" {
		text = strings.ReplaceAll(text, key, "***")
	}
	if len(text) <= maxServerMessage {
		return text
	}
	end := maxServerMessage
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// callFault gives what go-openai returned as a *fault.Error: one from the
// transport as it is, an error event of a stream by its own code, and anything
// else as an answer that was not understood.
func callFault(ctx context.Context, err error, key string) *fault.Error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	if said, ok := errors.AsType[*openai.APIError](err); ok {
		word, _ := said.Code.(string)
		if code := fault.Code(word); ours(code) {
			return fault.Wrap(&StatusError{Message: word}, code, quotable(said.Message, key), nil)
		}
		status, _ := said.Code.(int)
		code, message := judge(status, said)
		if code == fault.Upstream {
			message = "the model server reported an error in the middle of its answer"
		}
		return fault.Wrap(marked(&StatusError{Message: quotable(said.Message, key)}, said), code, message, nil)
	}
	if ctx.Err() != nil {
		return contextFault(ctx)
	}
	return fault.Wrap(err, fault.Upstream, "the model server's answer was not understood", nil)
}
