package bedrockllm

import (
	"context"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
)

// Options tune a [Model]. The zero value is useful.
type Options struct {
	// StructuredOutput asks for JSON of a schema by the request's outputConfig, which
	// newer models keep to while they write. False: by a tool of that schema, which the
	// model has to call and the caller does not see; models that can be made to call
	// tools know that: Nova, Claude, Mistral Large.
	StructuredOutput bool

	// NoTemperature leaves the temperature out of requests: some models that think
	// before they answer refuse it.
	NoTemperature bool

	Silence     time.Duration // how long the service may send nothing; 0: 2 minutes
	MaxResponse int64         // bytes of one answer or stream; 0: 16 MiB
}

// Model is a chat model on Bedrock. It may be used concurrently.
type Model struct {
	client *bedrockruntime.Client
	id     string
	opts   Options
	limits limits
}

var _ llm.Streamer = (*Model)(nil)

// New gives a model by its id: that of a foundation model, of an inference profile, or
// the ARN of either or of provisioned throughput. Nothing is sent until the model is
// used. No client or no id is INVALID_REQUEST.
func New(client *bedrockruntime.Client, id string, opts *Options) (*Model, error) {
	if client == nil || id == "" {
		return nil, fault.New(fault.InvalidRequest, "bedrockllm: a model needs a client and an id", nil)
	}
	m := &Model{client: client, id: id}
	if opts != nil {
		m.opts = *opts
	}
	m.limits = newLimits(m.opts.Silence, m.opts.MaxResponse)
	return m, nil
}

// Generate asks for a whole response, by Converse.
func (m *Model) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	conv, err := m.conversation(req)
	if err != nil {
		return nil, err
	}
	ctx, _, end := m.limits.watch(ctx)
	defer end()
	out, err := m.client.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId: aws.String(m.id), System: conv.system, Messages: conv.messages, InferenceConfig: conv.inference,
		ToolConfig: conv.tools, OutputConfig: conv.output,
	}, once, m.limits.bound)
	if err != nil {
		return nil, callFault(ctx, err)
	}
	message, ok := out.Output.(*types.ConverseOutputMemberMessage)
	if !ok {
		return nil, fault.New(fault.Upstream, "Bedrock answered without a message", nil)
	}
	c := &collector{model: m, req: req, form: conv.form}
	for i, block := range message.Value.Content {
		if err := c.block(int32(i), block); err != nil {
			return nil, err
		}
	}
	c.stop, c.usage = out.StopReason, usageOf(out.Usage)
	_, res, err := c.response()
	return res, err
}

// Stream asks for a text piece by piece, by ConverseStream. A stream that ends before
// the model said why it stopped is an error (UPSTREAM_ERROR), however much text had come.
// A call of a tool is given when it is whole, after the text; so is JSON that cannot be
// given while it comes. Usage is zero when the stream ends without telling it. Leaving
// the loop, or ending ctx, closes the connection, which ends the generation.
func (m *Model) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		conv, err := m.conversation(req)
		if err != nil {
			yield(llm.Delta{}, err)
			return
		}
		ctx, clock, end := m.limits.watch(ctx)
		defer end()
		out, err := m.client.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{
			ModelId: aws.String(m.id), System: conv.system, Messages: conv.messages, InferenceConfig: conv.inference,
			ToolConfig: conv.tools, OutputConfig: conv.output,
		}, once, alone, m.limits.bound)
		if err != nil {
			yield(llm.Delta{}, callFault(ctx, err))
			return
		}
		s := &stream{ctx: ctx, clock: clock, limits: m.limits, events: out.GetStream()}
		defer s.close()
		s.relay(&collector{model: m, req: req, form: conv.form}, yield)
	}
}
