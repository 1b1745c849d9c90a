package localstore

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/akshara-go/akshara/rag"
)

// encoder builds a frame of one or more changes. Terms that are new in it get
// ids in order behind those that memory knows; they are forgotten with the frame
// if it cannot be written.
type encoder struct {
	s      *Store
	at     int64 // where the frame will stand in the log
	frame  []byte
	models map[string]rag.EmbedModel
	legs   map[legKey]*numbering
	gone   map[string]bool // tenants that were deleted whole
	buf    []byte
	order  []uint64
}

type legKey struct {
	tenant string
	leg    rag.Leg
}

// numbering gives the ids of a leg's terms in a frame.
type numbering struct {
	known *legDict          // nil: none
	first uint32            // of those that known has not
	fresh map[string]uint32 // those
}

func newEncoder(s *Store) *encoder {
	return &encoder{
		s: s, at: s.active.size, frame: append(s.frame[:0], make([]byte, frameHeader)...),
		models: map[string]rag.EmbedModel{},
		legs:   map[legKey]*numbering{},
		gone:   map[string]bool{},
	}
}

// keepBuffer leaves the frame's memory to the next frame.
func (e *encoder) keepBuffer() {
	if cap(e.frame) <= 2*groupBytes {
		e.s.frame = e.frame
	}
}

// encode appends a change, or nothing when it is refused.
func (e *encoder) encode(c *change) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if err := e.upserts(c.recs, selectorBound(c.sel)); err != nil || c.sel == nil {
		return err
	}
	e.frame = encodeDelete(e.frame, c.sel)
	if c.sel.All && len(c.sel.Except) == 0 {
		e.drop(c.sel.Tenant)
	}
	return nil
}

// upserts appends records, or nothing when they are refused. So many bytes will follow them.
func (e *encoder) upserts(recs []rag.Record, follow int64) error {
	groups, err := e.split(recs)
	if err != nil {
		return err
	}
	size := follow
	for _, g := range groups {
		size += 64 + int64(len(g.tenant)) + int64(len(g.model.Name))
	}
	for i := range recs {
		size += recordBound(&recs[i])
	}
	if int64(len(e.frame))+size > maxPayload {
		return errFull
	}
	for _, g := range groups {
		e.upsert(g)
		if g.hasVectors {
			e.models[g.tenant] = g.model
		}
	}
	return nil
}

// drop forgets the terms of a tenant, as applying its deletion will.
func (e *encoder) drop(name string) {
	e.gone[name] = true
	delete(e.models, name)
	for key := range e.legs {
		if key.tenant == name {
			delete(e.legs, key)
		}
	}
}

// recordBound gives more bytes than a record's encoding can have. Strings may share
// memory, so that an int need not count them.
func recordBound(r *rag.Record) int64 {
	c, src := &r.Chunk, &r.Source
	n := 256 + 20*int64(len(c.Sentences)) + 4*int64(len(r.Vector)) +
		stringsBound([]string{c.ID, c.DocumentID, c.Text, src.Title, src.URL, src.SourceSite, src.ContentType,
			src.Author, src.ThumbnailURL, string(src.Language)}) +
		stringsBound(r.Readers) + stringsBound(src.Tags) + stringsBound(c.Headings)
	for name, terms := range r.Terms {
		n += 2*int64(len(name)) + int64(len(r.Tenant)) + 64
		for _, t := range terms {
			n += int64(len(t.Text)) + 20
		}
	}
	return n
}

// selectorBound gives more bytes than a selector's encoding can have.
func selectorBound(sel *rag.Selector) int64 {
	if sel == nil {
		return 0
	}
	return 64 + int64(len(sel.Tenant)) + stringsBound(sel.Chunks) + stringsBound(sel.Documents) + stringsBound(sel.Except)
}

func stringsBound(list []string) (n int64) {
	for _, s := range list {
		n += int64(len(s)) + 10
	}
	return n
}

// batch is the records of one tenant in an Upsert.
type batch struct {
	tenant     string
	recs       []*rag.Record
	model      rag.EmbedModel
	hasVectors bool
}

// split sorts records by tenant, in order, and checks their models.
func (e *encoder) split(recs []rag.Record) ([]*batch, error) {
	var list []*batch
	byName := map[string]*batch{}
	for i := range recs {
		r := &recs[i]
		b := byName[r.Tenant]
		if b == nil {
			b = &batch{tenant: r.Tenant, model: e.model(r.Tenant)}
			byName[r.Tenant] = b
			list = append(list, b)
		}
		b.recs = append(b.recs, r)
		if len(r.Vector) == 0 {
			continue
		}
		b.hasVectors = true
		if b.model.IsZero() {
			b.model = r.Model
			if b.model.Dimensions == 0 {
				b.model.Dimensions = len(r.Vector)
			}
		}
		if err := sameModel(b.model, r.Model, r.Vector); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// sameModel refuses a vector that another model made, or of another length.
func sameModel(index, given rag.EmbedModel, v rag.Vector) error {
	if given.Name == index.Name && (given.Dimensions == 0 || given.Dimensions == index.Dimensions) && len(v) == index.Dimensions {
		return nil
	}
	if given.Dimensions == 0 || given.Dimensions == index.Dimensions {
		given.Dimensions = len(v)
	}
	return rag.MismatchFault(index, given)
}

// model gives the model of a tenant's vectors, as it will be when the frame so far is applied.
func (e *encoder) model(name string) rag.EmbedModel {
	if m, ok := e.models[name]; ok {
		return m
	}
	if c := e.s.lookup(name); c != nil && !e.gone[name] {
		if t := c.now.Load(); t != nil {
			return t.model
		}
	}
	return rag.EmbedModel{}
}

// upsert appends the terms that are new, and the records.
func (e *encoder) upsert(b *batch) {
	news := map[rag.Leg][]string{}
	legs := make([][]legTerms, len(b.recs))
	for i, r := range b.recs {
		legs[i] = e.terms(b.tenant, r, news)
	}
	for name, texts := range news {
		e.frame = appendString(append(e.frame, kindDefine), b.tenant)
		e.frame = appendString(e.frame, string(name))
		first := e.numbering(b.tenant, name).fresh[texts[0]]
		e.frame = binary.AppendUvarint(e.frame, uint64(first))
		e.frame = appendStrings(e.frame, texts)
	}
	e.frame = appendString(append(e.frame, kindUpsert), b.tenant)
	e.frame = appendString(e.frame, b.model.Name)
	e.frame = binary.AppendUvarint(e.frame, uint64(b.model.Dimensions))
	e.frame = binary.AppendUvarint(e.frame, uint64(len(b.recs)))
	for i, r := range b.recs {
		e.buf = encodeRecord(e.buf[:0], r, legs[i])
		e.frame = binary.AppendUvarint(e.frame, uint64(len(e.buf)))
		e.frame = append(e.frame, make([]byte, padding(uint64(e.at)+uint64(len(e.frame)), recordAlign))...)
		e.frame = append(e.frame, e.buf...)
	}
}

// terms gives the ids of a record's terms, ascending and each once, legs by
// name. Texts that are new go to news.
func (e *encoder) terms(tenantName string, r *rag.Record, news map[rag.Leg][]string) []legTerms {
	var list []legTerms
	for name, terms := range r.Terms {
		if len(terms) == 0 {
			continue
		}
		ids := make([]idCount, 0, len(terms))
		n := e.numbering(tenantName, name)
		for _, t := range terms {
			id, isNew := n.id(t.Text)
			if isNew {
				news[name] = append(news[name], t.Text)
			}
			ids = append(ids, idCount{id, t.Count})
		}
		list = append(list, legTerms{name, e.merge(ids)})
	}
	slices.SortFunc(list, func(a, b legTerms) int { return compare(a.leg, b.leg) })
	return list
}

func compare[T ~string](a, b T) int {
	if a < b {
		return -1
	}
	return 1
}

// merge gives terms in the order of their ids, and adds up what is there twice. An id
// and its place are sorted as one number.
func (e *encoder) merge(ids []idCount) []idCount {
	e.order = e.order[:0]
	for i, t := range ids {
		e.order = append(e.order, uint64(t.id)<<32|uint64(i))
	}
	slices.Sort(e.order)
	out := make([]idCount, 0, len(ids))
	for _, key := range e.order {
		t := ids[uint32(key)]
		if n := len(out); n > 0 && out[n-1].id == t.id {
			out[n-1].count = min(out[n-1].count+t.count, math.MaxFloat32)
		} else {
			out = append(out, t)
		}
	}
	return out
}

func (e *encoder) numbering(tenantName string, leg rag.Leg) *numbering {
	key := legKey{tenantName, leg}
	n := e.legs[key]
	if n != nil {
		return n
	}
	n = &numbering{fresh: map[string]uint32{}}
	e.legs[key] = n
	if c := e.s.lookup(tenantName); c != nil && !e.gone[tenantName] {
		if n.known = c.dict[leg]; n.known != nil {
			n.first = uint32(len(n.known.list()))
		}
	}
	return n
}

func (n *numbering) id(text string) (id uint32, isNew bool) {
	if n.known != nil {
		if id, ok := n.known.find(text); ok {
			return id, false
		}
	}
	if id, ok := n.fresh[text]; ok {
		return id, false
	}
	id = n.first + uint32(len(n.fresh))
	n.fresh[text] = id
	return id, true
}
