package llmhttp

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag/llm"
)

// silent says nothing for a while, and then fails.
type silent time.Duration

func (s silent) Generate(context.Context, *llm.Request) (*llm.Response, error) {
	return nil, fault.New(fault.RateLimitExceeded, "too often", nil)
}

func (s silent) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		time.Sleep(time.Duration(s))
		_, err := s.Generate(ctx, req)
		yield(llm.Delta{}, err)
	}
}

// A model that is silent for long does not keep its client without an answer: the
// stream begins, comments keep it open, and what fails then is an event.
func TestAStreamBeginsWhenPatienceEnds(t *testing.T) {
	for name, c := range map[string]struct {
		silence, patience time.Duration
		status            int
	}{"patient": {0, time.Minute, 429}, "impatient": {300 * time.Millisecond, 20 * time.Millisecond, 200}} {
		t.Run(name, func(t *testing.T) {
			kit := httpkit.New(&httpkit.Options{Heartbeat: 50 * time.Millisecond})
			r := newRoutes(kit, &Service{Models: []Model{{ID: "a", Model: silent(c.silence)}}}, &Options{Owner: "somebody"})
			r.patience = c.patience
			r.register(kit)
			server := httptest.NewServer(kit)
			defer server.Close()
			res, err := http.Post(server.URL+"/v1/chat/completions", "application/json", strings.NewReader(`{"stream":true,"messages":[{"role":"user","content":"x"}]}`))
			require.NoError(t, err)
			defer http.DefaultClient.CloseIdleConnections()
			defer res.Body.Close()
			require.Equal(t, c.status, res.StatusCode)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.Contains(t, string(body), `{"error":{"code":"RATE_LIMIT_EXCEEDED"`)
			require.NotContains(t, string(body), "[DONE]")
			require.NotContains(t, string(body), "event:", "clients of OpenAI look for errors in nameless events")
			require.Equal(t, c.status == 200, strings.HasPrefix(string(body), ": \n\n"))
		})
	}
}
