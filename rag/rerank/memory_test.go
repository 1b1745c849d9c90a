package rerank_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/rerank"
	"github.com/akshara-go/akshara/translate/lang"
)

// remembered makes passages of a few hundred words in three languages, by their number.
func remembered(n int) rerank.Passage {
	rng := rand.New(rand.NewPCG(uint64(n), 7))
	words := strings.Fields("क़ुतुब मीनार ऊँचाई ताजमहल शाहजहाँ नदी बहती है मेला शहर नगर population of the city river tower height नगरी क़िले का की के")
	var text strings.Builder
	var cuts []corpus.Span
	for range 1 + rng.IntN(6) {
		from := text.Len()
		for range rng.IntN(12) {
			fmt.Fprint(&text, words[rng.IntN(len(words))], rng.IntN(40), " ", words[rng.IntN(len(words))], " ")
		}
		text.WriteString("। ")
		cuts = append(cuts, corpus.Span{Start: from, End: text.Len()})
	}
	return rerank.Passage{Text: text.String(), Sentences: cuts, Language: []lang.Code{"hi", "en", ""}[n%3], Score: rng.Float64()}
}

// What is remembered changes no score, whatever was asked before and by whoever at
// the same time.
func TestAMemoryChangesNoScore(t *testing.T) {
	var m rerank.Memory
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 9))
			for range 60 {
				var list []rerank.Passage
				for range 1 + rng.IntN(60) {
					list = append(list, remembered(rng.IntN(150)))
				}
				if rng.IntN(2) == 0 { // the same text cut in another way
					list[0].Sentences = nil
				}
				question := remembered(1000 + rng.IntN(100)).Text
				code := []lang.Code{"hi", "en", ""}[rng.IntN(3)]
				want := rerank.Lexical(question, code, list)
				if got := m.Lexical(question, code, list); fmt.Sprint(want) != fmt.Sprint(got) {
					t.Errorf("want %v, got %v", want, got)
				}
			}
		})
	}
	wg.Wait()
}

// A memory that is full begins anew, and so holds no more than it may.
func TestAMemoryIsBounded(t *testing.T) {
	large := strings.Repeat("कमल ", 300_000) // 3 MB
	var m rerank.Memory
	for i := range 30 {
		list := []rerank.Passage{{Text: fmt.Sprint(large, i), Language: "hi", Score: 1}, remembered(i)}
		require.Equal(t, rerank.Lexical("कमल", "hi", list), m.Lexical("कमल", "hi", list))
		require.LessOrEqual(t, m.Size(), 48<<20)
	}
	require.Less(t, m.Size(), 30*len(large))
}

// BenchmarkMemory scores a hundred passages that were read before, and anew.
func BenchmarkMemory(b *testing.B) {
	var list []rerank.Passage
	for i := range rerank.Depth {
		p := remembered(3 * i)
		p.Text += remembered(3*i+30_000).Text + remembered(3*i+60_000).Text
		list = append(list, p)
	}
	var m rerank.Memory
	for name, lexical := range map[string]func(string, lang.Code, []rerank.Passage) []float64{"remembered": m.Lexical, "anew": rerank.Lexical} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				lexical("क़ुतुब मीनार की ऊँचाई कितनी है?", "hi", list)
			}
		})
	}
}
