package rag

import (
	"context"
	"fmt"
)

// Vector is an embedding. Its length is the Dimensions of the model that made it.
type Vector []float32

// EmbedKind says what a text is to the embedder: many models treat the two differently.
type EmbedKind int

// The kinds of texts.
const (
	EmbedPassage EmbedKind = iota // a text to be found
	EmbedQuery                    // a text to find with
)

// EmbedModel names what makes vectors. Vectors of two models cannot be compared.
type EmbedModel struct {
	Name       string `json:"name"`
	Dimensions int    `json:"dimensions"`
}

// IsZero tells whether no model is named.
func (m EmbedModel) IsZero() bool { return m == EmbedModel{} }

// String gives the name and the dimensions, as an error or a log shows them.
func (m EmbedModel) String() string { return fmt.Sprintf("%s (%d dimensions)", m.Name, m.Dimensions) }

// Embedder turns texts into vectors. Both methods may be called concurrently.
//
// Embed gives exactly one vector a text, in the order of texts, all of
// Model().Dimensions; no texts give no vectors and no error. The caller owns
// the result.
type Embedder interface {
	Embed(ctx context.Context, kind EmbedKind, texts []string) ([]Vector, error)
	Model() EmbedModel
}
