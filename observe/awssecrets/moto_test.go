package awssecrets_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/awssecrets"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/fault"
)

// motoVersion is the one that .ci/setup installs.
const motoVersion = "5.2.5"

// motoServer gives the path of moto's server, or skips the test; in CI it has to be there.
func motoServer(t *testing.T) string {
	t.Helper()
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		home, err := os.UserHomeDir()
		require.NoError(t, err)
		cache = filepath.Join(home, ".cache")
	}
	path := filepath.Join(cache, "akshara", "moto-"+motoVersion, "bin", "moto_server")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if path, err := exec.LookPath("moto_server"); err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("moto is not installed: run .ci/setup")
	}
	t.Skip("moto, which speaks Secrets Manager's protocol, is not installed: run .ci/setup, or pip install 'moto[server,secretsmanager]==" + motoVersion + "'")
	return ""
}

// startMoto runs moto on a free port until the test ends and gives its address.
func startMoto(t *testing.T) string {
	t.Helper()
	server := motoServer(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(ln.Addr().String())
	require.NoError(t, err)
	require.NoError(t, ln.Close())
	cmd := exec.Command(server, "-H", "127.0.0.1", "-p", port)
	cmd.Dir = t.TempDir()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	})
	address := "http://127.0.0.1:" + port
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second}
	for begin := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		resp, err := client.Get(address + "/moto-api/")
		if err == nil {
			resp.Body.Close()
			return address
		}
		if time.Since(begin) > 60*time.Second {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			t.Fatalf("moto does not answer: %v\n%s", err, out.String())
		}
	}
}

// counting counts requests on their way to Secrets Manager.
type counting struct {
	awssecrets.Client
	mu    sync.Mutex
	calls []string
}

func (c *counting) note(call string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, call)
}

func (c *counting) taken() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.calls
	c.calls = nil
	return out
}

func (c *counting) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	c.note("get " + *in.SecretId)
	return c.Client.GetSecretValue(ctx, in, o...)
}

func (c *counting) BatchGetSecretValue(ctx context.Context, in *secretsmanager.BatchGetSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.BatchGetSecretValueOutput, error) {
	c.note(fmt.Sprintf("batch of %d", len(in.SecretIdList)))
	return c.Client.BatchGetSecretValue(ctx, in, o...)
}

// TestAgainstMoto runs the package against a server of the real protocol.
func TestAgainstMoto(t *testing.T) {
	sdk := newSDK(t, startMoto(t))
	create := func(name, value string) string {
		out, err := sdk.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &value})
		require.NoError(t, err)
		return aws.ToString(out.ARN)
	}
	rotate := func(name, value string) {
		_, err := sdk.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: &value})
		require.NoError(t, err)
	}
	arn := create("prod/postgres", `{"user":"akshara","password":"first-`+secret+`","port":5432,"tls":true,"more":{"x":1}}`)
	create("prod/licence", "whole-"+secret)
	for i := range 45 {
		create(fmt.Sprintf("many/%02d", i), fmt.Sprintf(`{"n":"value %d"}`, i))
	}
	client := &counting{Client: sdk}

	t.Run("a configuration with secrets", func(t *testing.T) {
		cfg, err := config.LoadContext[settings](t.Context(), &config.Options{Resolver: awssecrets.New(client, nil), LookupEnv: lookup(map[string]string{
			"T_USER": "aws-sm://prod/postgres#user", "T_PASSWORD": "aws-sm://" + arn + "#password", "T_PORT": "aws-sm://prod/postgres#port",
			"T_TLS": "aws-sm://prod/postgres#tls", "T_LICENCE": "aws-sm://prod/licence"})})
		require.NoError(t, err)
		require.Equal(t, settings{"akshara", config.NewSecret("first-" + secret), 5432, true, config.NewSecret("whole-" + secret)}, *cfg)
		require.Equal(t, []string{"batch of 3"}, client.taken(), "one request")
	})
	t.Run("what is missing, all at once", func(t *testing.T) {
		_, err := config.LoadContext[settings](t.Context(), &config.Options{Resolver: awssecrets.New(client, nil), LookupEnv: lookup(map[string]string{
			"T_USER": "aws-sm://prod/postgres#name", "T_PASSWORD": "aws-sm://prod/gone#password", "T_PORT": "aws-sm://prod/postgres#more",
			"T_TLS": "yes", "T_LICENCE": "aws-sm://prod/licence#key"})})
		e, ok := errors.AsType[*config.Error](err)
		require.True(t, ok)
		require.Len(t, e.Problems, 5)
		for _, want := range []string{"T_USER", "no key name", "T_PASSWORD", "there is no secret prod/gone", "T_PORT", "neither text nor number", "T_TLS", "T_LICENCE", "not a JSON object"} {
			require.ErrorContains(t, err, want)
		}
		require.NotContains(t, err.Error(), secret)
		client.taken()
	})
	t.Run("many secrets, twenty a request", func(t *testing.T) {
		var refs []string
		for i := range 45 {
			refs = append(refs, fmt.Sprintf("aws-sm://many/%02d#n", i))
		}
		r := awssecrets.New(client, nil)
		values, err := r.Resolve(t.Context(), refs)
		require.NoError(t, err)
		require.Len(t, values, 45)
		require.Equal(t, "value 44", values["aws-sm://many/44#n"])
		require.Equal(t, []string{"batch of 20", "batch of 20", "batch of 5"}, client.taken())
		_, err = r.Resolve(t.Context(), refs)
		require.NoError(t, err)
		require.Empty(t, client.taken(), "kept")
	})
	t.Run("rotation while the program runs", func(t *testing.T) {
		r := awssecrets.New(client, nil)
		password, err := r.Secret("aws-sm://prod/postgres#password")
		require.NoError(t, err)
		valid := "first-" + secret
		var logins int
		login := func(_ context.Context, p config.Secret) error {
			if logins++; p.Reveal() != valid {
				return errors.New("password authentication failed")
			}
			return nil
		}
		require.NoError(t, password.Use(t.Context(), login))
		require.NoError(t, password.Use(t.Context(), login))
		require.Equal(t, []string{"get prod/postgres"}, client.taken())

		valid, logins = "second-"+secret, 0
		rotate("prod/postgres", `{"password":"second-`+secret+`"}`)
		require.NoError(t, password.Use(t.Context(), login), "the failed login makes it read again")
		require.Equal(t, 2, logins)
		require.Equal(t, []string{"get prod/postgres"}, client.taken())
		now, err := password.Get(t.Context())
		require.NoError(t, err)
		require.Equal(t, valid, now.Reveal())
		require.Empty(t, client.taken(), "what was read anew is kept")

		before, err := r.Resolve(t.Context(), []string{"aws-sm://prod/postgres?stage=AWSPREVIOUS#password"})
		require.NoError(t, err)
		require.Equal(t, "first-"+secret, before["aws-sm://prod/postgres?stage=AWSPREVIOUS#password"])
		_, err = r.Refresh(t.Context(), "aws-sm://prod/postgres?stage=NOSUCH#password")
		require.Equal(t, fault.NotFound, fault.CodeOf(err))

		valid, logins = "never", 0
		require.EqualError(t, password.Use(t.Context(), login), "password authentication failed")
		require.Equal(t, 1, logins, "the value is as it was: no second login")
	})
	t.Run("kept for its time", func(t *testing.T) {
		r := awssecrets.New(client, &awssecrets.Options{TTL: 50 * time.Millisecond})
		s, err := r.Secret("aws-sm://many/00#n")
		require.NoError(t, err)
		_, err = s.Get(t.Context())
		require.NoError(t, err)
		rotate("many/00", `{"n":"later"}`)
		time.Sleep(60 * time.Millisecond)
		v, err := s.Get(t.Context())
		require.NoError(t, err)
		require.Equal(t, "later", v.Reveal())
	})
	t.Run("deleted", func(t *testing.T) {
		r := awssecrets.New(client, nil)
		_, err := r.Resolve(t.Context(), []string{"aws-sm://many/01#n"})
		require.NoError(t, err)
		_, err = sdk.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: aws.String("many/01")})
		require.NoError(t, err)
		_, err = r.Refresh(t.Context(), "aws-sm://many/01#n")
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
		_, err = r.Resolve(t.Context(), []string{"aws-sm://many/01#n"})
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), "a value that is gone is forgotten")
	})
}
