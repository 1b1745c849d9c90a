package ragtest

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// rerankerCase is one demand on a reranker.
type rerankerCase struct {
	demand string
	run    func(s *rerankSuite)
}

// TestReranker demands of the rerankers that newReranker makes what the contract
// on [rag.Reranker] says. Of quality it demands one thing: of two passages, the
// one that holds all of the question, was ranked higher on every leg and is
// newer goes first. A reranker of a model or a server is given one that knows
// as much.
func TestReranker(t *testing.T, newReranker func(t *testing.T) rag.Reranker) {
	for _, c := range rerankerCases {
		t.Run(c.demand, func(t *testing.T) { c.run(&rerankSuite{t, newReranker(t)}) })
	}
}

// rerankSuite holds what a case needs.
type rerankSuite struct {
	*testing.T
	reranker rag.Reranker
}

// asked is the question of most cases, its language set as an index sets it.
func asked() *rag.Query {
	return &rag.Query{Text: "ताजमहल किसने बनवाया था?", Language: lang.Hindi, TopK: 5}
}

// candidate makes a hit as an index gives it to a reranker.
func candidate(id, text string, score float64) rag.Hit {
	document, _, _ := strings.Cut(id, "#")
	return rag.Hit{
		Record: rag.Record{
			Tenant: "t", Readers: []string{corpus.Public},
			Chunk: corpus.Chunk{
				ID: id, DocumentID: document, Span: corpus.Span{Start: 100, End: 100 + len(text)}, Text: text,
				Sentences: []corpus.Span{{Start: 100, End: 100 + len(text)}}, Headings: []string{"heading"},
			},
			Source: corpus.Source{
				Title: "title of " + document, Language: lang.Hindi, SourceSite: document + ".example", Tags: []string{"tag"},
				PublishedAt: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(1000*min(score, 1))),
			},
		},
		Scores: map[rag.Leg]float64{rag.Words: 10 * score, rag.Sounds: 8 * score},
		Score:  score,
	}
}

// few gives four candidates, the best of which is "best#0".
func few() []rag.Hit {
	return []rag.Hit{
		candidate("river#0", "नदी पहाड़ से निकलती है।", .2),
		candidate("fort#0", "लाल पत्थर का क़िला आगरा में है।", .4),
		candidate("best#0", "ताजमहल किसने बनवाया था? ताजमहल शाहजहाँ ने बनवाया था।", .9),
		candidate("market#0", "बाज़ार सुबह खुलता है।", .1),
	}
}

// copied gives hits that share nothing with the given ones.
func copied(hits []rag.Hit) []rag.Hit {
	out := slices.Clone(hits)
	for i := range out {
		out[i].Record = clone(&out[i].Record)
		out[i].Record.Terms = nil
		out[i].Scores = maps.Clone(out[i].Scores)
	}
	return out
}

// rerank reranks copies of hits, demands what holds of every result, and gives it.
func (s *rerankSuite) rerank(q *rag.Query, hits []rag.Hit) []rag.Hit {
	s.Helper()
	given, asked := copied(hits), *q
	got, err := s.reranker.Rerank(s.Context(), q, given)
	require.NoError(s, err)
	require.Equal(s, asked, *q, "the query is not the reranker's")
	byID := map[string]rag.Hit{}
	for _, h := range hits {
		byID[h.Record.Chunk.ID] = h
	}
	for i, h := range got {
		want, ok := byID[h.Record.Chunk.ID]
		require.True(s, ok, "%q was not given, or is there twice", h.Record.Chunk.ID)
		delete(byID, h.Record.Chunk.ID)
		sameRecord(s, want.Record, h.Record)
		require.Equal(s, want.Scores, h.Scores, "the scores of the legs")
		require.True(s, h.Score >= 0 && h.Score <= 1, "the score of %q is %v", h.Record.Chunk.ID, h.Score)
		if i > 0 {
			before := &got[i-1]
			require.GreaterOrEqual(s, before.Score, h.Score, "place %d", i)
			if before.Score == h.Score {
				require.Less(s, before.Record.Chunk.ID, h.Record.Chunk.ID, "equals stand by id")
			}
		}
	}
	return got
}

// chunkIDs gives the ids of the hits' chunks in their order.
func chunkIDs(hits []rag.Hit) []string {
	ids := make([]string, len(hits))
	for i := range hits {
		ids[i] = hits[i].Record.Chunk.ID
	}
	return ids
}

var rerankerCases = []rerankerCase{
	{"what is better on every count goes first", func(s *rerankSuite) {
		got := s.rerank(asked(), few())
		require.Equal(s, "best#0", got[0].Record.Chunk.ID)
		pair := s.rerank(asked(), few()[1:3])
		require.Equal(s, "best#0", pair[0].Record.Chunk.ID)
	}},
	{"the order that hits come in means nothing", func(s *rerankSuite) {
		want := s.rerank(asked(), few())
		rng := rand.New(rand.NewPCG(1, 2))
		for range 10 {
			hits := few()
			rng.Shuffle(len(hits), func(i, j int) { hits[i], hits[j] = hits[j], hits[i] })
			require.Equal(s, want, s.rerank(asked(), hits))
		}
	}},
	{"the same question gives the same scores", func(s *rerankSuite) {
		require.Equal(s, s.rerank(asked(), few()), s.rerank(asked(), few()))
	}},
	{"no hits give none and no error", func(s *rerankSuite) {
		for _, hits := range [][]rag.Hit{nil, {}} {
			got, err := s.reranker.Rerank(s.Context(), asked(), hits)
			require.NoError(s, err)
			require.Empty(s, got)
		}
	}},
	{"one hit stays", func(s *rerankSuite) {
		for _, h := range few() {
			require.Equal(s, []string{h.Record.Chunk.ID}, chunkIDs(s.rerank(asked(), []rag.Hit{h})))
		}
	}},
	{"hits that are alike stand in the order of their ids", func(s *rerankSuite) {
		var hits []rag.Hit
		for _, id := range []string{"c#0", "a#0", "d#0", "b#0"} {
			h := candidate(id, "ताजमहल शाहजहाँ ने बनवाया।", .5)
			h.Record.Source.Title = ""
			hits = append(hits, h)
		}
		require.Equal(s, []string{"a#0", "b#0", "c#0", "d#0"}, chunkIDs(s.rerank(asked(), hits)))
	}},
	{"a cancelled context gives its error and no hits", func(s *rerankSuite) {
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		got, err := s.reranker.Rerank(ctx, asked(), few())
		require.ErrorIs(s, err, context.Canceled)
		require.Nil(s, got)
	}},
	{"a deadline that has passed gives its error and no hits", func(s *rerankSuite) {
		ctx, cancel := context.WithDeadline(s.Context(), time.Now().Add(-time.Second))
		defer cancel()
		got, err := s.reranker.Rerank(ctx, asked(), few())
		require.ErrorIs(s, err, context.DeadlineExceeded)
		require.Nil(s, got)
	}},
	{"what hits point to stays as it was, for others may hold it too", func(s *rerankSuite) {
		shared, want := few(), copied(few())
		_, err := s.reranker.Rerank(s.Context(), asked(), slices.Clone(shared))
		require.NoError(s, err)
		require.Equal(s, want, shared)
	}},
	{"a thousand hits are reranked", func(s *rerankSuite) {
		hits := few()
		for i := range 1000 {
			hits = append(hits, candidate(fmt.Sprintf("d%04d#%d", i/3, i%3), fmt.Sprintf("अनुच्छेद %d का पाठ।", i), .05))
		}
		require.Equal(s, "best#0", s.rerank(asked(), hits)[0].Record.Chunk.ID)
	}},
	{"a text of a megabyte and a question of the longest are no trouble", func(s *rerankSuite) {
		hits := append(few(), candidate("huge#0", strings.Repeat("बहुत लंबा पाठ ", 1<<20/38), .3), candidate("word#0", strings.Repeat("क", 1<<18), .3))
		q := asked()
		s.rerank(q, hits)
		q.Text = strings.Repeat("ताजमहल किसने ", rag.MaxQueryBytes/len("ताजमहल किसने "))
		s.rerank(q, hits)
	}},
	{"a language that is not known is no trouble", func(s *rerankSuite) {
		for _, code := range []lang.Code{"", "xx", lang.Auto, "sat"} {
			q, hits := asked(), few()
			q.Language = code
			for i := range hits {
				hits[i].Record.Source.Language = code
			}
			require.Equal(s, "best#0", s.rerank(q, hits)[0].Record.Chunk.ID)
		}
	}},
	{"texts that are empty, no words or no UTF-8 are no trouble", func(s *rerankSuite) {
		hits := few()
		for i, text := range hostileTexts {
			h := candidate(fmt.Sprint("h", i, "#0"), text, .05)
			h.Record.Source.Title = text
			hits = append(hits, h)
		}
		require.Equal(s, "best#0", s.rerank(asked(), hits)[0].Record.Chunk.ID)
		for _, text := range hostileTexts {
			q := asked()
			q.Text = text
			s.rerank(q, hits)
		}
	}},
	{"scores that are no numbers become some", func(s *rerankSuite) {
		hits := few()
		for i, score := range []float64{math.NaN(), math.Inf(-1), -1} {
			h := candidate(fmt.Sprint("n", i, "#0"), "पेड़ हरे हैं।", .05)
			h.Score = score
			hits = append(hits, h)
		}
		require.Equal(s, "best#0", s.rerank(asked(), hits)[0].Record.Chunk.ID)
		s.rerank(asked(), append(few()[1:], candidate("inf#0", "पेड़ हरे हैं।", math.Inf(1))))
		for i := range hits {
			hits[i].Score, hits[i].Scores = 0, map[rag.Leg]float64{}
		}
		s.rerank(asked(), hits)
	}},
	{"many may ask at once", func(s *rerankSuite) {
		questions := []string{"ताजमहल किसने बनवाया था?", "क़िला कहाँ है?", "बाज़ार कब खुलता है?", "नदी कहाँ से निकलती है?"}
		want := make([][]rag.Hit, len(questions))
		shared := few()
		for i, text := range questions {
			want[i] = s.rerank(&rag.Query{Text: text, Language: lang.Hindi}, shared)
		}
		var wg sync.WaitGroup
		got, errs := make([][]rag.Hit, 4*len(questions)), make([]error, 4*len(questions))
		for i := range got {
			q := &rag.Query{Text: questions[i%len(questions)], Language: lang.Hindi}
			wg.Go(func() { got[i], errs[i] = s.reranker.Rerank(s.Context(), q, slices.Clone(shared)) })
		}
		wg.Wait()
		for i := range got {
			require.NoError(s, errs[i])
			require.Equal(s, want[i%len(questions)], got[i])
		}
	}},
	{"random hits keep the contract", func(s *rerankSuite) {
		rng := rand.New(rand.NewPCG(7, 8))
		words := strings.Fields("ताजमहल शाहजहाँ ने बनवाया नदी पहाड़ क़िला किसने कब Agra 1632 आगरा है था। </passage> [1] [2]")
		for range 40 {
			hits := make([]rag.Hit, rng.IntN(40))
			for i := range hits {
				text := ""
				for range rng.IntN(12) {
					text += words[rng.IntN(len(words))] + " "
				}
				hits[i] = candidate(fmt.Sprintf("d%d#%d", rng.IntN(9), i), text, float64(rng.IntN(5))/5)
				if rng.IntN(4) == 0 {
					delete(hits[i].Scores, rag.Words)
				}
				if rng.IntN(4) == 0 {
					hits[i].Record.Source.PublishedAt, hits[i].Record.Source.SourceSite = time.Time{}, ""
				}
			}
			s.rerank(asked(), hits)
		}
	}},
}

var hostileTexts = []string{"", " \n\t", "।", "😀", "\xff\xfe", strings.Repeat("\u0301", 2000), "\x00\x1b[31m", "</passage>", "a\u202eb", "12 34"}
