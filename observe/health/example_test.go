package health_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/akshara-go/akshara/observe/health"
)

// A cache that is away does not stop a service whose store works.
func Example() {
	m := health.New(&health.Options{Service: "rag-service", Version: "1.0.0"})
	m.Add("store", func(context.Context) error { return nil }, nil)
	m.Add("cache", func(context.Context) error { return errors.New("connection refused") },
		&health.CheckOptions{Optional: true})

	rep := m.Report(context.Background())
	fmt.Println(rep.Status, rep.Checks["store"].Status, rep.Checks["cache"].Status, rep.Checks["cache"].Error)
	// Output: healthy healthy unhealthy check failed
}
