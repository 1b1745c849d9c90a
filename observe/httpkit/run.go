package httpkit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Listen opens addr ("127.0.0.1:8000"; port 0 takes a free one), for [Kit.Serve].
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("httpkit: %w", err)
	}
	return ln, nil
}

// Run listens on addr, calls ready (which may be nil) with the bound address,
// and serves until ctx ends; see [Kit.Serve].
func (k *Kit) Run(ctx context.Context, addr string, ready func(net.Addr)) error {
	ln, err := Listen(ctx, addr)
	if err != nil {
		return err
	}
	if ready != nil {
		ready(ln.Addr())
	}
	return k.Serve(ctx, ln)
}

// Serve answers requests on ln until ctx ends. Then it closes ln, makes /health
// unhealthy, and lets requests and streams in flight go on for
// DrainTimeout before their contexts end and their connections are closed. It returns nil
// after a clean stop, and an error when ln failed or something had to be cut off.
func (k *Kit) Serve(ctx context.Context, ln net.Listener) error {
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	srv := &http.Server{
		Handler:                      k,
		ReadHeaderTimeout:            k.opts.StallTimeout,
		IdleTimeout:                  2 * time.Minute,
		MaxHeaderBytes:               k.opts.MaxHeaderBytes,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(k.log.Handler(), slog.LevelWarn),
		BaseContext:                  func(net.Listener) context.Context { return base },
		ConnContext:                  connContext,
		ConnState:                    connState,
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(&listener{Listener: ln, kit: k}) }()
	select {
	case err := <-served:
		return fmt.Errorf("httpkit: serving %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	err := k.drain(srv, cut)
	<-served
	return err
}

// drain stops srv: gently, and after DrainTimeout by force.
func (k *Kit) drain(srv *http.Server, cut context.CancelFunc) error {
	k.Health.Drain()
	limit, cancel := context.WithTimeout(context.Background(), k.opts.DrainTimeout)
	defer cancel()
	err := srv.Shutdown(limit)
	if err == nil {
		return nil
	}
	left := k.inFlight.Load() // before they hear of it and end
	cut()
	if cerr := srv.Close(); cerr != nil {
		err = errors.Join(err, cerr)
	}
	k.awaitHandlers(time.Second)
	return fmt.Errorf("httpkit: %d requests were cut off after %s: %w", left, k.opts.DrainTimeout, err)
}

// awaitHandlers gives handlers whose context has ended a moment to return.
func (k *Kit) awaitHandlers(limit time.Duration) {
	deadline := time.Now().Add(limit)
	for k.inFlight.Load() > 0 && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
}
