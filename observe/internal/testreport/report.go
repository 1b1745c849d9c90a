package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// report is what is worth telling of a whole run.
type report struct {
	packages int // that have tests
	passed   int // tests and subtests
	failures []failure
	notes    []failure // what packages with failed tests printed outside of a test; not counted
	skips    []skip
	times    []timing
}

// failure is a test that failed, or with an empty test name a package that
// failed otherwise: it did not compile, or its TestMain ended badly.
type failure struct {
	id   testID
	said string
}

type skip struct {
	id     testID
	reason string
}

type timing struct {
	id   testID
	took time.Duration
}

func (id testID) String() string {
	if id.test == "" {
		return id.pkg
	}
	return id.pkg + " " + id.test
}

func (id testID) compare(other testID) int {
	return cmp.Or(strings.Compare(id.pkg, other.pkg), strings.Compare(id.test, other.test))
}

// failed counts the failures.
func (r *report) failed() int { return len(r.failures) }

// sort brings the parts into the order they are printed in.
func (r *report) sort() {
	slices.SortFunc(r.failures, func(a, b failure) int { return a.id.compare(b.id) })
	slices.SortFunc(r.skips, func(a, b skip) int { return a.id.compare(b.id) })
	slices.SortFunc(r.times, func(a, b timing) int {
		return cmp.Or(cmp.Compare(b.took, a.took), a.id.compare(b.id))
	})
}

// print writes the report; of the slowest tests it names at most n, and only
// those that took a tenth of a second or more.
func (r *report) print(w io.Writer, n int) {
	if len(r.times) > 0 && n > 0 {
		fmt.Fprintf(w, "\nslowest tests:\n")
	}
	for _, t := range r.times[:min(n, len(r.times))] {
		if t.took >= 100*time.Millisecond {
			fmt.Fprintf(w, "%8.1fs  %v\n", t.took.Seconds(), t.id)
		}
	}
	fmt.Fprintf(w, "\nskipped: %d\n", len(r.skips))
	for _, s := range r.skips {
		fmt.Fprintf(w, "  %v: %s\n", s.id, s.reason)
	}
	for _, f := range r.failures {
		fmt.Fprintf(w, "\n--- FAILED: %v\n%s\n", f.id, strings.TrimRight(f.said, "\n"))
	}
	for _, n := range r.notes {
		fmt.Fprintf(w, "\n--- outside of a test: %v\n%s\n", n.id, strings.TrimRight(n.said, "\n"))
	}
	fmt.Fprintf(w, "\n%d packages with tests: %d passed, %d failed, %d skipped\n", r.packages, r.passed, r.failed(), len(r.skips))
}
