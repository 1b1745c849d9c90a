package archtest

import (
	"path"
	"strconv"
	"strings"
)

// Layer is a level of the architecture.
type Layer int

// The layers, from the bottom. Tools are commands that check or report on the
// project itself: no part of the library.
const (
	L0 Layer = iota
	L1
	L2
	L3
	L4
	Tool
)

func (l Layer) String() string {
	if l == Tool {
		return "tool"
	}
	return "L" + strconv.Itoa(int(l))
}

// Row assigns packages to a layer.
type Row struct {
	// Pattern is a package's path inside the module. It may hold a * for a
	// part of one path element, as in path.Match, and may end in /... for all below.
	Pattern string
	Layer   Layer
	// Vendors are the modules that the packages may import beyond what their layer may; one that
	// ends in /... stands for every module below.
	Vendors []string
	// Also are packages of this module that they may import though the layers say no.
	Also []string
	// Why says what earns the row its Vendors or Also.
	Why string
}

// Modules that stand in several rows.
const (
	aws       = "github.com/aws/..."
	goOpenAI  = "github.com/sashabaranov/go-openai"
	huma      = "github.com/danielgtaylor/huma/v2"
	pgx       = "github.com/jackc/pgx/v5"
	openTel   = "go.opentelemetry.io/..."
	pdfium    = "github.com/klippa-app/go-pdfium"
	prometh   = "github.com/prometheus/..."
	sysCalls  = "golang.org/x/sys"
	uuid      = "github.com/google/uuid"
	wasm      = "github.com/tetratelabs/wazero"
	xnet      = "golang.org/x/net"
	testLib   = "github.com/stretchr/testify"
	failsafe  = "github.com/failsafe-go/failsafe-go"
	gormLib   = "gorm.io/..."
	goRedis   = "github.com/redis/go-redis/v9"
	mimeTypes = "github.com/gabriel-vasile/mimetype"
)

// What adapters share: those of translation services, and those that keep
// something in PostgreSQL.
const (
	remote = "translate/internal/remote"
	pgkit  = "observe/pgkit"
)

// Table is the layer table. A package's own row goes before a pattern that
// also matches; an internal package without a row stands where its parent stands.
var Table = []Row{
	// Foundations.
	{Pattern: "observe/fault", Layer: L0},
	{Pattern: "translate/lang", Layer: L0, Also: []string{"observe/fault"}, Why: "an unknown language is an error with a code"},

	// Ports and nouns that capabilities share.
	{Pattern: "observe", Layer: L1},
	{Pattern: "observe/health", Layer: L1},
	{Pattern: "observe/cache", Layer: L1},
	{Pattern: "observe/pii", Layer: L1},
	{Pattern: "observe/genai", Layer: L1},
	{Pattern: "observe/outbound", Layer: L1},
	{Pattern: "observe/httpkit", Layer: L1, Vendors: []string{huma, "github.com/swaggest/swgui", prometh, uuid, openTel, failsafe},
		Why: "the one place that knows the web framework, its documentation page, the metrics and the circuit breaker"},
	{Pattern: "observe/config", Layer: L1, Vendors: []string{"github.com/caarlos0/env/v11"}, Why: "the one place that reads the environment"},
	{Pattern: "rag/corpus", Layer: L1},
	{Pattern: "rag/llm", Layer: L1},
	{Pattern: "rag/llm/prompt", Layer: L1},
	{Pattern: "rag/llm/jsonschema", Layer: L1},
	{Pattern: "ingest/blob", Layer: L1},
	{Pattern: "ingest/queue", Layer: L1},

	// Capabilities and their pure Go parts.
	{Pattern: "rag", Layer: L2},
	{Pattern: "rag/analysis", Layer: L2},
	{Pattern: "rag/chunk", Layer: L2},
	{Pattern: "rag/match", Layer: L2},
	{Pattern: "rag/rerank", Layer: L2},
	{Pattern: "rag/ranking", Layer: L2},
	{Pattern: "rag/llmrerank", Layer: L2},
	{Pattern: "rag/understand", Layer: L2},
	{Pattern: "rag/suggest", Layer: L2},
	{Pattern: "rag/embed", Layer: L2},
	{Pattern: "rag/extractive", Layer: L2},
	{Pattern: "rag/support", Layer: L2},
	{Pattern: "rag/guard", Layer: L2},
	{Pattern: "rag/session", Layer: L2},
	{Pattern: "rag/llmcache", Layer: L2},
	{Pattern: "rag/llmroute", Layer: L2},
	{Pattern: "rag/ragtrace", Layer: L2},
	{Pattern: "rag/localstore", Layer: L2, Vendors: []string{sysCalls}, Why: "locking a directory differs by system"},
	{Pattern: "rag/e5embed", Layer: L2, Vendors: []string{sysCalls}, Why: "asking for the processor's features"},
	{Pattern: "rag/internal/durable", Layer: L2},
	{Pattern: "rag/internal/quant", Layer: L2, Vendors: []string{sysCalls}, Why: "asking for the processor's features"},
	{Pattern: "rag/internal/mmap", Layer: L2, Vendors: []string{sysCalls}, Why: "mapping a file differs by system"},
	{Pattern: "speech", Layer: L2},
	{Pattern: "speech/audio", Layer: L2, Vendors: []string{"github.com/hajimehoshi/go-mp3", "github.com/mewkiz/flac", "github.com/pion/opus"}, Why: "codecs"},
	{Pattern: "translate", Layer: L2},
	{Pattern: "translate/detect", Layer: L2},
	{Pattern: "translate/detect/langmodel", Layer: L2},
	{Pattern: "translate/translit", Layer: L2},
	{Pattern: "translate/translit/spellmodel", Layer: L2},
	{Pattern: "ocr", Layer: L2},
	{Pattern: "ocr/imaging", Layer: L2, Vendors: []string{"golang.org/x/image"}, Why: "image formats"},
	{Pattern: "ingest", Layer: L2},
	{Pattern: "ingest/catalog", Layer: L2},
	{Pattern: "ingest/dedup", Layer: L2},
	{Pattern: "ingest/parse", Layer: L2, Vendors: []string{xnet, mimeTypes, "codeberg.org/readeck/go-readability/v2",
		"github.com/PuerkitoBio/goquery", "github.com/yuin/goldmark", "github.com/xuri/excelize/v2"}, Why: "file formats"},
	{Pattern: "ingest/crawl", Layer: L2, Vendors: []string{xnet, "golang.org/x/time", "github.com/temoto/robotstxt", "github.com/PuerkitoBio/goquery"},
		Why: "formats of the web"},
	{Pattern: "train", Layer: L2},
	{Pattern: "train/dataset", Layer: L2},
	{Pattern: "train/eval", Layer: L2},
	{Pattern: "train/registry", Layer: L2},
	{Pattern: "train/drift", Layer: L2},

	// Adapters: one vendor each.
	{Pattern: "observe/telemetry", Layer: L3, Vendors: []string{openTel, prometh}, Why: "it sets up what the API reports to"},
	{Pattern: "observe/gormtrace", Layer: L3, Vendors: []string{gormLib}},
	{Pattern: "observe/redistrace", Layer: L3, Vendors: []string{goRedis}},
	{Pattern: "observe/awstrace", Layer: L3, Vendors: []string{aws}},
	{Pattern: "observe/awssecrets", Layer: L3, Vendors: []string{aws}},
	{Pattern: "observe/memcache", Layer: L3, Vendors: []string{"github.com/maypok86/otter/v2"}},
	{Pattern: "observe/rediscache", Layer: L3, Vendors: []string{goRedis}},
	{Pattern: "observe/sharedcache", Layer: L3, Vendors: []string{goRedis}, Also: []string{"observe/memcache", "observe/rediscache", "observe/redistrace"},
		Why: "it chooses between the caches, by the settings"},
	{Pattern: "observe/langfuse", Layer: L3, Vendors: []string{openTel, uuid}, Why: "it sends spans by OpenTelemetry's SDK, and events have ids"},
	{Pattern: "observe/recording", Layer: L3, Also: []string{"observe/telemetry", "observe/langfuse"}, Why: "it sets up what a service records, by the settings"},
	{Pattern: "observe/pgkit", Layer: L3, Vendors: []string{gormLib, pgx}, Why: "the one place that knows PostgreSQL's errors, through the ORM and its driver"},
	{Pattern: "rag/pgstore", Layer: L3, Vendors: []string{gormLib, "github.com/pgvector/pgvector-go"}, Also: []string{pgkit},
		Why: "PostgreSQL: the ORM and the type of vectors"},
	{Pattern: "rag/weaviatestore", Layer: L3},
	{Pattern: "rag/redissession", Layer: L3, Vendors: []string{goRedis}},
	{Pattern: "rag/pgsession", Layer: L3, Vendors: []string{gormLib}, Also: []string{pgkit}, Why: "PostgreSQL through the ORM"},
	{Pattern: "rag/openaillm", Layer: L3, Vendors: []string{goOpenAI}},
	{Pattern: "rag/httprerank", Layer: L3},
	{Pattern: "rag/bedrockllm", Layer: L3, Vendors: []string{aws}},
	{Pattern: "translate/internal/remote", Layer: L3, Why: "it is httpkit's client, and only adapters may cost that"},
	{Pattern: "translate/llmtranslate", Layer: L3},
	{Pattern: "translate/indictrans", Layer: L3, Also: []string{remote}},
	{Pattern: "translate/libretranslate", Layer: L3, Also: []string{remote}},
	{Pattern: "translate/bhashini", Layer: L3, Also: []string{remote, "speech"}, Why: "Bhashini translates, recognises and speaks"},
	{Pattern: "translate/awstranslate", Layer: L3, Vendors: []string{aws}, Also: []string{remote}},
	{Pattern: "translate/apertium", Layer: L3},
	{Pattern: "speech/openaispeech", Layer: L3, Vendors: []string{goOpenAI}},
	{Pattern: "speech/espeak", Layer: L3},
	{Pattern: "speech/awsspeech", Layer: L3, Vendors: []string{aws}},
	{Pattern: "ocr/tesseract", Layer: L3},
	{Pattern: "ocr/pdf", Layer: L3, Vendors: []string{pdfium, wasm}},
	{Pattern: "ocr/llmocr", Layer: L3},
	{Pattern: "ocr/textract", Layer: L3, Vendors: []string{aws}},
	{Pattern: "ingest/parse/pdfium", Layer: L3, Vendors: []string{pdfium, wasm}},
	{Pattern: "ingest/pgcatalog", Layer: L3, Vendors: []string{gormLib}, Also: []string{pgkit}, Why: "PostgreSQL through the ORM"},
	{Pattern: "ingest/s3blob", Layer: L3, Vendors: []string{aws}},
	{Pattern: "train/openaitrain", Layer: L3, Vendors: []string{goOpenAI}},
	{Pattern: "train/sagemakertrain", Layer: L3, Vendors: []string{aws}},
	{Pattern: "train/commandtrain", Layer: L3},
	{Pattern: "translate/translatehttp", Layer: L3, Vendors: []string{huma, prometh}, Also: []string{remote}, Why: "routes with their metrics, and their client"},
	{Pattern: "rag/raghttp", Layer: L3, Vendors: []string{huma, prometh, uuid}, Why: "routes with their metrics and message ids, and their client"},
	{Pattern: "rag/llmhttp", Layer: L3, Vendors: []string{huma, prometh, uuid}, Why: "routes with their metrics and ids of answers"},
	{Pattern: "observe/pgtest", Layer: L3, Vendors: []string{pgx}, Why: "it starts servers for tests, and only tests may import it"},
	{Pattern: "observe/otlptest", Layer: L3, Vendors: []string{openTel, "google.golang.org/protobuf"}, Why: "it decodes OTLP, and only tests may import it"},
	{Pattern: "*/*http", Layer: L3, Vendors: []string{huma}, Why: "routes and their clients"},
	{Pattern: "*/*test", Layer: L3, Vendors: []string{testLib}, Why: "suites that implementations must pass"},

	// Services, and the project's own tools.
	{Pattern: "examples/...", Layer: L4},
	{Pattern: "train/internal/*train", Layer: Tool},
	{Pattern: "observe/internal/archtest", Layer: Tool},
	{Pattern: "observe/internal/covercheck", Layer: Tool},
	{Pattern: "observe/internal/testreport", Layer: Tool},
}

// find gives the row of the package rel, a path inside the module, or nil.
func find(table []Row, rel string) *Row {
	var best *Row
	for i := range table {
		row := &table[i]
		if row.Pattern == rel {
			return row
		}
		if best == nil && row.matches(rel) {
			best = row
		}
	}
	if parent, _, ok := strings.Cut(rel, "/internal/"); best == nil && ok {
		return find(table, parent)
	}
	return best
}

func (r *Row) matches(rel string) bool {
	if below, ok := strings.CutSuffix(r.Pattern, "/..."); ok {
		return strings.HasPrefix(rel, below+"/")
	}
	ok, err := path.Match(r.Pattern, rel)
	return err == nil && ok
}

// allows tells whether module is among the row's vendors.
func (r *Row) allows(module string) bool { return listed(r.Vendors, module) }

// listed tells whether one of patterns is module, or ends in /... and stands above it.
func listed(patterns []string, module string) bool {
	for _, p := range patterns {
		above, all := strings.CutSuffix(p, "/...")
		if module == p || all && (module == above || strings.HasPrefix(module, above+"/")) {
			return true
		}
	}
	return false
}

// isSuite tells whether rel is a <cap>test package.
func isSuite(rel string) bool {
	return strings.Count(rel, "/") == 1 && strings.HasSuffix(rel, "test")
}

// folder gives the top-level folder of rel, which names its capability.
func folder(rel string) string {
	top, _, _ := strings.Cut(rel, "/")
	return top
}
