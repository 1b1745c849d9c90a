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
