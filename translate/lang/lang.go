// Package lang knows the 22 scheduled languages of India and English: their
// codes, names, scripts, directions and digits, the script a text is written
// in, and the few sentences that a program has to say in each of them.
//
// It is a leaf of the module, made to be shared: every other package names
// languages with its [Code] and scripts with its [Script]. A code from outside
// becomes one of them in [Parse]:
//
//	code, err := lang.Parse("hin-Deva-IN") // lang.Hindi
//	if err != nil {
//		return err // INVALID_LANGUAGE, with the languages that are supported
//	}
//	fmt.Println(lang.Text(code, lang.MsgNoAnswer))
//
// Everything here is read-only and may be used concurrently.
package lang

// Code names a language as the wire contract does: ISO 639-1 where one exists, else 639-3.
type Code string

// The languages, in the contract's order.
const (
	Hindi     Code = "hi"
	English   Code = "en"
	Bengali   Code = "bn"
	Telugu    Code = "te"
	Marathi   Code = "mr"
	Tamil     Code = "ta"
	Urdu      Code = "ur"
	Gujarati  Code = "gu"
	Kannada   Code = "kn"
	Malayalam Code = "ml"
	Odia      Code = "or"
	Punjabi   Code = "pa"
	Assamese  Code = "as"
	Maithili  Code = "mai"
	Sanskrit  Code = "sa"
	Nepali    Code = "ne"
	Sindhi    Code = "sd"
	Konkani   Code = "kok"
	Dogri     Code = "doi"
	Manipuri  Code = "mni"
	Santali   Code = "sat"
	Bodo      Code = "brx"
	Kashmiri  Code = "ks"
)

const (
	// Default is the language of a request that names none.
	Default = Hindi

	// Auto stands in a request for the language that its text is found to be
	// in. It is not a language: [Parse] refuses it, [ParseOrAuto] takes it.
	Auto Code = "auto"
)

// Script is an ISO 15924 code, such as Deva.
type Script string

// The scripts that the languages are written in. A script that shares its name
// with a language has "Script" behind it.
const (
	Devanagari      Script = "Deva"
	Latin           Script = "Latn"
	BengaliScript   Script = "Beng" // of Assamese too, with letters of its own
	TeluguScript    Script = "Telu"
	TamilScript     Script = "Taml"
	Arabic          Script = "Arab" // of Urdu, Sindhi and Kashmiri
	GujaratiScript  Script = "Gujr"
	KannadaScript   Script = "Knda"
	MalayalamScript Script = "Mlym"
	OdiaScript      Script = "Orya"
	Gurmukhi        Script = "Guru"
	MeeteiMayek     Script = "Mtei"
	OlChiki         Script = "Olck"

	// OtherScript is ISO 15924's code for a script that is not told: here, any
	// script that none of the languages uses.
	OtherScript Script = "Zzzz"
)

// Direction is the way a line of text runs, as the HTML attribute dir spells it.
type Direction string

// The directions.
const (
	LeftToRight Direction = "ltr"
	RightToLeft Direction = "rtl"
)

// Direction gives the way that a line in the script runs. Of these scripts only Arabic runs to the left.
func (s Script) Direction() Direction {
	if s == Arabic {
		return RightToLeft
	}
	return LeftToRight
}

// Languages gives the languages that are written in the script, those whose
// default it is first. A script of no language gives nil. The caller owns the result.
func (s Script) Languages() []Code {
	var first, more []Code
	for i := range languages {
		for rank, used := range languages[i].Scripts {
			switch {
			case used != s:
			case rank == 0:
				first = append(first, languages[i].Code)
			default:
				more = append(more, languages[i].Code)
			}
		}
	}
	return append(first, more...)
}

// Info gives what is known of the language; false when c is not one of the 23.
// The caller owns the slices.
func (c Code) Info() (Language, bool) {
	if l := find(c); l != nil {
		return l.clone(), true
	}
	return Language{}, false
}

// Valid tells whether c is one of the 23 languages, spelt as the contract does.
func (c Code) Valid() bool { return find(c) != nil }

// Script gives the language's default script; empty when c is not one of the 23.
func (c Code) Script() Script {
	if l := find(c); l != nil {
		return l.Scripts[0]
	}
	return ""
}

// WrittenIn tells whether s is one of the language's scripts.
func (c Code) WrittenIn(s Script) bool {
	l := find(c)
	if l == nil {
		return false
	}
	for _, used := range l.Scripts {
		if used == s {
			return true
		}
	}
	return false
}

// Direction gives the way that the language's default script runs; left to
// right for a code that is not one of the 23.
func (c Code) Direction() Direction { return c.Script().Direction() }
