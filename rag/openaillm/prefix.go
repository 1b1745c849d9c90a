package openaillm

import (
	"slices"
	"strings"

	"github.com/akshara-go/akshara/rag"
)

// Prefixes are words that a model was trained to see before its texts.
type Prefixes struct {
	Query   string
	Passage string
}

// of gives the prefix for texts of a kind.
func (p Prefixes) of(kind rag.EmbedKind) string {
	if kind == rag.EmbedQuery {
		return p.Query
	}
	return p.Passage
}

// inputType gives the value of the field input_type for texts of a kind.
func inputType(kind rag.EmbedKind) string {
	if kind == rag.EmbedQuery {
		return "query"
	}
	return "passage"
}

// PrefixesFor gives the prefixes that a model's card asks for, by the model's
// name, with or without its owner ("intfloat/multilingual-e5-small"): the E5
// family and its instruct variants, nomic-embed-text, and the English BGE and
// mxbai models. Any other model gets none.
func PrefixesFor(model string) Prefixes {
	model = strings.ToLower(model)
	words := strings.FieldsFunc(model, func(r rune) bool { return strings.ContainsRune("/-_.: ", r) })
	has := func(word string) bool { return slices.Contains(words, word) }
	switch {
	case has("e5") && has("instruct"):
		return Prefixes{Query: "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "}
	case has("e5"):
		return Prefixes{Query: "query: ", Passage: "passage: "}
	case has("nomic") && has("embed"):
		return Prefixes{Query: "search_query: ", Passage: "search_document: "}
	case has("bge") && has("en"), has("mxbai"):
		return Prefixes{Query: "Represent this sentence for searching relevant passages: "}
	}
	return Prefixes{}
}
