package config_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/fault"
)

// kept is a Resolver that knows some secrets and counts its calls.
type kept struct {
	values map[string]string
	calls  [][]string
	err    error
}

func (k *kept) Resolve(_ context.Context, refs []string) (map[string]string, error) {
	k.calls = append(k.calls, refs)
	out := map[string]string{}
	for _, ref := range refs {
		if v, ok := k.values[ref]; ok {
			out[ref] = v
		}
	}
	return out, k.err
}

func TestReferencesAreFetchedInOneCall(t *testing.T) {
	k := &kept{values: map[string]string{"aws-sm://app#name": "नाम", "aws-sm://app#count": "7", "aws-sm://key": secret}}
	opts := env(map[string]string{"T_NAME": "aws-sm://app#name", "T_COUNT": "aws-sm://app#count", "T_KEY": "aws-sm://key", "T_URL": "http://x", "T_KIND": "b"})
	opts.EnvFile = filepath.Join(t.TempDir(), ".env")
	require.NoError(t, os.WriteFile(opts.EnvFile, []byte("T_DEEP='aws-sm://app#count' # the same\n"), 0o600))
	opts.Resolver = k
	s, err := config.LoadContext[settings](t.Context(), opts)
	require.NoError(t, err)
	require.Equal(t, "नाम", s.Name)
	require.Equal(t, 7, s.Count)
	require.Equal(t, 7, s.Nested.Deep)
	require.Equal(t, secret, s.Key.Reveal())
	require.Equal(t, [][]string{{"aws-sm://app#name", "aws-sm://app#count", "aws-sm://key"}}, k.calls, "each once, and nothing else")

	k.calls = nil
	opts = env(map[string]string{"T_NAME": "x"})
	opts.Resolver = k
	_, err = config.Load[settings](opts)
	require.NoError(t, err)
	require.Empty(t, k.calls, "there is nothing to fetch")
}

func TestSecretsThatCannotBeFetchedAreProblemsAmongTheOthers(t *testing.T) {
	k := &kept{values: map[string]string{"aws-sm://app#count": secret, "aws-sm://app#every": ""}, err: &config.ResolveError{Reasons: map[string]error{
		"aws-sm://gone#key": fault.New(fault.NotFound, `there is no secret "gone"`, nil),
	}}}
	opts := env(map[string]string{"T_NAME": "aws-sm://gone#key", "T_FLAG": "yes", "T_COUNT": "aws-sm://app#count", "T_KEY": "aws-sm://other", "T_EVERY_HOURS": "24h"})
	opts.Resolver = k
	_, err := config.Load[settings](opts)
	e, ok := errors.AsType[*config.Error](err)
	require.True(t, ok)
	require.Equal(t, []config.Problem{
		{Variable: "T_NAME", Found: "aws-sm://gone#key", Allowed: `a reference to a secret that can be fetched: NOT_FOUND: there is no secret "gone"`},
		{Variable: "T_FLAG", Found: "yes", Allowed: "true or false"},
		{Variable: "T_COUNT", Found: "aws-sm://app#count", Allowed: "a reference to a value that fits: a whole number from 1 to 9"},
		{Variable: "T_EVERY_HOURS", Found: "24h", Allowed: "a whole number of hours"},
		{Variable: "T_KEY", Found: "aws-sm://other", Allowed: "a reference to a secret that can be fetched: it was not found"},
	}, e.Problems)
	require.NotContains(t, err.Error(), secret)

	k.err = fmt.Errorf("secrets manager:\n%w", context.DeadlineExceeded)
	_, err = config.Load[settings](opts)
	require.ErrorContains(t, err, "T_NAME: found \"aws-sm://gone#key\", allowed is a reference to a secret that can be fetched: secrets manager: context deadline exceeded")
	require.Equal(t, 6, len(strings.Split(err.Error(), "\n")), "a line for each")

	k.err = errors.New(strings.Repeat("क", 1000))
	_, err = config.Load[settings](opts)
	require.Less(t, len(err.Error()), 2000)
}

func TestAnEmptySecretIsNoValue(t *testing.T) {
	opts := env(map[string]string{"T_KEY": "aws-sm://empty"})
	opts.Resolver = &kept{values: map[string]string{"aws-sm://empty": ""}}
	_, err := config.Load[strict](opts)
	require.ErrorContains(t, err, "T_KEY: found \"aws-sm://empty\"")
}

func TestAChecksProblemDoesNotShowAFetchedValue(t *testing.T) {
	opts := env(map[string]string{"RAG_CHUNK_OVERLAP": "aws-sm://app#overlap"})
	opts.Resolver = &kept{values: map[string]string{"aws-sm://app#overlap": "4001"}}
	_, err := config.Load[config.Common](opts)
	require.ErrorContains(t, err, "RAG_CHUNK_OVERLAP")
	require.NotContains(t, err.Error(), "4001")
}

func TestTheContextReachesTheResolver(t *testing.T) {
	opts := env(map[string]string{"T_NAME": "aws-sm://x"})
	opts.Resolver = config.ResolverFunc(func(ctx context.Context, _ []string) (map[string]string, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := config.LoadContext[settings](ctx, opts)
	require.ErrorContains(t, err, "deadline exceeded")
}

func TestResolveErrorNamesAllAndKeepsTheCodes(t *testing.T) {
	err := error(&config.ResolveError{Reasons: map[string]error{"aws-sm://b": fault.New(fault.NotFound, "none", nil), "aws-sm://a": fault.New(fault.Forbidden, "not allowed", nil)}})
	require.EqualError(t, err, "config: secrets cannot be fetched:\n  aws-sm://a: FORBIDDEN: not allowed\n  aws-sm://b: NOT_FOUND: none")
	require.ErrorIs(t, err, &fault.Error{Code: fault.NotFound})
	require.ErrorIs(t, err, &fault.Error{Code: fault.Forbidden})
}

func TestUnknownVariablesAreWarnedAbout(t *testing.T) {
	warnings := func(vars ...string) (out []string) {
		opts := env(map[string]string{"T_NAME": "x"})
		opts.Environ = func() []string { return vars }
		opts.Warn = func(w config.Warning) { out = append(out, w.Variable+" "+w.Nearest) }
		_, err := config.Load[settings](opts)
		require.NoError(t, err)
		return out
	}
	require.Empty(t, warnings("APP_PORT=1", "RAG_TOP_K=5", "PATH=/bin", "T_NAMES=x", "APP_PORTS=", "nonsense", "=x"),
		"known, foreign or empty")
	require.Equal(t, []string{"RAG_TOPK RAG_TOP_K"}, warnings("RAG_TOPK=5"))
	require.Equal(t, []string{"APP_LOGLEVEL APP_LOG_LEVEL", "APP_PROT APP_PORT", "LLM_MODEL_STANDRAD LLM_MODEL_STANDARD"},
		warnings("LLM_MODEL_STANDRAD=m", "APP_PROT=1", "APP_LOGLEVEL=INFO"), "in the order of the names")
	require.Equal(t, []string{"OCR_SOMETHING_ELSE_ALTOGETHER "}, warnings("OCR_SOMETHING_ELSE_ALTOGETHER=1"), "nothing like it is known")
	require.Empty(t, warnings("SESSION_MANAGER=local/x", "OPENAI_ORGANIZATION=x", "AWS_PROFILE=x"), "others' own")
	require.Equal(t, []string{"OPENAI_BASEURL OPENAI_BASE_URL"}, warnings("OPENAI_BASEURL=http://x"))
	require.Equal(t, []string{"APP_" + strings.Repeat("X", 10000) + " "}, warnings("APP_"+strings.Repeat("X", 10000)+"=1"))
	require.Equal(t, "APP_PROT is set, but no setting has that name; is APP_PORT meant?", config.Warning{Variable: "APP_PROT", Nearest: "APP_PORT"}.String())
	require.Equal(t, "APP_X is set, but no setting has that name", config.Warning{Variable: "APP_X"}.String())
}

func TestTheFilesAndTheProcesssNamesAreLookedAt(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("APP_HOTS", secret)
	require.NoError(t, os.WriteFile(".env", []byte("RAG_TOPP_K=5\nRAG_EMPTY=\n"), 0o600))
	var out []config.Warning
	_, err := config.Load[config.Common](&config.Options{Warn: func(w config.Warning) { out = append(out, w) }})
	require.NoError(t, err)
	require.Contains(t, out, config.Warning{Variable: "APP_HOTS", Nearest: "APP_HOST"})
	require.Contains(t, out, config.Warning{Variable: "RAG_TOPP_K", Nearest: "RAG_TOP_K"})
	require.NotContains(t, fmt.Sprint(out), secret)
	require.NotContains(t, fmt.Sprint(out), "RAG_EMPTY")
}
