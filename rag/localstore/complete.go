package localstore

import (
	"context"
	"math"
	"slices"
	"strings"

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
		if t == nil || t.legs[rag.Forms] == nil {
			return nil
		}
		best := &completion{leg: t.legs[rag.Forms], k: c.K}
		hidden := func(readers []string) bool { return !corpus.MayRead(readers, c.Readers) }
		if !c.Filter.IsZero() || slices.ContainsFunc(t.acls, hidden) {
			best.gate = newGate(t, &rag.Search{Readers: c.Readers, Filter: c.Filter})
		}
		if err := best.find(ctx, c.Prefixes); err != nil {
			return err
		}
		terms = best.terms()
		return nil
	})
	return terms, err
}

// levels are the numbers of records by which terms are looked at, the frequent
// ones first: what is left is passed over as soon as there are enough.
var levels = [...]uint32{8, 2, 1}

// find offers the terms that begin with one of the prefixes.
func (c *completion) find(ctx context.Context, prefixes []string) error {
	var found []run
	for _, prefix := range outermost(prefixes) {
		for _, r := range c.leg.sorted {
			if ids := r.begins(c.leg.texts, prefix); len(ids) > 0 {
				found = append(found, ids)
			}
		}
	}
	below := uint32(math.MaxUint32)
	for _, least := range levels {
		for _, ids := range found {
			if err := c.take(ctx, ids, least, below); err != nil {
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
	leg  *leg
	gate *gate // nil: every record may be seen
	k    int
	heap []counted
	seen int
}

// counted is a term with the number of its records that may be seen.
type counted struct{ id, records uint32 }

// take offers terms that have at least so many records, and below so many. One
// whose records would be too few if all may be seen is passed over without a
// look at them.
func (c *completion) take(ctx context.Context, ids run, from, below uint32) error {
	for _, id := range ids {
		if c.seen++; c.seen%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t := counted{id, c.leg.freqs[id]}
		if t.records < from || t.records >= below {
			continue
		}
		full := len(c.heap) == c.k
		least := uint32(0) // of which a term has to have more
		if full {
			least = c.heap[0].records
		}
		if t.records > least && c.gate != nil {
			t.records = c.visible(id)
		}
		if t.records <= least {
			continue
		}
		if full {
			c.heap[0] = t
			c.sink(0)
			continue
		}
		if c.heap = append(c.heap, t); len(c.heap) == c.k {
			for i := c.k/2 - 1; i >= 0; i-- {
				c.sink(i)
			}
		}
	}
	return nil
}

// visible counts the records of a term that may be seen.
func (c *completion) visible(id uint32) (n uint32) {
	for _, p := range c.leg.posts[id] {
		if c.gate.pass(p.slot) {
			n++
		}
	}
	return n
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
		terms[i] = rag.Term{Text: c.leg.texts[t.id], Count: float32(t.records)}
	}
	return terms
}

// run is ids of terms in the order of their texts.
type run []uint32

// begins gives the part of a run whose texts begin with a prefix.
func (r run) begins(texts []string, prefix string) run {
	from, _ := slices.BinarySearchFunc(r, prefix, func(id uint32, prefix string) int { return strings.Compare(texts[id], prefix) })
	r = r[from:]
	to, _ := slices.BinarySearchFunc(r, prefix, func(id uint32, prefix string) int {
		if strings.HasPrefix(texts[id], prefix) {
			return -1
		}
		return 1
	})
	return r[:to]
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
	return append(rs, ids)
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
