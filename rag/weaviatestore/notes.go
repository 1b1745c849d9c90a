package weaviatestore

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

var _ rag.Noter = (*Store)(nil)

// Weaviate gives an object of an id that is taken to several writers at once (of
// eight, three to eight were told that they had made it). What it makes once is a
// collection: its schema goes through one log (Raft), in whose order a second one of a
// name is refused. So a note is a collection that holds nothing, whose description is
// the note and whose name ends with its version: to set the note is to make the next
// version. The greatest version is what is noted; lesser ones are deleted.

// mostAncestors is how many writers may overtake one who waits to hear whether its
// version was made.
const mostAncestors = 32

// noteState is what the description of a version says.
type noteState struct {
	Nonce     string   `json:"nonce"`               // of the write that made it
	Ancestors []string `json:"ancestors,omitempty"` // the nonces of the versions before it, the last first
	Note      []byte   `json:"note,omitempty"`
}

// noteVersions is a note as the schema has it.
type noteVersions struct {
	list []int64   // that are there, in order
	last noteState // of the greatest
}

func (v *noteVersions) greatest() int64 {
	if len(v.list) == 0 {
		return 0
	}
	return v.list[len(v.list)-1]
}

// has tells whether a write made the greatest version or one that came before it.
func (v *noteVersions) has(nonce string) bool {
	return v.last.Nonce == nonce || slices.Contains(v.last.Ancestors, nonce)
}

// follow gives the version that puts a note in the place of the greatest.
func (v *noteVersions) follow(note []byte) noteState {
	next := noteState{Nonce: rand.Text(), Note: note}
	if len(v.list) > 0 {
		next.Ancestors = append([]string{v.last.Nonce}, v.last.Ancestors...)
		next.Ancestors = next.Ancestors[:min(len(next.Ancestors), mostAncestors)]
	}
	return next
}

// notePrefix begins the names of the versions of a note.
func (s *Store) notePrefix(tenant, name string) string {
	sum := digest("note", tenant, name)
	return s.collection + "_note_" + letters.EncodeToString(sum[:16]) + "_"
}

// Note implements [rag.Noter].
func (s *Store) Note(ctx context.Context, tenant, name string) ([]byte, error) {
	held, err := s.readNote(ctx, s.notePrefix(tenant, name))
	if err != nil {
		return nil, err
	}
	return held.last.Note, nil
}

// SetNote implements [rag.Noter]. A note that is set once stays as a collection when it
// is emptied, for what is empty has a version too.
func (s *Store) SetNote(ctx context.Context, tenant, name string, before, after []byte) ([]byte, error) {
	if err := rag.CheckNote(after); err != nil {
		return nil, err
	}
	prefix := s.notePrefix(tenant, name)
	for {
		held, err := s.readNote(ctx, prefix)
		if err != nil {
			return nil, err
		}
		if bytes.Equal(before, after) || !bytes.Equal(held.last.Note, before) {
			return held.last.Note, nil
		}
		made, err := s.makeNote(ctx, prefix, held.greatest()+1, held.follow(after))
		if err != nil {
			return nil, err
		}
		if made {
			return bytes.Clone(after), nil
		}
	}
}

// makeNote makes a version of a note, and tells whether it was what was noted then. It
// was not when another writer made that version, or when it was made after others had
// been made that are greater.
func (s *Store) makeNote(ctx context.Context, prefix string, version int64, state noteState) (bool, error) {
	description, err := json.Marshal(&state)
	if err != nil {
		return false, fault.Wrap(err, fault.Internal, "a note cannot be written", nil)
	}
	class := object{
		"class": prefix + strconv.FormatInt(version, 10), "description": string(description),
		"multiTenancyConfig": object{"enabled": true}, // and without a tenant: nothing is kept on any node
		"vectorConfig":       object{"none": vectorIndex(true)},
	}
	var now *noteVersions
	err = s.client.try(ctx, func(n *node) error {
		err := s.client.call(ctx, n, http.MethodPost, "/v1/schema", class, nil)
		if e, ok := errors.AsType[*callError](err); ok && e.status == http.StatusUnprocessableEntity && strings.Contains(e.reason, "already exists") {
			err = nil // it is another writer's, or ours, whose answer was lost
		}
		if err == nil {
			now, err = s.askNote(ctx, n, prefix)
		}
		if err == nil && now.greatest() < version {
			return errTurn // a new leader that has not yet done all that was decided
		}
		return err
	})
	if err != nil {
		return false, err
	}
	s.forget(ctx, prefix, now)
	switch {
	case now.has(state.Nonce):
		return true, nil
	case now.greatest()-version >= mostAncestors:
		return false, fault.New(fault.ServiceUnavailable, "others have set the note so often that it cannot be told whether this one was", nil)
	}
	return false, nil
}

// readNote gives the versions of a note that are there. Where what was seen last is so
// still, it does not ask for the schema of all collections, which may be long.
func (s *Store) readNote(ctx context.Context, prefix string) (held *noteVersions, err error) {
	err = s.client.try(ctx, func(n *node) (err error) {
		if seen, ok := s.noted.of(prefix); ok {
			if held, err = s.still(ctx, n, prefix, seen); held != nil || err != nil {
				return err
			}
		}
		if held, err = s.askNote(ctx, n, prefix); err == nil && len(held.list) > 0 {
			s.noted.learn(prefix, noteSeen{held.greatest(), held.last.Nonce})
		}
		return err
	})
	return held, err
}

// still gives a note whose greatest version is the one that was seen, or nil: the next
// one is not there, and then it is there itself, as the write made it that was seen. For
// the next is deleted only after it, and what a late writer makes in its place has
// another nonce.
func (s *Store) still(ctx context.Context, n *node, prefix string, seen noteSeen) (*noteVersions, error) {
	next, err := s.askVersion(ctx, n, prefix, seen.version+1)
	if err != nil || next != nil {
		return nil, err
	}
	now, err := s.askVersion(ctx, n, prefix, seen.version)
	if err != nil || now == nil || now.Nonce != seen.nonce {
		return nil, err
	}
	return &noteVersions{list: []int64{seen.version}, last: *now}, nil
}

// askVersion asks a node for one version of a note, which it has from the cluster's
// leader; nil when it is not there.
func (s *Store) askVersion(ctx context.Context, n *node, prefix string, version int64) (*noteState, error) {
	var class struct{ Description string }
	err := s.client.call(ctx, n, http.MethodGet, "/v1/schema/"+prefix+strconv.FormatInt(version, 10), nil, &class)
	if e, ok := errors.AsType[*callError](err); ok && e.status == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return decodeNote(class.Description)
}

func decodeNote(description string) (*noteState, error) {
	var state noteState
	if err := json.Unmarshal([]byte(description), &state); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "a note of the index is damaged", nil)
	}
	return &state, nil
}

// noteSeen is the greatest version of a note that was read, and the write that made it.
type noteSeen struct {
	version int64
	nonce   string
}

// mostNoted is how many notes are remembered.
const mostNoted = 1000

// notesRead remembers of notes what was seen last. It may be used concurrently.
type notesRead struct {
	mu   sync.Mutex
	seen map[string]noteSeen // by the beginning of their names
}

func (r *notesRead) of(prefix string) (noteSeen, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen, ok := r.seen[prefix]
	return seen, ok
}

func (r *notesRead) learn(prefix string, seen noteSeen) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil || len(r.seen) >= mostNoted {
		r.seen = map[string]noteSeen{}
	}
	r.seen[prefix] = seen
}

// askNote asks a node for the schema, which it has from the cluster's leader.
func (s *Store) askNote(ctx context.Context, n *node, prefix string) (*noteVersions, error) {
	var schema struct {
		Classes []struct{ Class, Description string }
	}
	if err := s.client.call(ctx, n, http.MethodGet, "/v1/schema", nil, &schema); err != nil {
		return nil, err
	}
	v, description := &noteVersions{}, ""
	for _, c := range schema.Classes {
		digits, ok := strings.CutPrefix(c.Class, prefix)
		version, err := strconv.ParseInt(digits, 10, 64)
		if !ok || err != nil {
			continue
		}
		if version > v.greatest() {
			description = c.Description
		}
		v.list = append(v.list, version)
		slices.Sort(v.list) // a few
	}
	if len(v.list) == 0 {
		return v, nil
	}
	last, err := decodeNote(description)
	if err != nil {
		return nil, err
	}
	v.last = *last
	return v, nil
}

// forget deletes the versions of a note below the greatest, in order: see still. What
// is left the next writer deletes.
func (s *Store) forget(ctx context.Context, prefix string, v *noteVersions) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleFor)
	defer cancel()
	for _, version := range v.list[:max(len(v.list)-1, 0)] {
		err := s.client.try(ctx, func(n *node) error {
			return s.client.call(ctx, n, http.MethodDelete, "/v1/schema/"+prefix+strconv.FormatInt(version, 10), nil, nil)
		})
		if err != nil {
			s.log.WarnContext(ctx, "an old version of a note of the index could not be deleted yet", slog.Any("error", err))
			return
		}
	}
}
