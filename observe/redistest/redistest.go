// Package redistest starts real Redis servers for tests: one alone, a cluster,
// and a master with a replica under Sentinels; all with TLS alone and with ACL
// users, on 127.0.0.1, each in a folder of its own. Servers end with the test
// that started them, and with the process if it dies before. Only tests import this package.
package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/akshara-go/akshara/observe/internal/localserver"
)

// The users. App may do on every server what a cache does and nothing else,
// Service what keeps conversations as well; the Sentinels know their own alone.
const (
	App              = "app"
	AppPassword      = "app-pässword"
	Service          = "service"
	ServicePassword  = "service-pässword"
	SentinelUser     = admin
	SentinelPassword = adminPassword
	admin            = "admin"
	adminPassword    = "admin-password"
)

// appRules are the ACL rules of the user App: what the documentation of
// package rediscache says that its user needs.
const appRules = "~* resetchannels -@all +ping +hello +get +set +incrby +exists +unlink +multi +exec +command +cluster|slots +cluster|shards +select"

// serviceRules are those of the user Service: what the documentation of package
// redissession says that its user needs, besides.
const serviceRules = appRules + " +eval +evalsha +getrange +strlen +pttl +pexpire"

// defaultRules are those of the user default: nobody can come in as it, and Redis 7.0
// reads transactions back from its append-only file with its rights.
const defaultRules = "off resetchannels -@all +set +incrby ~*"

// MasterName is what the Sentinels call their master.
const MasterName = "cache"

// startTimeout bounds each wait for servers.
const startTimeout = 30 * time.Second

// Deployment is what was started, and how to reach it.
type Deployment struct {
	Addrs  []string  // what a client is told: the server, the cluster's nodes, or the Sentinels
	Nodes  []*Server // the servers that hold data; the first is a master
	CAFile string    // the authority that signed the servers' certificates
}

// ServerName is the one name in the servers' certificates.
const ServerName = "redis.test"

// Server is one Redis process.
type Server struct {
	Addr string

	tb     testing.TB
	caFile string
	port   int
	args   []string

	mu   sync.Mutex
	proc *localserver.Process
	log  localserver.Log
}

// needs skips the test on a machine without Redis, and fails it in CI.
func needs(tb testing.TB) {
	tb.Helper()
	for _, program := range []string{"redis-server", "redis-cli"} {
		if _, err := exec.LookPath(program); err == nil {
			continue
		}
		localserver.Missing(tb, "no "+program+": install redis-server")
	}
}

// Single starts one server.
func Single(tb testing.TB) *Deployment { return single(tb) }

// Durable starts one server that has on disk what it acknowledged: killed, it
// comes back with that.
func Durable(tb testing.TB) *Deployment {
	return single(tb, "--appendonly", "yes", "--appendfsync", "always")
}

func single(tb testing.TB, extra ...string) *Deployment {
	tb.Helper()
	needs(tb)
	ca := newAuthority(tb)
	s := newServer(tb, ca, extra...)
	s.Start()
	return &Deployment{Addrs: []string{s.Addr}, Nodes: []*Server{s}, CAFile: ca.file}
}

// newServer prepares a server with its folder, port, certificate and users.
func newServer(tb testing.TB, ca *authority, extra ...string) *Server {
	tb.Helper()
	dir := tb.TempDir()
	port := localserver.FreePort(tb)
	acl := fmt.Sprintf("user default %s\nuser %s on >%s ~* &* +@all\nuser %s on >%s %s\nuser %s on >%s %s\n",
		defaultRules, admin, adminPassword, App, AppPassword, appRules, Service, ServicePassword, serviceRules)
	aclFile := filepath.Join(dir, "users.acl")
	if err := os.WriteFile(aclFile, []byte(acl), 0o600); err != nil {
		tb.Fatal(err)
	}
	s := &Server{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), tb: tb, caFile: ca.file, port: port}
	s.args = append([]string{
		"--bind", "127.0.0.1", "--port", "0", "--tls-port", strconv.Itoa(port), "--tls-auth-clients", "no",
		"--tls-cert-file", ca.certFile, "--tls-key-file", ca.keyFile, "--tls-ca-cert-file", ca.file,
		"--aclfile", aclFile, "--masteruser", admin, "--masterauth", adminPassword, "--tls-replication", "yes",
		"--dir", dir, "--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0",
	}, extra...)
	tb.Cleanup(s.Kill)
	return s
}

// Start starts the server and waits until it answers. A server that was
// killed comes back empty, unless it is Durable, at the same address.
func (s *Server) Start() {
	s.tb.Helper()
	s.launch()
	s.await("answer", func() bool { out, err := s.cli("PING"); return err == nil && strings.HasPrefix(out, "PONG") })
}

// launch starts the process.
func (s *Server) launch() {
	s.tb.Helper()
	cmd := exec.Command("redis-server", s.args...)
	cmd.Stdout, cmd.Stderr = &s.log, &s.log
	proc, err := localserver.Launch(cmd)
	if err != nil {
		s.tb.Fatalf("redistest: %v", err)
	}
	s.mu.Lock()
	s.proc = proc
	s.mu.Unlock()
}

// Kill ends the server at once, as kill -9 does, and waits until it is gone. A
// server that does not run is left so.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc != nil {
		_ = s.proc.Kill()
		<-s.proc.Ended
		s.proc = nil
	}
}

// cli sends a command as the administrator.
func (s *Server) cli(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "redis-cli", append([]string{
		"-h", "127.0.0.1", "-p", strconv.Itoa(s.port), "--tls", "--cacert", s.caFile, "--user", admin,
	}, args...)...)
	cmd.Env = append(cmd.Environ(), "REDISCLI_AUTH="+adminPassword)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// await waits until ready is true.
func (s *Server) await(what string, ready func() bool) {
	s.tb.Helper()
	for start := time.Now(); !ready(); time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > startTimeout {
			log, _ := os.ReadFile(s.args[len(s.args)-1])
			s.tb.Fatalf("redistest: %s does not %s after %v\n%s", s.Addr, what, startTimeout, log)
		}
	}
}
