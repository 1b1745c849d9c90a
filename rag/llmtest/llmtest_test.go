package llmtest

import (
	"net"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/rag/llm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A server has the slots and the context that it says, answers, and ends with its test.
func TestARealChatModel(t *testing.T) {
	var base string
	t.Run("test", func(t *testing.T) {
		s := Start(t)
		base = s.url
		require.Zero(t, s.Busy())
		var slots []struct {
			Context int `json:"n_ctx"`
		}
		require.NoError(t, s.get("/slots", &slots))
		require.Len(t, slots, Slots)
		require.Equal(t, Context, slots[0].Context)
		require.ErrorContains(t, s.get("/nothing", nil), "404")
		res, err := s.Chat().Generate(t.Context(), &llm.Request{MaxTokens: 4, Messages: []llm.Message{{Role: llm.User, Content: "Hello"}}})
		require.NoError(t, err)
		require.NotEmpty(t, res.Text)
		require.Equal(t, Model, res.Model)
	})
	if base == "" {
		return // skipped
	}
	u, err := url.Parse(base)
	require.NoError(t, err)
	_, err = net.Dial("tcp", u.Host)
	require.Error(t, err)
}
