package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "sk-very-private"

// env gives Options that read from a map and from nothing else.
func env(vars map[string]string) *config.Options {
	return &config.Options{LookupEnv: func(name string) (string, bool) { v, ok := vars[name]; return v, ok }}
}

type settings struct {
	Name   string        `env:"T_NAME" required:"true" doc:"a name"`
	Kind   string        `env:"T_KIND" envDefault:"a" oneof:"a,b,c"`
	URL    string        `env:"T_URL" format:"url"`
	Flag   bool          `env:"T_FLAG" envDefault:"true"`
	Count  int           `env:"T_COUNT" envDefault:"3" min:"1" max:"9"`
	Big    int64         `env:"T_BIG"`
	Share  float64       `env:"T_SHARE" min:"0"`
	Wait   time.Duration `env:"T_WAIT_SECONDS" envDefault:"30" max:"3600"`
	Every  time.Duration `env:"T_EVERY_HOURS"`
	Tags   []string      `env:"T_TAGS" max:"3"`
	Key    config.Secret `env:"T_KEY"`
	Nested struct {
		Deep int `env:"T_DEEP" envDefault:"7"`
	}
	ignored int `env:"T_IGNORED"`
}

func TestValuesComeFromTheEnvironmentOrTheDefault(t *testing.T) {
	s, err := config.Load[settings](env(map[string]string{"T_NAME": "नाम", "T_KIND": "", "T_URL": "http://127.0.0.1:8080/v1", "T_FLAG": "false",
		"T_COUNT": "9", "T_BIG": "-9000000000", "T_SHARE": "0.25", "T_WAIT_SECONDS": "90", "T_EVERY_HOURS": "24", "T_TAGS": "hi, en",
		"T_KEY": secret, "T_IGNORED": "1"}))
	require.NoError(t, err)
	require.Equal(t, "नाम", s.Name)
	require.Equal(t, "a", s.Kind, "empty is missing")
	require.Equal(t, "http://127.0.0.1:8080/v1", s.URL)
	require.False(t, s.Flag)
	require.Equal(t, 9, s.Count)
	require.EqualValues(t, -9000000000, s.Big)
	require.Equal(t, 0.25, s.Share)
	require.Equal(t, 90*time.Second, s.Wait)
	require.Equal(t, 24*time.Hour, s.Every)
	require.Equal(t, []string{"hi", "en"}, s.Tags)
	require.Equal(t, secret, s.Key.Reveal())
	require.Equal(t, 7, s.Nested.Deep)
	require.Zero(t, s.ignored)
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	_, err := config.Load[settings](env(map[string]string{"T_KIND": "d", "T_URL": "localhost:8080", "T_FLAG": "yes", "T_COUNT": "10",
		"T_BIG": "1e3", "T_SHARE": "NaN", "T_WAIT_SECONDS": "30s", "T_EVERY_HOURS": "99999999999999", "T_TAGS": "a,,b", "T_DEEP": "9223372036854775808"}))
	e, ok := errors.AsType[*config.Error](err)
	require.True(t, ok)
	require.Equal(t, []config.Problem{
		{Variable: "T_NAME", Found: "", Allowed: "a value: text"},
		{Variable: "T_KIND", Found: "d", Allowed: "a, b or c"},
		{Variable: "T_URL", Found: "localhost:8080", Allowed: "an http:// or https:// address"},
		{Variable: "T_FLAG", Found: "yes", Allowed: "true or false"},
		{Variable: "T_COUNT", Found: "10", Allowed: "a whole number from 1 to 9"},
		{Variable: "T_BIG", Found: "1e3", Allowed: "a whole number"},
		{Variable: "T_SHARE", Found: "NaN", Allowed: "a number, at least 0"},
		{Variable: "T_WAIT_SECONDS", Found: "30s", Allowed: "a whole number of seconds, at most 3600"},
		{Variable: "T_EVERY_HOURS", Found: "99999999999999", Allowed: "a whole number of hours"},
		{Variable: "T_TAGS", Found: "a,,b", Allowed: "a list separated by commas, at most 3"},
		{Variable: "T_DEEP", Found: "9223372036854775808", Allowed: "a whole number"},
	}, e.Problems)
	require.Contains(t, err.Error(), `T_FLAG: found "yes", allowed is true or false`)
	require.Contains(t, err.Error(), "T_NAME: found nothing")
	require.Equal(t, len(e.Problems), strings.Count(err.Error(), "\n"))
}

func TestBooleansAndDurationsHaveOneSpelling(t *testing.T) {
	for _, v := range []string{"TRUE", "True", "1", "yes", "on", "0", " true", "truee"} {
		_, err := config.Load[settings](env(map[string]string{"T_NAME": "x", "T_FLAG": v}))
		require.ErrorContains(t, err, "T_FLAG", v)
	}
	for _, v := range []string{"1.5", "-1", "1m", "0x10", "1_0", "१"} {
		_, err := config.Load[settings](env(map[string]string{"T_NAME": "x", "T_WAIT_SECONDS": v}))
		require.ErrorContains(t, err, "T_WAIT_SECONDS", v)
	}
}

func TestReferencesThatNobodyResolvesAreNotTakenForValues(t *testing.T) {
	_, err := config.Load[settings](env(map[string]string{"T_NAME": "x", "T_KEY": "aws-sm://prod/openai#key"}))
	require.ErrorContains(t, err, "aws-sm://prod/openai#key")
	require.ErrorContains(t, err, "does not fetch references")
}

type strict struct {
	Key config.Secret `env:"T_KEY" required:"true"`
}

func TestSecretsShowNowhere(t *testing.T) {
	k := config.NewSecret(secret)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", k, "in", struct{ Key config.Secret }{k})
	j, err := json.Marshal(map[string]any{"key": k, "ptr": &k})
	require.NoError(t, err)
	require.JSONEq(t, `{"key":"***","ptr":"***"}`, string(j))
	seen := log.String() + string(j)
	s := struct {
		Key config.Secret
		Ptr *config.Secret
	}{k, &k}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%10s", "%t"} {
		seen += fmt.Sprintf(verb, k) + fmt.Sprintf(verb, &k) + fmt.Sprintf(verb, s) + fmt.Sprintf(verb, []config.Secret{k}) + fmt.Sprintf(verb, map[string]config.Secret{"k": k})
	}
	require.NotContains(t, seen, secret)
	require.NotContains(t, seen, fmt.Sprintf("%x", secret))
	require.Equal(t, "***", k.String())
	require.Empty(t, config.Secret{}.String())
	require.True(t, k.IsSet())
	require.False(t, config.Secret{}.IsSet())

	_, err = config.Load[strict](env(nil))
	require.ErrorContains(t, err, "T_KEY: found nothing")
}

func TestTheEnvironmentWinsOverTheFileAndTheFileOverDefaults(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env")
	require.NoError(t, os.WriteFile(path, []byte("T_NAME=file\nT_COUNT=5\nT_KIND=\n"), 0o600))
	opts := env(map[string]string{"T_NAME": "environment"})
	opts.EnvFile = path
	opts.Defaults = map[string]string{"T_COUNT": "4", "T_DEEP": "8"}
	s, err := config.Load[settings](opts)
	require.NoError(t, err)
	require.Equal(t, "environment", s.Name)
	require.Equal(t, 5, s.Count)
	require.Equal(t, 8, s.Nested.Deep)
	require.Equal(t, "a", s.Kind)
}

func TestTheProcesssEnvironmentAndDotEnvAreTheDefault(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("T_NAME", "process")
	require.NoError(t, os.WriteFile(".env", []byte("T_NAME=file\nT_DEEP=9"), 0o600))
	s, err := config.Load[settings](nil)
	require.NoError(t, err)
	require.Equal(t, "process", s.Name)
	require.Equal(t, 9, s.Nested.Deep)

	require.NoError(t, os.WriteFile(".env", []byte("T_NAME=file\nnonsense "+secret), 0o600))
	_, err = config.Load[settings](nil)
	require.ErrorContains(t, err, ".env: line 2")
	require.NotContains(t, err.Error(), secret)

	require.NoError(t, os.WriteFile(".env", bytes.Repeat([]byte("#"), 1<<20+1), 0o600))
	_, err = config.Load[settings](nil)
	require.ErrorContains(t, err, "larger")

	require.NoError(t, os.Remove(".env"))
	require.NoError(t, os.Mkdir(".env", 0o700))
	_, err = config.Load[settings](nil)
	require.Error(t, err)
}

func TestMistakesOfTheProgramAreErrors(t *testing.T) {
	_, err := config.Load[struct {
		A complex64 `env:"A"`
	}](env(nil))
	require.ErrorContains(t, err, "complex64")
	_, err = config.Load[struct {
		A time.Duration `env:"A_TIMEOUT"`
	}](env(nil))
	require.ErrorContains(t, err, "_SECONDS")
	_, err = config.Load[struct {
		A int `env:"A" envDefault:"x"`
	}](env(nil))
	require.ErrorContains(t, err, "default")
	_, err = config.Load[struct {
		A int `env:"A" min:"low"`
	}](env(nil))
	require.ErrorContains(t, err, "min")
	_, err = config.Load[int](env(nil))
	require.ErrorContains(t, err, "not a struct")
}

func TestCommonGroups(t *testing.T) {
	c, err := config.Load[config.Common](env(nil))
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:8000", c.App.Addr())
	require.True(t, c.App.OnLoopback())
	require.True(t, c.App.SampleCorpus)
	require.NotEmpty(t, c.App.DataDir)
	require.Equal(t, "akshara", strings.TrimSuffix(filepath.Base(c.App.DataDir), "-data"))
	require.Equal(t, config.RAG{ChunkSize: 512, ChunkOverlap: 64, TopK: 5, Candidates: 50, Guard: true, CacheTTL: time.Hour}, c.RAG)

	_, err = config.Load[config.Common](env(map[string]string{"RAG_CHUNK_SIZE": "32"}))
	require.ErrorContains(t, err, "RAG_CHUNK_OVERLAP: found \"64\", allowed is a whole number below RAG_CHUNK_SIZE, which is 32")

	for host, loopback := range map[string]bool{"localhost": true, "::1": true, "127.9.9.9": true, "0.0.0.0": false, "": false, "example.org": false} {
		require.Equal(t, loopback, (&config.App{Host: host}).OnLoopback(), host)
	}
}

func TestTheDatabasesAddressIsAURL(t *testing.T) {
	p, err := config.Load[config.Postgres](env(map[string]string{"POSTGRES_HOST": "::1", "POSTGRES_USER": "a b", "POSTGRES_PASSWORD": "p@s/s:?", "POSTGRES_DB": "d/e", "POSTGRES_SSLMODE": "verify-full"}))
	require.NoError(t, err)
	require.Equal(t, "postgres://a%20b:p%40s%2Fs%3A%3F@[::1]:5432/d/e?sslmode=verify-full", p.URL())
	require.NotContains(t, fmt.Sprintf("%v %+v", p, *p), "p@s")
	p, err = config.Load[config.Postgres](env(nil))
	require.NoError(t, err)
	require.Empty(t, p.Host)
	require.Equal(t, "postgres://akshara@:5432/akshara?sslmode=prefer", p.URL())
}

func TestDataDirFollowsXDG(t *testing.T) {
	if os.PathSeparator == '\\' {
		t.Skip("XDG folders are not for Windows")
	}
	t.Setenv("XDG_DATA_HOME", "/somewhere/data")
	a := config.App{}
	a.SetDefaults()
	require.Contains(t, []string{"/somewhere/data/akshara", filepath.Join(os.Getenv("HOME"), "Library/Application Support/akshara")}, a.DataDir)
	a.DataDir = "mine"
	a.SetDefaults()
	require.Equal(t, "mine", a.DataDir)
}

func TestExampleFileChangesNothingWhenCopied(t *testing.T) {
	text, err := config.EnvExample[config.Common]()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), ".env")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	opts := env(nil)
	opts.EnvFile = path
	copied, err := config.Load[config.Common](opts)
	require.NoError(t, err)
	plain, err := config.Load[config.Common](env(nil))
	require.NoError(t, err)
	require.Equal(t, plain, copied)

	uncommented := strings.ReplaceAll(text, "\n#", "\n") // prose lines begin with a space after that
	var lines []string
	for line := range strings.Lines(uncommented) {
		if line[0] >= 'A' && line[0] <= 'Z' && strings.Contains(line, "=") {
			lines = append(lines, line)
		}
	}
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600))
	copied, err = config.Load[config.Common](opts)
	require.NoError(t, err)
	require.Equal(t, plain, copied, "the values shown are the defaults")
}

func TestReplaceTableNeedsItsMarkers(t *testing.T) {
	page := "a\n" + config.TableBegin + "\nold\n" + config.TableEnd + "\nb"
	out, err := config.ReplaceTable(page, "new\n")
	require.NoError(t, err)
	require.Equal(t, "a\n"+config.TableBegin+"\nnew\n"+config.TableEnd+"\nb", out)
	for _, bad := range []string{"", config.TableBegin, config.TableEnd + config.TableBegin, page + page} {
		_, err := config.ReplaceTable(bad, "")
		require.Error(t, err)
	}
}

func TestTranslationGroups(t *testing.T) {
	c, err := config.Load[config.Common](env(nil))
	require.NoError(t, err)
	require.Equal(t, config.Translation{CacheTTL: 24 * time.Hour}, c.Translation)
	require.Equal(t, config.Redis{Port: 6379, DBSession: 2, DBTranslation: 3}, c.Redis)
	require.Equal(t, config.Engines{}, c.Engines)
	for set, missing := range map[string]string{
		"TRANSLATION_BHASHINI_USER_ID": "TRANSLATION_BHASHINI_API_KEY", "TRANSLATION_BHASHINI_API_KEY": "TRANSLATION_BHASHINI_USER_ID",
	} {
		_, err := config.Load[config.Common](env(map[string]string{set: "something-secret"}))
		require.ErrorContains(t, err, missing+": found nothing")
		require.NotContains(t, err.Error(), "something-secret")
	}
	_, err = config.Load[config.Common](env(map[string]string{"TRANSLATION_SERVICE_URL": "translation:8004"}))
	require.ErrorContains(t, err, "TRANSLATION_SERVICE_URL")
}

func TestLangfuseAndItsKeysStandTogether(t *testing.T) {
	all := map[string]string{"LANGFUSE_HOST": "https://langfuse.example.org", "LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": secret}
	for _, vars := range []map[string]string{nil, all} {
		_, err := config.Load[config.Langfuse](env(vars))
		require.NoError(t, err)
	}
	for missing := range all {
		vars := maps.Clone(all)
		delete(vars, missing)
		_, err := config.Load[config.Langfuse](env(vars))
		require.ErrorContains(t, err, missing+": found nothing")
		require.NotContains(t, err.Error(), secret)
	}
}
