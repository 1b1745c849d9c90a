package localstore

import (
	"context"
	"slices"

	"github.com/akshara-go/akshara/rag"
)

// builder gathers the records of a change, to make a part of them.
type builder struct {
	home  *dataFile
	model rag.EmbedModel
	recs  []pending
	byID  map[string]int // the last with an id
}

// pending is a record of a change, taken apart. Nothing of it is the frame's
// memory besides terms and vector.
type pending struct {
	r      rag.Record // what encodeMeta wrote
	where  place
	legs   []legTerms
	vector []byte
	scaled bool // vector has length 1
	dead   bool
}

// pending takes a record's encoding apart, whose terms dict numbers. scaled is false
// for one of version 1 or 2.
func (d *decoder) pending(dict dict, where place, scaled bool) pending {
	d.uint32() // the checksum is for those who read the record alone
	p := pending{where: where, scaled: scaled}
	d.meta(&p.r)
	d.skipText()
	d.terms(func(name rag.Leg, n int) int {
		if slices.ContainsFunc(p.legs, func(l legTerms) bool { return l.leg == name }) {
			d.fail(errValue)
		}
		p.legs = append(p.legs, legTerms{name, make([]idCount, 0, n)})
		if l := dict[name]; l != nil {
			return len(l.list())
		}
		return 0
	}, func(id uint32, count float32) {
		l := &p.legs[len(p.legs)-1]
		l.terms = append(l.terms, idCount{id, count})
	})
	if scaled {
		p.vector = d.vector(where.size)
	} else {
		p.vector = d.oldVector()
	}
	return p
}

// grow makes room for n records.
func (b *builder) grow(n int) {
	b.recs = slices.Grow(b.recs, n)
	if len(b.byID) == 0 {
		b.byID = make(map[string]int, n)
	}
}

// add puts a record in the place of one with the same id.
func (b *builder) add(p pending) {
	b.drop(p.r.Chunk.ID)
	b.byID[p.r.Chunk.ID] = len(b.recs)
	b.recs = append(b.recs, p)
}

// drop forgets a record.
func (b *builder) drop(id string) {
	if i, ok := b.byID[id]; ok {
		b.recs[i].dead = true
		delete(b.byID, id)
	}
}

// vectors counts those of live records.
func (b *builder) vectors() (n int) {
	for i := range b.recs {
		if !b.recs[i].dead && len(b.recs[i].vector) > 0 {
			n++
		}
	}
	return n
}

// part makes a part of the live records, or nil of none. parts are those that its
// tenant has already.
func (b *builder) part(dict dict, parts []*part) *part {
	b.recs = slices.DeleteFunc(b.recs, func(p pending) bool { return p.dead })
	if len(b.recs) == 0 {
		return nil
	}
	d := &draft{docOf: map[string]uint32{}, listOf: map[string]uint32{}, part: &part{home: b.home, legs: map[rag.Leg]*leg{}}}
	docs := make([]uint32, len(b.recs))
	known := map[string]uint32{}
	for slot := range b.recs {
		p := &b.recs[slot]
		d.where = append(d.where, p.where)
		d.ids.add(p.r.Chunk.ID)
		fact := d.factOfRecord(&p.r, known)
		d.facts = append(d.facts, fact)
		docs[slot] = d.factDocs[fact]
		d.rows = append(d.rows, -1)
		if len(p.vector) > 0 {
			d.rows[slot] = d.vecs.add(uint32(slot), p, len(b.recs)-slot)
			d.model = b.model
		}
	}
	d.index(docs)
	b.legs(d.part, dict)
	if d.vecs.coded() {
		d.vecs.codes = d.vecs.newCodes(parts)
		_ = d.vecs.code(context.Background(), nil)
	}
	return d.part
}

// factOfRecord gives the number of what a record is known by; known has those given so far.
func (d *draft) factOfRecord(r *rag.Record, known map[string]uint32) uint32 {
	source := string(encodeSource(nil, &r.Source))
	key := string(appendString(appendStrings(appendString(nil, r.Chunk.DocumentID), r.Readers), source))
	fact, ok := known[key]
	if !ok {
		fact = d.newFact(r.Chunk.DocumentID, r.Readers, source)
		known[key] = fact
	}
	return fact
}

// legs makes the postings.
func (b *builder) legs(p *part, dict dict) {
	sizes := map[rag.Leg]int{}
	for i := range b.recs {
		for _, l := range b.recs[i].legs {
			sizes[l.leg] += len(l.terms)
		}
	}
	for name, size := range sizes {
		list := make([]entry, 0, size)
		for slot := range b.recs {
			for _, l := range b.recs[slot].legs {
				if l.leg != name {
					continue
				}
				for _, t := range l.terms {
					list = append(list, entry{t.id, posting{uint32(slot), t.count}})
				}
			}
		}
		l := &leg{dict: dict[name]}
		l.invert(byTerm(list))
		l.finish(len(b.recs))
		p.legs[name] = l
	}
}

// entry is a posting with its term.
type entry struct {
	term uint32
	posting
}

// byTerm sorts entries by their terms and leaves those of one term in their order:
// by one byte of the terms after the other, the lowest first (a radix sort).
func byTerm(list []entry) []entry {
	top := uint32(0)
	for _, e := range list {
		top = max(top, e.term)
	}
	spare := make([]entry, len(list))
	for shift := 0; top>>shift > 0; shift += 8 {
		var places [257]int
		for _, e := range list {
			places[e.term>>shift&0xff+1]++
		}
		for i := range 256 {
			places[i+1] += places[i]
		}
		for _, e := range list {
			at := &places[e.term>>shift&0xff]
			spare[*at] = e
			*at++
		}
		list, spare = spare, list
	}
	return list
}

// invert makes postings of entries that are sorted by term.
func (l *leg) invert(list []entry) {
	terms := 0
	for i, e := range list {
		if i == 0 || e.term != list[i-1].term {
			terms++
		}
	}
	l.ids, l.starts = make([]uint32, 0, terms), make([]uint64, 0, terms+1)
	l.posts = make([]posting, len(list))
	for i, e := range list {
		if i == 0 || e.term != list[i-1].term {
			l.ids = append(l.ids, e.term)
			l.starts = append(l.starts, uint64(i))
		}
		l.posts[i] = e.posting
	}
	l.starts = append(l.starts, uint64(len(list)))
}

// add appends the vector of a record, of so many rows at most, and gives its row.
func (v *vectors) add(slot uint32, p *pending, rows int) int32 {
	if v.dim == 0 {
		v.dim = len(p.vector) / 4
		v.sum = make([]float64, v.dim)
		v.memory = [][]float32{make([]float32, 0, rows*v.dim)}
	}
	at := len(v.memory[0])
	v.memory[0] = v.memory[0][:at+v.dim]
	v.at = append(v.at, uint64(at))
	row := v.memory[0][at:]
	setFloats(row, p.vector)
	if !p.scaled {
		normalize(row)
	}
	for j, x := range row {
		v.sum[j] += float64(x)
	}
	v.slots = append(v.slots, slot)
	return int32(len(v.slots) - 1)
}

// dropIf forgets the records of which f is true.
func (b *builder) dropIf(f func(*pending) bool) {
	for i := range b.recs {
		if p := &b.recs[i]; !p.dead && f(p) {
			b.drop(p.r.Chunk.ID)
		}
	}
}
