package rag

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"github.com/akshara-go/akshara/observe/fault"
)

// Generation is one form of a tenant's index: documents cut and analysed in one
// way, with the vectors of one model.
type Generation struct {
	Number  int        `json:"number"`         // 0 is the index as it was before there were others
	Model   EmbedModel `json:"model,omitzero"` // what made its vectors; zero: it has none
	Way     string     `json:"way"`            // how documents are analysed and cut; "": not known
	Size    int        `json:"size,omitzero"`  // of chunks; see package chunk
	Overlap int        `json:"overlap,omitzero"`
	Whole   bool       `json:"whole"` // it holds every document as it is now, vectors and all

	Missed int  `json:"missed,omitzero"` // changes that it did not take since it was built last
	Gone   bool `json:"gone,omitzero"`   // it is being dropped: nobody reads or writes it

	// Filling: its documents are getting their first vectors, and it is searched without.
	Filling bool `json:"filling,omitzero"`
}

// Errors of changing generations, wrapped in errors of package fault.
var (
	ErrNoGeneration = errors.New("rag: the index has no such generation")                 // NOT_FOUND
	ErrUnfinished   = errors.New("rag: the generation does not hold every document")      // SERVICE_UNAVAILABLE
	ErrBuilding     = errors.New("rag: a generation of the index is being built already") // DUPLICATE
	ErrAnswering    = errors.New("rag: the generation is the one that answers")           // INVALID_REQUEST
)

// building says who builds which generation. Whoever does changes Beat now and
// then; where it stays, the build has died.
type building struct {
	Number    int    `json:"number"`
	By        string `json:"by"`
	Beat      int    `json:"beat"`
	Documents int    `json:"documents"` // that the generation holds
	Of        int    `json:"of"`
}

// generations is what is noted of a tenant: the alias.
type generations struct {
	Live  int          `json:"live"`
	Next  int          `json:"next"` // numbers are not used twice
	List  []Generation `json:"generations"`
	Build *building    `json:"build,omitempty"`

	// Unsure: the embedder was not yet open when generation 0 was noted. Where it
	// is the one whose vectors that has, documents may be there without; see
	// [LiveIndex.Update].
	Unsure bool `json:"unsure,omitempty"`

	// Owed tells that documents wait for vectors: of each process that has added some,
	// the number of its last debt; see [LiveOptions].
	Owed map[string]int `json:"owed,omitempty"`
}

// generationNote is the name of the note that holds the generations.
const generationNote = "generations"

// tenantOf names the tenant of the store that holds a generation. No tenant of a
// [LiveIndex] has such a name.
func tenantOf(tenant string, number int) string {
	if number == 0 {
		return tenant
	}
	return tenant + "\x00" + strconv.Itoa(number)
}

// find gives a generation that is there, or nil.
func (s *generations) find(number int) *Generation {
	i := slices.IndexFunc(s.List, func(g Generation) bool { return g.Number == number && !g.Gone })
	if i < 0 {
		return nil
	}
	return &s.List[i]
}

// like gives the generation that is made as g is, the one that answers if
// several are, or nil. An index without an embedder takes any model's.
func (s *generations) like(g *Generation) *Generation {
	var found *Generation
	for i := range s.List {
		it := &s.List[i]
		if it.Gone || it.Way != g.Way || it.Model != g.Model && !g.Model.IsZero() {
			continue
		}
		if found == nil || it.Number == s.Live {
			found = it
		}
	}
	return found
}

// alias gives what is noted of the tenant's generations. Where nothing is, it is
// what the tenant holds now, which is noted if keep says so.
func (l *LiveIndex) alias(ctx context.Context, keep bool) (*generations, error) {
	note, err := l.notes.Note(ctx, l.opts.Tenant, generationNote)
	if err != nil {
		return nil, err
	}
	if note == nil {
		s, err := l.found(ctx, keep)
		if err != nil || !keep {
			return s, err
		}
		if note, err = l.notes.SetNote(ctx, l.opts.Tenant, generationNote, nil, s.encode()); err != nil {
			return nil, err
		}
	}
	if last := l.last.Load(); last != nil && bytes.Equal(last.note, note) {
		return last.read, nil
	}
	s, err := decodeGenerations(note)
	if err == nil {
		l.last.Store(&noted{note, s})
	}
	return s, err
}

// noted is a note that was read last; what it says is not changed.
type noted struct {
	note []byte
	read *generations
}

func (s *generations) encode() []byte {
	note, _ := json.Marshal(s) // numbers and texts: it cannot fail
	return note
}

func decodeGenerations(note []byte) (*generations, error) {
	var s generations
	err := json.Unmarshal(note, &s)
	if err == nil && s.find(s.Live) == nil {
		err = ErrNoGeneration
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "what is noted of the index's generations cannot be read", nil)
	}
	return &s, nil
}

// held is what a tenant without a note holds, and whether the embedder was not yet
// open when it was read.
type held struct {
	read    *generations
	pending bool
}

// found gives the generation that a tenant without a note holds. Documents that
// are made as the options say may be there without vectors, so that it is not
// whole then. To keep what an empty tenant is to hold, the embedder has to be open.
func (l *LiveIndex) found(ctx context.Context, keep bool) (*generations, error) {
	pending := l.pending()
	if h := l.held.Load(); h != nil && h.pending == pending && !(keep && pending) {
		return h.read, nil
	}
	x := NewIndex(l.store, &l.opts.IndexOptions)
	ids, err := x.DocumentIDs(ctx)
	empty := err == nil && len(ids) == 0 // a store that does not list its documents may have some
	if empty && keep && !l.opts.Later {
		if err := l.open(ctx); err != nil {
			return nil, err
		}
	}
	g := l.wanted()
	g.Whole = true
	if !empty {
		stale, err := x.Stale(ctx)
		if err != nil {
			return nil, err
		}
		model, err := x.heldModel(ctx)
		if err != nil {
			return nil, err
		}
		if stale {
			g.Way = ""
		}
		g.Whole = stale || pending || model != g.Model
		g.Model = model
	}
	s := &generations{Next: 1, List: []Generation{g}, Unsure: pending && !empty}
	l.held.Store(&held{s, pending})
	return s, nil
}

// heldModel gives the model of the tenant's vectors, which a store names when it
// refuses another's.
func (x *Index) heldModel(ctx context.Context) (EmbedModel, error) {
	_, err := x.store.Search(ctx, &Search{Tenant: x.opts.Tenant, K: 1, Vector: Vector{1}, Model: EmbedModel{Name: "none", Dimensions: 1}})
	var mismatch *ModelMismatchError
	if errors.As(err, &mismatch) {
		return mismatch.Index, nil
	}
	return EmbedModel{}, err
}

// sure gives what is noted of the generations, now that the embedder is open.
func (l *LiveIndex) sure(ctx context.Context) (*generations, error) {
	s, err := l.alias(ctx, true)
	if err != nil || !s.Unsure {
		return s, err
	}
	wanted := l.wanted()
	err = l.change(ctx, func(s *generations) error {
		if g := s.find(0); s.Unsure && g != nil && g.Way == wanted.Way && g.Model == wanted.Model {
			g.Whole = false
		}
		s.Unsure = false
		return nil
	})
	if err != nil {
		return nil, err
	}
	return l.alias(ctx, true)
}

// maxSwaps bounds how often a change of the note is tried again that others came before.
const maxSwaps = 100

// errAsItIs ends a change of the note that leaves it as it is.
var errAsItIs = errors.New("nothing changes")

// change changes what is noted of the generations in one step. An error of f
// ends it; it may be called again.
func (l *LiveIndex) change(ctx context.Context, f func(s *generations) error) error {
	if _, err := l.alias(ctx, true); err != nil {
		return err
	}
	for range maxSwaps {
		before, err := l.notes.Note(ctx, l.opts.Tenant, generationNote)
		if err != nil {
			return err
		}
		s, err := decodeGenerations(before)
		if err != nil {
			return err
		}
		if err := f(s); err != nil {
			if err == errAsItIs {
				return nil
			}
			return err
		}
		after := s.encode()
		now, err := l.notes.SetNote(ctx, l.opts.Tenant, generationNote, before, after)
		if err != nil || bytes.Equal(now, after) {
			return err
		}
	}
	return fault.New(fault.ServiceUnavailable, "what is noted of the index's generations does not stop changing", nil)
}
