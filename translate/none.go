package translate

import (
	"context"

	"github.com/akshara-go/akshara/observe/fault"
)

// None is a Translator without an engine: what stands in the place of one where
// none is set up, so that what is around it (a [CloseScript], say) works all the
// same. It translates no pair; texts with nothing to translate are Unchanged.
type None struct {
	// Reason ends the error's sentence: why there is no engine and what to do about it.
	Reason string
}

var (
	_ Translator = None{}
	_ PairLister = None{}
	_ Identifier = None{}
)

// Identity is always the same.
func (n None) Identity() string { return "none" }

// Pairs gives no pair.
func (n None) Pairs(context.Context) ([]Pair, error) { return []Pair{}, nil }

// Translate refuses with INVALID_LANGUAGE, caused by [ErrUnsupported], what it would have to translate.
func (n None) Translate(ctx context.Context, req *Request) (*Result, error) {
	engine := &Engine{Name: "none", Auto: true, HTML: true, Glossary: true, Scripts: true}
	return Batches(ctx, req, engine, func(context.Context, []string) ([]Translation, error) {
		f := fault.From(UnsupportedPair(req.Source, req.Target, nil))
		if n.Reason != "" {
			f.Message += ": " + n.Reason
		}
		return nil, f
	})
}
