package weaviatestore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/akshara-go/akshara/rag"
)

const (
	// shortlist is how many candidates of a leg are scored at least, as a rule.
	shortlist    = 200
	bodiesAtOnce = 500
)

// scored is a chunk with its score on one leg.
type scored struct {
	id    string
	score float64
}

// Search implements [rag.Store].
func (s *Store) Search(ctx context.Context, q *rag.Search) ([]rag.Hit, error) {
	if err := rag.CheckSearch(q); err != nil {
		return nil, err
	}
	var hits []rag.Hit
	err := s.read(ctx, q.Tenant, func(v *view) error {
		var err error
		hits, err = (&finder{view: v, q: q}).find()
		return err
	})
	if err != nil {
		return nil, err
	}
	return hits, ctx.Err()
}

// finder carries out one search on one replica.
type finder struct {
	*view
	q    *rag.Search
	seen condition // alive, and may be seen by the asker

	counts bool // the request counts in how many records terms stand
}

func (f *finder) find() ([]rag.Hit, error) {
	if f.head.Chunks == 0 {
		return nil, nil
	}
	dense := len(f.q.Vector) > 0 && f.head.Vectors > 0
	if dense {
		if given := (rag.EmbedModel{Name: f.q.Model.Name, Dimensions: len(f.q.Vector)}); given != f.head.Model || f.q.Model != given {
			return nil, rag.MismatchFault(f.head.Model, given)
		}
	}
	f.seen = all(append([]condition{f.head.alive()}, visible(f.q.Readers, &f.q.Filter)...)...)
	r := f.request()
	if dense {
		f.askDense(r)
	}
	legs := f.sparse(r)
	if f.counts {
		if err := f.settled(); err != nil {
			return nil, err
		}
	}
	a, err := f.ask(r)
	if err != nil {
		return nil, err
	}
	lists := map[rag.Leg][]scored{}
	if dense {
		for _, it := range a.objects["dense"] {
			lists[rag.Dense] = append(lists[rag.Dense], scored{it.Additional.ID, 1 - it.Additional.Distance})
		}
	}
	for _, b := range legs {
		f.learnFrequencies(a, b.terms, int(b.records))
		if lists[b.leg], err = b.rank(a, f.q.K); err != nil {
			return nil, err
		}
	}
	return f.load(lists)
}

// askDense asks for the nearest vectors. Of fewer than 40,000 that may be seen
// Weaviate compares all; of more it follows its HNSW index.
func (f *finder) askDense(r *request) {
	values := make([]string, len(f.q.Vector))
	for i, x := range unit(f.q.Vector) {
		values[i] = fmt.Sprint(x)
	}
	near := fmt.Sprintf(`nearVector:{vector:[%s],targetVectors:["%s"]}`, strings.Join(values, ","), vectorName(len(values)))
	r.get("dense", "+distance", min(f.q.K, most), near, "where:"+f.seen.String())
}

// merge gives each record of the legs once, with its scores, and where it is by
// its object's id.
func merge(lists map[rag.Leg][]scored) (hits []rag.Hit, ids []string, at map[string]int) {
	at = map[string]int{}
	for leg, list := range lists {
		for _, it := range list {
			i, ok := at[it.id]
			if !ok {
				i = len(hits)
				at[it.id] = i
				ids, hits = append(ids, it.id), append(hits, rag.Hit{Scores: map[rag.Leg]float64{}})
			}
			hits[i].Scores[leg] = it.score
		}
	}
	return hits, ids, at
}

// load gives the records of all legs with their scores. A record that is gone
// meanwhile, or a count that is another, means that the tenant changed amid the
// search; so it is asked for when there is no record, too. One chunk in two versions
// means that the replica is catching up: it has a marker before all of its batch.
func (f *finder) load(lists map[rag.Leg][]scored) ([]rag.Hit, error) {
	hits, ids, at := merge(lists)
	read := map[string]bool{} // chunks
	for from := 0; from == 0 || from < len(ids); from += bodiesAtOnce {
		part := ids[from:min(from+bodiesAtOnce, len(ids))]
		r := f.request()
		if len(part) > 0 {
			r.get("bodies", "body", len(part), "where:"+anyOf("id", part...).String())
		}
		a, err := f.ask(r)
		if err != nil {
			return nil, err
		}
		for _, it := range a.objects["bodies"] {
			i, ok := at[it.Additional.ID]
			if !ok {
				continue
			}
			if hits[i].Record, err = decodeBody(it.Body, f.tenant); err != nil {
				return nil, err
			}
			read[hits[i].Record.Chunk.ID] = true
		}
	}
	if len(read) != len(ids) {
		return nil, errTurn
	}
	return hits, nil
}

// DocumentFrequency gives the number of the tenant's records that have terms for
// the leg, and for each of terms in how many of those it stands, which may be
// wrong by a thousandth but for the leg [rag.Made].
func (s *Store) DocumentFrequency(ctx context.Context, tenant string, leg rag.Leg, terms []string) (records int, frequency []int, err error) {
	frequency = make([]int, len(terms))
	err = s.read(ctx, tenant, func(v *view) error {
		records = v.head.Legs[leg].Records
		clear(frequency)
		if records == 0 || len(terms) == 0 {
			return nil
		}
		list := make([]weighted, len(terms))
		for i, t := range terms {
			list[i] = weighted{code: termCode(leg, t), alias: fmt.Sprint("term", i)}
		}
		r, drift := v.request(), int64(drift)
		if leg == rag.Made {
			drift = exactly
		}
		if v.askFrequencies(r, list, drift) {
			if err := v.settled(); err != nil {
				return err
			}
		}
		a, err := v.ask(r)
		if err != nil {
			return err
		}
		v.learnFrequencies(a, list, records)
		for i, t := range list {
			frequency[i] = t.df
		}
		return nil
	})
	return records, frequency, err
}

// Documents gives the ids of the tenant's documents that have records, sorted. It reads every record.
func (s *Store) Documents(ctx context.Context, tenant string) ([]string, error) {
	var ids []string
	err := s.read(ctx, tenant, func(v *view) error {
		ids = nil
		return v.scan("meta body", func(list []found) error {
			for _, it := range list {
				r, err := decodeBody(it.Body, tenant)
				if err != nil {
					return err
				}
				ids = append(ids, r.Chunk.DocumentID)
			}
			slices.Sort(ids)
			ids = slices.Compact(ids)
			return nil
		})
	})
	return ids, err
}

// Records implements [rag.Recaller]. Vectors come back with a length of 1.
func (s *Store) Records(ctx context.Context, tenant string, documents []string) ([]rag.Record, error) {
	if err := ctx.Err(); err != nil || len(documents) == 0 {
		return nil, err
	}
	var recs []rag.Record
	err := s.read(ctx, tenant, func(v *view) error {
		recs = nil
		seen := map[string]bool{}
		fields := "body"
		if v.head.Vectors > 0 {
			fields += "+vectors{" + vectorName(v.head.Model.Dimensions) + "}"
		}
		for part := range slices.Chunk(keys(keyDocument, documents), keysAtOnce) {
			err := v.byKeys(part, fields, func(list []found) error {
				for _, it := range list {
					if seen[it.Additional.ID] {
						continue
					}
					seen[it.Additional.ID] = true
					r, err := decodeBody(it.Body, tenant)
					if err != nil {
						return err
					}
					if vector := it.Additional.Vectors[vectorName(v.head.Model.Dimensions)]; len(vector) > 0 {
						r.Vector, r.Model = vector, v.head.Model
					}
					recs = append(recs, r)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return v.settled() // no change came in between
	})
	return recs, err
}
