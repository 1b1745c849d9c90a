package ragtrace_test

import (
	"context"
	"fmt"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/ragtrace"
)

func Example() {
	spans := tracetest.NewSpanRecorder() // a program has the TracerProvider of telemetry.Start
	rec, err := genai.New(&genai.Options{TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))})
	if err != nil {
		fmt.Println(err)
		return
	}
	model := ragtrace.Model(extractive.New(nil), rec, &ragtrace.ModelOptions{Name: extractive.Name})
	_, err = model.Generate(context.Background(), &llm.Request{Grounding: &llm.Grounding{Question: "Who built it?"}})
	fmt.Println(spans.Ended()[0].Name(), err)
	// Output: chat extractive <nil>
}
