// Package bedrockllm reaches the chat and embedding models of Amazon Bedrock.
// [Model] is an [llm.Model] that streams, over Converse and ConverseStream;
// [Embedder] is a [rag.Embedder] over InvokeModel, for Amazon Titan Text Embeddings
// V2 and Cohere Embed v3.
//
//	cfg, err := config.LoadDefaultConfig(ctx)
//	if err != nil {
//		return err
//	}
//	client := bedrockruntime.NewFromConfig(cfg) // github.com/aws/aws-sdk-go-v2/service/bedrockruntime
//	model, err := bedrockllm.New(client, "apac.amazon.nova-pro-v1:0", nil)
//	if err != nil {
//		return err
//	}
//	res, err := llm.Retry(model, nil).Generate(ctx, &llm.Request{
//		Messages: []llm.Message{{Role: llm.User, Content: "नमस्ते"}},
//	})
//
// The client is the caller's: so are its credentials, its region and its HTTP client;
// nothing is read from the environment here. A Model sends each request once, whatever
// the client's own retries are, because [llm.Retry] tries again by the codes of faults
// and knows that a stream which has begun must not begin again. An Embedder leaves
// retries to the client.
//
// What fails comes back as a [fault.Error]. Neither credentials nor the texts that were
// sent stand in one, nor what the service says in words, which may quote both; a
// [ServiceError] among the causes has the service's name for the error and the
// request's id. Sources: the API reference of Amazon Bedrock Runtime and the user
// guide's pages on Converse, on Titan and on Cohere.
package bedrockllm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/schemas"
	"github.com/aws/smithy-go/transport/http/protocol/restjson1"

	"github.com/akshara-go/akshara/observe/fault"
)

const (
	defaultSilence     = 2 * time.Minute
	defaultMaxResponse = 16 << 20
)

// limits bound what one call may take.
type limits struct {
	silence  time.Duration // how long the service may send nothing
	maxBytes int64         // of an answer or a stream
}

func newLimits(silence time.Duration, maxBytes int64) limits {
	return limits{cmp.Or(max(silence, 0), defaultSilence), cmp.Or(max(maxBytes, 0), defaultMaxResponse)}
}

// bound is the option of a call that bounds the bytes of its answer.
func (l limits) bound(o *bedrockruntime.Options) {
	o.HTTPClient = &boundedClient{inner: o.HTTPClient, limit: l.maxBytes}
}

// once is the option of a call that is not tried again.
func once(o *bedrockruntime.Options) { o.Retryer = aws.NopRetryer{} }

// alone is the option of a stream that keeps to itself what it decodes with: the SDK's
// event streams of one client share a decoder and its buffer, without a lock.
func alone(o *bedrockruntime.Options) {
	o.Protocol = restjson1.New(schemas.AmazonBedrockFrontendService)
}

// errSilent is the cause of a context that ended because the service said nothing.
var errSilent = errors.New("bedrockllm: the service sent nothing for too long")

// watch gives a context that ends when the clock runs out. The clock runs from now on,
// until it is stopped or set again. end frees what both hold.
func (l limits) watch(ctx context.Context) (watched context.Context, clock *time.Timer, end func()) {
	watched, cancel := context.WithCancelCause(ctx)
	clock = time.AfterFunc(l.silence, func() { cancel(errSilent) })
	return watched, clock, func() {
		clock.Stop()
		cancel(nil)
	}
}

// boundedClient is an HTTP client whose answers end with a fault after limit bytes.
type boundedClient struct {
	inner bedrockruntime.HTTPClient
	limit int64
}

// Do sends req with a body that can only be read: the SDK's own can be asked to write
// itself too, which is an error once the SDK has closed it, and net/http then drops the
// connection under an answer that came before it saw the body's end.
func (c *boundedClient) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		req = req.WithContext(req.Context())
		req.Body = struct{ io.ReadCloser }{req.Body}
	}
	res, err := c.inner.Do(req)
	if res != nil && res.Body != nil {
		res.Body = &boundedBody{ReadCloser: res.Body, left: c.limit, limit: c.limit}
	}
	return res, err
}

type boundedBody struct {
	io.ReadCloser
	left  int64
	limit int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, b.tooLong()
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1] // one byte more than allowed tells a full answer from one that is too long
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, b.tooLong()
	}
	return n, err
}

func (b *boundedBody) tooLong() error {
	return fault.New(fault.Upstream, fmt.Sprintf("Bedrock answered with more than %d bytes", b.limit),
		fault.Details{"limit_bytes": b.limit})
}
