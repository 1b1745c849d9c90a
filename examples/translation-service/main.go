// Command translation-service finds the language of texts, writes them in other
// scripts and translates them, over HTTP. On a machine with only Go it detects
// and transliterates; environment variables bring engines that translate and a
// Redis that keeps translations, see the README.
package main

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/akshara-go/akshara/examples/internal/program"
	"github.com/akshara-go/akshara/observe/recording"
	"github.com/akshara-go/akshara/translate/translatehttp"
)

var about = program.About{
	Name: "translation-service", Version: "0.1.0", Line: "Akshara translates at", Inner: true,
	Title: "Akshara translation", Description: "Detection, transliteration and translation for the 22 scheduled languages of India and English.",
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
	defer func() { _ = parts.close() }() // nothing is lost by it
	kit := base.Kit(maxWork)
	translatehttp.Register(kit, &parts.service, &translatehttp.Options{Logger: base.Log})
	return base.Serve(ctx, kit, out, ready)
}
