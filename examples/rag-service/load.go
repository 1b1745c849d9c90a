package main

import (
	"context"
	"fmt"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/akshara-go/akshara/observe/awssecrets"
	"github.com/akshara-go/akshara/observe/config"
)

// settings is what the environment sets.
type settings struct {
	App    config.App
	OpenAI config.OpenAI
	RAG    config.RAG
	OTel   config.OTel
}

// load reads the environment. Variables that look like settings and are none
// are given too, for the log, which there cannot be before the settings are read.
func load(ctx context.Context) (*settings, []config.Warning, error) {
	var slips []config.Warning
	cfg, err := config.LoadContext[settings](ctx, &config.Options{
		Defaults: map[string]string{"APP_PORT": "8001"},
		Resolver: config.ResolverFunc(awsSecrets),
		Warn:     func(w config.Warning) { slips = append(slips, w) },
	})
	return cfg, slips, err
}

// awsSecrets fetches values that begin with aws-sm:// from AWS Secrets Manager.
// No client is made where there are none.
func awsSecrets(ctx context.Context, refs []string) (map[string]string, error) {
	cfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("no configuration for AWS: %w", err)
	}
	return awssecrets.New(secretsmanager.NewFromConfig(cfg), nil).Resolve(ctx, refs)
}
