package awstranslate_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	sdk "github.com/aws/aws-sdk-go-v2/service/translate"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/awstranslate"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service is a scripted stand-in for Amazon Translate, modelled on the API
// reference: AWS's JSON 1.1 protocol, the action in X-Amz-Target, the names of fields in
// capitals, errors by their name in "__type". It checks that requests are signed.
func service(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	fail := func(status int, name string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"__type":"`+name+`","Message":"`+translatetest.Secret+` said no"}`)
	}
	var in struct {
		Text, SourceLanguageCode, TargetLanguageCode string
		TerminologyNames                             []string
		Settings                                     struct{ Formality string }
		Document                                     struct {
			Content     []byte
			ContentType string
		}
	}
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") || r.Header.Get("Content-Type") != "application/x-amz-json-1.1" ||
		json.NewDecoder(r.Body).Decode(&in) != nil {
		fail(http.StatusBadRequest, "InvalidSignatureException")
		return
	}
	text, action := in.Text, r.Header.Get("X-Amz-Target")
	if action == "AWSShineFrontendService_20170701.TranslateDocument" {
		text = string(in.Document.Content)
	}
	for name, status := range map[string]int{"UnsupportedLanguagePairException": 400, "DetectedLanguageLowConfidenceException": 400, "TextSizeLimitExceededException": 400,
		"ResourceNotFoundException": 400, "UnrecognizedClientException": 400, "TooManyRequestsException": 400, "SomethingNewException": 400} {
		if strings.Contains(text, name) {
			fail(status, "com.amazonaws.translate#"+name)
			return
		}
	}
	if strings.Contains(text, translatetest.Poison) || len(text) > awstranslate.MaxTextBytes && in.Text != "" {
		fail(http.StatusBadRequest, "InvalidRequestException")
		return
	}
	source := in.SourceLanguageCode
	if source == "auto" {
		source = "en"
	}
	out := map[string]any{"SourceLanguageCode": source, "TargetLanguageCode": in.TargetLanguageCode}
	made := translatetest.Echo(text, lang.Code(in.TargetLanguageCode).Script())
	if in.Settings.Formality == "FORMAL" && len(in.TerminologyNames) == 1 {
		made = "ji " + in.TerminologyNames[0]
	}
	if action == "AWSShineFrontendService_20170701.TranslateDocument" {
		if in.Document.ContentType != "text/html" {
			fail(http.StatusBadRequest, "InvalidRequestException")
			return
		}
		out["TranslatedDocument"] = map[string]any{"Content": []byte(made)}
	} else {
		out["TranslatedText"] = made
	}
	_ = json.NewEncoder(w).Encode(out)
}

// newTranslator gives a Translator over the SDK's own client.
func newTranslator(t testing.TB, base string, timeout time.Duration, opts awstranslate.Options) *awstranslate.Translator {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	api := sdk.New(sdk.Options{Region: "ap-south-1", BaseEndpoint: &base,
		HTTPClient: &http.Client{Transport: transport, Timeout: timeout},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: translatetest.Secret}, nil
		}),
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff = 3, 2*time.Millisecond
			o.RateLimiter = ratelimit.None
		})})
	opts.Backoff = time.Millisecond
	return awstranslate.New(api, &opts)
}

func serve(t testing.TB, h http.HandlerFunc) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

var subject = translatetest.Subject{Source: lang.English, Target: lang.Hindi, Unknown: translate.Pair{Source: lang.Hindi, Target: lang.Santali},
	HTML: true, Auto: true, Poisoned: true}

func TestTranslator(t *testing.T) {
	translatetest.TestTranslator(t, func(t *testing.T) *translatetest.Subject {
		s := subject
		s.Translator = newTranslator(t, serve(t, service), time.Minute, awstranslate.Options{})
		return &s
	})
}

func TestRemote(t *testing.T) {
	translatetest.TestRemote(t, &translatetest.Remote{Service: http.HandlerFunc(service), Texts: 9,
		New: func(t *testing.T, base string) translate.Translator {
			return newTranslator(t, base, 500*time.Millisecond, awstranslate.Options{Parallel: 2})
		}}, subject)
}

func TestTheServicesErrorsHaveCodes(t *testing.T) {
	tr := newTranslator(t, serve(t, service), time.Minute, awstranslate.Options{})
	for name, want := range map[string]fault.Code{
		"UnsupportedLanguagePairException": fault.InvalidLanguage, "DetectedLanguageLowConfidenceException": fault.InvalidLanguage,
		"TextSizeLimitExceededException": fault.PayloadTooLarge, "ResourceNotFoundException": fault.Upstream,
		"UnrecognizedClientException": fault.Upstream, "TooManyRequestsException": fault.RateLimitExceeded, "SomethingNewException": fault.Upstream,
	} {
		_, err := tr.Translate(t.Context(), &translate.Request{Texts: []string{name}, Source: lang.English, Target: lang.Hindi})
		require.Equal(t, want, fault.CodeOf(err), name)
		require.ErrorContains(t, err, name, "the log has the service's name for it")
		require.NotContains(t, err.Error(), translatetest.Secret)
	}
}

func TestTerminologyAndFormalityGoAlong(t *testing.T) {
	tr := newTranslator(t, serve(t, service), time.Minute, awstranslate.Options{Terminologies: []string{"monuments"}, Formality: "FORMAL"})
	res, err := tr.Translate(t.Context(), &translate.Request{Texts: []string{"Hello"}, Target: lang.Hindi})
	require.NoError(t, err)
	require.Equal(t, "ji monuments", res.Texts[0].Text)
	require.Equal(t, lang.English, res.Texts[0].Source)
	require.Equal(t, "awstranslate/FORMAL/monuments", tr.Identity())
}

func TestLongTextsGoThroughWhenTheyAreCut(t *testing.T) {
	tr := newTranslator(t, serve(t, service), time.Minute, awstranslate.Options{})
	text := strings.Repeat("The tomb was built of white marble. ", 1000)
	_, err := tr.Translate(t.Context(), &translate.Request{Texts: []string{text}, Source: lang.English, Target: lang.Hindi})
	require.Equal(t, fault.PayloadTooLarge, fault.CodeOf(err))
	res, err := translate.NewChunked(tr, nil).Translate(t.Context(), &translate.Request{Texts: []string{text}, Source: lang.English, Target: lang.Hindi})
	require.NoError(t, err)
	require.Equal(t, translatetest.Echo(text, lang.Devanagari), res.Texts[0].Text)
}
