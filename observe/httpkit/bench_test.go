package httpkit_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

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

// BenchmarkClient tells what the client costs over http.Client, against the same
// server on loopback.
func BenchmarkClient(b *testing.B) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /echo", bare)
	s := httptest.NewServer(mux)
	defer s.Close()
	in := map[string]any{"message": "ताजमहल किसने बनवाया था?", "top_k": 5}
	var out struct {
		Message string `json:"message"`
	}
	b.Run("net-http", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			body, _ := json.Marshal(in)
			resp, err := s.Client().Post(s.URL+"/echo", "application/json", bytes.NewReader(body))
			if err != nil {
				b.Fatal(err)
			}
			answer, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err := json.Unmarshal(answer, &out); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("httpkit", func(b *testing.B) {
		c := newClient(b, s.URL, nil)
		b.ReportAllocs()
		for b.Loop() {
			if err := c.Do(b.Context(), "POST", "/echo", in, &out); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkRequest tells what the kit costs over net/http alone: checked input,
// request id, log line, metrics, headers, limits.
func BenchmarkRequest(b *testing.B) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /echo", bare)
	k, _ := newKit(b, func(o *httpkit.Options) { o.Logger = observe.NewLogger(io.Discard, nil) })
	provider := sdktrace.NewTracerProvider() // samples and records all, exports nothing
	traced, _ := newKit(b, func(o *httpkit.Options) {
		o.Logger, o.TracerProvider = observe.NewLogger(io.Discard, nil), provider
	})
	for _, c := range []struct {
		name string
		h    http.Handler
	}{{"net-http", mux}, {"httpkit", k}, {"httpkit-traced", traced}} {
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

// TestTheKitCostsAtMostSixtyAllocations over net/http, tracing included; what it
// costs in time, BenchmarkRequest shows.
func TestTheKitCostsAtMostSixtyAllocations(t *testing.T) {
	provider := sdktrace.NewTracerProvider()
	k, _ := newKit(t, func(o *httpkit.Options) {
		o.Logger, o.TracerProvider = observe.NewLogger(io.Discard, nil), provider
	})
	mux := http.NewServeMux()
	mux.HandleFunc("POST /echo", bare)
	allocations := func(h http.Handler) float64 {
		return testing.AllocsPerRun(200, func() {
			r := httptest.NewRequest("POST", "/echo", strings.NewReader(`{"message":"x","top_k":5}`))
			h.ServeHTTP(httptest.NewRecorder(), r)
		})
	}
	require.LessOrEqual(t, allocations(k)-allocations(mux), 60.0)
}
