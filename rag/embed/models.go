package embed

import (
	"slices"
	"strings"
)

// Traits is what a model's card says of how to use it.
type Traits struct {
	Query   string // what goes before a question
	Passage string // what goes before a passage
	Tokens  int    // the longest text that is read, what goes before it included
}

// defaultTokens is what most small models read, and what is assumed of unknown ones.
const defaultTokens = 512

const task = "Given a web search query, retrieve relevant passages that answer the query"

// family is the models whose names hold all words of have and none of lack.
type family struct {
	have, lack []string
	traits     Traits
}

// families are tried in turn. Each is written from the card of the model that its
// comment names, at https://huggingface.co/.
var families = []family{
	// intfloat/multilingual-e5-large-instruct, intfloat/e5-mistral-7b-instruct
	{[]string{"e5", "mistral"}, nil, Traits{instruct("\nQuery: "), "", 4096}},
	{[]string{"e5", "instruct"}, nil, Traits{instruct("\nQuery: "), "", 512}},
	// intfloat/multilingual-e5-small, intfloat/e5-base-v2
	{[]string{"e5"}, nil, Traits{"query: ", "passage: ", 512}},
	// Qwen/Qwen3-Embedding-0.6B: no space after the colon
	{[]string{"qwen3", "embedding"}, nil, Traits{instruct("\nQuery:"), "", 8192}},
	// Alibaba-NLP/gte-Qwen2-1.5B-instruct, Alibaba-NLP/gte-multilingual-base, thenlper/gte-base
	{[]string{"gte", "instruct"}, nil, Traits{instruct("\nQuery: "), "", 8192}},
	{[]string{"gte", "multilingual"}, nil, Traits{"", "", 8192}},
	// nomic-ai/nomic-embed-text-v1.5, nomic-ai/nomic-embed-text-v2-moe
	{[]string{"nomic", "embed", "v2"}, nil, Traits{"search_query: ", "search_document: ", 512}},
	{[]string{"nomic", "embed"}, nil, Traits{"search_query: ", "search_document: ", 2048}},
	// BAAI/bge-m3, BAAI/bge-small-en-v1.5
	{[]string{"bge", "m3"}, nil, Traits{"", "", 8192}},
	{[]string{"bge", "en"}, []string{"icl"}, Traits{"Represent this sentence for searching relevant passages: ", "", 512}},
	// mixedbread-ai/mxbai-embed-large-v1
	{[]string{"mxbai"}, nil, Traits{"Represent this sentence for searching relevant passages: ", "", 512}},
	// jinaai/jina-embeddings-v3 (its tasks retrieval.query and retrieval.passage), jinaai/jina-embeddings-v2-base-en
	{[]string{"jina", "embeddings", "v3"}, nil, Traits{"Represent the query for retrieving evidence documents: ", "Represent the document for retrieval: ", 8192}},
	{[]string{"jina", "embeddings", "v2"}, nil, Traits{"", "", 8192}},
	// Snowflake/snowflake-arctic-embed-l-v2.0, Snowflake/snowflake-arctic-embed-m-v1.5
	{[]string{"arctic", "embed", "v2"}, nil, Traits{"query: ", "", 8192}},
	{[]string{"arctic", "embed"}, nil, Traits{"Represent this sentence for searching relevant passages: ", "", 512}},
	// google/embeddinggemma-300m
	{[]string{"embeddinggemma"}, nil, Traits{"task: search result | query: ", "title: none | text: ", 2048}},
	// sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2
	{[]string{"paraphrase", "multilingual"}, nil, Traits{"", "", 128}},
	// amazon.titan-embed-text-v2:0: https://docs.aws.amazon.com/bedrock/latest/userguide/titan-embedding-models.html
	{[]string{"titan", "embed"}, nil, Traits{"", "", 8192}},
	// cohere.embed-multilingual-v3: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v3.html
	{[]string{"cohere", "embed", "v3"}, nil, Traits{"", "", 512}},
	// text-embedding-3-small and its kin: https://platform.openai.com/docs/guides/embeddings
	{[]string{"text", "embedding"}, nil, Traits{"", "", 8191}},
}

func instruct(ask string) string { return "Instruct: " + task + ask }

// TraitsOf gives what is known of a model by its name, with or without its owner
// and a server's tag ("intfloat/multilingual-e5-small", "nomic-embed-text:v1.5"):
// the families E5, Qwen3-Embedding, GTE, nomic-embed-text, BGE, mxbai, Jina,
// Arctic-Embed, EmbeddingGemma, the multilingual paraphrase models, Titan's, Cohere's
// and OpenAI's.
// Any other model gets no words before its texts, and 512 tokens.
func TraitsOf(model string) Traits {
	words := strings.FieldsFunc(strings.ToLower(model), func(r rune) bool { return strings.ContainsRune("/-_.: ", r) })
	has := func(word string) bool { return slices.Contains(words, word) }
	for _, f := range families {
		if !slices.ContainsFunc(f.have, func(w string) bool { return !has(w) }) && !slices.ContainsFunc(f.lack, has) {
			return f.traits
		}
	}
	return Traits{Tokens: defaultTokens}
}
