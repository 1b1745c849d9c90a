package langfuse

import "go.opentelemetry.io/otel/attribute"

// Attributes that Langfuse reads, as its package @langfuse/otel 5.11.1 sends them.
const (
	traceName        attribute.Key = "langfuse.trace.name"
	traceTags        attribute.Key = "langfuse.trace.tags"
	traceMetadata                  = "langfuse.trace.metadata." // and a name
	version          attribute.Key = "langfuse.version"
	environment      attribute.Key = "langfuse.environment"
	release          attribute.Key = "langfuse.release"
	appRoot          attribute.Key = "langfuse.internal.is_app_root"
	observationType  attribute.Key = "langfuse.observation.type"
	level            attribute.Key = "langfuse.observation.level"
	statusMessage    attribute.Key = "langfuse.observation.status_message"
	input            attribute.Key = "langfuse.observation.input"
	output           attribute.Key = "langfuse.observation.output"
	metadata                       = "langfuse.observation.metadata." // and a name
	modelName        attribute.Key = "langfuse.observation.model.name"
	modelParameters  attribute.Key = "langfuse.observation.model.parameters"
	usageDetails     attribute.Key = "langfuse.observation.usage_details"
	costDetails      attribute.Key = "langfuse.observation.cost_details"
	completionStart  attribute.Key = "langfuse.observation.completion_start_time"
	promptName       attribute.Key = "langfuse.observation.prompt.name"
	promptVersion    attribute.Key = "langfuse.observation.prompt.version"
	prefix                         = "langfuse."
	resourceEnv      attribute.Key = "deployment.environment.name"
	resourceVersion  attribute.Key = "service.version"
	maxPropagated                  = 200 // characters of an id or a metadata value that Langfuse takes
	currencyOfCosts                = "USD"
	conventionPrefix               = "gen_ai."
)

// Kinds of observations, levels.
const (
	kindSpan       = "span"
	kindGeneration = "generation"
	kindEmbedding  = "embedding"
	kindRetriever  = "retriever"
	kindGuardrail  = "guardrail"
	kindTool       = "tool"
	kindChain      = "chain"

	levelWarning = "WARNING"
	levelError   = "ERROR"
)
