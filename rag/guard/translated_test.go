package guard_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/guard"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/ragtrace"
	"github.com/akshara-go/akshara/translate/lang"
)

// stubborn is a model that answers in Hindi, whatever it is told.
type stubborn string

func (s stubborn) Generate(_ context.Context, req *llm.Request) (*llm.Response, error) {
	return &llm.Response{Text: string(s), Model: "m", Finish: llm.Stop, Prompt: req.Prompt}, nil
}

var token = regexp.MustCompile(`\[[^\]]*\]`)

// What an answer holds is hidden from who translates it, also where a passage says it and
// also behind a recorded guard, and stands in the answer again.
func TestATranslatorSeesNoNumbers(t *testing.T) {
	const number = "9876543210"
	const says = "किले के दफ़्तर का फ़ोन नंबर " + number + " है।"
	var docs shelf
	docs.add(t, "office", says, 1)
	english := func(what string) string { return "The phone number of the office of the fort is " + what + "." }
	down := errors.New("down")
	off, err := genai.New(nil)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		options *guard.Options
		by      func(texts []string) ([]string, error)
		want    string // "" when the answer stays as it is
	}{
		"it is put back": {nil, func(texts []string) ([]string, error) { return []string{english(token.FindString(texts[0]))}, nil }, english(number)},
		"its token was changed a little": {nil, func(texts []string) ([]string, error) {
			return []string{english(strings.ToUpper(token.FindString(texts[0])))}, nil
		}, english(number)},
		"it was lost":               {nil, func([]string) ([]string, error) { return []string{english("unknown")}, nil }, ""},
		"a text too many":           {nil, func(texts []string) ([]string, error) { return append(texts, "x"), nil }, ""},
		"the translator is away":    {nil, func([]string) ([]string, error) { return nil, down }, ""},
		"what is never put back":    {&guard.Options{OneWay: []pii.Kind{pii.Phone}}, func(texts []string) ([]string, error) { return texts, nil }, ""},
		"hidden from the model too": {&guard.Options{HidePassages: true}, func(texts []string) ([]string, error) { return []string{english(token.FindString(texts[0]))}, nil }, english(number)},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			a, err := rag.NewEngine(docs, &rag.EngineOptions{
				Model: stubborn(says), Guard: ragtrace.Guard(newGuard(t, c.options), off), MinConfidence: -1,
				Translate: func(_ context.Context, texts []string, from, to lang.Code) ([]string, error) {
					calls++
					require.Equal(t, []lang.Code{lang.Hindi, lang.English}, []lang.Code{from, to})
					require.Len(t, texts, 1)
					require.NotContains(t, texts[0], number)
					require.Contains(t, texts[0], "किले")
					return c.by(texts)
				},
			}).Answer(t.Context(), &rag.Question{Text: "What is the phone number of the office of the fort?", Language: lang.English})
			require.NoError(t, err)
			require.Equal(t, 1, calls)
			if c.want == "" {
				require.Equal(t, says, a.Text)
				require.Nil(t, a.Original)
				return
			}
			require.Equal(t, c.want, a.Text)
			require.Equal(t, says, a.Original.Text)
			require.Positive(t, a.Guarded["pii.phone"])
			require.Positive(t, a.Guarded["pii.restored"])
		})
	}
}
