package ragtest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
)

// shelf is documents that stand where an index is built from.
type shelf struct {
	mu   sync.Mutex
	docs map[string]corpus.Document
}

func (s *shelf) IDs(context.Context) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.docs)), nil
}

func (s *shelf) Get(_ context.Context, id string) (*corpus.Document, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	doc, ok := s.docs[id]
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no such document", nil)
	}
	return &doc, nil
}

// put takes documents in as a collection does: they are kept before they are indexed.
func (s *shelf) put(ctx context.Context, sink Sink, docs ...corpus.Document) error {
	s.mu.Lock()
	for _, d := range docs {
		s.docs[d.ID] = d
	}
	s.mu.Unlock()
	return sink.Add(ctx, docs)
}

func (s *shelf) remove(ctx context.Context, sink Sink, id string) error {
	s.mu.Lock()
	delete(s.docs, id)
	s.mu.Unlock()
	return sink.Remove(ctx, []string{id})
}

// wordBag is an embedder whose vector of a text is the sum of its words'. It
// counts passages, and fails after as many as it may embed.
type wordBag struct {
	name string

	mu    sync.Mutex
	count int    // passages
	left  int    // that it still embeds; below 0: all
	first func() // happens before the next passages are embedded
}

func newBag(name string) *wordBag { return &wordBag{name: name, left: -1} }

func (b *wordBag) Model() rag.EmbedModel { return rag.EmbedModel{Name: b.name, Dimensions: 64} }

var errEmbedderAway = fault.New(fault.Upstream, "the embedder has died", nil)

func (b *wordBag) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if kind == rag.EmbedPassage {
		b.begin()
		if err := b.take(len(texts)); err != nil {
			return nil, err
		}
	}
	vectors := make([]rag.Vector, len(texts))
	for i, text := range texts {
		vectors[i] = make(rag.Vector, 64)
		vectors[i][0] = .1
		for _, w := range strings.Fields(text) {
			h := fnv.New32a()
			_, _ = h.Write([]byte(b.name + w))
			vectors[i][h.Sum32()%64]++
		}
	}
	return vectors, nil
}

// begin lets happen what is to happen before passages are embedded.
func (b *wordBag) begin() {
	b.mu.Lock()
	first := b.first
	b.first = nil
	b.mu.Unlock()
	if first != nil {
		first()
	}
}

func (b *wordBag) take(n int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left >= 0 && b.left < n {
		return errEmbedderAway
	}
	if b.left >= 0 {
		b.left -= n
	}
	b.count += n
	return nil
}

// embedded gives how many passages were embedded since it was asked last.
func (b *wordBag) embedded() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.count
	b.count = 0
	return n
}

// dies lets it embed so many passages more; below 0: all.
func (b *wordBag) dies(after int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = after
}

// before lets something happen once, before the next passages are embedded.
func (b *wordBag) before(first func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.first = first
}

// liveSuite runs a case: an index with documents, by the model "old" in chunks of
// one section, and what is to come: the model "new" in chunks of two.
type liveSuite struct {
	*testing.T
	ctx      context.Context
	store    rag.Store
	docs     *shelf
	old, new *wordBag
	lost     map[string]bool // models that are not to be had
}

// stopping is a store whose process dies before it writes to another tenant than
// the one that it wrote to first, its notes included.
type stopping struct {
	rag.Store
	rag.Noter
	rag.DocumentLister
	first string
}

var errDead = errors.New("the process has died")

func (d *stopping) write(tenant string) error {
	if d.first == "" {
		d.first = tenant
	}
	if tenant != d.first {
		return errDead
	}
	return nil
}

func (d *stopping) Replace(ctx context.Context, tenant string, documents []string, recs []rag.Record) error {
	if err := d.write(tenant); err != nil {
		return err
	}
	return d.Store.Replace(ctx, tenant, documents, recs)
}

func (d *stopping) Delete(ctx context.Context, sel rag.Selector) error {
	if err := d.write(sel.Tenant); err != nil {
		return err
	}
	return d.Store.Delete(ctx, sel)
}

func (d *stopping) SetNote(context.Context, string, string, []byte, []byte) ([]byte, error) {
	return nil, errDead
}

// Sections of a document, and sizes of chunks that hold one and two of them.
const (
	sections = 4
	oneSized = 1
	twoSized = 2
)

// bySection counts a section as one token.
func bySection(text string) int { return strings.Count(text, "belongs") }

// paper makes a document of four sections, in each of which a word of its own stands.
func paper(n int) corpus.Document {
	var text strings.Builder
	for i := range sections {
		fmt.Fprintf(&text, "word%dx%d belongs to paper%d alone.\n\n", n, i, n)
	}
	return corpus.Document{ID: fmt.Sprintf("paper-%03d", n), Source: corpus.Source{Title: fmt.Sprintf("paper%d", n), Language: "en"}, Text: text.String()}
}

// index gives an index that is to be made by a model in chunks of a size.
func (s *liveSuite) index(e rag.Embedder, size int) *rag.LiveIndex {
	s.Helper()
	opts := &rag.LiveOptions{
		IndexOptions: rag.IndexOptions{Embedder: e, Chunk: &chunk.Options{Size: size, Overlap: chunk.NoOverlap, Count: bySection}},
		Lease:        time.Second,
		Embedders: func(_ context.Context, model rag.EmbedModel) (rag.Embedder, error) {
			for _, b := range []*wordBag{s.old, s.new} {
				if b.Model() == model && !s.lost[model.Name] {
					return b, nil
				}
			}
			return nil, errors.New("no such model")
		},
	}
	l, err := rag.NewLiveIndex(s.store, opts)
	require.NoError(s, err)
	return l
}

// fill gives the index of the old model with n papers.
func (s *liveSuite) fill(n int) *rag.LiveIndex {
	s.Helper()
	l := s.index(s.old, oneSized)
	for i := range n {
		require.NoError(s, s.docs.put(s.ctx, l, paper(i)))
	}
	require.Equal(s, n*sections, s.old.embedded())
	return l
}

// finds demands that a word is found in one document, in chunks of one size, and gives that size.
func finds(ctx context.Context, r rag.Retriever, word, id string, readers ...string) (sectionsOfChunk int, err error) {
	found, err := r.Retrieve(ctx, &rag.Query{Text: word, Language: "en", Readers: readers})
	switch {
	case err != nil:
		return 0, err
	case len(found) == 0:
		return 0, errors.New("nothing is found for " + word)
	case found[0].DocumentID != id:
		return 0, fmt.Errorf("%s is found for %s", found[0].DocumentID, word)
	}
	for _, d := range found {
		for _, h := range d.Chunks {
			n := bySection(h.Record.Chunk.Text)
			if sectionsOfChunk != 0 && n != sectionsOfChunk {
				return 0, fmt.Errorf("chunks of %d and %d sections are mixed", n, sectionsOfChunk)
			}
			sectionsOfChunk = n
		}
	}
	return sectionsOfChunk, nil
}

// answersIn demands that a paper is found in chunks of so many sections.
func (s *liveSuite) answersIn(r rag.Retriever, n, sectionsOfChunk int) {
	s.Helper()
	got, err := finds(s.ctx, r, fmt.Sprintf("word%dx1", n), fmt.Sprintf("paper-%03d", n))
	require.NoError(s, err)
	require.Equal(s, sectionsOfChunk, got)
}

func (s *liveSuite) fails(err, is error, code fault.Code) {
	s.Helper()
	require.ErrorIs(s, err, is)
	require.Equal(s, code, fault.CodeOf(err), err)
}

// holdsNothing demands that no record of a generation has stayed.
func (s *liveSuite) holdsNothing(number int) {
	s.Helper()
	lister, ok := s.store.(rag.DocumentLister)
	if !ok {
		return
	}
	ids, err := lister.Documents(s.ctx, fmt.Sprintf("%s\x00%d", rag.DefaultTenant, number))
	require.NoError(s, err)
	require.Empty(s, ids)
}

func (s *liveSuite) build(l *rag.LiveIndex) *rag.Generation {
	s.Helper()
	g, err := l.Build(s.ctx, s.docs, nil)
	require.NoError(s, err)
	require.True(s, g.Whole)
	return g
}

// TestLiveIndex demands of a [rag.LiveIndex] over the stores that newStore makes
// what its documentation says. Stores that are no [rag.Noter] are skipped.
func TestLiveIndex(t *testing.T, newStore func(t *testing.T) rag.Store) {
	for _, cases := range [][]liveCase{buildCases, switchCases, changeCases} {
		for _, c := range cases {
			t.Run(c.demand, func(t *testing.T) {
				s := &liveSuite{T: t, ctx: t.Context(), store: newStore(t), docs: &shelf{docs: map[string]corpus.Document{}},
					old: newBag("old"), new: newBag("new"), lost: map[string]bool{}}
				if _, ok := s.store.(rag.Noter); !ok {
					t.Skip("the store keeps no notes")
				}
				c.run(s)
			})
		}
	}
}

// liveCase is one demand on an index over a store.
type liveCase struct {
	demand string
	run    func(s *liveSuite)
}
