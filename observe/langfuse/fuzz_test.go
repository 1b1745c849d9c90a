package langfuse

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzConversation: whatever stands in an attribute, a chat is JSON or what it was made of.
func FuzzConversation(f *testing.F) {
	f.Add(`[{"type":"text","content":"be brief"}]`, `[{"role":"user","parts":[{"type":"text","content":"नमस्ते"}]}]`)
	f.Add(``, `[{"role":"assistant","parts":[{"type":"tool_call","arguments":{"a":1}},{"type":"blob"}]}]`)
	f.Add(`{}`, `[{"role":`)
	f.Add(`null`, `null`)
	f.Fuzz(func(t *testing.T, instructions, messages string) {
		for _, got := range []string{conversation(instructions, messages), reply(messages)} {
			require.True(t, got == messages || json.Valid([]byte(got)), got)
		}
	})
}
