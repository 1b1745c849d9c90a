package httprerank

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
)

// cohereRequest is the body of CohereV2, CohereV1 and Jina.
type cohereRequest struct {
	Model           string   `json:"model"`
	Query           string   `json:"query"`
	Documents       []string `json:"documents"`
	TopN            int      `json:"top_n"`
	ReturnDocuments *bool    `json:"return_documents,omitempty"` // v2 knows it no more
}

// teiRequest is the body of TEI.
type teiRequest struct {
	Query      string   `json:"query"`
	Texts      []string `json:"texts"`
	Truncate   bool     `json:"truncate"` // a pair that is too long is an error otherwise
	RawScores  bool     `json:"raw_scores"`
	ReturnText bool     `json:"return_text"`
}

// result is one line of an answer. A field that is not there is nil.
type result struct {
	Index          *int     `json:"index"`
	RelevanceScore *float64 `json:"relevance_score"`
	Score          *float64 `json:"score"`
}

// answer is an answer of any shape.
type answer struct{ results []result }

// UnmarshalJSON takes a list of results, or an object that has one.
func (a *answer) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		return json.Unmarshal(data, &a.results)
	}
	var wrapped struct{ Results []result }
	err := json.Unmarshal(data, &wrapped)
	a.results = wrapped.Results
	return err
}

// call gives the call that asks for the scores of texts.
func (r *Reranker) call(query string, texts []string) *httpkit.Call {
	call := &httpkit.Call{Idempotent: true} // asked twice, the server says the same twice
	if r.opts.Shape == TEI {
		call.Path = "/rerank"
		call.Body = &teiRequest{Query: query, Texts: texts, Truncate: true}
		return call
	}
	body := &cohereRequest{Model: r.opts.Model, Query: query, Documents: texts, TopN: len(texts)}
	call.Path, call.Body = "/v2/rerank", body
	if r.opts.Shape != CohereV2 {
		call.Path, body.ReturnDocuments = "/v1/rerank", new(bool)
	}
	return call
}

// ask gives the server's scores of texts, by their places. A place may be missing.
func (r *Reranker) ask(ctx context.Context, query string, texts []string) (map[int]float64, error) {
	var a answer
	if err := r.client.Send(ctx, r.call(query, texts), &a); err != nil {
		return nil, refusal(err)
	}
	scores := make(map[int]float64, len(texts))
	for i := range a.results {
		place, score, err := a.results[i].read(len(texts))
		if err != nil {
			return nil, senseless(err)
		}
		if _, twice := scores[place]; twice {
			return nil, senseless(fmt.Errorf("httprerank: index %d is there twice", place))
		}
		scores[place] = score
	}
	if len(scores) == 0 {
		return nil, senseless(fmt.Errorf("httprerank: no results for %d texts", len(texts)))
	}
	return scores, nil
}

// read gives the place and the score of a result among n texts. A score that is
// a number is finite: JSON has no others.
func (r *result) read(n int) (place int, score float64, err error) {
	switch {
	case r.Index == nil:
		return 0, 0, fmt.Errorf("httprerank: a result has no index")
	case *r.Index < 0 || *r.Index >= n:
		return 0, 0, fmt.Errorf("httprerank: index %d of %d texts", *r.Index, n)
	case r.RelevanceScore != nil:
		return *r.Index, *r.RelevanceScore, nil
	case r.Score != nil:
		return *r.Index, *r.Score, nil
	}
	return 0, 0, fmt.Errorf("httprerank: the result of index %d has no score", *r.Index)
}

func senseless(err error) error {
	return fault.Wrap(err, fault.Upstream, "the reranking server gave an answer that makes no sense", nil)
}

// refusal gives the error for a call that failed: what the client says, and for
// a status of a foreign server what it means.
func refusal(err error) error {
	f := fault.From(err)
	status, foreign := f.Details["status"].(int)
	if !foreign {
		return err
	}
	code, message := fault.Upstream, fmt.Sprintf("the reranking server answered with status %d", status)
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		code, message = fault.InvalidRequest, "the reranking server refuses the request"
	case http.StatusUnauthorized, http.StatusForbidden:
		message = "the reranking server does not accept the configured key"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		message = "the reranking server does not know the path or the model"
	case http.StatusRequestEntityTooLarge:
		code, message = fault.PayloadTooLarge, "the reranking server takes no request as large as this"
	case http.StatusTooManyRequests:
		code, message = fault.RateLimitExceeded, "the reranking server is asked too often; try again later"
	case http.StatusServiceUnavailable:
		code, message = fault.ServiceUnavailable, "the reranking server is not available; try again later"
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		code, message = fault.UpstreamTimeout, "the reranking server took too long"
	}
	return fault.Wrap(err, code, message, fault.Details{"upstream_status": status}).WithRetryAfter(f.RetryAfter)
}
