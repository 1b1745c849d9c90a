package langfuse_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/observe/langfuse"
	"github.com/akshara-go/akshara/observe/otlptest"
)

// recorded is what Langfuse's own packages sent: see testdata/reference/record.mjs.
type recorded struct {
	Versions map[string]string
	Traces   heading
	Scores   heading
	Spans    map[string]map[string]json.RawMessage
	Batch    []struct {
		Type string
		Body json.RawMessage
	}
}

type heading struct {
	Method, Path, Authorization string
	PublicKey                   string `json:"public_key"`
}

func reference(t *testing.T) *recorded {
	t.Helper()
	data, err := os.ReadFile("testdata/reference/recorded.json")
	require.NoError(t, err)
	var r recorded
	require.NoError(t, json.Unmarshal(data, &r))
	require.Equal(t, "5.11.1", r.Versions["@langfuse/otel"])
	return &r
}

// theirs are the attributes of a span that Langfuse's package sent.
func (r *recorded) theirs(t *testing.T, name string) map[string]*commonpb.AnyValue {
	t.Helper()
	require.Contains(t, r.Spans, name)
	out := map[string]*commonpb.AnyValue{}
	for key, raw := range r.Spans[name] {
		v := &commonpb.AnyValue{}
		require.NoError(t, protojson.Unmarshal(raw, v))
		out[key] = v
	}
	return out
}

// ours are the attributes of a span that Langfuse reads.
func ours(s *tracepb.Span) map[string]*commonpb.AnyValue {
	out := map[string]*commonpb.AnyValue{}
	for _, a := range s.Attributes {
		if strings.HasPrefix(a.Key, "langfuse.") || a.Key == "user.id" || a.Key == "session.id" {
			out[a.Key] = a.Value
		}
	}
	return out
}

// TestOursIsWhatTheirPackagesSend holds every kind of observation, recorded by
// genai's names and decoded from the protobuf that a collector got, against what
// @langfuse/otel sends of the same: the same attributes, kinds of values and values.
func TestOursIsWhatTheirPackagesSend(t *testing.T) {
	r := reference(t)
	c, tel, rec := recording(t, plain{})
	ctx := langfuse.WithTrace(t.Context(), &langfuse.Trace{Name: "answer", Version: "7", Tags: []string{"hi"}, Metadata: map[string]string{"tenant": "t1"}})
	ctx = observe.WithSession(observe.WithUser(ctx, "user-1"), "session-1")
	ctx, root := tel.TracerProvider.Tracer("test").Start(ctx, "answer")

	_, call := rec.Start(ctx, &genai.Start{Operation: genai.Retrieval, Model: "handbook"})
	call.Text(genai.RetrievalQuery, "q")
	call.Documents([]genai.Document{{ID: "d1", Score: .5}})
	call.End(nil)

	_, call = rec.Start(ctx, &genai.Start{Operation: genai.Embeddings, Model: "e5"})
	call.Texts(genai.EmbeddingInput, []string{"a"})
	call.Respond(&genai.Response{Input: 3})
	call.Set(genai.CostInput.Float64(.5), genai.CostOutput.Float64(0), genai.CostCurrency.String("USD"))
	call.End(nil)

	_, call = rec.Guard(ctx, "pii")
	call.Text(genai.GuardInput, "x")
	call.Verdict(genai.Mask, map[string]int{"pii.phone": 2})
	call.End(nil)

	_, call = rec.Tool(ctx, "f", "call-1")
	call.Text(genai.ToolCallArguments, `{"a":1}`)
	call.Text(genai.ToolCallResult, "ok")
	call.End(nil)

	_, call = rec.Start(ctx, &genai.Start{Operation: genai.Chat, Model: "m", Stream: true})
	call.Set(genai.RequestTemp.Float64(.5), genai.RequestMaxTokens.Int(100), genai.PromptName.String("grounded"), genai.PromptVersion.String("2"))
	call.Instructions([]string{"be brief"})
	call.Messages(genai.InputMessages, []genai.Message{{Role: "user", Parts: []genai.Part{{Type: "text", Content: "hello"}}}})
	call.FirstChunk()
	call.Respond(&genai.Response{Input: 10, Cached: 2, Output: 5})
	call.Set(genai.CostInput.Float64(.25), genai.CostOutput.Float64(.5), genai.CostCurrency.String("USD"))
	call.Messages(genai.OutputMessages, []genai.Message{{Role: "assistant", Parts: []genai.Part{{Type: "text", Content: "hi"}}}})
	call.End(nil)

	_, call = rec.Start(ctx, &genai.Start{Operation: genai.InvokeWorkflow, Model: "answer"})
	call.Messages(genai.InputMessages, []genai.Message{{Role: "user", Parts: []genai.Part{{Type: "text", Content: "who?"}}}})
	call.Messages(genai.OutputMessages, []genai.Message{{Role: "assistant", Parts: []genai.Part{{Type: "text", Content: "he"}}}})
	call.Set(genai.AnswerConfidence.Float64(.5))
	call.End(nil)

	_, call = rec.Start(ctx, &genai.Start{Operation: genai.Chat, Model: "m"})
	call.End(fault.New(fault.Upstream, "no", nil))
	root.End()
	require.NoError(t, tel.Shutdown(t.Context()))

	header := c.Header()
	require.Equal(t, []string{r.Traces.Path}, c.Paths())
	require.Equal(t, r.Traces.Authorization, header.Get("Authorization"))
	require.Equal(t, r.Traces.PublicKey, header.Get("X-Langfuse-Public-Key"))
	require.Equal(t, "4", header.Get("X-Langfuse-Ingestion-Version"))
	spans := map[string]*tracepb.Span{}
	for _, s := range c.Spans() {
		name := s.Name
		if s.Status.GetCode() == tracepb.Status_STATUS_CODE_ERROR {
			name = "chat bad" // both of them ask the model m
		}
		spans[name] = s
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(r.Spans)), slices.Collect(maps.Keys(spans)))
	for name := range r.Spans {
		equal(t, name, r.theirs(t, name), ours(spans[name]))
	}
}

// equal holds attributes against those of the reference; texts that are JSON are
// the same if they say the same. The times at which something began differ.
func equal(t *testing.T, name string, want, got map[string]*commonpb.AnyValue) {
	t.Helper()
	require.ElementsMatch(t, slices.Collect(maps.Keys(want)), slices.Collect(maps.Keys(got)), name)
	for key, w := range want {
		g := got[key]
		require.Equal(t, otlptest.Kind(w), otlptest.Kind(g), "%s: %s", name, key)
		switch {
		case strings.HasSuffix(key, ".completion_start_time"):
			for _, v := range []string{w.GetStringValue(), g.GetStringValue()} {
				unquoted, err := strconv.Unquote(v)
				require.NoError(t, err, "a string of JSON")
				_, err = time.Parse("2006-01-02T15:04:05.000Z", unquoted)
				require.NoError(t, err)
			}
		case json.Valid([]byte(w.GetStringValue())):
			require.JSONEq(t, w.GetStringValue(), g.GetStringValue(), "%s: %s", name, key)
		default:
			require.Equal(t, otlptest.Value(w), otlptest.Value(g), "%s: %s", name, key)
		}
	}
}
