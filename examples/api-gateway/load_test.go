package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// secretsManager answers like AWS Secrets Manager's JSON protocol, with one secret.
func secretsManager(tb testing.TB, value string) *httptest.Server {
	tb.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		batch := strings.HasSuffix(r.Header.Get("X-Amz-Target"), "BatchGetSecretValue")
		switch secret := `{"Name":"prod/openai","VersionStages":["AWSCURRENT"],"SecretString":"{\"key\":\"` + value + `\"}"}`; {
		case batch && strings.Contains(string(body), "prod/openai"):
			_, _ = io.WriteString(w, `{"SecretValues":[`+secret+`],"Errors":[]}`)
		case batch:
			_, _ = io.WriteString(w, `{"SecretValues":[],"Errors":[]}`)
		case strings.Contains(string(body), "prod/openai"):
			_, _ = io.WriteString(w, secret)
		default:
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"ResourceNotFoundException","Message":"no such secret"}`)
		}
	}))
	tb.Cleanup(srv.Close)
	return srv
}

func awsAt(tb testing.TB, url string) {
	tb.Helper()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": url, "AWS_REGION": "ap-south-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none",
	} {
		tb.Setenv(name, value)
	}
}

func TestSettingsComeFromSecretsManager(t *testing.T) {
	awsAt(t, secretsManager(t, "sk-from-aws").URL)
	t.Setenv("OPENAI_API_KEY", "aws-sm://prod/openai#key")
	t.Setenv("LLM_MODEL_STANDART", "qwen3")
	cfg, slips, err := load(t.Context())
	require.NoError(t, err)
	require.Equal(t, "sk-from-aws", cfg.OpenAI.APIKey.Reveal())
	require.Len(t, slips, 1)
	require.Contains(t, slips[0].String(), "LLM_MODEL_STANDARD")
}

func TestASecretThatIsNotThereIsNamed(t *testing.T) {
	awsAt(t, secretsManager(t, "sk-from-aws").URL)
	t.Setenv("OPENAI_API_KEY", "aws-sm://prod/another#key")
	t.Setenv("APP_SAMPLE_CORPUS", "yes")
	_, _, err := load(t.Context())
	require.ErrorContains(t, err, "OPENAI_API_KEY")
	require.ErrorContains(t, err, "prod/another")
	require.ErrorContains(t, err, "APP_SAMPLE_CORPUS", "every mistake at once")
}
