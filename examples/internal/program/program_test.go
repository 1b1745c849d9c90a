package program_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/examples/internal/program"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/recording"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type settings struct {
	App  config.App
	OTel config.OTel
}

func TestAProgramServesUntilItsContextEnds(t *testing.T) {
	t.Setenv("APP_PORT", "")
	t.Setenv("APP_PROT", "1")
	cfg, slips, err := program.Load[settings](t.Context(), map[string]string{"APP_PORT": "0"})
	require.NoError(t, err)
	require.Zero(t, cfg.App.Port)
	require.Len(t, slips, 1)

	var out, logs bytes.Buffer
	health := make(chan string, 1)
	about := program.About{Name: "a-service", Version: "1.2.3", Title: "A service", Line: "It serves at"}
	cfg.OTel.ServiceName = "another"
	cfg.OTel.TraceShare = 0
	base, err := program.Start(t.Context(), &about, &cfg.App, &recording.Settings{OTel: cfg.OTel}, slips, &logs)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	err = base.Serve(ctx, base.Kit(time.Minute), &out, func(addr net.Addr) {
		go func() {
			defer cancel()
			res, err := http.Get("http://" + addr.String() + "/health")
			if err != nil {
				health <- err.Error()
			} else {
				body, _ := io.ReadAll(res.Body)
				res.Body.Close()
				health <- string(body)
			}
			http.DefaultClient.CloseIdleConnections()
		}()
	})
	require.NoError(t, err)
	base.Close()
	require.Contains(t, out.String(), "It serves at http://localhost:")
	require.Contains(t, <-health, `"service":"a-service","version":"1.2.3"`)
	require.Contains(t, logs.String(), "APP_PORT", "what was meant is named")
}

func TestAnAddressIsShownAsABrowserTakesIt(t *testing.T) {
	for address, want := range map[string]string{"127.0.0.1:8000": "localhost:8000", "0.0.0.0:8000": "localhost:8000", "[::]:80": "localhost:80", "192.0.2.7:8000": "192.0.2.7:8000"} {
		addr, err := net.ResolveTCPAddr("tcp", address)
		require.NoError(t, err)
		require.Equal(t, want, program.Shown(addr))
	}
}
