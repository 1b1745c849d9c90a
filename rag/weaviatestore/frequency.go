package weaviatestore

import (
	"math"
	"sync"
)

const (
	// mostKnown bounds how many frequencies are remembered, about 10 MB of them.
	mostKnown = 100_000
	// drift is what part of a frequency may have changed while it is used again.
	// An inverse document frequency is then wrong by 0.001 at most.
	drift   = 1000
	unknown = -1
)

// exactly is the part of a frequency that may have changed where none may.
const exactly = math.MaxInt32

// frequencies remembers in how many records terms stand, for Weaviate reads each
// of those to count them. It may be used concurrently.
type frequencies struct {
	mu    sync.Mutex
	terms map[[2]string]frequency // by tenant and code
}

// frequency is that of a term when the tenant had seen so many changes.
type frequency struct {
	df      int
	changes int64
}

// of gives a frequency that no more changes than one in drift of it have passed by.
func (f *frequencies) of(tenant, code string, changes, drift int64) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	it, ok := f.terms[[2]string{tenant, code}]
	if since := max(changes-it.changes, it.changes-changes); !ok || since*drift > int64(it.df) && since != 0 {
		return unknown
	}
	return it.df
}

func (f *frequencies) learn(tenant, code string, it frequency) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.terms == nil || len(f.terms) >= mostKnown {
		f.terms = map[[2]string]frequency{}
	}
	f.terms[[2]string{tenant, code}] = it
}

// askFrequencies asks for those that are not known, and tells whether there are any.
func (v *view) askFrequencies(r *request, terms []weighted, drift int64) (asked bool) {
	for i := range terms {
		t := &terms[i]
		if t.df = v.s.known.of(v.tenant, t.code, v.head.Changes, drift); t.df == unknown {
			r.count(t.alias, all(v.head.alive(), anyOf("terms", t.code)))
			asked = true
		}
	}
	return asked
}

// learnFrequencies takes them from the answer. None is more than there are
// records, though one of a while ago, or a record that is being cleared away, might say so.
func (v *view) learnFrequencies(a *answer, terms []weighted, records int) {
	for i := range terms {
		if t := &terms[i]; t.df == unknown {
			t.df = a.counts[t.alias]
			v.s.known.learn(v.tenant, t.code, frequency{t.df, v.head.Changes})
		}
		terms[i].df = min(terms[i].df, records)
	}
}
