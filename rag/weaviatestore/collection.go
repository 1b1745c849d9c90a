package weaviatestore

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// layout names what the collection's objects look like. It is the collection's
// description; a collection with another one is refused.
const layout = "akshara chunks, layout 1"

type object = map[string]any

// properties of the collection. All that is asked for is a code or a number; the
// rest is only kept.
func properties() []object {
	kept := func(name string) object {
		return object{"name": name, "dataType": []string{"text"}, "indexFilterable": false, "indexSearchable": false}
	}
	number := func(name string) object {
		return object{"name": name, "dataType": []string{"number"}, "indexFilterable": false, "indexRangeFilters": true}
	}
	return []object{
		{"name": "terms", "dataType": []string{"text"}, "tokenization": "whitespace", "indexFilterable": true, "indexSearchable": true},
		{"name": "keys", "dataType": []string{"text[]"}, "tokenization": "field", "indexFilterable": true, "indexSearchable": false},
		number("version"), number("date"), kept("meta"), kept("counts"), kept("body"), kept("state"),
	}
}

// definition of the collection. Its own BM25 finds candidates only, which are
// then scored here, so that length says nothing there.
func definition(name string, replicas int) object {
	return object{
		"class":              name,
		"description":        layout,
		"multiTenancyConfig": object{"enabled": true, "autoTenantCreation": false, "autoTenantActivation": false},
		"replicationConfig":  object{"factor": replicas, "asyncEnabled": true, "deletionStrategy": "DeleteOnConflict"},
		"invertedIndexConfig": object{
			"bm25": object{"k1": 1.2, "b": 0}, "stopwords": object{"preset": "none"},
		},
		"vectorConfig": object{"none": vectorIndex(true)}, // without one there could not be others later
		"properties":   properties(),
	}
}

func vectorIndex(skip bool) object {
	return object{
		"vectorizer": object{"none": object{}}, "vectorIndexType": "hnsw",
		"vectorIndexConfig": object{"distance": "cosine", "skip": skip},
	}
}

// ensureCollection makes the collection where it is missing. Processes that start
// at once do not disturb each other: the cluster lets one of them make it.
func (s *Store) ensureCollection(ctx context.Context, replicas int) error {
	var class object
	err := s.client.try(ctx, func(n *node) error {
		class = nil
		err := s.client.call(ctx, n, http.MethodGet, "/v1/schema/"+s.collection, nil, &class)
		if e, ok := errors.AsType[*callError](err); !ok || e.status != http.StatusNotFound {
			return err
		}
		err = s.client.call(ctx, n, http.MethodPost, "/v1/schema", definition(s.collection, replicas), &class)
		if e, ok := errors.AsType[*callError](err); ok && e.status == http.StatusUnprocessableEntity {
			first := err
			if err = s.client.call(ctx, n, http.MethodGet, "/v1/schema/"+s.collection, nil, &class); err != nil {
				return first
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := s.holdEverything(ctx, class); err != nil {
		return err
	}
	if class["description"] != layout {
		return fault.New(fault.InvalidRequest, fmt.Sprintf("the collection %s is another program's, or another version's", s.collection),
			fault.Details{"collection": s.collection})
	}
	return nil
}

// holdEverything refuses a cluster of more nodes than there are replicas of a
// tenant: a node that has none asks any of those that do, each time another one,
// so that a replica could not be held against the head. One replica is always the
// same. A cluster that does not tell its nodes is taken as it is.
func (s *Store) holdEverything(ctx context.Context, class object) error {
	replication, _ := class["replicationConfig"].(object)
	factor, _ := replication["factor"].(float64)
	if factor <= 1 {
		return nil
	}
	var cluster struct{ Nodes []struct{ Name string } }
	if err := s.client.try(ctx, func(n *node) error {
		err := s.client.call(ctx, n, http.MethodGet, "/v1/nodes", nil, &cluster)
		if _, ok := errors.AsType[*callError](err); ok {
			return nil
		}
		return err
	}); err != nil {
		return err
	}
	if len(cluster.Nodes) > int(factor) {
		return fault.New(fault.InvalidRequest, fmt.Sprintf("the cluster has %d nodes and %d replicas of the collection %s: every node has to have one, or there may be one alone",
			len(cluster.Nodes), int(factor), s.collection), fault.Details{"nodes": len(cluster.Nodes), "replicas": int(factor)})
	}
	return nil
}

// ensureVectors makes the index for vectors of some dimensions where it is
// missing, and waits until every node that answers knows it.
func (s *Store) ensureVectors(ctx context.Context, dimensions int) error {
	name := vectorName(dimensions)
	s.mu.Lock()
	known := s.vectors[name]
	s.mu.Unlock()
	if known {
		return nil
	}
	err := s.client.try(ctx, func(n *node) error {
		has, class, err := s.hasVectors(ctx, n, name)
		if err != nil || has {
			return err
		}
		class["vectorConfig"].(object)[name] = vectorIndex(false)
		err = s.client.call(ctx, n, http.MethodPut, "/v1/schema/"+s.collection, class, nil)
		if e, ok := errors.AsType[*callError](err); ok && e.status == http.StatusUnprocessableEntity {
			return fmt.Errorf("%w: %w", errTurn, err) // another process added an index of its own
		}
		return err
	})
	for _, n := range s.client.nodes {
		if err == nil {
			err = s.awaitVectors(ctx, n, name)
		}
	}
	if err == nil {
		s.mu.Lock()
		s.vectors[name] = true
		s.mu.Unlock()
	}
	return err
}

// awaitVectors waits until a node that answers knows a vector index, no longer than
// calls are tried again.
func (s *Store) awaitVectors(ctx context.Context, n *node, name string) error {
	for ends := time.Now().Add(s.client.retryFor); !n.rests(); {
		has, _, err := s.hasVectors(ctx, n, name)
		switch {
		case has:
			return nil
		case err != nil:
			return ctx.Err() // a node that is away learns of it later
		case time.Now().After(ends):
			return s.client.failure(ctx, errTurn)
		}
		if err := wait(ctx, 5*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// hasVectors tells whether a node knows a vector index.
func (s *Store) hasVectors(ctx context.Context, n *node, name string) (bool, object, error) {
	var class object
	if err := s.client.call(ctx, n, http.MethodGet, "/v1/schema/"+s.collection, nil, &class); err != nil {
		return false, nil, err
	}
	config, ok := class["vectorConfig"].(object)
	if !ok {
		return false, nil, &callError{status: http.StatusOK, reason: "the collection has no vectors"}
	}
	return config[name] != nil, class, nil
}

// ensureTenant makes a tenant. Making it twice is no error.
func (s *Store) ensureTenant(ctx context.Context, n *node, tenant string) error {
	return s.client.call(ctx, n, http.MethodPost, "/v1/schema/"+s.collection+"/tenants", []object{{"name": tenantName(tenant)}}, nil)
}

// isTenant asks the cluster's leader whether there is a tenant, which a node that
// was just told of it may not know yet.
func (s *Store) isTenant(ctx context.Context, n *node, tenant string) (bool, error) {
	err := s.client.call(ctx, n, http.MethodGet, "/v1/schema/"+s.collection+"/tenants/"+tenantName(tenant), nil, nil)
	if e, ok := errors.AsType[*callError](err); errors.Is(err, errNoTenant) || ok && slices.Contains([]int{http.StatusNotFound, http.StatusUnprocessableEntity}, e.status) {
		return false, nil
	}
	return err == nil, err
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
