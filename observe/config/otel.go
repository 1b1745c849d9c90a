package config

// OTel is where traces and metrics are sent, by the variables that OpenTelemetry
// defines. Without Endpoint nothing is recorded but what /metrics shows.
type OTel struct {
	Endpoint    string  `env:"OTEL_EXPORTER_OTLP_ENDPOINT" format:"url" doc:"The collector's address for OTLP over HTTP, such as http://127.0.0.1:4318; empty: no traces, and nothing is sent"`
	ServiceName string  `env:"OTEL_SERVICE_NAME" docDefault:"the service's own, such as api-gateway" doc:"The name under which traces and metrics are recorded"`
	TraceShare  float64 `env:"OTEL_TRACES_SAMPLER_ARG" envDefault:"1" min:"0" max:"1" doc:"The share of new traces that is recorded; a request that belongs to a recorded trace always is"`
	Content     bool    `env:"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT" envDefault:"false" doc:"Whether traces hold questions, prompts and answers, with personal data masked; false: none of their words"`
}
