package llmhttp

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag/llm"
)

// metrics are the contract's of an llm-service.
type metrics struct {
	tokens    prometheus.Counter
	inference prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer, s *Service) *metrics {
	httpkit.RegisterMetric(reg, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "llm_model_loaded", Help: "1 when every model of the service can be used, else 0.",
	}, func() float64 {
		if s.loaded() {
			return 1
		}
		return 0
	}))
	return &metrics{
		tokens: httpkit.RegisterMetric(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "llm_tokens_generated_total", Help: "Tokens of answers, as the models tell."})),
		inference: httpkit.RegisterMetric(reg, prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "llm_inference_duration_seconds", Help: "Time that an answer took, to its last piece.",
			Buckets: prometheus.ExponentialBuckets(0.01, 2.5, 12)})), // 10 ms to 4 minutes
	}
}

// loaded tells whether every model can be used.
func (s *Service) loaded() bool {
	for _, m := range s.Models {
		if !usable(m.Loaded) {
			return false
		}
	}
	for _, m := range s.Embedders {
		if !usable(m.Loaded) {
			return false
		}
	}
	return true
}

// inferred counts a whole answer.
func (m *metrics) inferred(start time.Time, res *llm.Response) {
	m.inference.Observe(time.Since(start).Seconds())
	m.tokens.Add(float64(max(res.Usage.Completion, 0)))
}
