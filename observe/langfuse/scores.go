package langfuse

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
)

// MaxScores is how many scores go with one call.
const MaxScores = 100

const (
	maxNameBytes    = 200
	maxCommentBytes = 8 << 10
)

// Score is what somebody or something thought of an answer. Exactly one of Number,
// Yes and Category is its value.
type Score struct {
	// ID makes a score known again: one that is sent twice, or anew with another value,
	// takes the place of the first. "" is an id of its own.
	ID string
	// Name is what is scored: helpful, faithfulness.
	Name string

	Number   *float64
	Yes      *bool
	Category string

	TraceID       string // 32 lower-case hexadecimal digits; observe.TraceID gives a context's
	ObservationID string // a span of the trace, in 16 digits; "": the whole trace
	SessionID     string // a conversation, in the place of a trace
	Comment       string // masked before it is sent, at most 8 KiB
}

// ScoreOptions say how scores are sent. The zero value is useful.
type ScoreOptions struct {
	Environment string                 // as the traces have it; "": Langfuse's default
	Mask        observe.Masker         // hides personal data in comments; nil: comments are not sent
	Client      *httpkit.ClientOptions // how Langfuse is called; nil: httpkit's defaults
}

// Scores sends scores to Langfuse. It may be used concurrently, and runs no goroutine:
// who must not wait sends from one of its own.
type Scores struct {
	client *httpkit.Client
	opts   ScoreOptions
}

// NewScores gives a client for scores. Nil opts mean the defaults. An error says what
// cannot be an access.
func NewScores(access Access, opts *ScoreOptions) (*Scores, error) {
	base, err := access.base()
	if err != nil {
		return nil, err
	}
	s := &Scores{}
	if opts != nil {
		s.opts = *opts
	}
	var o httpkit.ClientOptions
	if s.opts.Client != nil {
		o = *s.opts.Client
	}
	o.Header = o.Header.Clone()
	if o.Header == nil {
		o.Header = http.Header{}
	}
	for name, value := range access.header() {
		o.Header.Set(name, value)
	}
	s.client, err = httpkit.NewClient(base.String(), &o)
	return s, err
}

// Close lets go of kept connections.
func (s *Scores) Close() error { return s.client.Close() }

// event and scoreBody are the body of POST /api/public/ingestion.
type event struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	Timestamp string    `json:"timestamp"`
	Body      scoreBody `json:"body"`
}

type scoreBody struct {
	ID            string `json:"id"`
	TraceID       string `json:"traceId,omitempty"`
	ObservationID string `json:"observationId,omitempty"`
	SessionID     string `json:"sessionId,omitempty"`
	Name          string `json:"name"`
	Value         any    `json:"value"`
	DataType      string `json:"dataType"`
	Comment       string `json:"comment,omitempty"`
	Environment   string `json:"environment,omitempty"`
}

// answer is what Langfuse says of the events, one by one.
type answer struct {
	Errors []struct {
		ID     string `json:"id"`
		Status int    `json:"status"`
	} `json:"errors"`
}

// Send sends at most MaxScores scores in one call, which is repeated as
// httpkit.Client repeats: what arrived twice counts once. INVALID_REQUEST says which
// score cannot be one, before anything is sent; UPSTREAM_ERROR how many Langfuse
// did not take, with their indexes in the details; the others are in then.
func (s *Scores) Send(ctx context.Context, scores ...Score) error {
	if len(scores) == 0 {
		return nil
	}
	if len(scores) > MaxScores {
		return fault.New(fault.InvalidRequest, fmt.Sprintf("at most %d scores may be sent at once, not %d", MaxScores, len(scores)), nil)
	}
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	events, at := make([]event, len(scores)), map[string]int{}
	for i := range scores {
		body, err := s.body(&scores[i])
		if err != nil {
			return fault.Wrap(err, fault.InvalidRequest, fmt.Sprintf("score %d: %v", i+1, err), fault.Details{"score": i + 1})
		}
		events[i] = event{ID: uuid.NewString(), Type: "score-create", Timestamp: now, Body: *body}
		at[events[i].ID] = i
	}
	var said answer
	err := s.client.Send(ctx, &httpkit.Call{Method: http.MethodPost, Path: "/api/public/ingestion", Route: "/api/public/ingestion",
		Body: map[string]any{"batch": events}, Idempotent: true}, &said)
	if err != nil || len(said.Errors) == 0 {
		return err
	}
	refused := []int{}
	for _, e := range said.Errors {
		if i, ok := at[e.ID]; ok {
			refused = append(refused, i+1)
		}
	}
	return fault.New(fault.Upstream, fmt.Sprintf("%d of %d scores were not taken", len(said.Errors), len(scores)), fault.Details{"scores": refused})
}

// body checks a score and gives it in Langfuse's form.
func (s *Scores) body(score *Score) (*scoreBody, error) {
	b := &scoreBody{ID: score.ID, TraceID: score.TraceID, ObservationID: score.ObservationID, SessionID: score.SessionID,
		Name: score.Name, Environment: environmentName(s.opts.Environment)}
	if b.ID == "" {
		b.ID = uuid.NewString()
	}
	switch {
	case b.Name == "" || len(b.Name) > maxNameBytes:
		return nil, fmt.Errorf("its name must have 1 to %d bytes", maxNameBytes)
	case len(b.ID) > maxNameBytes:
		return nil, fmt.Errorf("its id must have at most %d bytes", maxNameBytes)
	case (b.TraceID == "") == (b.SessionID == ""):
		return nil, fmt.Errorf("it must belong to a trace or to a session")
	case b.TraceID != "" && !isHex(b.TraceID, 32), b.ObservationID != "" && (b.TraceID == "" || !isHex(b.ObservationID, 16)):
		return nil, fmt.Errorf("a trace has 32 lower-case hexadecimal digits, an observation of it 16")
	case len(b.SessionID) > maxPropagated:
		return nil, fmt.Errorf("its session must have at most %d bytes", maxPropagated)
	case len(score.Comment) > maxCommentBytes:
		return nil, fmt.Errorf("its comment must have at most %d bytes", maxCommentBytes)
	}
	if s.opts.Mask != nil {
		b.Comment = s.opts.Mask.Mask(score.Comment)
	}
	return b, score.value(b)
}

// value puts the score's one value into b.
func (score *Score) value(b *scoreBody) error {
	given := 0
	if n := score.Number; n != nil {
		given++
		b.Value, b.DataType = *n, "NUMERIC"
		if math.IsNaN(*n) || math.IsInf(*n, 0) {
			return fmt.Errorf("its number must be finite")
		}
	}
	if score.Yes != nil {
		given++
		b.Value, b.DataType = 0, "BOOLEAN"
		if *score.Yes {
			b.Value = 1
		}
	}
	if score.Category != "" {
		given++
		b.Value, b.DataType = score.Category, "CATEGORICAL"
	}
	if given != 1 || len(score.Category) > maxNameBytes {
		return fmt.Errorf("it must have exactly one value: a number, yes or no, or a category of at most %d bytes", maxNameBytes)
	}
	return nil
}

// isHex tells whether s is n lower-case hexadecimal digits.
func isHex(s string, n int) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) == n
}
