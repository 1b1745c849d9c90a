package genai

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// instruments are the metrics of a Recorder; nil ones record nothing.
type instruments struct {
	tokens    metric.Int64Histogram
	duration  metric.Float64Histogram
	first     metric.Float64Histogram
	generated metric.Int64Counter     // nil without the contract's metrics
	inference metric.Float64Histogram // likewise
}

func newInstruments(m metric.Meter, contract bool) (*instruments, error) {
	tokens, err := m.Int64Histogram(MetricTokenUsage, metric.WithUnit("{token}"),
		metric.WithDescription("Number of input and output tokens used."), metric.WithExplicitBucketBoundaries(tokenBuckets...))
	i := &instruments{tokens: tokens}
	errs := []error{err}
	seconds := func(name, description string) (h metric.Float64Histogram) {
		h, err := m.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(description), metric.WithExplicitBucketBoundaries(secondBuckets...))
		errs = append(errs, err)
		return h
	}
	i.duration = seconds(MetricDuration, "GenAI operation duration.")
	i.first = seconds(MetricTimeToFirstChunk, "Time from the request to the first chunk of a streamed response.")
	if contract {
		i.inference = seconds(MetricInference, "Time that a model took to generate.")
		i.generated, err = m.Int64Counter(MetricGenerated, metric.WithDescription("Tokens that models generated."))
		errs = append(errs, err)
	}
	return i, errors.Join(errs...)
}

// enabled tells whether somebody reads the metrics.
func (i *instruments) enabled(ctx context.Context) bool { return i != nil && i.duration.Enabled(ctx) }

// dimensions are the attributes that metrics have of a call, and more.
func (c *Call) dimensions(more ...attribute.KeyValue) metric.MeasurementOption {
	attrs := make([]attribute.KeyValue, 0, 6)
	attrs = append(attrs, OperationName.String(string(c.start.Operation)), ProviderName.String(c.start.Provider))
	if c.start.Model != "" && c.start.Operation.hasModel() {
		attrs = append(attrs, RequestModel.String(c.start.Model))
	}
	if c.res.Model != "" {
		attrs = append(attrs, ResponseModel.String(c.res.Model))
	}
	return metric.WithAttributeSet(attribute.NewSet(append(attrs, more...)...))
}

// observe counts a call that has ended.
func (i *instruments) observe(c *Call, took time.Duration, failure string) {
	var failed []attribute.KeyValue
	if failure != "" {
		failed = append(failed, ErrorType.String(failure))
	}
	i.duration.Record(c.ctx, took.Seconds(), c.dimensions(failed...))
	if i.generated != nil && c.start.Operation == Chat {
		i.inference.Record(c.ctx, took.Seconds())
		i.generated.Add(c.ctx, int64(max(c.res.Output, 0)))
	}
	i.used(c, "input", c.res.Input)
	i.used(c, "output", c.res.Output)
}

// used counts tokens of a kind. A model that tells none has used an unknown number.
func (i *instruments) used(c *Call, kind string, n int) {
	if n > 0 {
		i.tokens.Record(c.ctx, int64(n), c.dimensions(TokenType.String(kind)))
	}
}
