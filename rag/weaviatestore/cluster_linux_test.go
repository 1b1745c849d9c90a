package weaviatestore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/akshara-go/akshara/observe/config"
)

const (
	weaviateVersion = "1.35.2"
	testKey         = "k-7c21f0"
)

// process is a running program.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended
}

// launch starts a program that the kernel ends with this one. The thread that
// starts it waits for it, for the kernel takes a thread's end for that of the parent.
func launch(cmd *exec.Cmd) (*process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	p := &process{cmd, make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(p.ended)
		}
	}()
	return p, <-started
}

// surroundings is what the environment of the tests says.
type surroundings struct {
	Inside bool   `env:"WEAVIATESTORE_INSIDE" doc:"Set in the process that runs in a network of its own"`
	CI     string `env:"CI" doc:"Set where what is missing is a failure"`
	Cache  string `env:"XDG_CACHE_HOME" doc:"Where .ci/setup keeps what it built"`
	Home   string `env:"HOME" doc:"Where the cache is otherwise"`
}

// Weaviate's nodes bind ports on every interface, so the tests run in a network
// namespace of their own, where loopback is all there is: the test binary starts
// itself once more in one.
func TestMain(m *testing.M) {
	env, err := config.Load[surroundings](nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	nodes.ci = env.CI != ""
	nodes.program = filepath.Join(cacheFolder(env), "weaviate-"+weaviateVersion, "weaviate-server")
	if !env.Inside {
		code, err := runInside()
		if err == nil {
			os.Exit(code)
		}
		nodes.missing = "a network namespace cannot be made: " + err.Error()
	} else if err := raiseLoopback(); err != nil {
		fmt.Fprintln(os.Stderr, "loopback cannot be raised:", err)
		os.Exit(1)
	}
	code := m.Run()
	nodes.stop()
	http.DefaultClient.CloseIdleConnections()
	if code == 0 {
		err = goleak.Find()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func cacheFolder(env *surroundings) string {
	if env.Cache != "" {
		return filepath.Join(env.Cache, "akshara")
	}
	return filepath.Join(env.Home, ".cache", "akshara")
}

// runInside gives the exit code of the tests run in a namespace.
func runInside() (int, error) {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "WEAVIATESTORE_INSIDE=true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	p, err := launch(cmd)
	if err != nil {
		return 0, err
	}
	<-p.ended
	return cmd.ProcessState.ExitCode(), nil
}

func raiseLoopback() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	request, err := unix.NewIfreq("lo")
	if err == nil {
		request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
		err = unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, request)
	}
	return errors.Join(err, unix.Close(s))
}

// nodes is the cluster of all tests.
var nodes cluster

type cluster struct {
	program string
	missing string // why there is none
	ci      bool   // then that is a failure
	dir     string
	once    sync.Once
	list    []*server
	err     error
}

// server is a node of the cluster in a process of its own.
type server struct {
	number int
	dir    string
	proc   *process
}

func (s *server) base() string { return fmt.Sprintf("http://127.0.0.1:%d", 8080+s.number) }

// urls gives the addresses of the running cluster, which the first test that needs it starts.
func (c *cluster) urls(tb testing.TB) []string {
	tb.Helper()
	if _, err := os.Stat(c.program); err != nil {
		c.missing = "no weaviate-server " + weaviateVersion
	}
	if c.missing != "" {
		what := c.missing + "; .ci/setup builds the server, and the kernel has to allow namespaces"
		if c.ci {
			tb.Fatal(what)
		}
		tb.Skip(what)
	}
	c.once.Do(func() { c.err = c.start() })
	require.NoError(tb, c.err)
	var list []string
	for _, s := range c.list {
		list = append(list, s.base())
	}
	return list
}

func (c *cluster) start() error {
	var err error
	if c.dir, err = os.MkdirTemp("", "weaviatestore"); err != nil {
		return err
	}
	for i := range 3 {
		c.list = append(c.list, &server{number: i, dir: filepath.Join(c.dir, fmt.Sprint("n", i))})
		if err := os.Mkdir(c.list[i].dir, 0o700); err != nil {
			return err
		}
		if err := c.list[i].launch(c.program); err != nil {
			return err
		}
	}
	for _, s := range c.list {
		if err := s.await(); err != nil {
			return err
		}
	}
	return nil
}

// launch starts the node's process: a member of three that find each other on loopback.
func (s *server) launch(program string) error {
	cmd := exec.Command(program, "--host", "127.0.0.1", "--port", fmt.Sprint(8080+s.number), "--scheme", "http")
	cmd.Dir = s.dir
	out, err := os.OpenFile(filepath.Join(s.dir, "out"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	port := func(base int) string { return fmt.Sprint(base + 2*s.number) }
	cmd.Env = []string{
		"HOME=" + s.dir, "PERSISTENCE_DATA_PATH=" + s.dir, "DISABLE_TELEMETRY=true", "DEFAULT_VECTORIZER_MODULE=none", "GO_PROFILING_DISABLE=true",
		"ASYNC_REPLICATION_FREQUENCY=2s", "ASYNC_REPLICATION_PROPAGATION_DELAY=1s", "ASYNC_REPLICATION_HASHTREE_HEIGHT=8",
		"LOG_LEVEL=error", "RAFT_TIMEOUTS_MULTIPLIER=1", "GOGC=300", "GOMEMLIMIT=700MiB", "GOMAXPROCS=2", fmt.Sprint("GRPC_PORT=", 50051+s.number),
		"AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=false", "AUTHENTICATION_APIKEY_ENABLED=true",
		"AUTHENTICATION_APIKEY_ALLOWED_KEYS=" + testKey, "AUTHENTICATION_APIKEY_USERS=tests", "AUTHORIZATION_ADMINLIST_ENABLED=true", "AUTHORIZATION_ADMINLIST_USERS=tests",
		fmt.Sprint("CLUSTER_HOSTNAME=n", s.number), "CLUSTER_IN_LOCALHOST=true", "CLUSTER_ADVERTISE_ADDR=127.0.0.1",
		"CLUSTER_GOSSIP_BIND_PORT=" + port(7100), "CLUSTER_DATA_BIND_PORT=" + port(7101), "CLUSTER_JOIN=127.0.0.1:7100,127.0.0.1:7102,127.0.0.1:7104",
		"RAFT_PORT=" + port(8300), "RAFT_INTERNAL_RPC_PORT=" + port(8301), "RAFT_JOIN=n0:8300,n1:8302,n2:8304", "RAFT_BOOTSTRAP_EXPECT=3",
	}
	s.proc, err = launch(cmd)
	return err
}

// await waits until the node takes requests.
func (s *server) await() error {
	for ends := time.Now().Add(90 * time.Second); time.Now().Before(ends); time.Sleep(50 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base()+"/v1/.well-known/ready", nil)
		if err != nil {
			cancel()
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		cancel()
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.proc.ended:
			return fmt.Errorf("node %d ended: %s", s.number, s.said())
		default:
		}
	}
	return fmt.Errorf("node %d is not ready: %s", s.number, s.said())
}

// said gives the end of what the node said.
func (s *server) said() string {
	text, _ := os.ReadFile(filepath.Join(s.dir, "out"))
	return string(text[max(0, len(text)-4096):])
}

// kill ends the node as a lost power supply would.
func (s *server) kill() error {
	err := s.proc.cmd.Process.Kill()
	<-s.proc.ended
	return err
}

// memory gives how many bytes the largest of the nodes takes.
func (c *cluster) memory(tb testing.TB) float64 {
	tb.Helper()
	most := 0.0
	for _, s := range c.list {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.proc.cmd.Process.Pid))
		require.NoError(tb, err)
		var size, resident float64
		_, err = fmt.Sscan(string(text), &size, &resident)
		require.NoError(tb, err)
		most = max(most, resident*float64(os.Getpagesize()))
	}
	return most
}

func (c *cluster) stop() {
	for _, s := range c.list {
		if s.proc != nil {
			_ = s.kill()
		}
	}
	if c.dir != "" {
		_ = os.RemoveAll(c.dir)
	}
}

func TestTheClusterIsOnLoopbackAlone(t *testing.T) {
	nodes.urls(t)
	interfaces, err := net.Interfaces()
	require.NoError(t, err)
	for _, i := range interfaces {
		require.True(t, i.Flags&net.FlagLoopback != 0 || i.Flags&net.FlagUp == 0 || strings.HasPrefix(i.Name, "lo"), i.Name)
	}
}
