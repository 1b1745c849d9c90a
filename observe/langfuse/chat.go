package langfuse

import (
	"encoding/json"
	"strings"

	"github.com/akshara-go/akshara/observe/genai"
)

// turn is a message in the form that Langfuse shows as a chat: OpenAI's.
type turn struct {
	Role    string     `json:"role"`
	Content string     `json:"content"`
	Calls   []toolCall `json:"tool_calls,omitempty"`
	CallID  string     `json:"tool_call_id,omitempty"`
}

type toolCall struct {
	ID       string   `json:"id"`
	Type     string   `json:"type"`
	Function function `json:"function"`
}

type function struct {
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

// conversation gives the conventions' instructions and messages as one list of
// turns, or the messages as they are when they cannot be read (cut off on the way).
func conversation(instructions, messages string) string {
	var turns []turn
	var system []genai.Part
	if json.Unmarshal([]byte(instructions), &system) == nil {
		for _, p := range system {
			turns = append(turns, turn{Role: "system", Content: p.Content})
		}
	}
	var said []genai.Message
	if json.Unmarshal([]byte(messages), &said) != nil {
		return messages
	}
	for i := range said {
		turns = append(turns, turnOf(&said[i]))
	}
	return text(turns, messages)
}

// reply gives the one message of a model, or its JSON as it is when it cannot be read.
func reply(messages string) string {
	var said []genai.Message
	if json.Unmarshal([]byte(messages), &said) != nil || len(said) != 1 {
		return messages
	}
	return text(turnOf(&said[0]), messages)
}

func turnOf(m *genai.Message) turn {
	t := turn{Role: m.Role}
	var texts []string
	for _, p := range m.Parts {
		switch p.Type {
		case "tool_call":
			t.Calls = append(t.Calls, toolCall{p.ID, "function", function{p.Name, string(p.Arguments)}})
		case "tool_call_response":
			t.CallID = p.ID
			texts = append(texts, p.Response)
		case "blob", "uri":
			texts = append(texts, "["+p.Modality+"]")
		default:
			texts = append(texts, p.Content)
		}
	}
	t.Content = strings.Join(texts, "\n")
	return t
}

// text gives v as JSON for readers, or instead where it has none.
func text(v any, instead string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return instead
	}
	return strings.TrimSuffix(b.String(), "\n")
}
