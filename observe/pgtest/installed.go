package pgtest

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/akshara-go/akshara/observe/internal/localserver"
)

// debian is where Debian keeps PostgreSQL's servers, off the PATH.
const debian = "/usr/lib/postgresql/*/bin"

// folder gives where PostgreSQL's programs are; empty where there are none.
func folder() string { return find(debian) }

// find gives the last folder with a server of those that fit a pattern, or else
// that of the PATH, or "".
func find(pattern string) string {
	found, _ := filepath.Glob(filepath.Join(pattern, "postgres"))
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1])
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}

// command prepares one of PostgreSQL's programs, which do not run as root.
func command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(folder(), name), args...)
	if uid, gid, ok := unprivileged(); ok {
		runAs(cmd, uid, gid)
	}
	return cmd
}

// needs skips the test on a machine without PostgreSQL, and fails it in CI.
func needs(tb testing.TB) {
	tb.Helper()
	if folder() == "" {
		localserver.Missing(tb, "no PostgreSQL: install postgresql-15")
	}
	if _, _, ok := unprivileged(); !ok && os.Geteuid() == 0 {
		localserver.Missing(tb, "PostgreSQL does not run as root, and there is no user postgres to run it")
	}
}

// unprivileged gives the user to run as in the place of root; not ok for
// another user, or where there is no user postgres.
func unprivileged() (uid, gid int, ok bool) {
	if os.Geteuid() != 0 {
		return 0, 0, false
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return 0, 0, false
	}
	uid, failed := strconv.Atoi(u.Uid)
	gid, err = strconv.Atoi(u.Gid)
	return uid, gid, failed == nil && err == nil
}

// Pgvector tells whether the extension is installed beside PostgreSQL.
func Pgvector() bool {
	for _, dir := range []string{"/usr/share/postgresql/" + filepath.Base(filepath.Dir(folder())), filepath.Join(folder(), "../share/postgresql"), filepath.Join(folder(), "../share")} {
		if _, err := os.Stat(filepath.Join(dir, "extension", "vector.control")); err == nil {
			return true
		}
	}
	return false
}

// NeedsPgvector skips the test on a machine without pgvector, and fails it in CI.
func NeedsPgvector(tb testing.TB) {
	tb.Helper()
	needs(tb)
	if !Pgvector() {
		localserver.Missing(tb, "no pgvector: install it for this PostgreSQL, or run .ci/setup as root on Debian")
	}
}
