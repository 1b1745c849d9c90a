package weaviatestore

import "sync"

const (
	// mostKnown bounds how many frequencies are remembered, about 10 MB of them.
	mostKnown = 100_000
	// drift is what part of a frequency may have changed while it is used again.
	// An inverse document frequency is then wrong by 0.001 at most.
	drift   = 1000
	unknown = -1
)

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

func (f *frequencies) of(tenant, code string, changes int64) int {
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

// askFrequencies asks for those that are not known.
func (v *view) askFrequencies(r *request, terms []weighted) {
	for i := range terms {
		t := &terms[i]
		if t.df = v.s.known.of(v.tenant, t.code, v.head.Changes); t.df == unknown {
			r.count(t.alias, all(v.head.alive(), anyOf("terms", t.code)))
		}
	}
}

// learnFrequencies takes them from the answer.
func (v *view) learnFrequencies(a *answer, terms []weighted) {
	for i := range terms {
		if t := &terms[i]; t.df == unknown {
			t.df = a.counts[t.alias]
			v.s.known.learn(v.tenant, t.code, frequency{t.df, v.head.Changes})
		}
	}
}
