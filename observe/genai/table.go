package genai

import "go.opentelemetry.io/otel/attribute"

// SemConv is the version of OpenTelemetry's semantic conventions that the names of
// this package are of: the last whose GenAI part was released with the others.
// https://github.com/open-telemetry/semantic-conventions/tree/v1.41.0/docs/gen-ai
const SemConv = "1.41.0"

// SchemaURL names SemConv to a back end that converts between versions.
const SchemaURL = "https://opentelemetry.io/schemas/" + SemConv

// What a call was: attributes of the conventions.
const (
	OperationName    attribute.Key = "gen_ai.operation.name"
	ProviderName     attribute.Key = "gen_ai.provider.name"
	ConversationID   attribute.Key = "gen_ai.conversation.id"
	OutputType       attribute.Key = "gen_ai.output.type"
	PromptName       attribute.Key = "gen_ai.prompt.name"
	DataSourceID     attribute.Key = "gen_ai.data_source.id"
	ErrorType        attribute.Key = "error.type"
	UserID           attribute.Key = "user.id"
	SessionID        attribute.Key = "session.id"
	RequestModel     attribute.Key = "gen_ai.request.model"
	RequestMaxTokens attribute.Key = "gen_ai.request.max_tokens"
	RequestStream    attribute.Key = "gen_ai.request.stream"
	RequestTemp      attribute.Key = "gen_ai.request.temperature"
	RequestTopK      attribute.Key = "gen_ai.request.top_k"
	EmbeddingsDims   attribute.Key = "gen_ai.embeddings.dimension.count"
	WorkflowName     attribute.Key = "gen_ai.workflow.name"
	ToolName         attribute.Key = "gen_ai.tool.name"
	ToolType         attribute.Key = "gen_ai.tool.type"
	ToolCallID       attribute.Key = "gen_ai.tool.call.id"
)

// What came of it: attributes of the conventions.
const (
	ResponseModel         attribute.Key = "gen_ai.response.model"
	ResponseFinishReasons attribute.Key = "gen_ai.response.finish_reasons"
	TimeToFirstChunk      attribute.Key = "gen_ai.response.time_to_first_chunk" // seconds
	UsageInputTokens      attribute.Key = "gen_ai.usage.input_tokens"
	UsageOutputTokens     attribute.Key = "gen_ai.usage.output_tokens"
	UsageCacheReadTokens  attribute.Key = "gen_ai.usage.cache_read.input_tokens"
	TokenType             attribute.Key = "gen_ai.token.type"
)

// What was said: attributes of the conventions that stand on a span only where
// [Options].Content allows it.
const (
	SystemInstructions attribute.Key = "gen_ai.system_instructions"
	InputMessages      attribute.Key = "gen_ai.input.messages"
	OutputMessages     attribute.Key = "gen_ai.output.messages"
	RetrievalQuery     attribute.Key = "gen_ai.retrieval.query.text"
	RetrievalDocuments attribute.Key = "gen_ai.retrieval.documents"
	ToolCallArguments  attribute.Key = "gen_ai.tool.call.arguments"
	ToolCallResult     attribute.Key = "gen_ai.tool.call.result"
)

// What the conventions have no name for.
const (
	PromptVersion    attribute.Key = "akshara.prompt.version"
	Abandoned        attribute.Key = "akshara.stream.abandoned" // the reader of a stream left before its end
	CostInput        attribute.Key = "akshara.cost.input"       // of a call, in the currency of CostCurrency
	CostOutput       attribute.Key = "akshara.cost.output"
	CostCurrency     attribute.Key = "akshara.cost.currency"
	InputCount       attribute.Key = "akshara.input.count"       // texts to embed, candidates to rank
	OutputCount      attribute.Key = "akshara.output.count"      // documents or candidates given
	AnswerRefusal    attribute.Key = "akshara.answer.refusal"    // why an answer was refused
	AnswerConfidence attribute.Key = "akshara.answer.confidence" // 0 to 1
	GuardName        attribute.Key = "akshara.guard.name"
	GuardAction      attribute.Key = "akshara.guard.action"     // what a guard did: allow, mask, drop, block
	GuardFindings    attribute.Key = "akshara.guard.findings"   // how many things it counted, of all kinds
	GuardFound                     = "akshara.guard.found."     // and a kind: how many of that
	EmbeddingInput   attribute.Key = "akshara.embeddings.input" // with Options.Content only
	GuardInput       attribute.Key = "akshara.guard.input"      // with Options.Content only
)

// Operation is what a call does: a value of gen_ai.operation.name.
type Operation string

// The operations: those of the conventions, then those they have no value for.
const (
	Chat           Operation = "chat"
	Embeddings     Operation = "embeddings"
	Retrieval      Operation = "retrieval"
	ExecuteTool    Operation = "execute_tool"
	InvokeWorkflow Operation = "invoke_workflow"

	Rerank    Operation = "rerank"
	Guardrail Operation = "guardrail"
)

// Provider names what a model runs on where the conventions have no name for it:
// this process. Theirs are openai (and every server that speaks its API), aws.bedrock and more.
const Provider = "akshara"

// Names of metrics. The first three are the conventions', with their units and
// buckets; the others are the names of the wire contract as OpenTelemetry has them:
// Prometheus shows them as llm_tokens_generated_total and llm_inference_duration_seconds.
const (
	MetricTokenUsage       = "gen_ai.client.token.usage"
	MetricDuration         = "gen_ai.client.operation.duration"
	MetricTimeToFirstChunk = "gen_ai.client.operation.time_to_first_chunk"
	MetricGenerated        = "llm.tokens.generated"
	MetricInference        = "llm.inference.duration"
)

// tokenBuckets and secondBuckets are the boundaries that the conventions recommend.
var (
	tokenBuckets  = []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
	secondBuckets = []float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
)
