package pgstore

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/pgvector/pgvector-go"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag/internal/quant"
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
	// codeWidth is of how many at least that are nearest by their codes, and that the
	// asker may see, the vectors are compared: four times K.
	codeWidth = 56
	// slack is how many candidates more than K are scored anew, since they were
	// ordered by half precision.
	slack = 10
)

// searchSettings are read together with the tenant's row. They hold for the
// transaction: the order of candidates is the index's, which sorting everything
// would give too. Its plan is always the same, and planning anew would take half a
// millisecond.
const searchSettings = `id, model, dims, vectors, next, coalesce(to_regclass(?), to_regclass(?)) IS NOT NULL AS indexed,
	coalesce((SELECT reltuples::bigint FROM pg_catalog.pg_class WHERE oid = to_regclass(?)), 0) AS rows,
	set_config('hnsw.ef_search', ?, true), set_config('hnsw.max_scan_tuples', ?, true),
	set_config('hnsw.iterative_scan', 'off', true), set_config('jit', 'off', true),
	set_config('enable_sort', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)`

// enter gives the tenant's row, or nil when there is none, and has the server keep its
// plans. For a search by the HNSW index it sets how that is searched, too; all holds
// for the transaction.
func (f *finder) enter(indexed bool) (*tenantRow, error) {
	var t tenantRow
	query := f.tx.Table(tenantRow{}.TableName()).Where("key = ?::uuid", pgkit.KeyOf(f.q.Tenant)).Limit(1)
	if !indexed {
		query = query.Select("id, model, dims, vectors, next, set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)")
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

func (f *finder) dense(had *codeSet) ([]scored, error) {
	quick, err := f.quick(had)
	if err != nil {
		return nil, err
	}
	if quick != nil {
		if list, err := quick(); err != nil || len(list) >= f.q.K {
			return best(list, f.q.K), err
		}
	}
	list, _, err := f.nearest(all)
	return best(list, f.q.K), err
}

// quick gives how to search without comparing every vector of the tenant; nil if
// every one is to be compared.
func (f *finder) quick(had *codeSet) (func() ([]scored, error), error) {
	if f.q.Exact || len(f.q.Filter.DocumentIDs) > 0 {
		return nil, nil
	}
	set, err := f.coding(had)
	if err != nil {
		return nil, err
	}
	if set != nil {
		return func() ([]scored, error) { return f.coded(set) }, nil
	}
	if had != nil { // it was of no use after all
		if f.tenant, err = f.enter(true); err != nil {
			return nil, err
		}
	}
	if f.few() {
		return nil, nil
	}
	return f.indexed, nil
}

// coded gives the best of those that may be nearest by their codes and of what is
// not coded yet, or less than K when too few of them may be seen. Without a filter
// the asker is taken to see most: then the nearest are compared and looked up after
// it, until there are K. Otherwise they are looked up before.
func (f *finder) coded(set *codeSet) ([]scored, error) {
	s := f.cache.scratch.Get().(*quant.Scratch)
	defer f.cache.scratch.Put(s)
	f.since, f.want = set.next, max(codeWidth, 4*f.q.K)
	widths := []int{f.want, min(30*f.want, searchEnd), max(2*f.want, searchEnd)}
	parts := []part{newer, near}
	if !f.unfiltered() {
		widths, parts[1] = widths[1:], seen
	}
	if f.tenant.Next <= set.next {
		parts = parts[1:]
	}
	for _, n := range widths {
		if err := f.findNear(set, n, s); err != nil {
			return nil, err
		}
		list, last, err := f.nearest(parts...)
		if err != nil || last >= f.want*2/3 || last >= f.q.K && n == widths[len(widths)-1] || len(f.near) == len(set.numbers) {
			return list, err
		}
		parts[len(parts)-1] = seen
	}
	return nil, nil
}

// findNear finds the n vectors that are nearest by their codes, nearest first.
func (f *finder) findNear(set *codeSet, n int, s *quant.Scratch) error {
	rows := len(set.numbers)
	n = min(n, rows)
	cuts := quant.CutsFor(rows, f.q.K)
	cuts = quant.Cuts{First: max(cuts.First, 12*n), Second: max(cuts.Second, 4*n), Third: n}
	found, err := set.codes.Nearest(f.tx.Statement.Context, unit(f.q.Vector), cuts, nil, s)
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b quant.Candidate) int { return cmp.Compare(b.Score, a.Score) })
	f.near = make(pgkit.Int8s, len(found))
	for i, it := range found {
		f.near[i] = set.numbers[it.Row]
	}
	return nil
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

// few tells whether comparing every vector of the tenant is cheaper than the HNSW index.
func (f *finder) few() bool {
	t := f.tenant
	rows := max(t.Rows, t.Vectors)
	return !t.Indexed || t.Vectors <= exactRows || t.Vectors*t.Vectors <= exactShare*rows
}

// part is which of a tenant's vectors are searched.
type part int

const (
	all    part = iota // compared one by one
	fresh              // those that wait to be linked, compared one by one
	linked             // by the HNSW index
	near               // those that are near by their codes
	seen               // the first of these that the asker may see
	newer              // those that have no code yet, compared one by one
)

// nearest gives the best of the vectors of each part that the asker may see, K and
// some more, in one statement, and how many of the last part were found; of those that
// are near by their codes, about how many the asker may see.
func (f *finder) nearest(parts ...part) (list []scored, last int, err error) {
	text := pgvector.NewVector(unit(f.q.Vector)).String() // written once
	queries := make([]any, len(parts))
	for i, p := range parts {
		if p == all { // what is best depends on the tenant
			if err := set(f.tx, "plan_cache_mode", "auto"); err != nil {
				return nil, 0, err
			}
		}
		switch p {
		case near:
			queries[i] = f.thenSeen(text)
		case seen:
			queries[i] = f.firstSeen(text)
		default:
			queries[i] = f.candidates(p, text)
		}
	}
	from := strings.Repeat(" UNION ALL (?)", len(parts))[len(" UNION ALL "):]
	rows, err := f.tx.Table("("+from+") AS found", queries...).Select("n", "score", "body", "part", "reach").Rows()
	if err != nil {
		return nil, 0, err
	}
	reached := 0
	for rows.Next() {
		var it scored
		var body []byte
		var p part
		var reach int
		if err := rows.Scan(&it.N, &it.Score, &body, &p, &reach); err != nil {
			return nil, 0, cmp.Or(rows.Close(), err)
		}
		list, f.bodies[it.N] = append(list, it), body
		if p == parts[len(parts)-1] {
			last++
			reached = max(reached, reach)
		}
	}
	switch p := parts[len(parts)-1]; {
	case p == near && last == f.q.K+slack: // there may be more
		last = len(f.near) * last / reached
	case p == seen:
		last = reached
	}
	return list, last, cmp.Or(rows.Err(), rows.Close())
}

// byDistance orders by the distance in half precision, as no index does.
const byDistance = "(v.half <#> ?::halfvec) + 0"

// candidates selects the vectors of a part that the asker may see, in the order of
// their distance in half precision; each is looked up among the chunks until there
// are enough.
func (f *finder) candidates(p part, query string) *gorm.DB {
	order := byDistance
	from := f.tx.Table(vectorTable(f.tenant.Dims)+" AS v").Select("v.n", "v.exact").Where("v.tenant = ?", f.tenant.ID)
	switch p {
	case fresh:
		from = from.Where("NOT v.linked")
	case linked:
		from, order = from.Where("v.linked"), "v.half <#> ?::halfvec"
	case newer: // the upper bound lets the planner expect few, whatever the numbers
		from = from.Where("v.n BETWEEN ? AND ?", f.since, f.tenant.Next)
	}
	if len(f.q.Filter.DocumentIDs) > 0 {
		from = from.Where("v.n IN (?)", f.seen())
	}
	from = from.Order(clause.OrderBy{Expression: clause.Expr{SQL: order, Vars: []any{query}}})
	return f.tx.Table("(?) AS v", from).Joins("JOIN LATERAL (?) AS c ON true", f.visible()).
		Select("v.n, -(v.exact <#> ?::vector) AS score, c.body, ?::int AS part, 0::bigint AS reach", query, p).Limit(f.q.K + slack)
}

// thenSeen selects the best of the vectors that are near by their codes, of those
// that the asker may see, with the place of each among all of them.
func (f *finder) thenSeen(query string) *gorm.DB {
	from := f.tx.Table(vectorTable(f.tenant.Dims)+" AS v").Where("v.tenant = ? AND v.n = ANY (?::bigint[])", f.tenant.ID, f.near).
		Select("v.n, v.exact, row_number() OVER (ORDER BY "+byDistance+") AS place", query).Order("place")
	return f.tx.Table("(?) AS v", from).Joins("JOIN LATERAL (?) AS c ON true", f.visible()).
		Select("v.n, -(v.exact <#> ?::vector) AS score, c.body, ?::int AS part, v.place AS reach", query, near).Limit(f.q.K + slack)
}

// firstSeen selects the best of the first vectors by their codes that the asker may
// see, with how many those are.
func (f *finder) firstSeen(query string) *gorm.DB {
	given := f.tx.Table("unnest(?::bigint[]) WITH ORDINALITY AS g (n, place)", f.near).Select("n").Order("place")
	visible := f.tx.Table("(?) AS v", given).Joins("JOIN LATERAL (?) AS c ON true", f.visible()).Select("v.n", "c.body").Limit(f.want)
	order := clause.OrderBy{Expression: clause.Expr{SQL: byDistance, Vars: []any{query}}}
	best := f.tx.Table("(?) AS c", visible).Joins("JOIN "+vectorTable(f.tenant.Dims)+" AS v ON v.tenant = ? AND v.n = c.n", f.tenant.ID).
		Select("c.n", "c.body", "v.exact", "count(*) OVER () AS reach").Order(order).Limit(f.q.K + slack)
	return f.tx.Table("(?) AS v", best).Select("v.n, -(v.exact <#> ?::vector) AS score, v.body, ?::int AS part, v.reach", query, seen)
}
