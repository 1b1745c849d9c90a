package telemetry_test

import (
	"context"
	"fmt"

	"github.com/akshara-go/akshara/observe/telemetry"
)

// Without an endpoint nothing is recorded and no goroutine runs; the program
// is the same.
func Example() {
	tel, err := telemetry.Start(context.Background(), &telemetry.Options{Service: "rag-service", Version: "1.0.0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, span := tel.TracerProvider.Tracer("rag").Start(context.Background(), "answer")
	fmt.Println("recording:", span.IsRecording())
	span.End()
	fmt.Println(tel.Shutdown(context.Background()))
	// Output:
	// recording: false
	// <nil>
}
