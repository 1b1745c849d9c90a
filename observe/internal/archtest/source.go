package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"
)

// environment are the functions that read the environment, by import path.
var environment = map[string][]string{
	"os":      {"Getenv", "LookupEnv", "Environ", "ExpandEnv"},
	"syscall": {"Getenv", "Environ"},
}

// CheckSource reads every Go file of the module, for every system and build
// tag, tests left out, and gives the violations that imports do not show.
// Files are read from tree, whose root is the module's.
func CheckSource(tree fs.FS, table []Row) ([]Violation, error) {
	var found []Violation
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return skipHidden(name)
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		src, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		violations, err := checkFile(name, src, find(table, path.Dir(name)))
		found = append(found, violations...)
		return err
	})
	return found, err
}

// skipHidden leaves out the folders that the go command leaves out.
func skipHidden(dir string) error {
	base := path.Base(dir)
	if dir != "." && (base[0] == '.' || base[0] == '_' || base == "testdata") {
		return fs.SkipDir
	}
	return nil
}

// checkFile checks one file of a package of the given row, which is nil for a package in none.
func checkFile(name string, src []byte, row *Row) ([]Violation, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("archtest: %w", err)
	}
	var found []Violation
	report := func(at token.Pos, rule Rule, format string, args ...any) {
		found = append(found, Violation{rule, fset.Position(at).String() + ": " + fmt.Sprintf(format, args...)})
	}
	for _, imp := range file.Imports {
		if imp.Path.Value == `"C"` {
			report(imp.Pos(), Cgo, `imports "C": the module is built with CGO_ENABLED=0`)
		}
	}
	if row != nil && row.Layer >= L4 {
		return found, nil
	}
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			report(fn.Pos(), Init, "has an init function: whoever imports the package did not ask for it; let main wire what is needed")
		}
	}
	if path.Dir(name) != "observe/config" {
		for at, call := range environmentReads(file) {
			report(at, Environment, "uses %s: take the value as an option; only observe/config and the examples read the environment", call)
		}
	}
	return found, nil
}

// environmentReads gives the places where file names a function that reads
// the environment, and the name it uses.
func environmentReads(file *ast.File) iter.Seq2[token.Pos, string] {
	names := make(map[string][]string) // the functions, by what the file calls their package
	for _, imp := range file.Imports {
		importPath, err := strconv.Unquote(imp.Path.Value)
		if err != nil || environment[importPath] == nil {
			continue
		}
		name := importPath
		if imp.Name != nil {
			name = imp.Name.Name
		}
		names[name] = environment[importPath]
	}
	return func(yield func(token.Pos, string) bool) {
		for node := range ast.Preorder(file) {
			var name string
			switch n := node.(type) {
			case *ast.SelectorExpr:
				if pkg, ok := n.X.(*ast.Ident); ok && slices.Contains(names[pkg.Name], n.Sel.Name) {
					name = pkg.Name + "." + n.Sel.Name
				}
			case *ast.Ident: // after import . "os"
				if slices.Contains(names["."], n.Name) {
					name = n.Name
				}
			}
			if name != "" && !yield(node.Pos(), name) {
				return
			}
		}
	}
}

// topLevel are the entries that the root of the module may have, hidden ones aside.
var topLevel = []string{
	"rag", "speech", "translate", "ocr", "ingest", "train", "observe", "examples",
	"go.mod", "go.sum", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile",
}

// built is what the Makefile leaves in the root; git ignores it.
var built = []string{"bin", "coverage.out", "coverage.html"}

// CheckTopLevel gives a violation for each entry of the module's root that is not among those agreed.
func CheckTopLevel(tree fs.FS) ([]Violation, error) {
	entries, err := fs.ReadDir(tree, ".")
	if err != nil {
		return nil, err
	}
	var found []Violation
	for _, e := range entries {
		name := e.Name()
		if name[0] != '.' && !slices.Contains(topLevel, name) && !slices.Contains(built, name) {
			found = append(found, Violation{TopLevel, name + " has no place in the root: the folders are " + strings.Join(topLevel[:8], ", ")})
		}
	}
	return found, nil
}
