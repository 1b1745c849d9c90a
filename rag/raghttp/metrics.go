package raghttp

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/akshara-go/akshara/observe/httpkit"
)

// metrics are the contract's of a rag-service.
type metrics struct {
	retrieval prometheus.Histogram
	hits      prometheus.Counter
	misses    prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	return &metrics{
		retrieval: httpkit.RegisterMetric(reg, prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "rag_retrieval_duration_seconds", Help: "Time that the documents of a request took to be found.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2.5, 12)})), // .5 ms to 12 s
		hits: httpkit.RegisterMetric(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "rag_cache_hit_total", Help: "Answers that came from a cache."})),
		misses: httpkit.RegisterMetric(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "rag_cache_miss_total", Help: "Answers that did not come from a cache."})),
	}
}

// retrieved counts the time since start.
func (m *metrics) retrieved(start time.Time) { m.retrieval.Observe(time.Since(start).Seconds()) }

// answered counts an answer.
func (m *metrics) answered(cached bool) {
	if cached {
		m.hits.Inc()
	} else {
		m.misses.Inc()
	}
}
