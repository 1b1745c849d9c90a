package indictrans

import (
	"github.com/akshara-go/akshara/translate/lang"
)

// Codes names a language in a script as a server does; "" where it has none.
type Codes func(code lang.Code, script lang.Script) string

// FLORES gives the codes of the FLORES-200 benchmark, which IndicTrans2 was
// trained with: hin_Deva, kas_Arab, mni_Beng. It knows the 26 of the model's
// card: the 23 languages, and Kashmiri, Manipuri and Sindhi in two scripts each.
func FLORES(code lang.Code, script lang.Script) string {
	return flores[variety{code, script}]
}

// ISO gives the shorter codes that the project's own Triton repository takes
// ("en", "gom", "ks_Deva"): those of ISO 639, with the script behind them where
// it is not the usual one.
func ISO(code lang.Code, script lang.Script) string {
	switch {
	case FLORES(code, script) == "":
		return ""
	case code == lang.Konkani:
		return "gom"
	case script != code.Script():
		return string(code) + "_" + string(script)
	}
	return string(code)
}

// variety is a language in a script.
type variety struct {
	code   lang.Code
	script lang.Script
}

var flores = map[variety]string{
	{lang.Assamese, lang.BengaliScript}:    "asm_Beng",
	{lang.Bengali, lang.BengaliScript}:     "ben_Beng",
	{lang.Bodo, lang.Devanagari}:           "brx_Deva",
	{lang.Dogri, lang.Devanagari}:          "doi_Deva",
	{lang.English, lang.Latin}:             "eng_Latn",
	{lang.Konkani, lang.Devanagari}:        "gom_Deva",
	{lang.Gujarati, lang.GujaratiScript}:   "guj_Gujr",
	{lang.Hindi, lang.Devanagari}:          "hin_Deva",
	{lang.Kannada, lang.KannadaScript}:     "kan_Knda",
	{lang.Kashmiri, lang.Arabic}:           "kas_Arab",
	{lang.Kashmiri, lang.Devanagari}:       "kas_Deva",
	{lang.Maithili, lang.Devanagari}:       "mai_Deva",
	{lang.Malayalam, lang.MalayalamScript}: "mal_Mlym",
	{lang.Marathi, lang.Devanagari}:        "mar_Deva",
	{lang.Manipuri, lang.BengaliScript}:    "mni_Beng",
	{lang.Manipuri, lang.MeeteiMayek}:      "mni_Mtei",
	{lang.Nepali, lang.Devanagari}:         "npi_Deva",
	{lang.Odia, lang.OdiaScript}:           "ory_Orya",
	{lang.Punjabi, lang.Gurmukhi}:          "pan_Guru",
	{lang.Sanskrit, lang.Devanagari}:       "san_Deva",
	{lang.Santali, lang.OlChiki}:           "sat_Olck",
	{lang.Sindhi, lang.Arabic}:             "snd_Arab",
	{lang.Sindhi, lang.Devanagari}:         "snd_Deva",
	{lang.Tamil, lang.TamilScript}:         "tam_Taml",
	{lang.Telugu, lang.TeluguScript}:       "tel_Telu",
	{lang.Urdu, lang.Arabic}:               "urd_Arab",
}
