package raghttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
)

// Client calls a rag-service. It is a rag.Retriever, a rag.Streamer, a Searcher, a
// Suggester and, like rag.Index, a sink for documents (ingest.Sink); and it may be used concurrently.
//
// Errors are those of the ports, equal in code, message and details to what the
// service raised. A service that cannot be reached, is busy (429) or away (502, 503,
// 504) is asked again, as often as the options and as long as the context allow;
// at the end that is SERVICE_UNAVAILABLE, RATE_LIMIT_EXCEEDED, UPSTREAM_TIMEOUT or
// UPSTREAM_ERROR. A service that does not offer a route or does not let the client
// in is UPSTREAM_ERROR at once.
//
// Who asks is sent in [ReadersHeader]; a service that does not take it from its
// callers is UPSTREAM_ERROR, and never answers with less than was asked for. Of the
// records of what is found Tenant and Readers are left out.
//
// Text on the wire is UTF-8 without U+0000: a question, a turn before it, and the id, text,
// title or reader of a document that is something else is INVALID_REQUEST.
type Client struct{ http *httpkit.Client }

var (
	_ rag.Retriever  = (*Client)(nil)
	_ rag.Streamer   = (*Client)(nil)
	_ Searcher       = (*Client)(nil)
	_ Suggester      = (*Client)(nil)
	_ health.Checker = (*Client)(nil)
)

// NewClient makes a Client of the service at base. Nothing is sent until it is
// used. opts may be nil; its Timeout bounds one attempt, and of a streamed answer
// the silence in it. An address that is none is INVALID_REQUEST.
func NewClient(base string, opts *httpkit.ClientOptions) (*Client, error) {
	c, err := httpkit.NewClient(base, opts)
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidRequest, "the address of the rag-service is not one", nil)
	}
	return &Client{c}, nil
}

// Close lets go of kept connections.
func (c *Client) Close() error { return c.http.Close() }

// CheckHealth asks whether the service says of itself that it is healthy.
func (c *Client) CheckHealth(ctx context.Context) error {
	return received(c.http.Send(ctx, &httpkit.Call{Path: "/health", Route: "/health"}, nil))
}

// post sends a body to a route, for readers, and reads the answer into out.
func (c *Client) post(ctx context.Context, route string, readers []string, body, out any) error {
	header, err := readersHeader(readers)
	if err != nil {
		return err
	}
	return received(c.http.Send(ctx, &httpkit.Call{Method: http.MethodPost, Path: route, Route: route, Header: header, Body: body, Idempotent: true}, out))
}

// received gives an error as the ports have it. What the service says about the
// client's own right to ask is not the asker's business.
func received(err error) error {
	switch fault.CodeOf(err) {
	case fault.Unauthorized, fault.TokenExpired, fault.Forbidden, fault.APIKeyRevoked, fault.NotFound, fault.MethodNotAllowed:
		return fault.Wrap(err, fault.Upstream, "the rag-service does not offer this, or not to this client", nil)
	}
	return err
}

// malformed is the error for an answer that makes no sense.
func malformed(format string, args ...any) error {
	return fault.Wrap(fmt.Errorf("%w: %s", errMalformed, fmt.Sprintf(format, args...)), fault.Upstream, "the rag-service gave an answer that makes no sense", nil)
}

// errMalformed is the cause of such an error.
var errMalformed = errors.New("raghttp: the answer is not what the contract promises")

// plain gives the error for a text that the wire does not carry.
func plain(field, text string) error {
	for i, r := range text {
		if r == 0 {
			return fault.New(fault.InvalidRequest, fmt.Sprintf("%s holds the character U+0000 at byte %d", field, i), fault.Details{"field": field, "offset": i})
		}
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(text[i:]); n == 1 {
				return fault.New(fault.InvalidRequest, fmt.Sprintf("%s is not valid UTF-8 at byte %d", field, i), fault.Details{"field": field, "offset": i})
			}
		}
	}
	return nil
}

// checkQuery tells what is wrong with a question before it is sent: what JSON
// could not carry, and what would be answered as the body's fault.
func checkQuery(field, text string, topK int) error {
	switch {
	case len(text) > rag.MaxQueryBytes:
		return fault.New(fault.InvalidRequest, fmt.Sprintf("%s is %d bytes long; at most %d are allowed", field, len(text), rag.MaxQueryBytes),
			fault.Details{"field": field, "bytes": len(text), "limit": rag.MaxQueryBytes})
	case topK < 0 || topK > rag.MaxTopK:
		return fault.New(fault.InvalidRequest, fmt.Sprintf("top_k is %d; it may be 1 to %d", topK, rag.MaxTopK),
			fault.Details{"field": "top_k", "min": 1, "max": rag.MaxTopK})
	}
	return plain(field, text)
}

// Retrieve finds documents by /query.
func (c *Client) Retrieve(ctx context.Context, q *rag.Query) ([]rag.DocumentResult, error) {
	if err := checkQuery("query", q.Text, q.TopK); err != nil {
		return nil, err
	}
	body := &queryRequest{Query: q.Text, Language: string(q.Language), TopK: q.TopK, Filters: newFilters(&q.Filter), Exact: q.Exact, Details: true}
	if body.TopK == 0 {
		body.TopK = DefaultTopK
	}
	var out queryResponse
	if err := c.post(ctx, "/query", q.Readers, body, &out); err != nil {
		return nil, err
	}
	if out.Sources == nil {
		return nil, malformed("no sources")
	}
	if len(out.Sources) > body.TopK {
		return nil, malformed("%d sources where %d were asked for", len(out.Sources), body.TopK)
	}
	for i := range out.Sources {
		if out.Sources[i].DocumentID == "" {
			return nil, malformed("source %d names no document", i)
		}
		if err := checkPassages(&out.Sources[i]); err != nil {
			return nil, err
		}
	}
	return results(out.Sources), nil
}

// checkPassages tells what is wrong with the passages of a source: whoever quotes cuts
// their sentences out of them.
func checkPassages(s *source) error {
	if s.Details == nil {
		return nil
	}
	for i := range s.Details.Passages {
		c := &s.Details.Passages[i].Chunk
		at := c.Start
		for _, sentence := range c.Sentences {
			if at < 0 || sentence.Start < at || sentence.End < sentence.Start || sentence.End-c.Start > len(c.Text) {
				return malformed("a sentence is not in its passage %d", i)
			}
			at = sentence.End
		}
	}
	return nil
}

// Search gives a page of documents by /search.
func (c *Client) Search(ctx context.Context, q *SearchQuery) (*SearchPage, error) {
	n, err := q.normal()
	if err != nil {
		return nil, err
	}
	if err := checkQuery("query", n.Text, 0); err != nil {
		return nil, err
	}
	out := &SearchPage{}
	body := &searchRequest{Query: n.Text, Language: string(n.Language), Page: n.Page, PageSize: n.PageSize, Filters: newFilters(&n.Filter), Details: n.Details}
	if err := c.post(ctx, "/search", n.Readers, body, out); err != nil {
		return nil, err
	}
	if out.Results == nil || out.Multimedia == nil || out.Events == nil || len(out.Results) > n.PageSize {
		return nil, malformed("a page of %d results", len(out.Results))
	}
	return out, nil
}

// maxURLBytes bounds the parameters of a GET: a text of [rag.MaxQueryBytes] fits however it is encoded.
const maxURLBytes = 26 << 10

// Suggest completes what somebody types by /suggest. A filter goes into the
// address: more than fits there, and a value with a comma, is INVALID_REQUEST.
func (c *Client) Suggest(ctx context.Context, q *rag.SuggestQuery) ([]rag.Suggestion, error) {
	if err := checkQuery("text", q.Text, 0); err != nil {
		return nil, err
	}
	params, err := suggestParameters(q)
	if err != nil {
		return nil, err
	}
	header, err := readersHeader(q.Readers)
	if err != nil {
		return nil, err
	}
	var out suggestResponse
	if err := c.http.Send(ctx, &httpkit.Call{Path: "/suggest", Route: "/suggest", Query: params, Header: header}, &out); err != nil {
		return nil, renamed(received(err), "q", "text")
	}
	if out.Suggestions == nil || len(out.Suggestions) > rag.MaxSuggestions {
		return nil, malformed("%d suggestions", len(out.Suggestions))
	}
	return out.Suggestions, nil
}

// list gives values as one parameter.
func list(field string, values []string) (string, error) {
	for _, v := range values {
		if strings.Contains(v, ",") {
			return "", fault.New(fault.InvalidRequest, "a value with a comma cannot be sent", fault.Details{"field": field})
		}
	}
	return strings.Join(values, ","), nil
}
