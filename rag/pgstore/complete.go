package pgstore

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag"
)

const (
	// formStart is what the index of forms holds of them: their first formKey bytes.
	formStart = "substring(form FROM 1 FOR 1000)"
	formKey   = 1000
	// formsAtOnce is how many forms are looked at together at most.
	formsAtOnce = 2000
)

// Complete implements [rag.Completer]. It looks at the forms of most records
// first, whoever may see them, and at their records, until no other form can have
// more that the asker may see.
func (s *Store) Complete(ctx context.Context, c *rag.Completion) ([]rag.Term, error) {
	if err := rag.CheckCompletion(c); err != nil {
		return nil, err
	}
	var terms []rag.Term
	err := s.db.Read(ctx, func(tx *gorm.DB) error {
		terms = nil
		t, err := findTenant(tx, c.Tenant)
		if err != nil || t == nil || len(c.Prefixes) == 0 {
			return err
		}
		f := &completer{
			finder: &finder{tx: tx, tenant: t, q: &rag.Search{Readers: c.Readers, Filter: c.Filter}},
			forms:  tx.Table(termTable).Where("tenant = ? AND records > 0 AND form IS NOT NULL", t.ID).Where(within(tx, c.Prefixes)),
			may:    map[int64]bool{},
		}
		terms, err = f.find(c.K)
		return err
	})
	return terms, err
}

// completer carries out one completion.
type completer struct {
	*finder
	forms *gorm.DB       // those with one of the prefixes
	may   map[int64]bool // by the number of a chunk: whether the asker may see it
}

// formRow is a form with the number of records that it stands in.
type formRow struct {
	ID, Records int64
	Form        []byte
}

func (f *completer) find(k int) ([]rag.Term, error) {
	var best []rag.Term
	for from, step := 0, min(k+slack, formsAtOnce); ; from, step = from+step, min(8*step, formsAtOnce) {
		var rows []formRow
		err := f.forms.Session(&gorm.Session{}).Select("id", "records", "form").Order("records DESC, id").Offset(from).Limit(step).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return best, err
		}
		counts, err := f.count(rows)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if n := counts[row.ID]; n > 0 {
				best = append(best, rag.Term{Text: string(row.Form), Count: float32(n)})
			}
		}
		slices.SortStableFunc(best, func(a, b rag.Term) int { return cmp.Compare(b.Count, a.Count) })
		best = best[:min(k, len(best))]
		if len(rows) < step || len(best) == k && int64(best[k-1].Count) >= rows[len(rows)-1].Records {
			return best, nil
		}
	}
}

// count gives by form in how many records that the asker may see it stands.
func (f *completer) count(forms []formRow) (map[int64]int, error) {
	ids := make(pgkit.Int8s, len(forms))
	for i, row := range forms {
		ids[i] = row.ID
	}
	var lists []listRow
	err := f.tx.Table(postingTable).Select("term", "block", "list").Where("term = ANY (?::bigint[])", ids).Find(&lists).Error
	if err != nil {
		return nil, err
	}
	var unknown pgkit.Int8s
	for _, l := range lists {
		for n := range l.chunks {
			if _, known := f.may[n]; !known {
				f.may[n] = false
				unknown = append(unknown, n)
			}
		}
	}
	var visible []int64
	if err := f.seen().Where("c.n = ANY (?::bigint[])", unknown).Pluck("c.n", &visible).Error; err != nil {
		return nil, err
	}
	for _, n := range visible {
		f.may[n] = true
	}
	counts := map[int64]int{}
	for _, l := range lists {
		for n := range l.chunks {
			if f.may[n] {
				counts[l.Term]++
			}
		}
	}
	return counts, nil
}

// chunks gives the numbers of the chunks in a list.
func (l *listRow) chunks(yield func(int64) bool) {
	for list := l.List; len(list) >= postingBytes; list = list[postingBytes:] {
		if !yield(l.Block + int64(postingAt(list).place)) {
			return
		}
	}
}

// within is the condition that a form begins with one of the prefixes. What lies
// between a prefix and the next text that does not begin with it is asked of the
// index, which holds the beginning of a form, and of the whole form.
func within(tx *gorm.DB, prefixes []string) *gorm.DB {
	condition := tx.Session(&gorm.Session{NewDB: true})
	for _, prefix := range outermost(prefixes) {
		start := prefix[:min(len(prefix), formKey)]
		one := tx.Session(&gorm.Session{NewDB: true}).Where(formStart+" >= ? AND form >= ?", []byte(start), []byte(prefix))
		if end := after(start); end != nil {
			one = one.Where(formStart+" < ?", end)
		}
		if end := after(prefix); end != nil {
			one = one.Where("form < ?", end)
		}
		condition = condition.Or(one)
	}
	return condition
}

// after gives the first text that begins with no such prefix and comes after all
// that do; nil when all that follow do.
func after(prefix string) []byte {
	end := []byte(prefix)
	for len(end) > 0 && end[len(end)-1] == 0xff {
		end = end[:len(end)-1]
	}
	if len(end) == 0 {
		return nil
	}
	end[len(end)-1]++
	return end
}

// outermost gives the prefixes that begin with no other, each once.
func outermost(prefixes []string) []string {
	sorted := slices.Clone(prefixes)
	slices.Sort(sorted)
	kept := sorted[:0]
	for _, p := range sorted {
		if len(kept) == 0 || !strings.HasPrefix(p, kept[len(kept)-1]) {
			kept = append(kept, p)
		}
	}
	return kept
}
