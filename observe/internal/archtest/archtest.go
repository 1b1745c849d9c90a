// Package archtest holds the architecture against the source: which package
// stands on which layer, what it may import, and what no library package does.
//
// The layers, from the bottom; imports point down only.
//
//	L0  foundations: observe/fault, translate/lang       standard library, golang.org/x/text
//	L1  ports and nouns that capabilities share           L0, the OpenTelemetry API (never its SDK)
//	L2  the capabilities and their pure Go parts          L0, L1, parts of the same capability
//	L3  adapters, <cap>http, <cap>test                    their own capability, L0, L1, the vendor named in their row
//	L4  examples                                          anything
//
// What follows from it for a user: importing rag costs no AWS, no gorm, no
// web framework. The table of packages is in layers.go; a new package gets a row there.
package archtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// Package is one package of the import graph, as it is built without cgo and without tests.
type Package struct {
	Path    string   // import path
	Module  string   // path of its module; empty in the standard library
	Imports []string // import paths
}

// Graph is a module with everything it is built from.
type Graph struct {
	Module   string // path of the module that is checked
	Packages map[string]*Package
}

// Violation is one breach of a rule.
type Violation struct {
	Rule    Rule
	Message string // a sentence that names the packages and what to do
}

func (v Violation) String() string { return string(v.Rule) + ": " + v.Message }

// Rule names what was breached.
type Rule string

// The rules.
const (
	Unassigned  Rule = "every package is in the layer table"
	Direction   Rule = "imports point down"
	Capability  Rule = "a capability does not import another"
	Suite       Rule = "test suites are imported by tests only"
	Example     Rule = "examples are imported by nobody"
	Vendor      Rule = "a library is imported where the layer table says"
	Closure     Rule = "a capability does not reach a vendor's library"
	Environment Rule = "the library does not read the environment"
	Init        Rule = "the library has no init function"
	Cgo         Rule = "nothing needs cgo"
	TopLevel    Rule = "the top-level folders are fixed"
)

// Load gives the graph of the module in the folder dir, as it is built for an
// operating system (a GOOS). It fails when a package cannot be loaded.
func Load(dir, goos string) (*Graph, error) {
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Standard,Module,Imports", "./...")
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("archtest: go list: %w: %s", err, stderr.String())
	}
	return decode(strings.NewReader(string(out)))
}

// decode reads what go list -json wrote: one object after the other.
func decode(r io.Reader) (*Graph, error) {
	g := &Graph{Packages: make(map[string]*Package)}
	for dec := json.NewDecoder(r); ; {
		var p struct {
			ImportPath string
			Standard   bool
			Imports    []string
			Module     *struct {
				Path string
				Main bool
			}
		}
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("archtest: reading go list: %w", err)
		}
		pkg := &Package{Path: p.ImportPath, Imports: p.Imports}
		if p.Module != nil && !p.Standard {
			pkg.Module = p.Module.Path
			if p.Module.Main {
				g.Module = p.Module.Path
			}
		}
		g.Packages[pkg.Path] = pkg
	}
	if g.Module == "" {
		return nil, errors.New("archtest: go list named no package of the main module")
	}
	return g, nil
}
