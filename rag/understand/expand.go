package understand

import (
	"context"
	"errors"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/translate/lang"
)

// What other ways of asking count for beside the question itself: a paraphrase
// may be wrong, a translation says the same.
const (
	paraphraseWeight  = .5
	translationWeight = 1
)

// DefaultParaphrases is how many [Paraphrases] asks for.
const DefaultParaphrases = 3

// Paraphrases has a model ask the question in other words. What it gives beyond
// Number, twice, or in another script is left out.
type Paraphrases struct {
	Model  llm.Model
	Number int // 1 to 8; 0 is DefaultParaphrases

	Prompts *prompt.Set // whose template [prompt.Paraphrase] is used; nil: prompt.Default()
}

// Name implements [Expander].
func (*Paraphrases) Name() string { return "paraphrases" }

// Expand implements [Expander]. The error is the model's, or UPSTREAM_ERROR
// where it gives nothing of use.
func (p *Paraphrases) Expand(ctx context.Context, a *Asked) ([]Variant, error) {
	number := p.Number
	if number < 1 {
		number = DefaultParaphrases
	}
	number = min(number, maxVariants)
	rules, id, err := p.Prompts.Render(prompt.Paraphrase, a.Language, paraphraseData{number, name(a.Language)})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, stepWait)
	defer cancel()
	res, err := p.Model.Generate(ctx, &llm.Request{
		Prompt: id,
		Messages: []llm.Message{
			{Role: llm.System, Content: rules},
			{Role: llm.User, Content: "Question: " + a.Text},
		},
		MaxTokens: answerTokens * number,
	})
	if err != nil {
		return nil, err
	}
	if res.Finish == llm.Filtered {
		return nil, fault.New(fault.Upstream, "the model's answer was held back", nil)
	}
	seen := map[string]bool{analysis.Normalize(a.Text): true}
	var list []Variant
	for _, line := range answered(res.Text) {
		normal := analysis.Normalize(line)
		if seen[normal] || lang.ScriptOf(line) != lang.ScriptOf(a.Text) || len(list) == number {
			continue
		}
		seen[normal] = true
		list = append(list, Variant{Text: line, Language: a.Language, Weight: paraphraseWeight})
	}
	if len(list) == 0 {
		return nil, fault.New(fault.Upstream, "the model gave no other way of asking", nil)
	}
	return list, nil
}

// paraphraseData is what the template of paraphrases may say.
type paraphraseData struct {
	Number   int
	Language string
}

// Translate puts a text into another language. A translate.Translator becomes one so:
//
//	put := func(ctx context.Context, text string, from, to lang.Code) (string, error) {
//		res, err := translator.Translate(ctx, &translate.Request{Texts: []string{text}, Source: from, Target: to})
//		if err != nil {
//			return "", err
//		}
//		return res.Texts[0].Text, nil
//	}
type Translate func(ctx context.Context, text string, from, to lang.Code) (string, error)

// Translation asks the question in the languages of the collection as well.
type Translation struct {
	Translate Translate
	Languages []lang.Code // of the collection; at most eight are asked in
}

// Name implements [Expander].
func (*Translation) Name() string { return "translation" }

// Expand implements [Expander]. A language that fails leaves the others.
func (t *Translation) Expand(ctx context.Context, a *Asked) ([]Variant, error) {
	ctx, cancel := context.WithTimeout(ctx, stepWait)
	defer cancel()
	var list []Variant
	var failed error
	for _, to := range t.Languages[:min(len(t.Languages), maxVariants)] {
		if to == a.Language {
			continue
		}
		text, err := t.Translate(ctx, a.Text, a.Language, to)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		list = append(list, Variant{Text: text, Language: to, Weight: translationWeight})
	}
	return list, failed
}
