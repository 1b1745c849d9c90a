package translate

import (
	"fmt"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate/lang"
)

// Check gives the error that every Translator owes to a request that none can
// serve, nil otherwise. It is for implementations; [Batches] calls it.
func Check(req *Request) error {
	if req == nil {
		return fault.New(fault.InvalidRequest, "there is no request", nil)
	}
	if err := checkLanguages(req); err != nil {
		return err
	}
	switch req.Format {
	case "", Plain, HTML:
	default:
		return fault.New(fault.InvalidRequest, fmt.Sprintf("the format %.32q is not known", string(req.Format)),
			fault.Details{"field": "format", "supported": []Format{Plain, HTML}})
	}
	if len(req.Texts) > MaxTexts {
		return fault.New(fault.InvalidRequest, fmt.Sprintf("%d texts are too many for one request", len(req.Texts)),
			fault.Details{"field": "texts", "limit": MaxTexts})
	}
	for i, text := range req.Texts {
		if len(text) > MaxTextBytes {
			return tooLong(i, len(text), MaxTextBytes)
		}
		if !utf8.ValidString(text) {
			return fault.New(fault.InvalidRequest, fmt.Sprintf("text %d is not UTF-8", i), fault.Details{"field": "texts", "index": i})
		}
	}
	return nil
}

func checkLanguages(req *Request) error {
	if !req.Target.Valid() {
		return wrongLanguage(req.Target, "target_language")
	}
	if req.Source != "" && req.Source != lang.Auto && !req.Source.Valid() {
		return wrongLanguage(req.Source, "source_language")
	}
	if req.Script != "" && !writable(req.Target, req.Script) {
		info, _ := req.Target.Info()
		return fault.New(fault.InvalidLanguage, fmt.Sprintf("%s is not written in the script %.8q", info.English, string(req.Script)),
			fault.Details{"field": "target_script", "supported": info.Scripts})
	}
	return nil
}

// writable tells whether a translation can be asked for in a script: those of
// the registry, and Punjabi's Shahmukhi, which is Arabic script.
func writable(code lang.Code, script lang.Script) bool {
	return code.WrittenIn(script) || code == lang.Punjabi && script == lang.Arabic
}

func wrongLanguage(code lang.Code, field string) error {
	_, err := lang.Parse(string(code))
	if err == nil { // an alias or a name: callers of a Translator have parsed it already
		err = fault.New(fault.InvalidLanguage, fmt.Sprintf("%.32q is not a language code", string(code)), nil)
	}
	f := fault.From(err)
	return fault.New(f.Code, f.Message, fault.Details{"field": field, "supported": lang.Codes()})
}

// tooLong is the error for text i of n bytes where limit are allowed.
func tooLong(i, n, limit int) error {
	return fault.New(fault.PayloadTooLarge, fmt.Sprintf("text %d has %d bytes, more than the %d that can be translated at once", i, n, limit),
		fault.Details{"field": "texts", "index": i, "limit_bytes": limit})
}
