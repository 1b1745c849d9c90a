package raghttp

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
)

// ReadersHeader names what the asker is known by, users and groups: each
// percent-encoded as in a query, with commas between them. Without it, what is
// public is found. See [Options.TrustReaders].
const ReadersHeader = "X-Akshara-Readers"

// maxReadersBytes bounds the header, so that it fits among the others.
const maxReadersBytes = 8 << 10

// readers reads the header of a request.
func (r *routes) readers(header string) ([]string, error) {
	if header == "" {
		return nil, nil
	}
	if !r.opts.TrustReaders {
		return nil, fault.New(fault.Forbidden, "this service does not let its callers say who asks", fault.Details{"field": ReadersHeader})
	}
	return parseReaders(header)
}

// parseReaders is the inverse of readersHeader.
func parseReaders(header string) ([]string, error) {
	var names []string
	for part := range strings.SplitSeq(header, ",") {
		name, err := url.QueryUnescape(strings.TrimSpace(part))
		if err != nil {
			return nil, fault.Wrap(err, fault.InvalidRequest, ReadersHeader+" is not percent-encoded names with commas between them", fault.Details{"field": ReadersHeader})
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return names, nil
}

// readersHeader gives the header that says who asks; nil for nobody in particular.
func readersHeader(names []string) (http.Header, error) {
	if len(names) == 0 {
		return nil, nil
	}
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = url.QueryEscape(name)
	}
	value := strings.Join(parts, ",")
	if len(value) > maxReadersBytes {
		return nil, fault.New(fault.InvalidRequest, "the asker is known by more names than can be sent", fault.Details{"field": "readers", "limit_bytes": maxReadersBytes})
	}
	return http.Header{ReadersHeader: {value}}, nil
}
