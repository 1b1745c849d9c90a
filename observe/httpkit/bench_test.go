package httpkit_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/httpkit"
)

// bare does the same JSON as the route /echo, and nothing else.
func bare(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Message string `json:"message"`
		TopK    int    `json:"top_k"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(in)
}

// BenchmarkRequest tells what the kit costs over net/http alone: checked input,
// request id, log line, metrics, headers, limits.
func BenchmarkRequest(b *testing.B) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /echo", bare)
	k, _ := newKit(b, func(o *httpkit.Options) { o.Logger = observe.NewLogger(io.Discard, nil) })
	for _, c := range []struct {
		name string
		h    http.Handler
	}{{"net-http", mux}, {"httpkit", k}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest("POST", "/echo", strings.NewReader(`{"message":"ताजमहल किसने बनवाया था?","top_k":5}`))
				w := httptest.NewRecorder()
				c.h.ServeHTTP(w, r)
				if w.Code != 200 {
					b.Fatal(w.Body.String())
				}
			}
		})
	}
}
