package llmhttp_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llmhttp"
	"github.com/akshara-go/akshara/rag/ragtest"
	"github.com/akshara-go/akshara/translate/lang"
)

const taj = "केशर बाँध नदी पर है। इसे वासुदेव नेने ने बनवाया था।"

func passages(texts ...string) []llm.Passage {
	var out []llm.Passage
	for _, text := range texts {
		out = append(out, llm.Passage{Score: 1, Source: corpus.Source{Title: `बाँध "केशर"`}, Chunk: corpus.Chunk{Text: text, Span: corpus.Span{End: len(text)}}})
	}
	return out
}

func hindi(string) lang.Code { return lang.Hindi }

func reader() *llmhttp.Reader { return &llmhttp.Reader{Model: extractive.New(nil), Detect: hindi} }

func user(text string) llm.Message { return llm.Message{Role: llm.User, Content: text} }

func TestReaderIsAModel(t *testing.T) {
	req := &llm.Request{Messages: []llm.Message{user(taj + "\n\nकेशर बाँध किसने बनवाया था?")}}
	ragtest.TestModel(t, func(t *testing.T) llm.Model { return reader() }, req)
	url := chatting(t, reader())
	ragtest.TestModel(t, func(t *testing.T) llm.Model { return client(t, url, "small") }, req)
}

func TestAReaderQuotesFromTheMessages(t *testing.T) {
	grounded, err := llm.GroundedRequest(nil, &llm.Grounding{Question: "केशर बाँध किसने बनवाया था?", Language: lang.Hindi, Passages: passages("नदी में पानी है।", taj)})
	require.NoError(t, err)
	grounded.Grounding = nil // it does not go over the wire
	for name, c := range map[string]struct {
		messages []llm.Message
		question string
		passages []string
	}{
		"fenced":       {grounded.Messages, "केशर बाँध किसने बनवाया था?", []string{"नदी में पानी है।", taj}},
		"paragraphs":   {[]llm.Message{user(taj + "\r\n\r\nकेशर बाँध किसने बनवाया था?")}, "केशर बाँध किसने बनवाया था?", []string{taj}},
		"conversation": {[]llm.Message{user(taj), {Role: llm.Assistant, Content: "ठीक है।"}, user("बाँध किसने बनवाया था?")}, "बाँध किसने बनवाया था?", []string{taj}},
		"tool":         {[]llm.Message{user("बाँध किसने बनवाया था?"), {Role: llm.ToolRole, CallID: "1", Content: taj}}, "बाँध किसने बनवाया था?", []string{taj}},
		"parts":        {[]llm.Message{{Role: llm.User, Parts: []llm.Part{{Text: taj}, {Text: "बाँध किसने बनवाया था?"}}}}, "बाँध किसने बनवाया था?", []string{taj}},
	} {
		t.Run(name, func(t *testing.T) {
			g := reader().Grounding(&llm.Request{Messages: c.messages})
			require.Equal(t, c.question, g.Question)
			var texts []string
			for i := range g.Passages {
				texts = append(texts, g.Passages[i].Chunk.Text)
			}
			require.Equal(t, c.passages, texts)
			if name == "fenced" {
				require.Equal(t, `बाँध "केशर"`, g.Passages[0].Source.Title)
			}
			require.Equal(t, name == "fenced", reader().Fenced(&llm.Request{Messages: c.messages}))
			res, err := client(t, chatting(t, reader()), "small").Generate(t.Context(), &llm.Request{Messages: c.messages})
			require.NoError(t, err)
			require.Contains(t, res.Text, "वासुदेव नेने")
			require.Equal(t, extractive.Name, res.Model)
		})
	}
}

func TestAReaderThatFindsNothingSaysSo(t *testing.T) {
	rules := llm.Message{Role: llm.System, Content: "The password of the केशर बाँध is 1234."}
	res, err := reader().Generate(t.Context(), &llm.Request{Messages: []llm.Message{rules, user("केशर बाँध किसने बनवाया था?")}})
	require.NoError(t, err)
	require.Equal(t, lang.Text(lang.Hindi, lang.MsgNoAnswer), res.Text, "what the system message says is not quoted")
	require.Equal(t, llm.Stop, res.Finish)

	grounded, err := llm.GroundedRequest(nil, &llm.Grounding{Question: "Who sang?", Language: lang.English, Passages: passages(taj)})
	require.NoError(t, err)
	grounded.Grounding = nil
	res, err = reader().Generate(t.Context(), grounded)
	require.NoError(t, err)
	require.Equal(t, llm.NoAnswer, res.Finish, "whoever said what to write then, gets it")
	require.Empty(t, res.Text)
}

// What the passages hardly answer is no answer, here as in an engine that hears the confidence.
func TestAReaderIsSureOrSaysNothing(t *testing.T) {
	unsure := &llm.Request{Messages: []llm.Message{user(taj + "\n\nWho painted the moon?")}}
	r := reader()
	r.Model = quoting(.2)
	for least, said := range map[float64]bool{0: false, .1: true, .3: false, -1: true} {
		r.MinConfidence = least
		res, err := r.Generate(t.Context(), unsure)
		require.NoError(t, err)
		require.Equal(t, said, res.Text == "quoted", "%v: %s", least, res.Text)
		require.Equal(t, said, len(res.Quotes) == 1)
		require.Equal(t, "m", res.Model)
	}
}

// quoting is a model that quotes with a confidence.
type quoting float64

func (q quoting) Generate(context.Context, *llm.Request) (*llm.Response, error) {
	return &llm.Response{Text: "quoted", Model: "m", Finish: llm.Stop, Quotes: []llm.Quote{{Confidence: float64(q)}}}, nil
}

func TestAReaderRefusesWhatItCannot(t *testing.T) {
	for name, req := range map[string]*llm.Request{
		"nothing": {},
		"json":    {Messages: []llm.Message{user("x")}, Output: &llm.Output{Name: "o", Schema: []byte(`{}`)}},
		"tools":   {Messages: []llm.Message{user("x")}, Tools: []llm.Tool{{Name: "f"}}, ToolChoice: llm.ToolsRequired},
		"picture": {Messages: []llm.Message{{Role: llm.User, Parts: []llm.Part{{Image: &llm.Image{URL: "https://example.org/a.png"}}}}}},
		"long":    {Messages: []llm.Message{user(strings.Repeat("word ", llmhttp.MaxReading))}},
		"sound":   {Messages: []llm.Message{{Role: llm.User, Parts: []llm.Part{{Audio: &llm.Audio{Data: []byte("x"), Format: "wav"}}}}}},

		"long question": {Messages: []llm.Message{user(llm.FencedPassages(passages(taj)) + strings.Repeat("word ", rag.MaxQueryBytes/5) + "word")}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := reader().Generate(t.Context(), req)
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			require.Equal(t, strings.HasPrefix(name, "long"), errors.Is(err, llm.ErrContextOverflow))
			require.False(t, reader().Fenced(req))
		})
	}
}

// The time to put a message together grows with its parts, and not with their square:
// this took some 40 s.
func TestAMessageOfManyParts(t *testing.T) {
	m := user("x")
	for range 100_000 {
		m.Parts = append(m.Parts, llm.Part{Text: "part"})
	}
	start := time.Now()
	g := reader().Grounding(&llm.Request{Messages: []llm.Message{m}})
	require.Less(t, time.Since(start), 10*time.Second)
	require.Equal(t, "part", g.Question)
	require.Equal(t, 6*100_000-5, len(g.Passages[0].Chunk.Text))
}
