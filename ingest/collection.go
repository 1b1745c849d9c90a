package ingest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"time"

	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// Collection is documents that are both kept and findable: what a parser reads
// goes into a catalog and through a sink, and out of both again.
//
// The catalog is written first and holds the truth; [Collection.Reconcile]
// brings the sink in line with it after a crash. It may be used concurrently;
// callers that change one document at once are the only ones who may find the
// other's form of it.
type Collection struct {
	Parser  Parser
	Catalog catalog.Catalog
	Sink    Sink
	Detect  func(text string) lang.Code // language of a document that does not say; nil leaves it empty
}

// Lister is a Sink that tells which documents it holds.
type Lister interface {
	DocumentIDs(ctx context.Context) ([]string, error)
}

// Ager is a Sink that tells whether what it holds was made in an earlier way, and
// has to be given to it anew.
type Ager interface {
	Stale(ctx context.Context) (bool, error)
}

// Add reads an item and takes its document in under a new id. When it returns
// nil the document is kept and can be found.
func (c *Collection) Add(ctx context.Context, item *Item) (*corpus.Document, error) {
	doc, err := c.Parser.Parse(ctx, item)
	if err != nil {
		return nil, err
	}
	doc.ID = newID()
	if err := c.Put(ctx, doc); err != nil {
		return nil, err
	}
	return doc, nil
}

// Put takes a document in, in the place of the one with the same id. It sets
// the language and the time where they are missing. If the sink refuses it, the
// catalog is put back as it was.
func (c *Collection) Put(ctx context.Context, doc *corpus.Document) error {
	if doc.Language == "" && c.Detect != nil {
		doc.Language = c.Detect(doc.Text)
	}
	if doc.CreatedAt.IsZero() {
		doc.CreatedAt = time.Now().UTC().Truncate(time.Millisecond)
	}
	before, err := c.Catalog.Get(ctx, doc.ID)
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		return err
	}
	if err := c.Catalog.Put(ctx, doc); err != nil {
		return err
	}
	err = c.Sink.Add(ctx, []corpus.Document{*doc})
	if err == nil {
		return nil
	}
	undo := context.WithoutCancel(ctx)
	if before != nil {
		return errors.Join(err, c.Catalog.Put(undo, before))
	}
	return errors.Join(err, c.Catalog.Delete(undo, doc.ID))
}

// Get gives a document as it was taken in. An id that is not there is NOT_FOUND.
func (c *Collection) Get(ctx context.Context, id string) (*corpus.Document, error) {
	return c.Catalog.Get(ctx, id)
}

// Illustrated gives the pictures and events of documents, see [catalog.Catalog].
func (c *Collection) Illustrated(ctx context.Context, ids []string) ([]*corpus.Document, error) {
	return c.Catalog.Illustrated(ctx, ids)
}

// Remove takes a document out: when it returns nil it is not found any more.
// An id that is not there is NOT_FOUND.
func (c *Collection) Remove(ctx context.Context, id string) error {
	if err := c.Catalog.Delete(ctx, id); err != nil {
		return err
	}
	// The catalog has let it go: finish whoever gives up waiting meanwhile.
	return c.Sink.Remove(context.WithoutCancel(ctx), []string{id})
}

// Reconcile makes the sink hold what the catalog holds: it adds what is missing
// and removes what has been deleted. A Sink that is no [Lister], and one that is
// stale (see [Ager]), is given everything anew; documents stay findable in their
// old form meanwhile. It gives how many documents were added and removed. Other
// processes may change the same catalog and sink meanwhile: what they take in
// stays and what they remove goes.
func (c *Collection) Reconcile(ctx context.Context) (added, removed int, err error) {
	stale := false
	if a, ok := c.Sink.(Ager); ok {
		if stale, err = a.Stale(ctx); err != nil {
			return 0, 0, err
		}
	}
	extra := map[string]bool{}
	if l, ok := c.Sink.(Lister); ok {
		ids, err := l.DocumentIDs(ctx)
		if err != nil {
			return 0, 0, err
		}
		for _, id := range ids {
			extra[id] = true
		}
	}
	err = c.each(ctx, func(id string) error {
		held := extra[id]
		delete(extra, id)
		if held && !stale {
			return nil
		}
		added++
		return c.align(ctx, id)
	})
	if err != nil {
		return added, 0, err
	}
	for id := range extra {
		if err := c.align(ctx, id); err != nil {
			return added, removed, err
		}
		removed++
	}
	return added, removed, nil
}

// Reindex gives the sink every document anew, as when documents are to be found
// in a new way. It gives how many there were.
func (c *Collection) Reindex(ctx context.Context) (documents int, err error) {
	err = c.each(ctx, func(id string) error {
		documents++
		return c.align(ctx, id)
	})
	return documents, err
}

// ReindexOnce is Reindex, unless the file note tells of key: what is new about
// documents that are given anew, such as the address of the service that gets them.
// Once all are given, the file holds its SHA-256: an address may have a password.
func (c *Collection) ReindexOnce(ctx context.Context, note, key string) (documents int, err error) {
	sum := sha256.Sum256([]byte(key))
	mark := hex.EncodeToString(sum[:])
	if holds(note, mark) {
		return 0, nil
	}
	if documents, err = c.Reindex(ctx); err != nil {
		return documents, err
	}
	return documents, os.WriteFile(note, []byte(mark), 0o600)
}

// holds tells whether a file holds text, and reads no more of it than that takes.
func holds(file, text string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, int64(len(text))+1))
	return err == nil && string(b) == text
}

// each calls do for the id of every document in the catalog, once.
func (c *Collection) each(ctx context.Context, do func(id string) error) error {
	ids, err := c.IDs(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := do(id); err != nil {
			return fmt.Errorf("ingest: document %q: %w", id, err)
		}
	}
	return nil
}

// maxPasses bounds how often a catalog is read that does not stop changing.
const maxPasses = 10

// IDs gives the ids of the documents in the catalog, each once. One that was deleted while
// its pages were read may have moved another over a page's border, so that pages
// are read again until their number stays the same.
func (c *Collection) IDs(ctx context.Context) ([]string, error) {
	const page = 1000
	var ids []string
	seen := map[string]bool{}
	for range maxPasses {
		first, last := 0, 0
		for offset := 0; ; offset += page {
			entries, total, err := c.Catalog.List(ctx, offset, page)
			if err != nil {
				return nil, err
			}
			if last = total; offset == 0 {
				first = total
			}
			for _, e := range entries {
				if !seen[e.ID] {
					seen[e.ID] = true
					ids = append(ids, e.ID)
				}
			}
			if len(entries) < page {
				break
			}
		}
		if first == last {
			break
		}
	}
	return ids, nil
}

// align makes the sink hold a document as the catalog does, or not at all if the
// catalog does not. It looks again afterwards: whoever changed the catalog
// meanwhile may have changed the sink before this did.
func (c *Collection) align(ctx context.Context, id string) error {
	doc, err := c.stored(ctx, id)
	for err == nil {
		if doc != nil {
			err = c.Sink.Add(ctx, []corpus.Document{*doc})
		} else {
			err = c.Sink.Remove(ctx, []string{id})
		}
		if err != nil {
			break
		}
		before := doc
		if doc, err = c.stored(ctx, id); reflect.DeepEqual(before, doc) {
			break
		}
	}
	return err
}

// stored gives a document of the catalog, or nil where there is none.
func (c *Collection) stored(ctx context.Context, id string) (*corpus.Document, error) {
	doc, err := c.Catalog.Get(ctx, id)
	if fault.CodeOf(err) == fault.NotFound {
		return nil, nil
	}
	return doc, err
}

// newID gives a random UUID, version 4 (RFC 9562).
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
