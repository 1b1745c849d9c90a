package session

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/translate/lang"
)

const (
	summaryWait  = 5 * time.Second // for a model to write what a turn needs of summaries
	summaryWords = 48              // of questions that a summary without a model lists
	toldTokens   = 400             // of each question and answer that a model is told of
)

// summarise gives the summary of what fell out before and of the turns that fall
// out now. Without a model, or where it fails, it is the words of the questions.
func (s *Sessions) summarise(ctx context.Context, before string, turns []Turn) string {
	if s.opts.Model != nil {
		text, err := s.told(ctx, before, turns)
		if err == nil {
			return text
		}
		s.opts.Logger.WarnContext(ctx, "a conversation is summed up without the model", slog.Any("error", err))
	}
	return clip(Words(before, turns), s.summaryTokens())
}

// Words sums turns up without a model: it lists the content words of their
// questions, each once, as they were written, the oldest first, behind those of the
// summary before. The newest 48 are kept.
func Words(before string, turns []Turn) string {
	var words, stems []string
	add := func(text string, code lang.Code) {
		for _, t := range analysis.Tokens(text, code) {
			if t.Stop {
				continue
			}
			if i := slices.Index(stems, t.Stem); i >= 0 { // it goes to the end: it was asked about again
				words, stems = slices.Delete(words, i, i+1), slices.Delete(stems, i, i+1)
			}
			words, stems = append(words, t.Span.In(text)), append(stems, t.Stem)
			if len(words) > summaryWords { // so that a long question takes no longer for each of its words
				words, stems = words[1:], stems[1:]
			}
		}
	}
	for i := range turns {
		if i == 0 {
			add(before, turns[0].Language)
		}
		add(turns[i].Question, turns[i].Language)
	}
	return strings.Join(words, " ")
}

// told has the model write the summary, in the language of the last turn.
func (s *Sessions) told(ctx context.Context, before string, turns []Turn) (string, error) {
	code := turns[len(turns)-1].Language
	rules, id, err := s.opts.Prompts.Render(prompt.Summary, code, summaryData{
		Language: prompt.LanguageName(code, "the language of the questions"), Words: s.summaryTokens() / 4,
	})
	if err != nil {
		return "", err
	}
	res, err := s.opts.Model.Generate(ctx, &llm.Request{
		Prompt: id, MaxTokens: s.summaryTokens(),
		Messages: []llm.Message{{Role: llm.System, Content: rules}, {Role: llm.User, Content: fenced(before, turns)}},
	})
	if err != nil {
		return "", err
	}
	text := strings.Join(strings.Fields(res.Text), " ")
	script := lang.ScriptOf(text)
	if res.Finish != llm.Stop || script == "" || code.Valid() && !code.WrittenIn(script) {
		return "", fault.New(fault.Upstream, "the model gave no summary in the conversation's language", nil)
	}
	return clip(text, s.summaryTokens()), nil
}

// summaryData is what the template of summaries may say.
type summaryData struct {
	Language string
	Words    int // about how many it may have
}

// fenced gives what is to be summed up, as material.
func fenced(before string, turns []Turn) string {
	var b strings.Builder
	if before != "" {
		b.WriteString(prompt.Fence(0, "summary of what was before", before))
	}
	for i, m := range messagesOf(turns) {
		b.WriteString(prompt.Fence(i+1, string(m.Role), chunk.Clip(m.Content, toldTokens)))
	}
	return b.String()
}
