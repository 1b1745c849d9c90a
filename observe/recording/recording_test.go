package recording_test

import (
	"context"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/observe/otlptest"
	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/observe/recording"
	"github.com/akshara-go/akshara/observe/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ask records one generation of a user's.
func ask(t *testing.T, rec *recording.Recording) {
	ctx := observe.WithSession(observe.WithUser(t.Context(), "u"), "s")
	_, call := rec.Calls.Start(ctx, &genai.Start{Operation: genai.Chat, Model: "m"})
	call.Messages(genai.InputMessages, []genai.Message{{Role: "user", Parts: []genai.Part{{Type: "text", Content: "mine is 9876543210"}}}})
	call.Respond(&genai.Response{Output: 3})
	call.End(nil)
}

// TestTheSettingsSayWhereSpansGo: to a collector by the conventions' names, to Langfuse by
// its own besides, with or without what was said, which is masked.
func TestTheSettingsSayWhereSpansGo(t *testing.T) {
	for _, content := range []bool{false, true} {
		collector, server := otlptest.New(t), otlptest.New(t)
		rec, err := recording.Start(t.Context(), &recording.Settings{
			OTel:     config.OTel{Endpoint: collector.URL, ServiceName: "named", TraceShare: 1, Content: content},
			Langfuse: config.Langfuse{Host: server.URL, PublicKey: "pk", SecretKey: config.NewSecret("sk")},
		}, &telemetry.Options{Service: "svc", Mask: pii.New(nil)})
		require.NoError(t, err)
		ask(t, rec)
		require.NoError(t, rec.Shutdown(context.Background()))
		require.Equal(t, "named", otlptest.Texts(collector.Traces()[0].Resource.Attributes)["service.name"])
		attrs, theirs := otlptest.Texts(collector.Spans()[0].Attributes), otlptest.Texts(server.Spans()[0].Attributes)
		require.Equal(t, []string{"u", "s", "u", "s"}, []string{attrs["user.id"], attrs["session.id"], theirs["user.id"], theirs["session.id"]})
		require.NotContains(t, attrs, "langfuse.observation.type")
		require.Equal(t, "generation", theirs["langfuse.observation.type"])
		require.NotContains(t, collector.Spans()[0].String()+server.Spans()[0].String(), "9876543210")
		if content {
			require.Contains(t, attrs["gen_ai.input.messages"], "mine is [phone]")
			require.Contains(t, theirs["langfuse.observation.input"], "mine is [phone]")
		} else {
			require.NotContains(t, collector.Spans()[0].String()+server.Spans()[0].String(), "mine is")
		}
	}
}

func TestWithoutSettingsMetricsAlone(t *testing.T) {
	registry := prometheus.NewRegistry()
	rec, err := recording.Start(t.Context(), &recording.Settings{Contract: true}, &telemetry.Options{Registry: registry})
	require.NoError(t, err)
	ask(t, rec)
	families, err := registry.Gather()
	require.NoError(t, err)
	names := map[string]bool{}
	for _, f := range families {
		names[f.GetName()] = true
	}
	for _, name := range []string{"llm_tokens_generated_total", "llm_inference_duration_seconds", "gen_ai_client_operation_duration_seconds", "gen_ai_client_token_usage"} {
		require.True(t, names[name], name)
	}
	require.NoError(t, rec.Shutdown(context.Background()))

	off, err := recording.Start(t.Context(), &recording.Settings{}, nil)
	require.NoError(t, err)
	ask(t, off)
	require.NoError(t, off.Shutdown(context.Background()))
}

// TestWithoutAMaskerNothingThatWasSaidIsRecorded: the setting alone does not show personal data.
func TestWithoutAMaskerNothingThatWasSaidIsRecorded(t *testing.T) {
	collector := otlptest.New(t)
	rec, err := recording.Start(t.Context(), &recording.Settings{OTel: config.OTel{Endpoint: collector.URL, TraceShare: 1, Content: true}}, nil)
	require.NoError(t, err)
	ask(t, rec)
	require.NoError(t, rec.Shutdown(context.Background()))
	require.NotContains(t, collector.Spans()[0].String(), "mine is")
}

func TestSettingsThatCannotBe(t *testing.T) {
	for _, s := range []recording.Settings{
		{OTel: config.OTel{Endpoint: "localhost:4318"}},
		{Langfuse: config.Langfuse{Host: "https://h"}},
		{Langfuse: config.Langfuse{Host: "h", PublicKey: "pk", SecretKey: config.NewSecret("sk-secret")}},
	} {
		_, err := recording.Start(t.Context(), &s, nil)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "sk-secret")
	}
}
