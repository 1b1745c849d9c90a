package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// packedList is a small list as wordfreq packs it: of one word nothing, of कलम one in
// 10^.01, of दमक and a long word one in 10^.02.
func packedList() []byte {
	long := strings.Repeat("कम", 6)
	b := []byte("\x94\x82\xa6format\xa2cB\xa7version\x01\x90\x91\xa9कलम")
	b = append(b, "\xdc\x00\x02\xd9\x09दमक\xda\x00"...)
	return append(append(b, byte(len(long))), long...)
}

// listFolder makes a folder with every list of Hindi, of few words.
func listFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	file := func(path, text string) {
		path = filepath.Join(dir, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	file("unilex/data/frequency/hi.txt", "Form\tFrequency\n\n# Corpus-Size: 2000000\n\nकलम\t500000\nabc\t9\n")
	file("FrequencyWords/content/2018/hi/hi_full.txt", "कलम 7\nमलक 5\nbroken\n")
	file("FrequencyWords/content/2018/ml/ml_50k.txt", "മലയ 4\n")
	file("unilex/data/frequency/ml.txt", "# Corpus-Size: 10\n")
	file("corpus/text/ml-wiki/AA/wiki_00", "<doc>\nകേരള കേരള മലയ കേരള\n</doc>\n")
	file("corpus/text/ml-wiki/README.md", "മലയ മലയ മലയ")
	wheelOf(t, dir, packedList())
	return dir
}

// wheelOf writes wordfreq's package with a list of Hindi.
func wheelOf(t *testing.T, dir string, list []byte) {
	t.Helper()
	var archive, inner bytes.Buffer
	g := gzip.NewWriter(&inner)
	_, err := g.Write(list)
	require.NoError(t, err)
	require.NoError(t, g.Close())
	z := zip.NewWriter(&archive)
	w, err := z.Create("wordfreq/data/small_hi.msgpack.gz")
	require.NoError(t, err)
	_, err = w.Write(inner.Bytes())
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, os.WriteFile(filepath.Join(dir, wheel), archive.Bytes(), 0o600))
}

func TestListsAreCountedTogether(t *testing.T) {
	dir := listFolder(t)
	hi, err := readLists(dir, "hi")
	require.NoError(t, err)
	require.Len(t, hi, 4, "of the language's letters alone")
	require.Equal(t, 5., hi["मलक"])
	require.InDelta(t, 1000+7+9772372, hi["कलम"], 1)
	require.InDelta(t, 9549925, hi["दमक"], 1)
	require.InDelta(t, 9549925, hi[strings.Repeat("कम", 6)], 1)
	ml, err := readLists(dir, "ml")
	require.NoError(t, err)
	require.Equal(t, tally{"കേരള": 3, "മലയ": 4}, ml, "what the corpus has once is not counted")
	none, err := readLists(t.TempDir(), "sd")
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestALanguageBorrowsWords(t *testing.T) {
	dir := listFolder(t)
	gu, err := borrow(dir, "gu")
	require.NoError(t, err)
	require.Equal(t, 5., gu["મલક"])
	hi, err := borrow(dir, "hi")
	require.NoError(t, err)
	require.Empty(t, hi)
	in := &input{texts: tally{"મલ": 3}, listed: tally{"મલ": 1, "કમ": 1}, borrowed: gu}
	list := in.list(options{words: 1, borrowed: 2})
	require.Len(t, list, 3)
	require.Greater(t, list["મલ"], 0)
	require.Contains(t, list, "કલમ")
	require.Zero(t, list["કલમ"])
}

func TestClassesAreOfFourTimesTheFrequency(t *testing.T) {
	words := tally{"a": 1e8, "b": 1e6, "c": 4e6, "d": 1}
	require.Equal(t, map[string]int{"a": 11, "b": 9, "c": 10}, words.classes(3), "the rarest is left out")
	require.Equal(t, 0, words.classes(4)["d"])
}

func TestMissingAndDamagedListsAreSaid(t *testing.T) {
	_, err := readLists(t.TempDir(), "hi")
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "weights/README.md")
	_, err = borrow(t.TempDir(), "mr")
	require.ErrorContains(t, err, "weights/README.md")
	for _, missing := range []string{"FrequencyWords", "unilex", wheel, "corpus"} {
		dir := listFolder(t)
		require.NoError(t, os.RemoveAll(filepath.Join(dir, missing)))
		code := "hi"
		if missing == "corpus" {
			code = "ml"
		}
		_, err := readLists(dir, code)
		require.ErrorContains(t, err, missing)
	}
	dir := listFolder(t)
	for n := range packedList() {
		wheelOf(t, dir, packedList()[:n])
		_, err := readLists(dir, "hi")
		require.ErrorIs(t, err, errMsgpack, "%d bytes", n)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, wheel), []byte("no archive"), 0o600))
	_, err = readLists(dir, "hi")
	require.ErrorContains(t, err, wheel)
}

func FuzzWordfreqBins(f *testing.F) {
	f.Add(packedList())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		bins, err := wordfreqBins(raw)
		if err != nil {
			require.ErrorIs(t, err, errMsgpack)
			return
		}
		require.LessOrEqual(t, len(bins), len(raw))
	})
}
