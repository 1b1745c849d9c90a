package awssecrets_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/awssecrets"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret is in every value; no error may hold it.
const secret = "s3cr3t"

type settings struct {
	User     string        `env:"T_USER"`
	Password config.Secret `env:"T_PASSWORD"`
	Port     int           `env:"T_PORT"`
	TLS      bool          `env:"T_TLS"`
	Licence  config.Secret `env:"T_LICENCE"`
}

func lookup(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := vars[name]; return v, ok }
}

// newSDK makes AWS's own client for the server at address.
func newSDK(t testing.TB, address string) *secretsmanager.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return secretsmanager.New(secretsmanager.Options{
		Region: "ap-south-1", BaseEndpoint: aws.String(address), HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"}, nil
		}),
	})
}

// answer is what the scripted server says to one request.
type answer struct {
	status int
	body   string
	wait   bool // say nothing until the client leaves
}

// scripted serves Secrets Manager's JSON 1.1 protocol as its API reference has it:
// answers by X-Amz-Target, errors as {"__type", "Message"}.
func scripted(t testing.TB, say func(target string, in map[string]any) answer) *secretsmanager.Client {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var in map[string]any
		_ = json.Unmarshal(body, &in)
		a := say(strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "secretsmanager."), in)
		if a.wait {
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
	}))
	t.Cleanup(s.Close)
	return newSDK(t, s.URL)
}

func apiError(status int, code string) answer {
	return answer{status: status, body: fmt.Sprintf(`{"__type":%q,"Message":"no"}`, code)}
}

func value(name, text string) string {
	b, _ := json.Marshal(map[string]any{"Name": name, "ARN": "arn:aws:secretsmanager:ap-south-1:123456789012:secret:" + name + "-AbCdEf", "SecretString": text})
	return string(b)
}

func TestWhatSecretsManagerMayAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		answer answer
		code   fault.Code
	}{
		"not found":            {apiError(400, "ResourceNotFoundException"), fault.NotFound},
		"denied":               {apiError(400, "AccessDeniedException"), fault.Forbidden},
		"bad token":            {apiError(400, "UnrecognizedClientException"), fault.Forbidden},
		"being deleted":        {apiError(400, "InvalidRequestException"), fault.InvalidRequest},
		"bad parameter":        {apiError(400, "InvalidParameterException"), fault.InvalidRequest},
		"too often":            {apiError(400, "ThrottlingException"), fault.RateLimitExceeded},
		"no key to decrypt":    {apiError(400, "DecryptionFailure"), fault.Upstream},
		"its own failure":      {apiError(500, "InternalServiceError"), fault.Upstream},
		"a code of tomorrow":   {apiError(400, "NovelException"), fault.Upstream},
		"500 with a page":      {answer{status: 500, body: "<html>" + secret}, fault.Upstream},
		"503 without a body":   {answer{status: 503}, fault.Upstream},
		"garbage":              {answer{status: 200, body: `{"SecretString":"` + secret}, fault.Upstream},
		"a page":               {answer{status: 200, body: "<html>" + secret}, fault.Upstream},
		"another type":         {answer{status: 200, body: `{"SecretString":{"x":"` + secret + `"}}`}, fault.Upstream},
		"neither text nor bin": {answer{status: 200, body: `{"Name":"x"}`}, fault.Upstream},
		"nothing":              {answer{wait: true}, fault.UpstreamTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			client := scripted(t, func(string, map[string]any) answer { return c.answer })
			r := awssecrets.New(client, &awssecrets.Options{Timeout: 100 * time.Millisecond})
			begin := time.Now()
			for _, refs := range [][]string{{"aws-sm://one#key"}, {"aws-sm://one#key", "aws-sm://two"}} {
				if len(refs) == 2 && (name == "neither text nor bin" || name == "another type") {
					continue // to the batch request that is an answer without secrets
				}
				values, err := r.Resolve(t.Context(), refs)
				require.Empty(t, values)
				e, ok := errors.AsType[*config.ResolveError](err)
				require.True(t, ok)
				for _, ref := range refs {
					require.Equal(t, c.code, fault.CodeOf(e.Reasons[ref]), "%v", e.Reasons[ref])
				}
				require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, e.Reasons, r), secret)
			}
			require.Less(t, time.Since(begin), 2*time.Second)
		})
	}
}

func TestASecretsManagerThatIsAway(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	client := newSDK(t, s.URL)
	s.Close()
	_, err := awssecrets.New(client, nil).Refresh(t.Context(), "aws-sm://one")
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	require.True(t, fault.Retryable(err))
}

func TestOneThatFailsDoesNotHideTheOthers(t *testing.T) {
	client := scripted(t, func(target string, in map[string]any) answer {
		switch {
		case target == "BatchGetSecretValue" && in["NextToken"] == nil:
			return answer{status: 200, body: `{"SecretValues":[` + value("one", `{"key":"1"}`) + `],"NextToken":"more","Errors":[{"SecretId":"two","ErrorCode":"DecryptionFailure","Message":"no"}]}`}
		case target == "BatchGetSecretValue":
			return answer{status: 200, body: `{"SecretValues":[` + value("three", "whole") + `]}`}
		}
		return apiError(400, "ResourceNotFoundException")
	})
	arn := "arn:aws:secretsmanager:ap-south-1:123456789012:secret:three"
	values, err := awssecrets.New(client, nil).Resolve(t.Context(), []string{
		"aws-sm://one#key", "aws-sm://one#none", "aws-sm://two#key", "aws-sm://" + arn, "aws-sm://four", "aws-sm://#", "aws-sm://five?stage=AWSPENDING"})
	require.Equal(t, map[string]string{"aws-sm://one#key": "1", "aws-sm://" + arn: "whole"}, values)
	e, ok := errors.AsType[*config.ResolveError](err)
	require.True(t, ok)
	codes := map[string]fault.Code{}
	for ref, reason := range e.Reasons {
		codes[ref] = fault.CodeOf(reason)
	}
	require.Equal(t, map[string]fault.Code{"aws-sm://one#none": fault.NotFound, "aws-sm://two#key": fault.Upstream, "aws-sm://four": fault.NotFound,
		"aws-sm://#": fault.InvalidRequest, "aws-sm://five?stage=AWSPENDING": fault.NotFound}, codes)
}

func TestWithoutThePermissionForManyEachIsReadByItself(t *testing.T) {
	client := scripted(t, func(target string, in map[string]any) answer {
		if target == "BatchGetSecretValue" {
			return apiError(400, "AccessDeniedException")
		}
		name := in["SecretId"].(string)
		return answer{status: 200, body: value(name, name+"'s")}
	})
	values, err := awssecrets.New(client, nil).Resolve(t.Context(), []string{"aws-sm://one", "aws-sm://two"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"aws-sm://one": "one's", "aws-sm://two": "two's"}, values)
}

func TestABatchThatNeverEndsIsLeft(t *testing.T) {
	var calls atomic.Int32
	client := scripted(t, func(string, map[string]any) answer {
		calls.Add(1)
		return answer{status: 200, body: `{"NextToken":"again"}`}
	})
	_, err := awssecrets.New(client, nil).Resolve(t.Context(), []string{"aws-sm://one", "aws-sm://two"})
	require.Error(t, err)
	require.EqualValues(t, 20, calls.Load())
}

func TestBinarySecretsAndOddFields(t *testing.T) {
	client := scripted(t, func(_ string, in map[string]any) answer {
		switch in["SecretId"] {
		case "binary":
			return answer{status: 200, body: `{"Name":"binary","SecretBinary":"AAH/"}`}
		case "null":
			return answer{status: 200, body: value("null", "null")}
		}
		return answer{status: 200, body: value("odd", `{"n":1.50,"t":true,"l":[1],"z":null,"u":"\u0915\"","":"empty"}`)}
	})
	r := awssecrets.New(client, nil)
	for ref, want := range map[string]string{"binary": "\x00\x01\xff", "odd#n": "1.50", "odd#t": "true", "odd#u": `क"`} {
		v, err := r.Refresh(t.Context(), "aws-sm://"+ref)
		require.NoError(t, err)
		require.Equal(t, want, v.Reveal())
	}
	for ref, code := range map[string]fault.Code{"odd#l": fault.InvalidRequest, "odd#z": fault.InvalidRequest, "odd#none": fault.NotFound, "binary#x": fault.InvalidRequest, "null#x": fault.InvalidRequest} {
		v, err := r.Refresh(t.Context(), "aws-sm://"+ref)
		require.Equal(t, code, fault.CodeOf(err), ref)
		require.False(t, v.IsSet())
	}
}

func TestManyCallersShareOneRequest(t *testing.T) {
	var calls atomic.Int32
	release := make(chan struct{})
	client := scripted(t, func(string, map[string]any) answer {
		if calls.Add(1) == 1 {
			<-release
		}
		return answer{status: 200, body: value("one", secret)}
	})
	r := awssecrets.New(client, nil)
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = r.Refresh(t.Context(), "aws-sm://one") })
	require.Eventually(t, func() bool { return calls.Load() == 1 }, 5*time.Second, time.Millisecond)
	for range 50 { // these ask while the first is being answered: they want what is newer
		wg.Go(func() {
			if v, err := r.Refresh(t.Context(), "aws-sm://one"); err != nil || v.Reveal() != secret {
				t.Error(v, err)
			}
		})
	}
	time.Sleep(100 * time.Millisecond) // until all of them wait
	close(release)
	wg.Wait()
	require.Less(t, calls.Load(), int32(10), "one request for the fifty, or few when some came late")
}

func TestACallerThatLeavesDoesNotFailTheOthers(t *testing.T) {
	var calls atomic.Int32
	client := scripted(t, func(string, map[string]any) answer {
		if calls.Add(1) == 1 {
			return answer{wait: true}
		}
		return answer{status: 200, body: value("one", secret)}
	})
	r := awssecrets.New(client, nil)
	ctx, leave := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := r.Refresh(ctx, "aws-sm://one")
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	require.Eventually(t, func() bool { return calls.Load() == 1 }, 5*time.Second, time.Millisecond)
	wg.Go(func() {
		if v, err := r.Refresh(t.Context(), "aws-sm://one"); err != nil || v.Reveal() != secret {
			t.Error(v, err)
		}
	})
	impatient, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := r.Refresh(impatient, "aws-sm://one")
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err), "waiting for the other's request has an end too")
	leave()
	wg.Wait()
}

func TestAnOutageCostsNothingThatIsKnown(t *testing.T) {
	var down atomic.Bool
	var calls atomic.Int32
	client := scripted(t, func(string, map[string]any) answer {
		calls.Add(1)
		if down.Load() {
			return apiError(500, "InternalServiceError")
		}
		return answer{status: 200, body: value("one", secret)}
	})
	r := awssecrets.New(client, &awssecrets.Options{TTL: 100 * time.Millisecond})
	s, err := r.Secret("aws-sm://one")
	require.NoError(t, err)
	_, err = s.Get(t.Context())
	require.NoError(t, err)
	down.Store(true)
	time.Sleep(110 * time.Millisecond)
	for range 5 {
		v, err := s.Get(t.Context())
		require.NoError(t, err, "what was read before stays good")
		require.Equal(t, secret, v.Reveal())
	}
	require.Less(t, calls.Load(), int32(6), "and is not asked for each time")
	_, err = s.Refresh(t.Context())
	require.Equal(t, fault.Upstream, fault.CodeOf(err), "who wants it new is told")
	failed := errors.New("login failed")
	require.ErrorIs(t, s.Use(t.Context(), func(context.Context, config.Secret) error { return failed }), failed)

	other, err := r.Secret("aws-sm://two")
	require.NoError(t, err)
	_, err = other.Get(t.Context())
	require.Error(t, err)
	require.Error(t, other.Use(t.Context(), func(context.Context, config.Secret) error { t.Error("called without a secret"); return nil }))
	down.Store(false)
	_, err = other.Get(t.Context())
	require.NoError(t, err, "a failure is not kept")
}

func TestSecretRefusesWhatIsNoReference(t *testing.T) {
	r := awssecrets.New(nil, nil)
	for _, bad := range []string{"", "prod/postgres", "aws-sm://", "aws-sm://#key", "aws-sm://a#", "aws-sm://a b", "aws-sm://a?version=1", "aws-sm://a?stage=", "aws-sm://a?stage=x y",
		"aws-sm://" + strings.Repeat("x", 3000), "aws-sm://नाम"} {
		_, err := r.Secret(bad)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), bad)
	}
}
