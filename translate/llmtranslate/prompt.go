package llmtranslate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// maxTerms is how many terms of a glossary go into one prompt: only those that
// its texts hold are of interest.
const maxTerms = 200

// job is a request as the model sees it.
type job struct {
	req    *translate.Request
	script lang.Script
	terms  []translate.Term
	style  string

	prompts *prompt.Set
}

func newJob(req *translate.Request, more []translate.Term, style string, prompts *prompt.Set) *job {
	j := &job{req: req, script: req.Script, style: style, prompts: prompts}
	if j.script == "" {
		j.script = req.Target.Script()
	}
	seen := make(map[string]bool)
	for _, terms := range [...][]translate.Term{req.Glossary, more} {
		for _, t := range terms {
			if t.Source != "" && !seen[t.Source] {
				seen[t.Source] = true
				j.terms = append(j.terms, t)
			}
		}
	}
	return j
}

// named gives a language in words that models know.
func named(code lang.Code) string { return prompt.LanguageName(code, "the language that it is in") }

// scriptNames are the scripts in words; ISO 15924's codes mean little to a model.
var scriptNames = map[lang.Script]string{
	lang.Devanagari: "Devanagari", lang.Latin: "Latin", lang.BengaliScript: "Bengali", lang.TeluguScript: "Telugu", lang.TamilScript: "Tamil",
	lang.Arabic: "Perso-Arabic", lang.GujaratiScript: "Gujarati", lang.KannadaScript: "Kannada", lang.MalayalamScript: "Malayalam", lang.OdiaScript: "Odia",
	lang.Gurmukhi: "Gurmukhi", lang.MeeteiMayek: "Meetei Mayek", lang.OlChiki: "Ol Chiki",
}

// request gives the prompt for the texts at places, with what was wrong before.
func (j *job) request(texts []string, places []int, wrong map[int]mistake) (*llm.Request, error) {
	pieces := make([]piece, len(places))
	var notes strings.Builder
	for n, at := range places {
		pieces[n] = piece{n + 1, texts[at]}
		if w, ok := wrong[at]; ok {
			fmt.Fprintf(&notes, "- text %d: %s\n", n+1, w.reason)
		}
	}
	user := compact(pieces)
	if notes.Len() > 0 {
		user += "\n\nAn earlier translation of these texts was wrong:\n" + notes.String() + "Translate them anew and mind this."
	}
	rules, id, err := j.rules(texts)
	if err != nil {
		return nil, err
	}
	return &llm.Request{Messages: []llm.Message{{Role: llm.System, Content: rules}, {Role: llm.User, Content: user}}, Prompt: id}, nil
}

// translationData is what the template of translations may say.
type translationData struct {
	Source, Target, Script string
	HTML                   bool
	Style                  string
	Terms                  []string // "source = target", quoted as JSON
}

// rules are what the model is told before it sees the texts.
func (j *job) rules(texts []string) (string, prompt.ID, error) {
	data := translationData{
		Source: named(j.req.Source), Target: named(j.req.Target), Script: scriptNames[j.script], HTML: j.req.Format == translate.HTML, Style: j.style,
	}
	for _, t := range j.present(texts) {
		data.Terms = append(data.Terms, compact(t.Source)+" = "+compact(t.Put()))
	}
	return j.prompts.Render(prompt.Translation, j.req.Target, data)
}

// present gives the terms that stand in one of texts.
func (j *job) present(texts []string) []translate.Term {
	var terms []translate.Term
	for _, t := range j.terms {
		for _, text := range texts {
			if strings.Contains(text, t.Source) && len(terms) < maxTerms {
				terms = append(terms, t)
				break
			}
		}
	}
	return terms
}

// compact gives v as JSON with <, > and & as they are, for a model to read.
func compact(v any) string {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // texts and numbers always can be
	return strings.TrimSuffix(buf.String(), "\n")
}
