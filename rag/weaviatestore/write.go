package weaviatestore

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

// Upsert implements [rag.Store]. Records of several tenants become visible one
// tenant after the other.
func (s *Store) Upsert(ctx context.Context, recs []rag.Record) error {
	if err := rag.CheckRecords(recs); err != nil {
		return err
	}
	byTenant := map[string][]rag.Record{}
	for _, r := range recs {
		byTenant[r.Tenant] = append(byTenant[r.Tenant], r)
	}
	var changes []*change
	for _, tenant := range slices.Sorted(maps.Keys(byTenant)) { // in one order, or writers could wait for each other
		c, err := newChange(tenant, byTenant[tenant])
		if err != nil {
			return err
		}
		changes = append(changes, c)
	}
	return s.apply(ctx, changes)
}

// Replace implements [rag.Store].
func (s *Store) Replace(ctx context.Context, tenant string, documents []string, recs []rag.Record) error {
	if err := rag.CheckReplace(tenant, documents, recs); err != nil {
		return err
	}
	c, err := newChange(tenant, recs)
	if err != nil {
		return err
	}
	c.remove = append(c.remove, keys(keyDocument, documents)...)
	return s.apply(ctx, []*change{c})
}

// Delete implements [rag.Store].
func (s *Store) Delete(ctx context.Context, sel rag.Selector) error {
	if err := rag.CheckSelector(&sel); err != nil {
		return err
	}
	c := &change{tenant: sel.Tenant, all: sel.All, spare: map[string]bool{}}
	c.remove = append(keys(keyChunk, sel.Chunks), keys(keyDocument, sel.Documents)...)
	for _, id := range sel.Except {
		c.spare[key(keyChunk, id)] = true
	}
	return s.apply(ctx, []*change{c})
}

// change is what is done to a tenant at once.
type change struct {
	tenant string
	chunks []*chunk         // each id once
	models []rag.EmbedModel // of the chunks with a vector, with its length
	remove []string         // keys of what is removed
	all    bool             // everything is
	spare  map[string]bool  // but not these, by the keys of chunks
}

// newChange writes records in the place of those with their chunks' ids.
func newChange(tenant string, recs []rag.Record) (*change, error) {
	c := &change{tenant: tenant}
	at := map[string]int{}
	for i := range recs {
		made, err := prepare(&recs[i])
		if err != nil {
			return nil, err
		}
		if made.meta.Vector {
			m := rag.EmbedModel{Name: recs[i].Model.Name, Dimensions: len(recs[i].Vector)}
			if m != recs[i].Model {
				return nil, rag.MismatchFault(recs[i].Model, m)
			}
			c.models = append(c.models, m)
		}
		if j, ok := at[made.id]; ok {
			c.chunks[j] = made
			continue
		}
		at[made.id] = len(c.chunks)
		c.chunks = append(c.chunks, made)
		c.remove = append(c.remove, made.meta.Chunk)
	}
	return c, nil
}

// checkModel gives the model of the tenant's vectors after the change.
func (c *change) checkModel(held rag.EmbedModel) (rag.EmbedModel, error) {
	for _, m := range c.models {
		if held.IsZero() {
			held = m
		}
		if m != held {
			return held, rag.MismatchFault(held, m)
		}
	}
	return held, nil
}

// step is a change with the state before it and after it.
type step struct {
	*change
	before, after *head
	batches       [][]*chunk
	nonce         string // of the ids of its objects, which are never used again: what was deleted stays so
}

// settleFor bounds what a writer does after its caller's context has ended: taking
// back what it began, or clearing away what is no more.
const settleFor = 10 * time.Second

// apply carries out changes, of different tenants, whose names are in order.
func (s *Store) apply(ctx context.Context, changes []*change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var steps []*step
	for _, c := range changes {
		if err := s.turns.take(ctx, c.tenant); err != nil {
			return err
		}
		defer s.turns.give(c.tenant)
		st, err := s.plan(ctx, c)
		if err != nil {
			return err
		}
		if st != nil {
			steps = append(steps, st)
		}
	}
	for i, st := range steps {
		err := s.stage(ctx, st)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			s.undo(ctx, steps[:i+1])
			return err
		}
	}
	for _, st := range steps {
		if err := s.commit(ctx, st); err != nil {
			return err
		}
	}
	s.settle(ctx, steps)
	return nil
}

// settle clears away what committed changes removed. What is left the next writer clears away.
func (s *Store) settle(ctx context.Context, steps []*step) {
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleFor)
	defer cancel()
	for _, st := range steps {
		err := s.clear(settle, st)
		if err == nil && len(st.after.Dead) > mostDead {
			st.after.Dead = nil
			err = s.commit(settle, st)
		}
		if err != nil {
			s.log.WarnContext(ctx, "removed records of the index could not be cleared away yet", slog.Any("error", err))
		}
	}
}

// plan works out what a change does; nil when it does nothing.
func (s *Store) plan(ctx context.Context, c *change) (*step, error) {
	var st *step
	err := s.client.try(ctx, func(n *node) error {
		h, err := s.readHead(ctx, n, c.tenant)
		if err != nil {
			return err
		}
		v := &view{s: s, ctx: ctx, n: n, tenant: c.tenant, head: h}
		if h == nil {
			if len(c.chunks) == 0 {
				return nil
			}
			v.head = &head{Legs: map[rag.Leg]legStats{}}
			err = s.ensureTenant(ctx, n, c.tenant)
		} else {
			err = v.clean()
		}
		if err != nil {
			return err
		}
		st, err = v.step(c, h != nil && h.Version > 0)
		return behind(err)
	})
	if err != nil || st == nil || len(c.models) == 0 {
		return st, err
	}
	return st, s.ensureVectors(ctx, c.models[0].Dimensions)
}

// behind takes a node that does not know the tenant for one that does not know it yet.
func behind(err error) error {
	if errors.Is(err, errNoTenant) {
		return errTurn
	}
	return err
}

// clean removes what a writer left that was ended amid a change, and what is
// still there of what was removed.
func (v *view) clean() error {
	r := v.request()
	begun := compare("version", "GreaterThan", float64(v.head.Version))
	r.count("begun", begun)
	if len(v.head.Dead) > 0 {
		r.count("dead", anyOf("id", v.head.Dead...))
	}
	a, err := v.s.client.ask(v.ctx, v.n, r)
	if err != nil {
		return behind(err)
	}
	if a.counts["begun"] > 0 {
		if err := v.s.sweep(v.ctx, v.n, v.tenant, begun); err != nil {
			return err
		}
	}
	if a.counts["dead"] > 0 {
		return v.s.sweepDead(v.ctx, v.n, v.tenant, v.head.Dead)
	}
	return nil
}

// step works out the state after a change.
func (v *view) step(c *change, existed bool) (*step, error) {
	model, err := c.checkModel(v.head.model())
	if err != nil {
		return nil, err
	}
	st := &step{change: c, before: v.head, after: v.head.clone(), nonce: rand.Text()}
	after := st.after
	after.Dead = nil
	empties := c.all && len(c.spare) == 0
	var gone []removed
	if existed && !empties {
		if gone, err = v.removed(c); err != nil {
			return nil, err
		}
	}
	if len(c.chunks)+len(gone) == 0 && !(empties && v.head.Chunks > 0) {
		return nil, nil
	}
	if empties {
		after.Changes += int64(v.head.Chunks)
		after.Floor, after.Chunks, after.Vectors, after.Legs = v.head.Version, 0, 0, map[rag.Leg]legStats{}
	}
	for _, g := range gone {
		after.count(g.meta, -1)
		after.Dead = append(after.Dead, g.id)
	}
	for _, made := range c.chunks {
		after.count(&made.meta, 1)
	}
	after.Model = rag.EmbedModel{}
	if after.Vectors > 0 {
		after.Model = model
	}
	st.batches = inBatches(c.chunks)
	after.Version += int64(len(st.batches))
	if after.Version-after.Marked > mostMarkers {
		after.Marked = after.Version - mostMarkers/2
	}
	return st, nil
}

const (
	// mostDead is how many dead objects every request names at most, once they are cleared away.
	mostDead = 200
	// mostMarkers is of how many batches a replica is known to have them all.
	mostMarkers = 64
	// What is written at once.
	batchChunks = 100
	batchBytes  = 4 << 20
)

// inBatches divides chunks; there is at least one batch, which may be empty.
func inBatches(chunks []*chunk) [][]*chunk {
	batches := [][]*chunk{nil}
	size := 0
	for _, c := range chunks {
		last := len(batches) - 1
		if n := len(batches[last]); n == batchChunks || n > 0 && size+c.bytes > batchBytes {
			batches, size = append(batches, nil), 0
			last++
		}
		batches[last] = append(batches[last], c)
		size += c.bytes
	}
	return batches
}

// removed is a chunk that a change takes away.
type removed struct {
	id   string // of the object
	meta *meta
}

const (
	keysAtOnce = 500
	// most is how many objects Weaviate gives at once by default.
	most = 10_000
)

// removed finds what a change takes away.
func (v *view) removed(c *change) ([]removed, error) {
	var gone []removed
	take := func(list []found) error {
		for i := range list {
			m, err := decodeMeta(&list[i])
			if err != nil {
				return err
			}
			if !c.spare[m.Chunk] {
				gone = append(gone, removed{list[i].Additional.ID, m})
			}
		}
		return nil
	}
	var err error
	if c.all {
		err = v.scan("meta", take)
	} else {
		for part := range slices.Chunk(c.remove, keysAtOnce) {
			if err = v.byKeys(part, "meta", take); err != nil {
				break
			}
		}
	}
	slices.SortFunc(gone, func(a, b removed) int { return strings.Compare(a.id, b.id) })
	return slices.CompactFunc(gone, func(a, b removed) bool { return a.id == b.id }), err
}

// byKeys gives the live chunks that have one of some keys.
func (v *view) byKeys(list []string, fields string, take func([]found) error) error {
	r := v.request()
	r.get("found", fields, most, "where:"+all(v.head.alive(), anyOf("keys", list...)).String())
	a, err := v.ask(r)
	if err != nil {
		return err
	}
	if len(a.objects["found"]) < most {
		return take(a.objects["found"])
	}
	if len(list) == 1 {
		return fault.New(fault.PayloadTooLarge, "a document has too many chunks for this index", fault.Details{"most": most - 1})
	}
	half := len(list) / 2
	if err := v.byKeys(list[:half], fields, take); err != nil {
		return err
	}
	return v.byKeys(list[half:], fields, take)
}

// scan gives all live chunks, some at a time in the order of their ids.
func (v *view) scan(fields string, take func([]found) error) error {
	const page = 1000
	seen := 0
	for after := ""; ; {
		r := v.request()
		r.get("found", "version "+fields, page, `after:"`+after+`"`)
		a, err := v.ask(r)
		if err != nil {
			return err
		}
		list := a.objects["found"]
		full := len(list) == page
		if full {
			after = list[page-1].Additional.ID
		}
		list = slices.DeleteFunc(list, func(it found) bool { return it.Meta == "" || !v.head.isAlive(&it) })
		seen += len(list)
		if err := take(list); err != nil {
			return err
		}
		if !full {
			break
		}
	}
	if seen != v.head.Chunks && !v.asIs {
		return errTurn
	}
	return nil
}
