package chunk_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/train/traintest"
)

func gunzip(t testing.TB, name string) string {
	t.Helper()
	f, err := os.Open(traintest.Data(t, name))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(bufio.NewReader(f))
	require.NoError(t, err)
	var b strings.Builder
	_, err = bufio.NewReader(z).WriteTo(&b)
	require.NoError(t, err)
	return b.String()
}

// developmentTexts gives every development text, as documents of many lines and as XQuAD's articles.
func developmentTexts(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range []string{"langid/train.tsv.gz", "retrieval/distractors.hi.txt.gz"} {
		out[name] = gunzip(t, name)
	}
	for _, l := range strings.Fields("bn gu hi kn ml mr pa sd ta te ur") {
		out[l] = gunzip(t, "romanised/"+l+".dev.tsv.gz")
	}
	for _, l := range []string{"hi", "en"} {
		raw, err := os.ReadFile(traintest.Data(t, "retrieval/xquad-dev."+l+".json"))
		require.NoError(t, err)
		var squad struct {
			Data []struct {
				Paragraphs []struct{ Context string }
			}
		}
		require.NoError(t, json.Unmarshal(raw, &squad))
		var b strings.Builder
		for _, a := range squad.Data {
			for _, p := range a.Paragraphs {
				b.WriteString(p.Context + "\n\n")
			}
		}
		out["xquad."+l] = b.String()
	}
	return out
}

// requireTiled is requireSound without what makes it slow on large documents.
func requireTiled(t testing.TB, doc *corpus.Document, chunks []corpus.Chunk) {
	t.Helper()
	boundary := make([]bool, len(doc.Text)+1)
	boundary[0] = true
	for s := range chunk.Aksharas(doc.Text) {
		boundary[s.End] = true
	}
	var joined strings.Builder
	at := 0
	for i, c := range chunks {
		if c.Start > at || c.End <= at || c.Text != doc.Text[c.Start:c.End] || !boundary[c.Start] || !boundary[c.End] {
			t.Fatalf("%s: chunk %d at %v after %d", doc.ID, i, c.Span, at)
		}
		for _, s := range c.Sentences {
			if !boundary[s.End] {
				t.Fatalf("%s: sentence %v is cut inside an akshara", doc.ID, s)
			}
		}
		joined.WriteString(c.Text[at-c.Start:])
		at = c.End
	}
	require.True(t, joined.String() == doc.Text, "%s: joined chunks differ from the text", doc.ID)
}

func BenchmarkSplit(b *testing.B) {
	text := gunzip(b, "retrieval/distractors.hi.txt.gz")
	for name, text := range map[string]string{"lines": text, "paragraphs": paragraphs(text)} {
		b.Run(name, func(b *testing.B) {
			doc := &corpus.Document{ID: "hi", Text: text}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := chunk.Split(doc, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// paragraphs makes paragraphs of six lines.
func paragraphs(text string) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		b.WriteString(line)
		if b.WriteByte(' '); i%6 == 5 {
			b.WriteString("\n\n")
		}
	}
	return b.String()
}

func BenchmarkAksharas(b *testing.B) {
	text := gunzip(b, "retrieval/distractors.hi.txt.gz")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		n := 0
		for range chunk.Aksharas(text) {
			n++
		}
	}
}
