package pgstore

import (
	"fmt"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

// maxDimensions is the length of the longest vector that pgvector stores in a row
// of half precision (a page of 8 KiB holds it).
const maxDimensions = 4000

func invalid(message string, details fault.Details) error {
	return fault.New(fault.InvalidRequest, message, details)
}

// checkModel holds the vectors of a tenant's records against each other and
// against the model of those that it holds, and gives the model of all of them.
func checkModel(held rag.EmbedModel, recs []rag.Record) (rag.EmbedModel, error) {
	for i := range recs {
		r := &recs[i]
		if len(r.Vector) == 0 {
			continue
		}
		if len(r.Vector) > maxDimensions {
			return held, invalid(fmt.Sprintf("a vector has more than %d dimensions", maxDimensions), fault.Details{"chunk_id": r.Chunk.ID})
		}
		if held.IsZero() {
			held = r.Model
		}
		if err := sameModel(held, r.Model, r.Vector); err != nil {
			return held, err
		}
	}
	return held, nil
}

func sameModel(held, given rag.EmbedModel, v rag.Vector) error {
	if given == held && len(v) == held.Dimensions {
		return nil
	}
	return rag.MismatchFault(held, rag.EmbedModel{Name: given.Name, Dimensions: len(v)})
}
