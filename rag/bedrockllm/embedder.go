package bedrockllm

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/embed"
)

const defaultConcurrent = 4

// family is how models of one maker are asked for embeddings.
type family interface {
	// most is how many texts one call takes.
	most() int
	// fit gives what of a text the model is given, or the fault of one that it cannot be given.
	fit(text string) (string, error)
	// request gives the body of a call for texts that fit, for encoding/json.
	request(kind rag.EmbedKind, texts []string) any
	// vectors reads the body of an answer.
	vectors(body []byte) ([]rag.Vector, error)
	// version names what the vectors depend on besides the model and its dimensions.
	version() string
}

// Embedder is an embedding model on Bedrock. It may be used concurrently.
type Embedder struct {
	client     *bedrockruntime.Client
	model      rag.EmbedModel
	family     family
	concurrent int
	limits     limits
}

var (
	_ rag.Embedder    = (*Embedder)(nil)
	_ embed.Versioned = (*Embedder)(nil)
)

func newEmbedder(client *bedrockruntime.Client, id string, dimensions, concurrent int, f family) (*Embedder, error) {
	if client == nil || id == "" {
		return nil, fault.New(fault.InvalidRequest, "bedrockllm: an embedding model needs a client and an id", nil)
	}
	return &Embedder{client: client, model: rag.EmbedModel{Name: id, Dimensions: dimensions}, family: f,
		concurrent: cmp.Or(max(concurrent, 0), defaultConcurrent), limits: newLimits(0, 0)}, nil
}

// Model gives the model's id and dimensions.
func (e *Embedder) Model() rag.EmbedModel { return e.model }

// Version tells what the vectors depend on besides the model and its dimensions; see
// [embed.Versioned].
func (e *Embedder) Version() string { return e.family.version() }

// Embed gives a vector for each text, in as few calls as the model takes, some at once;
// when one fails the others are given up. An empty text is INVALID_REQUEST, and so is one
// that is too long for the model, with [llm.ErrContextOverflow] as a cause; an answer with
// too few or too many vectors, or vectors that cannot be the model's, is UPSTREAM_ERROR.
// [embed.Window] embeds texts of any length.
func (e *Embedder) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	given := make([]string, len(texts))
	for i, text := range texts {
		var err error
		if given[i], err = e.family.fit(text); err != nil {
			return nil, err
		}
		if strings.TrimSpace(given[i]) == "" {
			return nil, fault.New(fault.InvalidRequest, fmt.Sprintf("text %d of %d is empty and has no embedding", i+1, len(texts)), nil)
		}
	}
	out := make([]rag.Vector, len(texts))
	err := e.inBatches(ctx, len(texts), func(ctx context.Context, from, to int) error {
		vectors, err := e.call(ctx, kind, given[from:to])
		copy(out[from:to], vectors)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// inBatches calls do for as many of n texts as one call takes, some at once, and gives
// the first error.
func (e *Embedder) inBatches(ctx context.Context, n int, do func(ctx context.Context, from, to int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	var once sync.Once
	var failed error
	slots := make(chan struct{}, e.concurrent)
	for from := 0; from < n && ctx.Err() == nil; from += e.family.most() {
		to := min(from+e.family.most(), n)
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := do(ctx, from, to); err != nil {
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

// call embeds texts that go into one call.
func (e *Embedder) call(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	body, err := json.Marshal(e.family.request(kind, texts))
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "the request could not be built", nil)
	}
	ctx, _, end := e.limits.watch(ctx)
	defer end()
	out, err := e.client.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{
		ModelId: aws.String(e.model.Name), Body: body,
		ContentType: aws.String("application/json"), Accept: aws.String("application/json"),
	}, e.limits.bound)
	if err != nil {
		return nil, callFault(ctx, err)
	}
	vectors, err := e.family.vectors(out.Body)
	if err != nil {
		return nil, notUnderstood(err)
	}
	if err := rag.CheckVectors(e.model, len(texts), vectors); err != nil {
		return nil, err
	}
	return vectors, nil
}
