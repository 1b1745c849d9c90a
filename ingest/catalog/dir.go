package catalog

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
)

// maxFile is the largest document file that is read back: a guard against a
// damaged folder, far above what a parser gives.
const maxFile = 256 << 20

const suffix = ".json"

// Dir is a Catalog in a folder, one JSON file a document. The entries are kept
// in memory, and pictures and events; the texts are not. One process may have a
// folder open.
type Dir struct {
	path string

	mu          sync.RWMutex
	entries     map[string]Entry
	illustrated map[string]*corpus.Document // without their texts
}

var _ Catalog = (*Dir)(nil)

// OpenDir opens the catalog in a folder, which it makes if it is not there.
// What an interrupted Put left behind is removed; a file that cannot be read
// is an error that names it.
func OpenDir(path string) (*Dir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, writeFault(err, path)
	}
	d := &Dir{path: path, entries: map[string]Entry{}, illustrated: map[string]*corpus.Document{}}
	files, err := os.ReadDir(path)
	if err != nil {
		return nil, readFault(err, path)
	}
	for _, f := range files {
		name := filepath.Join(path, f.Name())
		switch {
		case strings.HasSuffix(f.Name(), ".tmp"):
			_ = os.Remove(name) // not acknowledged, and harmless if it stays
		case strings.HasSuffix(f.Name(), suffix):
			doc, err := read(name)
			if err != nil {
				return nil, err
			}
			d.know(doc)
		}
	}
	return d, nil
}

// Put writes the document to a file of its own, which takes the old one's place at once.
func (d *Dir) Put(ctx context.Context, doc *corpus.Document) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if doc.ID == "" {
		return fault.New(fault.InvalidRequest, "the document has no id", fault.Details{"field": "document_id"})
	}
	data, err := json.Marshal(doc)
	if err != nil {
		return fault.Wrap(err, fault.InvalidRequest, "the document cannot be written as JSON", nil)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := replace(d.file(doc.ID), data); err != nil {
		return writeFault(err, d.path)
	}
	d.know(doc)
	return nil
}

// know notes what is kept in memory of a document.
func (d *Dir) know(doc *corpus.Document) {
	d.entries[doc.ID] = EntryOf(doc)
	delete(d.illustrated, doc.ID)
	if shown := Illustrations(doc); shown != nil {
		d.illustrated[doc.ID] = shown
	}
}

// Illustrated implements [Catalog].
func (d *Dir) Illustrated(ctx context.Context, ids []string) ([]*corpus.Document, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	var docs []*corpus.Document
	for _, id := range ids {
		if doc := d.illustrated[id]; doc != nil {
			docs = append(docs, doc)
		}
	}
	return docs, nil
}

// Get reads a document.
func (d *Dir) Get(ctx context.Context, id string) (*corpus.Document, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if _, ok := d.entries[id]; !ok {
		return nil, notFound(id)
	}
	return read(d.file(id))
}

// Delete removes a document.
func (d *Dir) Delete(ctx context.Context, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.entries[id]; !ok {
		return notFound(id)
	}
	if err := os.Remove(d.file(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return writeFault(err, d.path)
	}
	delete(d.entries, id)
	delete(d.illustrated, id)
	if err := syncDir(d.path); err != nil {
		return writeFault(err, d.path)
	}
	return nil
}

// List gives a page of entries, newest first.
func (d *Dir) List(ctx context.Context, offset, limit int) ([]Entry, int, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	if offset < 0 || limit < 0 {
		return nil, 0, fault.New(fault.InvalidRequest, "offset and limit may not be negative", nil)
	}
	d.mu.RLock()
	all := make([]Entry, 0, len(d.entries))
	for _, e := range d.entries {
		all = append(all, e)
	}
	d.mu.RUnlock()
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	from := min(offset, len(all))
	return all[from:min(from+limit, len(all))], len(all), nil
}

// file gives the path for an id. Ids are anyone's strings, so the name is their hash.
func (d *Dir) file(id string) string {
	sum := sha256.Sum256([]byte(id))
	return filepath.Join(d.path, hex.EncodeToString(sum[:16])+suffix)
}

// EntryOf gives what a list shows of a document.
func EntryOf(doc *corpus.Document) Entry {
	return Entry{ID: doc.ID, Source: doc.Source, Bytes: len(doc.Text), CreatedAt: doc.CreatedAt}
}

// Illustrations gives a copy of a document that has pictures or events, without its
// text and what is said of that; nil if it has none.
func Illustrations(doc *corpus.Document) *corpus.Document {
	if len(doc.Images)+len(doc.Events) == 0 {
		return nil
	}
	c := *doc
	c.Text, c.Blocks, c.Pages = "", nil, nil
	c.Readers, c.Tags, c.Images, c.Events = slices.Clone(c.Readers), slices.Clone(c.Tags), slices.Clone(c.Images), slices.Clone(c.Events)
	return &c
}

func read(name string) (*corpus.Document, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, readFault(err, name)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("catalog: larger than %d bytes", maxFile)
	}
	var doc corpus.Document
	if err == nil {
		err = json.Unmarshal(data, &doc)
	}
	if err == nil && doc.ID == "" {
		err = errors.New("catalog: the document has no id")
	}
	if err != nil {
		return nil, readFault(err, name)
	}
	return &doc, nil
}

// replace writes a file beside name and renames it, so that a reader sees the
// old bytes or the new ones and a crash leaves one of the two.
func replace(name string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

// syncDir makes a rename or a removal in a folder durable. A system that
// cannot sync a folder does so with the file.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

func notFound(id string) error {
	return fault.New(fault.NotFound, fmt.Sprintf("there is no document %q", id), fault.Details{"document_id": id})
}

func readFault(err error, path string) error {
	return fault.Wrap(fmt.Errorf("catalog: reading %s: %w", path, err), fault.Internal, "a stored document cannot be read", nil)
}

func writeFault(err error, path string) error {
	return fault.Wrap(fmt.Errorf("catalog: writing in %s: %w", path, err), fault.ServiceUnavailable, "documents cannot be written now", nil)
}
