// Command rag-service takes documents in, finds them and answers questions from
// them, over HTTP. On a machine with only Go it keeps everything in a folder, finds
// by words and sounds and answers with quotations; environment variables bring an
// embedding model and a model that writes, see the README.
package main

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/akshara-go/akshara/examples/internal/program"
	"github.com/akshara-go/akshara/observe/recording"
	"github.com/akshara-go/akshara/rag/raghttp"
)

var about = program.About{
	Name: "rag-service", Version: "0.1.0", Line: "Akshara finds and answers at", Inner: true,
	Title: "Akshara retrieval", Description: "Documents found and questions answered from them, with citations, in the 22 scheduled languages of India and English.",
}

// maxWork is how long the work on one request may take.
const maxWork = 2 * time.Minute

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
	kit := base.Kit(maxWork)
	raghttp.Register(kit, &parts.service, &raghttp.Options{TopK: cfg.RAG.TopK, Logger: base.Log})
	return base.Serve(ctx, kit, out, ready)
}
