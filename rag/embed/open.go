package embed

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
)

// Opener gives embedders by the names of their models, made to rank: with a
// cache, in windows of what the model reads (see [TraitsOf]), and centred. It is
// what a [rag.LiveIndex] needs to go from one model to another and back.
//
//	o := &embed.Opener{New: server, Cache: memory, Notes: store, Documents: documents}
//	e, err := o.Open(ctx, "multilingual-e5-small")
//	live, err := rag.NewLiveIndex(store, &rag.LiveOptions{IndexOptions: rag.IndexOptions{Embedder: e}, Embedders: o.Reopen})
//
// It may be used concurrently, as its parts may.
type Opener struct {
	New    func(ctx context.Context, name string) (rag.Embedder, error) // a model that knows its dimensions
	Cache  cache.Cache                                                  // of vectors; nil: none
	Notes  rag.Noter                                                    // where means are kept, of the tenant
	Tenant string                                                       // "" is rag.DefaultTenant

	// Documents are what a mean is estimated from, cut as Chunk says: one chunk of
	// each of up to MaxSample that are spread over all, and more of each where they
	// are few. Nil: from general texts alone.
	Documents rag.Source
	Chunk     *chunk.Options

	known sync.Map // *Windowed by name
}

// Open gives the embedder of a model. Its mean is the one that is kept, or is
// estimated and kept.
func (o *Opener) Open(ctx context.Context, name string) (rag.Embedder, error) {
	e, err := o.plain(ctx, name)
	if err != nil {
		return nil, err
	}
	return Centre(ctx, e, o.keeper(e), o.sample)
}

// Reopen gives the embedder that made vectors of a model, whose name says whether
// they were centred, and by which mean. It estimates none: a mean that is not
// kept any more, or is another, is NOT_FOUND; one that cannot be read now is the
// error of reading it.
func (o *Opener) Reopen(ctx context.Context, model rag.EmbedModel) (rag.Embedder, error) {
	name, _, centred := strings.Cut(model.Name, centredBy)
	e, err := o.plain(ctx, name)
	if err != nil {
		return nil, err
	}
	if centred {
		keep := o.keeper(e)
		kept, err := keep.Load(ctx)
		if err != nil {
			return nil, err
		}
		if kept == nil {
			return nil, fault.New(fault.NotFound, "the mean of the embeddings is not kept", nil)
		}
		if e, err = Centre(ctx, e, keep, nil); err != nil {
			return nil, err
		}
	}
	if e.Model() != model {
		return nil, fault.New(fault.NotFound, fmt.Sprintf("vectors of %v are not to be had, only of %v", model, e.Model()), nil)
	}
	return e, nil
}

// Find tells whether a model is to be had; an error is that of New, which is not
// asked again for one that was found.
func (o *Opener) Find(ctx context.Context, name string) error {
	_, err := o.plain(ctx, name)
	return err
}

// plain gives the embedder of a model as it is, but for the cache and the windows.
func (o *Opener) plain(ctx context.Context, name string) (rag.Embedder, error) {
	if e, ok := o.known.Load(name); ok {
		return e.(*Windowed), nil
	}
	e, err := o.New(ctx, name)
	if err != nil {
		return nil, err
	}
	if o.Cache != nil {
		e = Cache(e, o.Cache, nil)
	}
	windowed, _ := o.known.LoadOrStore(name, Window(e, TraitsOf(name).Tokens))
	return windowed.(*Windowed), nil
}

func (o *Opener) keeper(e rag.Embedder) *MeanNote {
	tenant := o.Tenant
	if tenant == "" {
		tenant = rag.DefaultTenant
	}
	return NewMeanNote(o.Notes, tenant, e.Model())
}

// sample gives chunks of the documents, from the middle of each.
func (o *Opener) sample(ctx context.Context) ([]string, error) {
	if o.Documents == nil {
		return nil, nil
	}
	ids, err := o.Documents.IDs(ctx)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	chosen := spread(ids, MaxSample)
	each := (MinSample + len(chosen) - 1) / len(chosen)
	var texts []string
	for _, id := range chosen {
		doc, err := o.Documents.Get(ctx, id)
		if fault.CodeOf(err) == fault.NotFound { // deleted meanwhile
			continue
		}
		if err != nil {
			return nil, err
		}
		chunks, err := chunk.Split(doc, o.Chunk)
		if err != nil {
			return nil, err
		}
		of := min(each, len(chunks))
		for j := range of {
			texts = append(texts, chunks[(2*j+1)*len(chunks)/(2*of)].Text)
		}
	}
	return texts, nil
}
