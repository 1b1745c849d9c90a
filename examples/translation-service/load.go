package main

import (
	"context"

	"github.com/akshara-go/akshara/examples/internal/program"
	"github.com/akshara-go/akshara/observe/config"
)

// settings is what the environment sets.
type settings struct {
	App         config.App
	OpenAI      config.OpenAI
	Translation config.Translation
	Engines     config.Engines
	Redis       config.Redis
	OTel        config.OTel
	Langfuse    config.Langfuse
}

// load reads the environment, and gives what looks like a setting and is none.
func load(ctx context.Context) (*settings, []config.Warning, error) {
	return program.Load[settings](ctx, map[string]string{"APP_PORT": "8004"})
}
