package observe_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/akshara-go/akshara/observe"
)

// A line carries the id of the request being served.
func Example() {
	var out bytes.Buffer
	log := observe.Named(observe.NewLogger(&out, &observe.LogOptions{Service: "rag-service"}), "index")

	ctx := observe.WithRequestID(context.Background(), "0b6c3c5e-7f5e-4a53-9d0b-0c3a6a2f1d11")
	log.InfoContext(ctx, "documents indexed", "count", 12)

	fmt.Print(out.String()[len(`{"timestamp":"2026-02-24T10:30:00.123Z",`):])
	// Output:
	// "level":"INFO","service":"rag-service","request_id":"0b6c3c5e-7f5e-4a53-9d0b-0c3a6a2f1d11","trace_id":"","message":"documents indexed","logger":"index","extra":{"count":12}}
}
