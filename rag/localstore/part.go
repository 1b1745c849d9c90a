package localstore

import (
	"math"
	"slices"
	"sync/atomic"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// part is a piece of a tenant: records, with all that finds them. A record's
// slot is its place in the part. Parts of a log are made in memory, those of a
// segment are its arrays where they are mapped. Nothing of a part changes but
// which of its records are dead, and what that takes from its statistics.
type part struct {
	home  *dataFile // where the part stands, and its records or what says in which file they do
	model rag.EmbedModel
	where []place // by slot

	ids  table // by slot
	byID hashIndex

	docs     table
	byDoc    hashIndex
	docFroms []uint64 // slots of document i: docSlots[docFroms[i]:docFroms[i+1]]
	docSlots []uint32

	facts     []uint32 // by slot
	factDocs  []uint32 // by fact
	factLists []uint32 // by fact, in lists
	sources   table    // by fact, as encodeSource wrote them
	lists     [][]string

	rows []int32 // by slot, in vecs; -1 without a vector
	vecs vectors
	legs map[rag.Leg]*leg

	// died holds, by slot, the version of the tenant in which the record was
	// gone, 0 for one that lives; nil while all do.
	died        atomic.Pointer[[]atomic.Uint64]
	lost        atomic.Int64 // records
	lostBytes   atomic.Int64
	lostVectors atomic.Int64
}

// place says where a record stands.
type place struct {
	at   uint64
	size uint64 // in bytes, and above 32 bits the number of the file: see dataFile.holder
}

func inFile(number, at, bytes uint64) place { return place{at, number<<32 | bytes} }

func (w place) bytes() uint64 { return w.size & math.MaxUint32 }
func (w place) file() uint64  { return w.size >> 32 }

func (p *part) len() int     { return len(p.where) }
func (p *part) live() int    { return p.len() - int(p.lost.Load()) }
func (p *part) vectors() int { return len(p.vecs.slots) - int(p.lostVectors.Load()) }

// size gives the bytes of the live records.
func (p *part) size() int64 {
	n := -p.lostBytes.Load()
	for _, w := range p.where {
		n += int64(w.bytes())
	}
	return n
}

// alive tells whether a record is there in a version of the tenant.
func (p *part) alive(slot uint32, version uint64) bool {
	died := p.died.Load()
	if died == nil {
		return true
	}
	at := (*died)[slot].Load()
	return at == 0 || at > version
}

// deaths gives room for versions of death.
func (p *part) deaths() []atomic.Uint64 {
	died := p.died.Load()
	if died == nil {
		list := make([]atomic.Uint64, p.len())
		died = &list
		p.died.Store(died)
	}
	return *died
}

// kill makes a live record dead from a version on. Only the writer may.
func (p *part) kill(slot uint32, version uint64) {
	p.deaths()[slot].Store(version)
	p.lost.Add(1)
	p.lostBytes.Add(int64(p.where[slot].bytes()))
	if p.rows[slot] >= 0 {
		p.lostVectors.Add(1)
	}
	for _, l := range p.legs {
		l.forget(slot)
	}
}

// find gives the slot of a record that no version has lost. hash is that of its id.
func (p *part) find(id string, hash uint64) (uint32, bool) {
	slot, ok := p.byID.find(&p.ids, id, hash)
	return slot, ok && p.alive(slot, math.MaxUint64-1)
}

// slotsOf gives the slots of a document's records, dead ones included.
func (p *part) slotsOf(document string) []uint32 {
	i, ok := p.byDoc.find(&p.docs, document, hashOf(document))
	if !ok {
		return nil
	}
	return p.docSlots[p.docFroms[i]:p.docFroms[i+1]]
}

// leg is an inverted index over one family of terms, and the way back. Terms are
// numbered in the order of their texts in a segment, and of the log's dict elsewhere.
type leg struct {
	texts table    // of a segment's terms
	ids   []uint32 // of a log's terms in dict, ascending
	dict  *legDict

	starts []uint64 // postings of term i: posts[starts[i]:starts[i+1]]
	posts  []posting
	lens   []float32 // by slot: the record's sum of counts, 0 without terms
	froms  []uint64  // terms of slot i: terms[froms[i]:froms[i+1]]
	terms  []uint32

	records int     // with terms
	total   float64 // of lens

	lost      atomic.Int64  // records
	lostTotal atomic.Uint64 // bits of a float64
	lostFreqs atomic.Pointer[[]atomic.Uint32]
}

type posting struct {
	slot  uint32
	count float32
}

func (l *leg) size() uint32 { return uint32(max(0, len(l.starts)-1)) }

func (l *leg) postings(term uint32) []posting { return l.posts[l.starts[term]:l.starts[term+1]] }

// text gives the text of a term. It is good as long as the part is held.
func (l *leg) text(term uint32) []byte {
	if l.dict == nil {
		return l.texts.at(term)
	}
	return []byte(l.dict.list()[l.ids[term]])
}

// find gives the number of a term.
func (l *leg) find(text string) (uint32, bool) {
	if l.dict == nil {
		from, to := uint32(0), l.size()
		for from < to {
			mid := from + (to-from)/2
			if string(l.texts.at(mid)) < text {
				from = mid + 1
			} else {
				to = mid
			}
		}
		return from, from < l.size() && string(l.texts.at(from)) == text
	}
	id, ok := l.dict.find(text)
	if !ok {
		return 0, false
	}
	return l.byID(id)
}

// byID gives the number of a term of the dict.
func (l *leg) byID(id uint32) (uint32, bool) {
	at, ok := slices.BinarySearch(l.ids, id)
	return uint32(at), ok
}

// freq gives how many live records have a term.
func (l *leg) freq(term uint32) int {
	n := int(l.starts[term+1] - l.starts[term])
	if lost := l.lostFreqs.Load(); lost != nil {
		n -= int((*lost)[term].Load())
	}
	return n
}

// exactFrom is the share of a sum below which what is left of it is summed anew, since
// taking away left only digits that had been rounded.
const exactFrom = 1e-6

// stats gives how many live records have terms on a leg, and the sum of their counts.
func (p *part) stats(l *leg) (records int, total float64) {
	records = l.records - int(l.lost.Load())
	if records == 0 {
		return 0, 0
	}
	total = l.total - math.Float64frombits(l.lostTotal.Load())
	if total < exactFrom*l.total {
		total = 0
		for slot, length := range l.lens {
			if p.alive(uint32(slot), math.MaxUint64-1) {
				total += float64(length)
			}
		}
	}
	return records, total
}

// forget takes a slot out of the statistics.
func (l *leg) forget(slot uint32) {
	if l.lens[slot] == 0 {
		return
	}
	freqs := l.lostFreqs.Load()
	if freqs == nil {
		list := make([]atomic.Uint32, l.size())
		freqs = &list
		l.lostFreqs.Store(freqs)
	}
	for _, term := range l.terms[l.froms[slot]:l.froms[slot+1]] {
		(*freqs)[term].Add(1)
	}
	l.lost.Add(1)
	l.lostTotal.Store(math.Float64bits(math.Float64frombits(l.lostTotal.Load()) + float64(l.lens[slot])))
}

// finish makes the way back, and sums, of what posts say about n slots.
func (l *leg) finish(n int) {
	l.lens = make([]float32, n)
	l.froms = make([]uint64, n+1)
	for _, p := range l.posts {
		l.lens[p.slot] = min(l.lens[p.slot]+p.count, math.MaxFloat32)
		l.froms[p.slot+1]++
	}
	for i := range n {
		l.froms[i+1] += l.froms[i]
		if l.lens[i] > 0 {
			l.records++
			l.total += float64(l.lens[i])
		}
	}
	l.terms = make([]uint32, len(l.posts))
	next := slices.Clone(l.froms[:n])
	for term := range l.size() {
		for _, p := range l.postings(term) {
			l.terms[next[p.slot]] = term
			next[p.slot]++
		}
	}
}

// gate decides which records of a part a search may see, once for each fact.
type gate struct {
	p       *part
	died    []atomic.Uint64
	version uint64
	readers []string
	filter  *corpus.Filter
	lists   []int8 // by reader list: 0 not yet decided, 1 yes, -1 no
	facts   []int8 // by fact, likewise
}

func newGate(p *part, version uint64, readers []string, filter *corpus.Filter) *gate {
	g := &gate{p: p, version: version, readers: readers, filter: filter,
		lists: make([]int8, len(p.lists)), facts: make([]int8, len(p.factDocs))}
	if died := p.died.Load(); died != nil {
		g.died = *died
	}
	return g
}

// pass tells whether the record in a slot is live, may be read and passes the filter.
func (g *gate) pass(slot uint32) bool {
	if g.died != nil {
		if at := g.died[slot].Load(); at != 0 && at <= g.version {
			return false
		}
	}
	n := g.p.facts[slot]
	if v := g.facts[n]; v != 0 {
		return v > 0
	}
	return g.decide(n)
}

func (g *gate) decide(n uint32) bool {
	p := g.p
	list := p.factLists[n]
	if g.lists[list] == 0 {
		g.lists[list] = -1
		if corpus.MayRead(p.lists[list], g.readers) {
			g.lists[list] = 1
		}
	}
	g.facts[n] = -1
	if g.lists[list] > 0 && (g.filter.IsZero() || g.matches(n)) {
		g.facts[n] = 1
	}
	return g.facts[n] > 0
}

// matches asks the filter. A source that makes no sense matches nothing.
func (g *gate) matches(n uint32) bool {
	var source corpus.Source
	d := &decoder{b: g.p.sources.at(n)}
	d.source(&source)
	return d.err == nil && g.filter.Match(string(g.p.docs.at(g.p.factDocs[n])), &source)
}
