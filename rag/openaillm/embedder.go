package openaillm

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"

	openai "github.com/sashabaranov/go-openai"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/embed"
)

const (
	defaultBatchTexts = 64
	defaultBatchBytes = 128 << 10
	defaultConcurrent = 2
)

// EmbedderOptions tune an [Embedder]. The zero value is useful.
type EmbedderOptions struct {
	// Dimensions of the model's vectors; 0: learnt from the first answer, see [Embedder.Probe].
	Dimensions int

	// Prefixes go before the texts that do not begin with them; nil: what
	// [PrefixesFor] knows of the model.
	Prefixes *Prefixes

	// InputType is for servers that add prefixes themselves: the field
	// input_type is sent, "query" or "passage", and no prefix is added.
	InputType bool

	// Base64 asks for vectors as base64 of little-endian float32, less than half
	// the size of decimal numbers, from servers that can.
	Base64 bool

	BatchTexts int // texts a request at most; 0: 64
	BatchBytes int // bytes of text a request at most, prefixes included; a longer text goes alone; 0: 128 KiB
	Concurrent int // requests of one call at once; 0: 2
}

// Embedder is an embedding model on a server. It may be used concurrently.
type Embedder struct {
	client     *openai.Client
	key        string
	name       string
	dimensions atomic.Int64
	prefixes   Prefixes
	opts       EmbedderOptions
}

var (
	_ rag.Embedder    = (*Embedder)(nil)
	_ embed.Versioned = (*Embedder)(nil)
)

// NewEmbedder gives the embedding model called name on the server of cfg. Nothing
// is sent until it is used. A configuration that cannot work is INVALID_REQUEST.
func NewEmbedder(cfg Config, name string, opts *EmbedderOptions) (*Embedder, error) {
	client, err := cfg.client()
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, fault.New(fault.InvalidRequest, "openaillm: the embedding model must have a name", nil)
	}
	e := &Embedder{client: client, key: cfg.APIKey, name: name}
	if opts != nil {
		e.opts = *opts
	}
	if e.opts.Dimensions < 0 {
		return nil, fault.New(fault.InvalidRequest, fmt.Sprintf("openaillm: a vector cannot have %d dimensions", e.opts.Dimensions), nil)
	}
	e.dimensions.Store(int64(e.opts.Dimensions))
	e.opts.BatchTexts = cmp.Or(max(e.opts.BatchTexts, 0), defaultBatchTexts)
	e.opts.BatchBytes = cmp.Or(max(e.opts.BatchBytes, 0), defaultBatchBytes)
	e.opts.Concurrent = cmp.Or(max(e.opts.Concurrent, 0), defaultConcurrent)
	switch {
	case e.opts.InputType:
	case e.opts.Prefixes != nil:
		e.prefixes = *e.opts.Prefixes
	default:
		e.prefixes = PrefixesFor(name)
	}
	return e, nil
}

// Model names the model. Its Dimensions are 0 until they are known: from the
// options, from [Embedder.Probe] or from the first texts that were embedded.
func (e *Embedder) Model() rag.EmbedModel {
	return rag.EmbedModel{Name: e.name, Dimensions: int(e.dimensions.Load())}
}

// Probe embeds one word, so that the server is known to answer and Model to tell
// the dimensions. It fails as Embed does.
func (e *Embedder) Probe(ctx context.Context) error {
	_, err := e.Embed(ctx, rag.EmbedQuery, []string{"भारत"})
	return err
}

// Version tells what the texts are embedded with besides the model: the prefixes,
// or that the server adds them; see [embed.Versioned].
func (e *Embedder) Version() string {
	if e.opts.InputType {
		return "input_type"
	}
	return e.prefixes.Query + "|" + e.prefixes.Passage
}

// Embed gives a vector for each text, as they come from the server, in batches,
// some at once; when one fails the others are given up. An empty text is
// INVALID_REQUEST; an answer with too few or too many vectors, another dimension,
// or a value that is no finite number is UPSTREAM_ERROR and says which. Texts must
// be within the model's own limit: a longer one is INVALID_REQUEST from most
// servers, and cut by some; see [embed.Window].
func (e *Embedder) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	prefix := e.prefixes.of(kind)
	for i, text := range texts {
		if strings.TrimSpace(text) == "" {
			return nil, fault.New(fault.InvalidRequest, fmt.Sprintf("text %d of %d is empty and has no embedding", i+1, len(texts)), nil)
		}
	}
	out := make([]rag.Vector, len(texts))
	err := e.inBatches(ctx, prefix, texts, func(ctx context.Context, from, to int) error {
		vectors, err := e.embedBatch(ctx, kind, prefix, texts[from:to])
		copy(out[from:to], vectors)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// inBatches calls do for batches of texts, some at once, and gives the first error.
func (e *Embedder) inBatches(ctx context.Context, prefix string, texts []string, do func(ctx context.Context, from, to int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	var once sync.Once
	var failed error
	slots := make(chan struct{}, e.opts.Concurrent)
	to := 0
	for from := 0; from < len(texts) && ctx.Err() == nil; from = to {
		to = from + e.batch(prefix, texts[from:])
		first, last := from, to
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := do(ctx, first, last); err != nil {
				once.Do(func() { failed = err })
				cancel()
			}
		})
	}
	wg.Wait()
	if failed == nil && ctx.Err() != nil {
		return contextFault(ctx)
	}
	return failed
}

// batch tells how many of texts fit one request, at least one.
func (e *Embedder) batch(prefix string, texts []string) int {
	bytes := 0
	for i, text := range texts {
		bytes += len(prefix) + len(text)
		if i > 0 && bytes > e.opts.BatchBytes || i == e.opts.BatchTexts {
			return i
		}
	}
	return len(texts)
}

func (e *Embedder) embedBatch(ctx context.Context, kind rag.EmbedKind, prefix string, texts []string) ([]rag.Vector, error) {
	input := texts
	if prefix != "" {
		input = make([]string, len(texts))
		for i, text := range texts {
			input[i] = before(prefix, text)
		}
	}
	req := openai.EmbeddingRequest{Input: input, Model: openai.EmbeddingModel(e.name), EncodingFormat: openai.EmbeddingEncodingFormatFloat}
	if e.opts.Base64 {
		req.EncodingFormat = openai.EmbeddingEncodingFormatBase64
	}
	if e.opts.InputType {
		req.ExtraBody = map[string]any{"input_type": inputType(kind)}
	}
	res, err := e.client.CreateEmbeddings(ctx, req)
	if err != nil {
		return nil, callFault(ctx, err, e.key)
	}
	return e.vectors(res.Data, len(texts))
}

// vectors puts an answer for n texts into their order, and refuses one that cannot be theirs.
func (e *Embedder) vectors(data []openai.Embedding, n int) ([]rag.Vector, error) {
	if len(data) != n {
		return nil, e.malformed(fmt.Sprintf("gave %d vectors for %d texts", len(data), n))
	}
	want := int(e.dimensions.Load())
	if want == 0 {
		want = len(data[0].Embedding)
	}
	out := make([]rag.Vector, n)
	for _, d := range data {
		switch {
		case d.Index < 0 || d.Index >= n:
			return nil, e.malformed(fmt.Sprintf("gave a vector for text %d of %d", d.Index+1, n))
		case out[d.Index] != nil:
			return nil, e.malformed(fmt.Sprintf("gave two vectors for text %d of %d", d.Index+1, n))
		case len(d.Embedding) == 0 || len(d.Embedding) != want:
			return nil, e.malformed(fmt.Sprintf("gave a vector of %d dimensions for text %d of %d, where %d were expected",
				len(d.Embedding), d.Index+1, n, want))
		}
		if i := notFinite(d.Embedding); i >= 0 {
			return nil, e.malformed(fmt.Sprintf("gave a vector for text %d of %d whose component %d is not a finite number", d.Index+1, n, i+1))
		}
		out[d.Index] = d.Embedding
	}
	if !e.dimensions.CompareAndSwap(0, int64(want)) && e.dimensions.Load() != int64(want) {
		return nil, e.malformed(fmt.Sprintf("gave vectors of %d dimensions, and of %d before", want, e.dimensions.Load()))
	}
	return out, nil
}

func (e *Embedder) malformed(what string) error {
	return fault.New(fault.Upstream, fmt.Sprintf("the embedding model %s %s", e.name, what), fault.Details{"model": e.name})
}

// notFinite gives the place of the first component that is NaN or infinite, or -1.
func notFinite(v []float32) int {
	for i, x := range v {
		if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
			return i
		}
	}
	return -1
}
