package bhashini_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatetest"
)

func TestTransliteratorAsTheContractSays(t *testing.T) {
	translatetest.TestTransliterator(t, func(t *testing.T) *translatetest.TransliteratorSubject {
		return &translatetest.TransliteratorSubject{Transliterator: open(t, newPlatform()).Transliterator(), From: lang.Latin, To: lang.Devanagari,
			Unknown: [2]lang.Script{lang.Latin, lang.TamilScript}, Echo: true}
	})
}

func TestTransliterator(t *testing.T) {
	p := newPlatform()
	tr := open(t, p).Transliterator()
	got, err := tr.Transliterate(t.Context(), "namaste duniya", lang.Latin, lang.Devanagari)
	require.NoError(t, err)
	require.Equal(t, translatetest.Echo("namaste duniya", lang.Devanagari), got)
	require.JSONEq(t, `[{"taskType":"transliteration","config":{"language":{"sourceLanguage":"en","targetLanguage":"hi"},"serviceId":"ai4bharat/indicxlit","isSentence":true}}]`, string(p.tasks[0]))

	same, err := tr.Transliterate(t.Context(), "1234", lang.Latin, lang.Devanagari)
	require.NoError(t, err)
	require.Equal(t, "1234", same)

	found, err := tr.Suggest(t.Context(), "namaste", lang.Hindi, lang.Devanagari, 2)
	require.NoError(t, err)
	require.Equal(t, []string{translatetest.Echo("namaste", lang.Devanagari), "दूसरा"}, found)
	none, err := tr.Suggest(t.Context(), "42", lang.Hindi, lang.Devanagari, 2)
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = tr.Suggest(t.Context(), "namaste", lang.Hindi, lang.Devanagari, 0)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	_, err = tr.Transliterate(t.Context(), "namaste", lang.Latin, lang.TamilScript)
	require.Equal(t, fault.InvalidLanguage, fault.CodeOf(err))
}
