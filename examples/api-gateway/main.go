// Command api-gateway answers questions over documents: a page in the browser
// and an HTTP API under /api/v1. On a machine with only Go it needs nothing
// else; environment variables replace one part each, see the README.
package main

import (
	"context"
	"io"
	"net"

	"github.com/akshara-go/akshara/examples/internal/program"
	"github.com/akshara-go/akshara/observe/recording"
)

var about = program.About{
	Name: "api-gateway", Version: "0.1.0", Line: "Akshara answers at",
	Title: "Akshara", Description: "Questions answered from documents, with citations, in the 22 scheduled languages of India and English.",
}

func main() { program.Main(run) }

// run is a [program.Run].
func run(ctx context.Context, out, logs io.Writer, ready func(net.Addr)) error {
	cfg, slips, err := load(ctx)
	if err != nil {
		return err
	}
	base, err := program.Start(ctx, &about, &cfg.App, &recording.Settings{OTel: cfg.OTel, Langfuse: cfg.Langfuse, Contract: true}, slips, logs)
	if err != nil {
		return err
	}
	defer base.Close()
	parts, err := open(ctx, cfg, base.Log, base.Monitor, base.Rec)
	if err != nil {
		return err
	}
	defer parts.close()
	kit := base.Kit(0)
	if err := newGateway(parts, cfg).register(kit); err != nil {
		return err
	}
	return base.Serve(ctx, kit, out, ready)
}
