package fault_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/akshara-go/akshara/observe/fault"
)

// A failure keeps its cause for the log and shows the asker a safe sentence.
func Example() {
	cause := errors.New("dial tcp 10.0.0.7:5432: connection refused")
	err := fmt.Errorf("search: %w", fault.Wrap(cause, fault.ServiceUnavailable, "the index cannot be reached", nil))

	fmt.Println(fault.CodeOf(err), fault.CodeOf(err).HTTPStatus(), fault.Retryable(err))
	body, _ := json.Marshal(fault.WithRequestID(err, "7f0c"))
	fmt.Println(string(body))

	got, _ := fault.Decode(body)
	fmt.Println(errors.Is(got, &fault.Error{Code: fault.ServiceUnavailable}))
	// Output:
	// SERVICE_UNAVAILABLE 503 true
	// {"error":{"code":"SERVICE_UNAVAILABLE","message":"the index cannot be reached","details":{},"request_id":"7f0c"}}
	// true
}
