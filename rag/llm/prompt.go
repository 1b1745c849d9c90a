package llm

import (
	"strings"

	"github.com/akshara-go/akshara/rag/llm/prompt"
)

// NoAnswerMark is what a model is told to say, and nothing else, when the
// passages do not hold an answer.
const NoAnswerMark = "NO_ANSWER"

// GroundedRequest puts a question and its passages into a request, by the template
// [prompt.Grounded] of a set, which is given .Language and .NoAnswer. Passages are
// numbered from 1; the model is asked to answer from them alone, in the language of
// g, and to say NoAnswerMark otherwise. The passages are fenced and declared to be
// material, since a document may hold instructions of its own. So are the turns of
// the conversation before the question, where there is one; what the model is told of
// them is the template [prompt.Conversation]. A nil set is
// [prompt.Default]; the error is that of a template which does not fit.
func GroundedRequest(set *prompt.Set, g *Grounding) (*Request, error) {
	rules, id, err := set.Render(prompt.Grounded, g.Language, groundedData{
		Language: prompt.LanguageName(g.Language, "the language of the question"), NoAnswer: NoAnswerMark,
	})
	if err != nil {
		return nil, err
	}
	material := FencedPassages(g.Passages)
	if len(g.History) > 0 {
		more, _, err := set.Render(prompt.Conversation, g.Language, nil)
		if err != nil {
			return nil, err
		}
		rules, material = rules+"\n"+more, FencedTurns(g.History)+material
	}
	return &Request{
		Messages:  []Message{{Role: System, Content: rules}, {Role: User, Content: material + "Question: " + g.Question}},
		Grounding: g, Prompt: id,
	}, nil
}

// groundedData is what the template of grounded answers may say.
type groundedData struct{ Language, NoAnswer string }

// GroundedPrompt gives the messages of [GroundedRequest] by the default templates.
func GroundedPrompt(g *Grounding) []Message {
	req, err := GroundedRequest(nil, g)
	if err != nil { // the default template fits its data
		return nil
	}
	return req.Messages
}

// FencedTurns puts the texts of a conversation into a prompt, each in a fence of
// its own with the role of who said it; see [prompt.FenceTurn].
func FencedTurns(history []Message) string {
	var b strings.Builder
	for i := range history {
		b.WriteString(prompt.FenceTurn(string(history[i].Role), history[i].Content))
	}
	return b.String()
}

// FencedPassages puts passages into a prompt: numbered from 1, with their titles,
// each in a fence of its own; see [prompt.Fence].
func FencedPassages(passages []Passage) string {
	var b strings.Builder
	for i, p := range passages {
		b.WriteString(prompt.Fence(i+1, p.Source.Title, p.Chunk.Text))
	}
	return b.String()
}
