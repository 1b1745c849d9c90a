package httpkit_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/httpkit"
)

// TestWhoAsksGoesAlong: user and conversation reach the services that a client is told to
// trust with them, and no other; and a service takes them from callers only where it is told to.
func TestWhoAsksGoesAlong(t *testing.T) {
	ask := func(client, server bool, ctx context.Context, header http.Header) (user, session string) {
		kit := httpkit.New(&httpkit.Options{Askers: server})
		kit.Handle("GET /who", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, session = observe.UserID(r.Context()), observe.SessionID(r.Context())
			w.WriteHeader(http.StatusNoContent)
		}))
		s := httptest.NewServer(kit)
		defer s.Close()
		c, err := httpkit.NewClient(s.URL, &httpkit.ClientOptions{Askers: client})
		require.NoError(t, err)
		defer c.Close()
		require.NoError(t, c.Send(ctx, &httpkit.Call{Path: "/who", Header: header}, nil))
		return user, session
	}
	who := observe.WithSession(observe.WithUser(t.Context(), "आशा, 7"), "s=1")
	for _, c := range []struct {
		client, server bool
		user, session  string
	}{{true, true, "आशा, 7", "s=1"}, {true, false, "", ""}, {false, true, "", ""}} {
		user, session := ask(c.client, c.server, who, nil)
		require.Equal(t, c.user, user)
		require.Equal(t, c.session, session)
	}
	user, session := ask(true, true, observe.WithSession(observe.WithUser(t.Context(), strings.Repeat("x", 201)), "\xff"), nil)
	require.Empty(t, user+session, "what is too long, or no text, is left out")

	for header, want := range map[string][2]string{
		"user.id=u,session.id=s;p=1,other=x":               {"u", "s"},
		"user.id=" + strings.Repeat("x", 201):              {"", ""},
		"session.id=s,user.id=" + strings.Repeat("x", 250): {"", "s"},
		strings.Repeat("a=b,", 4000) + "user.id=u":         {"", ""},
		"user.id": {"", ""}, "=;,": {"", ""}, "user.id=%": {"", ""},
	} {
		user, session := ask(false, true, t.Context(), http.Header{"Baggage": {header}})
		require.Equal(t, want[0], user, "%.40s", header)
		require.Equal(t, want[1], session, "%.40s", header)
	}
}

// TestPropagateTellsWhoAsksOnlyWhereItIsTo: a model server gets the trace alone.
func TestPropagateTellsWhoAsksOnlyWhereItIsTo(t *testing.T) {
	var got http.Header
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
	defer s.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	ctx := observe.WithSession(observe.WithRequestID(t.Context(), "7c9e6679-7425-40de-944b-e07fc1f90ae7"), "s-1")
	for _, c := range []struct {
		through http.RoundTripper
		want    string
	}{{httpkit.Propagate(transport), ""}, {httpkit.PropagateAskers(transport), "session.id=s-1"}} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
		require.NoError(t, err)
		res, err := (&http.Client{Transport: c.through}).Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, c.want, got.Get("Baggage"))
		require.Equal(t, "7c9e6679-7425-40de-944b-e07fc1f90ae7", got.Get("X-Request-Id"))
		require.Empty(t, req.Header, "a transport does not change its request")
	}
}
