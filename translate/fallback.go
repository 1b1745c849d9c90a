package translate

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
)

// Fallback is a Translator that asks several, one after the other: the next one
// gets the texts that those before could not translate, because they were away
// or busy, do not know the pair, or cannot do what was asked ([ErrUnsupported]).
// A text that is refused for what it is, and a request that is wrong in itself, go no further.
//
// A text that comes from a later Translator only because an earlier one failed
// for the moment is marked Fallback. When none can, the error is the first
// one's that was about more than an unsupported pair.
type Fallback struct {
	chain []Translator
}

var (
	_ Translator = (*Fallback)(nil)
	_ PairLister = (*Fallback)(nil)
	_ Identifier = (*Fallback)(nil)
)

// NewFallback makes a Fallback of first and then others, in their order.
func NewFallback(first Translator, others ...Translator) *Fallback {
	return &Fallback{chain: append([]Translator{first}, others...)}
}

// Identity names all Translators, or is "" when one has no name.
func (f *Fallback) Identity() string {
	names := make([]string, len(f.chain))
	for i, t := range f.chain {
		if names[i] = IdentityOf(t); names[i] == "" {
			return ""
		}
	}
	return "fallback(" + strings.Join(names, ",") + ")"
}

// Pairs gives what any of the Translators can; nil when one of them does not know.
func (f *Fallback) Pairs(ctx context.Context) ([]Pair, error) {
	var all []Pair
	for _, t := range f.chain {
		pairs, err := PairsOf(ctx, t)
		if err != nil {
			return nil, err
		}
		if pairs == nil {
			return nil, nil
		}
		for _, p := range pairs {
			if !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all, nil
}

// Translate asks one Translator after the other for the texts that are still missing.
func (f *Fallback) Translate(ctx context.Context, req *Request) (*Result, error) {
	if err := Check(req); err != nil {
		return nil, err
	}
	out := &Result{Texts: make([]Translation, len(req.Texts)), Source: req.Source, Target: req.Target}
	missing := make([]int, len(req.Texts))
	for i := range missing {
		missing[i] = i
	}
	for n, t := range f.chain {
		if n > 0 && len(missing) == 0 || n > 0 && ctx.Err() != nil {
			break
		}
		texts := make([]string, len(missing))
		for i, at := range missing {
			texts[i] = req.Texts[at]
		}
		res, err := t.Translate(ctx, req.with(texts))
		missing = f.keep(out, missing, settle(len(texts), res, err))
	}
	return Finish(out)
}

// keep puts what a Translator made of the missing texts in its place and tells
// which of them the next one should try.
func (f *Fallback) keep(out *Result, missing []int, made []Translation) []int {
	var next []int
	for i, at := range missing {
		before := out.Texts[at].Err
		if made[i].Err == nil {
			out.Texts[at] = made[i]
			out.Texts[at].Fallback = made[i].Fallback || before != nil && !permanent(before)
			continue
		}
		if before == nil || permanent(before) && !permanent(made[i].Err) {
			out.Texts[at].Err = made[i].Err
		}
		if worthAnother(made[i].Err) {
			next = append(next, at)
		}
	}
	return next
}

// permanent tells whether an engine would fail in the same way at any time.
func permanent(err error) bool { return errors.Is(err, ErrUnsupported) }

// worthAnother tells whether another engine may do what this one did not.
func worthAnother(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	switch fault.CodeOf(err) {
	case fault.InvalidLanguage, fault.PayloadTooLarge, fault.ProcessingFailed, fault.Internal:
		return true
	}
	return permanent(err) || fault.Retryable(err)
}
