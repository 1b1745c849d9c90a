package main

import (
	"context"
	"net/http"
	"strings"

	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag/llmhttp"
	"github.com/akshara-go/akshara/rag/openaillm"
)

// modelsAt says where models are asked: at the llm-service that the environment names,
// or else at the model server. The service gets the request's id, trace and conversation,
// and no key: that is the server's.
func modelsAt(cfg *settings) openaillm.Config {
	if cfg.Services.LLM != "" {
		return openaillm.Config{BaseURL: strings.TrimRight(cfg.Services.LLM, "/") + "/v1", HTTPClient: &http.Client{Transport: httpkit.PropagateAskers(nil)}}
	}
	return openaillm.Config{BaseURL: cfg.OpenAI.BaseURL, APIKey: cfg.OpenAI.APIKey.Reveal()}
}

// standardModel names the model that writes, or is empty: answers are then quotations.
// An llm-service chooses by itself.
func standardModel(cfg *settings) string {
	switch {
	case cfg.Services.LLM != "":
		return llmhttp.Auto
	case cfg.OpenAI.BaseURL == "":
		return ""
	}
	return cfg.OpenAI.ModelStandard
}

// llmService asks an llm-service whether it is healthy.
type llmService struct{ *httpkit.Client }

func (s llmService) CheckHealth(ctx context.Context) error {
	return s.Send(ctx, &httpkit.Call{Path: "/health", Route: "/health"}, nil)
}
