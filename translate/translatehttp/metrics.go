package translatehttp

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/akshara-go/akshara/observe/httpkit"
)

// metrics are the contract's of a translation service.
type metrics struct {
	duration  prometheus.Histogram
	cacheHits prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	return &metrics{
		duration: httpkit.RegisterMetric(reg, prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "translation_duration_seconds", Help: "Time that the texts of a request took.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 12)})), // 1 ms to 24 s
		cacheHits: httpkit.RegisterMetric(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "translation_cache_hit_total", Help: "Texts whose translation came from a cache."})),
	}
}
