package awstrace_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/awstrace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "hunter2"

// client gives a client of a server that answers with handler, in the JSON protocol of Secrets Manager.
func client(t *testing.T, provider trace.TracerProvider, handler http.HandlerFunc) *secretsmanager.Client {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	cfg := aws.Config{
		Region: "ap-south-1", BaseEndpoint: aws.String(server.URL), HTTPClient: server.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	}
	cfg.APIOptions = append(cfg.APIOptions, awstrace.New(provider))
	return secretsmanager.NewFromConfig(cfg)
}

func only(t *testing.T, r *tracetest.SpanRecorder) (sdktrace.ReadOnlySpan, map[string]any) {
	require.Len(t, r.Ended(), 1)
	span, attrs := r.Ended()[0], make(map[string]any)
	for _, a := range span.Attributes() {
		attrs[string(a.Key)] = a.Value.AsInterface()
	}
	require.NotContains(t, fmt.Sprint(span.Name(), attrs, span.Events(), span.Status()), secret)
	r.Reset()
	return span, attrs
}

func TestCalls(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	var calls atomic.Int32
	c := client(t, provider, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.Header().Set("X-Amzn-Requestid", "r-1")
		if calls.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintf(w, `{"Name":"db","SecretString":%q}`, secret)
	})
	ctx, parent := provider.Tracer("test").Start(context.Background(), "request")
	out, err := c.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(secret)})
	require.NoError(t, err)
	require.Equal(t, secret, *out.SecretString)
	span, attrs := only(t, recorder)
	require.Equal(t, "Secrets Manager.GetSecretValue", span.Name())
	require.Equal(t, trace.SpanKindClient, span.SpanKind())
	require.Equal(t, parent.SpanContext().SpanID(), span.Parent().SpanID())
	require.Equal(t, map[string]any{"rpc.system.name": "aws-api", "rpc.method": "Secrets Manager/GetSecretValue", "cloud.region": "ap-south-1",
		"aws.request_id": "r-1", "http.request.resend_count": int64(1)}, attrs)
	require.Equal(t, codes.Unset, span.Status().Code)
}

func TestErrorsShowTheirKindAlone(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	c := client(t, provider, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"__type":"ResourceNotFoundException","Message":"no secret %s"}`, secret)
	})
	_, err := c.GetSecretValue(context.Background(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(secret)})
	require.Error(t, err)
	span, attrs := only(t, recorder)
	require.Equal(t, codes.Error, span.Status().Code)
	require.Equal(t, "ResourceNotFoundException", attrs["error.type"])
	require.EqualValues(t, 400, attrs["http.response.status_code"])

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = c.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(secret)})
	require.Error(t, err)
	_, attrs = only(t, recorder)
	require.NotEmpty(t, attrs["error.type"])
}

func TestNothingIsRecordedWithoutAProvider(t *testing.T) {
	c := client(t, nil, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		fmt.Fprint(w, `{"Name":"db"}`)
	})
	_, err := c.GetSecretValue(context.Background(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("db")})
	require.NoError(t, err)
}

// A client's calls are recorded once the option stands in its configuration.
func Example() {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	cfg := aws.Config{Region: "ap-south-1"}
	cfg.APIOptions = append(cfg.APIOptions, awstrace.New(provider))

	_, err := secretsmanager.NewFromConfig(cfg).ListSecrets(context.Background(), nil) // without credentials
	span := recorder.Ended()[0]
	fmt.Println(err != nil, span.Name(), span.Status().Code)
	// Output: true Secrets Manager.ListSecrets Error
}
