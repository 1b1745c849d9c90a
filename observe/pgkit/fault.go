package pgkit

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/akshara-go/akshara/observe/fault"
)

// SQLSTATEs that callers ask for.
const (
	NotAllowed = "42501"
	DiskFull   = "53100"
)

// Failure gives what PostgreSQL, or the way to it, said its code: a context that
// ended while something was waited for, a free connection also, is its own error
// or UPSTREAM_TIMEOUT, and what an operator has to mend is SERVICE_UNAVAILABLE. An
// error that has a code keeps it.
func (d *DB) Failure(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("%s: %w", d.pkg, context.Canceled)
	}
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(fmt.Errorf("%s: %w", d.pkg, errors.Join(err, context.DeadlineExceeded)), fault.UpstreamTimeout, d.what+" did not answer in time", nil)
	}
	wrap := func(code fault.Code, message string) error {
		return fault.Wrap(fmt.Errorf("%s: %w", d.pkg, err), code, d.what+message, nil)
	}
	switch state := State(err); {
	case state == "57014": // query_canceled: by a statement timeout, since the context lives
		return wrap(fault.UpstreamTimeout, " did not answer in time")
	case state == DiskFull, state == "53200", state == "54000":
		return wrap(fault.ServiceUnavailable, " has no room left")
	case state == "25006":
		return wrap(fault.ServiceUnavailable, " can be read only")
	case state == NotAllowed, strings.HasPrefix(state, "28"):
		return wrap(fault.ServiceUnavailable, " refuses the service's role")
	case state == "42P01", state == "42883":
		return wrap(fault.ServiceUnavailable, " lacks its tables")
	case Transient(err), strings.HasPrefix(state, "53"), strings.HasPrefix(state, "58"):
		return wrap(fault.ServiceUnavailable, " cannot be reached")
	}
	return wrap(fault.Internal, " failed")
}

// State gives PostgreSQL's code of an error, or an empty text.
func State(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// Transient tells whether the same may succeed in a moment: the server starts,
// stops or went away, or two transactions were in each other's way.
func Transient(err error) bool {
	switch state := State(err); {
	case strings.HasPrefix(state, "08"), strings.HasPrefix(state, "57P"), state == "40001", state == "40P01", state == "55P03", state == "53300":
		return true
	case state != "":
		return false
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || strings.Contains(err.Error(), "conn closed")
}
