package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// maxWire bounds what Decode reads: the contract's error body is a few hundred
// bytes, and a body that is larger is somebody else's page.
const maxWire = 1 << 20

// ErrNotEnvelope is what Decode answers when the bytes are not the contract's
// error body.
var ErrNotEnvelope = errors.New("fault: not the contract's error body")

// wire is the body of the contract:
// {"error":{"code","message","details","request_id"}}.
type wire struct {
	Error *wireError `json:"error"`
}

type wireError struct {
	Code      Code    `json:"code"`
	Message   string  `json:"message"`
	Details   Details `json:"details"`
	RequestID string  `json:"request_id"`
}

// MarshalJSON gives the contract's error body, in which the cause has no part.
// Details is always an object. It never fails: a detail that JSON cannot express
// (a channel, a NaN) becomes the string "not shown".
//
// RetryAfter is not in the body: HTTP carries it in the header Retry-After.
func (e *Error) MarshalJSON() ([]byte, error) {
	w := wire{Error: &wireError{Code: e.Code, Message: e.Message, Details: e.Details, RequestID: e.RequestID}}
	if w.Error.Details == nil {
		w.Error.Details = Details{}
	}
	if b, err := marshal(w); err == nil {
		return b, nil
	}
	safe := make(Details, len(e.Details))
	for k, v := range e.Details {
		if _, err := json.Marshal(v); err != nil {
			v = "not shown"
		}
		safe[k] = v
	}
	w.Error.Details = safe
	return marshal(w)
}

// marshal is json.Marshal with "<" as it is: bodies are read by people too.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte{'\n'}), nil
}

// UnmarshalJSON reads the contract's error body; see [Decode].
func (e *Error) UnmarshalJSON(body []byte) error {
	got, err := Decode(body)
	if err != nil {
		return err
	}
	*e = *got
	return nil
}

// Decode is the inverse of MarshalJSON: it gives the Error whose body that is,
// with code, message, details and request id equal to what the server raised
// (numbers in details are float64, as encoding/json reads them; empty details
// are nil). Anything else, an unknown code included, is an error that
// wraps ErrNotEnvelope: better an honest "not ours" than a made-up code.
func Decode(body []byte) (*Error, error) {
	if len(body) > maxWire {
		return nil, fmt.Errorf("%w: %d bytes are too many", ErrNotEnvelope, len(body))
	}
	var w wire
	if err := json.Unmarshal(body, &w); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotEnvelope, err)
	}
	if w.Error == nil {
		return nil, fmt.Errorf("%w: no field \"error\"", ErrNotEnvelope)
	}
	if !w.Error.Code.Valid() {
		return nil, fmt.Errorf("%w: unknown code %.64q", ErrNotEnvelope, string(w.Error.Code))
	}
	e := &Error{Code: w.Error.Code, Message: w.Error.Message, RequestID: w.Error.RequestID}
	if len(w.Error.Details) > 0 {
		e.Details = w.Error.Details
	}
	return e, nil
}
