package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// write makes a file of the development data's form.
func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	var b bytes.Buffer
	if filepath.Ext(name) == ".gz" {
		z := gzip.NewWriter(&b)
		_, err := z.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, z.Close())
	} else {
		b.WriteString(text)
	}
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
}

const (
	squad = `{"data":[{"paragraphs":[
		{"context":"ताजमहल आगरा में है।","qas":[{"question":"ताजमहल कहाँ है?"}]},
		{"context":"लाल किला दिल्ली में है।","qas":[{"question":"लाल किला कहाँ है?"}]}]}]}`
	pairs = "गंगा नदी बहुत लंबी और पवित्र है\tganga nadi bahut lambi aur pavitra hai\nनमक\tnamak\n"
)

// data writes a tiny set of all that is read.
func data(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "retrieval/xquad-dev.hi.json", squad)
	write(t, dir, "retrieval/xquad-dev.en.json", squad)
	write(t, dir, "retrieval/distractors.hi.txt.gz", "पेड़ हरे हैं।\n\nनदी बहती है।\n")
	for _, code := range languages {
		write(t, dir, "romanised/"+string(code)+".dev.tsv.gz", pairs)
	}
	return dir
}

func TestRunPrintsBothTables(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), data(t), &out))
	for _, row := range []string{"words lead", "XQuAD hi            2 1.0000", "XQuAD hi +8000      2 1.0000", "sounds lead", "hi Latin 4          1 1.0000"} {
		require.Contains(t, out.String(), row)
	}
}

func TestDataThatCannotBeReadIsNamed(t *testing.T) {
	for name, text := range map[string]string{
		"retrieval/xquad-dev.hi.json": "{", "retrieval/xquad-dev.en.json": "[]",
	} {
		dir := data(t)
		write(t, dir, name, text)
		require.ErrorContains(t, run(t.Context(), dir, &bytes.Buffer{}), name)
	}
	for _, name := range []string{"retrieval/distractors.hi.txt.gz", "romanised/ta.dev.tsv.gz"} {
		dir := data(t)
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.WriteFile(path, []byte("not compressed"), 0o644))
		require.ErrorContains(t, run(t.Context(), dir, &bytes.Buffer{}), name)
		require.NoError(t, os.Remove(path))
		require.ErrorContains(t, run(t.Context(), dir, &bytes.Buffer{}), filepath.Base(name))
	}
}
