package llmhttp

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag/llm"
)

type chatInput struct{ Body chatRequest }

// chat answers a conversation, whole or piece by piece.
func (r *routes) chat(ctx context.Context, in *chatInput) (*huma.StreamResponse, error) {
	req, err := in.Body.request()
	if err != nil {
		return nil, err
	}
	m, err := r.chatModel(ctx, in.Body.Model, in.Body.Version)
	if err != nil {
		return nil, err
	}
	if in.Body.Stream {
		return r.stream(m, req, &in.Body), nil
	}
	start := time.Now()
	res, err := m.Generate(ctx, req)
	if err != nil {
		return nil, answered(err)
	}
	r.metrics.inferred(start, res)
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hr, w := humago.Unwrap(hc)
		httpkit.WriteJSON(w, hr, http.StatusOK, newCompletion(res, in.Body.name(), start.Unix()))
	}}, nil
}

// stream sends an answer as it comes.
func (r *routes) stream(m llm.Model, req *llm.Request, in *chatRequest) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hr, w := humago.Unwrap(hc)
		start := time.Now()
		s := &stream{w: w, r: hr, usage: in.StreamOptions != nil && in.StreamOptions.IncludeUsage, chunk: chunk{
			ID: newID(), Object: "chat.completion.chunk", Created: start.Unix(), Model: in.name(),
		}}
		patience := time.AfterFunc(r.patience, s.begin)
		defer func() { patience.Stop(); s.end() }()
		if res := s.run(llm.Stream(hc.Context(), m, req)); res != nil {
			r.metrics.inferred(start, res)
		}
	}}
}

// stream is an answer on its way. Whether its events have begun is decided by
// whoever is first: the model's first piece, its failure, or the end of patience.
type stream struct {
	w     http.ResponseWriter
	r     *http.Request
	usage bool  // a last event tells it
	chunk chunk // what all events share
	said  bool  // the first event, which has the role, has gone out
	calls int   // that were told

	mu     sync.Mutex
	events *httpkit.SSE
	over   bool
}

// begin sends the header and opens the stream of events.
func (s *stream) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.events == nil && !s.over {
		s.events = httpkit.NewSSE(s.w, s.r)
	}
}

// end closes what was begun; nothing begins after it.
func (s *stream) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	if s.events != nil {
		s.events.Close()
	}
}

// fail answers with an error, or tells it as an event where events have begun.
func (s *stream) fail(err error) {
	err = answered(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.events != nil {
		_ = s.events.FailAs("", err) // the client may be what failed
		return
	}
	s.over = true
	httpkit.WriteError(s.w, s.r, err)
}

// run sends what a model gives, and gives the whole of it, or nil when it failed.
func (s *stream) run(pieces func(yield func(llm.Delta, error) bool)) *llm.Response {
	for d, err := range pieces {
		if err == nil {
			s.begin()
			err = s.send(&d)
		}
		if err != nil {
			s.fail(err)
			return nil
		}
		if d.Done != nil {
			return d.Done
		}
	}
	s.fail(fault.New(fault.Upstream, "the model broke off its answer", nil))
	return nil
}

// send tells a piece of an answer.
func (s *stream) send(d *llm.Delta) error {
	if d.Text != "" {
		if err := s.delta(delta{Content: &d.Text}, nil); err != nil {
			return err
		}
	}
	if d.Call != nil {
		call := newToolCall(d.Call)
		index := s.calls
		call.Index = &index
		s.calls++
		if err := s.delta(delta{Calls: []toolCall{call}}, nil); err != nil {
			return err
		}
	}
	if d.Done != nil {
		return s.done(d.Done)
	}
	return nil
}

// done tells why the model stopped, and what it used.
func (s *stream) done(res *llm.Response) error {
	s.chunk.Model = cmp.Or(res.Model, s.chunk.Model)
	last, why := delta{}, finish(res)
	if res.Finish == llm.NoAnswer && res.Text == "" {
		mark := llm.NoAnswerMark
		last.Content = &mark
	}
	if err := s.delta(last, &why); err != nil {
		return err
	}
	if s.usage {
		used := newUsage(&res.Usage)
		s.chunk.Choices, s.chunk.Usage = []chunkChoice{}, &used
		if err := s.events.Send("", &s.chunk); err != nil {
			return err
		}
	}
	return s.events.SendText("", "[DONE]")
}

// delta sends one event.
func (s *stream) delta(d delta, why *string) error {
	if !s.said {
		s.said, d.Role = true, "assistant"
	}
	s.chunk.Choices = []chunkChoice{{Delta: d, Finish: why}}
	return s.events.Send("", &s.chunk)
}
