package bhashini

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// Transliterator writes in another script by a Client. Its methods may be called concurrently.
type Transliterator struct{ client *Client }

var _ translate.Transliterator = (*Transliterator)(nil)

// Transliterator gives the account's Transliterator.
func (c *Client) Transliterator() *Transliterator { return &Transliterator{c} }

// Transliterate writes a text of up to [translate.MaxTextBytes] of UTF-8 in another script.
// The platform thinks in languages: Latin stands for English, any other script
// for the first language of the registry that is written in it.
func (t *Transliterator) Transliterate(ctx context.Context, text string, from, to lang.Script) (string, error) {
	if err := known("source_script", from); err != nil {
		return "", err
	}
	if err := known("target_script", to); err != nil {
		return "", err
	}
	if from == to || lang.ScriptOf(text) == "" {
		return text, ctx.Err()
	}
	made, err := t.transliterate(ctx, text, TaskConfig{Language: language(from, to), IsSentence: true})
	if err != nil {
		return "", err
	}
	return made[0], nil
}

// known refuses a script that no language of the registry is written in.
func known(field string, script lang.Script) error {
	var all []lang.Script
	for _, code := range lang.Codes() {
		info, _ := code.Info()
		for _, s := range info.Scripts {
			if s == script {
				return nil
			}
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return fault.New(fault.InvalidLanguage, "the script is not supported", fault.Details{"field": field, "supported": all})
}

// Suggest gives at most k spellings of a word of a language, the platform's
// first choice first, each once. The platform gives no scores for them. A word
// without letters gives none; a k below 1 is INVALID_REQUEST.
func (t *Transliterator) Suggest(ctx context.Context, word string, code lang.Code, to lang.Script, k int) ([]string, error) {
	if k < 1 {
		return nil, fault.New(fault.InvalidRequest, "at least one spelling has to be asked for", fault.Details{"field": "top_k"})
	}
	from := lang.ScriptOf(word)
	if from == "" {
		return nil, nil
	}
	l := language(from, to)
	if to != lang.Latin && code.Valid() {
		l.Target = Code(code)
	}
	made, err := t.transliterate(ctx, word, TaskConfig{Language: l, NumSuggestions: k})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, text := range made {
		if len(out) < k && text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out, nil
}

// language gives the platform's pair for a pair of scripts.
func language(from, to lang.Script) *Language {
	first := func(s lang.Script) string {
		if s == lang.Latin {
			return Code(lang.English)
		}
		if codes := s.Languages(); len(codes) > 0 {
			return Code(codes[0])
		}
		return ""
	}
	return &Language{Source: first(from), Target: first(to)}
}

func (t *Transliterator) transliterate(ctx context.Context, text string, config TaskConfig) ([]string, error) {
	if len(text) > translate.MaxTextBytes {
		return nil, fault.New(fault.PayloadTooLarge, "the text is too long", fault.Details{"limit_bytes": translate.MaxTextBytes})
	}
	if !utf8.ValidString(text) {
		return nil, fault.New(fault.InvalidRequest, "the text is not UTF-8", fault.Details{"field": "text"})
	}
	made, err := t.client.texts(ctx, Task{Type: Transliteration, Config: config}, []string{text})
	if err != nil {
		return nil, err
	}
	if len(made[0].Target) == 0 || made[0].Target[0] == "" {
		return nil, fault.New(fault.Upstream, "Bhashini gave nothing for a text", nil)
	}
	return made[0].Target, nil
}
