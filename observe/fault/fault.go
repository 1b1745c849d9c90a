// Package fault gives every failure of Akshara one of the contract's codes, so
// that a caller branches on a code and never on a message, whether the failure
// happened in the same process or behind a service.
//
// An [Error] has two sides. Code, Message and Details are for whoever asked:
// they are safe to show and travel over the wire. The cause is for the log of
// the process that failed: it is reached with [errors.Is] and [errors.As], and
// is never marshalled.
//
//	if err := store.Upsert(ctx, recs); err != nil {
//		return fault.Wrap(err, fault.ServiceUnavailable, "the index cannot be written", nil)
//	}
package fault

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Code is one of the contract's error codes.
type Code string

// The codes of the wire contract.
const (
	InvalidRequest     Code = "INVALID_REQUEST"
	InvalidLanguage    Code = "INVALID_LANGUAGE"
	InvalidAudioFormat Code = "INVALID_AUDIO_FORMAT"
	Unauthorized       Code = "UNAUTHORIZED"
	TokenExpired       Code = "TOKEN_EXPIRED"
	Forbidden          Code = "FORBIDDEN"
	APIKeyRevoked      Code = "API_KEY_REVOKED"
	NotFound           Code = "NOT_FOUND"
	MethodNotAllowed   Code = "METHOD_NOT_ALLOWED"
	Duplicate          Code = "DUPLICATE"
	PayloadTooLarge    Code = "PAYLOAD_TOO_LARGE"
	ProcessingFailed   Code = "PROCESSING_FAILED"
	RateLimitExceeded  Code = "RATE_LIMIT_EXCEEDED"
	Internal           Code = "INTERNAL_ERROR"
	Upstream           Code = "UPSTREAM_ERROR"
	ServiceUnavailable Code = "SERVICE_UNAVAILABLE"
	ModelLoading       Code = "MODEL_LOADING"
	UpstreamTimeout    Code = "UPSTREAM_TIMEOUT"
)

// codes holds every code of the contract in the contract's order, with the HTTP
// status that carries it and whether the same call may succeed later.
var codes = [...]struct {
	code      Code
	status    int
	retryable bool
}{
	{InvalidRequest, http.StatusBadRequest, false},
	{InvalidLanguage, http.StatusBadRequest, false},
	{InvalidAudioFormat, http.StatusBadRequest, false},
	{Unauthorized, http.StatusUnauthorized, false},
	{TokenExpired, http.StatusUnauthorized, false},
	{Forbidden, http.StatusForbidden, false},
	{APIKeyRevoked, http.StatusForbidden, false},
	{NotFound, http.StatusNotFound, false},
	{MethodNotAllowed, http.StatusMethodNotAllowed, false},
	{Duplicate, http.StatusConflict, false},
	{PayloadTooLarge, http.StatusRequestEntityTooLarge, false},
	{ProcessingFailed, http.StatusUnprocessableEntity, false},
	{RateLimitExceeded, http.StatusTooManyRequests, true},
	{Internal, http.StatusInternalServerError, false},
	{Upstream, http.StatusBadGateway, true},
	{ServiceUnavailable, http.StatusServiceUnavailable, true},
	{ModelLoading, http.StatusServiceUnavailable, true},
	{UpstreamTimeout, http.StatusGatewayTimeout, true},
}

// Codes lists every code of the contract, in the contract's order. The slice is
// the caller's own.
func Codes() []Code {
	out := make([]Code, len(codes))
	for i := range codes {
		out[i] = codes[i].code
	}
	return out
}

// HTTPStatus gives the status that carries the code over HTTP: 400 to 504, and
// 500 for a code that is not in the contract.
func (c Code) HTTPStatus() int {
	for i := range codes {
		if codes[i].code == c {
			return codes[i].status
		}
	}
	return http.StatusInternalServerError
}

// Valid tells whether c is one of the contract's codes.
func (c Code) Valid() bool {
	for i := range codes {
		if codes[i].code == c {
			return true
		}
	}
	return false
}

// CodeForStatus gives the plainest code for an HTTP status: what to make of a
// server that does not speak the contract. Statuses of the contract give the
// first code of their row, other 4xx InvalidRequest, anything else Upstream
// (502 and the rest of 5xx alike: it is the other side that failed).
func CodeForStatus(status int) Code {
	for i := range codes {
		if codes[i].status == status && codes[i].code != Internal {
			return codes[i].code
		}
	}
	if status >= 400 && status < 500 {
		return InvalidRequest
	}
	return Upstream
}

// Details says more about a failure in plain values: the field that was wrong,
// the limit that was passed. Everything in it may be shown to the asker.
type Details map[string]any

// Error is a failure with a code of the contract.
type Error struct {
	Code       Code          // what kind of failure
	Message    string        // a sentence that is safe to show
	Details    Details       // may be nil
	RequestID  string        // set by the server that answered, if any
	RetryAfter time.Duration // when another try makes sense; 0 when not known
	cause      error
}

// New makes an Error without a cause. Details may be nil.
func New(code Code, message string, details Details) *Error {
	return &Error{Code: code, Message: message, Details: details}
}

// Wrap makes an Error whose cause is err. The cause is kept for errors.Is,
// errors.As and the log; it is not part of what the asker sees.
func Wrap(err error, code Code, message string, details Details) *Error {
	return &Error{Code: code, Message: message, Details: details, cause: err}
}

// Error gives the code, the message and the cause: it is meant for a log, not for the asker.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Unwrap gives the cause, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is(err, &fault.Error{Code: fault.NotFound}) true for every err
// whose chain holds an Error with that code. A target that also has a message
// or a request id has to agree in those too.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	if !ok || t == nil || e == nil {
		return false
	}
	return t.Code == e.Code &&
		(t.Message == "" || t.Message == e.Message) &&
		(t.RequestID == "" || t.RequestID == e.RequestID)
}

// GetStatus gives the HTTP status of the code. Web frameworks that ask an error
// for its status (huma's StatusError) find it here, so that a handler returns a
// fault as it is.
func (e *Error) GetStatus() int { return e.Code.HTTPStatus() }

// WithRequestID gives a copy of [From](err) that carries the request id; err
// itself is left alone, for it may be shared. WithRequestID(nil, id) is nil.
func WithRequestID(err error, id string) *Error {
	e := From(err)
	if e == nil {
		return nil
	}
	out := *e
	out.RequestID = id
	return &out
}

// WithRetryAfter gives a copy of e that says when another try makes sense.
func (e *Error) WithRetryAfter(d time.Duration) *Error {
	out := *e
	out.RetryAfter = d
	return &out
}

// Retryable tells whether the same call may succeed later: the code says that
// the other side was busy, loading, slow or away. It is false for nil and for
// a call that its own caller cancelled.
func Retryable(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	code := CodeOf(err)
	for i := range codes {
		if codes[i].code == code {
			return codes[i].retryable
		}
	}
	return false
}

// RetryAfter gives how long to wait before trying again, as the outermost Error
// of the chain that knows it says; 0 when nobody does.
func RetryAfter(err error) time.Duration {
	for err != nil {
		e, ok := errors.AsType[*Error](err)
		if !ok {
			return 0
		}
		if e.RetryAfter > 0 {
			return e.RetryAfter
		}
		err = e.cause
	}
	return 0
}

// From gives err as an *Error: the outermost Error in its chain, or a new one
// with the code that [CodeOf] finds and a safe sentence. From(nil) is nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	switch code := CodeOf(err); code {
	case UpstreamTimeout:
		return Wrap(err, code, "the request took too long", nil)
	case ServiceUnavailable:
		return Wrap(err, code, "the request was cancelled", nil)
	default:
		return Wrap(err, Internal, "something went wrong inside", nil)
	}
}

// CodeOf gives the code of the outermost Error in err's chain. A passed
// deadline is UpstreamTimeout, a cancelled context ServiceUnavailable, anything
// else Internal; CodeOf(nil) is empty.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return UpstreamTimeout
	case errors.Is(err, context.Canceled):
		return ServiceUnavailable
	}
	return Internal
}
