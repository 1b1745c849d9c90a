package translate

import (
	"context"
	"errors"
	"slices"

	"github.com/akshara-go/akshara/translate/lang"
)

// PivotOptions says how a Pivot goes. The zero value is useful.
type PivotOptions struct {
	// Via is the language between; empty means English, to and from which most engines translate.
	Via lang.Code
	// Second translates from Via; nil means the Translator that translates into it.
	Second Translator
}

// Pivot is a Translator that goes through a third language where there is no
// direct way: Tamil to Odia as Tamil to English to Odia. Such texts tell it by
// Via. A pair that the first Translator has is translated directly.
type Pivot struct {
	first, second Translator
	via           lang.Code
}

var (
	_ Translator = (*Pivot)(nil)
	_ PairLister = (*Pivot)(nil)
	_ Identifier = (*Pivot)(nil)
)

// NewPivot makes a Pivot of t. opts may be nil.
func NewPivot(t Translator, opts *PivotOptions) *Pivot {
	p := &Pivot{first: t, second: t, via: lang.English}
	if opts != nil && opts.Via != "" {
		p.via = opts.Via
	}
	if opts != nil && opts.Second != nil {
		p.second = opts.Second
	}
	return p
}

// Identity names both Translators and the language between, or is "" when one has no name.
func (p *Pivot) Identity() string {
	first, second := IdentityOf(p.first), IdentityOf(p.second)
	if first == "" || second == "" {
		return ""
	}
	return "pivot(" + first + "," + string(p.via) + "," + second + ")"
}

// Pairs gives the direct pairs and those that Via joins; nil when a Translator does not know its own.
func (p *Pivot) Pairs(ctx context.Context) ([]Pair, error) {
	first, err := PairsOf(ctx, p.first)
	if err != nil || first == nil {
		return nil, err
	}
	second, err := PairsOf(ctx, p.second)
	if err != nil || second == nil {
		return nil, err
	}
	all := slices.Clone(first)
	for _, into := range first {
		for _, from := range second {
			pair := Pair{into.Source, from.Target}
			if into.Target == p.via && from.Source == p.via && pair.Source != pair.Target && !slices.Contains(all, pair) {
				all = append(all, pair)
			}
		}
	}
	return all, nil
}

// Translate translates directly, and what has no direct way through Via.
func (p *Pivot) Translate(ctx context.Context, req *Request) (*Result, error) {
	if err := Check(req); err != nil {
		return nil, err
	}
	res, err := p.first.Translate(ctx, req)
	if err == nil || !errors.Is(err, ErrUnsupported) || req.Source == p.via || req.Target == p.via || req.Source == req.Target {
		return res, err
	}
	if _, partial := errors.AsType[*PartialError](err); partial {
		return res, err
	}
	between, legErr := p.into(ctx, req)
	if errors.Is(legErr, ErrUnsupported) {
		return nil, err // what was asked for is not supported, rather than half of it
	}
	return p.from(ctx, req, settle(len(req.Texts), between, legErr))
}

// into translates into the language between, in which the terms of the glossary stay as they are.
func (p *Pivot) into(ctx context.Context, req *Request) (*Result, error) {
	leg := *req
	leg.Target, leg.Script = p.via, ""
	leg.Glossary = make([]Term, len(req.Glossary))
	for i, t := range req.Glossary {
		leg.Glossary[i] = Term{Source: t.Source}
	}
	return p.first.Translate(ctx, &leg)
}

// from translates what the first leg gave.
func (p *Pivot) from(ctx context.Context, req *Request, between []Translation) (*Result, error) {
	out := &Result{Texts: between, Source: req.Source, Target: req.Target}
	var texts []string
	var places []int
	for i := range between {
		switch t := &between[i]; {
		case t.Err != nil || lang.ScriptOf(t.Text) == "":
		case len(t.Text) > MaxTextBytes: // Indian scripts take three bytes a letter
			t.Err = tooLong(i, len(t.Text), MaxTextBytes)
		default:
			texts, places = append(texts, t.Text), append(places, i)
		}
	}
	if len(texts) == 0 {
		return Finish(out)
	}
	leg := *req
	leg.Texts, leg.Source = texts, p.via
	res, err := p.second.Translate(ctx, &leg)
	for i, got := range settle(len(texts), res, err) {
		first := &between[places[i]]
		got.Source, got.Via = first.Source, p.via
		got.Cached = got.Cached && first.Cached
		got.Fallback = got.Fallback || first.Fallback
		if first.Kind == Transliterated {
			got.Kind = Transliterated
		}
		if first.Engine != got.Engine && first.Engine != "" {
			got.Engine = first.Engine + "+" + got.Engine
		}
		*first = got
	}
	return Finish(out)
}
