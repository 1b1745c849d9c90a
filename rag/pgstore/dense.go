package pgstore

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/pgvector/pgvector-go"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/akshara-go/akshara/observe/pgkit"
)

// How the dense leg searches. The figures behind them are BenchmarkStore's.
const (
	// An HNSW search looks at this many candidates at least, and goes on in steps
	// of as many while too few of those it found may be seen. It is a step of 20
	// above the first that found .99 of the even ones of the judged queries, since
	// the odd ones had a little less there (.9899); both then have .992.
	searchWidth = 180
	// It gives up after so many, and every vector of the tenant is compared.
	searchEnd = 5000
	// exactRows is up to how many vectors of a tenant are compared one by one
	// whatever else the table holds.
	exactRows = 3000
	// exactShare is the cost of an HNSW search in vectors compared one by one: a
	// tenant with n of a table's N vectors is compared one by one while n is no
	// more than exactShare·N/n, which is what HNSW, of whose candidates N/n are
	// other tenants' for each that counts, costs then.
	exactShare = 1000
	// widelyShared is 1 by the share of the table's vectors that a tenant has at
	// least whose searches, without a filter, take searchWidth candidates and go on
	// only when too few of them may be seen. To be able to go on, a search keeps
	// what it passed by, which costs it a sixth.
	widelyShared = 4
	// slack is how many candidates more than K are scored anew, since they were
	// ordered by half precision.
	slack = 10
)

// searchSettings are read together with the tenant's row. They hold for the
// transaction: the order of candidates is the index's, which sorting everything
// would give too. Its plan is always the same, and planning anew would take half a
// millisecond.
const searchSettings = `id, model, dims, vectors, coalesce(to_regclass(?), to_regclass(?)) IS NOT NULL AS indexed,
	coalesce((SELECT reltuples::bigint FROM pg_catalog.pg_class WHERE oid = to_regclass(?)), 0) AS rows,
	set_config('hnsw.ef_search', ?, true), set_config('hnsw.max_scan_tuples', ?, true),
	set_config('hnsw.iterative_scan', 'off', true), set_config('jit', 'off', true),
	set_config('enable_sort', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)`

// enter gives the tenant's row, or nil when there is none, and sets how the
// server is to search in this transaction.
func (f *finder) enter() (*tenantRow, error) {
	var t tenantRow
	query := f.tx.Table(tenantRow{}.TableName()).Where("key = ?::uuid", pgkit.KeyOf(f.q.Tenant)).Limit(1)
	if len(f.q.Vector) == 0 || f.lexical {
		query = query.Select("id", "model", "dims", "vectors")
	} else {
		width := min(1000, max(searchWidth, f.q.K+slack))
		dims := len(f.q.Vector)
		query = query.Select(searchSettings, vectorIndex(dims), firstVectorIndex(dims), vectorTable(dims), strconv.Itoa(width), strconv.Itoa(searchEnd))
	}
	if err := query.Find(&t).Error; err != nil || t.ID == 0 {
		return nil, err
	}
	return &t, nil
}

func (f *finder) dense() ([]scored, error) {
	k := f.q.K
	if !f.exact() {
		list, err := f.indexed()
		if err != nil || len(list) >= k {
			return best(list, k), err
		}
	}
	list, _, err := f.nearest(all)
	return best(list, k), err
}

// indexed gives what the HNSW index finds and the best of what is not in it yet,
// or nothing when the index finds too few, so that all are compared. A search that
// finds too few is begun again as one that goes on until it has enough, or has
// looked at searchEnd candidates.
func (f *finder) indexed() ([]scored, error) {
	if f.unfiltered() && widelyShared*f.tenant.Vectors >= f.tenant.Rows {
		list, found, err := f.nearest(fresh, linked)
		if err != nil || found >= f.q.K+slack {
			return list, err
		}
	}
	if err := set(f.tx, "hnsw.iterative_scan", "relaxed_order"); err != nil {
		return nil, err
	}
	list, found, err := f.nearest(fresh, linked)
	if err != nil || found < f.q.K {
		return nil, err
	}
	return list, nil
}

func (f *finder) unfiltered() bool {
	filter := &f.q.Filter
	return len(filter.SourceSites) == 0 && len(filter.Tags) == 0 && len(filter.DocumentIDs) == 0 &&
		filter.ContentType == "" && filter.Language == "" && filter.DateFrom.IsZero() && filter.DateTo.IsZero()
}

// exact tells whether every vector of the tenant is to be compared.
func (f *finder) exact() bool {
	t := f.tenant
	rows := max(t.Rows, t.Vectors)
	return f.q.Exact || !t.Indexed || t.Vectors <= exactRows || t.Vectors*t.Vectors <= exactShare*rows || len(f.q.Filter.DocumentIDs) > 0
}

// part is which of a tenant's vectors are searched.
type part int

const (
	all    part = iota // compared one by one
	fresh              // those that wait to be linked, compared one by one
	linked             // by the HNSW index
)

// nearest gives the best K of the vectors of each part that the asker may see and
// some more, in one statement, and how many the last part has.
func (f *finder) nearest(parts ...part) (list []scored, last int, err error) {
	text := pgvector.NewVector(unit(f.q.Vector)).String() // written once
	queries := make([]any, len(parts))
	for i, p := range parts {
		if p == all { // what is best depends on the tenant
			if err := set(f.tx, "plan_cache_mode", "auto"); err != nil {
				return nil, 0, err
			}
		}
		queries[i] = f.candidates(p, text).Limit(f.q.K + slack)
	}
	from := strings.Repeat(" UNION ALL (?)", len(parts))[len(" UNION ALL "):]
	rows, err := f.tx.Table("("+from+") AS found", queries...).Select("n", "score", "body", "part").Rows()
	if err != nil {
		return nil, 0, err
	}
	for rows.Next() {
		var it scored
		var body []byte
		var p part
		if err := rows.Scan(&it.N, &it.Score, &body, &p); err != nil {
			return nil, 0, cmp.Or(rows.Close(), err)
		}
		list, f.bodies[it.N] = append(list, it), body
		if p == parts[len(parts)-1] {
			last++
		}
	}
	return list, last, cmp.Or(rows.Err(), rows.Close())
}

// candidates selects the vectors of a part that the asker may see, in the order of
// their distance in half precision; each is looked up among the chunks until there
// are enough.
func (f *finder) candidates(p part, query string) *gorm.DB {
	order := "(v.half <#> ?::halfvec) + 0" // which no index gives
	from := f.tx.Table(vectorTable(f.tenant.Dims)+" AS v").Select("v.n", "v.exact").Where("v.tenant = ?", f.tenant.ID)
	switch p {
	case fresh:
		from = from.Where("NOT v.linked")
	case linked:
		from, order = from.Where("v.linked"), "v.half <#> ?::halfvec"
	}
	if len(f.q.Filter.DocumentIDs) > 0 {
		from = from.Where("v.n IN (?)", f.seen())
	}
	from = from.Order(clause.OrderBy{Expression: clause.Expr{SQL: order, Vars: []any{query}}})
	return f.tx.Table("(?) AS v", from).Joins("JOIN LATERAL (?) AS c ON true", f.visible()).
		Select("v.n, -(v.exact <#> ?::vector) AS score, c.body, ?::int AS part", query, p)
}
