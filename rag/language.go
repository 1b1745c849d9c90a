package rag

import (
	"context"
	"slices"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/translate/lang"
)

// Original is an answer as a model gave it, before it was translated.
type Original struct {
	Text     string    `json:"text"`
	Language lang.Code `json:"language"`
}

// detectable is the number of words from which a detector's word on a sentence
// counts: of fewer only the script does.
const detectable = 8

// foreign tells whether a sentence is not in the language code.
func (o *EngineOptions) foreign(text string, code lang.Code) bool {
	script := lang.ScriptOf(text)
	if script == "" {
		return false // it has no letters
	}
	if code.Valid() && !code.WrittenIn(script) {
		return true
	}
	if o.Detect == nil || len(analysis.Tokens(text, code)) < detectable {
		return false
	}
	found := o.Detect(text)
	return found != "" && found != code
}

// firmly gives the request once more, for an answer that was not in its language,
// by the template [prompt.GroundedAgain], which is given .Rules (what the model was
// told before) and .Language.
func firmly(set *prompt.Set, req *llm.Request) (*llm.Request, error) {
	code := req.Grounding.Language
	rules, id, err := set.Render(prompt.GroundedAgain, code, struct{ Rules, Language string }{
		req.Messages[0].Content, prompt.LanguageName(code, string(code)),
	})
	if err != nil {
		return nil, err
	}
	again := *req
	again.Messages = slices.Clone(req.Messages)
	again.Messages[0].Content, again.Prompt = rules, id
	return &again, nil
}

// inLanguage turns an answer that is not in the language asked for into one that
// is, and keeps the original. Where it cannot be translated it stays as it is,
// and its Language says what it is in.
func (s *sentences) inLanguage(ctx context.Context) {
	s.foreign = false
	a := s.draft
	from, to := s.detect(a.Text), a.Language
	a.Language = from
	if s.opts.Translate == nil {
		return
	}
	texts := make([]string, len(a.Claims))
	for i := range a.Claims {
		texts[i] = a.Claims[i].Text
	}
	translated, err := s.opts.translate(ctx, a.watch, texts, from, to)
	if err != nil || len(translated) != len(texts) || slices.Contains(translated, "") {
		return
	}
	claims, sure := a.Claims, a.Confidence
	a.Language, a.Original = to, &Original{Text: a.Text, Language: from}
	a.Text, a.Claims, s.waiting = "", []Claim{}, nil
	for i, c := range claims {
		c.Text = translated[i]
		s.say(c, sure, " ")
	}
}

func (s *sentences) detect(text string) lang.Code {
	if s.opts.Detect == nil {
		return lang.ByScript(text)
	}
	if code := s.opts.Detect(text); code != "" {
		return code
	}
	return lang.Default
}
