package e5embed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
)

// task is what another process is to do: to open a model, and to embed texts.
type task struct {
	Model    string
	Parallel int
	Texts    []string
	Vectors  bool // wanted
}

// done is what it says then.
type done struct {
	Kernels string
	Vectors []rag.Vector
	Opened  time.Duration // what opening took, the second time
	Memory  uint64        // bytes of the process that are in memory, after the texts; 0: not known
}

const taskVariable = "E5EMBED_TEST_TASK" // the environment variable with a task's file

// TestTask is the other process. It does nothing in others.
func TestTask(t *testing.T) {
	path := os.Getenv(taskVariable)
	if path == "" {
		return
	}
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	var todo task
	require.NoError(t, json.Unmarshal(b, &todo))
	e, err := Open(todo.Model, nil) // reads it from the disk
	require.NoError(t, err)
	require.NoError(t, e.Close())
	var d done
	start := time.Now()
	e = opened(t, todo.Model, &Options{Parallel: todo.Parallel})
	d.Opened, d.Kernels = time.Since(start), e.Kernels()
	vectors, err := e.Embed(t.Context(), rag.EmbedPassage, todo.Texts)
	require.NoError(t, err)
	d.Memory = resident(t, os.Getpid())
	if todo.Vectors {
		d.Vectors = vectors
	}
	b, err = json.Marshal(d)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, b, 0o600))
}

// inAnotherProcess has a task done, with more in the environment.
func inAnotherProcess(tb testing.TB, todo *task, environment ...string) *done {
	tb.Helper()
	path := tb.TempDir() + "/task"
	b, err := json.Marshal(todo)
	require.NoError(tb, err)
	require.NoError(tb, os.WriteFile(path, b, 0o600))
	program, err := os.Executable()
	require.NoError(tb, err)
	cmd := exec.CommandContext(tb.Context(), program, "-test.run", "^TestTask$")
	cmd.Env = append(append(os.Environ(), taskVariable+"="+path), environment...)
	out, err := cmd.CombinedOutput()
	require.NoError(tb, err, "%s", out)
	b, err = os.ReadFile(path)
	require.NoError(tb, err)
	var d done
	require.NoError(tb, json.Unmarshal(b, &d))
	return &d
}

// resident gives how many bytes of a process are in memory, where the system tells.
func resident(tb testing.TB, pid int) uint64 {
	tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("\nVmRSS:"))
	var kilobytes uint64
	_, err = fmt.Sscan(string(rest), &kilobytes)
	require.NoError(tb, err)
	return kilobytes << 10
}

// Two processes have one file open, and the same vectors; one of them thinks that
// its processor has no AVX2.
func TestTwoProcessesOpenOneFile(t *testing.T) {
	path := randomModel(t)
	texts := []string{"a", "नदी बहती है", strings.Repeat("word ", 100)}
	want, err := opened(t, path, nil).Embed(t.Context(), rag.EmbedPassage, texts)
	require.NoError(t, err)
	d := inAnotherProcess(t, &task{Model: path, Texts: texts, Vectors: true}, "GODEBUG=cpu.avx2=off,cpu.avx512f=off")
	require.Equal(t, "plain", d.Kernels)
	require.Equal(t, want, d.Vectors)
}
