package llmhttp

import (
	"cmp"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag/llm"
)

// completion is an answer of /v1/chat/completions.
type completion struct {
	ID      string   `json:"id"`
	Object  string   `json:"object" enum:"chat.completion"`
	Created int64    `json:"created" doc:"Unix time, in seconds"`
	Model   string   `json:"model" doc:"The one that answered"`
	Choices []choice `json:"choices" nullable:"false"`
	Usage   usage    `json:"usage"`
}

type choice struct {
	Index   int       `json:"index"`
	Message said      `json:"message"`
	Finish  string    `json:"finish_reason" enum:"stop,length,tool_calls,content_filter"`
	Probs   *struct{} `json:"logprobs"`
}

// said is what a model said.
type said struct {
	Role    string     `json:"role" enum:"assistant"`
	Content *string    `json:"content" doc:"Null when only tools are called"`
	Refusal *string    `json:"refusal"`
	Calls   []toolCall `json:"tool_calls,omitempty"`
}

// usage counts tokens. It is 0 when the model does not tell.
type usage struct {
	Prompt     int           `json:"prompt_tokens"`
	Completion int           `json:"completion_tokens"`
	Total      int           `json:"total_tokens"`
	Details    promptDetails `json:"prompt_tokens_details"`
}

type promptDetails struct {
	Cached int `json:"cached_tokens"`
}

// chunk is an event of a stream. Usage is null on all but the last one.
type chunk struct {
	ID      string        `json:"id"`
	Object  string        `json:"object"`
	Created int64         `json:"created"`
	Model   string        `json:"model"`
	Choices []chunkChoice `json:"choices"`
	Usage   *usage        `json:"usage,omitempty"`
}

type chunkChoice struct {
	Index  int       `json:"index"`
	Delta  delta     `json:"delta"`
	Finish *string   `json:"finish_reason"`
	Probs  *struct{} `json:"logprobs"`
}

type delta struct {
	Role    string     `json:"role,omitempty"`
	Content *string    `json:"content,omitempty"`
	Calls   []toolCall `json:"tool_calls,omitempty"`
}

func newID() string { return "chatcmpl-" + uuid.NewString() }

// newCompletion gives a whole answer. asked is how the model was named in the request.
func newCompletion(res *llm.Response, asked string, created int64) *completion {
	c := choice{Message: said{Role: "assistant"}, Finish: finish(res)}
	if res.Text != "" || len(res.Calls) == 0 {
		text := res.Text
		if res.Finish == llm.NoAnswer && text == "" {
			text = llm.NoAnswerMark
		}
		c.Message.Content = &text
	}
	for i := range res.Calls {
		c.Message.Calls = append(c.Message.Calls, newToolCall(&res.Calls[i]))
	}
	return &completion{ID: newID(), Object: "chat.completion", Created: created, Model: cmp.Or(res.Model, asked), Choices: []choice{c}, Usage: newUsage(&res.Usage)}
}

func newToolCall(c *llm.ToolCall) toolCall {
	return toolCall{ID: c.ID, Type: "function", Function: functionCall{Name: c.Name, Arguments: string(c.Arguments)}}
}

// finish says why a model stopped, in OpenAI's words. That the passages hold no
// answer is the text's to say.
func finish(res *llm.Response) string {
	if res.Finish == llm.NoAnswer {
		return string(llm.Stop)
	}
	return string(res.Finish)
}

func newUsage(u *llm.Usage) usage {
	return usage{Prompt: u.Prompt, Completion: u.Completion, Total: u.Prompt + u.Completion, Details: promptDetails{Cached: u.Cached}}
}

// chatResponses describes both forms of an answer.
func chatResponses(kit *httpkit.Kit) map[string]*huma.Response {
	both := httpkit.JSONResponse[completion](kit, 200, "The answer, or with stream its pieces")
	both["200"].Content["text/event-stream"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	return both
}
