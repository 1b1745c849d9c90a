package pii_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/observe/pii"
)

// TestNoPositiveReachesAnErrorBody answers with every positive wherever an error can hold a text.
func TestNoPositiveReachesAnErrorBody(t *testing.T) {
	var text string
	kit := httpkit.New(&httpkit.Options{Service: "t", Mask: pii.New(nil)})
	kit.Handle("GET /body", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpkit.WriteError(w, r, fault.New(fault.InvalidRequest, text, fault.Details{"found": text, "all": []string{text}, "by": map[string]any{text: 1}}))
	}))
	kit.Handle("GET /stream", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		events := httpkit.NewSSE(w, r)
		defer events.Close()
		_ = events.Fail(fault.New(fault.Upstream, text, fault.Details{"found": text}))
	}))
	for _, p := range positives() {
		text = p.text()
		for _, path := range []string{"/body", "/stream"} {
			res := httptest.NewRecorder()
			kit.ServeHTTP(res, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
			for _, w := range words(t, strings.TrimPrefix(res.Body.String(), "event: error\ndata: ")) {
				assert.NotContains(t, w, p.value, "%s in %q", p.kind, text)
			}
		}
	}
}
