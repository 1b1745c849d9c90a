// Package pgtest starts real PostgreSQL servers for tests, on 127.0.0.1, each
// with a folder, a port and settings of its own. A test binary shares one
// server among its tests, each of which asks it for an empty schema:
//
//	var server = pgtest.New()
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(server.Around(m)) }
//
//	func TestStore(t *testing.T) { open(server.Schema(t)) }
//
// The server starts with the first schema and ends with the binary, also when
// the binary dies. initdb and the server run as the user postgres where the
// tests run as root, since PostgreSQL refuses to be root.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/akshara-go/akshara/observe/internal/localserver"
)

// Password is what the DSNs carry. The server does not ask for it: it is there
// for tests that look for it where it must not be.
const Password = "pg-pässword"

// startTimeout bounds each wait for a server.
const startTimeout = 30 * time.Second

// quick are the settings of a server that has nothing to keep: what a test
// wrote need not outlive the machine. A killed process loses nothing by them.
var quick = []string{"fsync=off", "full_page_writes=off", "max_wal_size=4GB"}

// Server is a PostgreSQL server. Its methods may be called by several goroutines.
type Server struct {
	settings []string

	mu     sync.Mutex
	dir    string // holds the data; empty before the first start and after Close
	port   int
	proc   *localserver.Process
	log    localserver.Log
	serial int // of databases
}

// New gives a server that is not started yet. Settings are lines of
// postgresql.conf, such as "max_connections=5", and go before the defaults.
func New(settings ...string) *Server {
	return &Server{settings: append(slices.Clone(quick), settings...)}
}

// Schema makes an empty schema in a database that has pgvector, where it is
// installed, and gives the DSN of a superuser whose tables go there: a tenth of
// the time that a database takes. The schema goes with the test. On a machine
// without PostgreSQL the test is skipped, and fails in CI.
func (s *Server) Schema(tb testing.TB) string {
	tb.Helper()
	s.Start(tb)
	name := s.name()
	s.run(tb, "postgres", "CREATE SCHEMA "+name)
	s.dropAfter(tb, "DROP SCHEMA "+name+" CASCADE")
	return s.DSN("postgres") + " search_path=" + name + ",public"
}

// Database makes an empty database, without extensions, and gives its DSN. It is
// otherwise like Schema.
func (s *Server) Database(tb testing.TB) string {
	tb.Helper()
	s.Start(tb)
	name := s.name()
	s.run(tb, "postgres", "CREATE DATABASE "+name+" TEMPLATE template0")
	s.dropAfter(tb, "DROP DATABASE "+name+" WITH (FORCE)")
	return s.DSN(name)
}

func (s *Server) name() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	return "test" + strconv.Itoa(s.serial)
}

func (s *Server) run(tb testing.TB, database, statement string) {
	tb.Helper()
	if err := s.Exec(tb.Context(), database, statement); err != nil {
		tb.Fatalf("pgtest: %v\n%s", err, s.log.String())
	}
}

// dropAfter runs a statement when the test is over.
func (s *Server) dropAfter(tb testing.TB, statement string) {
	tb.Cleanup(func() {
		s.Start(tb) // a test may have left it stopped
		if err := s.Exec(context.Background(), "postgres", statement); err != nil {
			tb.Errorf("pgtest: %v", err)
		}
	})
}

// DSN gives the address of a database, as the superuser.
func (s *Server) DSN(database string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.address(database)
}

// As gives a DSN of this server for another user.
func As(user, dsn string) string { return strings.Replace(dsn, "user=postgres", "user="+user, 1) }

func (s *Server) address(database string) string {
	return fmt.Sprintf("host=127.0.0.1 port=%d user=postgres password='%s' sslmode=disable dbname=%s", s.port, Password, database)
}

// Exec runs a statement in a database, as the superuser.
func (s *Server) Exec(ctx context.Context, database, statement string) error {
	return execute(ctx, s.DSN(database), statement)
}

func execute(ctx context.Context, dsn, statement string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// Start starts the server, if it does not run, and waits until it answers. What
// it held when it ended is there again.
func (s *Server) Start(tb testing.TB) {
	tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc != nil {
		return
	}
	needs(tb)
	first := s.dir == ""
	if first {
		s.initialise(tb)
	}
	_ = os.Remove(filepath.Join(s.dir, "postmaster.pid")) // left by a server that was killed
	proc, err := s.launch()
	if err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	s.proc = proc
	for start := time.Now(); !s.ready(); time.Sleep(5 * time.Millisecond) {
		select {
		case <-proc.Ended:
			s.proc = nil
			tb.Fatalf("pgtest: the server ended\n%s", s.log.String())
		default:
		}
		if time.Since(start) > startTimeout {
			tb.Fatalf("pgtest: the server does not answer after %v\n%s", startTimeout, s.log.String())
		}
	}
	if first && Pgvector() {
		if err := execute(tb.Context(), s.address("postgres"), "CREATE EXTENSION vector"); err != nil {
			tb.Fatalf("pgtest: %v", err)
		}
	}
}

// initialise makes the folder and takes a port.
func (s *Server) initialise(tb testing.TB) {
	tb.Helper()
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		tb.Fatal(err)
	}
	s.Own(tb, dir)
	s.dir, s.port = dir, localserver.FreePort(tb)
	cmd := command("initdb", "-D", dir, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("pgtest: initdb: %v\n%s", err, out)
	}
}

// Own gives a folder to the user that the server runs as.
func (s *Server) Own(tb testing.TB, dir string) {
	tb.Helper()
	if uid, gid, ok := unprivileged(); ok {
		if err := os.Chown(dir, uid, gid); err != nil {
			tb.Fatal(err)
		}
	}
}

// launch starts the process.
func (s *Server) launch() (*localserver.Process, error) {
	args := []string{"-D", s.dir, "-p", strconv.Itoa(s.port), "-h", "127.0.0.1", "-c", "unix_socket_directories="}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	cmd := command("postgres", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, &s.log, &s.log
	return localserver.Launch(cmd)
}

// ready tells whether the server has written that it is, as pg_ctl asks.
func (s *Server) ready() bool {
	text, err := os.ReadFile(filepath.Join(s.dir, "postmaster.pid"))
	lines := strings.Split(string(text), "\n")
	return err == nil && len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready"
}

// Stop ends the server as an operator does who restarts it: sessions are
// cancelled and everything is written.
func (s *Server) Stop() { s.end(syscall.SIGINT) }

// Kill ends the server as a crash does, and all of its sessions.
func (s *Server) Kill() { s.end(syscall.SIGQUIT) }

func (s *Server) end(how syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return
	}
	_ = s.proc.Signal(how)
	select {
	case <-s.proc.Ended:
	case <-time.After(startTimeout):
		_ = s.proc.Process.Kill()
		<-s.proc.Ended
	}
	s.proc = nil
}

// Close ends the server for good.
func (s *Server) Close() {
	s.Kill()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
		s.dir = ""
	}
}

// Around gives a runner of m's tests that closes the server after them.
func (s *Server) Around(m *testing.M) Tests { return Tests{m, s} }

// Tests runs a binary's tests.
type Tests struct {
	m *testing.M
	s *Server
}

// Run runs the tests and gives the binary's exit code.
func (t Tests) Run() int {
	defer t.s.Close()
	return t.m.Run()
}
