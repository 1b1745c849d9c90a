package pgtest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/internal/localserver"
)

var server = New()

func TestMain(m *testing.M) { goleak.VerifyTestMain(server.Around(m)) }

func count(t *testing.T, dsn, table string) (n int) {
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	require.NoError(t, conn.Close(t.Context()))
	return n
}

func TestAServerStartsSoon(t *testing.T) {
	start := time.Now()
	server.Schema(t)
	t.Logf("the first schema was there after %v", time.Since(start))
}

func TestWhatWasWrittenOutlivesAKilledServer(t *testing.T) {
	dsn := server.Database(t)
	name := dsn[strings.LastIndex(dsn, "=")+1:]
	require.NoError(t, server.Exec(t.Context(), name, "CREATE TABLE kept AS SELECT generate_series(1, 7)"))
	for _, end := range []func(){server.Kill, server.Stop, server.Stop} {
		end()
		require.Error(t, server.Exec(t.Context(), name, "SELECT 1"))
		server.Start(t)
		require.Equal(t, 7, count(t, dsn, "kept"))
	}
	require.NoError(t, server.Exec(t.Context(), name, "CREATE ROLE somebody LOGIN; GRANT SELECT ON kept TO somebody"))
	require.Equal(t, 7, count(t, As("somebody", dsn), "kept"))
	require.NoError(t, server.Exec(t.Context(), name, "DROP OWNED BY somebody; DROP ROLE somebody"))
}

func TestASchemaIsTheTestsOwn(t *testing.T) {
	NeedsPgvector(t)
	a, b, bare := server.Schema(t), server.Schema(t), server.Database(t)
	conn, err := pgx.Connect(t.Context(), a)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CREATE TABLE mine (v vector)")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	require.Equal(t, 0, count(t, a, "mine"))
	require.Equal(t, 0, count(t, b, "pg_class WHERE oid = to_regclass('mine')"))
	require.Equal(t, 0, count(t, bare, "pg_extension WHERE extname = 'vector'"))
}

// A test binary that dies without tidying up must leave no server behind.
func TestAServerEndsWithTheProcess(t *testing.T) {
	if os.Getenv("PGTEST_DIE") != "" {
		s := New()
		s.Start(t)
		_, _ = os.Stdout.WriteString("addr=" + net.JoinHostPort("127.0.0.1", strings.Fields(s.DSN("x"))[1][len("port="):]) + "\n")
		_, _ = os.Stdout.WriteString("dir=" + s.dir + "\n")
		os.Exit(7)
	}
	if !localserver.EndsWithParent {
		t.Skip("this system does not end children with their parent")
	}
	needs(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestAServerEndsWithTheProcess$")
	cmd.Env = append(os.Environ(), "PGTEST_DIE=1")
	out, err := cmd.Output()
	require.Error(t, err)
	said := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		said[name] = value
	}
	require.NotEmpty(t, said["addr"], "%s", out)
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", said["addr"])
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, startTimeout, 10*time.Millisecond)
	require.NotEmpty(t, said["dir"])
	require.NoError(t, os.RemoveAll(said["dir"]))
}

func TestProgramsAreFoundOnThePath(t *testing.T) {
	here, none := t.TempDir(), filepath.Join(t.TempDir(), "*")
	t.Setenv("PATH", here)
	require.Empty(t, find(none))
	require.NoError(t, os.WriteFile(filepath.Join(here, "postgres"), []byte("#!/bin/sh\n"), 0o700))
	require.Equal(t, here, find(none))
	require.NoError(t, os.MkdirAll(filepath.Join(filepath.Dir(none), "15"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(none), "15", "postgres"), nil, 0o600))
	require.Equal(t, filepath.Join(filepath.Dir(none), "15"), find(none))
}

// failing is a test that notes why it fails.
type failing struct {
	testing.TB
	why string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.why = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// fails gives why f makes a test fail.
func fails(t *testing.T, f func(tb testing.TB)) string {
	tb, done := &failing{TB: t}, make(chan struct{})
	go func() {
		defer close(done)
		f(tb)
	}()
	<-done
	return tb.why
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	s := New("no_such_setting=1")
	require.Contains(t, fails(t, s.Start), "no_such_setting")
	dir := s.dir
	require.DirExists(t, dir)
	s.Close()
	s.Close()
	require.NoDirExists(t, dir)
	server.Start(t)
	require.Contains(t, fails(t, func(tb testing.TB) { server.run(tb, "postgres", "no such statement") }), "syntax error")
}
