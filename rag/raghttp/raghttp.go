// Package raghttp puts package rag's ports on the wire: [Register] mounts the
// contract's routes of a rag-service, and [Client] calls them and is a
// rag.Retriever, a rag.Streamer, a [Suggester], a [Searcher] and a sink for
// documents itself, so that finding and answering can move to another machine
// and nothing else changes.
//
//	kit := httpkit.New(&httpkit.Options{Service: "rag-service"})
//	raghttp.Register(kit, &raghttp.Service{
//		Retriever: index, Suggester: index, Chunks: index.Chunks,
//		Answerer:  rag.NewEngine(index, nil),
//		Documents: collection, // ingest.Collection
//	}, nil)
//
// # Routes
//
// POST /query gives the passages for a question as one text, and the documents
// they stand in. rerank_top_k keeps the best of the top_k that were found.
// A Retriever that is a [Follower] understands the question with chat_history, at
// most 100 turns of 64 KiB within the body's 1 MiB; to another it changes nothing.
// session_id is taken and changes nothing: whoever asks here keeps the conversation.
//
// POST /search gives a page of documents with the pictures and the events of
// those on the page. An event is what a document declares as one, in /ingest's
// events or as schema.org data of an HTML page; none is read out of running text.
// Of all results, and not of the page alone, are total_results (at most
// [rag.MaxTopK]) and the facets.
//
// POST /answer and /answer/stream take and give what the gateway's /chat and
// /chat/stream do. With [Options.Sessions] an answer names the conversation that it
// began, and a question with that session_id goes on with it; the turn is stored
// before the answer, or the event done, is sent. A session_id that names no
// conversation of the asker, or one that has ended, is NOT_FOUND with "session_id" as
// its field. The asker is who may read the same and is the same user
// ([observe.WithUser]); where nobody is known by anything, whoever has the id. A first
// question is answered also where its turn cannot be stored; then session_id is empty.
// A caller that keeps the conversation himself sends it as chat_history, an empty one
// too, and none is kept here. An Answerer that understands the History of questions
// makes something of both. [RegisterAnswer], [RegisterSearch] and [RegisterSuggest]
// mount the routes at a gateway's paths.
//
// POST /ingest takes a document in, in the place of the one with the same id, so
// that it can be sent again. A text/plain content is the document's text byte by
// byte; text/html and text/markdown are parsed. Beyond the contract a document
// may name its readers and events and come parsed already (parsed: true), with
// its blocks and pages. embedding_status is "completed", "pending" where documents
// are embedded after the answer, or "skipped" where they are found by words and
// sounds alone.
//
// Answers have the contract's fields, and sources also document_id. Whoever asks
// with details: true gets in a field details what is known beyond them: the
// passages with their scores, the model and its usage, authors, tags, facets.
// Filters may also name document_ids and tags.
//
// # Who may read what
//
// A service is of one tenant, that of its Retriever. Who asks is known by
// nothing, and finds what is public, unless [Options.TrustReaders] says that
// callers are programs which know their askers: then the header
// [ReadersHeader] names what the asker is known by. Without TrustReaders the header is
// FORBIDDEN. A document that the asker may not read is NOT_FOUND. Whoever reaches the
// service may take documents in and delete them, also those that he may not read:
// who reaches it is for what stands before it to settle.
//
// # Metrics
//
// rag_retrieval_duration_seconds counts the time that documents took to be
// found for /query and /search, rag_cache_hit_total and rag_cache_miss_total the answers
// that came from a cache and that did not.
package raghttp

import (
	"context"
	"log/slog"
	"net/http"
	"path"

	"github.com/danielgtaylor/huma/v2"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/session"
)

// Bounds of requests' bodies, in bytes: a question fits with any filter, and a
// document of 16 MiB of text however JSON escapes it.
const (
	MaxBodyBytes   = 1 << 20
	MaxIngestBytes = 64 << 20
)

// MaxTextBytes is how long the content of a document may be.
const MaxTextBytes = 16 << 20

// DefaultTopK is how many documents are found when neither request nor options say it.
const DefaultTopK = 5

// Suggester completes what somebody types, as [rag.Index.Suggest] does.
type Suggester interface {
	Suggest(ctx context.Context, q *rag.SuggestQuery) ([]rag.Suggestion, error)
}

// Follower finds documents for a question that follows a conversation, the
// oldest turn first and nil where there is none, as
// [github.com/akshara-go/akshara/rag/understand.Retriever] does. It may be called
// concurrently. Of errors and results holds what [rag.Retriever] says.
type Follower interface {
	Follow(ctx context.Context, q *rag.Query, history []llm.Message) ([]rag.DocumentResult, error)
}

// Documents keeps documents and makes them findable. It may be called
// concurrently. Put replaces the document with the same id, and when it returns
// the document can be found. Get and Remove of an id that is not there are
// NOT_FOUND. An ingest.Collection is one.
type Documents interface {
	Put(ctx context.Context, doc *corpus.Document) error
	Get(ctx context.Context, id string) (*corpus.Document, error)
	Remove(ctx context.Context, id string) error
}

// Illustrator is Documents that give the pictures and events of many at once: those of
// the documents that have any, without their texts, in any order. Ids that are
// not there are passed over. An ingest.Collection is one.
type Illustrator interface {
	Illustrated(ctx context.Context, ids []string) ([]*corpus.Document, error)
}

// Parser reads the content of a document, of a media type such as text/html. It
// fills in what source does not say and leaves the id empty.
type Parser func(ctx context.Context, content, contentType string, source corpus.Source) (*corpus.Document, error)

// Service is what the routes offer. What is nil has no route, and does not stand
// in the OpenAPI document.
type Service struct {
	Retriever rag.Retriever // /query and /search; a Follower is given the conversation of /query
	Answerer  rag.Answerer  // /answer and /answer/stream; a rag.Streamer tells its answers as they come
	Suggester Suggester     // /suggest
	Documents Documents     // /ingest and /documents/{id}; pictures and events for /search

	Parse  Parser                                         // reads HTML and Markdown for /ingest; nil: they are refused
	Chunks func(*corpus.Document) ([]corpus.Chunk, error) // how a document is cut, for /ingest's answer; nil: it names none
	Embeds bool                                           // documents get vectors; for /ingest's answer
	Later  bool                                           // they do after that answer
}

// Options tunes the routes. The zero value is useful.
type Options struct {
	TopK         int          // documents when a request does not say how many; 0 is DefaultTopK
	TrustReaders bool         // callers may say who asks; see ReadersHeader
	Logger       *slog.Logger // what had to be done without; nil: nowhere

	// Sessions are the conversations that /answer goes on with and begins. Nil: none is
	// kept, and session_id is only given back.
	Sessions *session.Sessions
}

// routes are the handlers of a service.
type routes struct {
	service *Service
	search  Searcher
	opts    Options
	log     *slog.Logger
	metrics *metrics
}

func newRoutes(kit *httpkit.Kit, s *Service, opts *Options) *routes {
	r := &routes{service: s, metrics: newMetrics(kit.Registry)}
	if opts != nil {
		r.opts = *opts
	}
	if r.opts.TopK <= 0 {
		r.opts.TopK = DefaultTopK
	}
	if r.opts.Logger == nil {
		r.opts.Logger = slog.New(slog.DiscardHandler)
	}
	r.log = observe.Named(r.opts.Logger, "raghttp")
	return r
}

// Register mounts the routes of what s offers. opts may be nil. Like
// [httpkit.Register] it panics on a kit that has these routes already.
func Register(kit *httpkit.Kit, s *Service, opts *Options) {
	r := newRoutes(kit, s, opts)
	if s.Retriever != nil {
		r.search = NewPager(s.Retriever, s.Documents, r.log)
		httpkit.Register(kit, huma.Operation{
			Method: http.MethodPost, Path: "/query", OperationID: "query", Summary: "Find passages for a question", Tags: []string{"retrieval"},
			Description: "The passages as one text for a model, and the documents that they stand in.", MaxBodyBytes: MaxBodyBytes,
		}, r.query)
		httpkit.Register(kit, huma.Operation{
			Method: http.MethodPost, Path: "/search", OperationID: "search", Summary: "Find documents", Tags: []string{"retrieval"},
			Description: "A page of documents, with the pictures and events of those on it.", MaxBodyBytes: MaxBodyBytes,
		}, r.searchByPost)
	}
	if s.Answerer != nil {
		r.registerAnswer(kit, "/answer", "answers")
	}
	if s.Suggester != nil {
		r.registerSuggest(kit, "/suggest", "retrieval")
	}
	if s.Documents != nil {
		r.registerDocuments(kit)
	}
}

// RegisterAnswer mounts a's routes at a path and at path/stream, for a service
// that answers among other things. opts may be nil.
func RegisterAnswer(kit *httpkit.Kit, at string, a rag.Answerer, opts *Options) {
	newRoutes(kit, &Service{Answerer: a}, opts).registerAnswer(kit, at, path.Base(at))
}

// RegisterSearch mounts s at a path, as a GET with the query and the filters as
// parameters. opts may be nil.
func RegisterSearch(kit *httpkit.Kit, at string, s Searcher, opts *Options) {
	r := newRoutes(kit, &Service{}, opts)
	r.search = s
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodGet, Path: at, OperationID: "search", Summary: "Find documents", Tags: []string{"search"},
		Description: "A page of documents, with the pictures and events of those on it.",
	}, r.searchByGet)
}

// RegisterSuggest mounts s at a path. opts may be nil.
func RegisterSuggest(kit *httpkit.Kit, at string, s Suggester, opts *Options) {
	newRoutes(kit, &Service{Suggester: s}, opts).registerSuggest(kit, at, "search")
}
