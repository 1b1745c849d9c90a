// Command rag-service takes documents in, finds them and answers questions from
// them, over HTTP. On a machine with only Go it keeps everything in a folder, finds
// by words and sounds and answers with quotations; environment variables bring an
// embedding model and a model that writes, see the README.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/observe/recording"
	"github.com/akshara-go/akshara/observe/sharedcache"
	"github.com/akshara-go/akshara/observe/telemetry"
	"github.com/akshara-go/akshara/rag/raghttp"
)

// service and version name this program in logs, in /health and in the API document.
const (
	service = "rag-service"
	version = "0.1.0"
)

const (
	maxRepeated = 1000            // log lines of one kind in a second; the rest is counted
	maxWork     = 2 * time.Minute // on one request
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	redis.SetLogger(sharedcache.Quiet{})
	if err := run(ctx, os.Stdout, os.Stderr, nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until ctx ends. It prints the one line with the address to out,
// and logs to logs. ready, if not nil, is called with the address.
func run(ctx context.Context, out, logs io.Writer, ready func(net.Addr)) error {
	cfg, slips, err := load(ctx)
	if err != nil {
		return err
	}
	level, _ := observe.ParseLevel(cfg.App.LogLevel)
	personal := pii.New(nil)
	log := observe.NewLogger(logs, &observe.LogOptions{Service: service, Level: level, Mask: personal, Burst: maxRepeated})
	log.Info("starting", "version", version, "env", cfg.App.Env, "data_dir", cfg.App.DataDir)
	for _, w := range slips {
		log.Warn("a variable is not a setting", "variable", w.String())
	}
	monitor := health.New(&health.Options{Service: service, Version: version, Logger: log})
	registry := httpkit.NewRegistry()
	rec, err := recording.Start(ctx, &recording.Settings{OTel: cfg.OTel, Langfuse: cfg.Langfuse, Contract: true}, &telemetry.Options{
		Service: service, Version: version, Environment: cfg.App.Env, Registry: registry, Mask: personal, Logger: observe.Named(log, "telemetry"),
	})
	if err != nil {
		return err
	}
	defer func() { _ = rec.Shutdown(context.Background()) }() // what it could not deliver it has logged

	parts, err := open(ctx, cfg, log, monitor, rec)
	if err != nil {
		return err
	}
	defer parts.close()

	kit := httpkit.New(&httpkit.Options{
		Service: service, Version: version, Logger: log, Health: monitor, HandlerTimeout: maxWork, Askers: true,
		Registry: registry, TracerProvider: rec.TracerProvider, Mask: personal,
		Title: "Akshara retrieval", Description: "Documents found and questions answered from them, with citations, in the 22 scheduled languages of India and English.",
	})
	raghttp.Register(kit, &parts.service, &raghttp.Options{TopK: cfg.RAG.TopK, Logger: log})
	cfg.App.WarnIfOpen(log)
	return kit.Run(ctx, cfg.App.Addr(), func(addr net.Addr) {
		fmt.Fprintf(out, "Akshara finds and answers at http://%s\n", addr)
		if ready != nil {
			ready(addr)
		}
	})
}
