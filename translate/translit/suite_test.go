package translit_test

import (
	"testing"

	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatetest"
	"github.com/akshara-go/akshara/translate/translit"
)

func TestTransliterator(t *testing.T) {
	for name, s := range map[string]translatetest.TransliteratorSubject{
		"typed Latin":           {From: lang.Latin, To: lang.Devanagari, Language: lang.Hindi},
		"a neighbour's model":   {From: lang.Latin, To: lang.OdiaScript, Language: lang.Odia},
		"between Brahmic":       {From: lang.Devanagari, To: lang.TamilScript},
		"from Perso-Arabic":     {From: lang.Arabic, To: lang.Gurmukhi},
		"into Perso-Arabic":     {From: lang.Devanagari, To: lang.Arabic},
		"into typed Latin":      {From: lang.Devanagari, To: lang.Latin},
		"into a small alphabet": {From: lang.Devanagari, To: lang.OlChiki},
	} {
		t.Run(name, func(t *testing.T) {
			translatetest.TestTransliterator(t, func(*testing.T) *translatetest.TransliteratorSubject {
				s := s
				s.Transliterator = translit.New(nil)
				return &s
			})
		})
	}
}
