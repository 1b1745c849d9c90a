package raghttp

import (
	"context"
	"iter"
	"net/http"

	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
)

// Answer answers a question by /answer. Its History goes with it: the service keeps
// no conversation of a client's. It takes at most 1001 turns of 64 Ki characters.
func (c *Client) Answer(ctx context.Context, q *rag.Question) (*rag.Answer, error) {
	body, err := newAnswerRequest(q)
	if err != nil {
		return nil, err
	}
	var out answerResponse
	if err := c.post(ctx, "/answer", q.Readers, body, &out); err != nil {
		return nil, err
	}
	if err := checkAnswer(&out); err != nil {
		return nil, err
	}
	return out.answer(), nil
}

// Stream answers a question by /answer/stream. It is asked again until the answer
// begins; a stream that breaks off after that is UPSTREAM_ERROR.
func (c *Client) Stream(ctx context.Context, q *rag.Question) iter.Seq2[rag.Event, error] {
	return func(yield func(rag.Event, error) bool) {
		body, err := newAnswerRequest(q)
		if err != nil {
			yield(rag.Event{}, err)
			return
		}
		header, err := readersHeader(q.Readers)
		if err != nil {
			yield(rag.Event{}, err)
			return
		}
		call := &httpkit.Call{Method: http.MethodPost, Path: "/answer/stream", Route: "/answer/stream", Header: header, Body: body, Idempotent: true}
		for event, err := range c.http.Events(ctx, call) {
			if err != nil {
				yield(rag.Event{}, received(err))
				return
			}
			step, known, err := readStep(&event)
			switch {
			case err != nil:
				yield(rag.Event{}, err)
				return
			case !known:
				continue
			case !yield(step, nil) || step.Answer != nil:
				return
			}
		}
		yield(rag.Event{}, malformed("the stream has no end"))
	}
}

// readStep reads an event of a streamed answer. Names that are not the
// contract's are not known, and no error.
func readStep(e *httpkit.Event) (step rag.Event, known bool, err error) {
	switch e.Name {
	case "source":
		var s source
		if err = e.Decode(&s); err == nil {
			err = checkPassages(&s)
		}
		if err == nil {
			r := s.result()
			step.Source = &r
		}
	case "token":
		var t token
		err = e.Decode(&t)
		step.Token = t.Text
	case "claim":
		step.Claim = &rag.Claim{}
		err = e.Decode(step.Claim)
	case "done":
		var a answerResponse
		if err = e.Decode(&a); err == nil {
			err = checkAnswer(&a)
		}
		if err == nil {
			step.Answer = a.answer()
		}
	default:
		return rag.Event{}, false, nil
	}
	if err != nil {
		return rag.Event{}, false, err
	}
	return step, true, nil
}

func newAnswerRequest(q *rag.Question) (*answerRequest, error) {
	if err := checkQuery("message", q.Text, q.TopK); err != nil {
		return nil, err
	}
	body := &answerRequest{
		Message: q.Text, Language: string(q.Language), TopK: q.TopK, Filters: newFilters(&q.Filter), Details: true, ChatHistory: []turn{},
	}
	for i := range q.History {
		m := &q.History[i]
		if err := plain("chat_history", m.Content); err != nil {
			return nil, err
		}
		body.ChatHistory = append(body.ChatHistory, turn{string(m.Role), m.Content})
	}
	if body.TopK == 0 {
		body.TopK = DefaultTopK
	}
	return body, nil
}

// checkAnswer tells what is wrong with an answer: whoever shows a claim cuts it
// out of the answer, and a citation's quote is as long as its span.
func checkAnswer(a *answerResponse) error {
	if a.Sources == nil || a.Claims == nil || a.Answer == "" {
		return malformed("no answer, sources or claims")
	}
	for i := range a.Sources {
		if err := checkPassages(&a.Sources[i]); err != nil {
			return err
		}
	}
	for i, c := range a.Claims {
		if c.Start < 0 || c.End < c.Start || c.End > len(a.Answer) || a.Answer[c.Start:c.End] != c.Text {
			return malformed("claim %d is not in the answer", i)
		}
		for j, cited := range c.Citations {
			if cited.Start < 0 || cited.End-cited.Start != len(cited.Quote) {
				return malformed("citation %d of claim %d does not name its quote", j, i)
			}
		}
	}
	return nil
}
