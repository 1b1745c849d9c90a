// Package program is what the services of the examples have around their parts:
// settings from the environment, a log, health, metrics, traces and a server.
//
//	base, err := program.Start(ctx, &about, &cfg.App, &recording.Settings{OTel: cfg.OTel, Langfuse: cfg.Langfuse}, slips, logs)
//	if err != nil {
//		return err
//	}
//	defer base.Close()
//	kit := base.Kit(maxWork)
//	translatehttp.Register(kit, &service, nil)
//	return base.Serve(ctx, kit, out, ready)
package program

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/awssecrets"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/observe/recording"
	"github.com/akshara-go/akshara/observe/sharedcache"
	"github.com/akshara-go/akshara/observe/telemetry"
)

// maxRepeated is how many log lines of one kind are written in a second; the rest is counted.
const maxRepeated = 1000

// About says what a program is.
type About struct {
	Name        string // in logs, in /health and in the API document
	Version     string
	Title       string // of the API document
	Description string
	Line        string // what stands before the address in the one line on standard output
	Inner       bool   // other services call it and say who asks; see httpkit.Options.Askers
}

// Run is a program: it serves until ctx ends, prints the one line with the address to
// out, and logs to logs. ready, if not nil, is called with the address.
type Run func(ctx context.Context, out, logs io.Writer, ready func(net.Addr)) error

// Main runs a program until it is interrupted.
func Main(run Run) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	redis.SetLogger(sharedcache.Quiet{})
	if err := run(ctx, os.Stdout, os.Stderr, nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Load reads a program's settings from the environment; defaults replace those of
// single variables. Variables that look like settings and are none are given too, for
// the log, which there cannot be before the settings are read.
func Load[T any](ctx context.Context, defaults map[string]string) (*T, []config.Warning, error) {
	var slips []config.Warning
	cfg, err := config.LoadContext[T](ctx, &config.Options{
		Defaults: defaults, Resolver: awssecrets.Ambient(),
		Warn: func(w config.Warning) { slips = append(slips, w) },
	})
	return cfg, slips, err
}

// Base is what stands around a program's parts.
type Base struct {
	Log     *slog.Logger
	Monitor *health.Monitor
	Rec     *recording.Recording

	about    *About
	app      *config.App
	personal *pii.Detector
	registry *prometheus.Registry
}

// Start begins to log and to report. What it gives has to be closed.
func Start(ctx context.Context, about *About, app *config.App, what *recording.Settings, slips []config.Warning, logs io.Writer) (*Base, error) {
	level, _ := observe.ParseLevel(app.LogLevel) // one of the allowed
	b := &Base{about: about, app: app, personal: pii.New(nil), registry: httpkit.NewRegistry()}
	b.Log = observe.NewLogger(logs, &observe.LogOptions{Service: about.Name, Level: level, Mask: b.personal, Burst: maxRepeated})
	b.Log.Info("starting", "version", about.Version, "env", app.Env, "data_dir", app.DataDir)
	for _, w := range slips {
		b.Log.Warn("a variable is not a setting", "variable", w.String())
	}
	b.Monitor = health.New(&health.Options{Service: about.Name, Version: about.Version, Logger: b.Log})
	var err error
	b.Rec, err = recording.Start(ctx, what, &telemetry.Options{
		Service: about.Name, Version: about.Version, Environment: app.Env, Registry: b.registry, Mask: b.personal, Logger: observe.Named(b.Log, "telemetry"),
	})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Close delivers what is still to be reported. What it cannot it logs.
func (b *Base) Close() { _ = b.Rec.Shutdown(context.Background()) }

// Kit makes the program's routes. A typed handler may work for so long; 0 means no limit.
func (b *Base) Kit(work time.Duration) *httpkit.Kit {
	return httpkit.New(&httpkit.Options{
		Service: b.about.Name, Version: b.about.Version, Title: b.about.Title, Description: b.about.Description,
		Logger: b.Log, Health: b.Monitor, HandlerTimeout: work, Registry: b.registry, TracerProvider: b.Rec.TracerProvider, Mask: b.personal, Askers: b.about.Inner,
	})
}

// Serve answers requests until ctx ends, as a [Run] does.
func (b *Base) Serve(ctx context.Context, kit *httpkit.Kit, out io.Writer, ready func(net.Addr)) error {
	b.app.WarnIfOpen(b.Log)
	return kit.Run(ctx, b.app.Addr(), func(addr net.Addr) {
		fmt.Fprintf(out, "%s http://%s\n", b.about.Line, Shown(addr))
		if ready != nil {
			ready(addr)
		}
	})
}

// Shown gives an address as a browser on this machine takes it.
func Shown(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip.IsLoopback() || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
