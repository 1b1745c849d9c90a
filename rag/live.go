package rag

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// LiveOptions set a [LiveIndex] up.
type LiveOptions struct {
	// IndexOptions say how documents are to be made findable now. The embedder's
	// model has to know its dimensions.
	IndexOptions

	// Open gives the embedder of IndexOptions, where that names none, once it is
	// needed: when a generation is built, and when the first documents are added.
	// Until then what the index holds is searched. It may take its time.
	Open func(ctx context.Context) (Embedder, error)

	// Embedders gives the embedder whose vectors another generation has. While
	// there is none (nil, or an error), that generation is searched by words and
	// sounds, and what is added to it has no vectors; it is asked for again after
	// half a minute.
	Embedders func(ctx context.Context, model EmbedModel) (Embedder, error)

	// Later leaves the vectors of what is added to [LiveIndex.Keep], which has to run
	// then, in this process: documents are found by words and sounds at once, and by
	// meaning soon after. An index that is empty or has no vectors yet gets them in
	// its place, and answers by words and sounds until it has all. Each tenant of
	// [LiveIndex.ForTenant] to which documents are added needs a Keep of its own.
	Later bool

	// Lease is how long a build that gives no sign of life is waited for before
	// another one takes its place; 0 is 15 seconds.
	Lease time.Duration
}

// LiveIndex is an [Index] whose embedding model, cutting and analysis may change
// while it answers: the new generation is built beside the one that answers, out
// of sight, and takes its place in one step, which every process that shares the
// store sees with its next search. The other stays for the way back.
//
//	live, err := rag.NewLiveIndex(store, &rag.LiveOptions{IndexOptions: rag.IndexOptions{Embedder: newModel}, Embedders: byName})
//	results, err := live.Retrieve(ctx, q)          // from what the index holds, whoever made it
//	err = live.Update(ctx, documents, nil)         // build as the options say now, then switch
//	err = live.Switch(ctx, before.Number)          // and back
//
// A search reads one generation from its begin to its end. What is added and
// removed goes to all of them: an error is that of the generation that answers;
// another one that does not take a change is not Whole until it is built again,
// and cannot be switched to. That one is changed first: should the process die
// before the others are, Switch and Update notice that they hold other documents.
//
// It keeps no state of its own: the generations are noted in the store (see
// [Noter]), and hold their records under tenants whose names hold U+0000. It may
// be used concurrently, and by many processes.
type LiveIndex struct {
	store Store
	notes Noter
	opts  LiveOptions
	known *embedders
	later *later
	last  atomic.Pointer[noted]
	held  atomic.Pointer[held] // of a tenant that has no note
}

var (
	_ Retriever = (*LiveIndex)(nil)
	_ Weigher   = (*LiveIndex)(nil)
)

// NewLiveIndex gives an index over store, which has to be a [Noter]. What the
// store holds of the tenant without a note, from an [Index], is taken over as
// generation 0. A tenant whose name holds U+0000 is INVALID_REQUEST, as is an
// embedder that does not know its dimensions. Nil opts mean the defaults.
func NewLiveIndex(store Store, opts *LiveOptions) (*LiveIndex, error) {
	l := &LiveIndex{store: store, known: newEmbedders(), later: newLater()}
	if opts != nil {
		l.opts = *opts
	}
	var ok bool
	if l.notes, ok = store.(Noter); !ok {
		return nil, fault.New(fault.Internal, "the store keeps no notes", nil)
	}
	if e := l.opts.Embedder; e != nil {
		if err := knowsDimensions(e); err != nil {
			return nil, err
		}
	}
	if l.opts.Lease <= 0 {
		l.opts.Lease = 15 * time.Second
	}
	l.opts.IndexOptions = NewIndex(store, &l.opts.IndexOptions).opts
	return l.ForTenant(l.opts.Tenant)
}

// ForTenant gives the same index for another tenant, "" being DefaultTenant; see
// [Index.ForTenant]. Each tenant has generations of its own.
func (l *LiveIndex) ForTenant(tenant string) (*LiveIndex, error) {
	if strings.Contains(tenant, "\x00") {
		return nil, fault.New(fault.InvalidRequest, "a tenant's name holds U+0000", fault.Details{"field": "tenant"})
	}
	other := &LiveIndex{store: l.store, notes: l.notes, opts: l.opts, known: l.known, later: l.later}
	other.opts.Tenant = cmp.Or(tenant, DefaultTenant)
	return other, nil
}

// Index gives the index of the generation that answers. It stays that one's: ask
// for it anew with each search.
func (l *LiveIndex) Index(ctx context.Context) (*Index, error) {
	s, err := l.alias(ctx, false)
	if err != nil {
		return nil, err
	}
	live := s.find(s.Live)
	x := l.of(ctx, s, live)
	if live.Filling {
		x.opts.Embedder = nil // those that have vectors would go before those that have not yet
	}
	return x, nil
}

// of gives the index of a generation.
func (l *LiveIndex) of(ctx context.Context, s *generations, g *Generation) *Index {
	opts := l.opts.IndexOptions
	opts.Tenant = tenantOf(l.opts.Tenant, g.Number)
	opts.Embedder = l.embedder(ctx, g.Model)
	cut := chunk.Options{Size: g.Size, Overlap: g.Overlap}
	if l.opts.Chunk != nil {
		cut.Count = l.opts.Chunk.Count
	}
	opts.Chunk = &cut
	x := NewIndex(l.store, &opts)
	for _, other := range s.List {
		if other.Number != g.Number && !other.Gone && other.Model == g.Model && !g.Model.IsZero() {
			x.alike = append(x.alike, tenantOf(l.opts.Tenant, other.Number))
		}
	}
	return x
}

// wanted is a generation that is made as the options say.
func (l *LiveIndex) wanted() Generation {
	var g Generation
	g.Way = NewIndex(l.store, &l.opts.IndexOptions).way()
	if c := l.opts.Chunk; c != nil {
		g.Size, g.Overlap = c.Size, c.Overlap
	}
	if e := l.own(); e != nil {
		g.Model = e.Model()
	}
	return g
}

// QueryDocuments is [LiveIndex.Retrieve] with its defaults, see [Index.QueryDocuments].
func (l *LiveIndex) QueryDocuments(ctx context.Context, text string) ([]DocumentResult, error) {
	return l.Retrieve(ctx, &Query{Text: text})
}

// Retrieve implements [Retriever], see [Index.Retrieve].
func (l *LiveIndex) Retrieve(ctx context.Context, q *Query) ([]DocumentResult, error) {
	return fromLive(ctx, l, func(x *Index) ([]DocumentResult, error) { return x.Retrieve(ctx, q) })
}

// Suggest gives what [Index.Suggest] does.
func (l *LiveIndex) Suggest(ctx context.Context, q *SuggestQuery) ([]Suggestion, error) {
	return fromLive(ctx, l, func(x *Index) ([]Suggestion, error) { return x.Suggest(ctx, q) })
}

// Corrections gives what [Index.Corrections] does.
func (l *LiveIndex) Corrections(ctx context.Context, q *Query) ([]Correction, error) {
	return fromLive(ctx, l, func(x *Index) ([]Correction, error) { return x.Corrections(ctx, q) })
}

// TermWeights gives what [Index.TermWeights] does.
func (l *LiveIndex) TermWeights(ctx context.Context, text string, code lang.Code) (map[string]float64, error) {
	x, err := l.Index(ctx)
	if err != nil {
		return nil, err
	}
	return x.TermWeights(ctx, text, code)
}

// fromLive asks the index that answers. One that was dropped meanwhile, after
// another took its place, found nothing: that other is asked then.
func fromLive[T any](ctx context.Context, l *LiveIndex, ask func(x *Index) ([]T, error)) ([]T, error) {
	x, err := l.Index(ctx)
	if err != nil {
		return nil, err
	}
	found, err := ask(x)
	if err != nil || len(found) > 0 {
		return found, err
	}
	now, err := l.Index(ctx)
	if err != nil || now.opts.Tenant == x.opts.Tenant {
		return found, err
	}
	return ask(now)
}

// Chunks gives how a document would be cut now, with nothing written.
func (l *LiveIndex) Chunks(doc *corpus.Document) ([]corpus.Chunk, error) {
	return chunk.Split(doc, l.opts.Chunk)
}

// DocumentIDs gives the ids of the documents in the generation that answers, if
// the store tells them.
func (l *LiveIndex) DocumentIDs(ctx context.Context) ([]string, error) {
	x, err := l.Index(ctx)
	if err != nil {
		return nil, err
	}
	return x.DocumentIDs(ctx)
}

// Add makes documents findable in every generation, see [Index.Add], by meaning
// perhaps later: see [LiveOptions].
func (l *LiveIndex) Add(ctx context.Context, docs []corpus.Document) error {
	if len(docs) == 0 {
		return nil
	}
	if l.opts.Later {
		if err := l.owe(ctx); err != nil {
			return err
		}
		defer l.later.queue(l.opts.Tenant).written(docs)
	}
	return l.everywhere(ctx, func(ctx context.Context, x *Index, g *Generation) (whole bool, err error) {
		x.later = l.opts.Later
		return g.Model.IsZero() || x.opts.Embedder != nil, x.Add(ctx, docs)
	})
}

// Remove makes documents unfindable in every generation, see [Index.Remove].
func (l *LiveIndex) Remove(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return l.everywhere(ctx, func(ctx context.Context, x *Index, _ *Generation) (bool, error) {
		return true, x.Remove(ctx, ids)
	})
}

// asideWait bounds how much longer than the generation that answers another one
// takes for a change, besides four times as long.
const asideWait = time.Minute

// everywhere changes every generation, the one that answers first. The others
// are changed although the caller gives up waiting.
func (l *LiveIndex) everywhere(ctx context.Context, do func(ctx context.Context, x *Index, g *Generation) (whole bool, err error)) error {
	s, err := l.alias(ctx, true)
	if err != nil {
		return err
	}
	begin := time.Now()
	live := s.find(s.Live)
	whole, err := do(ctx, l.of(ctx, s, live), live)
	if err != nil {
		l.sweep(ctx, live.Number)
		return err
	}
	ctx = context.WithoutCancel(ctx)
	patience := asideWait + 4*time.Since(begin)
	if !whole {
		if err := l.missed(ctx, live.Number, nil); err != nil {
			return err
		}
	}
	done := []int{live.Number}
	for more := true; more && err == nil; {
		more, err = l.aside(ctx, patience, &done, do)
	}
	l.sweep(ctx, done...)
	return err
}

// aside changes one generation that is not yet done, and tells whether there was one.
func (l *LiveIndex) aside(ctx context.Context, patience time.Duration, done *[]int, do func(ctx context.Context, x *Index, g *Generation) (whole bool, err error)) (bool, error) {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s, err := l.alias(within, true)
	if err != nil {
		return false, err
	}
	g := s.next(*done)
	if g == nil {
		return false, nil
	}
	*done = append(*done, g.Number)
	whole, err := do(within, l.of(within, s, g), g)
	if err == nil && whole {
		return true, nil
	}
	return true, l.missed(ctx, g.Number, err)
}

// next gives a generation that is not yet done, or nil.
func (s *generations) next(done []int) *Generation {
	for i := range s.List {
		if g := &s.List[i]; !g.Gone && !slices.Contains(done, g.Number) {
			return g
		}
	}
	return nil
}

// missed notes that a generation did not take a change. The cause is the caller's
// if that one answers by now.
func (l *LiveIndex) missed(ctx context.Context, number int, cause error) error {
	ctx, cancel := context.WithTimeout(ctx, asideWait)
	defer cancel()
	answers := false
	err := l.change(ctx, func(s *generations) error {
		answers = s.Live == number
		g := s.find(number)
		if g == nil || !g.Whole && (s.Build == nil || s.Build.Number != number) {
			return errAsItIs // a build that begins later finds it
		}
		l.opts.Logger.WarnContext(ctx, "a generation of the index has missed a change", slog.Int("generation", number), slog.Any("error", cause))
		g.Whole = false
		g.Missed++
		return nil
	})
	if err == nil && answers {
		err = cause
	}
	return err
}
