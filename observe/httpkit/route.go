package httpkit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Handle adds a route that the OpenAPI document does not show. pattern is
// net/http's, with a method: "GET /page/{id}". The body is bounded by the kit's
// MaxBodyBytes. Like http.ServeMux it panics on an impossible or doubled pattern.
func (k *Kit) Handle(pattern string, h http.Handler) {
	k.route(pattern, k.opts.MaxBodyBytes, func(res *response, r *http.Request) { h.ServeHTTP(res, r) })
}

// HandleOperation adds a route that reads and writes by itself, and shows it
// in the OpenAPI document as op describes it: [MultipartBody], [JSONBody],
// [JSONResponse] and [EventResponse] write the longer parts. op.MaxBodyBytes
// bounds the body; 0 means the kit's limit.
func (k *Kit) HandleOperation(op huma.Operation, h http.Handler) {
	limit := op.MaxBodyBytes
	if limit <= 0 {
		limit = k.opts.MaxBodyBytes
	}
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{"200": {Description: "OK"}}
	}
	k.API.OpenAPI().AddOperation(&op)
	k.route(op.Method+" "+op.Path, limit, func(res *response, r *http.Request) { h.ServeHTTP(res, r) })
}

// route is the one way into the mux.
func (k *Kit) route(pattern string, limit int64, h func(*response, *http.Request)) {
	k.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		res, ok := w.(*response)
		if !ok { // the mux is private: nobody else calls it
			panic("httpkit: a route was reached around the kit")
		}
		if limit > 0 && r.ContentLength > limit {
			WriteError(res, r, tooLarge(limit))
			return
		}
		res.limitBody(r, limit)
		h(res, r)
	})
}

// Static serves the files of a small tree (an embedded page) under prefix, which
// ends in a slash: each file at its path, index.html also at its folder's. The
// files are read now and kept; browsers revalidate them by their hash. What is
// not there stays NOT_FOUND in the contract's body.
func (k *Kit) Static(prefix string, files fs.FS) error {
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("httpkit: static file %s: %w", name, err)
		}
		h := staticFile(name, content)
		k.Handle("GET "+prefix+name, h)
		if path.Base(name) == "index.html" {
			k.Handle("GET "+prefix+strings.TrimSuffix(name, "index.html")+"{$}", h)
		}
		return nil
	})
}

func staticFile(name string, content []byte) http.Handler {
	kind := mime.TypeByExtension(path.Ext(name))
	if t, ok := webTypes[path.Ext(name)]; ok {
		kind = t // mime's table depends on the machine
	}
	if kind == "" {
		kind = http.DetectContentType(content)
	}
	sum := sha256.Sum256(content)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Etag", tag)
		h.Set("Cache-Control", "no-cache")
		if strings.Contains(r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Type", kind)
		h.Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content) // the client may have gone
	})
}

var webTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
	".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png",
	".ico": "image/x-icon", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json",
	".txt": "text/plain; charset=utf-8",
}
