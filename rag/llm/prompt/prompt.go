// Package prompt keeps what models are told: one template for each task, with a
// version, and where it helps one for a language. What a task says is there to be
// read and replaced in one place.
//
//	mine, err := prompt.Default().With(prompt.Template{
//		ID: prompt.ID{Name: prompt.Grounded, Version: "mine-2"}, Text: "Answer from the passages, in {{.Language}}...",
//	})
//
// Templates are those of text/template. What a document says never becomes a template:
// it is data, and [Fence] keeps it between marks that it cannot write.
package prompt

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate/lang"
)

// The tasks, by the names of their templates.
const (
	Grounded      = "grounded"       // answer from passages
	GroundedAgain = "grounded_again" // the same after an answer in another language
	Judge         = "judge"          // tell whether a passage states what a sentence says
	Rerank        = "rerank"         // put passages into order
	Paraphrase    = "paraphrase"     // ask in other words
	FollowUp      = "follow_up"      // complete a question of a conversation
	Translation   = "translation"    // translate a list of texts
	Conversation  = "conversation"   // what is said of a conversation that goes before a question
	Summary       = "summary"        // sum turns of a conversation up
)

// MaxBytes bounds what one template may render to.
const MaxBytes = 1 << 20

// ID names a template: it goes onto responses and traces.
type ID struct {
	Name     string    `json:"name"`
	Version  string    `json:"version"`
	Language lang.Code `json:"language,omitempty"` // "": for every language without a template of its own
}

// Template is a text with its name.
type Template struct {
	ID
	Text string // in the syntax of text/template
}

// Set holds a template for each task. It never changes and may be used concurrently.
type Set struct{ entries map[key]*entry }

type key struct {
	name     string
	language lang.Code
}

type entry struct {
	id   ID
	text *template.Template
}

//go:embed templates/*.tmpl
var files embed.FS

// Default gives the templates of this library.
func Default() *Set { return defaults() }

// defaults reads the files templates/NAME[.LANGUAGE].VERSION.tmpl, once.
var defaults = sync.OnceValue(func() *Set {
	set := &Set{}
	names, _ := fs.Glob(files, "templates/*.tmpl") // the pattern is right
	for _, name := range names {
		text, _ := files.ReadFile(name) // it was just listed
		part := strings.Split(strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".tmpl"), ".")
		id := ID{Name: part[0], Version: part[len(part)-1]}
		if len(part) == 3 {
			id.Language = lang.Code(part[1])
		}
		next, err := set.With(Template{ID: id, Text: strings.TrimSuffix(string(text), "\n")})
		if err == nil { // a test reads them all
			set = next
		}
	}
	return set
})

// With gives a set in which templates stand for those of the same name and language.
// One that cannot be read, or has no name or version, is INVALID_REQUEST.
func (s *Set) With(templates ...Template) (*Set, error) {
	next := &Set{entries: maps.Clone(s.entries)}
	if next.entries == nil {
		next.entries = map[key]*entry{}
	}
	for _, t := range templates {
		if t.Name == "" || t.Version == "" || len(t.Text) > MaxBytes {
			return nil, fault.New(fault.InvalidRequest, "a prompt's template needs a name, a version and at most 1 MiB of text", nil)
		}
		parsed, err := template.New(t.Name).Option("missingkey=error").Parse(t.Text)
		if err != nil {
			return nil, fault.Wrap(err, fault.InvalidRequest, fmt.Sprintf("the template of the prompt %q cannot be read", t.Name), nil)
		}
		next.entries[key{t.Name, t.Language}] = &entry{id: t.ID, text: parsed}
	}
	return next, nil
}

// Render fills the template of a task, the one for the language if there is one,
// with data, and tells which it was. A nil set is Default. A task without a template, data that do not fit
// it, or a text above MaxBytes is INVALID_REQUEST.
func (s *Set) Render(name string, code lang.Code, data any) (string, ID, error) {
	if s == nil {
		s = Default()
	}
	e := s.entries[key{name, code}]
	if e == nil {
		e = s.entries[key{name, ""}]
	}
	if e == nil {
		return "", ID{}, fault.New(fault.InvalidRequest, fmt.Sprintf("there is no prompt %q", name), nil)
	}
	var out bounded
	if err := e.text.Execute(&out, data); err != nil {
		return "", ID{}, fault.Wrap(err, fault.InvalidRequest, fmt.Sprintf("the prompt %q cannot be filled", name), nil)
	}
	return out.String(), e.id, nil
}

// Version gives the versions of a task's templates, of all languages, in one word: it
// changes when what a model is told does. A nil set is Default.
func (s *Set) Version(name string) string {
	if s == nil {
		s = Default()
	}
	var versions []string
	for k, e := range s.entries {
		if k.name == name {
			versions = append(versions, strings.TrimPrefix(string(k.language)+":"+e.id.Version, ":"))
		}
	}
	slices.Sort(versions)
	return strings.Join(versions, ",")
}

var errTooLong = errors.New("prompt: longer than 1 MiB")

// bounded is a text that does not grow beyond MaxBytes.
type bounded struct{ strings.Builder }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > MaxBytes {
		return 0, errTooLong
	}
	return b.Builder.Write(p)
}

// WriteString is there so that the builder's own does not pass by the bound.
func (b *bounded) WriteString(s string) (int, error) { return b.Write([]byte(s)) }

// LanguageName names a language in a way that models know: "Hindi (हिन्दी)"; one that
// is not known is the given words.
func LanguageName(code lang.Code, otherwise string) string {
	if info, ok := code.Info(); ok {
		return fmt.Sprintf("%s (%s)", info.English, info.Native)
	}
	return otherwise
}

// Fence gives a passage of a document in a fence of its own, with its number and
// title, which its text can neither end nor begin anew. The prompt has to say that
// what is fenced is material and no instruction.
func Fence(number int, title, text string) string {
	return fmt.Sprintf("<passage number=\"%d\" title=%q>\n%s\n</passage>\n\n", number, open(title), open(text))
}

// FenceTurn gives something that was said in a conversation in a fence of its own,
// with who said it, as [Fence] does a passage.
func FenceTurn(role, text string) string {
	return fmt.Sprintf("<turn role=%q>\n%s\n</turn>\n\n", open(role), open(text))
}

// Fenced is a passage that [Fence] put into a prompt.
type Fenced struct {
	Title string
	Text  string
}

// Unfence is the inverse of Fence: it gives the passages of a prompt in their order,
// as they are fenced, and what stands around them.
func Unfence(text string) (passages []Fenced, rest string) {
	if !strings.Contains(text, "<passage ") {
		return nil, text
	}
	var around strings.Builder
	end := 0
	for _, at := range fenced.FindAllStringSubmatchIndex(text, -1) {
		title, err := strconv.Unquote(text[at[2]:at[3]])
		if err != nil { // not as Fence quotes
			continue
		}
		passages = append(passages, Fenced{Title: title, Text: text[at[4]:at[5]]})
		around.WriteString(text[end:at[0]])
		end = at[1]
	}
	around.WriteString(text[end:])
	return passages, around.String()
}

// fenced finds a passage in its fence.
var fenced = regexp.MustCompile(`(?s)<passage number="\d+" title=("(?:[^"\\\n]|\\.)*")>\n(.*?)\n</passage>\n*`)

// open takes the marks of a fence out of a text.
func open(text string) string { return fence.ReplaceAllString(text, "< $1$2") }

// fence finds a mark, also one in full-width or look-alike brackets or with signs that are not seen.
var fence = regexp.MustCompile(`(?i)[<＜‹〈⟨]` + unseen + `(/?)` + unseen + `(passage|turn)`)

const unseen = `[\s\p{Cf}]*`
