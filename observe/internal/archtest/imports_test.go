package archtest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// foreign are the modules that the synthetic graphs import from.
var foreign = []string{
	"github.com/aws/aws-sdk-go-v2", "github.com/danielgtaylor/huma/v2", "github.com/go-logr/logr", "gorm.io/gorm",
	"go.opentelemetry.io/otel/sdk", "go.opentelemetry.io/otel", "golang.org/x/net", "golang.org/x/text",
}

// graphOf makes a graph of the module "m" from lines "package: import import".
// A path that begins like a foreign module is of that module, one of std/ is of
// the standard library, every other one is of m.
func graphOf(lines ...string) *Graph {
	g := &Graph{Module: "m", Packages: make(map[string]*Package)}
	add := func(name string) *Package {
		p := &Package{Path: "m/" + name, Module: "m"}
		if std, ok := strings.CutPrefix(name, "std/"); ok {
			p.Path, p.Module = std, ""
		}
		for _, module := range foreign {
			if p.Module == "m" && (name == module || strings.HasPrefix(name, module+"/")) {
				p.Path, p.Module = name, module
				break
			}
		}
		if g.Packages[p.Path] == nil {
			g.Packages[p.Path] = p
		}
		return g.Packages[p.Path]
	}
	for _, line := range lines {
		name, imports, _ := strings.Cut(line, ":")
		from := add(name)
		for _, imp := range strings.Fields(imports) {
			from.Imports = append(from.Imports, add(imp).Path)
		}
	}
	return g
}

func TestPermittedImports(t *testing.T) {
	g := graphOf(
		"translate/lang: std/strings observe/fault golang.org/x/text/unicode/norm",
		"rag/corpus: translate/lang",
		"rag/llm: rag/corpus observe/fault go.opentelemetry.io/otel",
		"rag/analysis: translate/lang",
		"rag/chunk: rag/analysis",
		"rag: rag/chunk rag/llm rag/internal/fuse",
		"rag/internal/fuse: rag/corpus",
		"rag/localstore: rag rag/analysis rag/localstore/internal/wal",
		"go.opentelemetry.io/otel: github.com/go-logr/logr",
		"ingest/parse: ingest golang.org/x/net/html",
		"ingest/catalog: rag/corpus",
		"rag/raghttp: rag observe/httpkit github.com/danielgtaylor/huma/v2",
		"rag/raghttp/internal/wire: rag",
		"rag/ragtest: rag rag/localstore",
		"observe/httpkit: observe/health github.com/danielgtaylor/huma/v2",
		"translate/bhashini: translate speech",
		"train/sagemakertrain: train github.com/aws/aws-sdk-go-v2/service/s3",
		"examples/api-gateway: rag ingest/parse speech examples/api-gateway/internal/page examples/internal/program gorm.io/gorm",
		"observe/internal/archtest: std/os",
	)
	require.Empty(t, CheckImports(g, Table))
}

func TestViolations(t *testing.T) {
	tests := []struct {
		name  string
		graph []string
		rule  Rule
		names []string // what the message must name
	}{
		{"a package without a row", []string{"rag/novel:"}, Unassigned, []string{"rag/novel", "layers.go"}},
		{"a new folder", []string{"pkg/things:"}, Unassigned, []string{"pkg/things"}},
		{"a foundation imports a port", []string{"observe/fault: observe/health"}, Direction, []string{"observe/fault (L0)", "observe/health (L1)"}},
		{"foundations import each other", []string{"observe/fault: translate/lang"}, Direction, []string{"observe/fault (L0)", "translate/lang (L0)"}},
		{"a port imports a capability", []string{"rag/llm: rag"}, Direction, []string{"rag/llm (L1)", "rag (L2)"}},
		{"a port imports another folder's port", []string{"rag/llm: ingest/blob"}, Direction, []string{"rag/llm", "ingest/blob"}},
		{"a root imports an adapter", []string{"rag: rag/openaillm"}, Direction, []string{"rag (L2)", "rag/openaillm (L3)"}},
		{"a root imports another root", []string{"rag: ingest"}, Capability, []string{"rag (L2)", "ingest (L2)"}},
		{"a root imports another capability's part", []string{"rag: translate/detect"}, Capability, []string{"rag", "translate/detect"}},
		{"a part imports another root", []string{"rag/chunk: ingest"}, Capability, []string{"rag/chunk", "ingest"}},
		{"an adapter imports another root", []string{"rag/openaillm: speech"}, Capability, []string{"rag/openaillm", "speech"}},
		{"an adapter imports an adapter", []string{"rag/pgstore: rag/openaillm"}, Direction, []string{"rag/pgstore (L3)", "rag/openaillm (L3)"}},
		{"routes import other routes", []string{"rag/raghttp: speech/speechhttp"}, Direction, []string{"rag/raghttp", "speech/speechhttp"}},
		{"library code imports a suite", []string{"rag/pgstore: rag/ragtest"}, Suite, []string{"rag/pgstore", "rag/ragtest"}},
		{"a service imports a suite", []string{"examples/api-gateway: rag/ragtest"}, Suite, []string{"examples/api-gateway", "rag/ragtest"}},
		{"the library imports an example", []string{"rag/openaillm: examples/quickstart"}, Example, []string{"rag/openaillm", "examples/quickstart"}},
		{"the library imports what examples share", []string{"rag/openaillm: examples/internal/program"}, Example, []string{"rag/openaillm", "examples/internal/program"}},
		{"an example imports another", []string{"examples/rag-service: examples/api-gateway/page"}, Example, []string{"examples/rag-service", "examples/api-gateway/page"}},
		{"the library imports a tool", []string{"observe: observe/internal/archtest"}, Example, []string{"observe (L1)", "observe/internal/archtest"}},
		{"a root imports a vendor", []string{"rag: gorm.io/gorm"}, Vendor, []string{"rag (L2)", "gorm.io/gorm"}},
		{"an adapter imports a second vendor", []string{"rag/bedrockllm: gorm.io/gorm"}, Vendor, []string{"rag/bedrockllm", "gorm.io/gorm"}},
		{"the SDK is not the API", []string{"rag: go.opentelemetry.io/otel/sdk/trace"}, Vendor, []string{"rag", "go.opentelemetry.io/otel/sdk"}},
		{"a foundation without telemetry", []string{"observe/fault: go.opentelemetry.io/otel"}, Vendor, []string{"observe/fault (L0)", "go.opentelemetry.io/otel"}},
		{"a root reaches a vendor through its part", []string{"ingest: ingest/parse", "ingest/parse: golang.org/x/net/html"}, Closure,
			[]string{"ingest (L2)", "golang.org/x/net/html", "through ingest/parse"}},
		{"a root reaches a vendor by two steps", []string{"rag: rag/chunk", "rag/chunk: rag/localstore", "rag/localstore: observe/httpkit",
			"observe/httpkit: github.com/danielgtaylor/huma/v2"}, Closure,
			[]string{"rag (L2)", "huma", "through rag/chunk, rag/localstore, observe/httpkit"}},
		{"an internal package counts as its parent", []string{"rag/internal/fuse: ingest"}, Capability, []string{"rag/internal/fuse (L2)", "ingest (L2)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := CheckImports(graphOf(tt.graph...), Table)
			require.NotEmpty(t, found)
			v := found[0]
			require.Equal(t, tt.rule, v.Rule, v.String())
			for _, name := range tt.names {
				require.Contains(t, v.Message, name)
			}
			require.Contains(t, v.String(), string(tt.rule)+": ")
		})
	}
}

func TestEveryPackageOnTheWayIsReported(t *testing.T) {
	g := graphOf("rag: rag/chunk", "rag/chunk: rag/analysis", "rag/analysis: gorm.io/gorm")
	var rules []Rule
	for _, v := range CheckImports(g, Table) {
		rules = append(rules, v.Rule)
	}
	require.Equal(t, []Rule{Closure, Vendor, Closure}, rules, "rag and rag/chunk reach what rag/analysis imports")
}

func TestFindPrefersTheOwnRow(t *testing.T) {
	table := []Row{{Pattern: "*/*http", Layer: L3}, {Pattern: "rag/fasthttp", Layer: L2}, {Pattern: "examples/...", Layer: L4}}
	require.Equal(t, L2, find(table, "rag/fasthttp").Layer)
	require.Equal(t, L3, find(table, "rag/raghttp").Layer)
	require.Equal(t, L4, find(table, "examples/a/b/c").Layer)
	require.Nil(t, find(table, "examples"))
	require.Nil(t, find(table, "rag/other/raghttp"))
}
