// Package httpkit is the HTTP side of a service of Akshara: routes that describe
// themselves in an OpenAPI document, one error body for everything that can go
// wrong, request ids, traces, access log, metrics, health, a server that resists
// slow clients and stops without dropping anybody, and a client for such services.
//
//	kit := httpkit.New(&httpkit.Options{Service: "rag-service", Version: "1.0.0", Logger: log, Health: monitor})
//	httpkit.Register(kit, huma.Operation{Method: "POST", Path: "/query", OperationID: "query"},
//		func(ctx context.Context, in *QueryInput) (*QueryOutput, error) { ... })
//	err := kit.Run(ctx, "127.0.0.1:8001", func(addr net.Addr) { fmt.Println("http://" + addr.String()) })
//
// # Routes
//
// [Register] takes a typed handler: huma reads and validates the input and
// writes the output. It returns any error; one with a [fault.Error] in its chain
// is answered with that code, a passed deadline with UPSTREAM_TIMEOUT, the rest
// with INTERNAL_ERROR. Streams of events are typed handlers too, see [Stream].
// [Kit.HandleOperation] takes a plain http.Handler together with its
// description (an upload that is read as it comes), [Kit.Handle] one without
// (a page). [Kit.Static] serves embedded files. A default in an input struct
// needs required:"false" beside it; huma otherwise demands the field all the same.
//
// Each kit has /health, /metrics, /openapi.json and /docs; the last is Swagger
// UI from embedded assets, so it works without a network.
//
// # Errors
//
// Whatever fails answers with the contract's body
// {"error":{"code","message","details","request_id"}}: unknown routes, wrong
// methods, bad JSON (with line and column), invalid input (every field at
// once), bodies over the limit (zipped ones by what they unpack to), panics, text
// that a handler wrote with http.Error, and requests that net/http itself turns away. The inner cause goes to the
// request's one log line, under the same request id.
//
// # Request id and trace
//
// X-Request-ID (a UUID v4) and traceparent (W3C Trace Context) are taken from
// the request or made, returned, put on its log lines, and passed on by every [Client]
// that is called with the request's context. With Options.TracerProvider each request is
// a span, named by its route. Of paths and queries nothing is recorded anywhere:
// they can be somebody's question.
//
// # Calling other services
//
// A [Client] sends and reads JSON, forms, files and event streams. It gives back
// the fault that the other service raised, tries again where that does no harm,
// stops calling what is down, and passes request id and trace on.
//
//	client, err := httpkit.NewClient("http://127.0.0.1:8001", nil)
//	err = client.Do(ctx, "POST", "/query", &query, &result)
package httpkit

import (
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/health"
)

// Defaults of Options.
const (
	DefaultMaxBodyBytes   = 1 << 20
	DefaultMaxHeaderBytes = 32 << 10
	DefaultStallTimeout   = 30 * time.Second
	DefaultDrainTimeout   = 10 * time.Second
	DefaultHeartbeat      = 15 * time.Second
)

// minRate is the least bytes a second that a client has to keep up once its
// StallTimeout is used up, for reading a body and for writing an answer.
const minRate = 8 << 10

// Options says what a Kit serves. The zero value is useful.
type Options struct {
	// Service and Version name the service in the OpenAPI document, in /health and in logs.
	Service string
	Version string
	// Title and Description head the OpenAPI document; an empty Title means Service.
	Title       string
	Description string
	// Logger gets the access log, one line a request. Nil means silence.
	Logger *slog.Logger
	// Mask hides personal data in the messages and details of error bodies; a
	// detector of observe/pii is one. Nil means that nothing is hidden.
	Mask observe.Masker
	// Health answers /health. Nil means a monitor without checks.
	Health *health.Monitor
	// Registry holds the metrics that /metrics shows. Nil means a new one, with
	// the collectors of the Go runtime and the process.
	Registry *prometheus.Registry
	// MaxBodyBytes bounds a request's body where its operation names no
	// MaxBodyBytes of its own; 0 means DefaultMaxBodyBytes.
	MaxBodyBytes int64
	// MaxHeaderBytes bounds a request's headers; 0 means DefaultMaxHeaderBytes.
	MaxHeaderBytes int
	// StallTimeout is how long a client may take for its headers, and how far it
	// may fall behind 8 KiB a second with its body or in reading the answer;
	// 0 means DefaultStallTimeout.
	StallTimeout time.Duration
	// DrainTimeout is how long requests and streams in flight may go on after
	// the stop; 0 means DefaultDrainTimeout.
	DrainTimeout time.Duration
	// Heartbeat is the time between the comment lines that keep an event stream
	// open through proxies; 0 means DefaultHeartbeat.
	Heartbeat time.Duration
	// HandlerTimeout is how long a typed handler may work before its context ends
	// and, when it returns that, UPSTREAM_TIMEOUT is answered; 0 means no limit.
	// Streams of events and routes of plain http.Handlers are not concerned.
	HandlerTimeout time.Duration
	// TracerProvider records a span for each request. Nil means that none is
	// recorded; there is a trace id all the same, taken from the request or made.
	TracerProvider trace.TracerProvider
	// Askers takes the user and the conversation of a request from its baggage, for
	// its spans ([observe.WithUser]): of a service that only other services reach.
	Askers bool
	// TrustedOrigins are origins ("https://example.org") whose pages may send
	// requests that change something. Pages of every other origin than the
	// service's own are refused with FORBIDDEN; clients that are no browsers are
	// not concerned.
	TrustedOrigins []string
}

// Kit is one service's routes and everything around them. It is an
// http.Handler, so that it can be mounted in a server of the caller's own;
// routes have to be registered before it serves.
type Kit struct {
	// API is huma's view of the kit, for its middlewares, groups and the OpenAPI
	// document. Routes are better registered with [Register], which keeps the
	// errors of handlers whole.
	API huma.API
	// Health answers /health.
	Health *health.Monitor
	// Registry holds the metrics of /metrics; register the service's own here.
	Registry *prometheus.Registry

	opts     Options
	log      *slog.Logger
	mux      *http.ServeMux
	tracer   trace.Tracer // nil: requests are not recorded
	metrics  *metrics
	origins  *http.CrossOriginProtection
	document func() []byte // the OpenAPI document, built at its first use
	inFlight atomic.Int64
}

// New makes a kit with /health, /metrics, /openapi.json and /docs. opts may be
// nil; it is not changed. A TrustedOrigin that is no origin is logged and left out.
func New(opts *Options) *Kit {
	k := &Kit{mux: http.NewServeMux(), origins: http.NewCrossOriginProtection()}
	if opts != nil {
		k.opts = *opts
	}
	k.opts.fill()
	k.Health, k.Registry = k.opts.Health, k.opts.Registry
	k.log = observe.Named(k.opts.Logger, "httpkit")
	for _, o := range k.opts.TrustedOrigins {
		if err := k.origins.AddTrustedOrigin(o); err != nil {
			k.log.Warn("a trusted origin is left out", "error", err)
		}
	}
	if k.opts.TracerProvider != nil {
		k.tracer = k.opts.TracerProvider.Tracer(tracerName)
	}
	k.metrics = newMetrics(k.Registry)
	k.API = k.newAPI()
	k.document = sync.OnceValue(k.buildDocument)
	k.ownRoutes()
	return k
}

func (o *Options) fill() {
	if o.Title == "" {
		o.Title = o.Service
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Health == nil {
		o.Health = health.New(&health.Options{Service: o.Service, Version: o.Version})
	}
	if o.Registry == nil {
		o.Registry = NewRegistry()
	}
	if o.MaxBodyBytes <= 0 {
		o.MaxBodyBytes = DefaultMaxBodyBytes
	}
	if o.MaxHeaderBytes <= 0 {
		o.MaxHeaderBytes = DefaultMaxHeaderBytes
	}
	if o.StallTimeout <= 0 {
		o.StallTimeout = DefaultStallTimeout
	}
	if o.DrainTimeout <= 0 {
		o.DrainTimeout = DefaultDrainTimeout
	}
	if o.Heartbeat <= 0 {
		o.Heartbeat = DefaultHeartbeat
	}
}
