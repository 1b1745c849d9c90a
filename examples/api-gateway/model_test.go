package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/observe/pgtest"
	"github.com/akshara-go/akshara/rag/embed"
)

// modelServer stands in for a server that speaks OpenAI's protocol. What it
// says is scripted; its embeddings know that a few words mean the same.
type modelServer struct {
	url string

	mu       sync.Mutex
	status   int                      // when not 0, the answer to everything
	say      func(write func(string)) // the pieces of a chat answer
	prompt   string                   // of the last chat
	embedded int                      // texts
}

func newModelServer(tb testing.TB) *modelServer {
	m := &modelServer{}
	server := httptest.NewServer(m)
	tb.Cleanup(server.Close)
	m.url = server.URL
	return m
}

// set changes what the server does.
func (m *modelServer) set(status int, say func(write func(string))) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.status, m.say = status, say
}

// says makes the server answer with a text, word by word.
func (m *modelServer) says(text string) {
	m.set(0, func(write func(string)) {
		for _, word := range strings.SplitAfter(text, " ") {
			write(word)
		}
	})
}

func (m *modelServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	status, say := m.status, m.say
	m.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	switch {
	case status != 0:
		w.WriteHeader(status)
		fmt.Fprint(w, `{"error":{"message":"out of order","type":"server_error"}}`)
	case strings.HasSuffix(r.URL.Path, "/embeddings"):
		m.embed(w, body)
	case strings.HasSuffix(r.URL.Path, "/chat/completions"):
		m.mu.Lock()
		m.prompt = string(body)
		m.mu.Unlock()
		w.Header().Set("Content-Type", "text/event-stream")
		say(func(piece string) {
			quoted, _ := json.Marshal(piece)
			fmt.Fprintf(w, "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"scripted\",\"choices\":[{\"index\":0,\"delta\":{\"content\":%s}}]}\n\n", quoted)
			w.(http.Flusher).Flush()
		})
		fmt.Fprint(w, "data: {\"id\":\"c\",\"model\":\"scripted\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
	default:
		http.NotFound(w, r)
	}
}

// meanings are words that the embeddings put in one place.
var meanings = map[string]int{"beacon": 0, "lighthouse": 0, "प्रकाशस्तंभ": 0, "vessel": 1, "नाव": 1}

// dimensions of the embeddings, by the model's name.
var dimensions = map[string]int{"small-embedder": 24, "large-embedder": 48}

func (m *modelServer) embed(w http.ResponseWriter, body []byte) {
	var req struct {
		Input []string
		Model string
	}
	_ = json.Unmarshal(body, &req) // a bad one gives no vectors, which the client refuses
	m.mu.Lock()
	m.embedded += len(req.Input)
	m.mu.Unlock()
	type datum struct {
		Object    string    `json:"object"`
		Index     int       `json:"index"`
		Embedding []float32 `json:"embedding"`
	}
	data := []datum{}
	for i, text := range req.Input {
		v := make([]float32, dimensions[req.Model])
		for _, word := range strings.Fields(strings.ToLower(text)) {
			h := fnv.New32a()
			h.Write([]byte(word))
			v[2+int(h.Sum32()%uint32(len(v)-2))] += .1
			if place, ok := meanings[strings.Trim(word, ".,?।")]; ok {
				v[place] += 5
			}
		}
		v[2] += .1 // no vector is all zero
		data = append(data, datum{"embedding", i, v})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "model": req.Model, "data": data, "usage": map[string]int{"prompt_tokens": 1, "total_tokens": 1}})
}

// with gives the environment of a gateway that uses the server.
func (m *modelServer) with(more map[string]string) map[string]string {
	env := map[string]string{"OPENAI_BASE_URL": m.url + "/v1", "APP_SAMPLE_CORPUS": "false"}
	maps.Copy(env, more)
	return env
}

const (
	built    = "The Keshar lighthouse was built in 1907 by the engineer Vasudev Nene."
	shines   = "Its light is seen from twenty-four kilometres away."
	invented = "It was destroyed by an earthquake in 1934."
)

var chatModel = map[string]string{"LLM_MODEL_STANDARD": "scripted"}

func TestAModelsAnswer(t *testing.T) {
	m := newModelServer(t)
	s := start(t, t.TempDir(), m.with(chatModel))
	s.add("keshar.txt", built+" "+shines)
	ask := func(question string) (chatResponse, []event) {
		events := s.stream(question)
		return s.told(events), events
	}

	m.says(built + " [1] " + invented + " " + shines)
	a, _ := ask("Who built the Keshar lighthouse?")
	require.Equal(t, built+" "+shines, a.Answer, "what no document says is left out")
	require.Len(t, a.Claims, 2)
	require.False(t, a.Cached)
	s.cites(&a)
	require.Equal(t, built, a.Claims[0].Citations[0].Quote)
	require.Contains(t, m.prompt, "Vasudev Nene", "the model was given the passages")

	m.says("NO_ANSWER")
	again, _ := ask("who built the keshar lighthouse")
	require.True(t, again.Cached, "the same is not asked twice")
	require.Equal(t, a.Claims, again.Claims)

	a, _ = ask("Who painted the Keshar lighthouse?")
	require.True(t, a.Refused)
	require.EqualValues(t, "not_supported", a.RefusalReason)

	m.says(invented)
	a, events := ask("Who sold the Keshar lighthouse?")
	require.True(t, a.Refused)
	require.EqualValues(t, "model_unhelpful", a.RefusalReason)
	for _, e := range events {
		require.NotContains(t, e.data, "1934", "the invention was never shown")
	}
}

func TestSentencesAreSentAsTheyAreFound(t *testing.T) {
	m := newModelServer(t)
	s := start(t, t.TempDir(), m.with(chatModel))
	s.add("keshar.txt", built+" "+shines)
	seen := make(chan struct{})
	m.set(0, func(write func(string)) {
		write(built + " Its light") // the guard passes a word on once it is whole
		select {
		case <-seen:
		case <-time.After(20 * time.Second):
		}
		write(strings.TrimPrefix(shines, "Its light"))
	})
	started := time.Now()
	res := s.Send("POST", "/api/v1/chat/stream", map[string]any{"message": "Who built the Keshar lighthouse?"})
	defer res.Body.Close()
	r := bufio.NewReader(res.Body)
	var said strings.Builder
	for !strings.Contains(said.String(), "event: claim") {
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		said.WriteString(line)
	}
	require.Contains(t, said.String(), "Vasudev Nene")
	close(seen)
	require.Less(t, time.Since(started), 10*time.Second)
	rest, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Contains(t, string(rest), "twenty-four kilometres")
	require.Contains(t, string(rest), "event: done")
}

func TestAModelServerThatFails(t *testing.T) {
	m := newModelServer(t)
	s := start(t, t.TempDir(), m.with(chatModel))
	s.add("keshar.txt", built+" "+shines)
	const question = "Who built the Keshar lighthouse?"
	upstream := func(status int, e programtest.Failure) {
		t.Helper()
		require.Contains(t, map[string][]int{"UPSTREAM_ERROR": {502}, "SERVICE_UNAVAILABLE": {503}, "UPSTREAM_TIMEOUT": {504}}[e.Code], status, "%+v", e)
		require.NotContains(t, e.Message, m.url, "addresses are not for users")
	}

	m.set(http.StatusBadRequest, nil)
	status, body := s.Call("POST", "/api/v1/chat", map[string]any{"message": question})
	upstream(status, programtest.Envelope(t, body))

	m.set(http.StatusInternalServerError, nil)
	status, body = s.Call("POST", "/api/v1/chat", map[string]any{"message": question})
	upstream(status, programtest.Envelope(t, body))

	m.set(0, func(write func(string)) {
		write(built + " Its light")
		panic(http.ErrAbortHandler) // the connection breaks
	})
	events := s.stream(question)
	last := events[len(events)-1]
	require.Equal(t, "error", last.name, "%v", events)
	require.Equal(t, "UPSTREAM_ERROR", programtest.Envelope(t, []byte(last.data)).Code)
	require.False(t, slices.ContainsFunc(events, func(e event) bool { return e.name == "done" }))

	require.NotEmpty(t, s.search("Keshar lighthouse"), "search needs no model")
	m.says(built)
	a := s.ask(question)
	require.Equal(t, built, a.Answer, "when the server is back, so are the answers")
}

func TestEmbeddingsFindWhatWordsDoNot(t *testing.T) {
	m := newModelServer(t)
	dir := t.TempDir()
	embeddings := m.with(map[string]string{"RAG_EMBEDDING_MODEL": "small-embedder"})
	s := start(t, dir, embeddings)
	keshar := s.add("keshar.txt", built+" "+shines)
	boat := s.add("boat.md", lighthouseFerry)
	require.Equal(t, keshar.DocumentID, s.search("beacon")[0], "by its meaning alone")
	require.Equal(t, boat.DocumentID, s.search("vessel")[0], "in another language")
	require.Equal(t, keshar.DocumentID, s.search("Vasudev Nene")[0], "by its words")

	m.set(http.StatusBadRequest, nil)
	require.Equal(t, []string{keshar.DocumentID}, s.search("Vasudev Nene")[:1], "without its embedding server the gateway still finds words")
	status, body := s.upload("c.txt", []byte("A third text, which cannot be embedded now."))
	require.Contains(t, []int{502, 503}, status, string(body))
	programtest.Envelope(t, body)
	var list listed
	s.get("/api/v1/documents", &list)
	require.Equal(t, 2, list.Total, "an upload that failed leaves nothing behind")
	m.set(0, nil)
	s.Stop()

	s = start(t, dir, noSamples)
	require.NotContains(t, s.search("beacon"), keshar.DocumentID, "words alone do not know what a beacon is")
	require.Equal(t, keshar.DocumentID, s.search("Vasudev Nene")[0])
	late := s.add("late.md", strings.ReplaceAll(lighthouseFerry, "केशरपुर", "रत्नागिरी"))
	s.Stop()

	s = start(t, dir, embeddings)
	s.isWhole()
	require.Contains(t, s.search("vessel"), late.DocumentID, "what came in without a vector has one now")
}

const lighthouseFerry = "# केशरपुर की नाव\n\nकेशरपुर की नाव हर सुबह सात बजे द्वीप को जाती है।\n"

// texts gives how many texts were embedded since the last call.
func (m *modelServer) texts() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.embedded
	m.embedded = 0
	return n
}

// generation gives how the health of the index's generation is, and what it says.
func (s *server) generation() (status, message string) {
	s.TB.Helper()
	_, body := s.Call("GET", "/health", nil)
	var h struct {
		Checks map[string]struct{ Status, Error string }
	}
	require.NoError(s.TB, json.Unmarshal(body, &h))
	return h.Checks["generation"].Status, h.Checks["generation"].Error
}

// isWhole waits until the index is as the settings say.
func (s *server) isWhole() {
	s.TB.Helper()
	require.Eventually(s.TB, func() bool { status, _ := s.generation(); return status == "healthy" }, 20*time.Second, 20*time.Millisecond)
}

// The mean that vectors are centred by is the index's: it survives a restart, and
// a text that was embedded is not embedded again.
func TestTheGatewayCentresVectorsAndKeepsTheMean(t *testing.T) {
	m := newModelServer(t)
	dir := t.TempDir()
	embeddings := m.with(map[string]string{"RAG_EMBEDDING_MODEL": "small-embedder"})
	s := start(t, dir, embeddings)
	require.Greater(t, m.texts(), embed.MinSample, "the mean, and a probe")
	keshar := s.add("keshar.txt", built+" "+shines)
	require.Equal(t, keshar.DocumentID, s.search("beacon")[0])
	require.Equal(t, 2, m.texts())
	require.Equal(t, keshar.DocumentID, s.search("beacon")[0])
	require.Zero(t, m.texts(), "the question's vector is cached")
	s.Stop()

	s = start(t, dir, embeddings)
	require.LessOrEqual(t, m.texts(), 2, "nothing is embedded anew")
	require.Equal(t, keshar.DocumentID, s.search("beacon")[0])
	status, _ := s.generation()
	require.Equal(t, "healthy", status)
	s.Stop()

	require.NoError(t, os.RemoveAll(filepath.Join(dir, "index")))
	s = start(t, dir, embeddings)
	require.Greater(t, m.texts(), embed.MinSample, "a new index has a new mean, of the documents that are there")
	require.Equal(t, keshar.DocumentID, s.search("beacon")[0])
	s.Stop()
}

// goesOver demands that a gateway goes from one embedding model to another and
// back while it answers.
func goesOver(t *testing.T, env map[string]string) {
	m := newModelServer(t)
	dir := t.TempDir()
	model := func(name string) map[string]string {
		e := m.with(env)
		e["RAG_EMBEDDING_MODEL"] = name
		return e
	}
	s := start(t, dir, model("small-embedder"))
	keshar := s.add("keshar.txt", built+" "+shines)
	for i := range 30 {
		s.add(fmt.Sprintf("note-%d.txt", i), fmt.Sprintf("Note %d is about nothing.", i))
	}
	s.Stop()

	s = start(t, dir, model("large-embedder"))
	require.Equal(t, keshar.DocumentID, s.search("beacon")[0], "at once, by the model before or by the new one")
	for status := ""; status != "healthy"; status, _ = s.generation() {
		require.Equal(t, keshar.DocumentID, s.search("beacon")[0])
	}
	require.Equal(t, keshar.DocumentID, s.search("beacon")[0])
	late := s.add("late.txt", "The vessel leaves at dawn.")
	s.Stop()

	m.texts()
	s = start(t, dir, model("small-embedder"))
	s.isWhole()
	require.LessOrEqual(t, m.texts(), 4, "the way back embeds nothing: probes, and perhaps a question")
	require.Equal(t, keshar.DocumentID, s.search("beacon")[0])
	require.Equal(t, late.DocumentID, s.search("नाव")[0], "it has had what was added meanwhile")
	s.Stop()
}

func TestTheGatewayGoesOverToAnotherEmbeddingModel(t *testing.T) { goesOver(t, nil) }

func TestTheGatewayGoesOverToAnotherEmbeddingModelInPostgreSQL(t *testing.T) {
	pgtest.NeedsPgvector(t)
	goesOver(t, inDatabase(t))
}

func TestAnEmbeddingServerThatIsNotThere(t *testing.T) {
	environment(t, t.TempDir(), map[string]string{"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "RAG_EMBEDDING_MODEL": "small-embedder", "APP_SAMPLE_CORPUS": "false"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := run(ctx, io.Discard, io.Discard, nil)
	require.Error(t, err)
	require.NoError(t, ctx.Err(), "it says so in bounded time")
}
