package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/pgtest"
	"github.com/akshara-go/akshara/observe/redistest"
	"github.com/akshara-go/akshara/observe/sharedcache"
	"github.com/akshara-go/akshara/rag/redissession"
	"github.com/akshara-go/akshara/rag/session"
)

// inRedis gives the environment of a gateway that keeps conversations in d.
func inRedis(t *testing.T, d *redistest.Deployment) map[string]string {
	t.Helper()
	host, port, err := net.SplitHostPort(d.Addrs[0])
	require.NoError(t, err)
	return map[string]string{
		"APP_SAMPLE_CORPUS": "false", "REDIS_HOST": host, "REDIS_PORT": port, "REDIS_USERNAME": redistest.Service, "REDIS_PASSWORD": redistest.ServicePassword,
		"REDIS_SSL": "true", "REDIS_CA_FILE": d.CAFile, "REDIS_SERVER_NAME": redistest.ServerName,
		"PATH": os.Getenv("PATH"), // to start the server again
	}
}

// says asks within a conversation and gives the answer.
func (s *server) says(question, session string) (a chatResponse) {
	s.TB.Helper()
	status, body := s.Call("POST", "/api/v1/chat", map[string]any{"message": question, "session_id": session})
	require.Equal(s.TB, 200, status, string(body))
	require.NoError(s.TB, json.Unmarshal(body, &a))
	return a
}

// streams does so through /chat/stream.
func (s *server) streams(question, session string) chatResponse {
	s.TB.Helper()
	res := s.Send("POST", "/api/v1/chat/stream", map[string]any{"message": question, "session_id": session})
	defer res.Body.Close()
	return s.told(readEvents(s.TB, res.Body))
}

// tells takes in what the follow-up questions of these tests are about.
func (s *server) tells() {
	s.TB.Helper()
	s.add("a.txt", "सोनगढ़ की राजधानी पीपलपुर है।")
	s.add("b.txt", "नीलगाँव की राजधानी आमतला है।")
}

// talks goes through a conversation that begins in one gateway and goes on in another.
func talks(t *testing.T, here, there *server) {
	t.Helper()
	for first, want := range map[string]string{"सोनगढ़ कहाँ है?": "पीपलपुर", "नीलगाँव कहाँ है?": "आमतला"} {
		id := here.says(first, "").SessionID
		require.Regexp(t, uuidV4, id)
		a := there.says("और उसकी राजधानी?", id)
		require.Equal(t, id, a.SessionID)
		require.Contains(t, a.Claims[0].Text, want)
		there.cites(&a)
		require.Contains(t, here.streams("और उसकी राजधानी?", id).Claims[0].Text, want)
	}
}

func TestAConversationGoesOn(t *testing.T) {
	s := start(t, t.TempDir(), noSamples)
	s.tells()
	talks(t, s, s)
	status, body := s.Call("POST", "/api/v1/chat", map[string]any{"message": "और उसकी राजधानी?", "session_id": "00000000-0000-4000-8000-000000000000"})
	require.Equal(t, 404, status)
	require.Equal(t, "NOT_FOUND", programtest.Envelope(t, body).Code)
	require.Equal(t, "session_id", programtest.Envelope(t, body).Details["field"])
}

func TestGatewaysShareConversationsInRedis(t *testing.T) {
	d := redistest.Single(t)
	env := inRedis(t, d)
	here, there := start(t, t.TempDir(), maps.Clone(env)), start(t, t.TempDir(), maps.Clone(env))
	here.tells()
	there.tells()
	talks(t, here, there)

	id := here.says("सोनगढ़ कहाँ है?", "").SessionID
	var failed atomic.Int64
	var asking sync.WaitGroup
	for i := range 49 {
		asking.Go(func() {
			s := []*server{here, there}[i%2]
			res, err := s.Client.Post(s.URL+"/api/v1/chat", "application/json", strings.NewReader(fmt.Sprintf(`{"message":"राजधानी %d?","session_id":%q}`, i, id)))
			if err == nil {
				_ = res.Body.Close()
			}
			if err != nil || res.StatusCode != 200 {
				failed.Add(1)
			}
		})
	}
	asking.Wait()
	require.Zero(t, failed.Load())
	c := stored(t, d, id)
	require.Equal(t, 50, len(c.Turns)+c.Fallen, "no turn is lost")
}

// stored gives a session as Redis has it.
func stored(t *testing.T, d *redistest.Deployment, id string) *session.Session {
	t.Helper()
	host, port, err := net.SplitHostPort(d.Addrs[0])
	require.NoError(t, err)
	cfg := &config.Redis{Host: host, SSL: true, CAFile: d.CAFile, ServerName: redistest.ServerName, Username: redistest.Service, Password: config.NewSecret(redistest.ServicePassword)}
	_, err = fmt.Sscan(port, &cfg.Port)
	require.NoError(t, err)
	client, err := sharedcache.Client(cfg, 2, nil)
	require.NoError(t, err)
	defer client.Close()
	store, err := redissession.New(client, nil)
	require.NoError(t, err)
	c, err := session.New(store, nil).Get(t.Context(), session.Owner{}, id)
	require.NoError(t, err)
	return c
}

func TestGatewaysShareConversationsInPostgreSQL(t *testing.T) {
	pgtest.NeedsPgvector(t)
	env := inDatabase(t)
	here, there := start(t, t.TempDir(), env), start(t, t.TempDir(), env)
	here.tells()
	talks(t, here, there)
}

// Redis dies in the midst of a conversation: what begins one is answered, what goes
// on with one is an error with a code, and what was acknowledged is there again.
func TestConversationsOutliveTheirRedis(t *testing.T) {
	d := redistest.Durable(t)
	s := start(t, t.TempDir(), inRedis(t, d))
	s.tells()
	id := s.says("सोनगढ़ कहाँ है?", "").SessionID
	d.Nodes[0].Kill()
	require.Empty(t, s.says("सोनगढ़ कहाँ है?", "").SessionID, "it begins no conversation")
	status, body := s.Call("POST", "/api/v1/chat", map[string]any{"message": "और उसकी राजधानी?", "session_id": id})
	require.Equal(t, 503, status)
	require.Equal(t, "SERVICE_UNAVAILABLE", programtest.Envelope(t, body).Code)
	require.NotContains(t, string(body), "127.0.0.1")
	healthy, body := s.Call("GET", "/health", nil)
	require.Equal(t, 200, healthy, string(body))
	d.Nodes[0].Start()
	require.Contains(t, s.says("और उसकी राजधानी?", id).Claims[0].Text, "पीपलपुर")
	require.NotContains(t, s.Logs.String(), "सोनगढ़")
}

func TestAConversationEndsWhenNobodyUsesIt(t *testing.T) {
	s := start(t, t.TempDir(), map[string]string{"APP_SAMPLE_CORPUS": "false", "SESSION_IDLE_TIMEOUT_SECONDS": "1", "SESSION_MAX_TURNS": "2", "SESSION_CONTEXT_WINDOW_TOKENS": "256"})
	s.tells()
	id := s.says("सोनगढ़ कहाँ है?", "").SessionID
	for range 5 {
		s.says("और उसकी राजधानी?", id)
	}
	time.Sleep(1100 * time.Millisecond)
	status, _ := s.Call("POST", "/api/v1/chat", map[string]any{"message": "और उसकी राजधानी?", "session_id": id})
	require.Equal(t, 404, status)
}

// A model is told of the conversation, as material, and rewrites what follows it.
func TestAModelIsToldOfTheConversation(t *testing.T) {
	m := newModelServer(t)
	m.says(built)
	s := start(t, t.TempDir(), m.with(map[string]string{"LLM_MODEL_STANDARD": "m"}))
	s.add("keshar.md", built+" "+shines)
	id := s.says("When was the Keshar lighthouse built?", "").SessionID
	require.NotContains(t, m.prompt, "<turn")
	m.says(shines)
	s.says("And how far is its light seen?", id)
	require.Contains(t, m.prompt, `\u003cturn role=\"user\"\u003e\nWhen was the Keshar lighthouse built?`)
	require.Contains(t, m.prompt, `\u003cturn role=\"assistant\"\u003e\n`+built)
}

// With a rag-service the gateway keeps the conversation and sends it along.
func TestARagServiceIsToldOfTheConversation(t *testing.T) {
	var away atomic.Bool
	address, _ := ragService(t, &away)
	s := start(t, t.TempDir(), map[string]string{"APP_SAMPLE_CORPUS": "false", "RAG_SERVICE_URL": address})
	s.tells()
	talks(t, s, s)
}
