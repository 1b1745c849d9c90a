package httpkit_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTypedRouteReadsChecksAndAnswers(t *testing.T) {
	k, _ := newKit(t, nil)
	addr := start(t, k)
	resp, err := http.Post("http://"+addr+"/echo", "application/json", strings.NewReader(`{"message":"नमस्ते"}`))
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, 200, resp.StatusCode, string(b))
	require.JSONEq(t, `{"message":"नमस्ते","top_k":5}`, string(b))
	for _, path := range []string{"/health", "/metrics", "/openapi.json", "/docs", "/docs/swagger-ui.css", "/nope", "/typed/plain", "/bare/fault", "/typed/panic", "/unmarshallable", "/raw/http-error"} {
		resp, err := http.Get("http://" + addr + path)
		require.NoError(t, err)
		b, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		t.Log(path, resp.StatusCode, string(b[:min(len(b), 300)]))
	}
}
