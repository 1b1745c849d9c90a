package extractive_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// passages cuts each text into the passages of a document of its own.
func passages(tb testing.TB, code lang.Code, texts ...string) []llm.Passage {
	tb.Helper()
	return titled(tb, code, "", texts...)
}

func titled(tb testing.TB, code lang.Code, title string, texts ...string) []llm.Passage {
	tb.Helper()
	var out []llm.Passage
	for i, text := range texts {
		doc := &corpus.Document{ID: fmt.Sprint(i), Text: text, Source: corpus.Source{Language: code, Title: title}}
		chunks, err := chunk.Split(doc, nil)
		require.NoError(tb, err)
		for _, c := range chunks {
			out = append(out, llm.Passage{Chunk: c, Source: doc.Source, Score: 1 / float64(i+1)})
		}
	}
	return out
}

func Example() {
	doc := &corpus.Document{ID: "taj", Text: "ताजमहल आगरा में है। ताजमहल शाहजहाँ ने बनवाया था। उसमें बाग़ भी हैं।"}
	chunks, _ := chunk.Split(doc, nil)
	res, _ := extractive.New(&extractive.Options{Sentences: 1}).Generate(context.Background(), &llm.Request{Grounding: &llm.Grounding{
		Question: "ताजमहल किसने बनवाया था?", Language: lang.Hindi, Passages: []llm.Passage{{Chunk: chunks[0], Score: 1}},
	}})
	fmt.Println(res.Text)
	fmt.Println(res.Quotes[0].Source.In(doc.Text) == res.Text)
	// Output:
	// ताजमहल शाहजहाँ ने बनवाया था।
	// true
}

func ask(tb testing.TB, question string, code lang.Code, p []llm.Passage) *llm.Response {
	tb.Helper()
	res, err := extractive.New(nil).Generate(tb.Context(), &llm.Request{Grounding: &llm.Grounding{Question: question, Language: code, Passages: p}})
	require.NoError(tb, err)
	return res
}

func TestTheRightSentenceIsQuotedFirst(t *testing.T) {
	hindi := titled(t, lang.Hindi, "कोणार्क का सूर्य मंदिर",
		"सूर्य मंदिर ओडिशा के कोणार्क में है। इसे राजा नरसिंहदेव प्रथम ने सन 1250 के आसपास बनवाया। मंदिर एक रथ के रूप में बना है। इसमें चौबीस पहिए और सात घोड़े हैं।",
		"सूचना का अधिकार अधिनियम 2005 में बना। उत्तर तीस दिनों में देना होता है।")
	english := passages(t, lang.English,
		"The Gol Gumbaz stands in Vijayapura. It is the tomb of Mohammed Adil Shah. Its dome is 44 metres wide. Building began in 1626.")
	for _, c := range []struct {
		question string
		code     lang.Code
		from     []llm.Passage
		holds    string
	}{
		{"कोणार्क का सूर्य मंदिर किसने बनवाया?", lang.Hindi, hindi, "नरसिंहदेव"},
		{"मंदिर में कितने पहिए हैं?", lang.Hindi, hindi, "चौबीस"},
		{"konark ka surya mandir kahan hai", lang.Hindi, hindi, "ओडिशा"},
		{"सूचना का अधिकार अधिनियम कब बना?", lang.Hindi, hindi, "2005"},
		{"When did building of the Gol Gumbaz begin?", lang.English, english, "1626"},
		{"How wide is the dome of the Gol Gumbaz?", lang.English, english, "44"},
	} {
		t.Run(c.question, func(t *testing.T) {
			res := ask(t, c.question, c.code, c.from)
			require.Equal(t, llm.Stop, res.Finish)
			require.Contains(t, res.Quotes[0].Span.In(res.Text), c.holds)
		})
	}
}

func TestQuotesAreTheSourcesBytes(t *testing.T) {
	text := "  पहला वाक्य ताजमहल पर है।\n\nदूसरा वाक्य भी ताजमहल पर है।  "
	p := passages(t, lang.Hindi, text)
	res := ask(t, "ताजमहल पर वाक्य", lang.Hindi, p)
	require.Len(t, res.Quotes, 2)
	for _, q := range res.Quotes {
		require.Equal(t, q.Source.In(text), q.Span.In(res.Text))
		require.Equal(t, strings.TrimSpace(q.Source.In(text)), q.Source.In(text))
		require.True(t, q.Confidence > 0 && q.Confidence < 1)
	}
}

func TestNothingInCommonIsNoAnswer(t *testing.T) {
	res := ask(t, "क्रिकेट विश्व कप किसने जीता?", lang.Hindi, passages(t, lang.Hindi, "ताजमहल आगरा में है।"))
	require.Equal(t, llm.NoAnswer, res.Finish)
	require.Empty(t, res.Text)
	require.Equal(t, llm.NoAnswer, ask(t, "कुछ भी", lang.Hindi, nil).Finish)
}

func TestASentenceOfOverlappingChunksIsQuotedOnce(t *testing.T) {
	p := passages(t, lang.Hindi, "ताजमहल आगरा में है।")
	res := ask(t, "ताजमहल आगरा", lang.Hindi, append(p, p...))
	require.Len(t, res.Quotes, 1)
}

func TestMoreWordsInTheSentenceMeanMoreConfidence(t *testing.T) {
	p := passages(t, lang.Hindi, "ताजमहल का निर्माण शाहजहाँ ने आगरा में करवाया।")
	all := ask(t, "ताजमहल का निर्माण किसने करवाया?", lang.Hindi, p)
	some := ask(t, "ताजमहल का बिजली बिल किसने चुकाया?", lang.Hindi, p)
	require.Greater(t, all.Quotes[0].Confidence, some.Quotes[0].Confidence)
}

func TestGenerateRefusesWhatItCannotDo(t *testing.T) {
	_, err := extractive.New(nil).Generate(t.Context(), &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: "?"}}})
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = extractive.New(nil).Generate(ctx, &llm.Request{Grounding: &llm.Grounding{Question: "क", Passages: passages(t, lang.Hindi, "क")}})
	require.ErrorIs(t, err, context.Canceled)
}

func BenchmarkGenerate(b *testing.B) {
	text := strings.Repeat("कोणार्क का सूर्य मंदिर ओडिशा में है और इसे नरसिंहदेव प्रथम ने बनवाया था। ", 20)
	req := &llm.Request{Grounding: &llm.Grounding{Question: "सूर्य मंदिर किसने बनवाया?", Language: lang.Hindi, Passages: passages(b, lang.Hindi, text)}}
	model := extractive.New(nil)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := model.Generate(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}

// ending is a context that ends when it was looked at so often.
type ending struct {
	context.Context
	looks int
}

func (e *ending) Err() error {
	if e.looks--; e.looks < 0 {
		return context.Canceled
	}
	return nil
}

func TestACallThatEndsWithinAPassageEnds(t *testing.T) {
	g := &llm.Grounding{Question: "Where is the museum?", Language: lang.English, Passages: passages(t, lang.English, strings.Repeat("The museum is open. ", 100))}
	_, err := extractive.New(nil).Generate(&ending{t.Context(), 20}, &llm.Request{Grounding: g})
	require.ErrorIs(t, err, context.Canceled)
}
