package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/printer"
	"go/token"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Libraries gives the packages of the module whose API others build on, as paths
// inside it, sorted: examples, internal packages and commands are left out.
func Libraries(tree fs.FS) ([]string, error) {
	var out []string
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		dir := path.Dir(name)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == "examples" || path.Base(name) == "internal"):
			return fs.SkipDir
		case d.IsDir():
			return skipHidden(name)
		case !isSource(name) || slices.Contains(out, dir):
			return nil
		}
		file, err := parse(tree, name, parser.PackageClauseOnly)
		if err == nil && file.Name.Name != "main" {
			out = append(out, dir)
		}
		return err
	})
	slices.Sort(out)
	return out, err
}

func isSource(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
}

func parse(tree fs.FS, name string, mode parser.Mode) (*ast.File, error) {
	src, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, src, mode|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("archtest: %w", err)
	}
	return file, nil
}

// API gives the exported declarations of the package in dir as it is built for
// Linux on amd64, without comments, bodies and the values of variables, in the
// order of their names and a type's methods behind it: equal for equal APIs, so
// that a change to it is a change of the text.
func API(tree fs.FS, dir string) (string, error) {
	entries, err := fs.ReadDir(tree, dir)
	if err != nil {
		return "", err
	}
	var found []declaration
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if built, err := isBuilt(tree, name); err != nil {
			return "", err
		} else if !built {
			continue
		}
		file, err := parse(tree, name, 0)
		if err != nil {
			return "", err
		}
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST { // before FileExports, which drops what the others count from
				found = append(found, constants(g)...)
			}
		}
		ast.FileExports(file)
		for _, d := range file.Decls {
			found = append(found, declarations(d)...)
		}
	}
	slices.SortStableFunc(found, func(a, b declaration) int { return strings.Compare(a.name, b.name) })
	var b strings.Builder
	for _, d := range found {
		fmt.Fprintln(&b, d.text)
	}
	return b.String(), nil
}

// isBuilt tells whether a file is part of its package for Linux on amd64.
func isBuilt(tree fs.FS, name string) (bool, error) {
	if !isSource(name) {
		return false, nil
	}
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled, ctx.BuildTags = "linux", "amd64", false, nil
	ctx.OpenFile = func(string) (io.ReadCloser, error) { return tree.Open(name) }
	return ctx.MatchFile(path.Dir(name), path.Base(name))
}

// declaration is a part of an API: its text, and the name it is sorted by.
type declaration struct{ name, text string }

// declarations gives what one declaration of a file exports, constants left out.
func declarations(decl ast.Decl) []declaration {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil {
			of := receiver(d.Recv.List[0].Type)
			if !token.IsExported(of) {
				return nil
			}
			d.Recv.List[0].Names = nil
			name = of + "." + name
		}
		d.Body = nil
		return []declaration{{name, text(d)}}
	case *ast.GenDecl:
		var out []declaration
		for _, spec := range d.Specs {
			one := &ast.GenDecl{Tok: d.Tok, Specs: []ast.Spec{spec}}
			switch s := spec.(type) {
			case *ast.ValueSpec:
				if d.Tok == token.CONST {
					continue
				}
				for i := range s.Values {
					s.Values[i] = outline(s.Values[i])
				}
				if s.Type != nil {
					s.Values = nil
				}
				out = append(out, declaration{s.Names[0].Name, text(one)})
			case *ast.TypeSpec:
				out = append(out, declaration{s.Name.Name, text(one)})
			}
		}
		return out
	}
	return nil
}

// constants gives the exported ones of a declaration: each on its own, or, where
// values follow from the place, all together, those not exported as _.
func constants(d *ast.GenDecl) []declaration {
	var out []declaration
	first, byPlace := "", false
	for _, spec := range d.Specs {
		s := spec.(*ast.ValueSpec)
		byPlace = byPlace || len(s.Values) == 0 || usesIota(s)
		for i, n := range s.Names {
			if !n.IsExported() {
				continue
			}
			if first == "" {
				first = n.Name
			}
			if i < len(s.Values) {
				one := &ast.ValueSpec{Names: []*ast.Ident{n}, Type: s.Type, Values: s.Values[i : i+1]}
				out = append(out, declaration{n.Name, text(&ast.GenDecl{Tok: token.CONST, Specs: []ast.Spec{one}})})
			}
		}
	}
	if !byPlace || first == "" {
		return out
	}
	for _, spec := range d.Specs {
		for _, n := range spec.(*ast.ValueSpec).Names {
			if !n.IsExported() {
				n.Name = "_"
			}
		}
	}
	return []declaration{{first, text(d)}}
}

func usesIota(s *ast.ValueSpec) bool {
	for node := range ast.Preorder(s) {
		if n, ok := node.(*ast.Ident); ok && n.Name == "iota" {
			return true
		}
	}
	return false
}

// receiver gives the name of a method's type.
func receiver(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}

// outline leaves of a variable's value what shows its type.
func outline(value ast.Expr) ast.Expr {
	dots := []ast.Expr{ast.NewIdent("...")}
	switch v := value.(type) {
	case *ast.CallExpr:
		return &ast.CallExpr{Fun: v.Fun, Args: dots}
	case *ast.CompositeLit:
		return &ast.CompositeLit{Type: v.Type, Elts: dots}
	case *ast.UnaryExpr:
		return &ast.UnaryExpr{Op: v.Op, X: outline(v.X)}
	case *ast.FuncLit:
		return v.Type
	}
	return value
}

// How the printer lays a text out depends on where its parts stood in their
// file; these leave the words alone.
var (
	blankLines = regexp.MustCompile(`\n(\s*\n)+`)
	columns    = regexp.MustCompile(`(\S)[ \t]+`)
)

func text(node any) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, token.NewFileSet(), node); err != nil {
		return err.Error()
	}
	flat := columns.ReplaceAllString(blankLines.ReplaceAllString(b.String(), "\n"), "$1 ")
	return strings.TrimSpace(strings.ReplaceAll(flat, "}// contains", "} // contains"))
}
