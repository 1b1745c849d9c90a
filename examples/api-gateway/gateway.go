package main

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatehttp"
)

const prefix = "/api/v1"

// gateway has the handlers. Everything that they do is in the parts.
type gateway struct {
	*parts
	topK int
}

func newGateway(p *parts, cfg *settings) *gateway { return &gateway{parts: p, topK: cfg.RAG.TopK} }

// register adds the routes, and the page with its texts.
func (g *gateway) register(kit *httpkit.Kit) error {
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodPost, Path: prefix + "/chat", OperationID: "chat", Summary: "Answer a question", Tags: []string{"chat"},
		Description: "Answers from the documents, each claim with the bytes it rests on. What they do not say is refused: 200 with refused=true.",
	}, g.chat)
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodPost, Path: prefix + "/chat/stream", OperationID: "chat-stream", Summary: "Answer a question as it comes", Tags: []string{"chat"},
		Responses: httpkit.EventResponse("Events: source, token {text}, claim, and at the end done (the whole answer) or error."),
	}, g.chatStream)
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodGet, Path: prefix + "/search", OperationID: "search", Summary: "Find documents", Tags: []string{"search"},
	}, g.search)
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodGet, Path: prefix + "/search/suggest", OperationID: "suggest", Summary: "Complete what is being typed", Tags: []string{"search"},
		Description: "Titles, headings, phrases and words of the documents that begin, by their letters or by their sound, with what is typed so far, most useful first.",
	}, g.suggest)
	translatehttp.RegisterTranslate(kit, prefix+"/translate", g.translator, &translatehttp.Options{Logger: g.log})
	g.registerDocuments(kit)
	kit.HandleOperation(huma.Operation{
		Method: http.MethodGet, Path: prefix + "/health", OperationID: "services-health", Summary: "Whether all services can do their work", Tags: []string{"operations"},
		Responses: map[string]*huma.Response{"200": {Description: "healthy"}, "503": {Description: "unhealthy, or about to stop"}},
	}, kit.Health)
	if err := serveTexts(kit, textFiles); err != nil {
		return err
	}
	return kit.Static("/", page())
}

type chatInput struct{ Body chatRequest }
type chatOutput struct{ Body chatResponse }

// question reads a request. What is missing gets the contract's default.
func (g *gateway) question(in *chatRequest) (*rag.Question, error) {
	filter, err := in.Filters.corpus()
	if err != nil {
		return nil, err
	}
	if in.SessionID == "" {
		in.SessionID = uuid.NewString()
	}
	if in.TopK == 0 {
		in.TopK = g.topK
	}
	return &rag.Question{Text: in.Message, Language: lang.Code(in.Language), TopK: in.TopK, Filter: filter}, nil
}

func (g *gateway) chat(ctx context.Context, in *chatInput) (*chatOutput, error) {
	q, err := g.question(&in.Body)
	if err != nil {
		return nil, err
	}
	a, err := g.engine.Answer(ctx, q)
	if err != nil {
		return nil, err
	}
	return &chatOutput{newChatResponse(a, in.Body.SessionID, uuid.NewString())}, nil
}

// chatStream sends the steps of an answer as events.
func (g *gateway) chatStream(_ context.Context, in *chatInput) (*huma.StreamResponse, error) {
	q, err := g.question(&in.Body)
	if err != nil {
		return nil, err
	}
	return httpkit.Stream(func(ctx context.Context, events *httpkit.SSE) error {
		for step, err := range g.engine.Stream(ctx, q) {
			if err != nil {
				return err
			}
			if err := send(events, &step, in.Body.SessionID); err != nil {
				return err
			}
		}
		return nil
	}), nil
}

func send(events *httpkit.SSE, step *rag.Event, session string) error {
	switch {
	case step.Source != nil:
		return events.Send("source", newSource(step.Source))
	case step.Claim != nil:
		return events.Send("claim", step.Claim)
	case step.Answer != nil:
		return events.Send("done", newChatResponse(step.Answer, session, uuid.NewString()))
	}
	return events.Send("token", map[string]string{"text": step.Token})
}

type searchInput struct {
	Q           string   `query:"q" doc:"What to find" example:"किला"`
	Language    string   `query:"language" default:"auto" doc:"Language of the query, or auto"`
	Page        int      `query:"page" default:"1" minimum:"1" maximum:"1000000"`
	PageSize    int      `query:"page_size" default:"20" minimum:"1" maximum:"100"`
	SourceSites []string `query:"source_sites" doc:"Any of these sites"`
	ContentType string   `query:"content_type"`
	DocLanguage string   `query:"document_language" doc:"The documents' language"`
	DateFrom    string   `query:"date_from"`
	DateTo      string   `query:"date_to"`
}

type searchOutput struct{ Body searchResponse }

func (g *gateway) search(ctx context.Context, in *searchInput) (*searchOutput, error) {
	f := filters{in.SourceSites, in.ContentType, in.DocLanguage, in.DateFrom, in.DateTo}
	filter, err := f.corpus()
	if err != nil {
		return nil, err
	}
	results, err := g.index.Retrieve(ctx, &rag.Query{Text: in.Q, Language: lang.Code(in.Language), TopK: rag.MaxTopK, Filter: filter})
	if err != nil {
		return nil, renamed(err, "query", "q")
	}
	body := searchResponse{
		Results: []searchResult{}, Multimedia: []struct{}{}, Events: []struct{}{},
		TotalResults: len(results), Page: in.Page, PageSize: in.PageSize,
	}
	from := min((in.Page-1)*in.PageSize, len(results))
	for i := range results[from:min(from+in.PageSize, len(results))] {
		body.Results = append(body.Results, newSearchResult(&results[from+i]))
	}
	return &searchOutput{body}, nil
}

// renamed gives an error about a field under the name that this API has for it.
func renamed(err error, from, to string) error {
	e := fault.From(err)
	if e.Details["field"] == from {
		e.Details["field"] = to
	}
	return e
}
