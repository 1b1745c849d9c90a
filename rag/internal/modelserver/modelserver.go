// Package modelserver runs the servers of real models that tests need on this
// machine, from where .ci/setup keeps them: it tells what is missing, and starts
// programs on 127.0.0.1 that end with the test, and with the process if it dies before.
package modelserver

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/akshara-go/akshara/observe/config"
)

// startTimeout bounds the wait for a server.
const startTimeout = 60 * time.Second

// saidBytes is how much of what a server said last stands in an error.
const saidBytes = 2 << 10

var (
	errEnded  = errors.New("the server ended")
	errSilent = errors.New("the server does not answer")
)

// environment is what the surroundings of a test set.
type environment struct {
	CI    string `env:"CI" doc:"Set where what is missing is a failure"`
	Cache string `env:"XDG_CACHE_HOME" doc:"The user's cache folder"`
}

// Cache gives the folder in which .ci/setup keeps what it fetches and builds.
func Cache(tb testing.TB) string {
	tb.Helper()
	folder := load(tb).Cache
	if folder == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			tb.Fatal(err)
		}
		folder = filepath.Join(home, ".cache")
	}
	return filepath.Join(folder, "akshara")
}

// Installed gives the path of a file below the cache folder. Where it is not there,
// the test is skipped and says that what is not installed; in CI it fails.
func Installed(tb testing.TB, what string, path ...string) string {
	tb.Helper()
	file := filepath.Join(append([]string{Cache(tb)}, path...)...)
	if _, err := os.Stat(file); err == nil {
		return file
	}
	missing := what + ", is not installed: run .ci/setup"
	if load(tb).CI != "" {
		tb.Fatal(missing)
	}
	tb.Skip(missing)
	return ""
}

func load(tb testing.TB) *environment {
	tb.Helper()
	env, err := config.Load[environment](nil)
	if err != nil {
		tb.Fatal(err)
	}
	return env
}

// Launch starts cmd with --host and --port behind its arguments and waits until it
// says at /health that it is ready. It gives the server's address, http://127.0.0.1
// with a port. The thread that starts the program waits for it: a thread that ended
// would take it along, as the end of the whole process does.
func Launch(tb testing.TB, cmd *exec.Cmd) (url string, err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	address := ln.Addr().String()
	_, port, _ := net.SplitHostPort(address) // just made of the two
	if err := ln.Close(); err != nil {
		return "", err
	}
	log, err := os.Create(filepath.Join(tb.TempDir(), "log"))
	if err != nil {
		return "", err
	}
	defer log.Close() // the program has its own
	cmd.Args = append(cmd.Args, "--host", "127.0.0.1", "--port", port)
	cmd.SysProcAttr, cmd.Stdout, cmd.Stderr = endWithParent(), log, log
	started, ended := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // it is killed
			close(ended)
		}
	}()
	if err := <-started; err != nil {
		return "", err
	}
	tb.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-ended
	})
	if err := await("http://"+address+"/health", ended); err != nil {
		said, _ := os.ReadFile(log.Name())
		return "", fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, said[max(0, len(said)-saidBytes):])
	}
	return "http://" + address, nil
}

// await waits until a server answers that it is ready.
func await(url string, ended <-chan struct{}) error {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second}
	for start := time.Now(); time.Since(start) < startTimeout; time.Sleep(20 * time.Millisecond) {
		if res, err := client.Get(url); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ended:
			return errEnded
		default:
		}
	}
	return errSilent
}
