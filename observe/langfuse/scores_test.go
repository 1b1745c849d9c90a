package langfuse_test

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/observe/langfuse"
	"github.com/akshara-go/akshara/observe/pii"
)

// inbox stands in for Langfuse's ingestion: it answers each event as the script says.
// It is modelled on the recorded calls and on Langfuse's API description.
type inbox struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	header http.Header
	path   string
	fail   []int          // statuses of the next calls
	errors map[string]int // names of scores that are not taken, with their status
}

func newInbox(t *testing.T) *inbox {
	in := &inbox{}
	in.Server = httptest.NewServer(http.HandlerFunc(in.serve))
	t.Cleanup(in.Close)
	return in
}

func (in *inbox) serve(w http.ResponseWriter, r *http.Request) {
	in.mu.Lock()
	defer in.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	in.bodies, in.header, in.path = append(in.bodies, string(body)), r.Header, r.Method+" "+r.URL.Path
	if len(in.fail) > 0 {
		w.WriteHeader(in.fail[0])
		in.fail = in.fail[1:]
		return
	}
	var batch struct {
		Batch []struct {
			ID   string
			Body struct{ Name string }
		}
	}
	_ = json.Unmarshal(body, &batch)
	said := map[string][]any{"successes": {}, "errors": {}}
	for _, e := range batch.Batch {
		if status, ok := in.errors[e.Body.Name]; ok {
			said["errors"] = append(said["errors"], map[string]any{"id": e.ID, "status": status, "message": "no", "error": secret})
		} else {
			said["successes"] = append(said["successes"], map[string]any{"id": e.ID, "status": 201})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusMultiStatus)
	_ = json.NewEncoder(w).Encode(said)
}

const traceID = "0af7651916cd43dd8448eb211c80319c"

func pointer[T any](v T) *T { return &v }

func newScores(t *testing.T, host string, opts *langfuse.ScoreOptions) *langfuse.Scores {
	t.Helper()
	s, err := langfuse.NewScores(accessTo(host), opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// TestScoresAreWhatTheirPackageSends holds the events against those of @langfuse/client.
func TestScoresAreWhatTheirPackageSends(t *testing.T) {
	r, in := reference(t), newInbox(t)
	in.fail = []int{503, 429} // what is put off is sent again
	s := newScores(t, in.URL, &langfuse.ScoreOptions{Environment: "staging", Mask: pii.New(nil), Client: &httpkit.ClientOptions{Backoff: time.Millisecond}})
	require.NoError(t, s.Send(t.Context(),
		langfuse.Score{ID: "s1", TraceID: traceID, Name: "helpful", Yes: pointer(true), Comment: "good"},
		langfuse.Score{ID: "s2", TraceID: traceID, ObservationID: "b7ad6b7169203331", Name: "faithfulness", Number: pointer(.5)},
		langfuse.Score{ID: "s3", SessionID: "session-1", Name: "topic", Category: "tax"}))
	require.Equal(t, r.Scores.Method+" "+r.Scores.Path, in.path)
	require.Equal(t, r.Scores.Authorization, in.header.Get("Authorization"))
	require.Equal(t, r.Scores.PublicKey, in.header.Get("X-Langfuse-Public-Key"))
	require.Len(t, in.bodies, 3)
	require.Equal(t, in.bodies[0], in.bodies[2], "the same events, so that none counts twice")
	var got struct {
		Batch []map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal([]byte(in.bodies[2]), &got))
	require.Len(t, got.Batch, len(r.Batch))
	for i, want := range r.Batch {
		require.JSONEq(t, `"`+want.Type+`"`, string(got.Batch[i]["type"]))
		require.JSONEq(t, string(want.Body), string(got.Batch[i]["body"]))
		require.Regexp(t, `^"[0-9a-f-]{36}"$`, string(got.Batch[i]["id"]))
		require.Regexp(t, `^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"$`, string(got.Batch[i]["timestamp"]))
	}
}

func TestCommentsAreMaskedOrNotSent(t *testing.T) {
	in := newInbox(t)
	score := langfuse.Score{TraceID: traceID, Name: "helpful", Yes: pointer(false), Comment: "call me: 9876543210"}
	require.NoError(t, newScores(t, in.URL, &langfuse.ScoreOptions{Mask: pii.New(nil)}).Send(t.Context(), score))
	require.Contains(t, in.bodies[0], "call me: [phone]")
	require.Contains(t, in.bodies[0], `"value":0`)
	require.NoError(t, newScores(t, in.URL, nil).Send(t.Context(), score))
	require.NotContains(t, in.bodies[1], "call me")
	require.NotContains(t, in.bodies[1], "environment")
	require.NoError(t, newScores(t, in.URL, nil).Send(t.Context()))
	require.Len(t, in.bodies, 2)
}

func TestScoresThatCannotBe(t *testing.T) {
	in := newInbox(t)
	s := newScores(t, in.URL, nil)
	good := langfuse.Score{TraceID: traceID, Name: "helpful", Number: pointer(1.)}
	for what, change := range map[string]func(*langfuse.Score){
		"no name":                        func(s *langfuse.Score) { s.Name = "" },
		"a long name":                    func(s *langfuse.Score) { s.Name = strings.Repeat("x", 201) },
		"a long id":                      func(s *langfuse.Score) { s.ID = strings.Repeat("x", 201) },
		"nothing scored":                 func(s *langfuse.Score) { s.TraceID = "" },
		"two things scored":              func(s *langfuse.Score) { s.SessionID = "s" },
		"a short trace":                  func(s *langfuse.Score) { s.TraceID = "0af7" },
		"a trace in capitals":            func(s *langfuse.Score) { s.TraceID = strings.ToUpper(traceID) },
		"an observation that is none":    func(s *langfuse.Score) { s.ObservationID = "x" },
		"an observation without a trace": func(s *langfuse.Score) { s.TraceID, s.SessionID, s.ObservationID = "", "s", "b7ad6b7169203331" },
		"a long session":                 func(s *langfuse.Score) { s.TraceID, s.SessionID = "", strings.Repeat("x", 201) },
		"a long comment":                 func(s *langfuse.Score) { s.Comment = strings.Repeat("x", 9000) },
		"no value":                       func(s *langfuse.Score) { s.Number = nil },
		"two values":                     func(s *langfuse.Score) { s.Yes = pointer(true) },
		"no number":                      func(s *langfuse.Score) { s.Number = pointer(math.NaN()) },
		"an infinite number":             func(s *langfuse.Score) { s.Number = pointer(math.Inf(1)) },
		"a long category":                func(s *langfuse.Score) { s.Number, s.Category = nil, strings.Repeat("x", 201) },
	} {
		bad := good
		change(&bad)
		err := s.Send(t.Context(), good, bad)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), what)
		require.Equal(t, 2, fault.From(err).Details["score"], what)
	}
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(s.Send(t.Context(), make([]langfuse.Score, 101)...)))
	require.Empty(t, in.bodies, "nothing is sent")
}

func TestScoresThatAreNotTaken(t *testing.T) {
	in := newInbox(t)
	in.errors = map[string]int{"bad": 400}
	s := newScores(t, in.URL, &langfuse.ScoreOptions{Client: &httpkit.ClientOptions{Backoff: time.Millisecond, Attempts: 2}})
	err := s.Send(t.Context(), langfuse.Score{TraceID: traceID, Name: "good", Number: pointer(1.)}, langfuse.Score{TraceID: traceID, Name: "bad", Number: pointer(1.)})
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	require.Equal(t, []int{2}, fault.From(err).Details["scores"])
	require.NotContains(t, err.Error(), secret)

	score := langfuse.Score{TraceID: traceID, Name: "good", Number: pointer(1.)}
	for _, status := range []int{401, 500, 503} {
		in.fail = []int{status, status}
		err := s.Send(t.Context(), score)
		require.Error(t, err)
		require.NotContains(t, err.Error(), secret)
		in.fail = nil
	}
	in.Close()
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(s.Send(t.Context(), score)))
}
