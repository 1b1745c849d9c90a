package llmhttp

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/translate/lang"
)

// Reader lets a model that answers from a Grounding, such as rag/extractive, take
// part in conversations: [Reader.Grounding] finds the question and the passages in the messages.
//
// Where the passages hold no answer, it says so in the language of the question;
// when the messages name [llm.NoAnswerMark] for that, as [llm.GroundedRequest]'s do, the
// response is without a text (llm.NoAnswer) and the mark is what goes over the wire.
type Reader struct {
	Model  llm.Model
	Detect func(text string) lang.Code // the language of a question; nil: nobody knows

	// MinConfidence is the confidence of a quotation (llm.Quote) below which it is no
	// answer: it does not go over the wire, where somebody else could judge by it. 0 is
	// [rag.DefaultMinConfidence], negative lets every quotation through.
	MinConfidence float64
}

var _ llm.Model = (*Reader)(nil)

// MaxReading is how many tokens a Reader reads at once, as [llm.EstimateTokens] counts:
// a model that quotes takes some two seconds for so many.
const MaxReading = 1 << 18

// Generate answers from what the messages hold. A request that wants a form, must
// have a tool called, shows pictures or recordings, or is longer than MaxReading or
// its question than [rag.MaxQueryBytes] ([llm.ErrContextOverflow]) is INVALID_REQUEST.
func (r *Reader) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	if err := readable(req); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fault.From(err)
	}
	asked := *req
	g := r.Grounding(req)
	if len(g.Question) > rag.MaxQueryBytes { // the time to quote grows with the question times the text
		return nil, tooLong("the question is longer than can be looked for")
	}
	asked.Grounding = g
	res, err := r.Model.Generate(ctx, &asked)
	if err != nil {
		return nil, fault.From(err)
	}
	if r.unsure(res) {
		res = &llm.Response{Model: res.Model, Finish: llm.NoAnswer, Usage: res.Usage, Prompt: res.Prompt}
	}
	if res.Finish == llm.NoAnswer && !marked(req) {
		out := *res
		out.Text, out.Finish = lang.Text(g.Language, lang.MsgNoAnswer), llm.Stop
		res = &out
	}
	return res, nil
}

// unsure tells whether a quotation in res is below the confidence that is asked for.
func (r *Reader) unsure(res *llm.Response) bool {
	least := cmp.Or(r.MinConfidence, rag.DefaultMinConfidence)
	return slices.ContainsFunc(res.Quotes, func(q llm.Quote) bool { return q.Confidence < least })
}

// Fenced tells whether a request asks to be answered from passages that are fenced
// in its messages: one that a Reader can answer when another model fails.
func (r *Reader) Fenced(req *llm.Request) bool {
	if readable(req) != nil {
		return false
	}
	fenced, last := false, lastUser(req.Messages)
	for i := range req.Messages {
		passages, rest := prompt.Unfence(textOf(&req.Messages[i]))
		fenced = fenced || len(passages) > 0
		if _, asked := question(rest); i == last && len(asked) > rag.MaxQueryBytes {
			return false
		}
	}
	return fenced
}

func readable(req *llm.Request) error {
	if err := req.Check(); err != nil {
		return err
	}
	images, audio := req.Media()
	switch {
	case images || audio:
		return fault.New(fault.InvalidRequest, "no model here sees or hears: this one quotes from texts", nil)
	case llm.EstimateTokens(req) > MaxReading:
		return tooLong("the text is longer than the model can take")
	case req.Output != nil:
		return fault.New(fault.InvalidRequest, "no model here writes JSON: this one quotes from texts", nil)
	case req.ToolChoice != "" && req.ToolChoice != llm.ToolsAuto && req.ToolChoice != llm.ToolsNone:
		return fault.New(fault.InvalidRequest, "no model here calls tools: this one quotes from texts", nil)
	}
	return nil
}

func tooLong(message string) error {
	return fault.Wrap(llm.ErrContextOverflow, fault.InvalidRequest, message, nil)
}

// marked tells whether the messages say what to write when there is no answer.
func marked(req *llm.Request) bool {
	for i := range req.Messages {
		if m := &req.Messages[i]; m.Role == llm.System && strings.Contains(m.Content, llm.NoAnswerMark) {
			return true
		}
	}
	return false
}

// Grounding finds the question, which is the last paragraph of the last user
// message, and what to answer it from: the passages that are fenced as [prompt.Fence]
// does, or, without any, the paragraphs before the question, earlier user messages and what
// tools gave. What a system message says besides is never quoted.
func (r *Reader) Grounding(req *llm.Request) *llm.Grounding {
	if req.Grounding != nil {
		return req.Grounding
	}
	g := &llm.Grounding{}
	var loose []string
	last := lastUser(req.Messages)
	for i := range req.Messages {
		m := &req.Messages[i]
		passages, rest := prompt.Unfence(textOf(m))
		for _, p := range passages {
			g.Passages = append(g.Passages, r.passage(len(g.Passages), p.Title, p.Text))
		}
		switch {
		case i == last:
			var before string
			before, g.Question = question(rest)
			loose = append(loose, before)
		case m.Role == llm.User || m.Role == llm.ToolRole:
			loose = append(loose, rest)
		}
	}
	if r.Detect != nil {
		g.Language = r.Detect(g.Question)
	}
	if len(g.Passages) > 0 {
		return g
	}
	for _, text := range loose {
		if text = strings.TrimSpace(text); text != "" {
			g.Passages = append(g.Passages, r.passage(len(g.Passages), "", text))
		}
	}
	return g
}

// passage makes a passage of a text, a document of its own. Nobody has scored it: it is neither sure nor unsure to fit.
func (r *Reader) passage(number int, title, text string) llm.Passage {
	p := llm.Passage{Score: .5, Source: corpus.Source{Title: title}}
	p.Chunk = corpus.Chunk{DocumentID: strconv.Itoa(number), Span: corpus.Span{End: len(text)}, Text: text}
	if r.Detect != nil {
		p.Source.Language = r.Detect(text)
	}
	return p
}

func lastUser(messages []llm.Message) int {
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Role == llm.User {
			return i
		}
	}
	return -1
}

// textOf gives all text of a message.
func textOf(m *llm.Message) string {
	var text strings.Builder
	text.WriteString(m.Content)
	for i := range m.Parts {
		if m.Parts[i].Text != "" {
			text.WriteString("\n\n")
			text.WriteString(m.Parts[i].Text)
		}
	}
	return text.String()
}

// question gives the last paragraph of a text, without the word that some prompts
// put before it, and what stands before that.
func question(text string) (before, asked string) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if i := strings.LastIndex(text, "\n\n"); i >= 0 {
		before, text = text[:i], strings.TrimSpace(text[i:])
	}
	return before, strings.TrimPrefix(text, "Question: ")
}
