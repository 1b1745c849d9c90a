package rag

import (
	"errors"
	"fmt"
	"math"

	"github.com/akshara-go/akshara/observe/fault"
)

// What a Store is given is checked here, for every implementation alike. Errors
// are INVALID_REQUEST.

func invalid(message string, details fault.Details) error {
	return fault.New(fault.InvalidRequest, message, details)
}

// CheckRecords tells what of recs no [Store] takes; the error's details say which
// record, by its index and chunk id.
func CheckRecords(recs []Record) error {
	for i := range recs {
		if err := checkRecord(&recs[i]); err != nil {
			return invalid(fmt.Sprintf("record %d of the batch: %s", i, err), fault.Details{"index": i, "chunk_id": recs[i].Chunk.ID})
		}
	}
	return nil
}

func checkRecord(r *Record) error {
	if r.Chunk.ID == "" {
		return errors.New("it has no chunk id")
	}
	for name, terms := range r.Terms {
		if name == Dense {
			return fmt.Errorf("%q is not a leg for terms", name)
		}
		for _, t := range terms {
			if !(t.Count > 0 && t.Count <= math.MaxFloat32) {
				return fmt.Errorf("the count of a term of leg %q is not a positive number", name)
			}
		}
	}
	return checkVector(r.Vector)
}

func checkVector(v Vector) error {
	if len(v) == 0 {
		return nil
	}
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	switch {
	case math.IsNaN(sum) || math.IsInf(sum, 0):
		return errors.New("its vector has a value that is not finite")
	case sum == 0:
		return errors.New("its vector has length 0 and so no direction")
	}
	return nil
}

// CheckReplace tells what keeps recs from being all that the tenant holds of
// documents, or what CheckRecords says.
func CheckReplace(tenant string, documents []string, recs []Record) error {
	named := make(map[string]bool, len(documents))
	for _, id := range documents {
		named[id] = true
	}
	for i := range recs {
		if r := &recs[i]; r.Tenant != tenant || !named[r.Chunk.DocumentID] {
			return invalid(fmt.Sprintf("record %d of the batch is not of the documents that are replaced", i),
				fault.Details{"index": i, "chunk_id": r.Chunk.ID})
		}
	}
	return CheckRecords(recs)
}

// CheckSelector refuses one that names nothing, or more than one thing.
func CheckSelector(sel *Selector) error {
	set := 0
	for _, is := range []bool{len(sel.Chunks) > 0, len(sel.Documents) > 0, sel.All} {
		if is {
			set++
		}
	}
	if set != 1 {
		return invalid("exactly one of chunks, documents and all has to be chosen for deleting", nil)
	}
	return nil
}

// CheckSearch tells what of a search no [Store] can carry out.
func CheckSearch(q *Search) error {
	switch {
	case q == nil:
		return invalid("there is no search", nil)
	case q.K < 1:
		return invalid("a search has to ask for at least one record", fault.Details{"field": "k"})
	case len(q.Vector) == 0 && len(q.Sparse) == 0:
		return invalid("a search needs a vector or terms", nil)
	}
	if err := checkVector(q.Vector); err != nil {
		return invalid("the search: "+err.Error(), fault.Details{"field": "vector"})
	}
	seen := map[Leg]bool{Dense: true}
	for i := range q.Sparse {
		l := &q.Sparse[i]
		if seen[l.Leg] {
			return invalid(fmt.Sprintf("leg %q cannot be searched by terms, or not twice", l.Leg), fault.Details{"field": "sparse"})
		}
		seen[l.Leg] = true
		if err := checkLeg(l); err != nil {
			return invalid(err.Error(), fault.Details{"field": "sparse"})
		}
	}
	return nil
}

func checkLeg(l *SparseLeg) error {
	if !(l.K1 >= 0 && l.K1 <= math.MaxFloat32) || !(l.B >= 0 && l.B <= 1) {
		return errors.New("BM25 needs K1 of at least 0 and B from 0 to 1")
	}
	for _, t := range l.Terms {
		if !(t.Count >= 0 && t.Count <= math.MaxFloat32) {
			return errors.New("the weight of a term is not a number of at least 0")
		}
	}
	return nil
}

// CheckCompletion refuses one that asks for no term.
func CheckCompletion(c *Completion) error {
	if c == nil || c.K < 1 {
		return invalid("a completion has to ask for at least one term", fault.Details{"field": "k"})
	}
	return nil
}
