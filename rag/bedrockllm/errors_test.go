package bedrockllm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go/logging"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
)

func TestErrorsBecomeCodes(t *testing.T) {
	quoting := "User: arn:aws:iam::123456789012:user/asha with " + testSecret + " may not ask नमस्ते"
	for _, c := range []struct {
		name string
		a    answer
		code fault.Code
		says string
	}{
		{"too often", failed(429, "ThrottlingException", "Too many tokens, please wait before trying again."), fault.RateLimitExceeded, "too often"},
		{"loading", failed(429, "ModelNotReadyException", quoting), fault.ModelLoading, "being loaded"},
		{"slow model", failed(408, "ModelTimeoutException", quoting), fault.UpstreamTimeout, "in time"},
		{"model failed", failed(424, "ModelErrorException", quoting), fault.Upstream, "the model failed"},
		{"crashed", failed(500, "InternalServerException", quoting), fault.Upstream, "Bedrock failed"},
		{"away", failed(503, "ServiceUnavailableException", quoting), fault.ServiceUnavailable, "not available"},
		{"quota", failed(400, "ServiceQuotaExceededException", quoting), fault.Upstream, "quota"},
		{"unknown model", failed(404, "ResourceNotFoundException", quoting), fault.Upstream, "does not know the model"},
		{"unknown id", failed(400, "ValidationException", "The provided model identifier is invalid."), fault.Upstream, "does not know the model"},
		{"no access", failed(403, "AccessDeniedException", quoting), fault.Upstream, "credentials"},
		{"expired", failed(403, "ExpiredTokenException", quoting), fault.Upstream, "credentials"},
		{"refused", failed(400, "ValidationException", quoting), fault.InvalidRequest, "refuses the request"},
		{"too long", failed(400, "ValidationException", "The model returned the following errors: prompt is too long: 200049 tokens > 200000 maximum"), fault.InvalidRequest, "longer than"},
		{"too long, Amazon", failed(400, "ValidationException", "Input is too long for requested model."), fault.InvalidRequest, "longer than"},
		{"too long, Titan", failed(400, "ValidationException", "400 Bad Request: Too many input tokens. Max input tokens: 8192"), fault.InvalidRequest, "longer than"},
		{"new name", failed(400, "SomethingNewException", quoting), fault.Upstream, "Bedrock failed"},
		{"too large", answer{status: 413, body: []byte("{}")}, fault.PayloadTooLarge, "larger"},
		{"gateway, not JSON", answer{status: 502, body: []byte("<html>bad gateway " + testSecret + "</html>")}, fault.Upstream, "Bedrock failed"},
		{"proxy busy", answer{status: 429, body: []byte("{}")}, fault.RateLimitExceeded, "too often"},
		{"proxy away", answer{status: 503, body: []byte("no")}, fault.ServiceUnavailable, "not available"},
		{"proxy slow", answer{status: 504, body: []byte("no")}, fault.UpstreamTimeout, "in time"},
		{"proxy forbids", answer{status: 403, body: []byte("no")}, fault.Upstream, "credentials"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, c.a)
			m := s.model(t, nil)
			_, err := m.Generate(t.Context(), greeting)
			_, done, streamed := collect(t.Context(), m)
			require.Nil(t, done)
			require.Len(t, s.requests(), 2, "a request is sent once")
			for _, err := range []error{err, streamed} {
				require.Equal(t, c.code, fault.CodeOf(err), "%v", err)
				require.ErrorContains(t, err, c.says)
				require.Equal(t, c.says == "longer than", errors.Is(err, llm.ErrContextOverflow))
				withheld(t, err)
				cause, found := errors.AsType[*ServiceError](err)
				require.True(t, found)
				require.Equal(t, c.a.status, cause.Status)
				require.Equal(t, c.a.header["X-Amzn-RequestId"], cause.RequestID)
			}
		})
	}
}

// withheld demands that an error tells no secret, nor whom or what it is about.
func withheld(t *testing.T, err error) {
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		text := fmt.Sprintf("%v %+v", cause, cause)
		for _, private := range []string{testSecret, "asha", "123456789012", "नमस्ते", "127.0.0.1"} {
			require.NotContains(t, text, private)
		}
	}
}

func TestExceptionsInAStreamBecomeCodes(t *testing.T) {
	for name, want := range map[string]fault.Code{
		"throttlingException":         fault.RateLimitExceeded,
		"validationException":         fault.InvalidRequest,
		"internalServerException":     fault.Upstream,
		"modelStreamErrorException":   fault.Upstream,
		"serviceUnavailableException": fault.ServiceUnavailable,
	} {
		s := newServer(t, streamed(begin, textDelta("ताज"), exception(name, testSecret+" नमस्ते"), stop("end_turn")))
		pieces, done, err := collect(t.Context(), s.model(t, nil))
		require.Equal(t, []string{"ताज"}, pieces)
		require.Nil(t, done)
		require.Equal(t, want, fault.CodeOf(err), "%s: %v", name, err)
		withheld(t, err)
	}
	s := newServer(t, streamed(begin, exception("validationException", "Input is too long for requested model.")))
	_, _, err := collect(t.Context(), s.model(t, nil))
	require.ErrorIs(t, err, llm.ErrContextOverflow)
}

func TestRetryHonoursTheService(t *testing.T) {
	busy := failed(429, "ThrottlingException", "wait")
	busy.header["Retry-After"] = "1"
	s := newServer(t, busy, converse("end_turn", textBlock("हाँ")))
	begun := time.Now()
	res, err := llm.Retry(s.model(t, nil), nil).Generate(t.Context(), greeting)
	require.NoError(t, err)
	require.Equal(t, "हाँ", res.Text)
	require.Len(t, s.requests(), 2)
	require.GreaterOrEqual(t, time.Since(begun), time.Second)
}

func TestAnotherRegionOrKey(t *testing.T) {
	s := newServer(t, converse("end_turn", textBlock("x")))
	elsewhere, err := New(client(t, s.URL, "us-east-1"), testModel, nil)
	require.NoError(t, err)
	stranger, err := New(bedrockruntime.New(s.model(t, nil).client.Options(), func(o *bedrockruntime.Options) {
		o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDOTHER", SecretAccessKey: testSecret}, nil
		})
	}), testModel, nil)
	require.NoError(t, err)
	nobody, err := New(bedrockruntime.New(s.model(t, nil).client.Options(), func(o *bedrockruntime.Options) {
		o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{}, errors.New("the vault said " + testSecret)
		})
	}), testModel, nil)
	require.NoError(t, err)
	for _, m := range []*Model{elsewhere, stranger, nobody} {
		_, err = m.Generate(t.Context(), greeting)
		require.Equal(t, fault.Upstream, fault.CodeOf(err), "%v", err)
		require.ErrorContains(t, err, "the configured credentials")
		withheld(t, err)
	}
	require.Empty(t, s.requests())
}

func TestBrokenConnections(t *testing.T) {
	cut := converse("end_turn", textBlock("नमस्ते"))
	cut.cut = true
	s := newServer(t, cut)
	_, err := s.model(t, nil).Generate(t.Context(), greeting)
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	require.Len(t, s.requests(), 1)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	m, err := New(client(t, "http://"+l.Addr().String(), testRegion), testModel, nil)
	require.NoError(t, err)
	_, err = m.Generate(t.Context(), greeting)
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	require.ErrorContains(t, err, "cannot be reached")
	_, _, err = collect(t.Context(), m)
	require.ErrorContains(t, err, "cannot be reached")
}

func TestBoundsOfAnAnswer(t *testing.T) {
	long := converse("end_turn", textBlock(strings.Repeat("x", 5000)))
	for _, a := range []answer{long, {status: 500, body: []byte(strings.Repeat("x", 5000))}} {
		_, err := newServer(t, a).model(t, &Options{MaxResponse: 1000}).Generate(t.Context(), greeting)
		require.Equal(t, fault.Upstream, fault.CodeOf(err))
		require.ErrorContains(t, err, "more than 1000 bytes")
	}
	_, err := newServer(t, long).model(t, &Options{MaxResponse: int64(len(long.body))}).Generate(t.Context(), greeting)
	require.NoError(t, err, "an answer of exactly the limit fits")

	endless := newServer(t)
	endless.handler = func(w http.ResponseWriter, r *http.Request, _ map[string]any) {
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte(textDelta("x")))
		}
	}
	_, done, err := collect(t.Context(), endless.model(t, &Options{MaxResponse: 100_000}))
	require.Nil(t, done)
	require.ErrorContains(t, err, "more than 100000 bytes")
}

func TestSilence(t *testing.T) {
	s := newServer(t)
	s.handler = func(w http.ResponseWriter, r *http.Request, _ map[string]any) {
		if strings.HasSuffix(r.URL.Path, "-stream") {
			_, _ = w.Write([]byte(textDelta("एक") + textDelta("दो")))
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	}
	opts := &Options{Silence: 50 * time.Millisecond}
	m := s.model(t, opts)
	_, err := m.Generate(t.Context(), greeting)
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err))
	pieces, _, err := collect(t.Context(), m)
	require.Equal(t, []string{"एक", "दो"}, pieces)
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err))

	var slowly []string
	for d, err := range m.Stream(t.Context(), greeting) {
		if err == nil {
			slowly = append(slowly, d.Text)
			time.Sleep(2 * opts.Silence) // a slow reader is not a silent service
		}
	}
	require.Equal(t, []string{"एक", "दो"}, slowly)
}

func TestDeadlines(t *testing.T) {
	s := newServer(t)
	s.handler = func(w http.ResponseWriter, r *http.Request, _ map[string]any) { <-r.Context().Done() }
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	_, err := s.model(t, nil).Generate(ctx, greeting)
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err))
	require.ErrorIs(t, err, context.DeadlineExceeded)

	_, err = llm.TimeLimit(s.model(t, nil), &llm.TimeLimits{Whole: 30 * time.Millisecond}).Generate(t.Context(), greeting)
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err))

	slow, err := New(bedrockruntime.New(s.model(t, nil).client.Options(), func(o *bedrockruntime.Options) {
		o.HTTPClient = &http.Client{Timeout: 30 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
	}), testModel, nil)
	require.NoError(t, err)
	_, err = slow.Generate(t.Context(), greeting)
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err), "the HTTP client's own limit")
}

// A caller who lets the SDK log its requests and answers, as far as it goes without
// their bodies, finds no secret in the log.
func TestTheLogHoldsNoSecret(t *testing.T) {
	var log bytes.Buffer
	s := newServer(t, failed(403, "AccessDeniedException", "no"))
	m, err := New(bedrockruntime.New(s.model(t, nil).client.Options(), func(o *bedrockruntime.Options) {
		o.Logger = logging.NewStandardLogger(&log)
		o.ClientLogMode = aws.LogRequest | aws.LogResponse | aws.LogRetries
	}), testModel, nil)
	require.NoError(t, err)
	_, err = m.Generate(t.Context(), greeting)
	require.Error(t, err)
	require.NotEmpty(t, log.String())
	require.NotContains(t, log.String(), testSecret)
	require.NotContains(t, log.String(), "नमस्ते")
}
