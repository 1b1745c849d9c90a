package chunk_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
)

// requireSound holds chunks to what Split says of every document.
func requireSound(t testing.TB, doc *corpus.Document, opts *chunk.Options, chunks []corpus.Chunk) {
	t.Helper()
	boundary := boundaries(doc.Text)
	covered, ids := 0, map[string]bool{}
	for i, c := range chunks {
		require.Equal(t, i, c.Ordinal)
		require.Equal(t, doc.ID, c.DocumentID)
		require.Equal(t, doc.Text[c.Start:c.End], c.Text)
		require.LessOrEqual(t, c.Start, covered, "bytes before chunk %d are in none", i)
		require.Greater(t, c.End, covered, "chunk %d holds nothing new", i)
		require.True(t, boundary[c.Start] && boundary[c.End], "chunk %d is cut inside an akshara", i)
		require.False(t, ids[c.ID], "id twice")
		ids[c.ID] = true
		covered = c.End

		require.NotEmpty(t, c.Sentences)
		at := c.Start
		for _, s := range c.Sentences {
			require.Equal(t, at, s.Start)
			require.Greater(t, s.End, s.Start)
			require.True(t, boundary[s.End], "a sentence of chunk %d ends inside an akshara", i)
			at = s.End
		}
		require.Equal(t, c.End, at)
	}
	if len(chunks) > 0 {
		require.Equal(t, len(doc.Text), covered)
	}
}

func boundaries(text string) map[int]bool {
	b := map[int]bool{0: true}
	for s := range chunk.Aksharas(text) {
		b[s.End] = true
	}
	return b
}

func split(t testing.TB, doc *corpus.Document, opts *chunk.Options) []corpus.Chunk {
	t.Helper()
	chunks, err := chunk.Split(doc, opts)
	require.NoError(t, err)
	requireSound(t, doc, opts, chunks)
	return chunks
}

// words counts what stands between spaces.
func words(s string) int { return len(strings.Fields(s)) }

func texts(chunks []corpus.Chunk) (out []string) {
	for _, c := range chunks {
		out = append(out, c.Text)
	}
	return out
}

func TestShortDocumentIsOneChunk(t *testing.T) {
	doc := &corpus.Document{ID: "taj", Text: "ताजमहल आगरा में है। इसे शाहजहाँ ने बनवाया था।"}
	chunks := split(t, doc, nil)
	require.Len(t, chunks, 1)
	require.Len(t, chunks[0].Sentences, 2)
	require.Equal(t, chunk.Estimate(doc.Text), chunks[0].Tokens)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, chunks[0].ID)
}

func TestWhiteSpaceGivesNoChunks(t *testing.T) {
	require.Empty(t, split(t, &corpus.Document{ID: "a", Text: " \n\t\n "}, nil))
	require.Empty(t, split(t, &corpus.Document{ID: "a"}, nil))
}

func TestOverlapIsWholeSentences(t *testing.T) {
	doc := &corpus.Document{ID: "d", Text: "One two three. Four five six. Seven eight nine. Ten eleven twelve."}
	chunks := split(t, doc, &chunk.Options{Size: 7, Overlap: 3, Count: words})
	require.Equal(t, []string{
		"One two three. Four five six. ", "Four five six. Seven eight nine. ", "Seven eight nine. Ten eleven twelve.",
	}, texts(chunks))
	chunks = split(t, doc, &chunk.Options{Size: 7, Overlap: chunk.NoOverlap, Count: words})
	require.Equal(t, []string{"One two three. Four five six. ", "Seven eight nine. Ten eleven twelve."}, texts(chunks))
}

func TestParagraphsStayWhole(t *testing.T) {
	doc := &corpus.Document{ID: "d", Text: "a b c. d e f.\n\ng h i. j k l.\n\nm n o."}
	chunks := split(t, doc, &chunk.Options{Size: 10, Overlap: chunk.NoOverlap, Count: words})
	require.Equal(t, []string{"a b c. d e f.\n\n", "g h i. j k l.\n\nm n o."}, texts(chunks))
}

func TestLongSentenceIsCutAtSpacesAndLongWordBetweenAksharas(t *testing.T) {
	doc := &corpus.Document{ID: "d", Text: strings.Repeat("क्षत्रिय ", 40)}
	for _, c := range split(t, doc, &chunk.Options{Size: 7, Count: words}) {
		require.LessOrEqual(t, c.Tokens, 7)
		require.True(t, strings.HasSuffix(c.Text, " "))
	}
	doc.Text = strings.Repeat("क्षत्रिय", 400)
	for _, c := range split(t, doc, &chunk.Options{Size: 10, Count: utf8.RuneCountInString}) {
		require.LessOrEqual(t, c.Tokens, 10)
	}
}

// structured makes a document of blocks.
func structured(blocks ...any) *corpus.Document {
	doc := &corpus.Document{ID: "s"}
	for i := 0; i < len(blocks); i += 2 {
		kind, text := blocks[i].(corpus.Block), blocks[i+1].(string)
		kind.Span = corpus.Span{Start: len(doc.Text), End: len(doc.Text) + len(text)}
		doc.Blocks = append(doc.Blocks, kind)
		doc.Text += text + "\n\n"
	}
	return doc
}

var (
	h1   = corpus.Block{Kind: corpus.Heading, Level: 1}
	h2   = corpus.Block{Kind: corpus.Heading, Level: 2}
	para = corpus.Block{Kind: corpus.Paragraph}
	tabl = corpus.Block{Kind: corpus.Table}
	list = corpus.Block{Kind: corpus.List}
)

func TestHeadingsBeginChunksAndNameThem(t *testing.T) {
	doc := structured(h1, "आगरा", h2, "ताजमहल", para, "मकबरा है।", h2, "लाल  किला", para, "किला है।", h1, "दिल्ली", para, "राजधानी है।")
	chunks := split(t, doc, nil)
	require.Len(t, chunks, 3)
	require.Equal(t, []string{"आगरा", "ताजमहल"}, chunks[0].Headings)
	require.Equal(t, []string{"आगरा", "लाल किला"}, chunks[1].Headings)
	require.Equal(t, []string{"दिल्ली"}, chunks[2].Headings)
	require.Equal(t, "दिल्ली\n\nराजधानी है।\n\n", chunks[2].Text)
}

func TestTablesAndListsStayWholeWhenTheyFit(t *testing.T) {
	table := "| a | b |\n| c | d |\n| e | f |"
	doc := structured(para, "one two three four five six.", tabl, table, list, "- x\n- y\n- z")
	chunks := split(t, doc, &chunk.Options{Size: 16, Overlap: chunk.NoOverlap, Count: words})
	require.Equal(t, []string{"one two three four five six.\n\n", table + "\n\n", "- x\n- y\n- z\n\n"}, texts(chunks))
	require.Len(t, chunks[1].Sentences, 3, "a line is a sentence of a table")

	chunks = split(t, doc, &chunk.Options{Size: 10, Overlap: chunk.NoOverlap, Count: words})
	require.Equal(t, "| a | b |\n| c | d |\n", chunks[1].Text, "a table that does not fit is cut between lines")
}

func TestHeadingIsNeverAlone(t *testing.T) {
	doc := structured(h1, "one two three", tabl, "| a | b |\n| c | d |")
	chunks := split(t, doc, &chunk.Options{Size: 10, Overlap: chunk.NoOverlap, Count: words})
	require.Equal(t, "one two three\n\n| a | b |\n", chunks[0].Text)
}

func TestTextBetweenBlocksIsKept(t *testing.T) {
	doc := &corpus.Document{ID: "g", Text: "before. TITLE after.\n\nmore.", Blocks: []corpus.Block{{Kind: corpus.Heading, Level: 1, Span: corpus.Span{Start: 8, End: 13}}}}
	chunks := split(t, doc, nil)
	require.Equal(t, []string{"before. ", "TITLE after.\n\nmore."}, texts(chunks))
	require.Equal(t, []string{"TITLE"}, chunks[1].Headings)
}

func TestBlockThatEndsInsideAnAksharaIsMoved(t *testing.T) {
	text := "क्षमा करें"
	for i := range len(text) {
		doc := &corpus.Document{ID: "g", Text: text, Blocks: []corpus.Block{{Kind: corpus.Heading, Level: 1, Span: corpus.Span{Start: 0, End: i}}, {Kind: corpus.List, Span: corpus.Span{Start: i, End: len(text)}}}}
		split(t, doc, nil)
	}
}

func TestPages(t *testing.T) {
	doc := &corpus.Document{ID: "p", Text: "one two.\fthree four.\ffive six.", Pages: []corpus.Span{{Start: 0, End: 9}, {Start: 9, End: 21}, {Start: 21, End: 30}}}
	var pages []int
	for _, c := range split(t, doc, &chunk.Options{Size: 2, Overlap: chunk.NoOverlap, Count: words}) {
		pages = append(pages, c.Page)
	}
	require.Equal(t, []int{1, 2, 3}, pages)
}

func TestIDsOutliveChangesElsewhere(t *testing.T) {
	before := split(t, structured(h1, "A", para, "first.", h1, "B", para, "second.", h1, "B", para, "second."), nil)
	after := split(t, structured(h1, "A", para, "changed.", h1, "B", para, "second.", h1, "B", para, "second."), nil)
	require.NotEqual(t, before[0].ID, after[0].ID)
	require.Equal(t, before[1].ID, after[1].ID)
	require.Equal(t, before[2].ID, after[2].ID)
	require.NotEqual(t, before[1].ID, before[2].ID, "one text twice in a document")

	other := structured(h1, "A", para, "first.")
	other.ID = "other"
	require.NotEqual(t, before[0].ID, split(t, other, nil)[0].ID)
}

func TestWrongInputIsAnInvalidRequestThatSaysWhere(t *testing.T) {
	good := &corpus.Document{ID: "d", Text: "ठीक है।"}
	span := func(a, b int) corpus.Block {
		return corpus.Block{Kind: corpus.Paragraph, Span: corpus.Span{Start: a, End: b}}
	}
	for name, c := range map[string]struct {
		doc  *corpus.Document
		opts *chunk.Options
		says string
	}{
		"nil document":     {nil, nil, "no id"},
		"no id":            {&corpus.Document{Text: "x"}, nil, "no id"},
		"not UTF-8":        {&corpus.Document{ID: "d", Text: "अब\xff\xfe"}, nil, "byte 6"},
		"overlap >= size":  {good, &chunk.Options{Size: 10, Overlap: 10}, "no room"},
		"negative overlap": {good, &chunk.Options{Overlap: -2}, "negative"},
		"negative size":    {good, &chunk.Options{Size: -1}, "negative"},
		"block outside":    {&corpus.Document{ID: "d", Text: "abc", Blocks: []corpus.Block{span(0, 4)}}, nil, "block 0"},
		"blocks overlap":   {&corpus.Document{ID: "d", Text: "abc", Blocks: []corpus.Block{span(0, 2), span(1, 3)}}, nil, "block 1"},
		"page outside":     {&corpus.Document{ID: "d", Text: "abc", Pages: []corpus.Span{{Start: 0, End: 9}}}, nil, "page 1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := chunk.Split(c.doc, c.opts)
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestHostileTexts(t *testing.T) {
	for name, text := range map[string]string{
		"marks on one base":   "क" + strings.Repeat("ँ", 10_000) + " और।",
		"lone marks":          strings.Repeat("\u0300\u093f", 3_000),
		"no spaces":           strings.Repeat("कम्प्यूटर", 20_000),
		"spaces with marks":   strings.Repeat(" \u0300", 5_000),
		"control characters":  strings.Repeat("\x00\x01.\r\n", 5_000),
		"joined emoji":        strings.Repeat("👩‍👩‍👧‍👦", 3_000),
		"flags":               strings.Repeat("🇮🇳", 5_001) + "🇮",
		"full stops":          strings.Repeat(".", 20_000) + strings.Repeat(". ", 20_000),
		"one conjunct":        strings.Repeat("क्", 10_000),
		"paragraph separator": strings.Repeat("अ।\u2029\u0085\u00a0", 3_000),
	} {
		t.Run(name, func(t *testing.T) {
			split(t, &corpus.Document{ID: "h", Text: text}, &chunk.Options{Size: 20, Overlap: 5})
		})
	}
}

func ExampleSplit() {
	doc := &corpus.Document{ID: "taj", Text: "ताजमहल आगरा में है। इसे शाहजहाँ ने बनवाया था। यह सफ़ेद संगमरमर का है।"}
	chunks, err := chunk.Split(doc, &chunk.Options{Size: 16, Overlap: 10})
	if err != nil {
		panic(err)
	}
	for _, c := range chunks {
		fmt.Printf("%d-%d %q\n", c.Start, c.End, c.Text)
	}
	// Output:
	// 0-120 "ताजमहल आगरा में है। इसे शाहजहाँ ने बनवाया था। "
	// 52-181 "इसे शाहजहाँ ने बनवाया था। यह सफ़ेद संगमरमर का है।"
}

func ExampleAksharas() {
	text := "क्षत्रिय"
	for a := range chunk.Aksharas(text) {
		fmt.Print(a.In(text), " ")
	}
	// Output: क्ष त्रि य
}

func FuzzSplit(f *testing.F) {
	f.Add("ताजमहल आगरा में है। इसे शाहजहाँ ने बनवाया था।", 5, 2, 7)
	f.Add("No. 5 is here.\n\nडॉ. राम ने कहा! क्या?", 3, 1, 4)
	f.Add("a\n b \u0300\n\n| c | d |\n\n", 1, 0, 2)
	f.Fuzz(func(t *testing.T, text string, size, overlap, at int) {
		doc := &corpus.Document{ID: "f", Text: text}
		if at >= 0 && at <= len(text) {
			doc.Blocks = []corpus.Block{
				{Kind: corpus.Heading, Level: 1, Span: corpus.Span{Start: 0, End: at / 2}},
				{Kind: corpus.Table, Span: corpus.Span{Start: at / 2, End: at}},
			}
		}
		opts := &chunk.Options{Size: size, Overlap: overlap}
		chunks, err := chunk.Split(doc, opts)
		if err != nil {
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			return
		}
		requireSound(t, doc, opts, chunks)
	})
}
