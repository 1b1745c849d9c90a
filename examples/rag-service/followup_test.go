package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// first gives the document that /query finds first after a conversation, or "".
func (s *server) first(query, language string, before ...string) string {
	s.TB.Helper()
	var history []any
	for _, text := range before {
		history = append(history, map[string]any{"role": "user", "content": text}, map[string]any{"role": "assistant", "content": "उत्तर"})
	}
	sources := s.Post("/query", map[string]any{"query": query, "language": language, "chat_history": history})["sources"].([]any)
	if len(sources) == 0 {
		return ""
	}
	return sources[0].(map[string]any)["document_id"].(string)
}

func TestAFollowUpQuestionFindsWhatTheConversationIsAbout(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"without a model": nil,
		"a dead model":    {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "LLM_MODEL_STANDARD": "m"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, t.TempDir(), env)
			for id, text := range map[string]string{
				"a": "सोनगढ़ की राजधानी पीपलपुर है।", "b": "नीलगाँव की राजधानी आमतला है।",
				"c": "The capital of Farland is Oakton.", "d": "The capital of Nearland is Elmton.",
			} {
				s.Post("/ingest", map[string]any{"document_id": id, "content": text})
			}
			for _, c := range []struct{ language, query, before, want string }{
				{"hi", "और उसकी राजधानी?", "सोनगढ़ कहाँ है?", "a"}, {"hi", "और उसकी राजधानी?", "नीलगाँव कहाँ है?", "b"},
				{"hi", "aur uski rajdhani?", "songarh kahan hai?", "a"}, {"hi", "aur uski rajdhani?", "neelgaon kahan hai?", "b"},
				{"en", "And its capital?", "Where is Farland?", "c"}, {"en", "And its capital?", "Where is Nearland?", "d"},
			} {
				t.Run(c.before, func(t *testing.T) {
					t.Parallel() // a dead model is waited for
					asker := *s
					asker.TB = t
					require.Equal(t, c.want, asker.first(c.query, c.language, c.before), c.query)
				})
			}
		})
	}
}

// /answer takes the conversation of a caller that keeps it, as a gateway does.
func TestAFollowUpQuestionIsAnsweredFromItsConversation(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	for id, text := range map[string]string{"a": "सोनगढ़ की राजधानी पीपलपुर है।", "b": "नीलगाँव की राजधानी आमतला है।"} {
		s.Post("/ingest", map[string]any{"document_id": id, "content": text})
	}
	for before, want := range map[string]string{"सोनगढ़ कहाँ है?": "पीपलपुर", "नीलगाँव कहाँ है?": "आमतला"} {
		a := s.Post("/answer", map[string]any{"message": "और उसकी राजधानी?", "chat_history": []any{map[string]any{"role": "user", "content": before}}})
		require.Contains(t, a["claims"].([]any)[0].(map[string]any)["text"], want)
	}
}

func TestHistoriesAreBounded(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	turn := `{"role":"user","content":"x"}`
	for _, bad := range []string{`7`, `"x"`, `[7]`, `[{"role":"user"}]`, `[{"role":"stranger","content":"x"}]`, `[` + strings.Repeat(turn+",", 9999) + turn + `]`} {
		require.Equal(t, "INVALID_REQUEST", s.Refused("POST", "/query", `{"query":"x","chat_history":`+bad+`}`).Code)
	}
	long := `{"query":"x","chat_history":[{"role":"user","content":"` + strings.Repeat("x", 1<<20) + `"}]}`
	require.Equal(t, "PAYLOAD_TOO_LARGE", s.Refused("POST", "/query", long).Code)
}

func TestAMistypedWordFindsWhatWasMeant(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	s.Post("/ingest", map[string]any{"document_id": "c", "content": "The capital of Farland is Oakton."})
	require.Equal(t, "c", s.first("Fatland", "en"))
	require.Len(t, s.Post("/search", map[string]any{"query": "Fatland", "language": "en"})["results"], 1)
	require.Empty(t, s.first("Zebra", "en"))
}
