package pgstore

import (
	"cmp"
	"math/bits"
	"slices"

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
func (set *rowSet) insert(tx *gorm.DB, t *tenantRow) error {
	ids, err := set.learn(tx, t.ID)
	if err != nil {
		return err
	}
	if err := set.insertChunks(tx, t, ids); err != nil {
		return err
	}
	slices.SortFunc(set.lists, func(a, b termList) int { // as the table's index has them
		return cmp.Or(cmp.Compare(ids[a.term], ids[b.term]), cmp.Compare(a.block, b.block))
	})
	rows := make([]listRow, len(set.lists))
	for i, l := range set.lists {
		rows[i] = listRow{ids[l.term], blockOf(t, l.block), l.list}
	}
	if err := create(tx.Table(postingTable), rows); err != nil || set.vectors == 0 {
		return err
	}
	return set.insertVectors(tx, t)
}

// mostAtOnce bounds the rows of one statement: it may have 65,535 values.
const mostAtOnce = 2048

// create writes rows, if there are any. Each statement has a power of two of
// them: the driver prepares a statement for each number that it meets.
func create[T any](tx *gorm.DB, rows []T) error {
	tx = tx.Session(&gorm.Session{}) // each statement begins anew
	for len(rows) > 0 {
		n := min(mostAtOnce, 1<<(bits.Len(uint(len(rows)))-1))
		if err := tx.Create(rows[:n]).Error; err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

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
	if err != nil { // the last row may then hold anything
		return nil, err
	}
	ids := make([]int64, len(set.terms))
	for _, row := range rows {
		ids[row.Place-1] = row.ID
	}
	return ids, nil
}

func (set *rowSet) insertChunks(tx *gorm.DB, t *tenantRow, ids []int64) error {
	rows := make([]chunkRow, len(set.recs))
	for i := range set.recs {
		r := &set.recs[i]
		rows[i] = chunkRow{
			Tenant: t.ID, N: t.Next + int64(i), Block: blockOf(t, i/blockSize),
			Key: pgkit.KeyOf(r.Chunk.ID), Document: pgkit.KeyOf(r.Chunk.DocumentID), DocumentID: pgkit.Escape(r.Chunk.DocumentID),
			Readers: pgkit.Texts(r.Readers), Tags: pgkit.Texts(r.Source.Tags),
			SourceSite: pgkit.Escape(r.Source.SourceSite), ContentType: pgkit.Escape(r.Source.ContentType), Language: pgkit.Escape(string(r.Source.Language)),
			PublishedNano: int32(r.Source.PublishedAt.Nanosecond()), Terms: encodeEntries(set.legs[i], ids), Body: string(set.bodies[i]),
		}
		if !r.Source.PublishedAt.IsZero() {
			seconds := r.Source.PublishedAt.Unix()
			rows[i].Published = &seconds
		}
	}
	return create(tx, rows)
}

// blockOf gives the number of a block of the set: that of its first chunk.
func blockOf(t *tenantRow, i int) int64 { return t.Next + int64(i)*blockSize }

func (set *rowSet) insertVectors(tx *gorm.DB, t *tenantRow) error {
	linked, err := set.linked(tx)
	if err != nil {
		return err
	}
	rows := make([]vectorRow, 0, set.vectors)
	for i := range set.recs {
		if v := set.recs[i].Vector; len(v) > 0 {
			rows = append(rows, vectorRow{Tenant: t.ID, N: t.Next + int64(i), Exact: unit(v), Linked: linked})
		}
	}
	return create(tx.Table(vectorTable(set.dims())), rows)
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
