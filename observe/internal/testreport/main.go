// Testreport reads what `go test -json` writes and tells a person what matters:
// a line a package as it ends, then the failures with all they printed, every
// skipped test with its reason, the slowest tests, and the counts.
//
//	go test -json ./... | go run ./observe/internal/testreport
//
// It exits with status 1 when anything failed. With -counts FILE the counts
// are also written to that file as "passed failed skipped".
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	counts := flag.String("counts", "", "`file` to write the counts to: passed failed skipped")
	slowest := flag.Int("slowest", 10, "how `many` of the slowest tests to name")
	flag.Parse()

	ok, err := run(os.Stdin, os.Stdout, *counts, *slowest)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// run reports the events of in to out and tells whether nothing failed. The
// counts go to the file named counts, unless that is empty.
func run(in io.Reader, out io.Writer, counts string, slowest int) (ok bool, err error) {
	rec := newRecorder(out)
	if err := rec.read(in); err != nil {
		return false, err
	}
	rep := rec.finish()
	rep.print(out, slowest)
	if counts != "" {
		line := fmt.Sprintf("%d %d %d\n", rep.passed, rep.failed(), len(rep.skips))
		if err := os.WriteFile(counts, []byte(line), 0o644); err != nil {
			return false, err
		}
	}
	return rep.failed() == 0, nil
}
