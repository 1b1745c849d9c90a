package ragtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/session"
)

// TestKilledSessions demands of a store on a server of its own, which kill kills and
// start starts again, that a turn which is answered meanwhile is refused with a code,
// and that what was acknowledged before is there afterwards.
func TestKilledSessions(t *testing.T, s session.Store, kill, start func()) {
	sessions := session.New(s, &session.Options{Lease: time.Second})
	say := func(question string) func(context.Context, *session.Session) (*session.Turn, error) {
		return func(context.Context, *session.Session) (*session.Turn, error) {
			return &session.Turn{Question: question, Answer: "उत्तर", Language: "hi"}, nil
		}
	}
	me := session.Owner{User: "asha"}
	c, err := sessions.Do(t.Context(), me, "", say("one"))
	require.NoError(t, err)
	_, err = sessions.Do(t.Context(), me, c.ID, say("two"))
	require.NoError(t, err)
	_, err = sessions.Do(t.Context(), me, c.ID, func(ctx context.Context, _ *session.Session) (*session.Turn, error) {
		kill()
		return say("lost")(ctx, nil)
	})
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err), "%v", err)
	_, err = sessions.Get(t.Context(), me, c.ID)
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err), "%v", err)
	require.NotContains(t, fault.From(err).Message, "127.0.0.1")

	start()
	id := c.ID
	require.Eventually(t, func() bool { c, err = sessions.Get(t.Context(), me, id); return err == nil }, patience, 20*time.Millisecond)
	require.Len(t, c.Turns, 2)
	c, err = sessions.Do(t.Context(), me, id, say("three")) // it waits for the lease of the one that failed
	require.NoError(t, err)
	require.Equal(t, "three", c.Turns[2].Question)
}
