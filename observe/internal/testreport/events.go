package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// event is one line of `go test -json`; see `go doc test2json` and `go help buildjson`.
type event struct {
	Action      string
	Package     string
	ImportPath  string // of build-output and build-fail events
	Test        string
	Elapsed     float64 // seconds
	Output      string
	FailedBuild string // the ImportPath whose build failed, with a package's fail event
}

// testID names a test or subtest.
type testID struct{ pkg, test string }

// recorder gathers events. It keeps what a test printed only until the test passes.
type recorder struct {
	live   io.Writer                   // takes a line for each package as it ends
	output map[testID]*strings.Builder // of tests that run, failed or were skipped; test "" is the package's own
	build  map[string]*strings.Builder // compiler output by import path
	tests  map[string]int              // tests and subtests that ended, by package
	broken map[string]bool             // packages with a failed test
	report report
}

func newRecorder(live io.Writer) *recorder {
	return &recorder{
		live:   live,
		output: make(map[testID]*strings.Builder),
		build:  make(map[string]*strings.Builder),
		tests:  make(map[string]int),
		broken: make(map[string]bool),
	}
}

// read takes every line of in. A line that is no event is passed on as it is:
// a program that a test started may have written it.
func (r *recorder) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var ev event
			if json.Unmarshal(line, &ev) == nil && ev.Action != "" {
				r.add(ev)
			} else {
				fmt.Fprintf(r.live, "%s\n", strings.TrimRight(string(line), "\n"))
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading events: %w", err)
		}
	}
}

func (r *recorder) add(ev event) {
	id := testID{ev.Package, ev.Test}
	switch ev.Action {
	case "run", "start":
		r.output[id] = new(strings.Builder)
	case "output":
		appendTo(r.output, id, ev.Output)
	case "build-output":
		appendTo(r.build, ev.ImportPath, ev.Output)
	case "pass", "fail", "skip":
		if ev.Test == "" {
			r.endPackage(ev)
		} else {
			r.endTest(ev)
		}
	}
}

func (r *recorder) endTest(ev event) {
	id := testID{ev.Package, ev.Test}
	said := take(r.output, id)
	r.tests[ev.Package]++
	switch ev.Action {
	case "pass":
		r.report.passed++
	case "skip":
		r.report.skips = append(r.report.skips, skip{id, reason(said)})
	case "fail":
		r.fail(id, said)
	}
	r.report.times = append(r.report.times, timing{id, seconds(ev.Elapsed)})
}

// endPackage closes a package: tests that never ended have failed, and a
// package that failed without a failing test is a failure itself.
func (r *recorder) endPackage(ev event) {
	r.failUnfinished(ev.Package)
	id := testID{pkg: ev.Package}
	said := ownWords(take(r.output, id))
	switch {
	case ev.Action == "fail" && !r.broken[ev.Package]:
		if ev.FailedBuild != "" {
			said = take(r.build, ev.FailedBuild) + said
		}
		r.fail(id, said)
	case ev.Action == "fail" && said != "": // what was said between the tests may tell why they failed
		r.report.notes = append(r.report.notes, failure{id, said})
	}
	word := "ok  "
	switch {
	case r.broken[ev.Package]:
		word = "FAIL"
	case r.tests[ev.Package] == 0:
		word = "none" // it has no tests
	}
	if word != "none" {
		r.report.packages++
	}
	fmt.Fprintf(r.live, "%s %-60s %4d tests %8.1fs\n", word, ev.Package, r.tests[ev.Package], ev.Elapsed)
}

func (r *recorder) failUnfinished(pkg string) {
	for id := range r.output {
		if id.pkg == pkg && id.test != "" {
			r.fail(id, take(r.output, id)+"(the test did not end)\n")
		}
	}
}

func (r *recorder) fail(id testID, said string) {
	r.broken[id.pkg] = true
	r.report.failures = append(r.report.failures, failure{id, said})
}

// finish gives the report. Packages whose end was never told have failed: go
// test itself was interrupted.
func (r *recorder) finish() *report {
	for id, said := range r.output {
		r.fail(id, said.String()+"(the package did not end)\n")
	}
	clear(r.output)
	r.report.sort()
	return &r.report
}

func appendTo[K comparable](to map[K]*strings.Builder, key K, text string) {
	if to[key] == nil {
		to[key] = new(strings.Builder)
	}
	to[key].WriteString(text)
}

func take[K comparable](from map[K]*strings.Builder, key K) string {
	said := from[key]
	delete(from, key)
	if said == nil {
		return ""
	}
	return said.String()
}

// reason gives what a skipped test said, without the lines that go test adds.
func reason(said string) string {
	var words []string
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- ") {
			continue
		}
		words = append(words, line)
	}
	if len(words) == 0 {
		return "no reason given"
	}
	return strings.Join(words, " ")
}

// ownWords leaves out the lines that go test adds at the end of every package.
func ownWords(said string) string {
	var own strings.Builder
	for line := range strings.Lines(said) {
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		word, _, _ = strings.Cut(word, "\t")
		switch word {
		case "PASS", "FAIL", "ok", "coverage:":
		default:
			own.WriteString(line)
		}
	}
	return own.String()
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
