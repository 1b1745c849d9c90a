package understand

import (
	"context"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/translate/lang"
)

// Bounds on what of a conversation is looked at.
const (
	maxTurns      = 6   // the last ones, and the summary of those before
	maxTurnTokens = 300 // of each, from its beginning
	answerTokens  = 256
)

// FollowUp completes a question that cannot be understood without the
// conversation before it: "और उसकी ऊँचाई?". A model rewrites it; without one, or
// where it fails or takes more than five seconds, the content words of the last question are carried over; see
// [CarryOver]. A first question stays as it is.
type FollowUp struct {
	Model  llm.Model    // nil: words are carried over
	Logger *slog.Logger // is told that the model failed; nil: nobody is

	Prompts *prompt.Set // whose template [prompt.FollowUp] is used; nil: prompt.Default()
}

// Name implements [Rewriter].
func (*FollowUp) Name() string { return "follow_up" }

// Rewrite implements [Rewriter]. The error is the context's.
func (f *FollowUp) Rewrite(ctx context.Context, a *Asked) error {
	if len(a.History) == 0 {
		return nil
	}
	text, err := "", error(nil)
	if f.Model != nil {
		text, err = f.ask(ctx, a)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && f.Logger != nil:
		f.Logger.WarnContext(ctx, "completing a question without the model", slog.Any("error", err))
	}
	if text == "" {
		text = CarryOver(a.Text, a.Language, a.History)
	}
	if text != a.Text {
		a.Changes = append(a.Changes, Change{Step: f.Name(), From: a.Text, To: text})
		a.Text = text
	}
	return nil
}

// ask has the model rewrite the question.
func (f *FollowUp) ask(ctx context.Context, a *Asked) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, stepWait)
	defer cancel()
	var turns strings.Builder
	for i, m := range recent(a.History) {
		turns.WriteString(prompt.Fence(i+1, string(m.Role), chunk.Clip(m.Content, maxTurnTokens)))
	}
	rules, id, err := f.Prompts.Render(prompt.FollowUp, a.Language, followUpData{name(a.Language)})
	if err != nil {
		return "", err
	}
	res, err := f.Model.Generate(ctx, &llm.Request{
		Prompt: id,
		Messages: []llm.Message{
			{Role: llm.System, Content: rules},
			{Role: llm.User, Content: turns.String() + "Question: " + a.Text},
		},
		MaxTokens: answerTokens,
	})
	if err != nil {
		return "", err
	}
	lines := answered(res.Text)
	if res.Finish != llm.Stop || len(lines) == 0 {
		return "", fault.New(fault.Upstream, "the model gave no question", nil)
	}
	if lang.ScriptOf(lines[0]) != lang.ScriptOf(a.Text) {
		return "", fault.New(fault.Upstream, "the model's question is in another script", nil)
	}
	return lines[0], nil
}

// recent gives the last turns of a conversation, and before them the summary of what
// is left out, where it begins with one.
func recent(history []llm.Message) []llm.Message {
	turns := history[max(0, len(history)-maxTurns):]
	if len(turns) < len(history) && history[0].Role == llm.System {
		turns = append([]llm.Message{history[0]}, turns...)
	}
	return turns
}

// followUpData is what the template of follow-up questions may say.
type followUpData struct{ Language string }

// maxAnswerBytes is how much of a model's text is read.
const maxAnswerBytes = 16 << 10

// answered gives the lines of a model's text that hold a letter, without numbers
// and bullets before them, quotation marks around them, and what a reasoning
// model thinks aloud.
func answered(text string) []string {
	if at := strings.LastIndex(text, "</think>"); at >= 0 {
		text = text[at+len("</think>"):]
	}
	text = strings.ToValidUTF8(text[:min(len(text), maxAnswerBytes)], "")
	var lines []string
	for line := range strings.Lines(text) {
		line = unnumbered(strings.TrimLeft(strings.TrimSpace(line), "-*•> \t"))
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "Question:"))
		line = strings.Trim(line, "\"“”'‘’`")
		if lang.ScriptOf(line) != "" && !strings.HasPrefix(line, "``") {
			lines = append(lines, line)
		}
	}
	return lines
}

// unnumbered gives a line without the number that it has in a list. A year, a share
// and a time of day that it begins with are its own.
func unnumbered(line string) string {
	mark := strings.TrimLeftFunc(line, unicode.IsDigit)
	rest := strings.TrimLeft(mark, ".):")
	if next, _ := utf8.DecodeRuneInString(rest); mark == line || rest == mark || unicode.IsDigit(next) {
		return line
	}
	return rest
}

// name gives a language's name as models know it.
func name(code lang.Code) string { return prompt.LanguageName(code, "the language of the question") }
