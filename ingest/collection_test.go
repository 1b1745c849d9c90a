package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// sink is an index that remembers what it was given.
type sink struct {
	mu    sync.Mutex
	docs  map[string]string
	err   error
	stale bool
}

func newSink() *sink { return &sink{docs: map[string]string{}} }

func (s *sink) Add(_ context.Context, docs []corpus.Document) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range docs {
		if s.err != nil {
			return s.err
		}
		s.docs[d.ID] = d.Text
	}
	return nil
}

func (s *sink) Remove(ctx context.Context, ids []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	for _, id := range ids {
		delete(s.docs, id)
	}
	return ctx.Err()
}

func (s *sink) Stale(context.Context) (bool, error) { return s.stale, nil }

func (s *sink) DocumentIDs(context.Context) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []string
	for id := range s.docs {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, nil
}

func open(tb testing.TB) (*ingest.Collection, *sink) {
	tb.Helper()
	kept, err := catalog.OpenDir(tb.TempDir())
	require.NoError(tb, err)
	s := newSink()
	return &ingest.Collection{
		Parser: parse.New(nil), Catalog: kept, Sink: s,
		Detect: func(string) lang.Code { return lang.Hindi },
	}, s
}

func Example() {
	dir, _ := os.MkdirTemp("", "collection")
	defer os.RemoveAll(dir)
	kept, _ := catalog.OpenDir(dir)
	documents := &ingest.Collection{Parser: parse.New(nil), Catalog: kept, Sink: newSink()} // a sink such as rag.Index
	doc, err := documents.Add(context.Background(), &ingest.Item{Name: "taj.md", Body: strings.NewReader("# ताजमहल\n\nवह आगरा में है।")})
	fmt.Println(doc.Title, err)
	// Output: ताजमहल <nil>
}

func TestAddKeepsAndIndexes(t *testing.T) {
	c, s := open(t)
	doc, err := c.Add(t.Context(), &ingest.Item{Name: "a.txt", Body: strings.NewReader("ताजमहल आगरा में है।")})
	require.NoError(t, err)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, doc.ID)
	require.Equal(t, lang.Hindi, doc.Language, "a document that does not say is asked about")
	require.False(t, doc.CreatedAt.IsZero())
	require.Contains(t, s.docs, doc.ID)
	kept, err := c.Get(t.Context(), doc.ID)
	require.NoError(t, err)
	require.Equal(t, doc, kept)

	require.NoError(t, c.Remove(t.Context(), doc.ID))
	require.Empty(t, s.docs)
	require.Equal(t, fault.NotFound, fault.CodeOf(c.Remove(t.Context(), doc.ID)))
}

func TestWhatTheSinkRefusesIsNotKept(t *testing.T) {
	c, s := open(t)
	s.err = errors.New("the index is full")
	_, err := c.Add(t.Context(), &ingest.Item{Name: "a.txt", Body: strings.NewReader("ताजमहल")})
	require.ErrorIs(t, err, s.err)
	_, total, err := c.Catalog.List(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Zero(t, total)

	s.err = nil
	require.NoError(t, c.Put(t.Context(), &corpus.Document{ID: "a", Text: "पुराना"}))
	s.err = errors.New("the index is full")
	require.ErrorIs(t, c.Put(t.Context(), &corpus.Document{ID: "a", Text: "नया"}), s.err)
	kept, err := c.Catalog.Get(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, "पुराना", kept.Text, "the old form stays")
}

func TestWhatCannotBeReadIsNeitherKeptNorIndexed(t *testing.T) {
	c, s := open(t)
	_, err := c.Add(t.Context(), &ingest.Item{Name: "a.png", Body: strings.NewReader("\x89PNG\r\n\x1a\n0000")})
	require.Equal(t, fault.ProcessingFailed, fault.CodeOf(err))
	require.Empty(t, s.docs)
}

func TestRemoveFinishesForACallerWhoLeft(t *testing.T) {
	c, s := open(t)
	require.NoError(t, c.Put(t.Context(), &corpus.Document{ID: "a", Text: "क"}))
	ctx, cancel := context.WithCancel(t.Context())
	c.Catalog = cancelAfterDelete{c.Catalog, cancel}
	require.NoError(t, c.Remove(ctx, "a"))
	require.Empty(t, s.docs)
}

// cancelAfterDelete is a catalog whose caller leaves when it has deleted.
type cancelAfterDelete struct {
	catalog.Catalog
	cancel context.CancelFunc
}

func (c cancelAfterDelete) Delete(ctx context.Context, id string) error {
	defer c.cancel()
	return c.Catalog.Delete(ctx, id)
}

func TestReconcileBringsTheSinkInLine(t *testing.T) {
	c, s := open(t)
	for i := range 250 {
		require.NoError(t, c.Catalog.Put(t.Context(), &corpus.Document{ID: fmt.Sprint(i), Text: "क"}))
	}
	s.docs["7"], s.docs["gone"] = "क", "ख"
	added, removed, err := c.Reconcile(t.Context())
	require.NoError(t, err)
	require.Equal(t, 249, added)
	require.Equal(t, 1, removed)
	require.Len(t, s.docs, 250)
	require.NotContains(t, s.docs, "gone")
	added, removed, err = c.Reconcile(t.Context())
	require.NoError(t, err)
	require.Zero(t, added+removed)

	clear(s.docs)
	documents, err := c.Reindex(t.Context())
	require.NoError(t, err)
	require.Equal(t, 250, documents)
	require.Len(t, s.docs, 250)

	s.stale = true
	added, removed, err = c.Reconcile(t.Context())
	require.NoError(t, err)
	require.Equal(t, 250, added, "what was made in an earlier way is made anew")
	require.Zero(t, removed)
	s.stale = false

	delete(s.docs, "3")
	s.err = errors.New("the index is full")
	_, _, err = c.Reconcile(t.Context())
	require.ErrorIs(t, err, s.err)
	require.ErrorContains(t, err, `document "3"`)
}

func TestReindexOnce(t *testing.T) {
	c, s := open(t)
	note := filepath.Join(t.TempDir(), "note")
	require.NoError(t, c.Catalog.Put(t.Context(), &corpus.Document{ID: "a", Text: "क"}))
	s.err = errors.New("the index is away")
	_, err := c.ReindexOnce(t.Context(), note, "model 1")
	require.ErrorIs(t, err, s.err)
	require.NoFileExists(t, note)
	s.err = nil
	for _, step := range []struct {
		key  string
		want int
	}{{"model 1", 1}, {"model 1", 0}, {"model 2", 1}, {"model 1", 1}} {
		documents, err := c.ReindexOnce(t.Context(), note, step.key)
		require.NoError(t, err)
		require.Equal(t, step.want, documents)
	}
	require.Contains(t, s.docs, "a")
	held, err := os.ReadFile(note)
	require.NoError(t, err)
	require.NotContains(t, string(held), "model 1", "a key may be an address with a password")

	require.NoError(t, os.Truncate(note, 256<<20)) // of zeros, which take no room
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	documents, err := c.ReindexOnce(t.Context(), note, "model 1")
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Equal(t, 1, documents, "the note is none of ReindexOnce's")
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20), "no more of it is read than a note has")
}

// shared is a catalog that somebody else changes: before is called with the
// number of each call of Get or List.
type shared struct {
	catalog.Catalog
	calls  int
	before func(call int)
}

func (c *shared) Get(ctx context.Context, id string) (*corpus.Document, error) {
	c.calls++
	c.before(c.calls)
	return c.Catalog.Get(ctx, id)
}

func (c *shared) List(ctx context.Context, offset, limit int) ([]catalog.Entry, int, error) {
	c.calls++
	c.before(c.calls)
	return c.Catalog.List(ctx, offset, limit)
}

// inMemory is a catalog of ids in the order in which they came in.
type inMemory []string

func (c *inMemory) Put(_ context.Context, doc *corpus.Document) error {
	*c = append(*c, doc.ID)
	return nil
}

func (c *inMemory) Get(_ context.Context, id string) (*corpus.Document, error) {
	if !slices.Contains(*c, id) {
		return nil, fault.New(fault.NotFound, "there is no such document", nil)
	}
	return &corpus.Document{ID: id}, nil
}

func (c *inMemory) Delete(_ context.Context, id string) error {
	*c = slices.DeleteFunc(*c, func(other string) bool { return other == id })
	return nil
}

func (c *inMemory) List(_ context.Context, offset, limit int) ([]catalog.Entry, int, error) {
	var entries []catalog.Entry
	for _, id := range (*c)[min(offset, len(*c)):min(offset+limit, len(*c))] {
		entries = append(entries, catalog.Entry{ID: id})
	}
	return entries, len(*c), nil
}

func (c *inMemory) Illustrated(context.Context, []string) ([]*corpus.Document, error) {
	return nil, nil
}

// A collection has the pictures of its documents until they are removed.
func TestACollectionHasItsPictures(t *testing.T) {
	kept, err := catalog.OpenDir(t.TempDir())
	require.NoError(t, err)
	c := &ingest.Collection{Catalog: kept, Sink: newSink()}
	doc := &corpus.Document{ID: "a", Text: "पाठ", Images: []corpus.Image{{URL: "https://example.in/a.png"}}}
	require.NoError(t, c.Put(t.Context(), doc))
	shown, err := c.Illustrated(t.Context(), []string{"a", "b"})
	require.NoError(t, err)
	require.Len(t, shown, 1)
	require.Equal(t, doc.Images, shown[0].Images)
	require.Empty(t, shown[0].Text)
	require.NoError(t, c.Remove(t.Context(), "a"))
	shown, err = c.Illustrated(t.Context(), []string{"a", "b"})
	require.NoError(t, err)
	require.Empty(t, shown)
}

func TestReconcileSparesWhatOthersChangeMeanwhile(t *testing.T) {
	const documents = 2500 // three pages
	for call := 1; call <= 8; call++ {
		for name, change := range map[string]func(other *ingest.Collection){
			"removes":   func(o *ingest.Collection) { require.NoError(t, o.Remove(t.Context(), "0")) },
			"takes in":  func(o *ingest.Collection) { require.NoError(t, o.Put(t.Context(), &corpus.Document{ID: "new"})) },
			"takes out": func(o *ingest.Collection) { require.NoError(t, o.Remove(t.Context(), "missing")) },
			"brings back": func(o *ingest.Collection) {
				require.NoError(t, o.Put(t.Context(), &corpus.Document{ID: "gone"}))
			},
		} {
			s, kept := newSink(), &inMemory{}
			other := &ingest.Collection{Catalog: kept, Sink: s}
			for i := range documents {
				*kept, s.docs[fmt.Sprint(i)] = append(*kept, fmt.Sprint(i)), ""
			}
			require.NoError(t, kept.Put(t.Context(), &corpus.Document{ID: "missing"}))
			s.docs["gone"] = ""
			c := &ingest.Collection{Sink: s, Catalog: &shared{Catalog: kept, before: func(n int) {
				if n == call {
					change(other)
				}
			}}}
			_, _, err := c.Reconcile(t.Context())
			require.NoError(t, err)
			held, err := s.DocumentIDs(t.Context())
			require.NoError(t, err)
			require.Equal(t, slices.Sorted(slices.Values(*kept)), held, "somebody %s before call %d", name, call)
		}
	}
}
