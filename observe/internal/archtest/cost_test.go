package archtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// modulesOf gives the modules that a program gets by importing a package, the
// module itself and the standard library left out.
func modulesOf(g *Graph, rel string) []string {
	var out []string
	seen := map[string]bool{}
	for queue := []string{g.Module + "/" + rel}; len(queue) > 0; queue = queue[1:] {
		pkg := g.Packages[queue[0]]
		if pkg == nil || seen[pkg.Path] {
			continue
		}
		seen[pkg.Path] = true
		if pkg.Module != "" && pkg.Module != g.Module && !slices.Contains(out, pkg.Module) {
			out = append(out, pkg.Module)
		}
		queue = append(queue, pkg.Imports...)
	}
	return out
}

// TestWhatImportingCosts holds what a partner pays for importing a package of observe.
func TestWhatImportingCosts(t *testing.T) {
	g, err := Load(root, "linux")
	require.NoError(t, err)
	for _, rel := range []string{"observe/fault", "observe/health", "observe/cache"} {
		if g.Packages[g.Module+"/"+rel] == nil {
			continue
		}
		for _, module := range modulesOf(g, rel) {
			require.Contains(t, otelAPI, module, "%s costs %s", rel, module)
		}
	}
	costs := modulesOf(g, "observe/httpkit")
	require.Contains(t, costs, "github.com/danielgtaylor/huma/v2")
	for _, module := range costs {
		for _, heavy := range []string{"github.com/aws/", "gorm.io/", "github.com/redis/", "go.opentelemetry.io/otel/sdk", "go.opentelemetry.io/otel/exporters"} {
			require.False(t, strings.HasPrefix(module, heavy), "observe/httpkit costs %s", module)
		}
	}
}
