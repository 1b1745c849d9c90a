package outbound_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/outbound"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRedirectsAreAnswers(t *testing.T) {
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer other.Close()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		moved := httptest.NewServer(http.RedirectHandler(other.URL, status))
		for _, from := range []*http.Client{nil, {Transport: &http.Transport{DisableKeepAlives: true}}} {
			client, idle := outbound.Client(from)
			res, err := client.Post(moved.URL, "text/plain", strings.NewReader("a question"))
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			require.Equal(t, status, res.StatusCode)
			idle()
		}
		moved.Close()
	}
	require.Zero(t, asked)
}

func TestTheCallersClientStaysAsItIs(t *testing.T) {
	transport, refused := &http.Transport{}, errors.New("refused")
	from := &http.Client{Transport: transport}
	client, idle := outbound.Client(from)
	idle()
	require.Nil(t, from.CheckRedirect)
	require.Same(t, transport, client.Transport)

	from.CheckRedirect = func(*http.Request, []*http.Request) error { return refused }
	client, _ = outbound.Client(from)
	require.Equal(t, refused, client.CheckRedirect(nil, nil), "its own rule holds")
}
