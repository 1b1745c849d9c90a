package bedrockllm

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/llm"
)

// Limits of Cohere Embed v3 on Bedrock.
const (
	cohereDimensions = 1024
	cohereTexts      = 96
	cohereCharacters = 2048 // code points of one text, whatever is to be truncated
)

// Truncation says what becomes of a text that is too long for a model.
type Truncation string

// The truncations.
const (
	TruncateEnd   Truncation = "END"   // its end is left out
	TruncateStart Truncation = "START" // its beginning is left out
	TruncateNone  Truncation = "NONE"  // it is refused
)

// CohereOptions tune the [Embedder] of [NewCohere]. The zero value is useful.
type CohereOptions struct {
	Truncate   Truncation // "": TruncateEnd
	Concurrent int        // calls of one Embed at once; 0: 4
}

// NewCohere gives Cohere Embed v3 by its id, which is "cohere.embed-multilingual-v3" or
// "cohere.embed-english-v3", or by an ARN. Its vectors have 1,024 dimensions. A call takes
// 96 texts, each of up to 512 tokens and 2,048 characters. What is longer is truncated: by
// characters here, between aksharas, since the service refuses such a text whatever it is
// told; by tokens by the model. Nothing is sent until it is used. A truncation that is
// none of the three is INVALID_REQUEST.
//
// Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v3.html
func NewCohere(client *bedrockruntime.Client, id string, opts *CohereOptions) (*Embedder, error) {
	var o CohereOptions
	if opts != nil {
		o = *opts
	}
	f := &cohere{truncate: cmp.Or(o.Truncate, TruncateEnd)}
	if !slices.Contains([]Truncation{TruncateEnd, TruncateStart, TruncateNone}, f.truncate) {
		return nil, fault.New(fault.InvalidRequest, "bedrockllm: a text is truncated at END, at START or not at all (NONE)", nil)
	}
	return newEmbedder(client, id, cohereDimensions, o.Concurrent, f)
}

type cohere struct{ truncate Truncation }

type cohereRequest struct {
	Texts     []string   `json:"texts"`
	InputType string     `json:"input_type"`
	Truncate  Truncation `json:"truncate"`
}

func (c *cohere) most() int { return cohereTexts }

// fit cuts a text to the characters that the service takes.
func (c *cohere) fit(text string) (string, error) {
	over := utf8.RuneCountInString(text) - cohereCharacters
	if over <= 0 {
		return text, nil
	}
	switch c.truncate {
	case TruncateStart:
		if tail := text[boundary(text, over, true):]; tail != "" {
			return tail, nil
		}
	case TruncateEnd:
		if head := text[:boundary(text, cohereCharacters, false)]; head != "" {
			return head, nil
		}
	}
	return "", fault.Wrap(llm.ErrContextOverflow, fault.InvalidRequest, "the text is longer than the model can take",
		fault.Details{"limit_characters": cohereCharacters})
}

// boundary gives the end of the last akshara that ends within the first n code points
// of text, or, after, of the first that ends with them or later.
func boundary(text string, n int, after bool) int {
	end, runes := 0, 0
	for a := range chunk.Aksharas(text) {
		runes += utf8.RuneCountInString(a.In(text))
		if runes > n && !after {
			return end
		}
		end = a.End
		if runes >= n {
			return end
		}
	}
	return end
}

func (c *cohere) request(kind rag.EmbedKind, texts []string) any {
	r := &cohereRequest{Texts: texts, InputType: "search_document", Truncate: c.truncate}
	if kind == rag.EmbedQuery {
		r.InputType = "search_query"
	}
	return r
}

func (c *cohere) vectors(body []byte) ([]rag.Vector, error) {
	var out struct {
		Embeddings []rag.Vector `json:"embeddings"`
	}
	if err := json.Unmarshal(body, &out); err != nil {
		return nil, err
	}
	return out.Embeddings, nil
}

func (c *cohere) version() string { return fmt.Sprintf("truncate=%s", c.truncate) }
