package ranking

import (
	"cmp"
	"context"
	"slices"

	"github.com/akshara-go/akshara/rag"
)

// DefaultRRF is the constant of [RRF] that its authors recommend.
const DefaultRRF = 60

// RRF scores a hit by its places on the legs, as an alternative to the weighted
// scores of [rag.Fuse], whose result it overwrites: the sum of 1/(K+place) over
// the legs that found it, as a share of what a hit has that is first on all.
// Equal scores share a place. It needs no weights and no common scale, and it
// throws away by how much a leg prefers its first: see the measured cost in
// BenchmarkReranking of package rag. Source: G. Cormack, C. Clarke and S.
// Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
// Learning Methods" (SIGIR 2009).
type RRF struct {
	K float64 // how little the first places differ; 0 is DefaultRRF
}

// Rerank implements [rag.Reranker].
func (r RRF) Rerank(ctx context.Context, _ *rag.Query, hits []rag.Hit) ([]rag.Hit, error) {
	if err := order(ctx, hits); err != nil {
		return nil, err
	}
	k := r.K
	if !(k > 0) {
		k = DefaultRRF
	}
	legs := map[rag.Leg]bool{}
	for i := range hits {
		hits[i].Score = 0
		for leg := range hits[i].Scores {
			legs[leg] = true
		}
	}
	most := float64(len(legs)) / (k + 1)
	for _, leg := range sorted(legs) {
		for i, place := range places(hits, leg) {
			if place > 0 {
				hits[i].Score = min(1, hits[i].Score+1/(k+float64(place))/most)
			}
		}
	}
	rag.SortHits(hits)
	return hits, nil
}

// sorted gives the legs in one order, so that sums are the same each time.
func sorted(legs map[rag.Leg]bool) []rag.Leg {
	list := make([]rag.Leg, 0, len(legs))
	for leg := range legs {
		list = append(list, leg)
	}
	slices.Sort(list)
	return list
}

// places gives the place of each hit on a leg, from 1; 0 where it was not found there.
func places(hits []rag.Hit, leg rag.Leg) []int {
	var found []int
	for i := range hits {
		if _, ok := hits[i].Scores[leg]; ok {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(a, b int) int { return cmp.Compare(hits[b].Scores[leg], hits[a].Scores[leg]) })
	out := make([]int, len(hits))
	for n, i := range found {
		out[i] = n + 1
		if n > 0 && hits[i].Scores[leg] == hits[found[n-1]].Scores[leg] {
			out[i] = out[found[n-1]]
		}
	}
	return out
}
