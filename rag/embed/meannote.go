package embed

import (
	"context"

	"github.com/akshara-go/akshara/rag"
)

// MeanNote is a [MeanKeeper] in a note of a store, for all processes that share
// the store: the first that estimates a mean sets it for all.
type MeanNote struct {
	notes  rag.Noter
	tenant string
	name   string
}

var _ MeanKeeper = (*MeanNote)(nil)

// NewMeanNote keeps the mean of a model's vectors in a note of a tenant. Each
// model has its own, which stays when the index goes over to another model, so
// that the way back finds it.
func NewMeanNote(notes rag.Noter, tenant string, model rag.EmbedModel) *MeanNote {
	return &MeanNote{notes: notes, tenant: tenant, name: "mean of the embeddings of " + model.String()}
}

// Load implements [MeanKeeper].
func (n *MeanNote) Load(ctx context.Context) ([]byte, error) {
	return n.notes.Note(ctx, n.tenant, n.name)
}

// Keep implements [MeanKeeper].
func (n *MeanNote) Keep(ctx context.Context, data []byte) ([]byte, error) {
	return n.notes.SetNote(ctx, n.tenant, n.name, nil, data)
}
