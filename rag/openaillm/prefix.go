package openaillm

import (
	"strings"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/embed"
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

// before gives a text with the prefix before it, unless it begins with it.
func before(prefix, text string) string {
	if strings.HasPrefix(text, prefix) {
		return text
	}
	return prefix + text
}

// inputType gives the value of the field input_type for texts of a kind.
func inputType(kind rag.EmbedKind) string {
	if kind == rag.EmbedQuery {
		return "query"
	}
	return "passage"
}

// PrefixesFor gives the prefixes that a model's card asks for, by the model's
// name; see [embed.TraitsOf].
func PrefixesFor(model string) Prefixes {
	t := embed.TraitsOf(model)
	return Prefixes{Query: t.Query, Passage: t.Passage}
}
