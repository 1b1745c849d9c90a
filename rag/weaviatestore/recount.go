package weaviatestore

import (
	"context"
	"crypto/rand"

	"github.com/akshara-go/akshara/rag"
)

// Recount makes a tenant's state anew from the chunks that one replica has, of
// each the one that was written last. It is for a tenant that answers "the
// replicas of the index do not agree" and goes on to do so: two processes wrote it
// at the same moment, or the cluster lost more nodes than it may. What was
// deleted by a change that was lost comes back. It reads every record, and a
// tenant that is not there is no error.
func (s *Store) Recount(ctx context.Context, tenant string) error {
	if err := s.turns.take(ctx, tenant); err != nil {
		return err
	}
	defer s.turns.give(tenant)
	var st *step
	err := s.client.try(ctx, func(n *node) error {
		h, err := s.readHead(ctx, n, tenant)
		if err != nil || h == nil || h.Version == 0 {
			return err
		}
		v := &view{s: s, ctx: ctx, n: n, tenant: tenant, head: h, asIs: true}
		if err := v.clean(); err != nil {
			return err
		}
		st, err = v.recount()
		return behind(err)
	})
	if err != nil || st == nil {
		return err
	}
	if err := s.stage(ctx, st); err != nil {
		s.undo(ctx, []*step{st})
		return err
	}
	if err := s.commit(ctx, st); err != nil {
		return err
	}
	s.settle(ctx, []*step{st})
	return nil
}

// recount works out the state from what is there.
func (v *view) recount() (*step, error) {
	type version struct {
		removed
		number float64
	}
	last := map[string]version{}
	var dead []string
	err := v.scan("meta", func(list []found) error {
		for i := range list {
			m, err := decodeMeta(&list[i])
			if err != nil {
				return err
			}
			it := version{removed{list[i].Additional.ID, m}, list[i].Version}
			other, twice := last[m.Chunk]
			switch {
			case !twice:
			case other.number > it.number || other.number == it.number && other.id > it.id:
				dead = append(dead, it.id)
				continue
			default:
				dead = append(dead, other.id)
			}
			last[m.Chunk] = it
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	before := v.head
	after := &head{
		Version: before.Version + 1, Floor: before.Floor, Marked: before.Version, Changes: before.Changes,
		Model: before.Model, Legs: map[rag.Leg]legStats{}, Dead: dead,
	}
	for _, it := range last {
		after.count(it.meta, 1)
	}
	return &step{change: &change{tenant: v.tenant}, before: before, after: after, batches: inBatches(nil), nonce: rand.Text()}, nil
}
