package bedrockllm

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
)

// ServiceError is the cause inside a [fault.Error] when Bedrock answered with an error.
// It is meant for a log.
type ServiceError struct {
	Code      string // the service's name for it, such as ThrottlingException
	Status    int    // of HTTP; 0 when the error came inside a stream
	RequestID string // by which AWS finds the request
}

func (e *ServiceError) Error() string {
	return fmt.Sprintf("bedrockllm: %s, status %d, request %s", e.Code, e.Status, e.RequestID)
}

// contextFault tells why ctx ended: its deadline, its owner, or a silent service.
func contextFault(ctx context.Context) *fault.Error {
	cause := context.Cause(ctx)
	if errors.Is(cause, errSilent) || errors.Is(cause, context.DeadlineExceeded) {
		return fault.Wrap(cause, fault.UpstreamTimeout, "Bedrock did not answer in time", nil)
	}
	return fault.Wrap(cause, fault.ServiceUnavailable, "the request was cancelled", nil)
}

// callFault gives the fault for a call that failed.
func callFault(ctx context.Context, err error) *fault.Error {
	if e := knownFault(ctx, err); e != nil {
		return e
	}
	if _, sent := errors.AsType[*smithyhttp.RequestSendError](err); sent {
		return connectionFault(err)
	}
	return fault.Wrap(kind(err), fault.Upstream, "Bedrock cannot be asked with the configured credentials and region", nil)
}

// streamFault gives the fault for a stream that failed after it had begun.
func streamFault(ctx context.Context, err error) *fault.Error {
	if e := knownFault(ctx, err); e != nil {
		return e
	}
	if _, broken := errors.AsType[net.Error](err); broken {
		return connectionFault(err)
	}
	return notUnderstood(err)
}

// knownFault gives the fault of what can go wrong in calls and streams alike, or nil.
func knownFault(ctx context.Context, err error) *fault.Error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	if ctx.Err() != nil {
		return contextFault(ctx)
	}
	cause := &ServiceError{Code: "no code"}
	var after time.Duration
	if e, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		cause.Status, cause.RequestID = e.HTTPStatusCode(), e.ServiceRequestID()
		if e.Response != nil {
			after = fault.ReadRetryAfter(e.Response.Header, time.Now())
		}
	}
	said, answered := errors.AsType[smithy.APIError](err)
	if answered {
		cause.Code = said.ErrorCode()
	}
	failed := cause.Status >= 300
	switch {
	case answered || failed:
		code, message := judge(cause, said)
		e := fault.Wrap(marked(cause, said), code, message, nil)
		if failed {
			e.Details = fault.Details{"upstream_status": cause.Status}
		}
		return e.WithRetryAfter(after)
	case cause.Status != 0: // a success that the SDK could not read
		return notUnderstood(err)
	}
	return nil
}

// connectionFault tells of a connection that failed. The address is left out, which
// url.Error would put into the text.
func connectionFault(err error) *fault.Error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return fault.Wrap(err, fault.UpstreamTimeout, "Bedrock did not answer in time", nil)
	}
	return fault.Wrap(err, fault.Upstream, "Bedrock cannot be reached", nil)
}

// notUnderstood tells of an answer that makes no sense. What was in it is left out.
func notUnderstood(err error) *fault.Error {
	return fault.Wrap(kind(err), fault.Upstream, "Bedrock's answer was not understood", nil)
}

// kind gives an error that names the type of the innermost cause, and no more: the
// text of one may hold an answer, or what a provider of credentials was told.
func kind(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return fmt.Errorf("bedrockllm: %T", err)
}

// judge gives the code and the safe sentence for an error of the service.
func judge(cause *ServiceError, said smithy.APIError) (fault.Code, string) {
	switch cause.Code {
	case "ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded":
		return fault.RateLimitExceeded, "Bedrock is asked too often; try again later"
	case "ModelNotReadyException":
		return fault.ModelLoading, "the model is being loaded; try again soon"
	case "ModelTimeoutException":
		return fault.UpstreamTimeout, "the model did not answer in time"
	case "ServiceUnavailableException", "ServiceUnavailable":
		return fault.ServiceUnavailable, "Bedrock is not available; try again later"
	case "ServiceQuotaExceededException":
		return fault.Upstream, "the quota at Bedrock is used up"
	case "ResourceNotFoundException":
		return fault.Upstream, "Bedrock does not know the model in this region"
	case "AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature",
		"InvalidClientTokenId", "MissingAuthenticationTokenException", "MissingAuthenticationToken", "ExpiredTokenException", "ExpiredToken":
		return fault.Upstream, "Bedrock does not accept the configured credentials for this model and region"
	case "ModelErrorException", "ModelStreamErrorException":
		return fault.Upstream, "the model failed"
	case "ValidationException":
		switch {
		case overflows(said):
			return fault.InvalidRequest, "the text is longer than the model can take"
		case unknownModel(said):
			return fault.Upstream, "Bedrock does not know the model in this region"
		}
		return fault.InvalidRequest, "Bedrock refuses the request"
	}
	return byStatus(cause.Status)
}

func byStatus(status int) (fault.Code, string) {
	switch status {
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		return fault.UpstreamTimeout, "Bedrock did not answer in time"
	case http.StatusRequestEntityTooLarge:
		return fault.PayloadTooLarge, "the request is larger than Bedrock takes"
	case http.StatusTooManyRequests:
		return fault.RateLimitExceeded, "Bedrock is asked too often; try again later"
	case http.StatusServiceUnavailable:
		return fault.ServiceUnavailable, "Bedrock is not available; try again later"
	case http.StatusForbidden:
		return fault.Upstream, "Bedrock does not accept the configured credentials for this model and region"
	}
	return fault.Upstream, "Bedrock failed"
}

// marked gives a cause that is llm.ErrContextOverflow too, where it is one.
func marked(cause *ServiceError, said smithy.APIError) error {
	if cause.Code == "ValidationException" && overflows(said) {
		return fmt.Errorf("%w: %w", llm.ErrContextOverflow, cause)
	}
	return cause
}

// overflows tells whether a request was refused for its length, which the service only
// says in words, the models' own: "Input is too long for requested model", "prompt is too
// long: 200049 tokens > 200000 maximum", "Too many input tokens", "expected maxLength: 2048".
func overflows(said smithy.APIError) bool {
	return says(said, "too long", "too many input tokens", "context length", "context limit", "context window", "maxlength")
}

// unknownModel tells whether a request was refused for the model's id, which is not the
// asker's fault; likewise only in words.
func unknownModel(said smithy.APIError) bool {
	return says(said, "model identifier is invalid", "on-demand throughput isn")
}

func says(said smithy.APIError, phrases ...string) bool {
	text := strings.ToLower(said.ErrorMessage())
	for _, p := range phrases {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}
