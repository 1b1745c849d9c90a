package localstore

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/internal/durable"
)

// flaky is a disk that refuses a write, or a sync, now and then.
type flaky struct {
	medium
	rng *rand.Rand
}

func (f *flaky) WriteAt(b []byte, at int64) (int, error) {
	if f.rng.IntN(12) == 0 {
		n, _ := f.medium.WriteAt(b[:f.rng.IntN(len(b)+1)], at)
		return n, syscall.ENOSPC
	}
	return f.medium.WriteAt(b, at)
}

func (f *flaky) Sync() error {
	if f.rng.IntN(30) == 0 {
		return syscall.EIO
	}
	return f.medium.Sync()
}

// trial is a store on a flaky disk, whose background is held, with what it has to hold.
type trial struct {
	t      *testing.T
	rng    *rand.Rand
	s      *Store
	give   func()          // the background its turn
	sure   map[string]bool // by chunk id: whether it is there
	unsure map[string]bool // of which nobody can tell
}

// open opens the store, while the disk is sound.
func (r *trial) open(dir string) {
	r.s = open(r.t, dir)
	r.give = holdMaintenance(r.t, r.s)
	r.s.stuck.Store(true) // so that no change waits for the background
	r.s.logLimit.Store([]int64{int64(fileHeader), 4000, 1 << 20}[r.rng.IntN(3)])
	r.s.syncDir = func(dir string) error {
		if r.rng.IntN(15) == 0 {
			return syscall.EIO
		}
		return durable.SyncDir(dir)
	}
}

func (r *trial) close() {
	r.give()
	require.NoError(r.t, r.s.Close())
}

// change has the log written on the flaky disk.
func (r *trial) change(ids []string, there bool, change func() error) {
	sound := r.s.active.f
	r.s.active.f = &flaky{sound, r.rng}
	err := change()
	r.s.active.f = sound
	for _, id := range ids {
		if err == nil {
			r.sure[id] = there
			delete(r.unsure, id)
		} else if isWriteFault(r.t, err).Reopen {
			r.unsure[id] = true
		}
	}
}

func (r *trial) upsert() {
	recs := []rag.Record{record("t", fmt.Sprint("d", r.rng.IntN(5)), r.rng.IntN(6)), record("t", "e", r.rng.IntN(6))}
	r.change([]string{recs[0].Chunk.ID, recs[1].Chunk.ID}, true, func() error { return r.s.Upsert(ctx, recs) })
}

func (r *trial) delete() {
	document := fmt.Sprint("d", r.rng.IntN(5))
	var ids []string
	for i := range 6 {
		ids = append(ids, record("t", document, i).Chunk.ID)
	}
	r.change(ids, false, func() error { return r.s.Delete(ctx, rag.Selector{Tenant: "t", Documents: []string{document}}) })
}

// rewrite demands that no file is left that the store does not know.
func (r *trial) rewrite() {
	var segments []*segment
	if r.rng.IntN(2) == 0 {
		segments = r.s.segments
	}
	if err := r.s.rewrite(ctx, r.rng.IntN(2) == 0, segments, 1+r.rng.IntN(2)); err != nil {
		isWriteFault(r.t, err)
	}
	temporary, err := filepath.Glob(filepath.Join(r.s.dir, "*.tmp"))
	require.NoError(r.t, err)
	require.Empty(r.t, temporary)
	if r.s.Check(ctx) == nil {
		segmentsIn(r.t, r.s, len(r.s.segments))
	}
}

// copied demands that a copy is whole, or not there.
func (r *trial) copied() {
	to := r.t.TempDir()
	err := r.s.Snapshot(ctx, to)
	if err != nil {
		require.False(r.t, isWriteFault(r.t, err).Reopen)
		require.NoError(r.t, vacant(to))
		return
	}
	s := open(r.t, to)
	require.Equal(r.t, search(r.t, r.s, "t", "all"), search(r.t, s, "t", "all"))
	require.NoError(r.t, s.Close())
}

// check demands that everything is there of which it is known, and takes the rest as it is.
func (r *trial) check() {
	got := search(r.t, r.s, "t", "all")
	for id, there := range r.sure {
		if !r.unsure[id] {
			require.Equal(r.t, there, got[id].Chunk.ID != "", id)
		}
	}
	clear(r.sure)
	for id := range got {
		r.sure[id] = true
	}
	clear(r.unsure)
}

// Whatever a disk refuses, what was acknowledged is there, and what was not is not; no
// file is left behind.
func TestAFlakyDisk(t *testing.T) {
	seeds, reopened := uint64(20), 0
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		dir := t.TempDir()
		r := &trial{t: t, rng: rand.New(rand.NewPCG(seed, 1)), sure: map[string]bool{}, unsure: map[string]bool{}}
		r.open(dir)
		for range 60 {
			step := []func(){r.upsert, r.upsert, r.upsert, r.upsert, r.delete, r.rewrite, r.rewrite, r.copied}[r.rng.IntN(8)]
			step()
			if r.s.Check(ctx) != nil || r.rng.IntN(20) == 0 {
				r.close()
				r.open(dir)
				r.check()
				reopened++
			}
		}
		r.check()
		r.close()
	}
	t.Log("opened again", reopened, "times")
}
