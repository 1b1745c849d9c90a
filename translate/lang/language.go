package lang

import "slices"

// Language is what is known of a language.
type Language struct {
	Code    Code     `json:"code"`
	ISO1    string   `json:"iso639_1,omitempty"` // two letters; empty where ISO 639-1 has none
	ISO2    string   `json:"iso639_2,omitempty"` // three letters, terminological; empty where ISO 639-2 has only a group
	ISO3    string   `json:"iso639_3"`
	BCP47   string   `json:"bcp47"` // a tag for India, as browsers and speech services take it
	English string   `json:"english_name"`
	Native  string   `json:"native_name"` // in the default script
	Scripts []Script `json:"scripts"`     // at least one, the default first
	Zero    rune     `json:"-"`           // the digit 0 of the default script; 1 to 9 are the nine code points after it
	Aliases []string `json:"aliases,omitempty"`
}

// Direction gives the way that the language's default script runs.
func (l *Language) Direction() Direction { return l.Scripts[0].Direction() }

func (l *Language) clone() Language {
	c := *l
	c.Scripts = slices.Clone(l.Scripts)
	c.Aliases = slices.Clone(l.Aliases)
	return c
}

// All gives the 23 languages in the contract's order. The caller owns the result.
func All() []Language {
	all := make([]Language, len(languages))
	for i := range languages {
		all[i] = languages[i].clone()
	}
	return all
}

// Codes gives the codes of the 23 languages in the contract's order. The caller owns the result.
func Codes() []Code {
	codes := make([]Code, len(languages))
	for i := range languages {
		codes[i] = languages[i].Code
	}
	return codes
}

// find gives the entry of a code in languages, or nil.
func find(c Code) *Language {
	if i, ok := positions[c]; ok {
		return &languages[i]
	}
	return nil
}

// positions is where each code stands in languages.
var positions = func() map[Code]int {
	m := make(map[Code]int, len(languages))
	for i := range languages {
		m[languages[i].Code] = i
	}
	return m
}()

// languages holds what ISO 639, ISO 15924 and the IANA language subtag registry
// say, in the contract's order. The digits are those of CLDR's native numbering
// system for the default script: extended Arabic-Indic for Urdu and Kashmiri,
// Arabic-Indic for Sindhi.
//
// Aliases are other codes and English names: the individual language inside
// the macrolanguage that is meant (gom, npi, ory, dgo), and bo, which earlier
// services used for Bodo although ISO 639-1 gives it to Tibetan.
var languages = [...]Language{
	{Hindi, "hi", "hin", "hin", "hi-IN", "Hindi", "हिन्दी", []Script{Devanagari}, '०', []string{"हिंदी"}},
	{English, "en", "eng", "eng", "en-IN", "English", "English", []Script{Latin}, '0', nil},
	{Bengali, "bn", "ben", "ben", "bn-IN", "Bengali", "বাংলা", []Script{BengaliScript}, '০', []string{"Bangla"}},
	{Telugu, "te", "tel", "tel", "te-IN", "Telugu", "తెలుగు", []Script{TeluguScript}, '౦', nil},
	{Marathi, "mr", "mar", "mar", "mr-IN", "Marathi", "मराठी", []Script{Devanagari}, '०', nil},
	{Tamil, "ta", "tam", "tam", "ta-IN", "Tamil", "தமிழ்", []Script{TamilScript}, '௦', nil},
	{Urdu, "ur", "urd", "urd", "ur-IN", "Urdu", "اردو", []Script{Arabic}, '۰', nil},
	{Gujarati, "gu", "guj", "guj", "gu-IN", "Gujarati", "ગુજરાતી", []Script{GujaratiScript}, '૦', nil},
	{Kannada, "kn", "kan", "kan", "kn-IN", "Kannada", "ಕನ್ನಡ", []Script{KannadaScript}, '೦', nil},
	{Malayalam, "ml", "mal", "mal", "ml-IN", "Malayalam", "മലയാളം", []Script{MalayalamScript}, '൦', nil},
	{Odia, "or", "ori", "ori", "or-IN", "Odia", "ଓଡ଼ିଆ", []Script{OdiaScript}, '୦', []string{"ory", "Oriya"}},
	{Punjabi, "pa", "pan", "pan", "pa-IN", "Punjabi", "ਪੰਜਾਬੀ", []Script{Gurmukhi}, '੦', []string{"Panjabi"}},
	{Assamese, "as", "asm", "asm", "as-IN", "Assamese", "অসমীয়া", []Script{BengaliScript}, '০', nil},
	{Maithili, "", "mai", "mai", "mai-IN", "Maithili", "मैथिली", []Script{Devanagari}, '०', nil},
	{Sanskrit, "sa", "san", "san", "sa-IN", "Sanskrit", "संस्कृतम्", []Script{Devanagari}, '०', nil},
	{Nepali, "ne", "nep", "nep", "ne-IN", "Nepali", "नेपाली", []Script{Devanagari}, '०', []string{"npi"}},
	{Sindhi, "sd", "snd", "snd", "sd-IN", "Sindhi", "سنڌي", []Script{Arabic, Devanagari}, '٠', []string{"सिन्धी"}},
	{Konkani, "", "kok", "kok", "kok-IN", "Konkani", "कोंकणी", []Script{Devanagari}, '०', []string{"gom", "knn"}},
	{Dogri, "", "doi", "doi", "doi-IN", "Dogri", "डोगरी", []Script{Devanagari}, '०', []string{"dgo"}},
	{Manipuri, "", "mni", "mni", "mni-IN", "Manipuri", "ꯃꯩꯇꯩꯂꯣꯟ", []Script{MeeteiMayek, BengaliScript}, '꯰', []string{"Meitei", "Meiteilon", "মৈতৈলোন্"}},
	{Santali, "", "sat", "sat", "sat-IN", "Santali", "ᱥᱟᱱᱛᱟᱲᱤ", []Script{OlChiki}, '᱐', []string{"Santhali"}},
	{Bodo, "", "", "brx", "brx-IN", "Bodo", "बर'", []Script{Devanagari}, '०', []string{"bo", "बड़ो"}},
	{Kashmiri, "ks", "kas", "kas", "ks-IN", "Kashmiri", "کٲشُر", []Script{Arabic, Devanagari}, '۰', []string{"कॉशुर"}},
}
