package weaviatestore

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/akshara-go/akshara/rag"
)

// Weaviate's BM25 has one K1 and B for all, whole counts, and statistics that
// include what is dead; so it only finds candidates, whose scores are computed
// here from what is stored with them.

// bm25 is a leg of a query.
type bm25 struct {
	leg     rag.Leg
	terms   []weighted
	records float64
	fixed   float64 // K1·(1−B)
	slope   float64 // K1·B/avg: what a record's length is multiplied with
}

// weighted is a term of a query.
type weighted struct {
	code   string
	weight float64
	alias  string // of the number of records that have it
	df     int    // that number, or unknown
}

// sparse asks for the candidates of every leg and in how many records each term stands.
func (f *finder) sparse(r *request) []*bm25 {
	var legs []*bm25
	for i := range f.q.Sparse {
		l := &f.q.Sparse[i]
		stats := f.head.Legs[l.Leg]
		if stats.Records == 0 || stats.Total <= 0 {
			continue
		}
		b := &bm25{leg: l.Leg, records: float64(stats.Records), fixed: l.K1 * (1 - l.B), slope: l.K1 * l.B * float64(stats.Records) / stats.Total}
		b.weigh(l, i)
		if len(b.terms) == 0 {
			continue
		}
		legs = append(legs, b)
		f.counts = f.askFrequencies(r, b.terms, drift) || f.counts
		r.get(b.alias(), "meta counts", min(max(shortlist, 4*f.q.K), most),
			`bm25:{query:"`+b.query()+`",properties:["terms"]}`, "where:"+f.seen.String())
	}
	return legs
}

func (b *bm25) alias() string { return "leg" + b.terms[0].alias }

// weigh gives each term once, with all its weight.
func (b *bm25) weigh(l *rag.SparseLeg, number int) {
	at := map[string]int{}
	for _, t := range l.Terms {
		if t.Count == 0 {
			continue
		}
		j, ok := at[t.Text]
		if !ok {
			j = len(b.terms)
			at[t.Text] = j
			b.terms = append(b.terms, weighted{code: termCode(l.Leg, t.Text), alias: fmt.Sprintf("term%dx%d", number, j)})
		}
		b.terms[j].weight += float64(t.Count)
	}
}

// query repeats terms by their weight, in quarters of the greatest, for that is how Weaviate's BM25 weighs.
func (b *bm25) query() string {
	greatest := 0.0
	for _, t := range b.terms {
		greatest = max(greatest, t.weight)
	}
	var words []string
	for _, t := range b.terms {
		for range max(1, int(4*t.weight/greatest+0.5)) {
			words = append(words, t.code)
		}
	}
	return strings.Join(words, " ")
}

// rank gives the best k candidates. Of equal scores the smaller id is better.
func (b *bm25) rank(a *answer, k int) ([]scored, error) {
	weights := map[string]float64{}
	for _, t := range b.terms {
		df := float64(t.df)
		weights[shortCode(t.code)] = t.weight * math.Log(1+(b.records-df+0.5)/(df+0.5))
	}
	var list []scored
	for _, it := range a.objects[b.alias()] {
		m, err := decodeMeta(&it)
		if err != nil {
			return nil, err
		}
		norm, score := b.fixed+b.slope*m.Sizes[b.leg], 0.0
		err = eachCount(it.Counts, func(code string, count float64) {
			if weight, ok := weights[code]; ok {
				score += weight * count / (count + norm)
			}
		})
		if err != nil {
			return nil, err
		}
		if score > 0 {
			list = append(list, scored{it.Additional.ID, score})
		}
	}
	slices.SortFunc(list, func(x, y scored) int { return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.id, y.id)) })
	return list[:min(k, len(list))], nil
}
