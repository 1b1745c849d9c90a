package main

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/akshara-go/akshara/examples/internal/e5model"
	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/observe/recording"
	"github.com/akshara-go/akshara/rag/e5embed"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/guard"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llmhttp"
	"github.com/akshara-go/akshara/rag/llmroute"
	"github.com/akshara-go/akshara/rag/openaillm"
	"github.com/akshara-go/akshara/rag/ragtrace"
	"github.com/akshara-go/akshara/translate/detect"
)

// noServer is said where there is no model server.
const noServer = "no model server is set up (OPENAI_BASE_URL with LLM_MODEL_STANDARD): answers are quotations from what is sent"

// parts is what the service is made of.
type parts struct {
	cfg     *settings
	log     *slog.Logger
	rec     *recording.Recording
	service llmhttp.Service
	account *llm.Account
	quotes  *llmhttp.Reader
	guard   *guard.Guard // nil: the environment turns it off
	server  *server      // nil: there is none

	local *e5embed.Embedder // nil: there is none

	connections *http.Transport
	stop        context.CancelFunc
	later       sync.WaitGroup
}

// open makes the parts and adds their checks to monitor.
func open(ctx context.Context, cfg *settings, log *slog.Logger, monitor *health.Monitor, rec *recording.Recording) (*parts, error) {
	ctx, stop := context.WithCancel(ctx)
	p := &parts{
		cfg: cfg, log: log, rec: rec, stop: stop, account: llm.NewAccount(nil), connections: connections(),
		quotes: &llmhttp.Reader{Model: extractive.New(nil), Detect: detect.New().Language, MinConfidence: cfg.RAG.ConfidenceThreshold},
	}
	if err := p.wire(ctx, monitor); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// connections keeps as many connections to the model server as answers may be on their way.
func connections() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 256
	return t
}

func (p *parts) wire(ctx context.Context, monitor *health.Monitor) (err error) {
	if p.cfg.RAG.Guard {
		if p.guard, err = guard.New(nil); err != nil {
			return err
		}
	}
	if p.cfg.OpenAI.BaseURL == "" || p.cfg.OpenAI.ModelStandard == "" {
		p.log.Warn(noServer)
		monitor.Add("model-server", func(context.Context) error { return fault.New(fault.ServiceUnavailable, noServer, nil) }, &health.CheckOptions{Optional: true})
		p.service.Models = []llmhttp.Model{p.offered(extractive.Name, p.quoting(), noServer)}
		return p.embedders()
	}
	p.server = &server{at: p.reach(), used: p.names()}
	monitor.Add("model-server", p.server.check, nil)
	p.later.Go(func() { p.server.await(ctx, p.log) })
	if err := p.models(); err != nil {
		return err
	}
	return p.embedders()
}

// reach says where the models are.
func (p *parts) reach() openaillm.Config {
	return openaillm.Config{BaseURL: p.cfg.OpenAI.BaseURL, APIKey: p.cfg.OpenAI.APIKey.Reveal(), HTTPClient: &http.Client{Transport: httpkit.Propagate(p.connections)}}
}

// names gives the models that the environment names, each once, the standard one first.
func (p *parts) names() []string {
	var list []string
	for _, name := range []string{p.cfg.OpenAI.ModelStandard, p.cfg.LLM.ModelLongContext, p.cfg.LLM.ModelMultimodal, p.cfg.Translation.Model} {
		if name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// models offers the models of the server by their names, and before them the one that
// chooses among them.
func (p *parts) models() error {
	byName := map[string]llm.Model{}
	for _, name := range p.names() {
		m, err := p.model(name)
		if err != nil {
			return err
		}
		byName[name] = m
	}
	standard := byName[p.cfg.OpenAI.ModelStandard]
	routes := map[llmroute.Route]llm.Model{llmroute.Standard: standard}
	for route, name := range map[llmroute.Route]string{
		llmroute.LongContext: p.cfg.LLM.ModelLongContext, llmroute.Multimodal: p.cfg.LLM.ModelMultimodal, llmroute.Translation: p.cfg.Translation.Model,
	} {
		if m := byName[name]; m != nil && name != p.cfg.OpenAI.ModelStandard {
			routes[route] = llm.Fallback(m, standard)
		}
	}
	router, err := llmroute.New(routes, &llmroute.Options{Logger: observe.Named(p.log, "llmroute")})
	if err != nil {
		return err
	}
	quoting := &orQuotes{model: router, quotes: p.quoting(), fenced: p.quotes.Fenced}
	p.service.Models = append(p.service.Models, p.offered(llmhttp.Auto, quoting, "chooses among the others; quotes from the passages of a question when they fail"))
	for _, name := range p.names() {
		p.service.Models = append(p.service.Models, p.offered(name, byName[name], ""))
	}
	p.log.Info("models", "names", p.names())
	return nil
}

// quoting gives the model that quotes.
func (p *parts) quoting() llm.Model {
	return p.account.Model(ragtrace.Model(p.quotes, p.rec.Calls, &ragtrace.ModelOptions{Name: extractive.Name}), extractive.Name)
}

// model gives a model of the server. openaillm asks again by itself what is worth it.
func (p *parts) model(name string) (llm.Model, error) {
	m, err := openaillm.New(p.reach(), name, nil)
	if err != nil {
		return nil, err
	}
	return llm.TimeLimit(llm.ConcurrencyLimit(p.account.Model(ragtrace.Model(m, p.rec.Calls, &ragtrace.ModelOptions{Provider: "openai", Name: name, Remote: true}), name), p.cfg.LLM.Concurrency), &llm.TimeLimits{Whole: maxWork}), nil
}

// guarded puts the guard around a model that a client may ask.
func (p *parts) guarded(m llm.Model) llm.Model {
	if p.guard == nil {
		return m
	}
	return ragtrace.GuardedModel(p.guard.Model(m), p.rec.Calls)
}

// offered is a model as clients are given it.
func (p *parts) offered(id string, m llm.Model, note string) llmhttp.Model {
	out := llmhttp.Model{ID: id, Model: p.guarded(m), Note: note}
	if p.server != nil {
		out.Loaded, out.Version = p.server.loaded, p.version
	}
	return out
}

// version gives a fine-tuned version of a model, which the server lists by its own name.
func (p *parts) version(ctx context.Context, name string) (llm.Model, error) {
	m, err := p.server.version(ctx, name, p.model)
	if err != nil {
		return nil, err
	}
	return p.guarded(m), nil
}

// embedders offers the embedding model, in this process or where the server has one.
// Its texts get the prefixes that the model's card asks for.
func (p *parts) embedders() error {
	name := p.cfg.RAG.EmbeddingModel
	local, err := e5model.Open(name, p.log)
	if err != nil {
		return err
	}
	if local != nil {
		p.local = local
		p.service.Embedders = []llmhttp.Embedder{{ID: local.Model().Name, Embedder: ragtrace.Embedder(local, p.rec.Calls, "")}}
		return nil
	}
	if p.cfg.OpenAI.BaseURL == "" || name == "" || name == e5model.Off {
		return nil
	}
	e, err := openaillm.NewEmbedder(p.reach(), name, &openaillm.EmbedderOptions{InputType: p.cfg.RAG.EmbeddingInputType})
	if err != nil {
		return err
	}
	p.service.Embedders = []llmhttp.Embedder{{ID: name, Embedder: ragtrace.Embedder(e, p.rec.Calls, "openai")}}
	return nil
}

// close waits for what goes on, and tells what the models were used.
func (p *parts) close() {
	p.stop()
	p.later.Wait()
	if p.local != nil {
		_ = p.local.Close() // it was only read
	}
	p.connections.CloseIdleConnections()
	for _, t := range p.account.Totals() {
		p.log.Info("tokens used", "model", t.Model, "requests", t.Requests, "failed", t.Failed, "estimated", t.Estimated,
			"prompt_tokens", t.Usage.Prompt, "completion_tokens", t.Usage.Completion)
	}
}

// loadingWait is how long to wait before a server that is loading its model is looked at again.
const loadingWait = 2 * time.Second
