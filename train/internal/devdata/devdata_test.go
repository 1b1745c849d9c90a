package devdata_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/train/internal/devdata"
)

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, b, 0o600))
}

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

func TestLinesAreReadZippedAndPlain(t *testing.T) {
	const text = "नदी\tnadi\n\nनमक\tnamak\r\nend"
	plain, packed := filepath.Join(t.TempDir(), "x.tsv"), filepath.Join(t.TempDir(), "x.tsv.gz")
	write(t, plain, []byte(text))
	write(t, packed, zipped(t, text))
	for _, path := range []string{plain, packed} {
		whole, err := devdata.Text(path)
		require.NoError(t, err)
		require.Equal(t, text, whole)
		lines, err := devdata.Lines(path)
		require.NoError(t, err)
		require.Equal(t, []string{"नदी\tnadi", "", "नमक\tnamak", "end"}, lines)
	}
}

func TestAFileThatCannotBeReadIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.gz")
	_, err := devdata.Lines(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	for _, b := range [][]byte{[]byte("not zipped"), zipped(t, "cut short")[:20]} {
		write(t, path, b)
		_, err = devdata.Lines(path)
		require.ErrorContains(t, err, path)
	}
}

func TestXQuAD(t *testing.T) {
	dir := t.TempDir()
	_, err := devdata.XQuAD(dir, "hi")
	require.ErrorIs(t, err, os.ErrNotExist)
	path := filepath.Join(dir, "retrieval", "xquad-dev.hi.json")
	write(t, path, []byte(`{"data":[{"title":"x","paragraphs":[{"context":"नल पुर में है।","qas":[
		{"id":"1","question":"नल कहाँ है?","answers":[{"text":"पुर","answer_start":3}]}]}]}]}`))
	articles, err := devdata.XQuAD(dir, "hi")
	require.NoError(t, err)
	require.Equal(t, []devdata.Article{{Paragraphs: []devdata.Paragraph{{Context: "नल पुर में है।", Questions: []devdata.Question{
		{Text: "नल कहाँ है?", Answers: []devdata.Answer{{Text: "पुर", Start: 3}}}}}}}}, articles)
	write(t, path, []byte("[]"))
	_, err = devdata.XQuAD(dir, "hi")
	require.ErrorContains(t, err, path)
}
