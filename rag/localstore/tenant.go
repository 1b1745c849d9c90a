package localstore

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/internal/quant"
)

// tenant is one version of a tenant's records. It never changes: a change makes
// the next version, and searches go on in the one they began with, whose files
// stay open for them.
type tenant struct {
	version uint64
	model   rag.EmbedModel // zero while there are no vectors
	parts   []*part        // of segments, then of logs
	stats   map[rag.Leg]legStats

	refs atomic.Int64 // the collection's own, and one for each search
}

// legStats are what BM25 asks of all records that have terms on a leg.
type legStats struct {
	records int
	total   float64 // of their counts
}

// newTenant makes a version of parts.
func newTenant(version uint64, model rag.EmbedModel, parts []*part) *tenant {
	t := &tenant{version: version, model: model, parts: parts, stats: map[rag.Leg]legStats{}}
	for _, p := range parts {
		for name, l := range p.legs {
			records, total := p.stats(l)
			sum := t.stats[name]
			t.stats[name] = legStats{sum.records + records, sum.total + total}
		}
	}
	return t
}

// acquire keeps the files of a version open until release. It fails for a
// version that has been let go.
func (t *tenant) acquire() bool {
	for {
		n := t.refs.Load()
		if n <= 0 {
			return false
		}
		if t.refs.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (t *tenant) release() {
	if t == nil || t.refs.Add(-1) > 0 {
		return
	}
	for _, p := range t.parts {
		_ = p.home.release() // a file that was retired meanwhile is removed at the next Open if not now
	}
}

// collection is a tenant through its versions.
type collection struct {
	name string
	now  atomic.Pointer[tenant] // nil when the store is closed

	dict dict // of the active log; the writer's
}

// view gives the version of now, which the caller has to release.
func (c *collection) view() *tenant {
	for {
		t := c.now.Load()
		if t == nil || t.acquire() {
			return t
		}
	}
}

// publish makes t the version of now.
func (c *collection) publish(t *tenant) {
	if t != nil {
		t.refs.Store(1)
		for _, p := range t.parts {
			p.home.acquire()
		}
	}
	c.now.Swap(t).release()
}

// leg gives the active log's dict of a leg.
func (c *collection) leg(name rag.Leg) *legDict {
	if c.dict == nil {
		c.dict = dict{}
	}
	l := c.dict[name]
	if l == nil {
		l = newLegDict()
		c.dict[name] = l
	}
	return l
}

// edit is a change of a tenant on its way to the next version.
type edit struct {
	c       *collection
	version uint64
	model   rag.EmbedModel
	parts   []*part
	builder builder
}

func (c *collection) edit(home *dataFile) *edit {
	e := &edit{c: c, version: 1, builder: builder{home: home, byID: map[string]int{}}}
	if t := c.now.Load(); t != nil {
		e.version, e.model, e.parts = t.version+1, t.model, slices.Clone(t.parts)
	}
	return e
}

// vectors counts those that are left.
func (e *edit) vectors() int {
	n := e.builder.vectors()
	for _, p := range e.parts {
		n += p.vectors()
	}
	return n
}

// add puts a record in the place of one with the same id. model is what made its
// vector, if it has one; scaled tells whether that has length 1.
func (e *edit) add(d *decoder, where place, model rag.EmbedModel, scaled bool) {
	p := d.pending(e.c.dict, where, scaled)
	if len(p.vector) > 0 && (len(p.vector) != 4*model.Dimensions || model != e.model && e.vectors() > 0) {
		d.fail(errValue)
	}
	if d.err != nil {
		return
	}
	e.kill(p.r.Chunk.ID)
	e.builder.add(p)
	if len(p.vector) > 0 {
		e.model, e.builder.model = model, model
	}
}

// delete makes all dead that sel names.
func (e *edit) delete(sel *rag.Selector) {
	spare := make(map[string]bool, len(sel.Except))
	for _, id := range sel.Except {
		spare[id] = true
	}
	for _, id := range sel.Chunks {
		if !spare[id] {
			e.deleteChunk(id)
		}
	}
	for _, name := range sel.Documents {
		e.deleteDocument(name, spare)
	}
	if sel.All {
		e.deleteAll(spare)
	}
}

func (e *edit) deleteChunk(id string) {
	e.builder.drop(id)
	e.kill(id)
}

// kill makes a record dead in the parts that there are.
func (e *edit) kill(id string) {
	hash := hashOf(id)
	for _, p := range e.parts {
		if slot, ok := p.find(id, hash); ok {
			p.kill(slot, e.version)
		}
	}
}

func (e *edit) deleteDocument(name string, spare map[string]bool) {
	e.builder.dropIf(func(p *pending) bool { return p.r.Chunk.DocumentID == name && !spare[p.r.Chunk.ID] })
	for _, p := range e.parts {
		e.killIf(p, p.slotsOf(name), spare)
	}
}

func (e *edit) deleteAll(spare map[string]bool) {
	e.builder.dropIf(func(p *pending) bool { return !spare[p.r.Chunk.ID] })
	for _, p := range e.parts {
		all := make([]uint32, p.len())
		for slot := range all {
			all[slot] = uint32(slot)
		}
		e.killIf(p, all, spare)
	}
	if len(spare) == 0 {
		e.c.dict = nil
	}
}

func (e *edit) killIf(p *part, slots []uint32, spare map[string]bool) {
	for _, slot := range slots {
		if p.alive(slot, e.version) && !spare[string(p.ids.at(slot))] {
			p.kill(slot, e.version)
		}
	}
}

// Parts of a log are joined while they have no more than this many records: as
// few parts as a search wants, at the cost of moving each record a few times.
const joinRows = 2 * quant.BlockRows

// publish makes the edit the version of now. Only what ends in its own part is
// joined, and so parts of the active log alone: a rewriting may be copying those
// of older logs, and looks for deaths in the parts that it began with.
func (e *edit) publish() error {
	p := e.builder.part(e.c.dict, e.parts)
	e.builder.recs = nil
	e.parts = slices.DeleteFunc(e.parts, func(p *part) bool { return p.live() == 0 })
	if p != nil {
		e.parts = append(e.parts, p)
	}
	for n := len(e.parts); p != nil && n >= 2; n = len(e.parts) {
		a, b := e.parts[n-2], e.parts[n-1]
		if a.len() >= 2*b.len() || a.len()+b.len() > joinRows || !a.joins(b) {
			break
		}
		d, err := newDraft(context.Background(), []*part{a, b}, e.version, false)
		if err != nil {
			return err
		}
		e.parts = append(e.parts[:n-2], d.inMemory())
	}
	if e.vectors() == 0 {
		e.model = rag.EmbedModel{}
	}
	e.c.publish(newTenant(e.version, e.model, e.parts))
	return nil
}

// joins tells whether a part has the log and the dict of another of a log.
func (p *part) joins(other *part) bool {
	if p.home != other.home {
		return false
	}
	for name, l := range p.legs {
		if o := other.legs[name]; o != nil && o.dict != l.dict {
			return false
		}
	}
	return true
}
