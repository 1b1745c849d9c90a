package langfuse_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/observe/langfuse"
	"github.com/akshara-go/akshara/observe/telemetry"
)

// An answer's spans go to Langfuse, and then what the user thought of it.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL.Path)
		fmt.Fprint(w, "{}")
	}))
	defer server.Close()
	access := langfuse.Access{Host: server.URL, PublicKey: "pk-lf-example", SecretKey: "sk-lf-example"}
	ctx := observe.WithSession(context.Background(), "conversation-7")

	spans, err := langfuse.NewExporter(ctx, &langfuse.Options{Access: access})
	if err != nil {
		fmt.Println(err)
		return
	}
	tel, err := telemetry.Start(ctx, &telemetry.Options{Service: "rag-service", Exporters: []sdktrace.SpanExporter{spans}})
	if err != nil {
		fmt.Println(err)
		return
	}
	rec, err := genai.New(&genai.Options{TracerProvider: tel.TracerProvider})
	if err != nil {
		fmt.Println(err)
		return
	}
	answering, call := rec.Start(ctx, &genai.Start{Operation: genai.Chat, Provider: "openai", Model: "m", Remote: true})
	trace := observe.TraceID(answering)
	call.End(nil)
	fmt.Println(tel.Shutdown(ctx))

	scores, err := langfuse.NewScores(access, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer scores.Close()
	helpful := true
	fmt.Println(scores.Send(ctx, langfuse.Score{Name: "helpful", Yes: &helpful, TraceID: trace}))
	// Output:
	// POST /api/public/otel/v1/traces
	// <nil>
	// POST /api/public/ingestion
	// <nil>
}
