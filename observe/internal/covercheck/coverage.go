package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// blockID names a block of statements: "import/path/file.go:12.3,14.5".
type blockID string

func (b blockID) file() string {
	file, _, _ := strings.Cut(string(b), ":")
	return file
}

// block is what a profile tells of one block, over all its mentions.
type block struct {
	statements int
	covered    bool
}

// readProfile reads a coverage profile: a line "mode: ...", then a line
// "file.go:12.3,14.5 STATEMENTS COUNT" for each block and test binary.
func readProfile(r io.Reader) (map[blockID]block, error) {
	blocks := make(map[blockID]block)
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if n == 1 && strings.HasPrefix(lines.Text(), "mode: ") {
			continue
		}
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 {
			return nil, fmt.Errorf("line %d: not a block: %q", n, lines.Text())
		}
		statements, err := strconv.Atoi(fields[1])
		count, err2 := strconv.ParseUint(fields[2], 10, 64)
		if err := errors.Join(err, err2); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		id := blockID(fields[0])
		blocks[id] = block{statements, blocks[id].covered || count > 0}
	}
	return blocks, lines.Err()
}

// coverage is a number of statements and how many of them ran.
type coverage struct{ statements, covered int }

func (c coverage) percent() float64 {
	if c.statements == 0 {
		return 100
	}
	return 100 * float64(c.covered) / float64(c.statements)
}

// byPackage adds the blocks of the files that keep wants to their packages, by import path.
func byPackage(blocks map[blockID]block, keep func(file string) (bool, error)) (map[string]coverage, error) {
	kept := make(map[string]bool)
	pkgs := make(map[string]coverage)
	for id, b := range blocks {
		file := id.file()
		want, known := kept[file]
		if !known {
			var err error
			if want, err = keep(file); err != nil {
				return nil, err
			}
			kept[file] = want
		}
		if !want {
			continue
		}
		c := pkgs[path.Dir(file)]
		c.statements += b.statements
		if b.covered {
			c.covered += b.statements
		}
		pkgs[path.Dir(file)] = c
	}
	return pkgs, nil
}

var moduleLine = regexp.MustCompile(`(?m)^module\s+(\S+)`)

// keeper gives the function that wants the files of the module at root, but
// not those under the folder exclude and not the generated ones.
func keeper(root, exclude string) (func(file string) (bool, error), error) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	m := moduleLine.FindSubmatch(mod)
	if m == nil {
		return nil, errors.New("go.mod names no module")
	}
	prefix := string(m[1]) + "/"
	return func(file string) (bool, error) {
		rel, inside := strings.CutPrefix(file, prefix)
		if !inside || exclude != "" && strings.HasPrefix(rel, exclude+"/") {
			return false, nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, filepath.FromSlash(rel)), nil,
			parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			return false, err
		}
		return !ast.IsGenerated(parsed), nil
	}, nil
}

// summarise prints the packages, the least covered first, and tells whether
// all of them together reach the bar.
func summarise(out io.Writer, pkgs map[string]coverage, opts options) bool {
	var total coverage
	var names []string
	for name, c := range pkgs {
		total.statements += c.statements
		total.covered += c.covered
		if opts.all || c.percent() < opts.min {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(pkgs[a].percent(), pkgs[b].percent()), strings.Compare(a, b))
	})
	if !opts.all {
		fmt.Fprintf(out, "packages under %.0f%%: %d of %d\n", opts.min, len(names), len(pkgs))
	}
	for _, name := range names {
		fmt.Fprintf(out, "  %5.1f%%  %s\n", pkgs[name].percent(), name)
	}
	ok := total.statements > 0 && total.percent() >= opts.min
	fmt.Fprintf(out, "total: %.1f%% of %d statements in %d packages (at least %.0f%% is asked)\n",
		total.percent(), total.statements, len(pkgs), opts.min)
	return ok
}
