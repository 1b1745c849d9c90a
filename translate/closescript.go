package translate

import (
	"context"
	"errors"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate/lang"
)

// TransliterateFunc writes a text in another script, word by word. The method
// Transliterate of a Transliterator is one.
type TransliterateFunc func(ctx context.Context, text string, from, to lang.Script) (string, error)

// Close tells whether two languages share most of their words and differ in
// script, so that a reader of one makes something of the other's text once it
// is in a known script: Hindi with Urdu and with Punjabi, and any language with
// itself in another of its scripts (Punjabi, Sindhi, Kashmiri, Konkani, Dogri, Manipuri).
func Close(a, b lang.Code) bool {
	if a == b {
		return a.Valid()
	}
	if b == lang.Hindi {
		a, b = b, a
	}
	return a == lang.Hindi && (b == lang.Urdu || b == lang.Punjabi)
}

// CloseOptions says when a CloseScript stands in. The zero value is useful.
type CloseOptions struct {
	// WhenAway lets it stand in also where the Translator failed for the moment, and
	// not only where it has no such pair.
	WhenAway bool
}

// CloseScript is a Translator that writes texts in the other language's script
// where there is no translation between two languages that are [Close]. Such a
// text is of the kind Transliterated, and its engine is called "transliteration":
// it is a help to a reader, and no translation.
//
// Of HTML only what stands between the tags is written anew. A request with a glossary is not served so.
type CloseScript struct {
	inner         Translator
	transliterate TransliterateFunc
	whenAway      bool
}

var (
	_ Translator = (*CloseScript)(nil)
	_ PairLister = (*CloseScript)(nil)
	_ Identifier = (*CloseScript)(nil)
)

// NewCloseScript makes a CloseScript of t. opts may be nil.
func NewCloseScript(t Translator, transliterate TransliterateFunc, opts *CloseOptions) *CloseScript {
	c := &CloseScript{inner: t, transliterate: transliterate}
	if opts != nil {
		c.whenAway = opts.WhenAway
	}
	return c
}

// Identity is that of the Translator within, and that close languages are transliterated.
func (c *CloseScript) Identity() string {
	if inner := IdentityOf(c.inner); inner != "" {
		return inner + "/close"
	}
	return ""
}

// Pairs gives those of the Translator within: transliteration makes no pair of languages a supported one.
func (c *CloseScript) Pairs(ctx context.Context) ([]Pair, error) { return PairsOf(ctx, c.inner) }

// Translate translates, and transliterates what cannot be translated.
func (c *CloseScript) Translate(ctx context.Context, req *Request) (*Result, error) {
	if err := Check(req); err != nil {
		return nil, err
	}
	res, err := c.inner.Translate(ctx, req)
	if err == nil || !Close(req.Source, req.Target) || len(req.Glossary) > 0 {
		return res, err
	}
	out := &Result{Texts: settle(len(req.Texts), res, err), Source: req.Source, Target: req.Target}
	for i := range out.Texts {
		t := &out.Texts[i]
		away := t.Err != nil && !errors.Is(t.Err, ErrUnsupported)
		if t.Err == nil || away && !(c.whenAway && fault.Retryable(t.Err)) {
			continue
		}
		if got, ok := c.standIn(ctx, req, req.Texts[i]); ok {
			got.Fallback = away
			*t = got
		}
	}
	return Finish(out)
}

// standIn transliterates a text; false when that is not possible, and the Translator's error stands.
func (c *CloseScript) standIn(ctx context.Context, req *Request, text string) (Translation, bool) {
	from, to := lang.ScriptOf(text), req.script()
	if from == "" {
		return Translation{Text: text, Kind: Unchanged, Source: req.Source}, true
	}
	if from == to || ctx.Err() != nil {
		return Translation{}, false
	}
	var out strings.Builder
	for rest := text; rest != ""; {
		n := textRun(rest, req.Format)
		if n == 0 {
			n = unit(rest, req.Format)
			out.WriteString(rest[:n])
		} else if lang.ScriptOf(rest[:n]) == "" {
			out.WriteString(rest[:n])
		} else {
			written, err := c.transliterate(ctx, rest[:n], from, to)
			if err != nil {
				return Translation{}, false
			}
			out.WriteString(written)
		}
		rest = rest[n:]
	}
	return Translation{Text: out.String(), Kind: Transliterated, Source: req.Source, Engine: "transliteration"}, true
}

// textRun gives how many bytes stand before the next tag or entity of HTML: all of a plain text.
func textRun(text string, format Format) int {
	if format != HTML {
		return len(text)
	}
	for i := 0; i < len(text); i++ {
		if (text[i] == '<' || text[i] == '&') && unit(text[i:], format) > 1 {
			return i
		}
	}
	return len(text)
}
