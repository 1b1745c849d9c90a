package translit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// Scheme is a way to spell Indian languages in Latin letters.
type Scheme int

// The schemes. Casual is what people type: it has no diacritics, writes long and
// short vowels alike and leaves out vowels that are not spoken; reading it
// takes the learnt models where a language has one. The others say exactly
// which letters are meant, and are read back as they were written.
const (
	Casual   Scheme = iota
	ISO15919        // the international standard for all Indic scripts
	IAST            // the scholars' for Sanskrit
)

// MaxGrowth is how many times longer than its input, in bytes, an output is at most.
const MaxGrowth = 12

// Options choose among ways to write. The zero value is Casual, the most
// spoken language of each script, and letters from which every text can be read back.
type Options struct {
	Latin Scheme // how Latin text is spelt

	// Language is that of the text, where its script does not tell: it decides
	// which vowels are spoken, how casual Latin is read, whether ک is Sindhi,
	// and that Bengali script is written with Assamese ৰ and ৱ. A language that is
	// not written in one of the two scripts of a call is not considered in it.
	Language lang.Code

	// Familiar writes what readers of a script are used to, though it merges
	// letters: Bengali ব for v as for b; Tamil without ² ³ ⁴ behind its stops,
	// and with nasals in place of anusvara.
	Familiar bool
}

// Transliterator converts between scripts. Its zero value has the default
// [Options]. It may be called concurrently.
type Transliterator struct {
	opts    Options
	scripts map[lang.Script]*brahmic // those that the options change
}

var _ translate.CandidateTransliterator = (*Transliterator)(nil)

// New makes a Transliterator. Nil options are the defaults. It reads nothing:
// a language's weights, 5 MB of memory (7 for Hindi), are unpacked when they are first needed.
func New(opts *Options) *Transliterator {
	if opts == nil {
		return &Transliterator{}
	}
	t := &Transliterator{opts: *opts, scripts: map[lang.Script]*brahmic{}}
	if opts.Familiar || opts.Language == lang.Assamese {
		bengali := *brahmics()[lang.BengaliScript]
		tamil := *brahmics()[lang.TamilScript]
		tamil.familiar = opts.Familiar
		if opts.Language == lang.Assamese {
			bengali.write['र'-pivotFirst] = "ৰ"
		} else {
			bengali.write['व'-pivotFirst] = "ব"
		}
		t.scripts[lang.BengaliScript], t.scripts[lang.TamilScript] = &bengali, &tamil
	}
	return t
}

// Scripts gives the scripts that texts may be converted from and to: those of
// the 23 languages. The caller owns the result.
func Scripts() []lang.Script {
	return []lang.Script{
		lang.Devanagari, lang.BengaliScript, lang.Gurmukhi, lang.GujaratiScript, lang.OdiaScript, lang.TamilScript, lang.TeluguScript,
		lang.KannadaScript, lang.MalayalamScript, lang.Arabic, lang.OlChiki, lang.MeeteiMayek, lang.Latin,
	}
}

func (t *Transliterator) check(from, to lang.Script) error {
	all := Scripts()
	field, s := "source_script", from
	if slices.Contains(all, from) {
		field, s = "target_script", to
	}
	if slices.Contains(all, s) {
		return nil
	}
	return fault.New(fault.InvalidLanguage, fmt.Sprintf("script %.20q is not supported", string(s)), fault.Details{"field": field, "supported": all})
}

// Transliterate gives text with everything that is in script from written in
// script to. What is in other scripts stays, and so do punctuation, emoji,
// control characters, bytes that are no UTF-8, and, where from is Latin, tags,
// entities and addresses. The result is at most [MaxGrowth] times as long as text.
//
// Between Brahmic scripts the conversion is exact in both directions as far as
// both can write a letter; the package documentation lists where they cannot. A
// Casual Latin text is read word by word as [Transliterator.Candidates] does,
// in the language of the options or the first that is written in script to.
func (t *Transliterator) Transliterate(ctx context.Context, text string, from, to lang.Script) (string, error) {
	if err := t.check(from, to); err != nil {
		return "", err
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if from == to {
		return text, nil
	}
	c := t.conversion(from, to, t.language(from, to))
	c.ctx, c.out = ctx, make([]byte, 0, len(text)+len(text)/8)
	c.sindhi = from == lang.Arabic && (t.opts.Language == lang.Sindhi || t.opts.Language == "" && sindhi(text))
	if err := c.text(text); err != nil {
		return "", err
	}
	return string(c.out), nil
}

// language gives the language that a text is taken to be in.
func (t *Transliterator) language(from, to lang.Script) lang.Code {
	native := from
	if from == lang.Latin {
		native = to
	}
	if t.opts.Language != "" && (t.opts.Language.WrittenIn(native) || t.opts.Language.WrittenIn(to)) {
		return t.opts.Language
	}
	if all := native.Languages(); len(all) > 0 {
		return all[0]
	}
	return lang.Hindi
}

// brahmic gives the script as the options have it; nil for one that is not Brahmic.
func (t *Transliterator) brahmic(s lang.Script) *brahmic {
	if b := t.scripts[s]; b != nil {
		return b
	}
	return brahmics()[s]
}

// scholarly gives the Latin spelling; nil for Casual.
func (t *Transliterator) scholarly() *scholarly {
	switch t.opts.Latin {
	case ISO15919:
		return iso15919()
	case IAST:
		return iast()
	}
	return nil
}

// conversion is one text on its way.
type conversion struct {
	t              *Transliterator
	ctx            context.Context
	from, to       lang.Script
	reader, writer *brahmic   // nil where a script is not Brahmic
	latin          *scholarly // nil where Latin is Casual
	speech         *speech    // of the language, where casual Latin is written
	code           lang.Code
	sindhi         bool
	out            []byte
	pivot          []rune
	speller        *speller          // of casual Latin; nil until it is needed
	typed          map[string]string // words that it has read
}

func (t *Transliterator) conversion(from, to lang.Script, code lang.Code) *conversion {
	c := &conversion{t: t, from: from, to: to, code: code, reader: t.brahmic(from), writer: t.brahmic(to), latin: t.scholarly()}
	if to == lang.Latin && c.latin == nil {
		c.speech = speechOf(code)
	}
	return c
}

const (
	maxRun     = 1 << 12 // bytes of a run that are converted at once
	checkEvery = 1 << 14 // bytes between looks at the context
	maxTyped   = 1 << 12 // typed words that are remembered
	maxMail    = 254     // bytes of a mail address (RFC 5321)
)

// text converts run by run.
func (c *conversion) text(text string) error {
	checked := 0
	for i := 0; i < len(text); {
		if i-checked > checkEvery {
			if err := c.ctx.Err(); err != nil {
				return err
			}
			checked = i
		}
		if n := c.skip(text[i:]); n > 0 {
			c.out = append(c.out, text[i:i+n]...)
			i += n
			continue
		}
		n := c.run(text[i:])
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text[i:])
			c.out = append(c.out, text[i:i+n]...)
			i += n
			continue
		}
		from := len(c.out)
		if err := c.convert(text[i : i+n]); err != nil {
			return err
		}
		if len(c.out)-from > MaxGrowth*n { // no rule does; a text from outside decides how long others are
			c.out = append(c.out[:from], text[i:i+n]...)
		}
		i += n
	}
	return nil
}

// skip gives how many bytes of a Latin text are markup or an address.
func (c *conversion) skip(text string) int {
	if c.from != lang.Latin {
		return 0
	}
	switch {
	case text[0] == '<' && len(text) > 1 && (text[1] == '/' || text[1] == '!' || asciiLetter(text[1])):
		if end := strings.IndexByte(text[:min(len(text), maxRun)], '>'); end > 0 {
			return end + 1
		}
	case text[0] == '&':
		if end := strings.IndexByte(text[:min(len(text), 12)], ';'); end > 1 && !strings.ContainsAny(text[:end], " \t\n") {
			return end + 1
		}
	case strings.HasPrefix(text, "http://"), strings.HasPrefix(text, "https://"), strings.HasPrefix(text, "www."):
		return wordEnd(text)
	case asciiLetter(text[0]):
		word := text[:wordEnd(text[:min(len(text), maxMail)])]
		if at := strings.IndexByte(word, '@'); at > 0 && strings.IndexByte(word[at:], '.') > 1 {
			return len(strings.TrimRight(word, ".,;:!?)"))
		}
	}
	return 0
}

// wordEnd gives where white space, a tag or a quotation mark ends what text begins with.
func wordEnd(text string) int {
	if end := strings.IndexAny(text, " \t\r\n<>\""); end >= 0 {
		return end
	}
	return len(text)
}

func asciiLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// run gives the length of the run at the front of text that is in the source
// script: 0 for none, a word where the script is read by words.
func (c *conversion) run(text string) int {
	words := c.from == lang.Latin || c.from == lang.Arabic || c.to == lang.Arabic || c.to == lang.Latin
	n := 0
	if c.from == lang.Arabic && strings.ContainsRune(arabicPoints, first(text)) {
		return utf8.RuneLen(first(text)) // by itself, not with the word behind it
	}
	for i, r := range text {
		size := utf8.RuneLen(r)
		if r == utf8.RuneError || size < 0 || i+size > maxRun || !c.belongs(r, n > 0, words) {
			break
		}
		n = i + size
	}
	return n
}

// arabicPoints are the stops of Perso-Arabic writing that others write otherwise.
const arabicPoints = "۔،؟؛"

func first(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}

// belongs tells whether a rune is of the source script, or may be inside a run of it.
func (c *conversion) belongs(r rune, inside, words bool) bool {
	switch b := c.reader; {
	case b != nil:
		if uint32(r-b.block) < 128 || r == nukta || r == virama {
			return r != '।' && r != '॥'
		}
		return inside && (r == zwj || r == zwnj || b.highStops && highStop(r) > 0)
	case c.from == lang.Latin:
		if unicode.Is(unicode.Latin, r) || inside && unicode.Is(unicode.Mn, r) {
			return true
		}
		if c.latin != nil {
			return inside && (r == ':' || r == '’' || r == '\'' || r == zwj || r == zwnj) || r == '’' || r == '·' || r == '◌'
		}
		return false
	case c.from == lang.Arabic:
		return !strings.ContainsRune(arabicPoints, r) && (unicode.Is(unicode.Arabic, r) || inside && unicode.Is(unicode.Mn, r))
	}
	return lang.ScriptOfRune(r) == c.from || inside && (r == zwj || r == zwnj)
}

// convert appends a run in the target script.
func (c *conversion) convert(run string) error {
	c.pivot = c.pivot[:0]
	switch b := c.reader; {
	case b != nil:
		c.pivot = b.toPivot(c.pivot, run)
	case c.from == lang.Arabic:
		c.pivot = arabicToPivot(c.pivot, run, c.sindhi)
	case c.from == lang.OlChiki:
		c.pivot = olChikiToPivot(c.pivot, run)
	case c.from == lang.MeeteiMayek:
		c.pivot = meeteiToPivot(c.pivot, run)
	case c.latin != nil:
		c.pivot = c.latin.toPivot(c.pivot, run)
	default:
		return c.casual(run)
	}
	c.write()
	return nil
}

// write appends the pivot in the target script.
func (c *conversion) write() {
	switch b := c.writer; {
	case b != nil:
		c.out = b.fromPivot(c.out, c.pivot)
	case c.to == lang.Arabic:
		c.out = arabicFromPivot(c.out, c.pivot, c.code)
	case c.to == lang.OlChiki:
		c.out = olChikiFromPivot(c.out, c.pivot)
	case c.to == lang.MeeteiMayek:
		c.out = meeteiFromPivot(c.out, c.pivot)
	case c.latin != nil:
		c.out = c.latin.fromPivot(c.out, c.pivot)
	default:
		c.out = c.speech.appendCasual(c.out, c.pivot)
	}
}

// casual appends the most likely native spelling of a typed word; what has none stays.
func (c *conversion) casual(word string) error {
	native, ok := c.typed[word]
	if !ok {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if c.speller == nil {
			s, err := c.t.speller(c.code, c.to)
			if err != nil {
				return err
			}
			c.speller, c.typed = s, map[string]string{}
		}
		native = word
		if found := c.speller.rank(c.speller.model.Spell(plainLetters(word)), 1); len(found) > 0 {
			native = found[0].Text
		}
		if len(c.typed) < maxTyped {
			c.typed[word] = native
		}
	}
	c.out = append(c.out, native...)
	return nil
}
