package indictrans_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/indictrans"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type tensor struct {
	Name     string   `json:"name"`
	Shape    []int    `json:"shape"`
	Datatype string   `json:"datatype"`
	Data     []string `json:"data"`
}

// server is a scripted stand-in for Triton with AI4Bharat's model repository,
// modelled on the REST part of the KServe v2 (Open Inference) protocol: inputs and
// outputs are named tensors with shape, datatype and row-major data; errors are
// {"error": "..."}. It holds requests to what the model's config.pbtxt says.
func server(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && r.URL.Path == "/v2/models/nmt/ready" {
		return // 200 without a body, as Triton answers
	}
	var body struct {
		Inputs  []tensor `json:"inputs"`
		Outputs []struct {
			Name string `json:"name"`
		} `json:"outputs"`
	}
	refuse := func(format string, args ...any) {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": fmt.Sprintf(format, args...)})
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.URL.Path != "/v2/models/nmt/infer" || r.Header.Get("Authorization") != "Bearer "+translatetest.Secret {
		refuse("bad call %s: %v", r.URL.Path, err)
		return
	}
	in := make(map[string][]string)
	n := len(body.Inputs[0].Data)
	for _, input := range body.Inputs {
		in[input.Name] = input.Data
		if input.Datatype != "BYTES" || len(input.Shape) != 2 || input.Shape[0] != n || input.Shape[1] != 1 || len(input.Data) != n || n > 32 {
			refuse("unexpected shape %v for input %q", input.Shape, input.Name)
			return
		}
	}
	out := tensor{Name: "OUTPUT_TEXT", Shape: []int{n, 1}, Datatype: "BYTES", Data: []string{}}
	for i, text := range in["INPUT_TEXT"] {
		_, script, ok := strings.Cut(in["OUTPUT_LANGUAGE_ID"][i], "_")
		if _, _, source := strings.Cut(in["INPUT_LANGUAGE_ID"][i], "_"); !ok || !source || strings.Contains(text, translatetest.Poison) {
			refuse("language pair not supported")
			return
		}
		out.Data = append(out.Data, translatetest.Echo(text, lang.Script(script)))
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"model_name": "nmt", "model_version": "1", "outputs": []tensor{out}})
}

func newTranslator(t testing.TB, base string, timeout time.Duration, opts indictrans.Options) *indictrans.Translator {
	opts.Token = translatetest.Secret
	opts.HTTP = &httpkit.ClientOptions{Backoff: time.Millisecond, Timeout: timeout, BreakerFailures: -1}
	tr, err := indictrans.New(base, &opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, tr.Close()) })
	return tr
}

func serve(t testing.TB, h http.HandlerFunc) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

var subject = translatetest.Subject{Source: lang.English, Target: lang.Hindi, Poisoned: true}

func TestTranslator(t *testing.T) {
	translatetest.TestTranslator(t, func(t *testing.T) *translatetest.Subject {
		s := subject
		s.Translator = newTranslator(t, serve(t, server), time.Minute, indictrans.Options{})
		return &s
	})
}

func TestRemote(t *testing.T) {
	translatetest.TestRemote(t, &translatetest.Remote{Service: http.HandlerFunc(server), Texts: 70,
		New: func(t *testing.T, base string) translate.Translator {
			return newTranslator(t, base, 500*time.Millisecond, indictrans.Options{})
		}}, subject)
}

func TestReady(t *testing.T) {
	require.NoError(t, newTranslator(t, serve(t, server), time.Minute, indictrans.Options{}).Ready(t.Context()))
	err := newTranslator(t, serve(t, server), time.Minute, indictrans.Options{Model: "other"}).Ready(t.Context())
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}

func TestEveryLanguageHasCodesOfTheModelsCard(t *testing.T) {
	seen := make(map[string]bool)
	for _, l := range lang.All() {
		for _, script := range l.Scripts {
			code := indictrans.FLORES(l.Code, script)
			require.True(t, strings.HasSuffix(code, "_"+string(script)), "%s %s: %q", l.Code, script, code)
			require.False(t, seen[code], code)
			seen[code] = true
			got, err := lang.Parse(code)
			require.NoError(t, err)
			require.Equal(t, l.Code, got)
		}
	}
	require.Len(t, seen, 26)
	require.Empty(t, indictrans.FLORES(lang.Hindi, lang.Arabic))
	for want, v := range map[string]struct {
		code   lang.Code
		script lang.Script
	}{"en": {lang.English, lang.Latin}, "gom": {lang.Konkani, lang.Devanagari}, "ks": {lang.Kashmiri, lang.Arabic}, "ks_Deva": {lang.Kashmiri, lang.Devanagari},
		"mni": {lang.Manipuri, lang.MeeteiMayek}, "mni_Beng": {lang.Manipuri, lang.BengaliScript}, "sd_Deva": {lang.Sindhi, lang.Devanagari}, "": {lang.Hindi, lang.Latin}} {
		require.Equal(t, want, indictrans.ISO(v.code, v.script))
	}
}

func TestScriptsAreTheTextsAndTheRequests(t *testing.T) {
	var got []tensor
	tr := newTranslator(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Inputs []tensor }
		_ = json.NewDecoder(r.Body).Decode(&body)
		got = body.Inputs
		_, _ = w.Write([]byte(`{"outputs":[{"name":"TEXTS","datatype":"BYTES","shape":[2],"data":["ক","খ"]}]}`))
	}), time.Minute, indictrans.Options{Flat: true, TextIn: "T", SourceIn: "S", TargetIn: "D", TextOut: "TEXTS", Version: "3"})
	_, err := tr.Translate(t.Context(), &translate.Request{Texts: []string{"सिन्धी", "سنڌي"}, Source: lang.Sindhi, Target: lang.Manipuri, Script: lang.BengaliScript})
	require.NoError(t, err)
	require.Equal(t, []tensor{{"T", []int{2}, "BYTES", []string{"सिन्धी", "سنڌي"}}, {"S", []int{2}, "BYTES", []string{"snd_Deva", "snd_Arab"}},
		{"D", []int{2}, "BYTES", []string{"mni_Beng", "mni_Beng"}}}, got)
	_, err = tr.Translate(t.Context(), &translate.Request{Texts: []string{"Hello"}, Source: lang.English, Target: lang.Punjabi, Script: lang.Arabic})
	require.ErrorIs(t, err, translate.ErrUnsupported)
}
