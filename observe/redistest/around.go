package redistest

import (
	"testing"
	"time"
)

// Around gives a runner of m's tests for goleak.VerifyTestMain. After them it waits until
// clients that were closed while their server was away have noticed it: go-redis, which
// dials such a server once a second, looks between two dials whether it was closed.
func Around(m *testing.M) Tests { return Tests{m} }

// Tests runs a binary's tests.
type Tests struct{ m *testing.M }

// Run runs the tests and gives the binary's exit code.
func (t Tests) Run() int {
	defer time.Sleep(time.Second)
	return t.m.Run()
}
