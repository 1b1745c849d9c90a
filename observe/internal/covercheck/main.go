// Covercheck reads a coverage profile, tells the share of covered statements of
// all packages together and of those below the bar, and fails when the whole is below it.
//
//	go test -coverpkg ./... -coverprofile cover.out ./...
//	go run ./observe/internal/covercheck -min 80 cover.out
//
// A profile made with -coverpkg holds every block once for each test binary:
// a block counts as covered when any of them ran it. Files that say
// "Code generated ... DO NOT EDIT." are left out.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	minimum := flag.Float64("min", 80, "the least `percent` of statements that must be covered")
	all := flag.Bool("all", false, "name every package, not only those below the bar")
	exclude := flag.String("exclude", "", "a top-level `folder` to leave out")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: covercheck [-min percent] [-all] [-exclude folder] profile")
		os.Exit(2)
	}
	ok, err := run(os.Stdout, flag.Arg(0), ".", options{*minimum, *all, *exclude})
	if err != nil {
		fmt.Fprintln(os.Stderr, "covercheck:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

type options struct {
	min     float64 // percent
	all     bool
	exclude string // a folder relative to the module's root
}

// run tells the coverage in the profile of the module at root, and whether the whole reaches the bar.
func run(out io.Writer, profile, root string, opts options) (ok bool, err error) {
	f, err := os.Open(profile)
	if err != nil {
		return false, err
	}
	defer f.Close()
	blocks, err := readProfile(f)
	if err != nil {
		return false, fmt.Errorf("%s: %w", profile, err)
	}
	keep, err := keeper(root, opts.exclude)
	if err != nil {
		return false, err
	}
	pkgs, err := byPackage(blocks, keep)
	if err != nil {
		return false, err
	}
	return summarise(out, pkgs, opts), nil
}
