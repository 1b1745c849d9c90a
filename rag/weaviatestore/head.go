package weaviatestore

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

// head is the state of a tenant: one object, whose writing makes a change of many
// objects happen at once. A chunk is alive when its version is above Floor and not
// above Version, and it is not in Dead.
//
// Every batch of objects has a version of its own and holds a marker besides, so
// that a replica which missed a batch lacks its marker: there are as many markers
// above Marked as there are versions.
type head struct {
	Version int64                `json:"version"`
	Floor   int64                `json:"floor"`
	Marked  int64                `json:"marked"`
	Chunks  int                  `json:"chunks"`
	Changes int64                `json:"changes"` // chunks that ever came or went
	Vectors int                  `json:"vectors"`
	Model   rag.EmbedModel       `json:"model,omitzero"` // of the vectors, while there are any
	Legs    map[rag.Leg]legStats `json:"legs,omitempty"`
	Dead    []string             `json:"dead,omitempty"` // ids of objects that the last change removed, which replicas may still have
}

// legStats are a tenant's BM25 statistics on a leg.
type legStats struct {
	Records int     `json:"records"`
	Total   float64 `json:"total"` // of the lengths
}

func (h *head) model() rag.EmbedModel {
	if h.Vectors == 0 {
		return rag.EmbedModel{}
	}
	return h.Model
}

// count adds a chunk to the statistics, or with -1 takes it away.
func (h *head) count(m *meta, sign int) {
	h.Chunks += sign
	h.Changes++
	if m.Vector {
		h.Vectors += sign
	}
	for leg, size := range m.Sizes {
		stats := h.Legs[leg]
		stats.Records += sign
		stats.Total += float64(sign) * size
		if stats.Records == 0 {
			delete(h.Legs, leg)
			continue
		}
		h.Legs[leg] = stats
	}
}

func (h *head) clone() *head {
	c := *h
	c.Legs = make(map[rag.Leg]legStats, len(h.Legs))
	for leg, stats := range h.Legs {
		c.Legs[leg] = stats
	}
	c.Dead = slices.Clone(h.Dead)
	return &c
}

// alive is the condition of being a live chunk, for what is none of the markers.
func (h *head) alive() condition {
	list := []condition{compare("version", "LessThanEqual", float64(h.Version))}
	if h.Floor > 0 {
		list = append(list, compare("version", "GreaterThan", float64(h.Floor)))
	}
	if len(h.Dead) > 0 {
		list = append(list, noneOf("id", h.Dead...))
	}
	return all(list...)
}

// others is the condition of being neither a live chunk nor the head. Few objects
// meet it: Weaviate reads every object that it counts.
func (h *head) others() condition {
	list := []condition{anyOf("keys", markerKey), compare("version", "GreaterThan", float64(h.Version))}
	if h.Floor > 0 {
		list = append(list, compare("version", "LessThanEqual", float64(h.Floor)))
	}
	if len(h.Dead) > 0 {
		list = append(list, anyOf("id", h.Dead...))
	}
	return condition{Operator: "Or", Operands: list}
}

// marked is the condition of being a marker that has to be there.
func (h *head) marked() condition {
	return all(anyOf("keys", markerKey), compare("version", "GreaterThan", float64(h.Marked)), compare("version", "LessThanEqual", float64(h.Version)))
}

// isAlive is alive for an object that was read.
func (h *head) isAlive(it *found) bool {
	return it.Version > float64(h.Floor) && it.Version <= float64(h.Version) && !slices.Contains(h.Dead, it.Additional.ID)
}

func headID(tenant string) string { return uuidOf("head", tenant) }

// readHead gives a tenant's head as the replicas have it, or nil when there is no
// such tenant. The node's own copy will do when the others have the same: asking so
// needs no leader of the cluster, of which there is none for a while after its loss.
func (s *Store) readHead(ctx context.Context, n *node, tenant string) (*head, error) {
	r := &request{collection: s.collection, tenant: tenantName(tenant), level: s.level}
	r.get("head", "state+isConsistent", 1, "where:"+anyOf("id", headID(tenant)).String())
	a, err := s.client.ask(ctx, n, r)
	switch {
	case errors.Is(err, errNoTenant):
		there, err := s.isTenant(ctx, n, tenant)
		if err == nil && there {
			err = errTurn
		}
		return nil, err
	case err != nil:
		return nil, err
	}
	if list := a.objects["head"]; len(list) == 1 && list[0].Additional.IsConsistent {
		return decodeHead(list[0].State)
	}
	return s.agreeOnHead(ctx, n, tenant)
}

// agreeOnHead has the node find out which of the replicas' heads is the last. A
// tenant without one has the zero head.
func (s *Store) agreeOnHead(ctx context.Context, n *node, tenant string) (*head, error) {
	var body struct {
		Properties struct{ State string }
	}
	path := "/v1/objects/" + s.collection + "/" + headID(tenant) + "?tenant=" + tenantName(tenant) + "&consistency_level=" + string(s.level)
	err := behind(s.client.call(ctx, n, http.MethodGet, path, nil, &body))
	if e, ok := errors.AsType[*callError](err); ok && e.status == http.StatusNotFound {
		return &head{Legs: map[rag.Leg]legStats{}}, nil
	}
	if err != nil {
		return nil, err
	}
	return decodeHead(body.Properties.State)
}

func decodeHead(state string) (*head, error) {
	h := &head{}
	if err := json.Unmarshal([]byte(state), h); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "the index is damaged", nil)
	}
	if h.Legs == nil {
		h.Legs = map[rag.Leg]legStats{}
	}
	return h, nil
}

// view is a tenant's state with the node that it is read from.
type view struct {
	s      *Store
	ctx    context.Context
	n      *node
	tenant string
	head   *head
	asIs   bool // what the replica has is taken for what there is
}

// disturbed is how often a reader is disturbed by changes before the Store's writers
// of the tenant wait for it, a quarter of a second after it began; so that no stream of
// changes keeps it off for ever. It waits for its turn no longer than turnWithin.
const (
	disturbed  = 12
	turnWithin = time.Second
)

// read runs f with a view of a tenant until f saw the tenant as it was at one
// moment. f is not run when there is no such tenant.
func (s *Store) read(ctx context.Context, tenant string, f func(v *view) error) error {
	attempts := 0
	return s.client.try(ctx, func(n *node) error {
		if attempts++; attempts > disturbed {
			wait, cancel := context.WithTimeout(ctx, turnWithin)
			defer cancel()
			if s.turns.take(wait, tenant) == nil {
				defer s.turns.give(tenant)
			}
		}
		h, err := s.readHead(ctx, n, tenant)
		if err != nil || h == nil || h.Version == 0 {
			return err
		}
		err = f(&view{s: s, ctx: ctx, n: n, tenant: tenant, head: h})
		if errors.Is(err, errNoTenant) {
			return errTurn
		}
		return err
	})
}

func (v *view) request() *request {
	return &request{collection: v.s.collection, tenant: tenantName(v.tenant)}
}

// settled holds a replica against the head before anything is counted, or after
// something was read: the counts of one request are taken in no order, and before
// its objects.
func (v *view) settled() error {
	_, err := v.ask(v.request())
	return err
}

// ask sends a request and holds what the replica counts against the head: errTurn
// when it lacks a batch, or has more or fewer live chunks than there are.
func (v *view) ask(r *request) (*answer, error) {
	r.total("total")
	r.count("others", v.head.others())
	r.count("markers", v.head.marked())
	a, err := v.s.client.ask(v.ctx, v.n, r)
	if err != nil {
		return nil, err
	}
	if !v.asIs && (a.counts["total"]-a.counts["others"]-1 != v.head.Chunks || a.counts["markers"] != int(v.head.Version-v.head.Marked)) {
		return nil, errTurn
	}
	return a, nil
}
