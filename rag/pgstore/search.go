package pgstore

import (
	"cmp"
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// scored is a chunk with its score on one leg.
type scored struct {
	N     int64
	Score float64
}

// Search implements [rag.Store]. All its statements see the database as it was
// at one moment. Of equal scores the record that was written first is better.
func (s *Store) Search(ctx context.Context, q *rag.Search) ([]rag.Hit, error) {
	if err := rag.CheckSearch(q); err != nil {
		return nil, err
	}
	var hits []rag.Hit
	err := s.db.Read(ctx, func(tx *gorm.DB) error {
		f := &finder{tx: tx, q: q, lexical: s.lexical, cache: s.codes, bodies: map[int64][]byte{}}
		var err error
		hits, err = f.find()
		return err
	})
	return hits, err
}

// finder carries out one search in one transaction.
type finder struct {
	tx      *gorm.DB
	q       *rag.Search
	lexical bool
	cache   *codeCache
	codes   *tenantCodes // nil: none are kept
	tenant  *tenantRow
	near    pgkit.Int8s      // chunks that are near by their codes
	since   int64            // from which number on chunks have no code
	want    int              // how many of those that the asker may see are compared
	bodies  map[int64][]byte // of chunks that were read, by their numbers
}

func (f *finder) find() ([]rag.Hit, error) {
	byVector := len(f.q.Vector) > 0 && !f.lexical
	var had *codeSet
	if byVector {
		if f.codes = f.cache.tenant(f.q.Tenant); f.codes != nil {
			had = f.codes.now.Load()
		}
	}
	var err error
	if f.tenant, err = f.enter(byVector && had == nil); err != nil || f.tenant == nil {
		return nil, err
	}
	legs := map[rag.Leg][]scored{}
	if len(f.q.Vector) > 0 && f.tenant.Vectors > 0 {
		if err := sameModel(f.tenant.model(), f.q.Model, f.q.Vector); err != nil {
			return nil, err
		}
		if legs[rag.Dense], err = f.dense(had); err != nil {
			return nil, err
		}
	}
	for i := range f.q.Sparse {
		l := &f.q.Sparse[i]
		if legs[l.Leg], err = f.sparse(l); err != nil {
			return nil, err
		}
	}
	return f.load(legs)
}

// load gives the records of all legs with their scores.
func (f *finder) load(legs map[rag.Leg][]scored) ([]rag.Hit, error) {
	scores := map[int64]map[rag.Leg]float64{}
	var numbers, missing pgkit.Int8s
	for leg, list := range legs {
		for _, it := range list {
			if scores[it.N] == nil {
				scores[it.N] = map[rag.Leg]float64{}
				numbers = append(numbers, it.N)
				if f.bodies[it.N] == nil {
					missing = append(missing, it.N)
				}
			}
			scores[it.N][leg] = it.Score
		}
	}
	if err := f.read(missing); err != nil {
		return nil, err
	}
	slices.Sort(numbers)
	hits := make([]rag.Hit, 0, len(numbers))
	for _, n := range numbers {
		r, err := decodeBody(f.bodies[n], f.q.Tenant)
		if err != nil {
			return nil, err
		}
		hits = append(hits, rag.Hit{Record: r, Scores: scores[n]})
	}
	return hits, nil
}

// read reads the bodies of chunks.
func (f *finder) read(numbers pgkit.Int8s) error {
	if len(numbers) == 0 {
		return nil
	}
	var rows []struct {
		N    int64
		Body []byte
	}
	err := f.tx.Table(chunkTable).Select("n", "body").Where("tenant = ? AND n = ANY (?::bigint[])", f.tenant.ID, numbers).Find(&rows).Error
	if err != nil {
		return err
	}
	if len(rows) < len(numbers) {
		return fault.New(fault.Internal, "records of the index are missing", nil)
	}
	for _, row := range rows {
		f.bodies[row.N] = row.Body
	}
	return nil
}

// visible selects the chunk that a candidate v names, if the asker may see it.
// The limit keeps the planner from looking chunks up in another way than one by
// one, in the order of the candidates.
func (f *finder) visible() *gorm.DB {
	return f.seen().Select("c.body").Where("c.n = v.n").Limit(1)
}

// seen selects the tenant's chunks that the asker may read and that the filter
// lets through, as [corpus.MayRead] and [corpus.Filter.Match] say.
func (f *finder) seen() *gorm.DB {
	query := f.tx.Table(chunkTable+" AS c").Select("c.n").Where("c.tenant = ?", f.tenant.ID).
		Where("c.readers && ?::text[]", append(slices.Clone(pgkit.Texts(f.q.Readers)), corpus.Public))
	filter := &f.q.Filter
	if len(filter.SourceSites) > 0 {
		query = query.Where("c.source_site = ANY (?::text[])", pgkit.Texts(filter.SourceSites))
	}
	if filter.ContentType != "" {
		query = query.Where("c.content_type = ?", pgkit.Escape(filter.ContentType))
	}
	if filter.Language != "" {
		query = query.Where("c.language = ?", pgkit.Escape(string(filter.Language)))
	}
	if from := filter.DateFrom; !from.IsZero() {
		query = query.Where("(c.published, c.published_nano) >= (?::bigint, ?::int)", from.Unix(), from.Nanosecond())
	}
	if to := filter.DateTo; !to.IsZero() {
		query = query.Where("(c.published, c.published_nano) <= (?::bigint, ?::int)", to.Unix(), to.Nanosecond())
	}
	if len(filter.DocumentIDs) > 0 {
		query = query.Where("c.document = ANY (?::uuid[])", f.documents())
	}
	if len(filter.Tags) > 0 {
		query = query.Where("c.tags && ?::text[]", pgkit.Texts(filter.Tags))
	}
	return query
}

func (f *finder) documents() pgkit.Keys {
	list := make(pgkit.Keys, len(f.q.Filter.DocumentIDs))
	for i, id := range f.q.Filter.DocumentIDs {
		list[i] = pgkit.KeyOf(id)
	}
	return list
}

// best gives the k best of a list, best first.
func best(list []scored, k int) []scored {
	slices.SortFunc(list, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.N, b.N))
	})
	return list[:min(k, len(list))]
}
