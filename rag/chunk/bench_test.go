package chunk_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/train/traintest"
	"github.com/akshara-go/akshara/translate/lang"
)

// developmentTexts gives every development text, as documents of many lines and as XQuAD's articles.
func developmentTexts(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range []string{"langid/train.tsv.gz", "retrieval/distractors.hi.txt.gz"} {
		out[name] = traintest.Text(t, name)
	}
	for _, l := range strings.Fields("bn gu hi kn ml mr pa sd ta te ur") {
		out[l] = traintest.Text(t, "romanised/"+l+".dev.tsv.gz")
	}
	for _, l := range []lang.Code{lang.Hindi, lang.English} {
		var b strings.Builder
		for _, a := range traintest.XQuAD(t, l) {
			for _, p := range a.Paragraphs {
				b.WriteString(p.Context + "\n\n")
			}
		}
		out["xquad."+string(l)] = b.String()
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
	text := traintest.Text(b, "retrieval/distractors.hi.txt.gz")
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
	text := traintest.Text(b, "retrieval/distractors.hi.txt.gz")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		n := 0
		for range chunk.Aksharas(text) {
			n++
		}
	}
}
