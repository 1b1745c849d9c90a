package langfuse

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/akshara-go/akshara/observe/genai"
)

// Relevant tells whether a span says something about models or about somebody's
// request: it has an attribute of the conventions for generative AI or one of Langfuse, or
// the user or the conversation that it belongs to. A health probe has none.
func Relevant(s sdktrace.ReadOnlySpan) bool {
	for _, a := range s.Attributes() {
		key := string(a.Key)
		if strings.HasPrefix(key, conventionPrefix) || strings.HasPrefix(key, prefix) || a.Key == genai.SessionID || a.Key == genai.UserID {
			return true
		}
	}
	return false
}

// span is a span with its attributes translated.
type span struct {
	sdktrace.ReadOnlySpan
	attrs []attribute.KeyValue
}

func (s *span) Attributes() []attribute.KeyValue { return s.attrs }

// translated gives a span with what Langfuse reads. What was said is moved, since it
// may be long; the other attributes stay.
func translated(s sdktrace.ReadOnlySpan) *span {
	o := &observation{span: s, has: make(map[attribute.Key]attribute.Value, len(s.Attributes()))}
	o.out = make([]attribute.KeyValue, 0, len(s.Attributes())+12)
	for _, a := range s.Attributes() {
		o.has[a.Key] = a.Value
		switch {
		case content[a.Key]:
		case (a.Key == genai.UserID || a.Key == genai.SessionID) && utf8.RuneCountInString(a.Value.AsString()) > maxPropagated:
		default:
			o.out = append(o.out, a)
		}
	}
	o.translate()
	return &span{s, o.out}
}

// content are the attributes that become input and output.
var content = map[attribute.Key]bool{
	genai.SystemInstructions: true, genai.InputMessages: true, genai.OutputMessages: true, genai.RetrievalQuery: true, genai.RetrievalDocuments: true,
	genai.ToolCallArguments: true, genai.ToolCallResult: true, genai.EmbeddingInput: true, genai.GuardInput: true,
}

// observation is a span on its way to what Langfuse calls an observation.
type observation struct {
	span sdktrace.ReadOnlySpan
	has  map[attribute.Key]attribute.Value
	out  []attribute.KeyValue
}

// set adds an attribute, unless the span has it already: who wrote it knew better.
func (o *observation) set(a attribute.KeyValue) {
	if _, ok := o.has[a.Key]; !ok {
		o.out = append(o.out, a)
	}
}

// text sets key to a text, if there is one.
func (o *observation) text(key attribute.Key, text string) {
	if text != "" {
		o.set(key.String(text))
	}
}

// json sets key to a value as JSON.
func (o *observation) json(key attribute.Key, v any) {
	if data, err := json.Marshal(v); err == nil { // a number that is none has no JSON
		o.set(key.String(string(data)))
	}
}

// said gives the text of an attribute, or "".
func (o *observation) said(key attribute.Key) string { return o.has[key].AsString() }

func (o *observation) translate() {
	o.place()
	kind := kindSpan
	switch genai.Operation(o.said(genai.OperationName)) {
	case genai.Chat:
		kind = kindGeneration
		o.generation()
	case genai.Embeddings:
		kind = kindEmbedding
		o.model()
		o.text(input, o.said(genai.EmbeddingInput))
	case genai.Retrieval:
		kind = kindRetriever
		o.retrieval()
	case genai.Rerank:
		o.retrieval()
	case genai.Guardrail:
		kind = kindGuardrail
		o.guard()
	case genai.InvokeWorkflow:
		kind = kindChain
		o.conversation()
		o.answer()
	case genai.ExecuteTool:
		kind = kindTool
		o.text(input, o.said(genai.ToolCallArguments))
		o.text(output, o.said(genai.ToolCallResult))
	}
	o.set(observationType.String(kind))
	if status := o.span.Status(); status.Code == codes.Error {
		o.set(level.String(levelError))
		o.text(statusMessage, status.Description)
	}
}

// place tells where a span comes from, and whether a trace begins with it.
func (o *observation) place() {
	source := o.span.Resource().Set()
	if v, ok := source.Value(resourceEnv); ok {
		o.text(environment, environmentName(v.AsString()))
	}
	if v, ok := source.Value(resourceVersion); ok {
		o.text(release, v.AsString())
	}
	if !o.span.Parent().IsValid() {
		o.set(appRoot.Bool(true))
	}
}

// environmentName gives a name as Langfuse takes it: lower-case letters, digits, hyphens
// and underscores, at most 40, not beginning with langfuse.
func environmentName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
	return strings.TrimPrefix(name[:min(len(name), 40)], "langfuse")
}

// model tells which model did it, and what it used and cost.
func (o *observation) model() {
	name := o.said(genai.ResponseModel)
	if name == "" {
		name = o.said(genai.RequestModel)
	}
	o.text(modelName, name)
	in, out, cached := o.has[genai.UsageInputTokens].AsInt64(), o.has[genai.UsageOutputTokens].AsInt64(), o.has[genai.UsageCacheReadTokens].AsInt64()
	cached = min(cached, in) // a part of it, whatever a server says
	if in+out > 0 {
		use := map[string]int64{"input": in - cached, "total": in + out} // kinds of use add up
		if out > 0 {
			use["output"] = out
		}
		if cached > 0 {
			use["input_cached_tokens"] = cached
		}
		o.json(usageDetails, use)
	}
	costIn, priced := o.has[genai.CostInput]
	if priced && o.said(genai.CostCurrency) == currencyOfCosts {
		cost := map[string]float64{"input": costIn.AsFloat64(), "total": costIn.AsFloat64() + o.has[genai.CostOutput].AsFloat64()}
		if out > 0 {
			cost["output"] = o.has[genai.CostOutput].AsFloat64()
		}
		o.json(costDetails, cost)
	}
}

func (o *observation) generation() {
	o.model()
	parameters := map[string]any{}
	if v, ok := o.has[genai.RequestTemp]; ok {
		parameters["temperature"] = v.AsFloat64()
	}
	if v, ok := o.has[genai.RequestMaxTokens]; ok {
		parameters["max_tokens"] = v.AsInt64()
	}
	if len(parameters) > 0 {
		o.json(modelParameters, parameters)
	}
	if v, ok := o.has[genai.TimeToFirstChunk]; ok {
		first := o.span.StartTime().Add(time.Duration(v.AsFloat64() * float64(time.Second)))
		o.json(completionStart, first.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	if v, err := strconv.Atoi(o.said(genai.PromptVersion)); err == nil { // Langfuse counts versions
		o.text(promptName, o.said(genai.PromptName))
		o.set(promptVersion.Int(v))
	}
	o.conversation()
}

// conversation tells what was said, and whether somebody heard the end.
func (o *observation) conversation() {
	if said := o.said(genai.InputMessages); said != "" {
		o.set(input.String(conversation(o.said(genai.SystemInstructions), said)))
	}
	if said := o.said(genai.OutputMessages); said != "" {
		o.set(output.String(reply(said)))
	}
	if o.has[genai.Abandoned].AsBool() {
		o.set(attribute.String(metadata+"abandoned", "true"))
	}
}

// answer tells how sure an answer is, and warns of a refusal.
func (o *observation) answer() {
	if v, ok := o.has[genai.AnswerConfidence]; ok {
		o.set(attribute.String(metadata+"confidence", strconv.FormatFloat(v.AsFloat64(), 'g', 4, 64)))
	}
	if why := o.said(genai.AnswerRefusal); why != "" {
		o.set(level.String(levelWarning))
		o.set(statusMessage.String(why))
	}
}

func (o *observation) retrieval() {
	if query, ok := o.has[genai.RetrievalQuery]; ok {
		o.json(input, map[string]string{"query": query.AsString()})
	}
	o.text(output, o.said(genai.RetrievalDocuments))
}

func (o *observation) guard() {
	o.text(input, o.said(genai.GuardInput))
	action := o.said(genai.GuardAction)
	if action == "" {
		return
	}
	o.json(output, map[string]string{"action": action})
	o.set(attribute.String(metadata+"findings", strconv.FormatInt(o.has[genai.GuardFindings].AsInt64(), 10)))
	if action != genai.Allow && o.span.Status().Code != codes.Error {
		o.set(level.String(levelWarning))
		o.set(statusMessage.String(action))
	}
}
