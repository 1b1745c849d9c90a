package pgstore

import (
	"cmp"
	"database/sql"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pgvector/pgvector-go"
	pgxvector "github.com/pgvector/pgvector-go/pgx"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag"
)

// rowSet is a tenant's records as rows of the tables, before the tenant's number
// and those of the terms are known.
type rowSet struct {
	recs    []rag.Record
	bodies  [][]byte
	legs    [][]legEntries // by record; a term is its index in the set
	lists   []termList     // by term and block
	terms   pgkit.Keys     // the different terms
	forms   pgkit.Bytes    // by term: its text, if it can be completed
	termLeg pgkit.Keys     // their legs
	records pgkit.Int8s    // by term: in how many records it stands
	stats   map[rag.Leg]*legRow
	vectors int
}

// termList is a term's postings in a block.
type termList struct {
	term, block int
	list        []byte
}

// indexer finds a term's index in the set, and its list in the block at hand.
type indexer struct {
	terms map[rag.Leg]map[string]int
	lists []int // by term, as the number of the list that it got last and 1; 0 for none
}

func newRowSet(recs []rag.Record) (*rowSet, error) {
	set := &rowSet{recs: recs, stats: map[rag.Leg]*legRow{}}
	x := &indexer{terms: map[rag.Leg]map[string]int{}}
	for i := range recs {
		body, err := encodeBody(&recs[i])
		if err != nil {
			return nil, err
		}
		set.bodies = append(set.bodies, body)
		set.legs = append(set.legs, nil)
		for leg, terms := range recs[i].Terms {
			if len(terms) > 0 {
				set.post(i, leg, terms, x)
			}
		}
		if len(recs[i].Vector) > 0 {
			set.vectors++
		}
	}
	return set, nil
}

// post counts a record's terms on a leg. One that is given twice counts as often as both.
func (set *rowSet) post(record int, name rag.Leg, terms []rag.Term, x *indexer) {
	stats := set.stats[name]
	if stats == nil {
		stats = &legRow{Leg: pgkit.KeyOf(string(name))}
		set.stats[name] = stats
	}
	l := legEntries{leg: stats.Leg}
	at := make(map[int64]int, len(terms))
	for _, t := range terms {
		n := int64(set.number(name, t.Text, x))
		l.length += float64(t.Count)
		if i, twice := at[n]; twice {
			l.terms[i].count += t.Count
			continue
		}
		at[n] = len(l.terms)
		l.terms = append(l.terms, entry{n, t.Count})
	}
	for _, e := range l.terms {
		set.records[e.term]++
		i := set.list(int(e.term), record/blockSize, x)
		set.lists[i].list = appendPosting(set.lists[i].list, posting{uint16(record % blockSize), e.count, float32(l.length)})
	}
	set.legs[record] = append(set.legs[record], l)
	stats.Records++
	stats.Total += l.length
}

// number gives a term's index in the set.
func (set *rowSet) number(leg rag.Leg, term string, x *indexer) int {
	known := x.terms[leg]
	if known == nil {
		known = map[string]int{}
		x.terms[leg] = known
	}
	n, ok := known[term]
	if !ok {
		n = len(set.terms)
		known[term] = n
		set.termLeg, set.terms, set.records = append(set.termLeg, set.stats[leg].Leg), append(set.terms, termKey(leg, term)), append(set.records, 0)
		x.lists = append(x.lists, 0)
		var form []byte
		if leg == rag.Forms {
			form = append([]byte{}, term...)
		}
		set.forms = append(set.forms, form)
	}
	return n
}

// list gives the number of a term's list in the block at hand.
func (set *rowSet) list(term, block int, x *indexer) int {
	if i := x.lists[term] - 1; i >= 0 && set.lists[i].block == block {
		return i
	}
	set.lists = append(set.lists, termList{term, block, nil})
	x.lists[term] = len(set.lists)
	return len(set.lists) - 1
}

// insert writes the rows, whose chunks get the numbers from t.Next on.
func (set *rowSet) insert(tx *gorm.DB, conn *sql.Conn, t *tenantRow) error {
	ids, err := set.learn(tx, t.ID)
	if err != nil {
		return err
	}
	linked, err := set.linked(tx)
	if err != nil {
		return err
	}
	return copying(conn, func(pg *pgx.Conn) error {
		ctx := tx.Statement.Context
		if _, err := pg.CopyFrom(ctx, pgx.Identifier{chunkTable}, chunkColumns, pgx.CopyFromSlice(len(set.recs), func(i int) ([]any, error) {
			return set.chunkRow(t, i, ids), nil
		})); err != nil {
			return err
		}
		slices.SortFunc(set.lists, func(a, b termList) int { // as the table's index has them
			return cmp.Or(cmp.Compare(ids[a.term], ids[b.term]), cmp.Compare(a.block, b.block))
		})
		if _, err := pg.CopyFrom(ctx, pgx.Identifier{postingTable}, postingColumns, pgx.CopyFromSlice(len(set.lists), func(i int) ([]any, error) {
			l := &set.lists[i]
			return []any{ids[l.term], blockOf(t, l.block), l.list}, nil
		})); err != nil {
			return err
		}
		if set.vectors == 0 {
			return nil
		}
		if _, known := pg.TypeMap().TypeForName("vector"); !known {
			if err := pgxvector.RegisterTypes(ctx, pg); err != nil {
				return err
			}
		}
		_, err := pg.CopyFrom(ctx, pgx.Identifier{vectorTable(set.dims())}, []string{"tenant", "n", "exact", "linked"}, set.vectorRows(t, linked))
		return err
	})
}

// copying gives f the connection of a transaction, which GORM has no COPY for.
func copying(conn *sql.Conn, f func(pg *pgx.Conn) error) error {
	return conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return errDriver
		}
		return f(c.Conn())
	})
}

var (
	chunkColumns = []string{"tenant", "n", "key", "document", "document_id", "readers", "source_site", "content_type", "language", "tags",
		"published", "published_nano", "block", "terms", "body"}
	postingColumns = []string{"term", "block", "list"}
)

// learn adds the terms to the dictionary and to the statistics, and gives their numbers.
func (set *rowSet) learn(tx *gorm.DB, tenant int32) ([]int64, error) {
	for _, stats := range set.stats {
		stats.Tenant = tenant
		more := clause.OnConflict{
			Columns: []clause.Column{{Name: "tenant"}, {Name: "leg"}},
			DoUpdates: clause.Assignments(map[string]any{
				"records": gorm.Expr("akshara_legs.records + excluded.records"),
				"total":   gorm.Expr("akshara_legs.total + excluded.total"),
			}),
		}
		if err := tx.Clauses(more).Create(stats).Error; err != nil {
			return nil, err
		}
	}
	if len(set.terms) == 0 {
		return nil, nil
	}
	var rows []struct{ Place, ID int64 }
	err := tx.Table("akshara_learn(?, ?::uuid[], ?::uuid[], ?::bigint[], ?::bytea[])", tenant, set.termLeg, set.terms, set.records, set.forms).
		Select("place", "id").Find(&rows).Error
	ids := make([]int64, len(set.terms))
	for _, row := range rows {
		ids[row.Place-1] = row.ID
	}
	return ids, err
}

func (set *rowSet) chunkRow(t *tenantRow, i int, ids []int64) []any {
	r := &set.recs[i]
	var published *int64
	if !r.Source.PublishedAt.IsZero() {
		seconds := r.Source.PublishedAt.Unix()
		published = &seconds
	}
	return []any{
		t.ID, t.Next + int64(i), [16]byte(pgkit.KeyOf(r.Chunk.ID)), [16]byte(pgkit.KeyOf(r.Chunk.DocumentID)), pgkit.Escape(r.Chunk.DocumentID),
		some(escapeAll(r.Readers)), pgkit.Escape(r.Source.SourceSite), pgkit.Escape(r.Source.ContentType), pgkit.Escape(string(r.Source.Language)),
		some(escapeAll(r.Source.Tags)), published, int32(r.Source.PublishedAt.Nanosecond()),
		blockOf(t, i/blockSize), encodeEntries(set.legs[i], ids), set.bodies[i],
	}
}

// some gives an empty list for nil, which a column would take as NULL.
func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// blockOf gives the number of a block of the set: that of its first chunk.
func blockOf(t *tenantRow, i int) int64 { return t.Next + int64(i)*blockSize }

func (set *rowSet) vectorRows(t *tenantRow, linked bool) pgx.CopyFromSource {
	i := -1
	return pgx.CopyFromFunc(func() ([]any, error) {
		for i++; i < len(set.recs); i++ {
			if v := set.recs[i].Vector; len(v) > 0 {
				return []any{t.ID, t.Next + int64(i), pgvector.NewVector(unit(v)), linked}, nil
			}
		}
		return nil, nil
	})
}

// dims gives the length of the vectors, which is the same for all.
func (set *rowSet) dims() int {
	for i := range set.recs {
		if n := len(set.recs[i].Vector); n > 0 {
			return n
		}
	}
	return 0
}
