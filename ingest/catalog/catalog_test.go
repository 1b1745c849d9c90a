package catalog_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/ingest/ingesttest"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

func Example() {
	dir, _ := os.MkdirTemp("", "catalog")
	defer os.RemoveAll(dir)
	c, _ := catalog.OpenDir(dir)
	_ = c.Put(context.Background(), &corpus.Document{ID: "taj", Text: "ताजमहल आगरा में है।"})
	doc, _ := c.Get(context.Background(), "taj")
	fmt.Println(doc.Text)
	// Output: ताजमहल आगरा में है।
}

func document(id string, minute int) *corpus.Document {
	return &corpus.Document{
		ID:        id,
		Source:    corpus.Source{Title: "शीर्षक " + id, Language: lang.Code("hi"), ContentType: "text/plain"},
		Text:      "पाठ " + id,
		Blocks:    []corpus.Block{{Kind: corpus.Paragraph, Span: corpus.Span{End: 7}}},
		CreatedAt: time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC),
	}
}

func TestDirKeepsDocumentsAcrossOpenings(t *testing.T) {
	ctx, path := t.Context(), t.TempDir()
	c, err := catalog.OpenDir(path)
	require.NoError(t, err)
	ids := []string{"a", "../b", "ग/घ\x00", "A"}
	for i, id := range ids {
		require.NoError(t, c.Put(ctx, document(id, i)))
	}
	changed := document("a", 0)
	changed.Text = "नया पाठ"
	changed.Images = []corpus.Image{{URL: "https://example.in/a.png"}}
	require.NoError(t, c.Put(ctx, changed))
	require.NoError(t, c.Delete(ctx, "A"))
	require.NoError(t, os.WriteFile(filepath.Join(path, "half.tmp"), []byte("{"), 0o600))

	c, err = catalog.OpenDir(path)
	require.NoError(t, err)
	require.NoFileExists(t, filepath.Join(path, "half.tmp"))
	got, err := c.Get(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, changed, got)
	pictures, err := c.Illustrated(ctx, ids)
	require.NoError(t, err)
	require.Len(t, pictures, 1)
	require.Equal(t, changed.Images, pictures[0].Images)
	_, err = c.Get(ctx, "A")
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
	require.Equal(t, fault.NotFound, fault.CodeOf(c.Delete(ctx, "A")))

	_, total, err := c.List(ctx, 0, 2)
	require.NoError(t, err)
	require.Equal(t, 3, total)
}

func TestDirRefusesWhatItCannotRead(t *testing.T) {
	path := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(path, "bad.json"), []byte(`{"document_id":`), 0o600))
	_, err := catalog.OpenDir(path)
	require.ErrorContains(t, err, "bad.json")
	require.NotContains(t, fault.From(err).Message, path, "the asker is not shown a path")

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = catalog.OpenDir(filepath.Join(file, "under"))
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
}

func TestDirPutThatFailsKeepsTheOldDocument(t *testing.T) {
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "c")
	c, err := catalog.OpenDir(path)
	require.NoError(t, err)
	require.NoError(t, c.Put(ctx, document("a", 0)))
	require.NoError(t, os.Rename(path, path+".away"))
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(c.Put(ctx, document("b", 1))))
	require.NoError(t, os.Rename(path+".away", path))
	_, total, err := c.List(ctx, 0, 10)
	require.NoError(t, err)
	require.Equal(t, 1, total)
	_, err = c.Get(ctx, "a")
	require.NoError(t, err)
}

func TestDir(t *testing.T) {
	ingesttest.TestCatalog(t, func(t *testing.T) catalog.Catalog {
		c, err := catalog.OpenDir(t.TempDir())
		require.NoError(t, err)
		return c
	})
}
