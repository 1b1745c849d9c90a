package main

import (
	"context"

	"github.com/akshara-go/akshara/examples/internal/program"
	"github.com/akshara-go/akshara/observe/config"
)

// load reads the environment, and gives what looks like a setting and is none.
func load(ctx context.Context) (*settings, []config.Warning, error) {
	return program.Load[settings](ctx, nil)
}
