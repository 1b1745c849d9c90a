package main

import (
	"encoding/json"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/akshara-go/akshara/observe/otlptest"
)

// TestAnAnswersWholePathIsInLangfuse holds that the contract's three variables alone send
// what an answer took there: each span of it in its conversation, and no secret, no question, no number anywhere.
func TestAnAnswersWholePathIsInLangfuse(t *testing.T) {
	const question, phone = "ताजमहल किसने बनवाया था?", "9876543210"
	for _, content := range []bool{false, true} {
		langfuse := otlptest.New(t)
		s := start(t, t.TempDir(), map[string]string{"LANGFUSE_HOST": langfuse.URL, "LANGFUSE_PUBLIC_KEY": "pk-lf-1", "LANGFUSE_SECRET_KEY": "sk-lf-very-private",
			"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": fmt.Sprint(content)})
		status, body := s.Call("POST", "/api/v1/chat", map[string]any{"message": question + " " + phone})
		require.Equal(t, 200, status, string(body))
		var answer chatResponse
		require.NoError(t, json.Unmarshal(body, &answer))
		require.NotEmpty(t, answer.SessionID)
		res := s.Send("GET", "/metrics", nil)
		metrics, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		for _, name := range []string{"llm_inference_duration_seconds_count 1", "gen_ai_client_operation_duration_seconds_bucket{", "llm_tokens_generated_total 0"} {
			require.Contains(t, string(metrics), name)
		}
		s.Stop()

		require.Equal(t, "/api/public/otel/v1/traces", langfuse.Paths()[0])
		kinds, text := map[string]string{}, ""
		var trace []byte
		for _, span := range langfuse.Spans() {
			attrs := otlptest.Texts(span.Attributes)
			if attrs["session.id"] != answer.SessionID {
				continue // of taking in the samples
			}
			kinds[span.Name] = attrs["langfuse.observation.type"]
			require.Equal(t, "development", attrs["langfuse.environment"])
			text += span.String()
			if trace == nil {
				trace = span.TraceId
			}
			require.Equal(t, trace, span.TraceId)
		}
		require.Equal(t, map[string]string{"POST /api/v1/chat": "span", "answer": "span", "invoke_workflow answer": "chain", "retrieval documents": "retriever", "rerank lexical": "span", "chat extractive": "generation",
			"guardrail question": "guardrail", "guardrail documents": "guardrail", "guardrail model": "guardrail"}, kinds)
		for _, span := range langfuse.Spans() {
			require.True(t, string(span.TraceId) != string(trace) || otlptest.Texts(span.Attributes)["session.id"] == answer.SessionID, "every span of it: %s", span.Name)
			require.NotEqual(t, tracepb.Status_STATUS_CODE_ERROR, span.Status.GetCode())
		}
		require.NotContains(t, text+s.Logs.String(), phone)
		require.NotContains(t, text+s.Logs.String(), "sk-lf-very-private")
		require.NotContains(t, s.Logs.String(), question)
		if content {
			require.Contains(t, text, "शाहजहाँ")
		} else {
			require.NotContains(t, text, "ताजमहल")
		}
	}
}
