package weaviatestore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

// BatchError says which chunks the cluster did not take. With Chunks, nothing of
// that tenant's change is in the index; without, all of it or nothing may be.
type BatchError struct {
	Chunks []string // ids; none when it is about the change as a whole
	Reason string   // the cluster's, for the first of them
}

func (e *BatchError) Error() string {
	return fmt.Sprintf("weaviatestore: %d chunks were not taken, the first of them %q: %s", len(e.Chunks), slices.Concat(e.Chunks, []string{""})[0], e.Reason)
}

// put is an object as it is sent.
type put struct {
	Class      string                `json:"class"`
	ID         string                `json:"id"`
	Tenant     string                `json:"tenant"`
	Properties object                `json:"properties"`
	Vectors    map[string]rag.Vector `json:"vectors,omitempty"`
}

func (s *Store) object(tenant, id string, properties object) put {
	return put{Class: s.collection, ID: id, Tenant: tenantName(tenant), Properties: properties}
}

// stage writes the objects of a change. Nobody sees them before the change is committed.
func (s *Store) stage(ctx context.Context, st *step) error {
	for i, batch := range st.batches {
		version := st.before.Version + int64(i) + 1
		objects := make([]put, 0, len(batch)+1)
		for _, c := range batch {
			o := s.object(st.tenant, uuidOf("object", st.tenant, c.id, st.nonce), c.fields)
			c.fields["version"] = version
			if len(c.vector) > 0 {
				o.Vectors = map[string]rag.Vector{vectorName(len(c.vector)): c.vector}
			}
			objects = append(objects, o)
		}
		marker := s.object(st.tenant, uuidOf("marker", st.tenant, fmt.Sprint(version), st.nonce), object{"keys": []string{markerKey}, "version": version})
		if err := s.write(ctx, st.tenant, append(objects, marker), batch); err != nil {
			return err
		}
	}
	return nil
}

// commit writes the tenant's head. If that fails it cannot be known whether the
// change will be there: all of it or nothing will.
func (s *Store) commit(ctx context.Context, st *step) error {
	state, err := json.Marshal(st.after)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "the state of the index cannot be written", nil)
	}
	return s.write(ctx, st.tenant, []put{s.object(st.tenant, headID(st.tenant), object{"state": string(state)})}, nil)
}

// write sends a tenant's objects, the first of which are those of chunks, until a node
// took all of them.
func (s *Store) write(ctx context.Context, tenant string, objects []put, chunks []*chunk) error {
	tries := 0
	return s.client.try(ctx, func(n *node) error {
		var results []struct {
			Result struct {
				Status string
				Errors struct{ Error []struct{ Message string } }
			}
		}
		path := "/v1/batch/objects?consistency_level=" + string(s.level)
		err := behind(s.change(ctx, n, tenant, http.MethodPost, path, map[string]any{"objects": objects}, &results))
		if err != nil {
			return err
		}
		if len(results) != len(objects) {
			return &callError{status: http.StatusOK, reason: fmt.Sprintf("%d results for %d objects", len(results), len(objects))}
		}
		failed := &BatchError{}
		for i, r := range results {
			if r.Result.Status != "FAILED" && len(r.Result.Errors.Error) == 0 {
				continue
			}
			if failed.Reason == "" {
				failed.Reason = "no reason"
				if len(r.Result.Errors.Error) > 0 {
					failed.Reason = clip(r.Result.Errors.Error[0].Message)
				}
			}
			if i < len(chunks) {
				failed.Chunks = append(failed.Chunks, chunks[i].id)
			}
		}
		if failed.Reason == "" {
			return nil
		}
		if tries++; tries < 2*len(s.client.nodes) {
			return &callError{status: http.StatusServiceUnavailable, reason: failed.Error()} // a replica may be away
		}
		return fault.Wrap(failed, fault.Upstream, "the index did not take all chunks", fault.Details{"chunk_ids": failed.Chunks})
	})
}

// patience is how many times as long as others a request may take that changes objects.
const patience = 4

// change is call for what changes a tenant's objects. It asks the node first for what
// the node has to ask the cluster's leader. For a node that is given a change while the
// leader is lost, which Weaviate 1.35 takes up to a few seconds to notice, has been seen
// to hold it until that leader came back, whoever had left it for another node
// meanwhile, and to carry it out then: the head of long ago was the tenant's again.
// What is only asked does no harm when it is held.
func (s *Store) change(ctx context.Context, n *node, tenant, method, path string, in, out any) error {
	asks, cancel := context.WithTimeout(ctx, s.client.timeout/patience)
	defer cancel()
	if there, err := s.isTenant(asks, n, tenant); err != nil || !there {
		return cmp.Or(err, errTurn)
	}
	return s.client.within(ctx, patience*s.client.timeout, n, method, path, in, out)
}

// undo removes what changes wrote that are not committed.
func (s *Store) undo(ctx context.Context, steps []*step) {
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleFor)
	defer cancel()
	for _, st := range steps {
		err := s.client.try(settle, func(n *node) error {
			return s.sweep(settle, n, st.tenant, compare("version", "GreaterThan", float64(st.before.Version)))
		})
		if err != nil { // the next writer will do it
			s.log.WarnContext(ctx, "what was written for nothing could not be cleared away yet", slog.Any("error", err))
		}
	}
}

// clear removes what a committed change has made dead.
func (s *Store) clear(ctx context.Context, st *step) error {
	return s.client.try(ctx, func(n *node) error {
		if err := s.sweepDead(ctx, n, st.tenant, st.after.Dead); err != nil {
			return err
		}
		if st.after.Floor > st.before.Floor {
			if err := s.sweep(ctx, n, st.tenant, all(anyOf("keys", chunkKey), compare("version", "LessThanEqual", float64(st.after.Floor)))); err != nil {
				return err
			}
		}
		if st.after.Marked > st.before.Marked {
			return s.sweep(ctx, n, st.tenant, all(anyOf("keys", markerKey), compare("version", "LessThanEqual", float64(st.after.Marked))))
		}
		return nil
	})
}

func (s *Store) sweepDead(ctx context.Context, n *node, tenant string, ids []string) error {
	for part := range slices.Chunk(ids, keysAtOnce) {
		if err := s.sweep(ctx, n, tenant, anyOf("id", part...)); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes the objects that meet a condition.
func (s *Store) sweep(ctx context.Context, n *node, tenant string, where condition) error {
	path := "/v1/batch/objects?consistency_level=" + string(s.level) + "&tenant=" + tenantName(tenant)
	body := object{"match": object{"class": s.collection, "where": where}, "output": "minimal", "deletionTimeUnixMilli": time.Now().UnixMilli()}
	for {
		var result struct {
			Results struct{ Matches, Limit, Failed int }
		}
		if err := behind(s.change(ctx, n, tenant, http.MethodDelete, path, body, &result)); err != nil {
			return err
		}
		if result.Results.Failed > 0 {
			return &callError{status: http.StatusServiceUnavailable, reason: fmt.Sprintf("%d objects could not be deleted", result.Results.Failed)}
		}
		if result.Results.Matches < cmp.Or(result.Results.Limit, most) {
			return nil
		}
	}
}
