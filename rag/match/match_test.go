package match_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/match"
	"github.com/akshara-go/akshara/translate/lang"
)

func Example() {
	q := match.New("taj mahal kisne banwaya", lang.Hindi, nil)
	text := "ताजमहल शाहजहाँ ने बनवाया।"
	held := q.In(analysis.Tokens(text, lang.Hindi), text, nil)
	fmt.Printf("%.1f\n", q.Share(held))
	// Output: 0.9
}

func share(question string, code lang.Code, text string) float64 {
	q := match.New(question, code, nil)
	return q.Share(q.In(analysis.Tokens(text, ""), text, nil))
}

func TestWordsMeet(t *testing.T) {
	for _, c := range []struct {
		name, question string
		code           lang.Code
		text           string
		atLeast        float64
		atMost         float64
	}{
		{"the same words", "ताजमहल आगरा", lang.Hindi, "आगरा में ताजमहल", 1, 1},
		{"one word for two", "taj mahal", lang.Hindi, "ताजमहल आगरा में है", .9, .9},
		{"two words for one", "ताजमहल", lang.Hindi, "Taj Mahal is in Agra", .9, .9},
		{"another script", "राजधानी", lang.Hindi, "ਭਾਰਤ ਦੀ ਰਾਜਧਾਨੀ", .9, .9},
		{"half of them", "ताजमहल बिजली", lang.Hindi, "ताजमहल आगरा में है", .5, .5},
		{"none of them", "मोनालिसा चित्र", lang.Hindi, "ताजमहल आगरा में है", 0, 0},
		{"no words at all", "?!", lang.Hindi, "ताजमहल", 0, 0},
		{"an empty text", "ताजमहल", lang.Hindi, "", 0, 0},
		{"invalid bytes", "\xff\xfe ताजमहल", lang.Hindi, "ताजमहल \xff", 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := share(c.question, c.code, c.text)
			require.GreaterOrEqual(t, got, c.atLeast)
			require.LessOrEqual(t, got, c.atMost)
		})
	}
}

func TestFunctionWordsCountOnlyAlone(t *testing.T) {
	require.Len(t, match.New("the Taj Mahal", lang.English, nil).Terms, 2)
	require.NotEmpty(t, match.New("the", lang.English, nil).Terms, "a text of function words alone is still a text")
}

func TestWeights(t *testing.T) {
	rare := func(t *analysis.Token) float64 {
		if t.Word == "ताजमहल" {
			return 3
		}
		return 1
	}
	q := match.New("ताजमहल बिजली", lang.Hindi, rare)
	text := "ताजमहल"
	require.InDelta(t, .75, q.Share(q.In(analysis.Tokens(text, ""), text, nil)), 1e-9)
	require.True(t, q.Has(q.Terms[0].Stem))
	require.False(t, q.Has("आगरा"))
}

func TestInReusesItsBuffer(t *testing.T) {
	q := match.New("ताजमहल आगरा", lang.Hindi, nil)
	buf := make([]float64, 8)
	held := q.In(analysis.Tokens("ताजमहल", ""), "ताजमहल", buf)
	require.Equal(t, []float64{1, 0}, held)
	require.Same(t, &buf[0], &held[0])
	require.Equal(t, []float64{0, 1}, q.In(analysis.Tokens("आगरा", ""), "आगरा", held), "nothing is left of the text before")
}

func BenchmarkIn(b *testing.B) {
	q := match.New("ताजमहल किसने और कब बनवाया था", lang.Hindi, nil)
	text := "ताजमहल भारत के आगरा शहर में यमुना नदी के दक्षिणी तट पर स्थित है और इसे मुग़ल सम्राट शाहजहाँ ने बनवाया था।"
	tokens := analysis.Tokens(text, lang.Hindi)
	held := make([]float64, len(q.Terms))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		held = q.In(tokens, text, held)
	}
}
