// Package awstrace records a span for each call that a client of aws-sdk-go-v2 makes:
//
//	cfg.APIOptions = append(cfg.APIOptions, awstrace.New(tel.TracerProvider))
//
// A span names the service and the operation, the region, the request's id and
// the kind of error, by OpenTelemetry's conventions for the AWS SDK; it covers all
// attempts. It never holds a parameter or an error's text.
package awstrace

import (
	"context"
	"errors"
	"fmt"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// name names this package to a TracerProvider.
const name = "github.com/akshara-go/akshara/observe/awstrace"

// New gives the option for aws.Config.APIOptions that records with provider;
// with nil it records nothing. The spans of one client have the name SERVICE.OPERATION,
// such as "Secrets Manager.GetSecretValue".
func New(provider trace.TracerProvider) func(*middleware.Stack) error {
	if provider == nil {
		return func(*middleware.Stack) error { return nil }
	}
	tracer := provider.Tracer(name)
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("AksharaTrace",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				service, operation := awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)
				ctx, span := tracer.Start(ctx, service+"."+operation, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
					attribute.String("rpc.system.name", "aws-api"), attribute.String("rpc.method", service+"/"+operation),
					attribute.String("cloud.region", awsmiddleware.GetRegion(ctx))))
				defer span.End()
				out, meta, err := next.HandleInitialize(ctx, in)
				describe(span, &meta, err)
				return out, meta, err
			}), middleware.After)
	}
}

func describe(span trace.Span, meta *middleware.Metadata, err error) {
	if !span.IsRecording() {
		return
	}
	if id, ok := awsmiddleware.GetRequestIDMetadata(*meta); ok {
		span.SetAttributes(attribute.String("aws.request_id", id))
	}
	if attempts, ok := retry.GetAttemptResults(*meta); ok && len(attempts.Results) > 1 {
		span.SetAttributes(attribute.Int("http.request.resend_count", len(attempts.Results)-1))
	}
	if err == nil {
		return
	}
	span.SetStatus(codes.Error, "")
	span.SetAttributes(attribute.String("error.type", kind(err)))
	var answered *smithyhttp.ResponseError
	if errors.As(err, &answered) {
		span.SetAttributes(attribute.Int("http.response.status_code", answered.HTTPStatusCode()))
	}
}

// kind gives the service's code, such as ResourceNotFoundException, or the Go type of the cause.
func kind(err error) string {
	var answered smithy.APIError
	if errors.As(err, &answered) {
		return answered.ErrorCode()
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return fmt.Sprintf("%T", err)
}
