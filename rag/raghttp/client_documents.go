package raghttp

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag/corpus"
)

// Add takes documents in by /ingest, one after the other; each replaces the one
// with the same id. An error names the document that failed, and the ones before
// it in docs are in.
func (c *Client) Add(ctx context.Context, docs []corpus.Document) error {
	for i := range docs {
		if err := c.Put(ctx, &docs[i]); err != nil {
			return inDocument(err, docs[i].ID)
		}
	}
	return ctx.Err()
}

// Put takes a document in by /ingest, as it is: text, structure and readers.
func (c *Client) Put(ctx context.Context, doc *corpus.Document) error {
	if err := checkDocument(doc.ID, doc.Text); err != nil {
		return err
	}
	for name, text := range map[string]string{"document_id": doc.ID, "text": doc.Text, "title": doc.Title} {
		if err := plain(name, text); err != nil {
			return err
		}
	}
	for _, reader := range doc.Readers {
		if err := plain("readers", reader); err != nil {
			return err
		}
	}
	return renamed(c.post(ctx, "/ingest", nil, newIngestRequest(doc), nil), "content", "text")
}

// Remove deletes documents by /documents/{id}, one after the other. Ids that are
// not there are no error.
func (c *Client) Remove(ctx context.Context, ids []string) error {
	for _, id := range ids {
		if err := c.delete(ctx, id); err != nil && !isMissing(err) {
			return inDocument(received(err), id)
		}
	}
	return ctx.Err()
}

func (c *Client) delete(ctx context.Context, id string) error {
	return c.http.Send(ctx, &httpkit.Call{Method: http.MethodDelete, Path: "/documents/" + pathID(id), Route: "/documents/{id}"}, nil)
}

// Get gives a public document by /documents/{id}, without its readers. An id
// that is not there is NOT_FOUND.
func (c *Client) Get(ctx context.Context, id string) (*corpus.Document, error) {
	var out documentResponse
	err := c.http.Send(ctx, &httpkit.Call{Path: "/documents/" + pathID(id), Route: "/documents/{id}"}, &out)
	switch {
	case isMissing(err):
		return nil, err
	case err != nil:
		return nil, received(err)
	case out.ID != id:
		return nil, malformed("another document than was asked for")
	}
	return out.document(), nil
}

// pathID gives an id as one part of a path: dots alone would be taken for folders.
func pathID(id string) string {
	if strings.Trim(id, ".") == "" {
		return strings.ReplaceAll(id, ".", "%2E")
	}
	return url.PathEscape(id)
}

// newIngestRequest gives a document as /ingest takes it.
func newIngestRequest(doc *corpus.Document) *ingestRequest {
	in := &ingestRequest{
		DocumentID: doc.ID, Title: doc.Title, SourceURL: doc.URL, SourceSite: doc.SourceSite, Content: doc.Text, ContentType: doc.ContentType,
		Language: string(doc.Language), Readers: doc.Readers, CreatedAt: timeText(doc.CreatedAt), Parsed: true, Blocks: doc.Blocks, Pages: doc.Pages,
		Metadata: metadata{Author: doc.Author, PublishedDate: timeText(doc.PublishedAt), Tags: doc.Tags, ThumbnailURL: doc.ThumbnailURL},
	}
	for _, img := range doc.Images {
		in.Images = append(in.Images, picture(img))
	}
	for _, e := range doc.Events {
		in.Events = append(in.Events, happening{Title: e.Title, Date: timeText(e.Date), Venue: e.Venue, Description: e.Description})
	}
	return in
}

// inDocument says which document an error is about, as rag.Index does.
func inDocument(err error, id string) error {
	f := fault.From(err)
	if _, ok := f.Details["document_ids"]; ok {
		return err
	}
	details := fault.Details{"document_ids": []string{id}}
	maps.Copy(details, f.Details)
	out := fault.Wrap(err, f.Code, fmt.Sprintf("document %q: %s", id, f.Message), details)
	out.RequestID, out.RetryAfter = f.RequestID, f.RetryAfter
	return out
}
