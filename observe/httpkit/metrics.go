package httpkit

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics are the contract's four of HTTP. Their labels are bounded: endpoint is
// the route's pattern, never the path.
type metrics struct {
	requests     *prometheus.CounterVec
	duration     *prometheus.HistogramVec
	requestSize  *prometheus.HistogramVec
	responseSize *prometheus.HistogramVec
}

// NewRegistry makes the registry that a Kit has when it is given none, with the
// collectors of the Go runtime and the process: for a service whose other parts
// need it before there is a kit.
func NewRegistry() *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return reg
}

func newMetrics(reg prometheus.Registerer) *metrics {
	labels := []string{"method", "endpoint"}
	sizes := prometheus.ExponentialBuckets(100, 10, 7) // 100 B to 100 MB
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "http_requests_total", Help: "Requests answered."}, append(labels, "status_code")),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_request_duration_seconds", Help: "Time from the request's header to the end of the answer.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 12)}, labels), // 1 ms to 24 s
		requestSize: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_request_size_bytes", Help: "Bytes of request bodies.", Buckets: sizes}, labels),
		responseSize: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_response_size_bytes", Help: "Bytes of answers' bodies.", Buckets: sizes}, labels),
	}
	m.requests = RegisterMetric(reg, m.requests)
	m.duration = RegisterMetric(reg, m.duration)
	m.requestSize = RegisterMetric(reg, m.requestSize)
	m.responseSize = RegisterMetric(reg, m.responseSize)
	return m
}

// RegisterMetric adds c to reg, or gives the equal collector that is there
// already: two kits may share a registry, and so may two packages' routes.
func RegisterMetric[C prometheus.Collector](reg prometheus.Registerer, c C) C {
	if err := reg.Register(c); err != nil {
		if are, ok := err.(prometheus.AlreadyRegisteredError); ok {
			if old, ok := are.ExistingCollector.(C); ok {
				return old
			}
		}
	}
	return c
}

func (m *metrics) observe(res *response, took time.Duration) {
	method, endpoint := methodLabel(res.req.Method), endpoint(res.req.Pattern)
	m.requests.WithLabelValues(method, endpoint, strconv.Itoa(res.status)).Inc()
	m.duration.WithLabelValues(method, endpoint).Observe(took.Seconds())
	m.requestSize.WithLabelValues(method, endpoint).Observe(float64(res.received()))
	m.responseSize.WithLabelValues(method, endpoint).Observe(float64(res.written))
}

// received gives the bytes of the request's body: those read, or those
// announced when the handler did not look.
func (w *response) received() int64 {
	if w.body != nil {
		return max(w.body.read, w.req.ContentLength)
	}
	return max(0, w.req.ContentLength)
}

func methodLabel(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions:
		return m
	}
	return "OTHER"
}

// endpoint gives the path of a route's pattern, or "unmatched".
func endpoint(pattern string) string {
	if pattern == "" {
		return unmatched
	}
	if _, path, ok := strings.Cut(pattern, " "); ok {
		return path
	}
	return pattern
}
