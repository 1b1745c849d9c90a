package awssecrets

import (
	"context"
	"fmt"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/akshara-go/akshara/observe/config"
)

// Ambient resolves the references of a program's start with a client that the AWS
// SDK configures as it does everywhere: by its own variables, files or the machine's
// role. The client is made at the first call, so that a program without references
// needs no AWS. Nothing is kept between calls.
func Ambient() config.Resolver {
	return config.ResolverFunc(func(ctx context.Context, refs []string) (map[string]string, error) {
		cfg, err := awsconfig.LoadDefaultConfig(ctx)
		if err != nil {
			return nil, fmt.Errorf("no configuration for AWS: %w", err)
		}
		return New(secretsmanager.NewFromConfig(cfg), nil).Resolve(ctx, refs)
	})
}
