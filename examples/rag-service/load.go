package main

import (
	"context"

	"github.com/akshara-go/akshara/observe/awssecrets"
	"github.com/akshara-go/akshara/observe/config"
)

// settings is what the environment sets.
type settings struct {
	App      config.App
	OpenAI   config.OpenAI
	RAG      config.RAG
	OTel     config.OTel
	Langfuse config.Langfuse
	Redis    config.Redis
}

// load reads the environment. Variables that look like settings and are none
// are given too, for the log, which there cannot be before the settings are read.
func load(ctx context.Context) (*settings, []config.Warning, error) {
	var slips []config.Warning
	cfg, err := config.LoadContext[settings](ctx, &config.Options{
		Defaults: map[string]string{"APP_PORT": "8001"},
		Resolver: awssecrets.Ambient(),
		Warn:     func(w config.Warning) { slips = append(slips, w) },
	})
	return cfg, slips, err
}
