package localstore

import (
	"context"
	"math"
	"slices"
	"sort"
	"strings"
	"unsafe"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

var _ rag.Completer = (*Store)(nil)

// Complete implements [rag.Completer]. It takes time for each term that has one
// of the prefixes, and for each of their records while they could be among the best.
func (s *Store) Complete(ctx context.Context, c *rag.Completion) ([]rag.Term, error) {
	if err := rag.CheckCompletion(c); err != nil {
		return nil, err
	}
	var terms []rag.Term
	err := s.view(ctx, c.Tenant, func(t *tenant) error {
		if t == nil {
			return nil
		}
		best := &completion{k: c.K, prefixes: outermost(c.Prefixes)}
		best.gather(t, c)
		if err := best.find(ctx); err != nil {
			return err
		}
		terms = best.terms()
		return nil
	})
	return terms, err
}

// levels are the numbers of records by which terms are looked at, the frequent
// ones first: what is left is passed over as soon as there are enough.
var levels = [...]int{8, 2, 1}

// find offers the terms that begin with one of the prefixes.
func (c *completion) find(ctx context.Context) error {
	below := math.MaxInt
	for _, least := range levels {
		for _, lists := range c.lists {
			for i := range lists {
				lists[i].next = 0
			}
			if err := c.take(ctx, lists, least, below); err != nil {
				return err
			}
		}
		if len(c.heap) == c.k && c.heap[0].records+1 >= least {
			return nil
		}
		below = least
	}
	return nil
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

// completion keeps the best k terms of those it is offered, in a heap with the worst on top.
type completion struct {
	k        int
	prefixes []string
	lists    [][]formList // by prefix; no text is in the lists of two
	heap     []counted
	seen     int
}

// counted is a term with the number of its records that may be seen.
type counted struct {
	text    string // good as long as the parts are held
	records int
}

// formList is terms in the order of their texts, from one leg or one log's dict.
type formList struct {
	ids   run // by place
	texts func(id uint32) string
	legs  []*leg  // that number them so, or by a dict
	gates []*gate // by leg; nil: every record may be seen
	next  int
}

// gather lists the terms that begin with a prefix.
func (c *completion) gather(t *tenant, q *rag.Completion) {
	hidden := func(readers []string) bool { return !corpus.MayRead(readers, q.Readers) }
	gated := !q.Filter.IsZero() || slices.ContainsFunc(t.parts, func(p *part) bool { return slices.ContainsFunc(p.lists, hidden) })
	c.lists = make([][]formList, len(c.prefixes))
	logs := map[*legDict]*formList{}
	for _, p := range t.parts {
		l := p.legs[rag.Forms]
		if l == nil {
			continue
		}
		list := &formList{}
		if l.dict != nil {
			if logs[l.dict] == nil {
				logs[l.dict] = list
			}
			list = logs[l.dict]
		}
		list.legs = append(list.legs, l)
		if gated {
			list.gates = append(list.gates, newGate(p, t.version, q.Readers, &q.Filter))
		}
		if l.dict == nil {
			c.ofSegment(list, l)
		}
	}
	for d, list := range logs {
		texts := d.list()
		list.texts = func(id uint32) string { return texts[id] }
		for _, sorted := range *d.sorted.Load() {
			for i, prefix := range c.prefixes {
				c.add(i, *list, sorted.begins(list.texts, prefix))
			}
		}
	}
}

// ofSegment lists the terms of a segment, which are in order already.
func (c *completion) ofSegment(list *formList, l *leg) {
	list.texts = func(id uint32) string {
		text := l.texts.at(id)
		return unsafe.String(unsafe.SliceData(text), len(text))
	}
	for at, prefix := range c.prefixes {
		from := sort.Search(int(l.size()), func(i int) bool { return list.texts(uint32(i)) >= prefix })
		n := sort.Search(int(l.size())-from, func(i int) bool { return !strings.HasPrefix(list.texts(uint32(from+i)), prefix) })
		ids := make(run, n)
		for i := range ids {
			ids[i] = uint32(from + i)
		}
		c.add(at, *list, ids)
	}
}

// add adds the terms of a list that begin with the prefix of a place.
func (c *completion) add(prefix int, list formList, ids run) {
	if len(ids) > 0 {
		list.ids = ids
		c.lists[prefix] = append(c.lists[prefix], list)
	}
}

func (f *formList) text() string { return f.texts(f.ids[f.next]) }

// count gives how many records have the term that comes next, or may be seen of them.
func (f *formList) count(seen bool) (n int) {
	for i, l := range f.legs {
		term, ok := f.ids[f.next], true
		if l.dict != nil {
			term, ok = l.byID(term)
		}
		switch {
		case !ok:
		case !seen || f.gates == nil:
			n += l.freq(term)
		default:
			for _, p := range l.postings(term) {
				if f.gates[i].pass(p.slot) {
					n++
				}
			}
		}
	}
	return n
}

// take offers terms of lists that have at least so many records, and below so many. One
// whose records would be too few if all may be seen is passed over without a
// look at them.
func (c *completion) take(ctx context.Context, lists []formList, from, below int) error {
	same := make([]*formList, 0, 8)
	for {
		if c.seen++; c.seen%workStep == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if same = leastOf(lists, same[:0]); len(same) == 0 {
			return nil
		}
		t := counted{same[0].text(), 0}
		for _, l := range same {
			t.records += l.count(false)
		}
		if least := c.worst(); t.records >= from && t.records < below && t.records > least {
			t.records = 0
			for _, l := range same {
				t.records += l.count(true)
			}
			if t.records > least {
				c.push(t)
			}
		}
		for _, l := range same {
			l.next++
		}
	}
}

// leastOf appends the lists that go on with the least text to same, which is empty.
func leastOf(lists []formList, same []*formList) []*formList {
	for i := range lists {
		l := &lists[i]
		if l.next == len(l.ids) {
			continue
		}
		order := -1
		if len(same) > 0 {
			order = strings.Compare(l.text(), same[0].text())
		}
		if order < 0 {
			same = append(same[:0], l)
		} else if order == 0 {
			same = append(same, l)
		}
	}
	return same
}

// worst gives of how many records a term has to have more.
func (c *completion) worst() int {
	if len(c.heap) < c.k {
		return 0
	}
	return c.heap[0].records
}

func (c *completion) push(t counted) {
	if len(c.heap) == c.k {
		c.heap[0] = t
		c.sink(0)
		return
	}
	if c.heap = append(c.heap, t); len(c.heap) == c.k {
		for i := c.k/2 - 1; i >= 0; i-- {
			c.sink(i)
		}
	}
}

// sink restores the heap below i.
func (c *completion) sink(i int) {
	for {
		child := 2*i + 1
		if child >= len(c.heap) {
			return
		}
		if child+1 < len(c.heap) && c.heap[child+1].records < c.heap[child].records {
			child++
		}
		if c.heap[child].records >= c.heap[i].records {
			return
		}
		c.heap[i], c.heap[child] = c.heap[child], c.heap[i]
		i = child
	}
}

func (c *completion) terms() []rag.Term {
	terms := make([]rag.Term, len(c.heap))
	for i, t := range c.heap {
		terms[i] = rag.Term{Text: strings.Clone(t.text), Count: float32(t.records)}
	}
	return terms
}

// run is ids of terms in the order of their texts.
type run []uint32

// begins gives the part of a run whose texts begin with a prefix.
func (r run) begins(texts func(uint32) string, prefix string) run {
	from := sort.Search(len(r), func(i int) bool { return texts(r[i]) >= prefix })
	if from == len(r) || !strings.HasPrefix(texts(r[from]), prefix) {
		return nil
	}
	n := sort.Search(len(r)-from, func(i int) bool { return !strings.HasPrefix(texts(r[from+i]), prefix) })
	return r[from : from+n]
}

// runs are the terms of a leg in order, in runs of which each is more than twice
// as long as the next: as short a list as a lookup wants, at the cost of moving
// each term once for each doubling of their number.
type runs []run

// add gives the runs with terms that are new.
func (rs runs) add(texts []string, ids run) runs {
	byText := func(a, b uint32) int { return strings.Compare(texts[a], texts[b]) }
	slices.SortFunc(ids, byText)
	for len(rs) > 0 && len(rs[len(rs)-1]) <= 2*len(ids) {
		ids = merged(texts, rs[len(rs)-1], ids)
		rs = rs[:len(rs)-1]
	}
	return append(slices.Clip(rs), ids) // what is read stays
}

// merged gives the terms of two runs as one.
func merged(texts []string, a, b run) run {
	out := make(run, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if texts[a[0]] < texts[b[0]] {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}
