package translatehttp_test

import (
	"context"
	"slices"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatetest"
)

// echo is a transliterator between two scripts that answers by translatetest.Echo,
// and knows two spellings of each word.
type echo struct{}

var echoScripts = []lang.Script{lang.Latin, lang.Devanagari}

func (echo) Transliterate(ctx context.Context, text string, from, to lang.Script) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	for field, script := range map[string]lang.Script{"source_script": from, "target_script": to} {
		if !slices.Contains(echoScripts, script) {
			return "", fault.New(fault.InvalidLanguage, "this script is not supported", fault.Details{"field": field, "supported": echoScripts})
		}
	}
	if from == to {
		return text, nil
	}
	return translatetest.Echo(text, to), nil
}

func (e echo) Candidates(ctx context.Context, word string, code lang.Code, to lang.Script, k int) ([]translate.Candidate, error) {
	if code != lang.Hindi {
		return nil, fault.New(fault.InvalidLanguage, "no words of this language are known", fault.Details{"field": "language", "supported": []lang.Code{lang.Hindi}})
	}
	text, err := e.Transliterate(ctx, word, lang.Latin, to)
	if err != nil || lang.ScriptOf(word) == "" {
		return nil, err
	}
	both := []translate.Candidate{{Text: text, Score: .6}, {Text: text + "ा", Score: .3}}
	return both[:min(k, 2)], nil
}
