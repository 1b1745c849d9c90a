package langfuse_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/observe/langfuse"
	"github.com/akshara-go/akshara/observe/otlptest"
	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/observe/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// plain records content as it is.
type plain struct{}

func (plain) Mask(s string) string { return s }

const secret = "sk-lf-test"

func accessTo(host string) langfuse.Access {
	return langfuse.Access{Host: host, PublicKey: "pk-lf-test", SecretKey: secret}
}

// recording gives a collector in the place of Langfuse, and what sends to it.
func recording(t *testing.T, content observe.Masker) (*otlptest.Collector, *telemetry.Telemetry, *genai.Recorder) {
	t.Helper()
	c := otlptest.New(t)
	spans, err := langfuse.NewExporter(t.Context(), &langfuse.Options{Access: accessTo(c.URL)})
	require.NoError(t, err)
	tel, err := telemetry.Start(t.Context(), &telemetry.Options{
		Service: "rag-service", Version: "1.0.0", Environment: "staging", MaxValueBytes: genai.MaxAttributeBytes,
		Exporters: []sdktrace.SpanExporter{spans}, Processors: []sdktrace.SpanProcessor{langfuse.Traces()},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = tel.Shutdown(context.Background()) })
	rec, err := genai.New(&genai.Options{TracerProvider: tel.TracerProvider, Content: content})
	require.NoError(t, err)
	return c, tel, rec
}

func TestAccessThatCannotBe(t *testing.T) {
	for _, a := range []langfuse.Access{
		{}, {Host: "langfuse.example.org", PublicKey: "p", SecretKey: secret}, {Host: "ftp://h", PublicKey: "p", SecretKey: secret}, {Host: "https://", PublicKey: "p", SecretKey: secret},
		{Host: "https://u:" + secret + "@h", PublicKey: "p", SecretKey: "s"}, {Host: "https://h?x=" + secret, PublicKey: "p", SecretKey: "s"}, {Host: "https://h#x", PublicKey: "p", SecretKey: "s"},
		{Host: "https://h", SecretKey: secret}, {Host: "https://h", PublicKey: "p"}, {Host: "\x7f" + secret, PublicKey: "p", SecretKey: "s"},
	} {
		_, err := langfuse.NewExporter(t.Context(), &langfuse.Options{Access: a})
		require.ErrorContains(t, err, "langfuse: ")
		require.NotContains(t, err.Error(), secret)
		_, err = langfuse.NewScores(a, nil)
		require.ErrorContains(t, err, "langfuse: ")
		require.NotContains(t, err.Error(), secret)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	}
	_, err := langfuse.NewExporter(t.Context(), nil)
	require.Error(t, err)
}

// TestNothingPrintsAKey: no verb, no JSON and no log, of an access by itself or within something.
func TestNothingPrintsAKey(t *testing.T) {
	for _, v := range []any{accessTo("https://h"), struct{ To langfuse.Access }{accessTo("https://h")}, langfuse.Options{Access: accessTo("https://h")}} {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
			fmt.Fprintf(&out, verb, v)
		}
		data, err := json.Marshal(v)
		require.NoError(t, err)
		out.Write(data)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		observe.NewLogger(&out, nil).Info("x", "v", v)
		require.Contains(t, out.String(), "https://h")
		require.NotContains(t, out.String(), "-lf-test", "neither key")
	}
}

// TestOnlyWhatIsOfSomebodysRequestIsSent: probes and scrapes are no observations; a user's whole path is.
func TestOnlyWhatIsOfSomebodysRequestIsSent(t *testing.T) {
	c, tel, rec := recording(t, nil)
	tracer := tel.TracerProvider.Tracer("test")
	_, span := tracer.Start(t.Context(), "GET /health")
	span.End()
	ctx := observe.WithSession(t.Context(), "s-1")
	ctx, request := tracer.Start(ctx, "POST /answer")
	_, statement := tracer.Start(ctx, "SELECT chunks")
	statement.End()
	request.End()
	_, call := rec.Start(t.Context(), &genai.Start{Operation: genai.Rerank, Model: "r"})
	call.Text(genai.RetrievalQuery, "not recorded")
	call.End(nil)
	_, span = tracer.Start(t.Context(), "own", trace.WithAttributes(attribute.String("langfuse.observation.type", "agent"),
		attribute.String("session.id", strings.Repeat("x", 201))))
	span.End()
	require.NoError(t, tel.Shutdown(t.Context()))
	require.Equal(t, `POST /answer (INTERNAL)
	langfuse.environment = "staging"
	langfuse.internal.is_app_root = true
	langfuse.observation.type = "span"
	langfuse.release = "1.0.0"
	session.id = "s-1"

SELECT chunks (INTERNAL) in POST /answer
	langfuse.environment = "staging"
	langfuse.observation.type = "span"
	langfuse.release = "1.0.0"
	session.id = "s-1"

own (INTERNAL)
	langfuse.environment = "staging"
	langfuse.internal.is_app_root = true
	langfuse.observation.type = "agent"
	langfuse.release = "1.0.0"

rerank r (INTERNAL)
	gen_ai.operation.name = "rerank"
	gen_ai.provider.name = "akshara"
	gen_ai.request.model = "r"
	langfuse.environment = "staging"
	langfuse.internal.is_app_root = true
	langfuse.observation.type = "span"
	langfuse.release = "1.0.0"
`, otlptest.Describe(c.Spans()))
}

func TestNothingIsSentOfWhatConcernsNobody(t *testing.T) {
	c, tel, _ := recording(t, nil)
	_, span := tel.TracerProvider.Tracer("test").Start(t.Context(), "GET /metrics")
	span.End()
	require.NoError(t, tel.Shutdown(t.Context()))
	require.Empty(t, c.Paths())
}

// TestConversations: tools, pictures and several parts stand in the form of a chat; personal data is masked.
func TestConversations(t *testing.T) {
	const phone = "9876543210"
	c, tel, rec := recording(t, pii.New(nil))
	_, call := rec.Start(t.Context(), &genai.Start{Operation: genai.Chat, Model: "m"})
	call.Messages(genai.InputMessages, []genai.Message{
		{Role: "user", Parts: []genai.Part{{Type: "text", Content: "call " + phone}, {Type: "blob", Modality: "image"}, {Type: "uri", Modality: "image"}}},
		{Role: "assistant", Parts: []genai.Part{{Type: "tool_call", ID: "c", Name: "f", Arguments: []byte(`{"a":1}`)}}},
		{Role: "tool", Parts: []genai.Part{{Type: "tool_call_response", ID: "c", Response: "<ok>"}}},
	})
	call.Set(genai.CostInput.Float64(1), genai.CostCurrency.String("INR"), genai.PromptName.String("p"), genai.PromptVersion.String("2026-a"), genai.Abandoned.Bool(true))
	call.Set(genai.OutputMessages.String(`[{"role":"assistant","parts":[{"typ`)) // cut on its way
	call.End(nil)
	require.NoError(t, tel.Shutdown(t.Context()))
	got := otlptest.Texts(c.Spans()[0].Attributes)
	require.NotContains(t, fmt.Sprint(got), phone)
	require.JSONEq(t, `[{"role":"user","content":"call [phone]\n[image]\n[image]"},
		{"role":"assistant","content":"","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},
		{"role":"tool","content":"<ok>","tool_call_id":"c"}]`, got["langfuse.observation.input"])
	require.Contains(t, got["langfuse.observation.input"], "<ok>")
	require.Equal(t, `[{"role":"assistant","parts":[{"typ`, got["langfuse.observation.output"])
	require.Equal(t, "true", got["langfuse.observation.metadata.abandoned"])
	for _, absent := range []string{"gen_ai.input.messages", "gen_ai.output.messages", "langfuse.observation.prompt.name", "langfuse.observation.cost_details", "langfuse.observation.usage_details"} {
		require.NotContains(t, got, absent, "moved, no number, no dollars, not told")
	}
}

func TestEnvironmentsAreNamedAsLangfuseTakesThem(t *testing.T) {
	for name, want := range map[string]string{"Production": "production", "दिल्ली 1": "-------1", "langfuse-x": "-x", strings.Repeat("a", 50): strings.Repeat("a", 40)} {
		c := otlptest.New(t)
		spans, err := langfuse.NewExporter(t.Context(), &langfuse.Options{Access: accessTo(c.URL + "/base/"), Keep: func(sdktrace.ReadOnlySpan) bool { return true }})
		require.NoError(t, err)
		tel, err := telemetry.Start(t.Context(), &telemetry.Options{Environment: name, Exporters: []sdktrace.SpanExporter{spans}})
		require.NoError(t, err)
		_, span := tel.TracerProvider.Tracer("test").Start(t.Context(), "x")
		span.End()
		require.NoError(t, tel.Shutdown(t.Context()))
		require.Equal(t, want, otlptest.Texts(c.Spans()[0].Attributes)["langfuse.environment"])
		require.Equal(t, []string{"/base/api/public/otel/v1/traces"}, c.Paths())
	}
}

// TestLangfuseAwayCostsNothing: requests do not wait, Shutdown keeps its limit, the log has no key, and no goroutine stays.
func TestLangfuseAwayCostsNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts and never answers
	require.NoError(t, err)
	defer l.Close()
	refusing := otlptest.New(t)
	refusing.Refuse(http.StatusUnauthorized)
	for _, host := range []string{"http://" + l.Addr().String(), refusing.URL, "http://127.0.0.1:1"} {
		var log bytes.Buffer
		spans, err := langfuse.NewExporter(t.Context(), &langfuse.Options{Access: accessTo(host)})
		require.NoError(t, err)
		tel, err := telemetry.Start(t.Context(), &telemetry.Options{
			Exporters: []sdktrace.SpanExporter{spans}, TraceInterval: time.Millisecond, ShutdownTimeout: 200 * time.Millisecond, Logger: observe.NewLogger(&log, nil),
		})
		require.NoError(t, err)
		rec, err := genai.New(&genai.Options{TracerProvider: tel.TracerProvider})
		require.NoError(t, err)
		begin := time.Now()
		const calls = 5000 // more than may wait
		for range calls {
			_, call := rec.Start(t.Context(), &genai.Start{Operation: genai.Chat, Model: "m"})
			call.End(nil)
		}
		require.Less(t, time.Since(begin), 5*time.Second, "a single call that waited would take as long")
		begin = time.Now()
		require.Error(t, tel.Shutdown(context.Background()))
		require.Less(t, time.Since(begin), 3*time.Second)
		require.Contains(t, log.String(), "telemetry not delivered")
		for _, hidden := range []string{secret, "pk-lf-test", "c2stbGYtdGVzdA", "cGstbGYtdGVzdDpzay1sZi10ZXN0"} {
			require.NotContains(t, log.String(), hidden)
		}
	}
	goleak.VerifyNone(t, goleak.IgnoreCurrent())
}

func TestNothingFollowsARedirect(t *testing.T) {
	other := otlptest.New(t)
	moved := httptest.NewServer(http.RedirectHandler(other.URL+"/v1/traces", http.StatusTemporaryRedirect))
	defer moved.Close()
	spans, err := langfuse.NewExporter(t.Context(), &langfuse.Options{
		Access: accessTo(moved.URL), Keep: func(sdktrace.ReadOnlySpan) bool { return true },
	})
	require.NoError(t, err)
	tel, err := telemetry.Start(t.Context(), &telemetry.Options{Exporters: []sdktrace.SpanExporter{spans}})
	require.NoError(t, err)
	_, span := tel.TracerProvider.Tracer("x").Start(t.Context(), "work")
	span.End()
	require.ErrorContains(t, tel.Shutdown(t.Context()), "307")
	require.Empty(t, other.Spans())
}

// TestWhatAServerCountsWrongIsStillTaken: Langfuse refuses negative counts; and it counts an id's characters, not its bytes.
func TestWhatAServerCountsWrongIsStillTaken(t *testing.T) {
	c, tel, rec := recording(t, nil)
	session := strings.Repeat("क", 100)
	_, call := rec.Start(observe.WithSession(t.Context(), session), &genai.Start{Operation: genai.Chat, Model: "m"})
	call.Respond(&genai.Response{Input: 5, Cached: 9, Output: 1})
	call.End(nil)
	require.NoError(t, tel.Shutdown(t.Context()))
	got := otlptest.Texts(c.Spans()[0].Attributes)
	require.JSONEq(t, `{"input":0,"input_cached_tokens":5,"output":1,"total":6}`, got["langfuse.observation.usage_details"])
	require.Equal(t, session, got["session.id"])
}

// TestARefusalIsAWarning: whoever looks for refused answers finds them by their level.
func TestARefusalIsAWarning(t *testing.T) {
	c, tel, rec := recording(t, nil)
	_, call := rec.Start(t.Context(), &genai.Start{Operation: genai.InvokeWorkflow, Model: "answer"})
	call.Set(genai.AnswerRefusal.String("nothing_found"))
	call.End(nil)
	require.NoError(t, tel.Shutdown(t.Context()))
	got := otlptest.Texts(c.Spans()[0].Attributes)
	require.Equal(t, []string{"chain", "WARNING", "nothing_found"},
		[]string{got["langfuse.observation.type"], got["langfuse.observation.level"], got["langfuse.observation.status_message"]})
}
