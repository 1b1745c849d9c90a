package llmhttp

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/embed"
	"github.com/akshara-go/akshara/rag/llm"
)

// embeddingRequest is the body of /v1/embeddings. Fields that it does not name are passed over.
type embeddingRequest struct {
	_ struct{} `additionalProperties:"true"`

	Model      string          `json:"model,omitempty" required:"false" maxLength:"256" doc:"An embedding model's id, or auto" example:"auto"`
	Input      json.RawMessage `json:"input" doc:"A text, or a list of at most 2,048"`
	Format     string          `json:"encoding_format,omitempty" required:"false" enum:"float,base64" default:"float"`
	Dimensions int             `json:"dimensions,omitempty" required:"false" minimum:"1" doc:"Only those that the model has"`
	InputType  string          `json:"input_type,omitempty" required:"false" enum:"query,passage,document" doc:"What the texts are"`
}

type embeddingInput struct{ Body embeddingRequest }
type embeddingOutput struct{ Body embeddingList }

// embeddingList is what /v1/embeddings answers.
type embeddingList struct {
	Object string      `json:"object" enum:"list"`
	Data   []embedding `json:"data" nullable:"false"`
	Model  string      `json:"model"`
	Usage  embedUsage  `json:"usage"`
}

type embedding struct {
	Object string `json:"object" enum:"embedding"`
	Index  int    `json:"index"`
	Vector any    `json:"embedding" doc:"Numbers, or base64 of little-endian float32"`
}

// embedUsage counts tokens as [llm.EstimateTokens] does: embedders do not tell.
type embedUsage struct {
	Prompt int `json:"prompt_tokens"`
	Total  int `json:"total_tokens"`
}

// embeddings embeds texts.
func (r *routes) embeddings(ctx context.Context, in *embeddingInput) (*embeddingOutput, error) {
	texts, err := inputs(in.Body.Input)
	if err != nil {
		return nil, err
	}
	m, err := named(r.service.Embedders, in.Body.Model, func(e *Embedder) (string, func() bool) { return e.ID, e.Loaded })
	if err != nil {
		return nil, err
	}
	if has := m.Embedder.Model().Dimensions; in.Body.Dimensions != 0 && has != 0 && in.Body.Dimensions != has {
		return nil, refused("dimensions", fmt.Sprintf("this model's vectors have %d dimensions and no others", has))
	}
	vectors, err := embedAll(ctx, m, texts, in.Body.InputType)
	if err != nil {
		return nil, answered(err)
	}
	out := &embeddingOutput{embeddingList{Object: "list", Data: make([]embedding, len(vectors)), Model: m.ID}}
	for i, v := range vectors {
		out.Body.Data[i] = embedding{Object: "embedding", Index: i, Vector: v}
		if in.Body.Format == "base64" {
			out.Body.Data[i].Vector = packed(v)
		}
		out.Body.Usage.Prompt += llm.EstimateTokens(&llm.Request{Messages: []llm.Message{{Content: texts[i]}}})
	}
	out.Body.Usage.Total = out.Body.Usage.Prompt
	return out, nil
}

// inputs reads a text or a list of texts.
func inputs(data json.RawMessage) ([]string, error) {
	var texts []string
	var one string
	if json.Unmarshal(data, &one) == nil && given(data) != nil {
		texts = []string{one}
	} else if json.Unmarshal(data, &texts) != nil {
		return nil, refused("input", "input must be a text or a list of texts; tokens are not taken")
	}
	if len(texts) == 0 || len(texts) > MaxInputs {
		return nil, refused("input", fmt.Sprintf("input must hold from 1 to %d texts", MaxInputs))
	}
	for i, text := range texts {
		if strings.TrimSpace(text) == "" {
			return nil, refused(fmt.Sprintf("input[%d]", i), "an empty text has no embedding")
		}
	}
	return texts, nil
}

// embedAll embeds texts as what each of them is.
func embedAll(ctx context.Context, m *Embedder, texts []string, said string) ([]rag.Vector, error) {
	var of [2][]string // by kind
	var at [2][]int
	traits := embed.TraitsOf(m.ID)
	for i, text := range texts {
		kind, bare := kindOf(text, said, &traits)
		of[kind], at[kind] = append(of[kind], bare), append(at[kind], i)
	}
	out := make([]rag.Vector, len(texts))
	for kind := range of {
		if len(of[kind]) == 0 {
			continue
		}
		vectors, err := m.Embedder.Embed(ctx, rag.EmbedKind(kind), of[kind])
		if err == nil {
			err = rag.CheckVectors(m.Embedder.Model(), len(of[kind]), vectors)
		}
		if err != nil {
			return nil, err
		}
		for i, v := range vectors {
			out[at[kind][i]] = v
		}
	}
	return out, nil
}

// kindOf tells what a text is, and gives it without the prefix by which clients
// of a bare server say so: the embedder puts its own there.
func kindOf(text, said string, t *embed.Traits) (rag.EmbedKind, string) {
	if bare, ok := strings.CutPrefix(text, t.Query); ok && t.Query != "" && said != "passage" && said != "document" && bare != "" {
		return rag.EmbedQuery, bare
	}
	if bare, ok := strings.CutPrefix(text, t.Passage); ok && t.Passage != "" && said != "query" && bare != "" {
		return rag.EmbedPassage, bare
	}
	if said == "query" {
		return rag.EmbedQuery, text
	}
	return rag.EmbedPassage, text
}

// packed gives a vector as base64 of little-endian float32.
func packed(v rag.Vector) string {
	data := make([]byte, 0, 4*len(v))
	for _, x := range v {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
	}
	return base64.StdEncoding.EncodeToString(data)
}
