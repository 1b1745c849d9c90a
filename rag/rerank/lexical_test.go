package rerank_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/rerank"
)

func ExampleLexical() {
	scores := rerank.Lexical("ताजमहल किसने बनवाया था?", "hi", []rerank.Passage{
		{Text: "आगरा का किला लाल पत्थर का है। ताजमहल पास है।", Language: "hi", Score: 2.1},
		{Text: "ताजमहल शाहजहाँ ने बनवाया।", Language: "hi", Score: 1.9},
	})
	fmt.Println(scores[1] > scores[0])
	// Output: true
}

// sentences cuts at danda, which is all these tests need.
func sentences(text string) (out []corpus.Span) {
	at := 0
	for s := range strings.SplitAfterSeq(text, "।") {
		if s != "" {
			out = append(out, corpus.Span{Start: at, End: at + len(s)})
			at += len(s)
		}
	}
	return out
}

func passages(texts ...string) (out []rerank.Passage) {
	for _, t := range texts {
		out = append(out, rerank.Passage{Text: t, Sentences: sentences(t), Language: "hi", Score: 1})
	}
	return out
}

// fillers make the words of the question's sentence rare among the candidates.
var fillers = []string{"नदी बहती है।", "पेड़ हरे हैं।", "बाज़ार खुला है।", "बच्चे खेलते हैं।"}

func TestOneSentenceThatSaysItAllBeatsScatteredWords(t *testing.T) {
	together := "यहाँ मेला लगता है। क़ुतुब मीनार की ऊँचाई तिहत्तर मीटर है।"
	scattered := "क़ुतुब रोड पर मेला लगता है। एक मीनार है। ऊँचाई का डर है।"
	scores := rerank.Lexical("क़ुतुब मीनार की ऊँचाई कितनी है?", "hi", passages(append(fillers, scattered, together)...))
	require.Greater(t, scores[5], scores[4])
	require.Greater(t, scores[4], scores[0])
}

func TestOtherSpellingsAndScriptsAreFound(t *testing.T) {
	for _, question := range []string{"ह्यूगनोट कौन थे", "hyugnot kaun the", "ہیوگنوٹ کون تھے"} {
		scores := rerank.Lexical(question, "", passages(append(fillers, "ह्यूगनॉट्स फ्रांस के थे।")...))
		for i := range fillers {
			require.Greater(t, scores[4], scores[i], question)
		}
	}
}

func TestASynonymCoversTheWordItStandsFor(t *testing.T) {
	scores := rerank.Lexical("नगर की जनसंख्या कितनी है?", "hi", passages(append(fillers, "शहर की आबादी बढ़ी।")...))
	for i := range fillers {
		require.Greater(t, scores[4], scores[i])
	}
	scores = rerank.Lexical("नगर की जनसंख्या कितनी है?", "mr", passages(append(fillers, "शहर की आबादी बढ़ी।")...))
	require.InDelta(t, scores[0], scores[4], .05, "the synonyms are Hindi's")
}

// A passage in another script holds none of the question's words: one that does by
// chance does not go before it, if the first search has it otherwise.
func TestAChanceWordDoesNotBeatAPassageInAnotherScript(t *testing.T) {
	p := passages("एक मसूर को धीमी आँच पर उबालिए।", "People cook on the banks of the river. How long is it?", "The train is late.")
	p[0].Score, p[1].Score, p[2].Score = 1, .8, .1
	for i := range p[1:] {
		p[i+1].Language = "en"
	}
	scores := rerank.Lexical("How do I cook lentils?", "en", p)
	require.Greater(t, scores[1], scores[0])
	p[0].Wordless = true
	after := rerank.Lexical("How do I cook lentils?", "en", p)
	require.Greater(t, after[0], after[1])
	require.Equal(t, scores[1:], after[1:], "the others stay as they were")
	p[0].Score = .3
	after = rerank.Lexical("How do I cook lentils?", "en", p)
	require.Greater(t, after[1], after[0], "the first search decides")
}

func TestFirstSearchDecidesWhereNothingElseDoes(t *testing.T) {
	p := passages("एक।", "दो।")
	p[1].Score = 3
	scores := rerank.Lexical("हाथी", "hi", p)
	require.Greater(t, scores[1], scores[0])
}

func TestAnyInputGivesOneBoundedScoreAPassage(t *testing.T) {
	require.Empty(t, rerank.Lexical("x", "", nil))
	hostile := []rerank.Passage{
		{}, {Text: "\xff\xfe", Score: -1}, {Text: strings.Repeat("ँ", 1000), Score: 0.5},
		{Text: "अ", Sentences: []corpus.Span{{Start: 5, End: 9}, {Start: -1, End: 0}}},
		{Text: strings.Repeat("कमल ", 5000), Sentences: []corpus.Span{{}}},
	}
	for _, q := range []string{"", "।", "\xff", "का की के", "कमल", strings.Repeat("कमल ", 1000)} {
		scores := rerank.Lexical(q, "xx", hostile)
		require.Len(t, scores, len(hostile))
		for _, s := range scores {
			require.GreaterOrEqual(t, s, 0.0)
			require.LessOrEqual(t, s, 1.0)
		}
	}
}

func FuzzLexical(f *testing.F) {
	f.Add("ताजमहल किसने बनवाया", "ताजमहल। शाहजहाँ।", "taj mahal")
	f.Fuzz(func(t *testing.T, query, a, b string) {
		for _, s := range rerank.Lexical(query, "", passages(a, b)) {
			require.True(t, s >= 0 && s <= 1, s)
		}
	})
}

func BenchmarkLexical(b *testing.B) {
	var p []rerank.Passage
	for i := range 50 {
		p = append(p, passages(strings.Repeat(fmt.Sprintf("यह अनुच्छेद %d ताजमहल और उसके इतिहास के बारे में है। ", i), 15))...)
	}
	for b.Loop() {
		rerank.Lexical("ताजमहल का इतिहास क्या है?", "hi", p)
	}
}

func TestOfManyPassagesTheBestAreRead(t *testing.T) {
	const question, answer = "क़ुतुब मीनार की ऊँचाई कितनी है?", "क़ुतुब मीनार की ऊँचाई तिहत्तर मीटर है।"
	// scores gives those of many passages, each a little worse than the one before it, of which one holds the answer.
	scores := func(at int, step float64) []float64 {
		many := make([]rerank.Passage, rerank.Depth+50)
		for i := range many {
			many[i] = rerank.Passage{Text: fillers[i%len(fillers)], Language: "hi", Score: 1 - step*float64(i)}
		}
		many[at].Text = answer
		return rerank.Lexical(question, "hi", many)
	}
	for _, step := range []float64{.001, 0} { // of equals the first are read
		read := scores(rerank.Depth-1, step)
		require.Equal(t, slices.Max(read), read[rerank.Depth-1], "the last that is read")
		unread := scores(rerank.Depth, step)
		for i := rerank.Depth; i < len(unread); i++ {
			require.LessOrEqual(t, unread[i], slices.Min(unread[:rerank.Depth]), "behind those that are read")
			require.GreaterOrEqual(t, unread[i-1], unread[i], "in the order of the first search")
		}
	}
}
