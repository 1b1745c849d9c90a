package main

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag/raghttp"
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
	opts := &raghttp.Options{TopK: g.topK, Logger: g.log}
	chat := *opts
	chat.Sessions = g.sessions
	raghttp.RegisterAnswer(kit, prefix+"/chat", g.rag.answerer, &chat)
	raghttp.RegisterSearch(kit, prefix+"/search", g.rag.searcher, opts)
	raghttp.RegisterSuggest(kit, prefix+"/search/suggest", g.rag.suggester, opts)
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
