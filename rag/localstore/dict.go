package localstore

import (
	"hash/maphash"
	"sync/atomic"

	"github.com/akshara-go/akshara/rag"
)

// dict numbers a tenant's terms in the order in which a log defines them, on
// each leg by itself. The writer alone changes it.
type dict map[rag.Leg]*legDict

// legDict is a dict's part for one leg. It may be read while it is written.
type legDict struct {
	seed   maphash.Seed
	places atomic.Pointer[[]atomic.Uint64] // of texts, by their hashes: see put
	texts  atomic.Pointer[[]string]
	sorted atomic.Pointer[runs] // of the leg of forms: its terms in order
}

func newLegDict() *legDict {
	l := &legDict{seed: maphash.MakeSeed()}
	l.places.Store(new(make([]atomic.Uint64, dictPlaces)))
	l.texts.Store(new([]string))
	l.sorted.Store(new(runs))
	return l
}

func (l *legDict) list() []string { return *l.texts.Load() }

// find gives the number of a text, which it looks for by linear probing.
func (l *legDict) find(text string) (uint32, bool) {
	hash := maphash.String(l.seed, text)
	places := *l.places.Load()
	mask := uint64(len(places) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		p := places[at].Load()
		if p == 0 {
			return 0, false
		}
		if id := uint32(p) - 1; p>>32 == hash>>32 && l.list()[id] == text {
			return id, true
		}
	}
}

// dictPlaces is how many places a dict has at first, a power of two. A quarter at
// least are free, which ends a search.
const dictPlaces = 64

// put puts a text at the first free place from its hash on: the upper half of
// the hash and, below it, the text's number and 1.
func put(places []atomic.Uint64, hash uint64, id uint32) {
	mask := uint64(len(places) - 1)
	at := hash & mask
	for places[at].Load() != 0 {
		at = (at + 1) & mask
	}
	places[at].Store(hash>>32<<32 | uint64(id+1))
}

// reserve makes room for places of n texts.
func (l *legDict) reserve(n int) {
	size := len(*l.places.Load())
	if n <= size/4*3 {
		return
	}
	for n > size/2 {
		size *= 2
	}
	places := make([]atomic.Uint64, size)
	for id, text := range l.list() {
		put(places, maphash.String(l.seed, text), uint32(id))
	}
	l.places.Store(&places)
}

// define appends terms that are new; inOrder keeps them sorted, too. It tells whether
// they were new, each once: otherwise it stops in the middle.
func (l *legDict) define(news []string, inOrder bool) bool {
	texts := l.list()
	ids := make(run, len(news))
	for i, text := range news {
		ids[i] = uint32(len(texts))
		texts = append(texts, text)
	}
	l.reserve(len(texts))
	l.texts.Store(&texts) // before their places, so that who finds a place finds the text
	places := *l.places.Load()
	for i, text := range news {
		if _, twice := l.find(text); twice {
			return false
		}
		put(places, maphash.String(l.seed, text), ids[i])
	}
	if inOrder && len(news) > 0 {
		sorted := l.sorted.Load().add(texts, ids)
		l.sorted.Store(&sorted)
	}
	return true
}
