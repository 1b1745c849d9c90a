package translit

import (
	"embed"
	"fmt"
	"sync"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// The weights are learnt by train/internal/translittrain; weights/README.md
// names what they are learnt from.
//
//go:embed weights/*.bin
var weightFiles embed.FS

// learnt holds, for each language with a lexicon, its model, which is unpacked
// when it is first asked for.
var learnt = func() map[lang.Code]func() (*spellmodel.Model, error) {
	m := map[lang.Code]func() (*spellmodel.Model, error){}
	for _, code := range []lang.Code{
		lang.Bengali, lang.Gujarati, lang.Hindi, lang.Kannada, lang.Malayalam, lang.Marathi,
		lang.Punjabi, lang.Sindhi, lang.Tamil, lang.Telugu, lang.Urdu,
	} {
		m[code] = sync.OnceValues(func() (*spellmodel.Model, error) {
			packed, err := weightFiles.ReadFile("weights/" + string(code) + ".bin")
			if err != nil {
				return nil, fmt.Errorf("translit: %w", err)
			}
			model, err := spellmodel.Parse(packed)
			if err != nil {
				return nil, fault.Wrap(err, fault.Internal, "the spelling model cannot be read", nil)
			}
			return model, nil
		})
	}
	return m
}()

// Model gives the language whose learnt model reads typed words of a language:
// the language itself, or the neighbour whose words and spelling are nearest. It
// is false for English and for what is not one of the 23 languages.
func Model(code lang.Code) (lang.Code, bool) {
	if learnt[code] != nil {
		return code, true
	}
	switch code {
	case lang.Assamese, lang.Manipuri, lang.Odia, lang.Santali:
		return lang.Bengali, true
	case lang.Konkani:
		return lang.Marathi, true
	case lang.Maithili, lang.Sanskrit, lang.Nepali, lang.Dogri, lang.Bodo:
		return lang.Hindi, true
	case lang.Kashmiri:
		return lang.Urdu, true
	}
	return "", false
}

// modelled lists the languages that Model knows.
func modelled() []lang.Code {
	var codes []lang.Code
	for _, c := range lang.Codes() {
		if _, ok := Model(c); ok {
			codes = append(codes, c)
		}
	}
	return codes
}
