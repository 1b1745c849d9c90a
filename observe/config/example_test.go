package config_test

import (
	"context"
	"fmt"
	"time"

	"github.com/akshara-go/akshara/observe/config"
)

// Everything that is wrong comes at once, and keys are never shown.
func Example() {
	type cache struct {
		Host string        `env:"REDIS_HOST" required:"true" doc:"where the cache is"`
		TTL  time.Duration `env:"CACHE_TTL_SECONDS" envDefault:"3600" doc:"how long it keeps"`
		SSL  bool          `env:"REDIS_SSL" envDefault:"false" doc:"whether to use TLS"`
	}
	vars := map[string]string{"CACHE_TTL_SECONDS": "1h", "REDIS_SSL": "yes"}
	lookup := func(name string) (string, bool) { v, ok := vars[name]; return v, ok }

	_, err := config.Load[cache](&config.Options{LookupEnv: lookup})
	fmt.Println(err)

	vars = map[string]string{"REDIS_HOST": "127.0.0.1"}
	cfg, err := config.Load[cache](&config.Options{LookupEnv: lookup})
	fmt.Println(cfg.Host, cfg.TTL, cfg.SSL, err)
	// Output:
	// config: 3 settings cannot be used:
	//   REDIS_HOST: found nothing, allowed is a value: text
	//   CACHE_TTL_SECONDS: found "1h", allowed is a whole number of seconds
	//   REDIS_SSL: found "yes", allowed is true or false
	// 127.0.0.1 1h0m0s false <nil>
}

// Secrets are fetched together, and what looks like a slip of the pen is told about.
func ExampleLoadContext() {
	type model struct {
		Name string        `env:"LLM_MODEL_STANDARD" doc:"the model"`
		Key  config.Secret `env:"OPENAI_API_KEY" doc:"its key"`
	}
	vars := map[string]string{"OPENAI_API_KEY": "aws-sm://prod/openai#key", "LLM_MODEL_STANDART": "qwen3"}
	cfg, err := config.LoadContext[model](context.Background(), &config.Options{
		LookupEnv: func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
		Environ:   func() []string { return []string{"LLM_MODEL_STANDART=qwen3"} },
		Warn:      func(w config.Warning) { fmt.Println(w) },
		Resolver: config.ResolverFunc(func(_ context.Context, refs []string) (map[string]string, error) {
			fmt.Println("fetching", refs)
			return map[string]string{"aws-sm://prod/openai#key": "sk-private"}, nil
		}),
	})
	fmt.Println(cfg, len(cfg.Key.Reveal()), err)
	// Output:
	// LLM_MODEL_STANDART is set, but no setting has that name; is LLM_MODEL_STANDARD meant?
	// fetching [aws-sm://prod/openai#key]
	// &{ ***} 10 <nil>
}
