package raghttp_test

import (
	"context"
	"io"
	"iter"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/raghttp"
)

// slow is an Answerer that says one thing and then waits for its asker to leave.
type slow struct{ left chan error }

func (s slow) Answer(ctx context.Context, _ *rag.Question) (*rag.Answer, error) {
	<-ctx.Done()
	s.left <- ctx.Err()
	return nil, ctx.Err()
}

func TestAStreamStaysAliveAndEndsItsWorkWithItsClient(t *testing.T) {
	s := slow{make(chan error, 1)}
	base := serve(t, newKit(&raghttp.Service{Answerer: s}, nil))
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "POST", base+"/answer/stream", strings.NewReader(`{"message":"x"}`))
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	comment := make([]byte, 4)
	_, err = io.ReadFull(res.Body, comment)
	require.NoError(t, err)
	require.Equal(t, ": \n\n", string(comment), "a comment keeps proxies from closing")
	cancel()
	require.ErrorIs(t, <-s.left, context.Canceled)
	require.NoError(t, res.Body.Close())
	http.DefaultClient.CloseIdleConnections()

	c := newClient(t, base)
	ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	for _, err := range c.Stream(ctx, &rag.Question{Text: "x"}) {
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
	require.Error(t, <-s.left)
}

// quoting is an Answerer that does not stream.
type quoting struct{ rag.Answerer }

func TestAnAnswererThatDoesNotStreamIsToldInSteps(t *testing.T) {
	s := whole(t)
	streamed, stepped := newClient(t, serve(t, newKit(s, nil))), &raghttp.Service{Answerer: quoting{s.Answerer}}
	require.NoError(t, streamed.Add(t.Context(), []corpus.Document{{ID: "taj", Text: "ताजमहल आगरा में है। इसे शाहजहाँ ने बनवाया था।"}}))
	c := newClient(t, serve(t, newKit(stepped, nil)))
	for _, text := range []string{"ताजमहल किसने बनवाया था?", "कैफ़ीन का सूत्र?"} {
		var said strings.Builder
		var whole *rag.Answer
		for event, err := range c.Stream(t.Context(), &rag.Question{Text: text}) {
			require.NoError(t, err)
			said.WriteString(event.Token)
			whole = event.Answer
		}
		want, err := streamed.Answer(t.Context(), &rag.Question{Text: text})
		require.NoError(t, err)
		require.Equal(t, want, whole)
		require.Equal(t, want.Refusal == nil, said.Len() > 0)
	}
	for range c.Stream(t.Context(), &rag.Question{Text: "ताजमहल किसने बनवाया था?"}) {
		break
	}
}

func TestStreamsThatBreak(t *testing.T) {
	sse := func(body string) *raghttp.Client {
		return newClient(t, serve(t, says(200, body, "Content-Type", "text/event-stream")))
	}
	const failed = `event: error` + "\n" + `data: {"error":{"code":"PROCESSING_FAILED","message":"no","details":{},"request_id":""}}` + "\n\n"
	for name, c := range map[string]struct {
		body string
		code fault.Code
	}{
		"no end":             {"event: token\ndata: {\"text\":\"x\"}\n\n", fault.Upstream},
		"an error":           {"event: token\ndata: {\"text\":\"x\"}\n\n" + failed, fault.ProcessingFailed},
		"a token of no kind": {"event: token\ndata: 7\n\n", fault.Upstream},
		"half an answer":     {"event: done\ndata: {\"answer\":\"x\n\n", fault.Upstream},
		"a false answer":     {"event: done\ndata: {\"answer\":\"x\"}\n\n", fault.Upstream},
		"a false claim":      {"event: claim\ndata: []\n\n", fault.Upstream},
		"a false source":     {"event: source\ndata: \"x\"\n\n", fault.Upstream},
		"a false passage":    {"event: source\ndata: {\"document_id\":\"a\",\"details\":{\"passages\":[{\"chunk\":{\"text\":\"x\",\"sentences\":[{\"start\":0,\"end\":9}]}}]}}\n\n", fault.Upstream},
		"too much":           {"event: token\ndata: {\"text\":\"" + strings.Repeat("x", 300<<10) + "\"}\n\n", fault.Upstream},
	} {
		var last error
		for _, err := range sse(c.body).Stream(t.Context(), &rag.Question{Text: "x"}) {
			require.NoError(t, last, "an error is the last thing said")
			last = err
		}
		require.Equal(t, c.code, fault.CodeOf(last), "%s: %v", name, last)
	}
	const done = `event: done` + "\n" + `data: {"answer":"x","sources":[],"claims":[],"language":"hi"}` + "\n\n"
	n := 0
	for event, err := range sse("event: weather\ndata: fine\n\n: comment\n\n"+done+failed).Stream(t.Context(), &rag.Question{Text: "x"}) {
		require.NoError(t, err)
		require.Equal(t, "x", event.Answer.Text)
		n++
	}
	require.Equal(t, 1, n, "what is unknown is passed over, and nothing is read behind the end")
}

// mute is a Streamer that says nothing at all.
type mute struct{ rag.Answerer }

func (mute) Stream(context.Context, *rag.Question) iter.Seq2[rag.Event, error] {
	return func(func(rag.Event, error) bool) {}
}

func TestAStreamWithoutAnEndIsAnError(t *testing.T) {
	base := serve(t, newKit(&raghttp.Service{Answerer: mute{}}, nil))
	names, data := events(t, base+"/answer/stream", `{"message":"x"}`)
	require.Equal(t, []string{"error"}, names)
	require.Contains(t, data[0], "INTERNAL_ERROR")
}
