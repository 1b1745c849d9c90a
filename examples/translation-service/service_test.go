package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatetest"
)

// routes are what the service has, besides its documentation.
var routes = []struct{ method, path string }{
	{"POST", "/translate"}, {"POST", "/translate/batch"}, {"POST", "/detect"}, {"POST", "/transliterate"}, {"GET", "/health"}, {"GET", "/metrics"},
}

func TestWithNothingConfigured(t *testing.T) {
	s := start(t, nil)
	got := s.Post("/detect", map[string]any{"text": "taj mahal kisne banwaya tha"})
	require.Equal(t, []any{"hi", "Latn"}, []any{got["language"], got["script"]})
	got = s.Post("/transliterate", map[string]any{"text": "नमस्ते", "source_script": "Deva", "target_script": "Gujr"})
	require.Equal(t, "નમસ્તે", got["text"])

	got = s.Post("/translate", map[string]any{"text": "नमस्ते दुनिया", "target_language": "ur"})
	require.Equal(t, []any{"transliteration", "hi", "ur", false}, []any{got["kind"], got["source_language"], got["target_language"], got["cached"]})
	require.Equal(t, lang.Arabic, lang.ScriptOf(got["translated_text"].(string)))
	e := s.Refused("POST", "/translate", `{"text":"नमस्ते दुनिया","source_language":"hi","target_language":"ta"}`)
	require.Equal(t, "INVALID_LANGUAGE", e.Code)
	require.Contains(t, e.Message, "OPENAI_BASE_URL", "it says what is missing")
	require.Contains(t, e.Details, "supported")

	healthy, checks := s.health()
	require.True(t, healthy)
	require.Equal(t, "unhealthy", checks["translator"].Status)
	require.False(t, *checks["translator"].Critical)
	require.Contains(t, checks["translator"].Error, "no translation engine")
}

func TestRoutesAndDocument(t *testing.T) {
	s := start(t, nil)
	status, body := s.Call("GET", "/openapi.json", "")
	require.Equal(t, 200, status)
	doc, err := openapi3.NewLoader().LoadFromData(body)
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()))
	require.Equal(t, len(routes), doc.Paths.Len())
	for _, r := range routes {
		require.NotNil(t, doc.Paths.Find(r.path).GetOperation(r.method), r.path)
		require.Equal(t, "METHOD_NOT_ALLOWED", s.Refused("PATCH", r.path, "{}").Code)
		if r.method == "POST" {
			for _, bad := range []string{"", "{", "[]", "{\"text\":\"\xff\"}", `{"text":7}`, `{"texts":7}`} {
				require.Equal(t, "INVALID_REQUEST", s.Refused("POST", r.path, bad).Code, "%s %q", r.path, bad)
			}
		}
	}
	require.Equal(t, "NOT_FOUND", s.Refused("GET", "/nothing", "").Code)
	status, body = s.Call("GET", "/docs", "")
	require.Equal(t, 200, status)
	require.Contains(t, string(body), "/openapi.json")
}

func TestAModelTranslatesAndTheMemoryKeeps(t *testing.T) {
	m := newModelServer(t)
	s := start(t, withModel(m))
	body := map[string]any{"text": "Where is the museum?", "target_language": "hi"}
	first := s.Post("/translate", body)
	require.Equal(t, translatetest.Echo("Where is the museum?", lang.Devanagari), first["translated_text"])
	require.Equal(t, []any{"en", "llmtranslate", false}, []any{first["source_language"], first["engine"], first["cached"]})
	again := s.Post("/translate", body)
	require.Equal(t, []any{first["translated_text"], true}, []any{again["translated_text"], again["cached"]})
	body["source_language"] = "en"
	require.Equal(t, true, s.Post("/translate", body)["cached"], "a language that was found is the same as one that was said")
	require.EqualValues(t, 1, m.calls.Load())
	require.EqualValues(t, 2, s.Metric("translation_cache_hit_total"))
	require.EqualValues(t, 3, s.Metric("translation_duration_seconds_count"))
	_, checks := s.health()
	require.Equal(t, "healthy", checks["translator-llmtranslate"].Status)
	require.NotContains(t, s.Logs.String(), "museum")

	long := s.Post("/translate", map[string]any{"text": "Long ago. " + strings.Repeat("It was a dark night. ", 500), "source_language": "en", "target_language": "hi"})
	require.Equal(t, "translation", long["kind"], "long texts are cut for the model")
}

func TestEveryEngineThatIsNamedIsThere(t *testing.T) {
	m := newModelServer(t)
	env := withModel(m)
	for k, v := range map[string]string{
		"TRANSLATION_INDICTRANS_URL": m.url, "TRANSLATION_LIBRETRANSLATE_URL": m.url, "TRANSLATION_BHASHINI_USER_ID": "somebody", "TRANSLATION_BHASHINI_API_KEY": "secret-key",
		"TRANSLATION_AWS": "true", "AWS_REGION": "ap-south-1", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none",
	} {
		env[k] = v
	}
	environment(t, env)
	cfg, _, err := load(t.Context())
	require.NoError(t, err)
	list, err := engines(t.Context(), cfg, nil)
	require.NoError(t, err)
	var names []string
	for _, e := range list {
		names = append(names, e.name)
		require.NoError(t, e.close())
	}
	require.Equal(t, []string{"indictrans", "bhashini", "llmtranslate", "libretranslate", "awstranslate"}, names)
}

func TestApertiumIsUsedWhereItIsInstalled(t *testing.T) {
	if _, err := exec.LookPath("apertium"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("apertium is not installed")
		}
		t.Skip("apertium is not installed (Debian: apertium apertium-urd-hin)")
	}
	s := start(t, map[string]string{"PATH": os.Getenv("PATH")})
	got := s.Post("/translate", map[string]any{"text": "یہ کتاب ہے۔", "source_language": "ur", "target_language": "hi"})
	require.Equal(t, []any{"ये किताब है।", "translation", "apertium"}, []any{got["translated_text"], got["kind"], got["engine"]})
	e := s.Refused("POST", "/translate", `{"text":"नमस्ते","source_language":"hi","target_language":"ta"}`)
	require.Equal(t, []any{"ur"}, e.Details["supported"])
	_, checks := s.health()
	require.Equal(t, "healthy", checks["translator-apertium"].Status)
}
