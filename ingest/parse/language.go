package parse

import (
	"strings"

	"github.com/akshara-go/akshara/translate/lang"
)

// language decides what a text is written in: what the document says of itself,
// unless its letters contradict it (Hindi pages that claim to be English are
// common); else the caller's detector; else the script, where one language alone
// is written in it.
func (p *Parser) language(text, declared string) lang.Code {
	script := lang.ScriptOf(text)
	if declared = strings.TrimSpace(declared); declared != "" {
		if code, err := lang.Parse(declared); err == nil && code.WrittenIn(script) {
			return code
		}
	}
	if p.opts.Detect != nil {
		if code := p.opts.Detect(text); code != "" {
			return code
		}
	}
	if codes := script.Languages(); len(codes) == 1 && script != lang.Latin {
		return codes[0]
	}
	return ""
}
