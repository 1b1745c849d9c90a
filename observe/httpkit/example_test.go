package httpkit_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
)

// What one service raises, another gets back equal.
func ExampleClient() {
	kit := httpkit.New(&httpkit.Options{Service: "translation-service"})
	httpkit.Register(kit, huma.Operation{OperationID: "detect", Method: http.MethodPost, Path: "/detect"},
		func(_ context.Context, in *struct{ Body struct{ Text string } }) (*struct{ Body map[string]string }, error) {
			if in.Body.Text == "" {
				return nil, fault.New(fault.InvalidLanguage, "there is no text", fault.Details{"field": "text"})
			}
			return &struct{ Body map[string]string }{map[string]string{"language": "hi"}}, nil
		})
	server := httptest.NewServer(kit)
	defer server.Close()

	client, err := httpkit.NewClient(server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	var out struct{ Language string }
	for _, text := range []string{"नमस्ते", ""} {
		err := client.Do(context.Background(), http.MethodPost, "/detect", map[string]string{"Text": text}, &out)
		fmt.Println(out.Language, fault.CodeOf(err), err)
	}
	// Output:
	// hi  <nil>
	// hi INVALID_LANGUAGE INVALID_LANGUAGE: there is no text
}

type greetInput struct {
	Name string `path:"name" maxLength:"40"`
}

type greetOutput struct {
	Body struct {
		Greeting string `json:"greeting"`
	}
}

// A service with one typed route; kit.Run(ctx, addr, nil) would serve it.
func Example() {
	kit := httpkit.New(&httpkit.Options{Service: "greeter", Version: "1.0.0"})
	httpkit.Register(kit, huma.Operation{OperationID: "greet", Method: http.MethodGet, Path: "/greet/{name}"},
		func(_ context.Context, in *greetInput) (*greetOutput, error) {
			if in.Name == "nobody" {
				return nil, fault.New(fault.NotFound, "nobody is not here", nil)
			}
			out := &greetOutput{}
			out.Body.Greeting = "namaste, " + in.Name
			return out, nil
		})

	for _, path := range []string{"/greet/asha", "/greet/nobody", "/greet/" + strings.Repeat("x", 41)} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("X-Request-ID", "0b6c3c5e-7f5e-4a53-9d0b-0c3a6a2f1d11")
		kit.ServeHTTP(w, r)
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// 200 {"greeting":"namaste, asha"}
	// 404 {"error":{"code":"NOT_FOUND","message":"nobody is not here","details":{},"request_id":"0b6c3c5e-7f5e-4a53-9d0b-0c3a6a2f1d11"}}
	// 400 {"error":{"code":"INVALID_REQUEST","message":"name: expected length <= 40","details":{"errors":[{"field":"name","message":"expected length <= 40"}],"field":"name"},"request_id":"0b6c3c5e-7f5e-4a53-9d0b-0c3a6a2f1d11"}}
}
