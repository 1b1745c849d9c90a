package bedrockllm

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/akshara-go/akshara/rag/llm"
)

// stream reads the events of one ConverseStream.
type stream struct {
	ctx    context.Context
	clock  *time.Timer // runs only while an event is waited for: a slow reader is not a silent service
	limits limits
	events *bedrockruntime.ConverseStreamEventStream
}

// close ends the stream and waits for the SDK's reader.
func (s *stream) close() {
	_ = s.events.Close() // what went wrong was told by next
	for range s.events.Events() {
	}
}

// next gives the next event, or nil at the stream's end.
func (s *stream) next() (types.ConverseStreamOutput, error) {
	s.clock.Reset(s.limits.silence)
	defer s.clock.Stop()
	select {
	case event, ok := <-s.events.Events():
		if ok {
			return event, nil
		}
		if err := s.events.Err(); err != nil {
			return nil, streamFault(s.ctx, err)
		}
		if s.ctx.Err() != nil { // some ends of a connection are a stream's end to the SDK
			return nil, contextFault(s.ctx)
		}
		return nil, nil
	case <-s.ctx.Done():
		return nil, contextFault(s.ctx)
	}
}

// relay gives the text of a stream as it comes, and its response at the end.
func (s *stream) relay(c *collector, yield func(llm.Delta, error) bool) {
	for {
		event, err := s.next()
		var added string
		if err == nil && event != nil {
			added, err = c.event(event)
		}
		switch {
		case err != nil:
			yield(llm.Delta{}, err)
			return
		case event == nil:
			finish(c, yield)
			return
		case added != "" && !yield(llm.Delta{Text: added}, nil):
			return
		}
	}
}

// finish gives what is left of a text, the calls, and the end.
func finish(c *collector, yield func(llm.Delta, error) bool) {
	rest, done, err := c.response()
	if err != nil {
		yield(llm.Delta{}, err)
		return
	}
	if rest != "" && !yield(llm.Delta{Text: rest}, nil) {
		return
	}
	for i := range done.Calls {
		if !yield(llm.Delta{Call: &done.Calls[i]}, nil) {
			return
		}
	}
	yield(llm.Delta{Done: done}, nil)
}
