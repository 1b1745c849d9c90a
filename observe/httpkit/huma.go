package httpkit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/akshara-go/akshara/observe/fault"
)

// limitKey is where Register tells the adapter the operation's body limit:
// huma itself turns an unset limit into one that looks like a chosen one.
const limitKey = "httpkit.max_body_bytes"

// Register adds a typed route to the kit and to its OpenAPI document. I and O
// are huma's input and output structs. The handler's error is answered as
// [WriteError] would; errors of huma with a status keep their status's code and
// their message. op.MaxBodyBytes bounds the body; 0 means the kit's limit.
// Like huma.Register it panics when op or the structs are impossible, at the
// start of the program.
func Register[I, O any](k *Kit, op huma.Operation, handler func(context.Context, *I) (*O, error)) {
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = k.opts.MaxBodyBytes
	}
	meta := map[string]any{limitKey: op.MaxBodyBytes}
	for key, v := range op.Metadata {
		meta[key] = v
	}
	op.Metadata = meta
	huma.Register(k.API, op, func(ctx context.Context, in *I) (*O, error) {
		if k.opts.HandlerTimeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, k.opts.HandlerTimeout)
			defer cancel()
		}
		out, err := handler(ctx, in)
		if err != nil {
			return nil, carry(err)
		}
		return out, nil
	})
}

// carried brings a handler's error through huma to the kit in one piece.
type carried struct {
	fault *fault.Error
	err   error
}

func (c *carried) Error() string  { return c.err.Error() }
func (c *carried) Unwrap() error  { return c.err }
func (c *carried) GetStatus() int { return c.fault.Code.HTTPStatus() }

func carry(err error) error {
	if _, ok := errors.AsType[*fault.Error](err); !ok {
		if _, ok := errors.AsType[*huma.ErrorModel](err); ok {
			return err
		}
	}
	return &carried{fault: faultOf(err), err: err}
}

// newAPI sets huma up without its own documents, schema links and error format.
func (k *Kit) newAPI() huma.API {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	format := huma.Format{Marshal: marshalAnswer, Unmarshal: unmarshalBody}
	return huma.NewAPI(huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI:        "3.1.0",
			Info:           &huma.Info{Title: k.opts.Title, Version: k.opts.Version, Description: k.opts.Description},
			Components:     &huma.Components{Schemas: registry},
			OnAddOperation: []huma.AddOpFunc{documentErrors},
		},
		Formats:       map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{transform},
	}, adapter{k})
}

// adapter routes huma's operations through the kit. (humago's own would write
// the header before the body is known to marshal.)
type adapter struct{ kit *Kit }

func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.kit.ServeHTTP(w, r) }

func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	limit := a.kit.opts.MaxBodyBytes
	if n, ok := op.Metadata[limitKey].(int64); ok {
		limit = n
	} else if op.MaxBodyBytes > 0 && op.MaxBodyBytes != DefaultMaxBodyBytes {
		limit = op.MaxBodyBytes
	}
	// The kit bounds and paces bodies itself, multipart included; huma's limit
	// is off by one and its read deadline is never lifted.
	op.MaxBodyBytes, op.BodyReadTimeout = -1, 0
	a.kit.route(op.Method+" "+op.Path, limit, func(res *response, r *http.Request) {
		a := &answer{response: res}
		handler(humago.NewContext(op, r, a))
		a.send()
	})
}

// answer holds the status back until there is a body: when the body cannot be
// marshalled, the request still gets a proper error.
type answer struct {
	*response
	pending int
	failed  bool
}

func (a *answer) WriteHeader(status int) {
	if status < 200 {
		a.response.WriteHeader(status)
		return
	}
	a.pending = status
	if status == http.StatusNoContent || status == http.StatusNotModified {
		a.response.WriteHeader(status)
	}
}

func (a *answer) Write(p []byte) (int, error) {
	if a.failed {
		return len(p), nil // huma's null in the place of the failure
	}
	a.send()
	return a.response.Write(p)
}

// Flush sends the header and what is buffered.
func (a *answer) Flush() { a.send(); a.response.Flush() }

// Unwrap gives the kit's writer.
func (a *answer) Unwrap() http.ResponseWriter { return a.response }

func (a *answer) send() {
	if a.pending != 0 {
		a.response.WriteHeader(a.pending)
		a.pending = 0
	}
}

// marshalAnswer writes an answer as JSON. One that cannot be marshalled is answered as
// an error here, like one of [WriteJSON]: huma would panic, or send a bare 499 to an
// asker whose context has ended.
func marshalAnswer(w io.Writer, v any) error {
	err := encodeJSON(w, v)
	a, ok := w.(*answer)
	if !ok || err == nil {
		return err
	}
	if !a.sent { // else the client has gone
		WriteError(a, a.req, fmt.Errorf("httpkit: answer: %w", err))
	}
	return nil
}

// transform turns every error on its way out into the contract's. Errors are
// written here and now, since only here their status can still be chosen.
func transform(ctx huma.Context, _ string, v any) (any, error) {
	se, ok := v.(huma.StatusError)
	if !ok || se.GetStatus() < 400 {
		return v, nil
	}
	_, w := humago.Unwrap(ctx)
	a, ok := w.(*answer)
	if !ok {
		return v, nil
	}
	f, cause := humaFault(se)
	a.response.fail(a.response.blameBody(f), cause)
	a.failed = true
	return nil, nil
}

// humaFault gives the fault for an error that reached huma, and the cause for the log.
func humaFault(se huma.StatusError) (*fault.Error, error) {
	switch e := se.(type) {
	case *carried:
		return e.fault, e.err
	case *fault.Error:
		return e, e
	case *huma.ErrorModel:
		return modelFault(e)
	}
	f := foreignFault(se.GetStatus())
	return f, se
}

// modelFault reads huma's own errors: its checks of the input, and what
// handlers make with huma.Error404NotFound and the like.
func modelFault(e *huma.ErrorModel) (*fault.Error, error) {
	switch {
	case e.Detail == "validation failed" || e.Status == http.StatusUnsupportedMediaType:
		return inputFault(e.Errors), nil
	case e.Status == http.StatusBadRequest && e.Detail == "request body is required":
		return fault.New(fault.InvalidRequest, "the request needs a body", fault.Details{"field": "body"}), nil
	case e.Detail == "unexpected error occurred" || e.Detail == "cannot read request body":
		return foreignFault(http.StatusInternalServerError), modelCause(e)
	}
	f := foreignFault(e.Status)
	if e.Detail != "" && e.Status < 500 {
		f.Message = e.Detail
	}
	return f, modelCause(e)
}

func modelCause(e *huma.ErrorModel) error {
	parts := []string{e.Detail}
	for _, d := range e.Errors {
		if d != nil {
			parts = append(parts, d.Message)
		}
	}
	return errors.New(strings.Join(parts, ": "))
}

// maxFields bounds the list of wrong fields in an answer.
const maxFields = 50

// fieldError is one wrong field of the input.
type fieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// inputFault names every wrong field. Values are not repeated: they can be
// long, and personal.
func inputFault(errs []*huma.ErrorDetail) *fault.Error {
	list := make([]fieldError, 0, min(len(errs), maxFields))
	for _, d := range errs {
		if d == nil || len(list) == maxFields {
			continue
		}
		list = append(list, fieldError{Field: fieldName(d), Message: d.Message})
	}
	f := fault.New(fault.InvalidRequest, "the request is not valid", nil)
	if len(list) == 0 {
		return f
	}
	f.Message = list[0].Message
	if list[0].Field != "body" {
		f.Message = list[0].Field + ": " + list[0].Message
	}
	if len(errs) > 1 {
		f.Message += fmt.Sprintf(" (and %d more)", len(errs)-1)
	}
	f.Details = fault.Details{"field": list[0].Field, "errors": list}
	return f
}

// fieldName gives a field as the client wrote it: without "body." and the like in
// front, and named also when it is missing.
func fieldName(d *huma.ErrorDetail) string {
	name := d.Location
	for _, place := range [...]string{"body.", "query.", "path.", "header.", "cookie.", "form."} {
		if rest, ok := strings.CutPrefix(name, place); ok {
			name = rest
			break
		}
	}
	rest, ok := strings.CutPrefix(d.Message, "expected required property ")
	if !ok {
		return name
	}
	missing, ok := strings.CutSuffix(rest, " to be present")
	switch {
	case !ok:
		return name
	case name == "body" || name == "":
		return missing
	}
	return name + "." + missing
}

// unmarshalBody reads JSON, and says where it is wrong.
func unmarshalBody(data []byte, v any) error {
	if i := invalidUTF8(data); i >= 0 {
		return fmt.Errorf("the body is not valid UTF-8 %s", place(data, i))
	}
	if i := nulEscape(data); i >= 0 {
		return fmt.Errorf("the body holds the character U+0000 %s", place(data, i))
	}
	if i := tooDeep(data); i >= 0 {
		return fmt.Errorf("the body is nested more than %d levels deep %s", maxDepth, place(data, i))
	}
	err := json.Unmarshal(data, v)
	if err == nil {
		return nil
	}
	if se, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("the body is not valid JSON %s: %s", place(data, int(se.Offset)-1), se.Error())
	}
	if te, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("field %q %s cannot be a %s", te.Field, place(data, int(te.Offset)-1), te.Value)
	}
	return errors.New("the body cannot be read as JSON")
}

func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// nulEscape finds \u0000 in a JSON text, which no database takes as text, or -1.
func nulEscape(data []byte) int {
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		if i+6 <= len(data) && string(data[i:i+6]) == `\u0000` {
			return i
		}
		i++ // whatever is escaped, a backslash included
	}
	return -1
}

// maxDepth bounds how deep objects and arrays of a body may be nested.
const maxDepth = 100

// tooDeep finds the bracket that nests a JSON text deeper than maxDepth, or -1.
func tooDeep(data []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++ // whatever is escaped, a quote included
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return i
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return -1
}

// place says where byte i of data is, in lines and columns (of characters) from 1.
func place(data []byte, i int) string {
	i = min(max(i, 0), len(data))
	before := data[:i]
	line := 1 + strings.Count(string(before), "\n")
	column := 1 + utf8.RuneCount(before[strings.LastIndexByte(string(before), '\n')+1:])
	return fmt.Sprintf("at line %d, column %d", line, column)
}
