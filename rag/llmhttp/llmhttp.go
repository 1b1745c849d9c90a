// Package llmhttp puts language models and embedding models on the wire as OpenAI's
// API does, so that any client of it can use them. [Register] mounts the routes;
// rag/openaillm is the client for programs of Akshara.
//
//	kit := httpkit.New(&httpkit.Options{Service: "llm-service"})
//	llmhttp.Register(kit, &llmhttp.Service{
//		Models:    []llmhttp.Model{{ID: llmhttp.Auto, Model: router}, {ID: "qwen3-8b", Model: small}},
//		Embedders: []llmhttp.Embedder{{ID: "multilingual-e5-small", Embedder: e5}},
//	}, nil)
//
// # Chat
//
// POST /v1/chat/completions answers a conversation, whole or, with stream, piece by
// piece: each piece goes out as it comes, and the generation ends when the client
// leaves. Messages may hold images (data: URLs; https ones where the model takes
// them) and recordings, and the calls of tools with what those gave. tools,
// tool_choice, max_tokens (or max_completion_tokens), temperature, response_format
// and stream_options.include_usage do what they do there; a missing temperature is 0,
// and json_object is a JSON object of any kind. model_version chooses a
// fine-tuned version of the model.
//
// What asks for something that would not come is INVALID_REQUEST: n above 1, stop,
// logprobs, functions, audio as an answer. Fields that only tune how a model works (top_p,
// seed, penalties, user...) are taken and have no effect.
//
// The usage is what the model tells: 0 when it does not. The model in an answer is
// the one that answered.
//
// # Embeddings
//
// POST /v1/embeddings takes texts, not tokens, and gives vectors as numbers or as
// base64 of little-endian float32. Beyond OpenAI's fields input_type says whether texts are a
// "query" or a "passage". Without it a text that begins as the model's card wants
// questions to begin ("query: ") is one; every other is a passage.
//
// # Errors
//
// The body is the contract's, whose error.code and error.message are where clients of
// OpenAI look for them. An error before the first piece of a stream has its status,
// unless the model is silent for so long that the stream is begun; a later one
// is an event {"error":{...}}, as OpenAI's. A model that is being loaded is MODEL_LOADING
// with Retry-After; a request that is longer than the model can take has
// the reason [ReasonOverflow] among its details.
//
// # Metrics
//
// llm_tokens_generated_total, llm_inference_duration_seconds and llm_model_loaded.
package llmhttp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
)

// Auto is the name that means the first of a service's models, whatever its ID.
const Auto = "auto"

// ReasonOverflow is the reason among the details of an error when a request is longer
// than the model can take.
const ReasonOverflow = "context_length_exceeded"

// Bounds of requests.
const (
	MaxChatBytes      = 24 << 20 // of a conversation, pictures and recordings in base64 included
	MaxEmbeddingBytes = 8 << 20  // of a request for embeddings
	MaxMessages       = 4096
	MaxInputs         = 2048 // texts to embed
)

// loadingRetry is when a model that is being loaded is worth asking again, where nobody says.
const loadingRetry = 5 * time.Second

// defaultPatience is how long a stream waits for the model's first piece before it
// begins all the same, so that no proxy takes silence for death.
const defaultPatience = 10 * time.Second

// Model is a chat model under the name that clients use.
type Model struct {
	ID    string
	Model llm.Model
	Note  string // what whoever lists the models should know; may be empty

	// Version gives a fine-tuned version of the model by its name, or NOT_FOUND.
	// Nil: there are none.
	Version func(ctx context.Context, name string) (llm.Model, error)

	// Loaded tells whether the model can be used already; until then requests are
	// MODEL_LOADING. Nil: it can.
	Loaded func() bool
}

// Embedder is an embedding model under the name that clients use.
type Embedder struct {
	ID       string
	Embedder rag.Embedder
	Loaded   func() bool // as a Model's
}

// Service is what the routes offer. The first of each list is used where a request
// names none. A list that is empty has no route, but for that of models.
type Service struct {
	Models    []Model
	Embedders []Embedder
}

// Options tunes the routes. The zero value is useful.
type Options struct {
	// Owner is who the list of models says they belong to; "" is akshara.
	Owner string
}

// routes are the handlers of a service.
type routes struct {
	service  *Service
	owner    string
	since    int64 // Unix time, in seconds
	patience time.Duration
	metrics  *metrics
}

func newRoutes(kit *httpkit.Kit, s *Service, opts *Options) *routes {
	r := &routes{service: s, owner: "akshara", since: time.Now().Unix(), patience: defaultPatience, metrics: newMetrics(kit.Registry, s)}
	if opts != nil {
		r.owner = cmp.Or(opts.Owner, r.owner)
	}
	return r
}

// Register mounts the routes of what s offers. opts may be nil. Like
// [httpkit.Register] it panics on a kit that has these routes already.
func Register(kit *httpkit.Kit, s *Service, opts *Options) { newRoutes(kit, s, opts).register(kit) }

func (r *routes) register(kit *httpkit.Kit) {
	if len(r.service.Models) > 0 {
		httpkit.Register(kit, huma.Operation{
			Method: http.MethodPost, Path: "/v1/chat/completions", OperationID: "chat-completions", Summary: "Answer a conversation", Tags: []string{"models"},
			Description:  "As OpenAI's. With stream the answer is server-sent events of the type chat.completion.chunk, and at the end [DONE].",
			Responses:    chatResponses(kit),
			MaxBodyBytes: MaxChatBytes,
		}, r.chat)
	}
	if len(r.service.Embedders) > 0 {
		httpkit.Register(kit, huma.Operation{
			Method: http.MethodPost, Path: "/v1/embeddings", OperationID: "embeddings", Summary: "Embed texts", Tags: []string{"models"},
			Description: "As OpenAI's.", MaxBodyBytes: MaxEmbeddingBytes,
		}, r.embeddings)
	}
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodGet, Path: "/v1/models", OperationID: "models", Summary: "List the models", Tags: []string{"models"},
	}, r.models)
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodGet, Path: "/v1/models/{model}", OperationID: "model", Summary: "Describe a model", Tags: []string{"models"},
	}, r.model)
}

// chatModel gives the model that a request names.
func (r *routes) chatModel(ctx context.Context, name, version string) (llm.Model, error) {
	m, err := named(r.service.Models, name, func(m *Model) (string, func() bool) { return m.ID, m.Loaded })
	switch {
	case err != nil:
		return nil, err
	case version == "":
		return m.Model, nil
	case m.Version == nil:
		return nil, fault.New(fault.NotFound, "this model has no versions", fault.Details{"field": "model_version"})
	}
	return m.Version(ctx, version)
}

// named gives the one of a list that a request names, if it can be used.
func named[T any](list []T, name string, about func(*T) (string, func() bool)) (*T, error) {
	for i := range list {
		id, loaded := about(&list[i])
		if name != id && name != "" && name != Auto {
			continue
		}
		if !usable(loaded) {
			return nil, fault.New(fault.ModelLoading, "the model is being loaded; try again soon", nil).WithRetryAfter(loadingRetry)
		}
		return &list[i], nil
	}
	return nil, noModel(name)
}

// usable tells what the Loaded of a model says.
func usable(loaded func() bool) bool { return loaded == nil || loaded() }

func noModel(name string) error {
	return fault.New(fault.NotFound, fmt.Sprintf("there is no model %.64q here; GET /v1/models lists those there are", name), fault.Details{"field": "model"})
}

// answered gives an error as a client gets it: when to come back, and that a
// request was too long.
func answered(err error) error {
	f := fault.From(err)
	switch {
	case f.Code == fault.ModelLoading && fault.RetryAfter(err) == 0:
		return f.WithRetryAfter(loadingRetry)
	case errors.Is(err, llm.ErrContextOverflow):
		out := *f
		out.Details = fault.Details{"field": "messages", "reason": ReasonOverflow}
		return &out
	}
	return err
}
