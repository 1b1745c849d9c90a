package raghttp_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/raghttp"
)

// asked is an Answerer that keeps who asked, and in which conversation.
type asked struct {
	rag.Answerer
	user, session string
}

func (a *asked) Answer(ctx context.Context, q *rag.Question) (*rag.Answer, error) {
	a.user, a.session = observe.UserID(ctx), observe.SessionID(ctx)
	return a.Answerer.Answer(ctx, q)
}

// TestAQuestionBelongsToItsConversation: to that of the caller where services hand it on, else to
// the one that the body names, else to one of its own.
func TestAQuestionBelongsToItsConversation(t *testing.T) {
	service := whole(t)
	a := &asked{Answerer: service.Answerer}
	service.Answerer = a
	kit := httpkit.New(&httpkit.Options{Askers: true})
	raghttp.Register(kit, service, nil)
	base := serve(t, kit)
	client := clientOf(t, base, &httpkit.ClientOptions{Askers: true})
	ctx := observe.WithSession(observe.WithUser(t.Context(), "u-1"), "s-1")
	_, err := client.Answer(ctx, &rag.Question{Text: "who?"})
	require.NoError(t, err)
	require.Equal(t, "u-1", a.user)
	require.Equal(t, "s-1", a.session)
	for _, err := range client.Stream(ctx, &rag.Question{Text: "who?"}) {
		require.NoError(t, err)
	}
	require.Equal(t, "s-1", a.session)

	plain, err := httpkit.NewClient(base, nil)
	require.NoError(t, err)
	defer plain.Close()
	for _, path := range []string{"/answer", "/answer/stream"} {
		a.session = ""
		require.NoError(t, plain.Do(t.Context(), "POST", path, map[string]any{"message": "who?", "session_id": "s-2"}, nil))
		require.Equal(t, "s-2", a.session, path)
		require.NoError(t, plain.Do(t.Context(), "POST", path, map[string]any{"message": "who?"}, nil))
		require.Regexp(t, `^[0-9a-f-]{36}$`, a.session, path)
	}
}
