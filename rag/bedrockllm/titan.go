package bedrockllm

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

// TitanOptions tune the [Embedder] of [NewTitan]. The zero value is useful.
type TitanOptions struct {
	Dimensions   int  // 256, 512 or 1024; 0: 1024
	Unnormalized bool // vectors as long as the model makes them; false: of length 1
	Concurrent   int  // calls of one Embed at once; 0: 4
}

// NewTitan gives Amazon Titan Text Embeddings V2 by its id, which is
// "amazon.titan-embed-text-v2:0", or by an ARN. A call takes one text, of up to 8,192
// tokens and 50,000 characters; a question and a passage are embedded alike. Nothing is
// sent until it is used. Options that the model does not know are INVALID_REQUEST.
//
// Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
func NewTitan(client *bedrockruntime.Client, id string, opts *TitanOptions) (*Embedder, error) {
	var o TitanOptions
	if opts != nil {
		o = *opts
	}
	f := &titan{dimensions: cmp.Or(o.Dimensions, 1024), normalize: !o.Unnormalized}
	switch f.dimensions {
	case 256, 512, 1024:
	default:
		return nil, fault.New(fault.InvalidRequest, fmt.Sprintf("bedrockllm: Titan has vectors of 256, 512 or 1024 dimensions, not %d", f.dimensions), nil)
	}
	return newEmbedder(client, id, f.dimensions, o.Concurrent, f)
}

type titan struct {
	dimensions int
	normalize  bool
}

type titanRequest struct {
	InputText  string `json:"inputText"`
	Dimensions int    `json:"dimensions"`
	Normalize  bool   `json:"normalize"`
}

func (t *titan) most() int { return 1 }

func (t *titan) fit(text string) (string, error) { return text, nil }

func (t *titan) request(_ rag.EmbedKind, texts []string) any {
	return &titanRequest{InputText: texts[0], Dimensions: t.dimensions, Normalize: t.normalize}
}

func (t *titan) vectors(body []byte) ([]rag.Vector, error) {
	var out struct {
		Embedding rag.Vector `json:"embedding"`
	}
	if err := json.Unmarshal(body, &out); err != nil {
		return nil, err
	}
	return []rag.Vector{out.Embedding}, nil
}

func (t *titan) version() string { return fmt.Sprintf("normalize=%t", t.normalize) }
