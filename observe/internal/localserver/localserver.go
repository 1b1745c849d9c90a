// Package localserver runs servers that tests need on this machine: it tells what
// is missing, finds a port, and starts processes that end with the test binary.
package localserver

import (
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/akshara-go/akshara/observe/config"
)

// environment is what the surroundings of a test set.
type environment struct {
	CI string `env:"CI" doc:"Set where what is missing is a failure"`
}

// Missing skips the test and says what to install; in CI it fails it.
func Missing(tb testing.TB, what string) {
	tb.Helper()
	if env, err := config.Load[environment](nil); err != nil || env.CI != "" {
		tb.Fatal(what)
	}
	tb.Skip(what)
}

// Log keeps the last 16 KiB that a server says. It may be used concurrently.
type Log struct {
	mu   sync.Mutex
	text []byte
}

// Write implements io.Writer. It never fails.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	l.text = l.text[max(0, len(l.text)-1<<14):]
	return len(p), nil
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// Process is a running program and the news of its end.
type Process struct {
	*os.Process
	Ended chan struct{} // closed when it has ended
}

// Launch starts a program that ends with the test binary, also when that dies,
// where the system can do so: see [EndsWithParent]. The thread that starts it
// waits for it: a thread that ended would take the program along, as the end of
// the whole process does.
func Launch(cmd *exec.Cmd) (*Process, error) {
	endWithParent(cmd)
	started := make(chan error)
	proc := &Process{Ended: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		proc.Process = cmd.Process
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(proc.Ended)
		}
	}()
	return proc, <-started
}

// FreePort gives a port on 127.0.0.1 that nobody listens on, nor on the one
// 10,000 above, which some servers use among themselves. Both lie below those that
// the system gives to outgoing connections.
func FreePort(tb testing.TB) int {
	tb.Helper()
	for range 100 {
		port := 12000 + rand.IntN(10000)
		if free(port) && free(port+10000) {
			return port
		}
	}
	tb.Fatal("no free port")
	return 0
}

func free(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
