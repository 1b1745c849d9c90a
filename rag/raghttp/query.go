package raghttp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// queryRequest is the body of /query.
type queryRequest struct {
	Query       string  `json:"query" doc:"The question, at most 8 KiB" example:"ताजमहल किसने बनवाया था?"`
	Language    string  `json:"language,omitempty" required:"false" default:"hi" doc:"A language code, or auto"`
	SessionID   string  `json:"session_id,omitempty" required:"false" maxLength:"64" doc:"Names the conversation; changes nothing"`
	ChatHistory []turn  `json:"chat_history,omitempty" required:"false" maxItems:"100" doc:"What was said before, the oldest turn first; a question that refers to it is completed, where the service is set up to"`
	TopK        int     `json:"top_k,omitempty" required:"false" minimum:"1" maximum:"100" doc:"How many documents to find; 5 unless the service is set otherwise"`
	RerankTopK  int     `json:"rerank_top_k,omitempty" required:"false" minimum:"1" maximum:"100" doc:"How many of them to give, the best; all when missing"`
	Filters     filters `json:"filters,omitempty" required:"false"`
	Exact       bool    `json:"exact,omitempty" required:"false" doc:"Whether embeddings are compared exactly"`
	Details     bool    `json:"details,omitempty" required:"false" doc:"Whether to give the passages, and what else is known of the sources"`
}

// turn is something that was said in a conversation.
type turn struct {
	Role    string `json:"role" enum:"user,assistant,system"`
	Content string `json:"content" maxLength:"65536"`
}

// conversation gives turns as a [Follower] takes them.
func conversation(turns []turn) []llm.Message {
	var history []llm.Message
	for _, t := range turns {
		history = append(history, llm.Message{Role: llm.Role(t.Role), Content: t.Content})
	}
	return history
}

// queryResponse is what /query answers.
type queryResponse struct {
	Context    string   `json:"context" doc:"The best passages for a model to read, each under the number of its source"`
	Sources    []source `json:"sources" doc:"Best first" nullable:"false"`
	Confidence float64  `json:"confidence" doc:"0 to 1: how much of the question the best passage holds"`
	Cached     bool     `json:"cached"`
}

type queryInput struct {
	Readers string `header:"X-Akshara-Readers" doc:"Who asks, where the service lets its callers say so"`
	Body    queryRequest
}
type queryOutput struct{ Body queryResponse }

func (r *routes) query(ctx context.Context, in *queryInput) (*queryOutput, error) {
	readers, err := r.readers(in.Readers)
	if err != nil {
		return nil, err
	}
	filter, err := in.Body.Filters.corpus()
	if err != nil {
		return nil, err
	}
	q := &rag.Query{Text: in.Body.Query, Language: lang.Code(in.Body.Language), TopK: in.Body.TopK, Filter: filter, Readers: readers, Exact: in.Body.Exact}
	if q.TopK == 0 {
		q.TopK = r.opts.TopK
	}
	found, err := r.retrieve(ctx, q, conversation(in.Body.ChatHistory))
	if err != nil {
		return nil, err
	}
	if n := in.Body.RerankTopK; n > 0 {
		found = found[:min(n, len(found))]
	}
	body := queryResponse{Context: contextOf(found), Sources: newSources(found, in.Body.Details)}
	if len(found) > 0 {
		body.Confidence = min(max(found[0].Score, 0), 1)
	}
	return &queryOutput{body}, nil
}

// retrieve asks the Retriever, and tells metrics and trace about it.
func (r *routes) retrieve(ctx context.Context, q *rag.Query, history []llm.Message) (found []rag.DocumentResult, err error) {
	ctx, span := startSpan(ctx, "retrieve", attribute.Int("rag.top_k", q.TopK))
	start := time.Now()
	if f, ok := r.service.Retriever.(Follower); ok {
		found, err = f.Follow(ctx, q, history)
	} else {
		found, err = r.service.Retriever.Retrieve(ctx, q)
	}
	r.metrics.retrieved(start)
	endSpan(span, err, attribute.Int("rag.documents", len(found)))
	return found, err
}

// maxPassages is how many passages a context holds: as many as [rag.Engine] gives its model.
const maxPassages = 8

// contextOf gives the best passages of all documents as one text, best first:
// each behind the number of its source, from 1, and its title.
func contextOf(found []rag.DocumentResult) string {
	type numbered struct {
		source int
		hit    *rag.Hit
	}
	var all []numbered
	for i := range found {
		for j := range found[i].Chunks {
			all = append(all, numbered{i, &found[i].Chunks[j]})
		}
	}
	slices.SortStableFunc(all, func(a, b numbered) int {
		switch {
		case a.hit.Score > b.hit.Score:
			return -1
		case a.hit.Score < b.hit.Score:
			return 1
		}
		return 0
	})
	var b strings.Builder
	for i, p := range all[:min(len(all), maxPassages)] {
		if i > 0 {
			b.WriteString("\n\n")
		}
		fmt.Fprintf(&b, "[%d] %s\n%s", p.source+1, found[p.source].Title, strings.TrimSpace(p.hit.Record.Chunk.Text))
	}
	return b.String()
}
