package genai_test

import (
	"context"
	"fmt"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/akshara-go/akshara/observe/genai"
)

// A guard tells what it did; what it found stands on no span.
func ExampleRecorder_Guard() {
	spans := tracetest.NewSpanRecorder() // a program has the TracerProvider of telemetry.Start
	rec, err := genai.New(&genai.Options{TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, call := rec.Guard(context.Background(), "pii")
	call.Verdict(genai.Mask, map[string]int{"pii.phone": 2})
	call.End(nil)
	fmt.Println(spans.Ended()[0].Name())
	// Output: guardrail pii
}
