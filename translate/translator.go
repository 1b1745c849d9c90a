package translate

import (
	"context"
	"strings"

	"github.com/akshara-go/akshara/translate/lang"
)

// Bounds of a Request.
const (
	MaxTextBytes = 1 << 20 // of one text
	MaxTexts     = 10_000  // of one request
)

// Format says what the texts of a Request are.
type Format string

// The formats. An empty Format is Plain.
const (
	Plain Format = "plain"
	HTML  Format = "html" // a document or a piece of one: tags stay, what stands between them is translated
)

// Term is a word or name and how it is to be put in the target language,
// whatever an engine would make of it. An empty Target means that it stays as it is.
type Term struct {
	Source string `json:"source"`
	Target string `json:"target,omitempty"`
}

// Put gives what the term becomes in a translation.
func (t Term) Put() string {
	if t.Target == "" {
		return t.Source
	}
	return t.Target
}

// Request asks for texts in another language.
type Request struct {
	// Texts are at most MaxTexts texts of UTF-8, of at most MaxTextBytes bytes each.
	Texts []string `json:"texts"`
	// Source is the texts' language. lang.Auto, or nothing, lets the engine find
	// it, for each text, where it can.
	Source lang.Code `json:"source_language"`
	// Target is the language asked for.
	Target lang.Code `json:"target_language"`
	// Script is the one to write Target in, for languages that have several;
	// empty means its default script.
	Script lang.Script `json:"target_script,omitempty"`
	// Format is of all texts.
	Format Format `json:"format,omitempty"`
	// Glossary holds terms that must come out as they say.
	Glossary []Term `json:"glossary,omitempty"`
}

// script gives the script to write in.
func (r *Request) script() lang.Script {
	if r.Script == "" {
		return r.Target.Script()
	}
	return r.Script
}

// with gives a copy of r that asks for other texts.
func (r *Request) with(texts []string) *Request {
	c := *r
	c.Texts = texts
	return &c
}

// Kind says what was done to a text.
type Kind string

// The kinds.
const (
	Translated     Kind = "translation"
	Transliterated Kind = "transliteration" // the same words in another script: not what a translator would write
	Unchanged      Kind = "unchanged"       // nothing in it to translate, or in the target language already
)

// Translation is what became of one text.
type Translation struct {
	Text   string    `json:"text"`
	Kind   Kind      `json:"kind"`
	Source lang.Code `json:"source_language,omitempty"` // as asked for or found; empty when nobody knows
	Via    lang.Code `json:"via,omitempty"`             // the language between, when it was translated twice
	Engine string    `json:"engine,omitempty"`          // that made it; empty for Unchanged
	Cached bool      `json:"cached"`

	// Fallback says that the engine meant for it failed for the moment, and another stood in.
	Fallback bool `json:"fallback,omitempty"`

	// Err is why there is no translation: Text is then empty, and Translate
	// has given a *PartialError as well.
	Err error `json:"-"`
}

// Result is what became of a Request.
type Result struct {
	Texts  []Translation `json:"translations"` // in the order of the request
	Source lang.Code     `json:"source_language"`
	Target lang.Code     `json:"target_language"`
	Engine string        `json:"engine,omitempty"` // or engines, joined by "+"
}

// setEngine names the engines of the texts, each once, in the order of their first text.
func (r *Result) setEngine() {
	var names []string
	seen := make(map[string]bool)
	for i := range r.Texts {
		if name := r.Texts[i].Engine; name != "" && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	r.Engine = strings.Join(names, "+")
}

// Translator puts texts into another language. It may be called concurrently,
// changes nothing of req, and keeps neither req nor the Result.
//
// Translate gives one Translation for each text, in the texts' order. White
// space around a text stays as it is, and so does a text without letters (empty,
// numbers, emoji) or in the target language and script already: such texts are
// Unchanged and no engine sees them. No texts give an empty Result.
//
// When some texts fail and others do not, Translate gives the Result and a
// [*PartialError] that says which; when all fail it gives no Result and the first
// one's error. Errors carry a code of package fault:
//   - INVALID_LANGUAGE: an unknown language, a language or script that the engine
//     does not write, or a pair that it does not know. The details name the
//     "field" and what is "supported".
//   - INVALID_REQUEST: text that is not UTF-8, too many texts, a glossary or a
//     format that the engine does not take, or a text that it refuses.
//   - PAYLOAD_TOO_LARGE: a text over MaxTextBytes, or over what the engine takes
//     ([NewChunked] cuts it).
//   - UPSTREAM_ERROR, UPSTREAM_TIMEOUT, RATE_LIMIT_EXCEEDED, SERVICE_UNAVAILABLE,
//     MODEL_LOADING: the engine failed, after it was tried again as far as the
//     context's deadline allowed.
//
// What an engine cannot do at all, and another may, has [ErrUnsupported] as its cause.
//
// A Translator may also be a [PairLister] and an [Identifier].
type Translator interface {
	Translate(ctx context.Context, req *Request) (*Result, error)
}

// Pair is a source language and a target language.
type Pair struct {
	Source lang.Code `json:"source_language"`
	Target lang.Code `json:"target_language"`
}

// PairLister is a Translator that knows which pairs it translates.
type PairLister interface {
	// Pairs gives the pairs, in no particular order, or nil when it is not known
	// which. The caller owns the result. It fails as Translate does.
	Pairs(ctx context.Context) ([]Pair, error)
}

// PairsOf gives t's pairs, or nil when t cannot list them.
func PairsOf(ctx context.Context, t Translator) ([]Pair, error) {
	if l, ok := t.(PairLister); ok {
		return l.Pairs(ctx)
	}
	return nil, nil
}

// Identifier is a Translator that can name what makes its translations its own.
type Identifier interface {
	// Identity names engine, model, version and settings: two Translators of
	// one identity would translate alike, so a cache may give one's translation
	// for the other's.
	Identity() string
}

// IdentityOf gives t's identity, or "" when it has none.
func IdentityOf(t Translator) string {
	if i, ok := t.(Identifier); ok {
		return i.Identity()
	}
	return ""
}

// AllPairs gives every pair of two different languages of codes.
func AllPairs(codes ...lang.Code) []Pair {
	pairs := make([]Pair, 0, len(codes)*len(codes))
	for _, source := range codes {
		for _, target := range codes {
			if source != target {
				pairs = append(pairs, Pair{source, target})
			}
		}
	}
	return pairs
}
