package openaillm_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llmtest"
	"github.com/akshara-go/akshara/rag/openaillm"
	"github.com/akshara-go/akshara/rag/ragtest"
)

// said is a request to a model to say a few words.
func said(words string, tokens int) *llm.Request {
	return &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: words}}, MaxTokens: tokens}
}

// endless is a request whose answer a schema keeps from ending: some 900 tokens of
// JSON, which take the server some 20 seconds.
var endless = &llm.Request{
	Messages: []llm.Message{{Role: llm.User, Content: "Count."}},
	Output: &llm.Output{Name: "counts", Schema: json.RawMessage(
		`{"type":"array","items":{"const":"one two three four five six seven eight nine ten"},"minItems":80}`)},
}

// What goes over the wire to a real chat server, one server for all.
func TestARealServer(t *testing.T) {
	s := llmtest.Start(t)
	m := s.Chat()
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s *llmtest.Server, m *openaillm.Model)
	}{
		{"a stream tells its usage, as a whole answer does", usage},
		{"a temperature of 0 takes the likeliest words", likeliest},
		{"an answer of the greatest length says that it was cut off", cutOff},
		{"JSON is of the schema that was asked for", structured},
		{"JSON that was cut off is no answer", structuredCut},
		{"what does not fit the context is refused as such", overflow},
		{"a wrong key is the server's refusal, and stands in no error", wrongKey},
		{"a stream that is left frees its slot", left},
		{"an ended context frees the slots", ended},
		{"a server without embeddings says so, once", noEmbeddings},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s, m) })
	}
	t.Run("suite", func(t *testing.T) {
		ragtest.TestModel(t, func(*testing.T) llm.Model { return m }, said("Say hello.", 6))
	})
}

func usage(t *testing.T, _ *llmtest.Server, m *openaillm.Model) {
	whole, err := m.Generate(t.Context(), said("Say hello.", 12))
	require.NoError(t, err)
	var text strings.Builder
	var done *llm.Response
	pieces := 0
	for d, err := range m.Stream(t.Context(), said("Say hello.", 12)) {
		require.NoError(t, err)
		text.WriteString(d.Text)
		pieces++
		done = d.Done
	}
	require.Greater(t, pieces, 3, "it comes in pieces")
	require.Equal(t, done.Text, text.String())
	require.Equal(t, llmtest.Model, done.Model)
	require.Equal(t, whole.Usage.Prompt, done.Usage.Prompt)
	require.Positive(t, done.Usage.Completion)
	require.Greater(t, done.Usage.Prompt, 5)
	require.LessOrEqual(t, done.Usage.Completion, 12)
	require.Positive(t, done.Usage.Cached, "it had read the prompt before")
	require.Less(t, done.Usage.Cached, done.Usage.Prompt)
}

func likeliest(t *testing.T, _ *llmtest.Server, m *openaillm.Model) {
	res, err := m.Generate(t.Context(), said("The Mirel bridge was opened in 1931. When was the Mirel bridge opened?", 20))
	require.NoError(t, err)
	require.Contains(t, res.Text, "1931")
}

func cutOff(t *testing.T, _ *llmtest.Server, m *openaillm.Model) {
	res, err := m.Generate(t.Context(), said("Write a long story about a river.", 8))
	require.NoError(t, err)
	require.Equal(t, llm.Length, res.Finish)
	require.Equal(t, 8, res.Usage.Completion)
}

func structured(t *testing.T, _ *llmtest.Server, m *openaillm.Model) {
	req := said("Agra is a city with the Taj Mahal. Describe the city.", 60)
	req.Output = &llm.Output{Name: "city", Schema: json.RawMessage(
		`{"type":"object","properties":{"name":{"enum":["Agra","Delhi"]},"old":{"type":"boolean"}},"required":["name","old"],"additionalProperties":false}`)}
	for d, err := range m.Stream(t.Context(), req) {
		require.NoError(t, err)
		if d.Done == nil {
			continue
		}
		var city struct {
			Name string
			Old  *bool
		}
		require.NoError(t, json.Unmarshal([]byte(d.Done.Text), &city))
		require.Contains(t, []string{"Agra", "Delhi"}, city.Name)
		require.NotNil(t, city.Old)
	}
	req.Output.Schema = json.RawMessage(`{"type":"array","items":{"const":"क"},"minItems":2,"maxItems":2}`)
	res, err := m.Generate(t.Context(), req)
	require.NoError(t, err)
	require.JSONEq(t, `["क","क"]`, res.Text)
}

func structuredCut(t *testing.T, _ *llmtest.Server, m *openaillm.Model) {
	req := *endless
	req.MaxTokens = 8
	_, err := m.Generate(t.Context(), &req)
	require.ErrorIs(t, err, llm.ErrOutput)
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	require.Contains(t, fault.From(err).Message, "cut off")
}

func overflow(t *testing.T, s *llmtest.Server, m *openaillm.Model) {
	for name, words := range map[string]string{
		"a little too long": strings.Repeat("word ", llmtest.Context+1),
		"200,000 tokens":    strings.Repeat("word ", 200_000),
	} {
		_, err := m.Generate(t.Context(), said(words, 4))
		require.ErrorIs(t, err, llm.ErrContextOverflow, name)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
		require.NotContains(t, err.Error(), "word word")
	}
	last := drain(m.Stream(t.Context(), said(strings.Repeat("word ", llmtest.Context+1), 4)))
	require.ErrorIs(t, last, llm.ErrContextOverflow)
	require.Zero(t, s.Busy())
}

func wrongKey(t *testing.T, s *llmtest.Server, _ *openaillm.Model) {
	conf := s.Config()
	for _, key := range []string{"not-the-key", ""} {
		conf.APIKey = key
		m, err := openaillm.New(conf, llmtest.Model, nil)
		require.NoError(t, err)
		_, err = m.Generate(t.Context(), said("Hello", 2))
		streamed := drain(m.Stream(t.Context(), said("Hello", 2)))
		for _, err := range []error{err, streamed} {
			require.Equal(t, fault.Upstream, fault.CodeOf(err))
			status, found := errors.AsType[*openaillm.StatusError](err)
			require.True(t, found)
			require.Equal(t, 401, status.Status)
			require.NotContains(t, err.Error(), "not-the-key")
		}
	}
}

func left(t *testing.T, s *llmtest.Server, m *openaillm.Model) {
	for d, err := range m.Stream(t.Context(), endless) {
		require.NoError(t, err)
		require.NotEmpty(t, d.Text)
		require.Equal(t, 1, s.Busy())
		break
	}
	idle(t, s)
}

func ended(t *testing.T, s *llmtest.Server, m *openaillm.Model) {
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	failed := make([]error, llmtest.Slots+1) // one more than the server answers at once: it waits
	for i := range failed {
		wg.Go(func() { _, failed[i] = m.Generate(ctx, endless) })
	}
	require.Eventually(t, func() bool { return s.Busy() == llmtest.Slots }, 10*time.Second, 10*time.Millisecond)
	cancel()
	wg.Wait()
	for _, err := range failed {
		require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	}
	idle(t, s)
	_, err := m.Generate(t.Context(), said("Say hello.", 2))
	require.NoError(t, err)
}

// idle waits until no slot is busy, for less than an endless answer takes. It asks
// seldom: see [llmtest.Server.Busy].
func idle(t *testing.T, s *llmtest.Server) {
	require.Eventually(t, func() bool { return s.Busy() == 0 }, 6*time.Second, 1100*time.Millisecond)
}

func noEmbeddings(t *testing.T, s *llmtest.Server, _ *openaillm.Model) {
	e, err := openaillm.NewEmbedder(s.Config(), llmtest.Model, nil)
	require.NoError(t, err)
	_, err = e.Embed(t.Context(), rag.EmbedQuery, []string{"ताज"})
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	status, found := errors.AsType[*openaillm.StatusError](err)
	require.True(t, found)
	require.Equal(t, 501, status.Status)
}

// drain reads a stream to its end and gives the error that it ended with.
func drain(deltas iter.Seq2[llm.Delta, error]) (last error) {
	for _, err := range deltas {
		last = err
	}
	return last
}
