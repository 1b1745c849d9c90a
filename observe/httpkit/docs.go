package httpkit

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/swaggest/swgui/v5emb"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/health"
)

// ownRoutes adds what every service has.
func (k *Kit) ownRoutes() {
	k.HandleOperation(huma.Operation{
		OperationID: "health", Method: http.MethodGet, Path: "/health", Tags: []string{"operations"},
		Summary: "Whether the service can do its work",
		Parameters: []*huma.Param{{Name: "probe", In: "query", Description: "live, ready (as without) or startup",
			Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"live", "ready", "startup"}}}},
		Responses: map[string]*huma.Response{
			"200": {Description: "healthy"}, "503": {Description: "unhealthy, or about to stop"}},
	}, http.HandlerFunc(k.serveHealth))
	k.HandleOperation(huma.Operation{
		OperationID: "metrics", Method: http.MethodGet, Path: "/metrics", Tags: []string{"operations"},
		Summary:   "Metrics in Prometheus' format",
		Responses: map[string]*huma.Response{"200": {Description: "metrics", Content: map[string]*huma.MediaType{"text/plain": {}}}},
	}, promhttp.HandlerFor(k.Registry, promhttp.HandlerOpts{}))
	k.Handle("GET /openapi.json", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(k.document()) // the client may have gone
	}))
	ui := v5emb.New(k.opts.Title, "/openapi.json", "/docs/")
	index, policy := renderDocs(ui)
	k.Handle("GET /docs", docsIndex(index, policy))
	k.Handle("GET /docs/{$}", docsIndex(index, policy))
	k.Handle("GET /docs/{asset}", ui)
}

// serveHealth answers a wrong probe itself, so that the log has it like any
// other refusal.
func (k *Kit) serveHealth(w http.ResponseWriter, r *http.Request) {
	if !health.Probe(r.URL.Query().Get("probe")).Valid() {
		WriteError(w, r, fault.New(fault.InvalidRequest, "the probe has to be live, ready or startup", fault.Details{"field": "probe"}))
		return
	}
	k.Health.ServeHTTP(w, r)
}

func (k *Kit) buildDocument() []byte {
	oapi := k.API.OpenAPI()
	for _, unused := range [...]string{"ErrorModel", "ErrorDetail"} { // huma's error format, which no answer has
		delete(oapi.Components.Schemas.Map(), unused)
	}
	doc, err := json.Marshal(oapi)
	if err != nil {
		k.log.Error("the OpenAPI document cannot be written", "error", err)
		return []byte("{}")
	}
	return doc
}

// contractError describes the contract's error body to the OpenAPI document.
type contractError struct {
	Error struct {
		Code      string         `json:"code" doc:"What kind of failure; branch on this" example:"INVALID_REQUEST"`
		Message   string         `json:"message" doc:"A sentence that is safe to show"`
		Details   map[string]any `json:"details" doc:"More about it; for invalid input the field, and under errors every wrong field"`
		RequestID string         `json:"request_id" format:"uuid" doc:"Leads to the log"`
	} `json:"error"`
}

// documentErrors gives every operation the contract's error body in the place
// of huma's.
func documentErrors(oapi *huma.OpenAPI, op *huma.Operation) {
	ref := oapi.Components.Schemas.Schema(reflect.TypeFor[contractError](), true, "Error")
	content := map[string]*huma.MediaType{"application/json": {Schema: ref}}
	if schema := oapi.Components.Schemas.SchemaFromRef(ref.Ref); schema != nil {
		if e := schema.Properties["error"]; e != nil {
			if e.Ref != "" {
				e = oapi.Components.Schemas.SchemaFromRef(e.Ref)
			}
			if e != nil && e.Properties["code"] != nil {
				e.Properties["code"].Enum = codeNames()
			}
		}
	}
	for _, r := range op.Responses {
		if r != nil && r.Content["application/problem+json"] != nil {
			r.Content = content
		}
	}
	if op.Responses["default"] == nil {
		op.Responses["default"] = &huma.Response{Description: "the error, whatever failed", Content: content}
	}
}

func codeNames() []any {
	var out []any
	for _, c := range fault.Codes() {
		out = append(out, string(c))
	}
	return out
}

// page is a ResponseWriter into memory.
type page struct {
	header http.Header
	bytes.Buffer
}

func (p *page) Header() http.Header { return p.header }
func (p *page) WriteHeader(int)     {}

var inlineScript = regexp.MustCompile(`(?s)<script>(.*?)</script>`)

// renderDocs renders Swagger UI's page once, and a policy that allows the
// page's own inline scripts by their hashes and nothing else.
func renderDocs(ui http.Handler) (index []byte, policy string) {
	p := &page{header: http.Header{}}
	r, err := http.NewRequest(http.MethodGet, "/docs/", nil)
	if err != nil { // a constant that parses
		return nil, pagePolicy
	}
	ui.ServeHTTP(p, r)
	index = bytes.TrimSpace(p.Bytes())
	var scripts strings.Builder
	for _, m := range inlineScript.FindAllSubmatch(index, -1) {
		sum := sha256.Sum256(m[1])
		scripts.WriteString(" 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'")
	}
	policy = pagePolicy + "; script-src 'self'" + scripts.String() + "; style-src 'self' 'unsafe-inline'"
	return index, policy
}

func docsIndex(index []byte, policy string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		_, _ = w.Write(index) // the client may have gone
	})
}
