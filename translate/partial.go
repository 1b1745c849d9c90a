package translate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate/lang"
)

// ErrUnsupported is the cause of an error by which an engine says that it cannot
// do what was asked, whenever it is asked: a pair, a script, a format, a glossary.
var ErrUnsupported = errors.New("translate: the engine cannot do this")

// PartialError says which texts of a request failed. It stands for the first of
// their errors in [errors.Is], [errors.As] and package fault.
type PartialError struct {
	Failed []int // their places in the request, ascending
	Total  int   // texts in the request
	Errs   []error
}

// Error counts the failures and tells the first.
func (e *PartialError) Error() string {
	return fmt.Sprintf("translate: %d of %d texts failed, the first at %d: %v", len(e.Failed), e.Total, e.Failed[0], e.Errs[0])
}

// Unwrap gives the first failure.
func (e *PartialError) Unwrap() error { return e.Errs[0] }

// Finish completes a Result whose Texts have their Err set where they failed:
// it gives what Translate owes its caller, the result alone, the result and a
// *PartialError, or the first error alone. It is for implementations.
func Finish(r *Result) (*Result, error) {
	partial := &PartialError{Total: len(r.Texts)}
	for i := range r.Texts {
		if t := &r.Texts[i]; t.Err != nil {
			t.Text, t.Kind = "", ""
			partial.Failed = append(partial.Failed, i)
			partial.Errs = append(partial.Errs, t.Err)
		}
	}
	r.setEngine()
	switch len(partial.Failed) {
	case 0:
		return r, nil
	case len(r.Texts):
		return nil, partial.Errs[0]
	}
	return r, partial
}

// settle gives, for n texts, each one's Translation from what a Translator
// answered, so that a decorator need not tell the three outcomes apart.
func settle(n int, r *Result, err error) []Translation {
	if r != nil && len(r.Texts) == n {
		return r.Texts
	}
	if err == nil {
		err = fault.New(fault.Internal, "a translator gave another number of texts than it was asked for", nil)
	}
	out := make([]Translation, n)
	for i := range out {
		out[i].Err = err
	}
	return out
}

// UnsupportedPair is the error for a pair that is not among pairs: INVALID_LANGUAGE,
// caused by ErrUnsupported. Its details name the targets that source has, or
// all sources when it has none. It is for implementations.
func UnsupportedPair(source, target lang.Code, pairs []Pair) error {
	var targets, sources []lang.Code
	for _, p := range pairs {
		if p.Source == source && !slices.Contains(targets, p.Target) {
			targets = append(targets, p.Target)
		}
		if !slices.Contains(sources, p.Source) {
			sources = append(sources, p.Source)
		}
	}
	details := fault.Details{"source_language": source, "target_language": target, "field": "target_language", "supported": sorted(targets)}
	if len(targets) == 0 {
		details["field"], details["supported"] = "source_language", sorted(sources)
	}
	return fault.Wrap(ErrUnsupported, fault.InvalidLanguage, fmt.Sprintf("translation from %q to %q is not supported", source, target), details)
}

// sorted puts codes into the contract's order, which is the registry's.
func sorted(codes []lang.Code) []lang.Code {
	out := make([]lang.Code, 0, len(codes))
	for _, c := range lang.Codes() {
		if slices.Contains(codes, c) {
			out = append(out, c)
		}
	}
	return out
}

// unsupported is the error for something else that an engine cannot do.
func unsupported(code fault.Code, message, field string) error {
	return fault.Wrap(ErrUnsupported, code, message, fault.Details{"field": field})
}

// contextError gives the error for a context that has ended, nil for one that has not.
func contextError(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(err, fault.UpstreamTimeout, "the translation took too long", nil)
	}
	return fault.Wrap(err, fault.ServiceUnavailable, "the request was cancelled", nil)
}
