package translate

import (
	"context"

	"github.com/akshara-go/akshara/translate/lang"
)

// Detected is a Translator that finds the source language of texts where a
// request leaves it open, each text's by itself, and has the texts of each
// language translated as such: engines that have to be told it then serve every
// request, and a cache outside of which it stands knows a text whether its
// language was said or found. A text whose language cannot be found goes on with
// an open source. A text in Latin letters keeps the language that it was found to be in.
type Detected struct {
	inner    Translator
	detector Detector
}

var (
	_ Translator = (*Detected)(nil)
	_ PairLister = (*Detected)(nil)
	_ Identifier = (*Detected)(nil)
)

// NewDetected makes a Detected of t that finds languages by d.
func NewDetected(t Translator, d Detector) *Detected { return &Detected{inner: t, detector: d} }

// Identity is that of the Translator within, and that languages are found.
func (d *Detected) Identity() string {
	if inner := IdentityOf(d.inner); inner != "" {
		return inner + "/detected"
	}
	return ""
}

// Pairs gives those of the Translator within.
func (d *Detected) Pairs(ctx context.Context) ([]Pair, error) { return PairsOf(ctx, d.inner) }

// Translate finds the languages that are open and translates the texts of each, one language after the other.
func (d *Detected) Translate(ctx context.Context, req *Request) (*Result, error) {
	if err := Check(req); err != nil {
		return nil, err
	}
	if req.Source.Valid() {
		return d.inner.Translate(ctx, req)
	}
	out := &Result{Texts: make([]Translation, len(req.Texts)), Source: lang.Auto, Target: req.Target}
	places := make(map[lang.Code][]int) // of the texts, by the language found
	var order []lang.Code
	for i, text := range req.Texts {
		if lang.ScriptOf(text) == "" {
			out.Texts[i] = Translation{Text: text, Kind: Unchanged}
			continue
		}
		code, err := d.language(ctx, text)
		if err != nil {
			out.Texts[i].Err = err
			continue
		}
		if places[code] == nil {
			order = append(order, code)
		}
		places[code] = append(places[code], i)
	}
	for _, code := range order {
		d.translate(ctx, req, code, places[code], out)
	}
	return Finish(out)
}

// language gives the most likely language of a text, lang.Auto for none.
func (d *Detected) language(ctx context.Context, text string) (lang.Code, error) {
	found, err := d.detector.Detect(ctx, text)
	if err != nil || len(found) == 0 {
		return lang.Auto, err
	}
	return found[0].Language, nil
}

// translate has the texts at some places translated from a language and puts them there.
func (d *Detected) translate(ctx context.Context, req *Request, code lang.Code, places []int, out *Result) {
	part := req.with(make([]string, len(places)))
	part.Source = code
	for i, at := range places {
		part.Texts[i] = req.Texts[at]
	}
	res, err := d.inner.Translate(ctx, part)
	for i, t := range settle(len(places), res, err) {
		if !t.Source.Valid() && code.Valid() {
			t.Source = code
		}
		out.Texts[places[i]] = t
	}
}
