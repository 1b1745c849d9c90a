package translatetest

import (
	"context"
	"regexp"
	"strings"
	"unicode"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// Poison is a word for which a scripted engine refuses the call that it stands in.
const Poison = "qqpoison"

// kept is what Echo leaves alone: tags, entities, addresses and placeholders.
var kept = regexp.MustCompile(`<[^<>]*>|&#?\w+;|https?://\S+|\S+@\S+|\{\{?\w+\}?\}|%[sd]`)

// letters are some of each script's, to write pretended translations in.
var letters = map[lang.Script][]rune{
	lang.Devanagari: []rune("कखगचजटडतदनपबमरल"), lang.Latin: []rune("bcdfghklmnprstv"), lang.BengaliScript: []rune("কখগচজটডতদনপবমরল"),
	lang.TeluguScript: []rune("కఖగచజటడతదనపబమరల"), lang.TamilScript: []rune("கஙசஞடணதநபமயரலவழ"), lang.Arabic: []rune("بتجدرزسشصطفقکلم"),
	lang.GujaratiScript: []rune("કખગચજટડતદનપબમરલ"), lang.KannadaScript: []rune("ಕಖಗಚಜಟಡತದನಪಬಮರಲ"), lang.MalayalamScript: []rune("കഖഗചജടഡതദനപബമരല"),
	lang.OdiaScript: []rune("କଖଗଚଜଟଡତଦନପବମରଲ"), lang.Gurmukhi: []rune("ਕਖਗਚਜਟਡਤਦਨਪਬਮਰਲ"), lang.MeeteiMayek: []rune("ꯀꯁꯂꯃꯄꯅꯆꯇꯈꯉꯊꯋꯌꯍꯎ"),
	lang.OlChiki: []rune("ᱚᱛᱜᱝᱞᱟᱠᱡᱢᱣᱤᱥᱦᱧᱨ"),
}

// Echo pretends to translate text: each letter and mark becomes a letter of the
// script, always the same one, and everything else stays, tags, addresses and
// placeholders included. It is what a scripted engine answers.
func Echo(text string, script lang.Script) string {
	var out strings.Builder
	at := 0
	var spans [][]int
	if strings.ContainsAny(text, "<&:@{%") {
		spans = kept.FindAllStringIndex(text, -1)
	}
	for _, span := range spans {
		echo(&out, text[at:span[0]], letters[script])
		out.WriteString(text[span[0]:span[1]])
		at = span[1]
	}
	echo(&out, text[at:], letters[script])
	return out.String()
}

func echo(out *strings.Builder, text string, alphabet []rune) {
	for _, r := range text {
		if len(alphabet) > 0 && (unicode.IsLetter(r) || unicode.IsMark(r)) {
			r = alphabet[int(r)%len(alphabet)]
		}
		out.WriteRune(r)
	}
}

// Fake is a Translator in the memory of the process that answers by [Echo]. It
// stands in for an engine behind a decorator. Its zero value knows every pair.
type Fake struct {
	Engine translate.Engine // as an engine describes itself
	// Fail, when set, gives the error of a call with these texts.
	Fail func(texts []string) error
	// Seen, when set, hears of each call.
	Seen func(req *translate.Request, texts []string)
}

// Translate answers by Echo, and refuses calls with Poison in them.
func (f *Fake) Translate(ctx context.Context, req *translate.Request) (*translate.Result, error) {
	engine := f.Engine
	if engine.Name == "" {
		engine.Name = "fake"
	}
	return translate.Batches(ctx, req, &engine, func(ctx context.Context, texts []string) ([]translate.Translation, error) {
		if f.Seen != nil {
			f.Seen(req, texts)
		}
		if f.Fail != nil {
			if err := f.Fail(texts); err != nil {
				return nil, err
			}
		}
		script := req.Script
		if script == "" {
			script = req.Target.Script()
		}
		out := make([]translate.Translation, len(texts))
		for i, text := range texts {
			if strings.Contains(text, Poison) {
				return nil, fault.New(fault.InvalidRequest, "the engine refuses the text", nil)
			}
			out[i].Text = Echo(text, script)
		}
		return out, nil
	})
}

// Pairs gives those of the engine.
func (f *Fake) Pairs(context.Context) ([]translate.Pair, error) {
	return append([]translate.Pair(nil), f.Engine.Pairs...), nil
}

// Identity is the engine's name.
func (f *Fake) Identity() string { return "fake/" + f.Engine.Name }
