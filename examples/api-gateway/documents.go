package main

import (
	"context"
	"errors"
	"mime/multipart"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// formOverhead is what a form may weigh besides its file.
const formOverhead = 1 << 20

// formMemory is how much of an upload is held in memory; the rest waits in a temporary file.
const formMemory = 4 << 20

func (g *gateway) registerDocuments(kit *httpkit.Kit) {
	kit.HandleOperation(uploadOperation(kit), http.HandlerFunc(g.upload))
	tags := []string{"documents"}
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodGet, Path: prefix + "/documents", OperationID: "list-documents", Summary: "List the documents, newest first", Tags: tags,
	}, g.list)
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodGet, Path: prefix + "/documents/{id}", OperationID: "get-document", Summary: "A document with its text", Tags: tags,
	}, g.get)
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodDelete, Path: prefix + "/documents/{id}", OperationID: "delete-document", Summary: "Delete a document",
		Tags: tags, DefaultStatus: http.StatusNoContent, Description: "When it answers, the document is not found any more.",
	}, g.remove)
}

// uploaded is the answer to an upload.
type uploaded struct {
	DocumentID  string    `json:"document_id"`
	Title       string    `json:"title"`
	Language    lang.Code `json:"language"`
	ContentType string    `json:"content_type"`
	ChunkCount  int       `json:"chunk_count"`
	Status      string    `json:"status"`
}

func uploadOperation(kit *httpkit.Kit) huma.Operation {
	return huma.Operation{
		Method: http.MethodPost, Path: prefix + "/documents/upload", OperationID: "upload-document", Summary: "Add a document", Tags: []string{"documents"},
		Description:  "A text, Markdown, HTML, DOCX or PDF file of at most 64 MiB. When it answers, the document can be found.",
		MaxBodyBytes: parse.DefaultMaxBytes + formOverhead,
		RequestBody: httpkit.MultipartBody(
			httpkit.Part{Name: "file", File: true, Required: true},
			httpkit.Part{Name: "title", Doc: "Instead of the file's own title"},
			httpkit.Part{Name: "language", Doc: "A language code; detected when missing"},
			httpkit.Part{Name: "source_url", Doc: "Where it comes from"}),
		Responses: httpkit.JSONResponse[uploaded](kit, http.StatusCreated, "The document can be found"),
	}
}

// upload reads the form, parses the file and takes the document in.
func (g *gateway) upload(w http.ResponseWriter, r *http.Request) {
	item, file, err := readForm(r)
	if err != nil {
		httpkit.WriteError(w, r, err)
		return
	}
	defer r.MultipartForm.RemoveAll() //nolint:errcheck // a temporary file that stays is the system's to clear
	defer file.Close()
	doc, err := g.documents.Add(r.Context(), item)
	if err != nil {
		httpkit.WriteError(w, r, err)
		return
	}
	chunks, err := g.rag.chunks(doc)
	if err != nil {
		httpkit.WriteError(w, r, err)
		return
	}
	httpkit.WriteJSON(w, r, http.StatusCreated, uploaded{doc.ID, doc.Title, doc.Language, doc.ContentType, len(chunks), "indexed"})
}

// readForm gives the uploaded file with what the form says of it.
func readForm(r *http.Request) (*ingest.Item, multipart.File, error) {
	if err := r.ParseMultipartForm(formMemory); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) || fault.CodeOf(err) == fault.PayloadTooLarge {
			return nil, nil, fault.Wrap(err, fault.PayloadTooLarge, "the file is larger than 64 MiB", fault.Details{"field": "file", "limit": parse.DefaultMaxBytes})
		}
		return nil, nil, fault.Wrap(err, fault.InvalidRequest, "the body is not a whole multipart/form-data form", nil)
	}
	file, header, err := r.FormFile("file")
	if err != nil {
		return nil, nil, fault.Wrap(err, fault.InvalidRequest, `the form has no file named "file"`, fault.Details{"field": "file"})
	}
	item := &ingest.Item{
		Name: header.Filename, ContentType: header.Header.Get("Content-Type"), Body: file,
		Source: corpus.Source{Title: r.FormValue("title"), URL: r.FormValue("source_url")},
	}
	if code := r.FormValue("language"); code != "" && code != string(lang.Auto) {
		if item.Source.Language, err = lang.Parse(code); err != nil {
			return nil, nil, errors.Join(err, file.Close(), r.MultipartForm.RemoveAll())
		}
	}
	return item, file, nil
}

type listInput struct {
	Page     int `query:"page" default:"1" minimum:"1" maximum:"1000000"`
	PageSize int `query:"page_size" default:"20" minimum:"1" maximum:"100"`
}

type listOutput struct {
	Body struct {
		Items      []catalog.Entry `json:"items"`
		Total      int             `json:"total"`
		Page       int             `json:"page"`
		PageSize   int             `json:"page_size"`
		TotalPages int             `json:"total_pages"`
	}
}

func (g *gateway) list(ctx context.Context, in *listInput) (*listOutput, error) {
	entries, total, err := g.documents.Catalog.List(ctx, (in.Page-1)*in.PageSize, in.PageSize)
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Items, out.Body.Total, out.Body.Page, out.Body.PageSize = entries, total, in.Page, in.PageSize
	out.Body.TotalPages = (total + in.PageSize - 1) / in.PageSize
	return out, nil
}

type documentInput struct {
	ID string `path:"id"`
}

type documentOutput struct {
	Body struct {
		catalog.Entry
		Text string `json:"text"`
	}
}

func (g *gateway) get(ctx context.Context, in *documentInput) (*documentOutput, error) {
	doc, err := g.rag.read(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &documentOutput{}
	out.Body.Entry, out.Body.Text = catalog.EntryOf(doc), doc.Text
	return out, nil
}

func (g *gateway) remove(ctx context.Context, in *documentInput) (*struct{}, error) {
	return nil, g.documents.Remove(ctx, in.ID)
}
