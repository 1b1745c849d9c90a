package localstore

import (
	"bytes"
	"context"
	"slices"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/internal/quant"
)

// workStep is how many records or terms are worked on between two looks at a context.
const workStep = 1024

// gone stands for a slot whose record was not taken over.
const gone = ^uint32(0)

// draft is a part in the making, out of the live records of others. Its records
// and vectors still stand in those.
type draft struct {
	*part
	from   []*part
	moved  [][]uint32     // by part of from and slot: the slot in the draft, or gone
	recs   []origin       // by slot
	vrows  []origin       // by row: of the vector
	alike  []*quant.Codes // by part of from: its codes, if they are around the draft's mean
	factOf [][]uint32     // by part of from and fact: the fact in the draft, or gone
	docOf  map[string]uint32
	listOf map[string]uint32
}

// origin says where something is in a draft's parts.
type origin struct{ part, at uint32 }

// newDraft gathers the records that live in a version. byText numbers terms by
// their texts; without it the parts have one dict, which numbers them.
func newDraft(ctx context.Context, from []*part, version uint64, byText bool) (*draft, error) {
	d := &draft{part: &part{}, from: from, moved: make([][]uint32, len(from)), factOf: make([][]uint32, len(from)),
		docOf: map[string]uint32{}, listOf: map[string]uint32{}}
	var docs []uint32
	for i, p := range from {
		d.moved[i], d.factOf[i] = make([]uint32, p.len()), slices.Repeat([]uint32{gone}, len(p.factDocs))
		for slot := range uint32(p.len()) {
			if slot%workStep == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if !p.alive(slot, version) {
				d.moved[i][slot] = gone
				continue
			}
			d.moved[i][slot] = uint32(len(d.recs))
			docs = append(docs, d.take(uint32(i), slot))
		}
	}
	d.index(docs)
	d.vectors()
	return d, d.mergeLegs(ctx, byText)
}

func (d *draft) mergeLegs(ctx context.Context, byText bool) error {
	d.legs = map[rag.Leg]*leg{}
	for _, p := range d.from {
		for name := range p.legs {
			if d.legs[name] != nil {
				continue
			}
			l, err := d.mergeLeg(ctx, name, byText)
			if err != nil {
				return err
			}
			d.legs[name] = l
		}
	}
	return nil
}

// take appends a record, and gives the number of its document.
func (d *draft) take(from, slot uint32) uint32 {
	p := d.from[from]
	d.recs = append(d.recs, origin{from, slot})
	d.where = append(d.where, p.where[slot])
	d.ids.add(string(p.ids.at(slot)))
	if d.vecs.dim == 0 && p.rows[slot] >= 0 {
		d.model, d.vecs.dim = p.model, p.vecs.dim
	}
	fact := &d.factOf[from][p.facts[slot]]
	if *fact == gone {
		*fact = d.fact(p, p.facts[slot])
	}
	d.facts = append(d.facts, *fact)
	return d.factDocs[*fact]
}

// fact takes over what records of a part are known by.
func (d *draft) fact(p *part, n uint32) uint32 {
	name, source := p.docs.at(p.factDocs[n]), p.sources.at(n)
	readers := p.lists[p.factLists[n]]
	return d.newFact(string(name), readers, string(source))
}

func (d *draft) newFact(document string, readers []string, source string) uint32 {
	doc, ok := d.docOf[document]
	if !ok {
		doc = uint32(d.docs.len())
		d.docOf[document] = doc
		d.docs.add(document)
	}
	key := string(appendStrings(nil, readers))
	list, ok := d.listOf[key]
	if !ok {
		list = uint32(len(d.lists))
		d.listOf[key] = list
		d.lists = append(d.lists, readers)
	}
	d.factDocs = append(d.factDocs, doc)
	d.factLists = append(d.factLists, list)
	d.sources.add(source)
	return uint32(len(d.factDocs) - 1)
}

// index makes records and documents findable by id; docs are the documents by slot.
func (d *draft) index(docs []uint32) {
	d.byID, d.byDoc = newHashIndex(&d.ids), newHashIndex(&d.docs)
	d.docFroms = make([]uint64, d.docs.len()+1)
	for _, doc := range docs {
		d.docFroms[doc+1]++
	}
	for i := range d.docs.len() {
		d.docFroms[i+1] += d.docFroms[i]
	}
	d.docSlots = make([]uint32, len(docs))
	next := slices.Clone(d.docFroms)
	for slot, doc := range docs {
		d.docSlots[next[doc]] = uint32(slot)
		next[doc]++
	}
}

// vectors gives the records that have a vector of the draft's dimension a row.
func (d *draft) vectors() {
	d.rows = make([]int32, len(d.recs))
	d.vecs.sum = make([]float64, d.vecs.dim)
	taken := make([][]uint64, len(d.from)) // by part and memory of it: its number in the draft, and 1
	for slot, from := range d.recs {
		d.rows[slot] = -1
		p := d.from[from.part]
		row := p.rows[from.at]
		if row < 0 || p.vecs.dim != d.vecs.dim {
			continue
		}
		if taken[from.part] == nil {
			taken[from.part] = make([]uint64, len(p.vecs.memory))
		}
		at := p.vecs.at[row]
		number := &taken[from.part][at>>memoryShift]
		if *number == 0 {
			d.vecs.memory = append(d.vecs.memory, p.vecs.memory[at>>memoryShift])
			*number = uint64(len(d.vecs.memory))
		}
		d.rows[slot] = int32(len(d.vrows))
		d.vrows = append(d.vrows, origin{from.part, uint32(row)})
		d.vecs.at = append(d.vecs.at, (*number-1)<<memoryShift|at&(1<<memoryShift-1))
		d.vecs.slots = append(d.vecs.slots, uint32(slot))
	}
	d.sumVectors()
}

// sumVectors sums the vectors up: of the rows that parts have, as if the dead had been like the others.
func (d *draft) sumVectors() {
	rows := 0
	for _, p := range d.from {
		if p.vecs.dim == d.vecs.dim {
			rows += len(p.vecs.slots)
			for j, x := range p.vecs.sum {
				d.vecs.sum[j] += x
			}
		}
	}
	for j := range d.vecs.sum {
		d.vecs.sum[j] *= float64(len(d.vrows)) / float64(max(1, rows))
	}
}

// code makes codes where they are worth having, or takes them over from parts whose
// codes are around the same mean.
func (d *draft) code(ctx context.Context) error {
	if !d.vecs.coded() {
		return nil
	}
	d.vecs.codes = d.vecs.newCodes(d.from)
	d.alike = make([]*quant.Codes, len(d.from))
	for i, p := range d.from {
		if c := p.vecs.codes; c != nil && slices.Equal(c.Mean, d.vecs.codes.Mean) {
			d.alike[i] = c
		}
	}
	return d.vecs.code(ctx, d.known)
}

// known is a [knownCodes].
func (d *draft) known(row int) (from *quant.Codes, at int32) {
	o := d.vrows[row]
	return d.alike[o.part], int32(o.at)
}

// cursor goes through the terms of a part's leg in order.
type cursor struct {
	leg   *leg
	moved []uint32
	order []uint32 // of the terms; nil: as they are numbered
	next  uint32
}

func (c *cursor) term() uint32 {
	if c.order != nil {
		return c.order[c.next]
	}
	return c.next
}

// mergeLeg merges the postings of one leg.
func (d *draft) mergeLeg(ctx context.Context, name rag.Leg, byText bool) (*leg, error) {
	var cursors []*cursor
	out := &leg{}
	for i, p := range d.from {
		l := p.legs[name]
		if l == nil || l.size() == 0 {
			continue
		}
		c := &cursor{leg: l, moved: d.moved[i]}
		if byText && l.dict != nil {
			c.order = l.inOrder()
		}
		if !byText {
			out.dict = l.dict
		}
		cursors = append(cursors, c)
	}
	posts, terms := 0, 0
	for _, c := range cursors {
		posts, terms = posts+len(c.leg.posts), terms+int(c.leg.size())
	}
	out.posts = make([]posting, 0, posts)
	out.starts = append(make([]uint64, 0, terms+1), 0)
	for n := 0; len(cursors) > 0; n++ {
		if n%workStep == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		cursors = out.mergeTerm(cursors, byText)
	}
	out.finish(len(d.recs))
	return out, nil
}

// inOrder gives the terms of a log in the order of their texts.
func (l *leg) inOrder() []uint32 {
	texts := l.dict.list()
	order := make([]uint32, l.size())
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return compare(texts[l.ids[a]], texts[l.ids[b]]) })
	return order
}

// mergeTerm appends the least term that is left, and gives the cursors with more.
func (l *leg) mergeTerm(cursors []*cursor, byText bool) []*cursor {
	least := cursors[0]
	for _, c := range cursors[1:] {
		if c.before(least, byText) {
			least = c
		}
	}
	at := len(l.posts)
	var text []byte
	var id uint32
	if byText {
		text = least.leg.text(least.term())
	} else {
		id = least.leg.ids[least.term()]
	}
	rest := cursors[:0]
	for _, c := range cursors {
		if c == least || byText && bytes.Equal(c.leg.text(c.term()), text) || !byText && c.leg.ids[c.term()] == id {
			for _, p := range c.leg.postings(c.term()) {
				if slot := c.moved[p.slot]; slot != gone {
					l.posts = append(l.posts, posting{slot, p.count})
				}
			}
			c.next++
		}
		if c.next < c.leg.size() {
			rest = append(rest, c)
		}
	}
	if len(l.posts) > at {
		l.starts = append(l.starts, uint64(len(l.posts)))
		if byText {
			l.texts.add(string(text))
		} else {
			l.ids = append(l.ids, id)
		}
	}
	return rest
}

func (c *cursor) before(other *cursor, byText bool) bool {
	if byText {
		return bytes.Compare(c.leg.text(c.term()), other.leg.text(other.term())) < 0
	}
	return c.leg.ids[c.term()] < other.leg.ids[other.term()]
}

// inMemory makes a part of a draft whose parts have one home.
func (d *draft) inMemory() *part {
	_ = d.code(context.Background())
	d.home = d.from[0].home
	return d.part
}
