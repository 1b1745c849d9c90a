package localstore

import (
	"slices"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// location says where a record stands on disk.
type location struct {
	file *dataFile
	at   int64
	size uint32
}

// tenant is what is kept in memory of one tenant's records. A record has a slot:
// an index into the parallel slices. A slot is never used twice; those of
// removed records stay behind as dead until [tenant.compacted] makes a copy
// without them.
type tenant struct {
	name  string
	model rag.EmbedModel // zero while there are no vectors

	ids   []string
	facts []uint32   // index into known; 0 for a dead slot
	where []location // on disk
	terms [][]byte   // as encodeTerms wrote them: what to take out of the postings
	rows  []int32    // in vecs; -1 without a vector

	slots map[string]uint32    // of live records, by chunk id
	docs  map[string]*document // with live records
	known []fact               // 0 stands for a dead record
	lists map[string]uint32    // reader lists by their encoding
	acls  [][]string           // reader lists by number

	legs map[rag.Leg]*leg
	vecs vectors
	dead int   // slots
	size int64 // bytes of live records on disk
}

// fact is what access and filters are decided by. Records of one document share
// one, as long as they have the same readers and source.
type fact struct {
	document string
	acl      uint32
	source   corpus.Source
}

type document struct {
	slots []uint32
	facts []uint32
}

func newTenant(name string) *tenant {
	return &tenant{
		name:  name,
		slots: map[string]uint32{},
		docs:  map[string]*document{},
		known: make([]fact, 1),
		lists: map[string]uint32{},
		legs:  map[rag.Leg]*leg{},
	}
}

func (t *tenant) live() int { return len(t.slots) }

func (t *tenant) leg(name rag.Leg) *leg {
	l := t.legs[name]
	if l == nil {
		l = newLeg()
		t.legs[name] = l
	}
	return l
}

// add links a record, whose encoding is in d, in the place of one with the same
// id. model is what made its vector, if it has one.
func (t *tenant) add(d *decoder, where location, model rag.EmbedModel) {
	d.uint32() // the checksum is for those who read the record alone
	var r rag.Record
	d.meta(&r)
	d.skipText()
	rest := d.b
	if t.checkTerms(d); d.err != nil {
		return
	}
	terms := slices.Clone(rest[:len(rest)-len(d.b)])
	vector := d.vector()
	if len(vector) > 0 && (len(vector) != 4*model.Dimensions || t.vecs.live > 0 && model != t.model) {
		d.fail(errValue)
	}
	if d.err != nil {
		return
	}
	if old, ok := t.slots[r.Chunk.ID]; ok {
		t.remove(old)
	}
	t.link(&r, terms, where)
	if len(vector) > 0 {
		slot := uint32(len(t.ids) - 1)
		t.rows[slot], t.model = t.vecs.add(slot, vector), model
	}
}

// link takes the next slot for a record that has no vector yet.
func (t *tenant) link(r *rag.Record, terms []byte, where location) {
	slot := uint32(len(t.ids))
	doc := t.docs[r.Chunk.DocumentID]
	if doc == nil {
		doc = &document{}
		t.docs[r.Chunk.DocumentID] = doc
	}
	doc.slots = append(doc.slots, slot)
	t.slots[r.Chunk.ID] = slot
	t.ids = append(t.ids, r.Chunk.ID)
	t.facts = append(t.facts, t.fact(doc, r))
	t.where = append(t.where, where)
	t.terms = append(t.terms, terms)
	t.size += int64(where.size)
	t.rows = append(t.rows, -1)
	t.post(slot, terms)
}

// fact gives the number of what r is known by.
func (t *tenant) fact(doc *document, r *rag.Record) uint32 {
	key := string(appendStrings(nil, r.Readers))
	acl, ok := t.lists[key]
	if !ok {
		acl = uint32(len(t.acls))
		t.acls = append(t.acls, r.Readers)
		t.lists[key] = acl
	}
	for _, n := range doc.facts {
		if f := &t.known[n]; f.acl == acl && sameSource(&f.source, &r.Source) {
			return n
		}
	}
	n := uint32(len(t.known))
	t.known = append(t.known, fact{document: r.Chunk.DocumentID, acl: acl, source: r.Source})
	doc.facts = append(doc.facts, n)
	return n
}

func sameSource(a, b *corpus.Source) bool {
	return a.Title == b.Title && a.URL == b.URL && a.SourceSite == b.SourceSite && a.Language == b.Language &&
		a.ContentType == b.ContentType && a.Author == b.Author && a.PublishedAt.Equal(b.PublishedAt) &&
		a.ThumbnailURL == b.ThumbnailURL && slices.Equal(a.Tags, b.Tags)
}

// checkTerms passes over encoded terms and fails d when they name unknown ones.
func (t *tenant) checkTerms(d *decoder) {
	var seen []rag.Leg
	d.terms(func(name rag.Leg) int {
		if slices.Contains(seen, name) {
			d.fail(errValue)
		}
		seen = append(seen, name)
		if l := t.legs[name]; l != nil {
			return len(l.posts)
		}
		return 0
	}, func(uint32, float32) {})
}

// post adds a slot to the postings of its terms.
func (t *tenant) post(slot uint32, terms []byte) {
	var l *leg
	d := &decoder{b: terms}
	d.terms(func(name rag.Leg) int {
		l = t.leg(name)
		return len(l.posts)
	}, func(id uint32, count float32) { l.add(slot, id, count) })
}

// unpost takes a slot out of the statistics of its terms.
func (t *tenant) unpost(slot uint32) {
	var l *leg
	d := &decoder{b: t.terms[slot]}
	d.terms(func(name rag.Leg) int {
		l = t.leg(name)
		l.forget(slot)
		return len(l.posts)
	}, func(id uint32, _ float32) { l.freqs[id]-- })
	t.terms[slot] = nil
}

// remove makes a slot dead.
func (t *tenant) remove(slot uint32) {
	id, name := t.ids[slot], t.known[t.facts[slot]].document
	doc := t.docs[name]
	if i := slices.Index(doc.slots, slot); i >= 0 {
		doc.slots = slices.Delete(doc.slots, i, i+1)
	}
	if len(doc.slots) == 0 {
		delete(t.docs, name)
	}
	delete(t.slots, id)
	t.unpost(slot)
	if t.rows[slot] >= 0 {
		if t.vecs.live--; t.vecs.live == 0 {
			t.vecs, t.model = vectors{}, rag.EmbedModel{}
			for i := range t.rows {
				t.rows[i] = -1
			}
		}
	}
	t.size -= int64(t.where[slot].size)
	t.facts[slot], t.ids[slot], t.where[slot] = 0, "", location{}
	t.dead++
}

// remove all that sel names.
func (t *tenant) delete(sel *rag.Selector) {
	spare := make(map[string]bool, len(sel.Except))
	for _, id := range sel.Except {
		spare[id] = true
	}
	kill := func(slot uint32) {
		if !spare[t.ids[slot]] {
			t.remove(slot)
		}
	}
	for _, id := range sel.Chunks {
		if slot, ok := t.slots[id]; ok {
			kill(slot)
		}
	}
	for _, id := range sel.Documents {
		if doc := t.docs[id]; doc != nil {
			for _, slot := range slices.Clone(doc.slots) {
				kill(slot)
			}
		}
	}
	if sel.All {
		for slot, fact := range t.facts {
			if fact != 0 {
				kill(uint32(slot))
			}
		}
	}
}

// crowded tells whether the dead slots are worth a copy without them.
func (t *tenant) crowded() bool { return t.dead > 1024 && t.dead > t.live() }

// compacted gives a copy without the dead slots. It reads t only, so that
// searches may go on.
func (t *tenant) compacted() *tenant {
	c := newTenant(t.name)
	c.model = t.model
	c.vecs = t.vecs.empty(t.vecs.live)
	for name, l := range t.legs {
		c.legs[name] = l.empty()
	}
	for slot, n := range t.facts {
		if n == 0 {
			continue
		}
		f := &t.known[n]
		r := rag.Record{Readers: t.acls[f.acl], Source: f.source}
		r.Chunk.ID, r.Chunk.DocumentID = t.ids[slot], f.document
		c.link(&r, t.terms[slot], t.where[slot])
		if row := t.rows[slot]; row >= 0 {
			next := uint32(len(c.ids) - 1)
			c.rows[next] = c.vecs.copy(next, &t.vecs, row)
		}
	}
	return c
}

// gate decides which records a search may see, once for each fact.
type gate struct {
	t       *tenant
	readers []string
	filter  *corpus.Filter
	acls    []int8 // by reader list: 0 not yet decided, 1 yes, -1 no
	facts   []int8 // by fact, likewise
}

func newGate(t *tenant, s *rag.Search) *gate {
	g := &gate{t: t, readers: s.Readers, filter: &s.Filter, acls: make([]int8, len(t.acls)), facts: make([]int8, len(t.known))}
	g.facts[0] = -1
	return g
}

// pass tells whether the record in a slot is live, may be read and passes the filter.
func (g *gate) pass(slot uint32) bool {
	n := g.t.facts[slot]
	if v := g.facts[n]; v != 0 {
		return v > 0
	}
	return g.decide(n)
}

func (g *gate) decide(n uint32) bool {
	f := &g.t.known[n]
	if g.acls[f.acl] == 0 {
		g.acls[f.acl] = -1
		if corpus.MayRead(g.t.acls[f.acl], g.readers) {
			g.acls[f.acl] = 1
		}
	}
	if g.acls[f.acl] > 0 && g.filter.Match(f.document, &f.source) {
		g.facts[n] = 1
		return true
	}
	g.facts[n] = -1
	return false
}
