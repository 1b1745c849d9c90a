package llmroute

import (
	"context"
	"math"
	"slices"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/analysis"
)

// Semantic tells a route by the vectors of examples: that of the nearest one.
type Semantic struct {
	embedder rag.Embedder
	examples []Example
	vectors  []rag.Vector
}

// NewSemantic embeds the examples. Errors are the embedder's, or of [rag.CheckVectors];
// no examples are INVALID_REQUEST.
func NewSemantic(ctx context.Context, e rag.Embedder, examples []Example) (*Semantic, error) {
	if len(examples) == 0 {
		return nil, fault.New(fault.InvalidRequest, "a router learns from examples and was given none", nil)
	}
	texts := make([]string, len(examples))
	for i := range examples {
		texts[i] = examples[i].Text
	}
	s := &Semantic{embedder: e, examples: examples}
	var err error
	s.vectors, err = s.embed(ctx, texts)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// embed gives the vectors of texts, of the examples' dimensions once those are known.
func (s *Semantic) embed(ctx context.Context, texts []string) ([]rag.Vector, error) {
	vectors, err := s.embedder.Embed(ctx, rag.EmbedQuery, texts)
	if err == nil {
		m := s.embedder.Model()
		if m.Dimensions == 0 && s.vectors != nil {
			m.Dimensions = len(s.vectors[0])
		}
		err = rag.CheckVectors(m, len(texts), vectors)
	}
	return vectors, err
}

// Classify gives the route of the example whose vector has the largest cosine with
// the text's. Errors are as NewSemantic's; a text without a content word is standard.
func (s *Semantic) Classify(ctx context.Context, text string) (Route, error) {
	if !slices.ContainsFunc(tokensOf(text), func(t analysis.Token) bool { return !t.Stop }) {
		return Standard, nil
	}
	vectors, err := s.embed(ctx, []string{text})
	if err != nil {
		return "", err
	}
	best, most := Standard, math.Inf(-1)
	for i, v := range s.vectors {
		if c := cosine(v, vectors[0]); c > most {
			best, most = s.examples[i].Route, c
		}
	}
	return best, nil
}

func cosine(a, b rag.Vector) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(max(aa*bb, math.SmallestNonzeroFloat64))
}
