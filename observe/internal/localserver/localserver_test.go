package localserver

import (
	"net"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWhatIsMissingIsSkippedAndFailsInCI(t *testing.T) {
	for env, skipped := range map[string]bool{"": true, "true": false} {
		t.Run("CI="+env, func(t *testing.T) {
			t.Setenv("CI", env)
			tb := &recorder{TB: t}
			done := make(chan struct{})
			go func() {
				defer close(done)
				Missing(tb, "no such program: install it")
			}()
			<-done
			require.Equal(t, skipped, tb.skip == "no such program: install it")
			require.Equal(t, !skipped, tb.fatal == "no such program: install it")
		})
	}
}

// recorder is a test whose end is written down.
type recorder struct {
	testing.TB
	skip, fatal string
}

func (r *recorder) Skip(args ...any) { r.skip = args[0].(string); runtime.Goexit() }

func (r *recorder) Fatal(args ...any) { r.fatal = args[0].(string); runtime.Goexit() }

func TestAProcessIsWatched(t *testing.T) {
	var log Log
	cmd := exec.Command("sh", "-c", "echo hello; exec sleep 60")
	cmd.Stdout = &log
	proc, err := Launch(cmd)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return log.String() == "hello\n" }, 10*time.Second, time.Millisecond)
	require.NoError(t, proc.Kill())
	<-proc.Ended
	_, err = Launch(exec.Command("/no/such/program"))
	require.Error(t, err)
}

func TestALogKeepsTheLastThatWasSaid(t *testing.T) {
	var log Log
	_, _ = log.Write([]byte(strings.Repeat("a", 1<<15)))
	_, _ = log.Write([]byte("end"))
	require.Len(t, log.String(), 1<<14)
	require.True(t, strings.HasSuffix(log.String(), "aend"))
}

func TestAPortIsFree(t *testing.T) {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(FreePort(t))))
	require.NoError(t, err)
	require.NoError(t, l.Close())
}
