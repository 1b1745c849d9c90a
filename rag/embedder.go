package rag

import (
	"context"
	"fmt"
	"math"

	"github.com/akshara-go/akshara/observe/fault"
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

// CheckVectors tells whether vectors can be what a model made of n texts: one
// for each, all of the model's dimensions (or of equal ones, while the model does
// not know them), every value finite and not all of them zero. Otherwise it gives
// an UPSTREAM_ERROR that says what is wrong and where: its details hold the
// model, and the text and the component, from 1, where there is one.
func CheckVectors(m EmbedModel, n int, vectors []Vector) error {
	if len(vectors) != n {
		return badVectors(m, fault.Details{}, "gave %d vectors for %d texts", len(vectors), n)
	}
	want := m.Dimensions
	for i, v := range vectors {
		if want == 0 {
			want = len(v)
		}
		where := fault.Details{"text": i + 1}
		if len(v) == 0 || len(v) != want {
			return badVectors(m, where, "gave a vector of %d dimensions for text %d of %d, where %d were expected", len(v), i+1, n, want)
		}
		zero := true
		for j, x := range v {
			if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
				where["component"] = j + 1
				return badVectors(m, where, "gave a vector for text %d of %d whose component %d is not a finite number", i+1, n, j+1)
			}
			zero = zero && x == 0
		}
		if zero {
			return badVectors(m, where, "gave a vector for text %d of %d that is zero", i+1, n)
		}
	}
	return nil
}

func badVectors(m EmbedModel, details fault.Details, format string, args ...any) error {
	details["model"] = m.Name
	return fault.New(fault.Upstream, "the embedding model "+m.Name+" "+fmt.Sprintf(format, args...), details)
}
