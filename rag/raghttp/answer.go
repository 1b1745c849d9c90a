package raghttp

import (
	"context"
	"iter"
	"net/http"
	"path"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// answerRequest is the body of /answer and /answer/stream.
type answerRequest struct {
	Message   string  `json:"message" doc:"The question, at most 8 KiB" example:"ताजमहल किसने बनवाया था?"`
	Language  string  `json:"language,omitempty" required:"false" default:"auto" doc:"A language code, or auto"`
	SessionID string  `json:"session_id,omitempty" required:"false" doc:"The conversation that the question goes on with, as the answer before named it; empty: one begins" maxLength:"64"`
	Filters   filters `json:"filters,omitempty" required:"false"`
	TopK      int     `json:"top_k,omitempty" required:"false" minimum:"1" maximum:"100" doc:"How many documents to read; 5 unless the service is set otherwise"`
	Details   bool    `json:"details,omitempty" required:"false" doc:"Whether to tell the passages and the model, too"`

	// An empty list is another thing than none.
	ChatHistory []turn `json:"chat_history,omitzero" required:"false" nullable:"false" maxItems:"1001" doc:"The conversation before the question, the oldest turn first, from a caller that keeps it himself: then none is kept here, and session_id is only given back"`
}

// answerResponse is what /answer gives, and the last event of /answer/stream.
type answerResponse struct {
	Answer        string         `json:"answer"`
	Language      lang.Code      `json:"language"`
	SessionID     string         `json:"session_id"`
	MessageID     string         `json:"message_id"`
	Sources       []source       `json:"sources" nullable:"false"`
	Claims        []rag.Claim    `json:"claims" nullable:"false"`
	Confidence    float64        `json:"confidence"`
	Refused       bool           `json:"refused"`
	RefusalReason rag.Reason     `json:"refusal_reason,omitempty"`
	Contact       string         `json:"refusal_contact,omitempty" doc:"Whom to ask instead; the last line of a refusal"`
	Suggestions   []string       `json:"refusal_suggestions,omitempty" doc:"What the nearest documents are about, when the answer is refused"`
	Cached        bool           `json:"cached"`
	Details       *answerDetails `json:"details,omitempty" doc:"Where they were asked for"`
}

// answerDetails is what is known of an answer beyond the contract.
type answerDetails struct {
	Model    string        `json:"model"`
	Usage    llm.Usage     `json:"usage"`
	Original *rag.Original `json:"original,omitempty" doc:"What the model wrote, where that was translated"`
	Guarded  llm.Guarded   `json:"guarded,omitempty" doc:"What the guard did, counted"`
}

func newAnswerResponse(a *rag.Answer, in *answerRequest) *answerResponse {
	res := &answerResponse{
		Answer: a.Text, Language: a.Language, SessionID: in.SessionID, MessageID: uuid.NewString(),
		Sources: newSources(a.Sources, in.Details), Claims: a.Claims, Confidence: a.Confidence, Refused: a.Refusal != nil, Cached: a.Cached,
	}
	if res.Claims == nil {
		res.Claims = []rag.Claim{}
	}
	if a.Refusal != nil {
		res.RefusalReason, res.Contact, res.Suggestions = a.Refusal.Reason, a.Refusal.Contact, a.Refusal.Suggestions
	}
	if in.Details {
		res.Details = &answerDetails{a.Model, a.Usage, a.Original, a.Guarded}
	}
	return res
}

// answer is the inverse of newAnswerResponse.
func (a *answerResponse) answer() *rag.Answer {
	out := &rag.Answer{Text: a.Answer, Language: a.Language, Claims: a.Claims, Sources: results(a.Sources), Confidence: a.Confidence, Cached: a.Cached}
	if a.Refused {
		out.Refusal = &rag.Refusal{Reason: a.RefusalReason, Text: a.Answer, Contact: a.Contact, Suggestions: a.Suggestions}
	}
	if a.Details != nil {
		out.Model, out.Usage, out.Original, out.Guarded = a.Details.Model, a.Details.Usage, a.Details.Original, a.Details.Guarded
	}
	return out
}

// token is the event that adds text to what was shown.
type token struct {
	Text string `json:"text"`
}

type answerInput struct {
	Readers string `header:"X-Akshara-Readers" doc:"Who asks, where the service lets its callers say so"`
	Body    answerRequest
}
type answerOutput struct{ Body answerResponse }

// registerAnswer mounts the routes; their ids are made of the path's last part.
func (r *routes) registerAnswer(kit *httpkit.Kit, at, tag string) {
	id := path.Base(at)
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodPost, Path: at, OperationID: id, Summary: "Answer a question", Tags: []string{tag},
		Description:  "Answers from the documents, each claim with the bytes it rests on. What they do not say is refused: 200 with refused=true.",
		MaxBodyBytes: MaxBodyBytes,
	}, r.answer)
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodPost, Path: at + "/stream", OperationID: id + "-stream", Summary: "Answer a question as it comes", Tags: []string{tag},
		Responses:    httpkit.EventResponse("Events: source, token {text}, claim, and at the end done (the whole answer) or error."),
		MaxBodyBytes: MaxBodyBytes,
	}, r.answerStream)
}

// question reads a request. What is missing gets its default.
func (r *routes) question(in *answerInput) (*rag.Question, error) {
	readers, err := r.readers(in.Readers)
	if err != nil {
		return nil, err
	}
	filter, err := in.Body.Filters.corpus()
	if err != nil {
		return nil, err
	}
	q := &rag.Question{
		Text: in.Body.Message, Language: lang.Code(in.Body.Language), TopK: in.Body.TopK, Filter: filter, Readers: readers,
		History: conversation(in.Body.ChatHistory),
	}
	if q.TopK == 0 {
		q.TopK = r.opts.TopK
	}
	return q, nil
}

func (r *routes) answer(ctx context.Context, in *answerInput) (*answerOutput, error) {
	q, err := r.question(in)
	if err != nil {
		return nil, err
	}
	body, err := r.converse(ctx, in, q, r.service.Answerer.Answer)
	if err != nil {
		return nil, err
	}
	return &answerOutput{*body}, nil
}

// answering answers a question, as [rag.Answerer] does.
type answering func(ctx context.Context, q *rag.Question) (*rag.Answer, error)

// recorded has an answer told to metrics and trace, as part of its conversation.
func (r *routes) recorded(ctx context.Context, conversation string, q *rag.Question, answer answering) (*rag.Answer, error) {
	ctx, span := startSpan(observe.WithSession(ctx, conversation), "answer", attribute.Int("rag.top_k", q.TopK))
	a, err := answer(ctx, q)
	if err != nil {
		endSpan(span, err)
		return nil, err
	}
	r.metrics.answered(a.Cached)
	for what, n := range a.Guarded {
		span.SetAttributes(attribute.Int("rag.guard."+what, n))
	}
	endSpan(span, nil, attribute.Int("rag.documents", len(a.Sources)), attribute.Int("rag.claims", len(a.Claims)),
		attribute.Bool("rag.refused", a.Refusal != nil), attribute.Bool("rag.cached", a.Cached))
	return a, nil
}

// answerStream sends the steps of an answer as events.
func (r *routes) answerStream(ctx context.Context, in *answerInput) (*huma.StreamResponse, error) {
	q, err := r.question(in)
	if err != nil {
		return nil, err
	}
	return httpkit.Stream(func(ctx context.Context, events *httpkit.SSE) error {
		body, err := r.converse(ctx, in, q, func(ctx context.Context, q *rag.Question) (*rag.Answer, error) {
			return r.tell(ctx, events, q, in.Body.Details)
		})
		if err != nil {
			return err
		}
		return events.Send("done", body) // once it is stored: who has seen it can go on
	}), nil
}

// tell sends the steps of an answer as they come, all but the last, and gives the whole.
func (r *routes) tell(ctx context.Context, events *httpkit.SSE, q *rag.Question, details bool) (*rag.Answer, error) {
	for step, err := range steps(ctx, r.service.Answerer, q) {
		switch {
		case err != nil:
		case step.Source != nil:
			err = events.Send("source", newSource(step.Source, details))
		case step.Claim != nil:
			err = events.Send("claim", step.Claim)
		case step.Answer != nil:
			return step.Answer, nil
		default:
			err = events.Send("token", token{step.Token})
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, fault.New(fault.Internal, "the answer has no end", nil)
}

// steps gives an answer as it comes, or, of an Answerer that does not stream,
// the steps of the whole.
func steps(ctx context.Context, a rag.Answerer, q *rag.Question) iter.Seq2[rag.Event, error] {
	if s, ok := a.(rag.Streamer); ok {
		return s.Stream(ctx, q)
	}
	return func(yield func(rag.Event, error) bool) {
		whole, err := a.Answer(ctx, q)
		if err != nil {
			yield(rag.Event{}, err)
			return
		}
		for i := range whole.Sources {
			if !yield(rag.Event{Source: &whole.Sources[i]}, nil) {
				return
			}
		}
		said := 0
		for i := range whole.Claims {
			c := &whole.Claims[i]
			if !yield(rag.Event{Token: whole.Text[said:c.End]}, nil) || !yield(rag.Event{Claim: c}, nil) {
				return
			}
			said = c.End
		}
		yield(rag.Event{Answer: whole}, nil)
	}
}
