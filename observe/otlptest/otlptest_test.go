package otlptest_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/otlptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestWhatIsNoOTLPIsRefused: a collector that took everything would hide a sender's faults.
func TestWhatIsNoOTLPIsRefused(t *testing.T) {
	c := otlptest.New(t)
	send := func(path, contentType, encoding string, body []byte) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+path, bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Content-Encoding", encoding)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	const protobuf = "application/x-protobuf"
	packed := func(s string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write([]byte(s))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return b.Bytes()
	}
	require.Equal(t, 200, send("/any/v1/traces", protobuf, "gzip", packed("")))
	require.Equal(t, 200, send("/v1/metrics", protobuf, "gzip", packed("")))
	require.Equal(t, 404, send("/v1/logs", protobuf, "gzip", packed("")))
	require.Equal(t, 415, send("/v1/traces", "application/json", "gzip", packed("{}")))
	require.Equal(t, 415, send("/v1/traces", protobuf, "", nil))
	require.Equal(t, 400, send("/v1/traces", protobuf, "gzip", []byte("not packed")))
	require.Equal(t, 400, send("/v1/metrics", protobuf, "gzip", packed("not protobuf")))
	require.Equal(t, 400, send("/v1/traces", protobuf, "gzip", packed(strings.Repeat("\xff", 100))))
	came := 0
	c.Notify(func() { came++ })
	c.Refuse(http.StatusTooManyRequests)
	require.Equal(t, 429, send("/v1/traces", protobuf, "gzip", packed("")))
	require.Len(t, c.Paths(), 9)
	require.Equal(t, 1, came, "of those that came after somebody asked to be told")
	require.Equal(t, "gzip", c.Header().Get("Content-Encoding"))
	require.Empty(t, c.Spans())
	require.Empty(t, c.ByName(t))
	require.Empty(t, c.Metrics())
	http.DefaultClient.CloseIdleConnections()
}
