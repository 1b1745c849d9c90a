package raghttp

import (
	"net/url"
	"strconv"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

// suggestParameters gives the parameters of a /suggest.
func suggestParameters(q *rag.SuggestQuery) (url.Values, error) {
	f := newFilters(&q.Filter)
	params := url.Values{"q": {q.Text}}
	set := func(name, value string) {
		if value != "" {
			params.Set(name, value)
		}
	}
	set("language", string(q.Language))
	set("content_type", f.ContentType)
	set("document_language", f.Language)
	set("date_from", f.DateFrom)
	set("date_to", f.DateTo)
	if q.Limit != 0 {
		params.Set("limit", strconv.Itoa(q.Limit))
	}
	for name, values := range map[string][]string{"source_sites": f.SourceSites, "document_ids": f.DocumentIDs, "tags": f.Tags} {
		value, err := list(name, values)
		if err != nil {
			return nil, err
		}
		set(name, value)
	}
	if n := len(params.Encode()); n > maxURLBytes {
		return nil, fault.New(fault.InvalidRequest, "the filter is longer than an address can be", fault.Details{"field": "filters", "bytes": n, "limit": maxURLBytes})
	}
	return params, nil
}
