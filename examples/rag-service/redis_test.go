package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/redistest"
)

// withRedis are the variables of a service whose model answers through base
// and whose answers are kept in d.
func withRedis(t *testing.T, d *redistest.Deployment, base string) map[string]string {
	host, port, err := net.SplitHostPort(d.Addrs[0])
	require.NoError(t, err)
	return map[string]string{
		"OPENAI_BASE_URL": base, "LLM_MODEL_STANDARD": "m",
		"REDIS_HOST": host, "REDIS_PORT": port, "REDIS_USERNAME": redistest.App, "REDIS_PASSWORD": redistest.AppPassword,
		"REDIS_SSL": "true", "REDIS_CA_FILE": d.CAFile, "REDIS_SERVER_NAME": redistest.ServerName,
		"PATH": os.Getenv("PATH"), // to start the server again
	}
}

// load asks the service at a steady rate until stop is closed, however long
// answers take, and gives what went wrong and how long each answer took.
func (s *server) load(rate int, stop <-chan struct{}) (failed []string, took []time.Duration) {
	body, _ := json.Marshal(map[string]any{"message": "ताजमहल किसने बनवाया था?"})
	var mu sync.Mutex
	var asking sync.WaitGroup
	start := time.Now()
	for i := 0; ; i++ { // a machine that is late catches up
		select {
		case <-stop:
			asking.Wait()
			return failed, took
		case <-time.After(time.Until(start.Add(time.Duration(i) * time.Second / time.Duration(rate)))):
		}
		asking.Go(func() {
			began := time.Now()
			res, err := s.Client.Post(s.URL+"/answer", "application/json", strings.NewReader(string(body)))
			status := 0
			if err == nil {
				status = res.StatusCode
				_ = res.Body.Close()
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(began))
			if status != 200 {
				failed = append(failed, fmt.Sprint(status, " ", err))
			}
		})
	}
}

// The server dies while 200 questions a second come in, and comes back.
func TestRedisKilledUnderLoad(t *testing.T) {
	rate := 200
	if raceEnabled {
		rate = 40 // the machine has to keep up
	}
	d := redistest.Single(t)
	base, _ := modelServer(t, "इसे शाहजहाँ ने बनवाया था।")
	s := start(t, t.TempDir(), withRedis(t, d, base))
	s.Post("/ingest", taj())
	question := map[string]any{"message": "ताजमहल किसने बनवाया था?"}
	s.Post("/answer", question)
	hits := func() float64 { return s.Metric("rag_cache_hit_total") }
	require.Eventually(t, func() bool { s.Post("/answer", question); return hits() > 0 }, 20*time.Second, 20*time.Millisecond)

	stop := make(chan struct{})
	type outcome struct {
		failed []string
		took   []time.Duration
	}
	done := make(chan outcome, 1)
	go func() {
		failed, took := s.load(rate, stop)
		done <- outcome{failed, took}
	}()
	time.Sleep(time.Second)
	d.Nodes[0].Kill()
	time.Sleep(2 * time.Second)
	d.Nodes[0].Start()
	before := hits()
	require.Eventually(t, func() bool { return hits() > before }, 30*time.Second, 50*time.Millisecond, "it is used again when it is back")
	close(stop)
	got := <-done
	require.Empty(t, got.failed)
	slices.Sort(got.took)
	t.Logf("%d questions, %d failed; p50 %v, p99 %v, longest %v", len(got.took), len(got.failed),
		got.took[len(got.took)/2], got.took[len(got.took)*99/100], got.took[len(got.took)-1])
	require.Greater(t, len(got.took), 3*rate)
}

// A server that takes connections and never answers, and one that is no Redis.
func TestARedisThatHangsOrTalksNonsenseCostsNoAnswer(t *testing.T) {
	for name, say := range map[string]string{"hangs": "", "nonsense": "HTTP/1.1 400 Bad Request\r\n\r\n$-7\r\n*99999999999\r\n"} {
		t.Run(name, func(t *testing.T) {
			host, port := falseRedis(t, say)
			base, _ := modelServer(t, "इसे शाहजहाँ ने बनवाया था।")
			s := start(t, t.TempDir(), map[string]string{"OPENAI_BASE_URL": base, "LLM_MODEL_STANDARD": "m", "REDIS_HOST": host, "REDIS_PORT": port})
			s.Post("/ingest", taj())
			for range 10 {
				began := time.Now()
				require.Equal(t, "इसे शाहजहाँ ने बनवाया था।", s.Post("/answer", map[string]any{"message": "ताजमहल किसने बनवाया था?"})["answer"])
				require.Less(t, time.Since(began), 2*time.Second)
			}
		})
	}
}

// falseRedis listens where a Redis should be, says one thing to whoever comes and no more.
func falseRedis(t *testing.T, say string) (host, port string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var held sync.WaitGroup
	end := make(chan struct{})
	held.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			held.Go(func() {
				_, _ = conn.Write([]byte(say))
				<-end
				_ = conn.Close()
			})
		}
	})
	t.Cleanup(func() {
		close(end)
		_ = l.Close()
		held.Wait()
	})
	host, port, err = net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return host, port
}

// Two services share a Redis and not the documents: what one answers from its
// own is never said by the other, and what changes is answered anew by both.
func TestServicesOnOneRedisKeepTheirDocumentsApart(t *testing.T) {
	d := redistest.Single(t)
	base, _ := modelServer(t, "इसे शाहजहाँ ने बनवाया था।")
	env := withRedis(t, d, base)
	one, other := start(t, t.TempDir(), maps.Clone(env)), start(t, t.TempDir(), maps.Clone(env))
	one.Post("/ingest", taj())
	question := map[string]any{"message": "ताजमहल किसने बनवाया था?"}
	for range 3 {
		require.Contains(t, one.Post("/answer", question)["answer"], "शाहजहाँ")
		got := other.Post("/answer", question)
		require.NotContains(t, fmt.Sprint(got), "शाहजहाँ", "it has no document that says so")
	}
}
