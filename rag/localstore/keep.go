package localstore

import (
	"cmp"
	"slices"
)

// Most of a store's bytes are vectors and texts. They are written once, in a log, and
// segments refer to them there: a merge writes only what finds them.

// keep chooses the logs that stay: their records need not be copied, which is most of
// the work. Short ones do not, so that there are few files.
func (r *rewriting) keep(size int64, share int) {
	live := map[*dataFile]int{}
	for _, m := range r.moves {
		for _, p := range m.from {
			counts := make([]int, 1+len(p.home.logs))
			for slot, w := range p.where {
				if p.alive(uint32(slot), m.view.version) {
					counts[w.file()]++
				}
			}
			live[p.home] += counts[0]
			for i, f := range p.home.logs {
				live[f] += counts[i+1]
			}
		}
	}
	for f, n := range live {
		if f.kind == logKind && !f.outdated() && f.size >= size && n*share >= f.records {
			r.kept = append(r.kept, f)
		}
	}
	slices.SortFunc(r.kept, func(a, b *dataFile) int { return cmp.Compare(a.gen, b.gen) })
}

// log gives one that is kept, for the new segment to release.
func (r *rewriting) log(gen uint64) (*dataFile, error) {
	for _, f := range r.kept {
		if f.gen == gen {
			f.acquire()
			return f, nil
		}
	}
	return nil, errValue
}

// retire has a file removed when nobody reads it any more, with the logs that it
// refers to, but those that are kept. It tells whether f itself is to be removed.
func (r *rewriting) retire(f *dataFile) bool {
	for _, f := range append([]*dataFile{f}, f.logs...) {
		if !slices.Contains(r.kept, f) {
			f.retired.Store(true)
		}
	}
	return f.retired.Load()
}
