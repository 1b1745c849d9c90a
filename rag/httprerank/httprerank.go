// Package httprerank asks a reranking server (a cross-encoder, as a rule) how
// well passages answer a question. Four request shapes are spoken, which between
// them reach most servers:
//
//   - [CohereV2], POST /v2/rerank: model, query, documents (texts), top_n,
//     max_tokens_per_doc. https://docs.cohere.com/reference/rerank
//   - [CohereV1], POST /v1/rerank: model, query, documents (texts), top_n,
//     return_documents. https://docs.cohere.com/v1/reference/rerank
//   - [Jina], POST /v1/rerank: the same fields; also vLLM, llama.cpp's server
//     (started with --rerank) and others. https://api.jina.ai/redoc
//   - [TEI], POST /rerank: query, texts, truncate, raw_scores, return_text, of
//     Hugging Face's Text Embeddings Inference. It serves one model, which a
//     request does not name. https://huggingface.github.io/text-embeddings-inference
//
// The first three answer {"results": [{"index": 0, "relevance_score": 0.9}]}, TEI
// [{"index": 0, "score": 0.9}], both in the order of the scores.
//
//	r, err := httprerank.New("http://127.0.0.1:8080", &httprerank.Options{Shape: httprerank.TEI})
//	if err != nil {
//		return err
//	}
//	defer r.Close()
//	index := rag.NewIndex(store, &rag.IndexOptions{Reranker: ranking.Chain{rag.LexicalReranker{}, r}})
//
// A server may be slow, away or wrong. What it leaves out keeps its first order
// behind what it scores; an answer that makes no sense is an error. An error
// costs the server's scores and a warning in the log, not the answer, unless
// [Options].Required says otherwise.
package httprerank

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
)

// Shape is the form of a server's requests and answers.
type Shape string

// The shapes.
const (
	CohereV2 Shape = "cohere-v2"
	CohereV1 Shape = "cohere-v1"
	Jina     Shape = "jina"
	TEI      Shape = "tei"
)

// Defaults of [Options].
const (
	DefaultBatch        = 32 // texts: TEI's own limit where nothing else is said to it
	DefaultPassageBytes = 8 << 10
)

// Options tune a Reranker. Shape has to be given.
type Options struct {
	Shape        Shape
	Model        string                 // the server's name of it; TEI needs none
	Candidates   int                    // of the best hits how many the server sees; 0: all. The others stay behind them
	Batch        int                    // texts in one request; 0: DefaultBatch
	PassageBytes int                    // of each passage, from its beginning; 0: DefaultPassageBytes
	Required     bool                   // a server that fails is an error
	Logger       *slog.Logger           // is told that the server failed; nil: nobody is
	HTTP         *httpkit.ClientOptions // how the server is called, with its key in Header; nil: httpkit's defaults
}

// Reranker is a reranking server. It may be used concurrently.
type Reranker struct {
	client *httpkit.Client
	opts   Options
}

var _ rag.Reranker = (*Reranker)(nil)

// New makes a Reranker of the server at base, the address in front of the
// shape's path. Nothing is sent until it is used. An address that is none, an
// unknown shape and a missing model are INVALID_REQUEST.
func New(base string, opts *Options) (*Reranker, error) {
	r := &Reranker{}
	if opts != nil {
		r.opts = *opts
	}
	o := &r.opts
	switch o.Shape {
	case TEI:
	case CohereV2, CohereV1, Jina:
		if o.Model == "" {
			return nil, fault.New(fault.InvalidRequest, "the reranking model has no name", fault.Details{"field": "Model"})
		}
	default:
		return nil, fault.New(fault.InvalidRequest, fmt.Sprintf("%q is no shape of a reranking server", o.Shape), fault.Details{"field": "Shape"})
	}
	if o.Batch <= 0 {
		o.Batch = DefaultBatch
	}
	if o.PassageBytes <= 0 {
		o.PassageBytes = DefaultPassageBytes
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	var err error
	if r.client, err = httpkit.NewClient(base, o.HTTP); err != nil {
		return nil, fault.Wrap(err, fault.InvalidRequest, "the address of the reranking server is not one", nil)
	}
	return r, nil
}

// Close lets go of kept connections.
func (r *Reranker) Close() error { return r.client.Close() }

// Rerank implements [rag.Reranker]. Scores that are not all between 0 and 1,
// as llama.cpp's, are taken for logits: they go through the logistic function.
// Hits that the server did not score stand behind, none with more than the least
// score that it gave. Errors are the context's and, where the server is required,
// one of UPSTREAM_ERROR, UPSTREAM_TIMEOUT, SERVICE_UNAVAILABLE, RATE_LIMIT_EXCEEDED,
// PAYLOAD_TOO_LARGE and INVALID_REQUEST.
func (r *Reranker) Rerank(ctx context.Context, q *rag.Query, hits []rag.Hit) ([]rag.Hit, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i := range hits {
		if s := hits[i].Score; !(s >= 0) {
			hits[i].Score = 0
		}
		hits[i].Score = min(hits[i].Score, 1)
	}
	rag.SortHits(hits)
	n := len(hits)
	if r.opts.Candidates > 0 {
		n = min(n, r.opts.Candidates)
	}
	scores, err := r.scores(ctx, q, hits[:n])
	switch {
	case err == nil:
		return apply(hits, scores), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case r.opts.Required:
		return nil, err
	}
	r.opts.Logger.WarnContext(ctx, "searching without the reranking server", slog.Any("error", err))
	return hits, nil
}

// scores gives the server's score of each hit; NaN where it gave none. A hit
// without a text is none of the server's business.
func (r *Reranker) scores(ctx context.Context, q *rag.Query, hits []rag.Hit) ([]float64, error) {
	scores := make([]float64, len(hits))
	var texts []string
	var at []int
	for i := range hits {
		scores[i] = math.NaN()
		if text := r.text(&hits[i].Record); text != "" {
			texts, at = append(texts, text), append(at, i)
		}
	}
	query := strings.TrimSpace(strings.ToValidUTF8(q.Text, "\uFFFD"))
	if query == "" {
		return scores, nil
	}
	for len(texts) > 0 {
		n := min(len(texts), r.opts.Batch)
		found, err := r.ask(ctx, query, texts[:n])
		if err != nil {
			return nil, err
		}
		for i, s := range found {
			scores[at[i]] = s
		}
		texts, at = texts[n:], at[n:]
	}
	return scores, nil
}

// text is what the server sees of a passage: its title and its text, shortened
// between aksharas.
func (r *Reranker) text(rec *rag.Record) string {
	text := rec.Chunk.Text
	if rec.Source.Title != "" {
		text = rec.Source.Title + "\n" + text
	}
	if len(text) > r.opts.PassageBytes {
		end := 0
		for a := range chunk.Aksharas(text) {
			if a.End > r.opts.PassageBytes {
				break
			}
			end = a.End
		}
		text = text[:end]
	}
	return strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
}

// apply gives hits the server's scores, best first.
func apply(hits []rag.Hit, scores []float64) []rag.Hit {
	logits := false
	for _, s := range scores {
		logits = logits || s < 0 || s > 1
	}
	least, scored := 1.0, make([]rag.Hit, 0, len(hits))
	var rest []rag.Hit
	for i := range hits {
		if i >= len(scores) || math.IsNaN(scores[i]) {
			rest = append(rest, hits[i])
			continue
		}
		h := hits[i]
		if h.Score = scores[i]; logits {
			h.Score = 1 / (1 + math.Exp(-scores[i]))
		}
		least = min(least, h.Score)
		scored = append(scored, h)
	}
	if len(scored) == 0 {
		return hits
	}
	rag.SortHits(scored)
	if len(rest) == 0 {
		return scored
	}
	for i := range rest {
		rest[i].Score = min(rest[i].Score, least)
	}
	scored = append(scored, rest...)
	rag.KeepOrder(scored)
	return scored
}
