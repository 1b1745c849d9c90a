// Command llm-service serves language models and embeddings on OpenAI's routes, so that
// any client of OpenAI's API can use them. On a machine with only Go it serves the extractive
// model, which quotes from the conversation and never invents; environment
// variables bring a model server, see the README.
package main

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/akshara-go/akshara/examples/internal/program"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/recording"
	"github.com/akshara-go/akshara/rag/llmhttp"
)

var about = program.About{
	Name: "llm-service", Version: "0.1.0", Line: "Akshara serves models at", Inner: true,
	Title: "Akshara models", Description: "Language models and embeddings on OpenAI's routes: any client of OpenAI's API can use them.",
}

// maxWork is how long an answer may take, whole or streamed.
const maxWork = 5 * time.Minute

func main() { program.Main(run) }

// settings is what the environment sets.
type settings struct {
	App    config.App
	OpenAI config.OpenAI
	LLM    config.LLM
	RAG    config.RAG
	OTel   config.OTel

	Langfuse    config.Langfuse
	Translation config.Translation
}

func load(ctx context.Context) (*settings, []config.Warning, error) {
	return program.Load[settings](ctx, map[string]string{"APP_PORT": "8002"})
}

// run is a [program.Run].
func run(ctx context.Context, out, logs io.Writer, ready func(net.Addr)) error {
	cfg, slips, err := load(ctx)
	if err != nil {
		return err
	}
	base, err := program.Start(ctx, &about, &cfg.App, &recording.Settings{OTel: cfg.OTel, Langfuse: cfg.Langfuse}, slips, logs)
	if err != nil {
		return err
	}
	defer base.Close()
	parts, err := open(ctx, cfg, base.Log, base.Monitor, base.Rec)
	if err != nil {
		return err
	}
	defer parts.close()
	kit := base.Kit(maxWork)
	llmhttp.Register(kit, &parts.service, nil)
	return base.Serve(ctx, kit, out, ready)
}
