package redistest

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/internal/localserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(Around(m)) }

func TestAServerEndsWithItsTest(t *testing.T) {
	var s *Server
	t.Run("test", func(t *testing.T) {
		s = Single(t).Nodes[0]
		out, err := s.cli("SET", "k", "v")
		require.NoError(t, err)
		require.Contains(t, out, "OK")
		s.Kill()
		s.Kill()
		_, err = s.cli("PING")
		require.Error(t, err)
		s.Start()
		out, err = s.cli("GET", "k")
		require.NoError(t, err)
		require.Empty(t, strings.TrimSpace(out), "it comes back empty")
	})
	if s != nil {
		require.Nil(t, s.proc)
	}
}

// A test binary that dies without tidying up must leave no server behind.
func TestAServerEndsWithTheProcess(t *testing.T) {
	if os.Getenv("REDISTEST_DIE") != "" {
		d := Single(t)
		_, _ = os.Stdout.WriteString("addr=" + d.Addrs[0] + "\n")
		os.Exit(7)
	}
	if !localserver.EndsWithParent {
		t.Skip("this system does not end children with their parent")
	}
	needs(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestAServerEndsWithTheProcess$")
	cmd.Env = append(os.Environ(), "REDISTEST_DIE=1", "TMPDIR="+t.TempDir())
	out, err := cmd.Output()
	require.Error(t, err)
	_, addr, found := strings.Cut(string(out), "addr=")
	require.True(t, found, "%s", out)
	addr = strings.TrimSpace(strings.SplitN(addr, "\n", 2)[0])
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, startTimeout, 10*time.Millisecond)
}

func TestDeployments(t *testing.T) {
	if testing.Short() {
		t.Skip("starts ten servers")
	}
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		d := Cluster(t)
		require.Len(t, d.Nodes, 6)
		out, err := d.Nodes[0].cli("CLUSTER", "NODES")
		require.NoError(t, err)
		require.Equal(t, 3, strings.Count(out, "master"))
	})
	t.Run("sentinel", func(t *testing.T) {
		t.Parallel()
		d := Sentinel(t)
		require.Len(t, d.Addrs, 3)
		out, err := d.Nodes[0].cli("INFO", "replication")
		require.NoError(t, err)
		require.Contains(t, out, "connected_slaves:1")
	})
}
