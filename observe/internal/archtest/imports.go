package archtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// otelAPI are the modules of the OpenTelemetry API; its SDK and exporters are others.
var otelAPI = []string{
	"go.opentelemetry.io/otel", "go.opentelemetry.io/otel/trace",
	"go.opentelemetry.io/otel/metric", "go.opentelemetry.io/otel/log",
}

// CheckImports holds the graph against the table and gives every violation, by package.
func CheckImports(g *Graph, table []Row) []Violation {
	c := &checker{graph: g, table: table}
	for _, path := range slices.Sorted(maps.Keys(g.Packages)) {
		pkg := g.Packages[path]
		if !c.own(pkg) {
			continue
		}
		rel := c.rel(path)
		row := find(table, rel)
		if row == nil {
			c.report(Unassigned, "%s is in no row: add one to observe/internal/archtest/layers.go with its layer "+
				"(an adapter also names its vendor's module)", rel)
			continue
		}
		c.imports(pkg, rel, row)
		c.closure(pkg, rel, row)
	}
	return c.found
}

// checker walks one graph and gathers what it finds.
type checker struct {
	graph *Graph
	table []Row
	found []Violation
}

func (c *checker) report(rule Rule, format string, args ...any) {
	c.found = append(c.found, Violation{rule, fmt.Sprintf(format, args...)})
}

// own tells whether pkg is of the module that is checked.
func (c *checker) own(pkg *Package) bool { return pkg != nil && pkg.Module == c.graph.Module }

// rel gives an import path of the module relative to it.
func (c *checker) rel(path string) string { return strings.TrimPrefix(path, c.graph.Module+"/") }

// imports checks what pkg itself imports.
func (c *checker) imports(pkg *Package, rel string, row *Row) {
	for _, path := range pkg.Imports {
		imp := c.graph.Packages[path]
		switch {
		case c.own(imp):
			to := c.rel(path)
			if toRow := find(c.table, to); toRow != nil {
				c.edge(rel, row, to, toRow)
			}
		case imp != nil && imp.Module != "" && !mayUse(row, imp.Module):
			c.report(Vendor, "%s (%v) imports %s: keep it in a package whose row in observe/internal/archtest/layers.go names the module %s",
				rel, row.Layer, path, imp.Module)
		}
	}
}

// mayUse tells whether a package of the row may import from another module itself.
func mayUse(row *Row, module string) bool {
	return row.Layer >= L4 || row.allows(module) || clean(row.Layer, module)
}

// clean tells whether every package of the layer may import from module.
func clean(layer Layer, module string) bool {
	return module == "golang.org/x/text" || layer >= L1 && slices.Contains(otelAPI, module)
}

// edge checks one import between two packages of the module.
func (c *checker) edge(from string, fromRow *Row, to string, toRow *Row) {
	same := folder(from) == folder(to)
	switch {
	case toRow.Layer >= L4 && !sameService(from, to):
		c.report(Example, "%s (%v) imports %s (%v): what others need stands in the library", from, fromRow.Layer, to, toRow.Layer)
	case fromRow.Layer >= L4 && !isSuite(to), fromRow == toRow && internal(from, to), listed(fromRow.Also, to):
	case isSuite(to) && !isSuite(from):
		c.report(Suite, "%s (%v) imports %s: only a _test.go file may", from, fromRow.Layer, to)
	case toRow.Layer > fromRow.Layer:
		c.report(Direction, "%s (%v) imports %s (%v) above it: take an interface and let the caller pass the implementation in",
			from, fromRow.Layer, to, toRow.Layer)
	case toRow.Layer == L2 && !same:
		c.report(Capability, "%s (%v) imports %s (%v) of another capability: share a noun on L1, or take an interface and let the caller wire them",
			from, fromRow.Layer, to, toRow.Layer)
	case toRow.Layer == fromRow.Layer && (!same || toRow.Layer == L0 || toRow.Layer == L3 && !isSuite(from)):
		c.report(Direction, "%s (%v) imports %s (%v) beside it: what both need stands on a layer below",
			from, fromRow.Layer, to, toRow.Layer)
	}
}

// internal tells whether one of the packages is internal; the go command sees
// to it that the other is then of the same parent.
func internal(from, to string) bool {
	return strings.Contains(from, "/internal/") || strings.Contains(to, "/internal/")
}

// sameService tells whether both packages are parts of one example, or b of what
// all examples share.
func sameService(a, b string) bool {
	pa, pb := strings.Split(a, "/"), strings.Split(b, "/")
	return len(pa) > 1 && len(pb) > 1 && pa[0] == "examples" && pb[0] == "examples" && (pa[1] == pb[1] || pb[1] == "internal")
}

// closure checks that a package of L0 to L2 whose row names no vendor reaches
// none through the packages of the module either. What a permitted module
// imports in its turn is that module's business.
func (c *checker) closure(pkg *Package, rel string, row *Row) {
	if row.Layer > L2 || len(row.Vendors) > 0 {
		return
	}
	from := map[string]string{pkg.Path: ""} // how each package was reached
	for queue := []*Package{pkg}; len(queue) > 0; queue = queue[1:] {
		for _, path := range queue[0].Imports {
			if _, seen := from[path]; seen {
				continue
			}
			from[path] = queue[0].Path
			imp := c.graph.Packages[path]
			switch {
			case c.own(imp):
				queue = append(queue, imp)
			case queue[0] != pkg && imp != nil && imp.Module != "" && !clean(row.Layer, imp.Module):
				c.report(Closure, "%s (%v) reaches %s through %s: every program that imports it would carry that",
					rel, row.Layer, path, c.chain(from, queue[0].Path, pkg.Path))
			}
		}
	}
}

// chain names the packages between root and last, root left out.
func (c *checker) chain(from map[string]string, last, root string) string {
	var names []string
	for at := last; at != root; at = from[at] {
		names = append(names, c.rel(at))
	}
	slices.Reverse(names)
	return strings.Join(names, ", ")
}
