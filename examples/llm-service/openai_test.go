package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
)

// openaiVersion is the version of npm's openai that .ci/setup keeps in the cache.
const openaiVersion = "6.49.0"

// openaiPackage gives the folder of the client, and the Node.js that runs it.
func openaiPackage(tb testing.TB) (folder, node string) {
	tb.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		programtest.Needs(tb, "Node.js is not installed (Debian: nodejs)")
	}
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		home, err := os.UserHomeDir()
		require.NoError(tb, err)
		cache = filepath.Join(home, ".cache")
	}
	folder = filepath.Join(cache, "akshara", "openai-node-"+openaiVersion, "package")
	if _, err := os.Stat(filepath.Join(folder, "index.mjs")); err != nil {
		programtest.Needs(tb, "npm's openai "+openaiVersion+" is not in the cache: run .ci/setup")
	}
	return folder, node
}

// failure is an error as the client throws it.
type failure struct {
	Kind, Code, Message, RequestID string
	Status                         int
}

// choice is what the client makes of an answer.
type choice struct {
	Finish  string `json:"finish_reason"`
	Message struct {
		Content *string
		Calls   []struct {
			ID       string
			Function struct{ Name, Arguments string }
		} `json:"tool_calls"`
	}
}

// OpenAI's own client for Node.js drives every route.
func TestTheNodeClientOfOpenAI(t *testing.T) {
	folder, node := openaiPackage(t)
	m := newModelServer(t, "small", "cut", "endless")
	s := start(t, m.with(map[string]string{"RAG_EMBEDDING_MODEL": "any-e5", "LLM_MODEL_LONGCTX": "cut", "LLM_MODEL_MULTIMODAL": "endless"}))
	cmd := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "openai.mjs"))
	cmd.Env = append(os.Environ(), "PACKAGE="+folder, "BASE_URL="+s.URL)
	cmd.Stderr = s.Logs
	printed, err := cmd.Output()
	require.NoError(t, err, s.Logs)
	var out struct {
		Chat struct {
			ID, Model, RequestID string
			Choices              []choice
			Usage                map[string]any
		}
		Stream struct {
			Pieces        []string
			Usage         map[string]any
			Model, Finish string
		}
		Tool, StreamedTool    choice
		JSON                  map[string]string
		Assembled, Answered   string
		Embeddings, Floats    [][]float64
		Models                []string
		One                   string
		Unknown, Refused, Cut failure
		Left                  bool
	}
	require.NoError(t, json.Unmarshal(printed, &out), string(printed))

	t.Run("chat", func(t *testing.T) {
		require.Equal(t, "said by small", *out.Chat.Choices[0].Message.Content)
		require.Equal(t, []string{"stop", "small-2026"}, []string{out.Chat.Choices[0].Finish, out.Chat.Model})
		require.EqualValues(t, 13, out.Chat.Usage["total_tokens"])
		require.NotEmpty(t, out.Chat.RequestID)
		require.Equal(t, "said by small", out.Answered, "what a tool gave is taken")
	})
	t.Run("stream", func(t *testing.T) {
		require.Equal(t, []string{"said ", "by ", "small"}, out.Stream.Pieces)
		require.Equal(t, []string{"stop", "small-2026"}, []string{out.Stream.Finish, out.Stream.Model})
		require.EqualValues(t, 13, out.Stream.Usage["total_tokens"])
		require.Equal(t, "said by small", out.Assembled)
	})
	t.Run("tools", func(t *testing.T) {
		for _, c := range []choice{out.Tool, out.StreamedTool} {
			require.Equal(t, "tool_calls", c.Finish)
			require.Nil(t, c.Message.Content)
			require.Len(t, c.Message.Calls, 1)
			require.Equal(t, "weather", c.Message.Calls[0].Function.Name)
			require.JSONEq(t, `{"city":"आगरा"}`, c.Message.Calls[0].Function.Arguments)
		}
	})
	t.Run("JSON of a schema", func(t *testing.T) { require.Equal(t, map[string]string{"city": "आगरा"}, out.JSON) })
	t.Run("embeddings", func(t *testing.T) {
		require.Len(t, out.Embeddings, 2)
		require.Equal(t, []float64{.5, -1}, out.Embeddings[0][1:])
		require.Equal(t, out.Floats, out.Embeddings, "base64 says the same")
	})
	t.Run("models", func(t *testing.T) {
		require.Equal(t, []string{"auto", "small", "cut", "endless", "any-e5"}, out.Models)
		require.Equal(t, "small", out.One)
	})
	t.Run("errors", func(t *testing.T) {
		require.Equal(t, []any{"NotFoundError", 404, "NOT_FOUND"}, []any{out.Unknown.Kind, out.Unknown.Status, out.Unknown.Code})
		require.Equal(t, []any{"BadRequestError", 400, "INVALID_REQUEST"}, []any{out.Refused.Kind, out.Refused.Status, out.Refused.Code})
		require.Contains(t, out.Unknown.Message, "GET /v1/models")
		require.NotEmpty(t, out.Unknown.RequestID)
		require.Equal(t, []any{"APIError", "UPSTREAM_ERROR"}, []any{out.Cut.Kind, out.Cut.Code}, "also in the middle of a stream")
	})
	t.Run("leaving", func(t *testing.T) {
		require.True(t, out.Left)
		select {
		case <-m.left:
		case <-time.After(10 * time.Second):
			t.Fatal("the model goes on for nobody")
		}
	})
}
