package rag

import (
	"context"
	"crypto/rand"
	"maps"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
)

// Source is where the documents of an index come from. What is added to a
// [LiveIndex] is in the source before, and what is removed is not: then a build
// misses no change that is made meanwhile. An ingest.Collection is one.
//
// IDs gives the ids of all documents. Get gives one of them; NOT_FOUND where it
// was removed meanwhile.
type Source interface {
	IDs(ctx context.Context) ([]string, error)
	Get(ctx context.Context, id string) (*corpus.Document, error)
}

// BuildOptions say how a generation is built. The zero value is useful.
type BuildOptions struct {
	ChunksPerSecond int                     // written at most; 0: as many as can be
	Progress        func(documents, of int) // told of the documents that the generation holds, now and then; nil: nobody
}

const (
	buildBatch  = 32 // documents that are written together
	buildPasses = 10 // over documents that change all the time
)

// Build makes a generation as the options of the index say now, beside the one
// that answers, and gives it once it is whole. It goes on with one that was left
// unfinished: a document that it holds already as it is now is not written again,
// and a chunk whose text has a vector of the model, in this generation or in
// another of the same document, is not embedded again (of stores that are a
// [Recaller]). The generation that answers may be the one that is built; its
// documents stay findable.
//
// An error, of the embedder too, ends the build and leaves what it has made.
// While another builds, in this process or another, it is DUPLICATE around
// [ErrBuilding]; one that has given no sign of life for a lease has died.
func (l *LiveIndex) Build(ctx context.Context, src Source, opts *BuildOptions) (*Generation, error) {
	b := &builder{l: l, src: src, by: rand.Text()}
	if opts != nil {
		b.opts = *opts
	}
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	if err := b.claim(ctx); err != nil {
		return nil, err
	}
	working, stop := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { b.live(working, stop) })
	g, err := b.run(ctx, working)
	if cause := context.Cause(working); err != nil && cause != nil {
		err = cause
	}
	stop(nil)
	wg.Wait()
	if err != nil {
		b.release(ctx)
		l.sweep(ctx, b.number)
		return nil, err
	}
	return g, nil
}

// builder is one call of Build.
type builder struct {
	l      *LiveIndex
	src    Source
	opts   BuildOptions
	by     string
	number int
	x      *Index

	documents, of atomic.Int64
}

// run goes over the documents until the generation has missed none of their
// changes meanwhile, and notes that it is whole.
func (b *builder) run(ctx, working context.Context) (*Generation, error) {
	for range buildPasses {
		s, err := b.l.alias(working, true)
		if err != nil {
			return nil, err
		}
		g := s.find(b.number)
		if g == nil {
			return nil, noGeneration(b.number)
		}
		missed, owed := g.Missed, s.Owed
		if b.x = b.l.of(working, s, g); b.x.opts.Embedder == nil && !g.Model.IsZero() {
			return nil, fault.New(fault.ServiceUnavailable, "there is no embedder for "+g.Model.String(), fault.Details{"generation": g.Number})
		}
		if err := b.pass(working); err != nil {
			return nil, err
		}
		var made *Generation
		err = b.l.change(ctx, func(s *generations) error {
			made = nil
			if err := b.mine(s); err != nil {
				return err
			}
			if g := s.find(b.number); g.Missed == missed {
				g.Whole, g.Missed, g.Filling, s.Build = true, 0, false, nil
				if g.Number == s.Live {
					s.settle(owed)
				}
				copied := *g
				made = &copied
				return nil
			}
			return errAsItIs
		})
		if err != nil || made != nil {
			return made, err
		}
	}
	return nil, fault.Wrap(ErrUnfinished, fault.ServiceUnavailable, "the generation has missed changes during every pass", fault.Details{"generation": b.number})
}

// pass makes the generation hold what the source holds. Should whoever removes a
// document meanwhile die before it comes to this generation, the ids tell at the end.
func (b *builder) pass(ctx context.Context) error {
	ids, err := b.src.IDs(ctx)
	if err != nil {
		return err
	}
	b.of.Store(int64(len(ids)))
	done := 0
	for batch := range slices.Chunk(ids, buildBatch) {
		if err := b.align(ctx, batch); err != nil {
			return err
		}
		done += len(batch)
		b.documents.Store(int64(done))
		if b.opts.Progress != nil {
			b.opts.Progress(done, len(ids))
		}
	}
	if _, ok := b.l.store.(DocumentLister); !ok {
		return nil
	}
	differ, err := difference(ctx, b.x.DocumentIDs, b.src.IDs)
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(slices.Collect(maps.Keys(differ)), buildBatch) {
		if err := b.align(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

// align makes the generation hold documents as the source does. It looks again
// at those that it wrote: whoever changed the source meanwhile may have changed
// the generation before.
func (b *builder) align(ctx context.Context, ids []string) error {
	for len(ids) > 0 {
		docs, gone, err := b.load(ctx, ids)
		if err != nil {
			return err
		}
		if docs, err = b.missing(ctx, docs); err != nil {
			return err
		}
		if err := b.add(ctx, docs); err != nil {
			return err
		}
		if err := b.x.Remove(ctx, gone); err != nil {
			return err
		}
		if ids, err = b.changed(ctx, docs, gone); err != nil {
			return err
		}
	}
	return nil
}

// load gives the documents that the source has, and the ids of those that it has not.
func (b *builder) load(ctx context.Context, ids []string) (docs []corpus.Document, gone []string, err error) {
	for _, id := range ids {
		doc, err := b.src.Get(ctx, id)
		switch {
		case fault.CodeOf(err) == fault.NotFound:
			gone = append(gone, id)
		case err != nil:
			return nil, nil, err
		default:
			docs = append(docs, *doc)
		}
	}
	return docs, gone, nil
}

// changed gives the ids of documents that the source holds otherwise now.
func (b *builder) changed(ctx context.Context, docs []corpus.Document, gone []string) ([]string, error) {
	var ids []string
	for i := range docs {
		now, err := b.src.Get(ctx, docs[i].ID)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return nil, err
		}
		if err != nil || !reflect.DeepEqual(*now, docs[i]) {
			ids = append(ids, docs[i].ID)
		}
	}
	for _, id := range gone {
		_, err := b.src.Get(ctx, id)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return nil, err
		}
		if err == nil {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// add writes documents and waits for as long as the rate says.
func (b *builder) add(ctx context.Context, docs []corpus.Document) error {
	if len(docs) == 0 {
		return nil
	}
	begin := time.Now()
	if err := b.x.Add(ctx, docs); err != nil {
		return err
	}
	if b.opts.ChunksPerSecond <= 0 {
		return nil
	}
	written := 0
	for i := range docs {
		chunks, err := b.x.Chunks(&docs[i])
		if err != nil {
			return err
		}
		written += len(chunks)
	}
	return wait(ctx, time.Duration(written)*time.Second/time.Duration(b.opts.ChunksPerSecond)-time.Since(begin))
}
