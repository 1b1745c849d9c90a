package rag_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

func TestWhatNoStoreTakesIsRefusedAlike(t *testing.T) {
	record := func(change func(r *rag.Record)) []rag.Record {
		r := rag.Record{Tenant: "t", Chunk: corpus.Chunk{ID: "c", DocumentID: "d"}, Terms: map[rag.Leg][]rag.Term{rag.Words: {{Text: "a", Count: 1}}}, Vector: rag.Vector{1, 0}}
		change(&r)
		return []rag.Record{r}
	}
	search := func(change func(q *rag.Search)) *rag.Search {
		q := &rag.Search{K: 1, Sparse: []rag.SparseLeg{{Leg: rag.Words, Terms: []rag.Term{{Text: "a", Count: 1}}, K1: 1.2, B: 0.75}}}
		change(q)
		return q
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	require.NoError(t, rag.CheckRecords(record(func(*rag.Record) {})))
	require.NoError(t, rag.CheckRecords(record(func(r *rag.Record) { r.Vector = nil })))
	require.NoError(t, rag.CheckReplace("t", []string{"d"}, record(func(*rag.Record) {})))
	require.NoError(t, rag.CheckSelector(&rag.Selector{All: true}))
	require.NoError(t, rag.CheckSearch(search(func(*rag.Search) {})))
	require.NoError(t, rag.CheckCompletion(&rag.Completion{K: 1}))
	for name, err := range map[string]error{
		"no id":          rag.CheckRecords(record(func(r *rag.Record) { r.Chunk.ID = "" })),
		"terms on dense": rag.CheckRecords(record(func(r *rag.Record) { r.Terms[rag.Dense] = nil })),
		"no count":       rag.CheckRecords(record(func(r *rag.Record) { r.Terms[rag.Words][0].Count = 0 })),
		"NaN count":      rag.CheckRecords(record(func(r *rag.Record) { r.Terms[rag.Words][0].Count = nan })),
		"NaN vector":     rag.CheckRecords(record(func(r *rag.Record) { r.Vector[0] = nan })),
		"endless vector": rag.CheckRecords(record(func(r *rag.Record) { r.Vector[0] = inf })),
		"zero vector":    rag.CheckRecords(record(func(r *rag.Record) { r.Vector[0] = 0 })),
		"tenant":         rag.CheckReplace("u", []string{"d"}, record(func(*rag.Record) {})),
		"document":       rag.CheckReplace("t", []string{"e"}, record(func(*rag.Record) {})),
		"nothing":        rag.CheckSelector(&rag.Selector{}),
		"two things":     rag.CheckSelector(&rag.Selector{All: true, Chunks: []string{"c"}}),
		"no search":      rag.CheckSearch(nil),
		"no K":           rag.CheckSearch(search(func(q *rag.Search) { q.K = 0 })),
		"no leg":         rag.CheckSearch(&rag.Search{K: 1}),
		"NaN query":      rag.CheckSearch(search(func(q *rag.Search) { q.Vector = rag.Vector{nan} })),
		"a leg twice":    rag.CheckSearch(search(func(q *rag.Search) { q.Sparse = append(q.Sparse, q.Sparse[0]) })),
		"K1":             rag.CheckSearch(search(func(q *rag.Search) { q.Sparse[0].K1 = -1 })),
		"B":              rag.CheckSearch(search(func(q *rag.Search) { q.Sparse[0].B = 1.5 })),
		"weight":         rag.CheckSearch(search(func(q *rag.Search) { q.Sparse[0].Terms[0].Count = nan })),
		"no completion":  rag.CheckCompletion(nil),
	} {
		require.Error(t, err, name)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), name)
	}
}
