package openaillm

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
)

func TestCommentsInAStreamAreLeftOut(t *testing.T) {
	text := ": \n\nevent: x\ndata: " + strings.Repeat("a", 10000) + "\n\n:" + strings.Repeat("b", 10000) + "\r\nid: 1\nretry: 5\ndata: c\n: no end"
	want := "\ndata: " + strings.Repeat("a", 10000) + "\n\ndata: c\n"
	for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
		got, err := io.ReadAll(newQuietBody(io.NopCloser(r)))
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	broken := errors.New("broken")
	got, err := io.ReadAll(newQuietBody(io.NopCloser(io.MultiReader(strings.NewReader("data: x\n"), iotest.ErrReader(broken)))))
	require.ErrorIs(t, err, broken)
	require.Equal(t, "data: x\n", string(got))
}

// An error that follows comments is still understood, whatever its event is called.
func TestAnErrorBehindCommentsKeepsItsCode(t *testing.T) {
	for _, name := range []string{"", "event: error\n"} {
		s := newServer(t, streamed(": \n\n", chunk("x", ""), ": \n\n", name+"data: {\"error\":{\"code\":\"RATE_LIMIT_EXCEEDED\",\"message\":\"too often\",\"details\":{},\"request_id\":\"1\"}}\n\n"))
		var last error
		for _, err := range s.model(t).Stream(t.Context(), greeting) {
			last = err
		}
		require.Equal(t, fault.RateLimitExceeded, fault.CodeOf(last))
		require.Equal(t, "too often", fault.From(last).Message)
	}
	s := newServer(t, streamed(": \n\n", chunk("x", ""), ": \n\n", chunk("", "stop"), doneChunk))
	for d, err := range s.model(t).Stream(t.Context(), greeting) {
		require.NoError(t, err)
		require.True(t, d.Done == nil || d.Done.Finish == llm.Stop)
	}
}

// What a service of Akshara raises comes back, but for its key and the client's own right to ask.
func TestFaultsOfTheContract(t *testing.T) {
	body := func(code fault.Code, message string) string {
		data, err := fault.WithRequestID(fault.New(code, message, fault.Details{"reason": "overload of " + testKey, "limit": 7, "list": []int{1}}), "1").MarshalJSON()
		require.NoError(t, err)
		return string(data)
	}
	for _, code := range fault.Codes() {
		s := newServer(t, answer{status: code.HTTPStatus(), body: body(code, "the key is "+testKey)})
		_, err := s.model(t).Generate(t.Context(), greeting)
		f := fault.From(err)
		require.NotContains(t, err.Error(), testKey)
		if !ours(code) {
			require.Equal(t, fault.Upstream, f.Code, code)
			require.NotContains(t, f.Message, "key is")
			continue
		}
		require.Equal(t, code, f.Code)
		require.Equal(t, "the key is ***", f.Message)
		require.Equal(t, fault.Details{"reason": "overload of ***", "limit": 7.0}, f.Details)
	}
}
