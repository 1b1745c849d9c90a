package raghttp

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

func (r *routes) registerDocuments(kit *httpkit.Kit) {
	tags := []string{"documents"}
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodPost, Path: "/ingest", OperationID: "ingest", Summary: "Take a document in", Tags: tags,
		Description:  "In the place of the one with the same id. When it answers, the document can be found.",
		MaxBodyBytes: MaxIngestBytes,
	}, r.ingest)
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodGet, Path: "/documents/{id}", OperationID: "get-document", Summary: "A document with its text", Tags: tags,
	}, r.document)
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodDelete, Path: "/documents/{id}", OperationID: "delete-document", Summary: "Delete a document", Tags: tags,
		DefaultStatus: http.StatusNoContent, Description: "When it answers, the document is not found any more.",
	}, r.remove)
}

type documentInput struct {
	Readers string `header:"X-Akshara-Readers" doc:"Who asks, where the service lets its callers say so"`
	ID      string `path:"id"`
}
type documentOutput struct{ Body *documentResponse }

// documentResponse is a document as /documents/{id} gives it. The contract's
// fields are there also when they are empty.
type documentResponse struct {
	corpus.Document
	URL         string    `json:"url"`
	Language    lang.Code `json:"language"`
	ContentType string    `json:"content_type"`
}

// document gives a document that the asker may read. Who else may is not told.
func (r *routes) document(ctx context.Context, in *documentInput) (*documentOutput, error) {
	readers, err := r.readers(in.Readers)
	if err != nil {
		return nil, err
	}
	doc, err := r.service.Documents.Get(ctx, in.ID)
	switch {
	case fault.CodeOf(err) == fault.NotFound || err == nil && !mayRead(doc, readers):
		return nil, missing(err, in.ID)
	case err != nil:
		return nil, err
	}
	out := &documentResponse{*doc, doc.URL, doc.Language, doc.ContentType}
	out.Readers = nil
	return &documentOutput{out}, nil
}

// document is the inverse of what document answers.
func (d *documentResponse) document() *corpus.Document {
	doc := d.Document
	doc.URL, doc.Language, doc.ContentType = d.URL, d.Language, d.ContentType
	return &doc
}

type removeInput struct {
	ID string `path:"id"`
}

func (r *routes) remove(ctx context.Context, in *removeInput) (*struct{}, error) {
	err := r.service.Documents.Remove(ctx, in.ID)
	if fault.CodeOf(err) == fault.NotFound {
		return nil, missing(err, in.ID)
	}
	return nil, err
}

// missing is the error for an id that is not there. Its detail tells it from a
// route that is not there.
func missing(cause error, id string) error {
	return fault.Wrap(cause, fault.NotFound, "there is no such document", fault.Details{"document_id": id})
}

// isMissing tells whether an error is one that missing gave.
func isMissing(err error) bool {
	return fault.CodeOf(err) == fault.NotFound && fault.From(err).Details["document_id"] != nil
}
