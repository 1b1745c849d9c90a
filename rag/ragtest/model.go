package ragtest

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
)

// TestModel demands of the models that newModel makes, decorated or not, what the
// contracts on [llm.Model] and [llm.Streamer] say. req is one that they can answer.
func TestModel(t *testing.T, newModel func(t *testing.T) llm.Model, req *llm.Request) {
	for _, c := range modelCases {
		t.Run(c.demand, func(t *testing.T) {
			asked := *req
			asked.Prompt = prompt.ID{Name: "suite", Version: "1"}
			c.run(&modelSuite{T: t, model: newModel(t), req: &asked})
		})
	}
}

// TestStalledStream demands of models whose server says a few words and then nothing
// more that a stream ends with its context, with a code, and that the generation ends
// with the stream. newModel gives a model, and what is closed when the server learns
// that its asker is gone.
func TestStalledStream(t *testing.T, newModel func(t *testing.T) (m llm.Streamer, gone <-chan struct{}), req *llm.Request) {
	follow := func(ctx context.Context, t *testing.T, leave bool) (last error) {
		m, gone := newModel(t)
		text := ""
		for d, err := range m.Stream(ctx, req) {
			require.Nil(t, d.Done)
			text, last = text+d.Text, err
			if leave {
				break
			}
		}
		require.NotEmpty(t, text)
		select {
		case <-gone:
		case <-time.After(patience):
			t.Fatal("the server still believes that somebody listens")
		}
		return last
	}
	t.Run("leaving the loop ends the generation", func(t *testing.T) {
		require.NoError(t, follow(t.Context(), t, true))
	})
	t.Run("a deadline ends it", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(follow(ctx, t, false)))
	})
	t.Run("a cancelled context ends it", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(follow(ctx, t, false)))
	})
}

// modelCase is one demand on a Model.
type modelCase struct {
	demand string
	run    func(s *modelSuite)
}

type modelSuite struct {
	*testing.T
	model llm.Model
	req   *llm.Request
}

var modelCases = []modelCase{
	{"a response says why it ended, who gave it, and by which prompt", (*modelSuite).whole},
	{"a stream's deltas make up the response that ends it", (*modelSuite).streams},
	{"a stream may be left", (*modelSuite).left},
	{"a request is not changed", (*modelSuite).unchanged},
	{"a request without messages or grounding is INVALID_REQUEST", (*modelSuite).empty},
	{"an ended context ends a generation, with a code", (*modelSuite).ended},
	{"it may be called concurrently", (*modelSuite).concurrent},
}

func (s *modelSuite) whole() {
	res, err := s.model.Generate(s.Context(), s.req)
	require.NoError(s, err)
	require.NotEmpty(s, res.Finish)
	require.NotEmpty(s, res.Model)
	require.Equal(s, s.req.Prompt, res.Prompt)
	require.NoError(s, res.Check(s.req))
	require.Equal(s, res.Finish == llm.NoAnswer, res.Text == "" && len(res.Calls) == 0)
}

func (s *modelSuite) streams() {
	var text strings.Builder
	var calls []llm.ToolCall
	var done *llm.Response
	for d, err := range llm.Stream(s.Context(), s.model, s.req) {
		require.NoError(s, err)
		require.Nil(s, done, "nothing follows the end")
		text.WriteString(d.Text)
		if d.Call != nil {
			calls = append(calls, *d.Call)
		}
		done = d.Done
	}
	require.NotNil(s, done)
	require.Equal(s, done.Text, text.String())
	require.Equal(s, done.Calls, calls)
	require.Equal(s, s.req.Prompt, done.Prompt)
}

func (s *modelSuite) left() {
	for range 3 {
		for _, err := range llm.Stream(s.Context(), s.model, s.req) {
			require.NoError(s, err)
			break
		}
	}
	_, err := s.model.Generate(s.Context(), s.req)
	require.NoError(s, err)
}

func (s *modelSuite) unchanged() {
	before, err := json.Marshal(s.req)
	require.NoError(s, err)
	_, err = s.model.Generate(s.Context(), s.req)
	require.NoError(s, err)
	after, err := json.Marshal(s.req)
	require.NoError(s, err)
	require.Equal(s, string(before), string(after))
}

func (s *modelSuite) empty() {
	_, err := s.model.Generate(s.Context(), &llm.Request{})
	require.Equal(s, fault.InvalidRequest, fault.CodeOf(err))
	for d, err := range llm.Stream(s.Context(), s.model, &llm.Request{}) {
		require.Nil(s, d.Done)
		require.Equal(s, fault.InvalidRequest, fault.CodeOf(err))
	}
}

func (s *modelSuite) ended() {
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	_, err := s.model.Generate(ctx, s.req)
	require.Equal(s, fault.ServiceUnavailable, fault.CodeOf(err))
	var last error
	for d, err := range llm.Stream(ctx, s.model, s.req) {
		require.Nil(s, d.Done)
		last = err
	}
	require.Equal(s, fault.ServiceUnavailable, fault.CodeOf(last))
}

func (s *modelSuite) concurrent() {
	var wg sync.WaitGroup
	failed := make([]error, 8)
	for i := range failed {
		wg.Go(func() {
			if i%2 == 0 {
				_, failed[i] = s.model.Generate(s.Context(), s.req)
				return
			}
			for _, err := range llm.Stream(s.Context(), s.model, s.req) {
				if err != nil {
					failed[i] = err
				}
			}
		})
	}
	wg.Wait()
	for _, err := range failed {
		require.NoError(s, err)
	}
}
