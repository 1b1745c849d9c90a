package bhashini_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/bhashini"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const configPath = "/ulca/apis/v0/model/getModelsPipeline"

// platform is a scripted stand-in for Bhashini, modelled on the documentation at
// bhashini.gitbook.io/bhashini-apis (config and compute calls, their payloads and
// responses) and, for transliteration and txt-lang-detection, on the ULCA schemas.
type platform struct {
	mu      sync.Mutex
	configs []string          // task types of the config calls
	tasks   []json.RawMessage // pipelineTasks of the compute calls
	key     string            // that compute calls have to carry now
	header  string            // in which
	url     string            // callbackUrl; empty: the caller's own address
}

func newPlatform() *platform { return &platform{key: translatetest.Secret, header: "Authorization"} }

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case configPath:
		p.config(w, r)
	case "/services/inference/pipeline":
		p.compute(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (p *platform) config(w http.ResponseWriter, r *http.Request) {
	var body struct {
		PipelineTasks         []struct{ TaskType string }
		PipelineRequestConfig struct{ PipelineID string }
	}
	if json.NewDecoder(r.Body).Decode(&body) != nil || len(body.PipelineTasks) != 1 || body.PipelineRequestConfig.PipelineID != bhashini.DefaultPipelineID ||
		r.Header.Get("userID") != "me" || r.Header.Get("ulcaApiKey") != translatetest.Secret {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	task := body.PipelineTasks[0].TaskType
	p.configs = append(p.configs, task)
	callback := p.url
	if callback == "" {
		callback = "http://" + r.Host + "/services/inference/pipeline"
	}
	services := map[string]string{
		"translation": `{"serviceId":"ai4bharat/indictrans-v2-all-gpu--t4","modelId":"1","language":{"sourceLanguage":"en","sourceScriptCode":"Latn","targetLanguage":"hi","targetScriptCode":"Deva"}},
			{"serviceId":"gom","modelId":"2","language":{"sourceLanguage":"en","targetLanguage":"gom"}},
			{"serviceId":"other","modelId":"3","language":{"sourceLanguage":"fr","targetLanguage":"en"}}`,
		"transliteration":    `{"serviceId":"ai4bharat/indicxlit","modelId":"4","language":{"sourceLanguage":"en","targetLanguage":"hi"}}`,
		"txt-lang-detection": `{"serviceId":"bhashini/indic-lang-detection-all","modelId":"5"}`,
		"asr":                `{"serviceId":"ai4bharat/conformer-hi-gpu--t4","modelId":"6","language":{"sourceLanguage":"hi"},"domain":["general"]}`,
	}[task]
	fmt.Fprintf(w, `{"languages":[],"pipelineResponseConfig":[{"taskType":%q,"config":[%s]}],"pipelineInferenceAPIEndPoint":
		{"callbackUrl":%q,"inferenceApiKey":{"name":%q,"value":%q},"isMultilingualEnabled":true,"isSyncApi":true}}`, task, services, callback, p.header, p.key)
}

func (p *platform) compute(w http.ResponseWriter, r *http.Request) {
	var body struct {
		PipelineTasks json.RawMessage
		InputData     struct {
			Input []struct{ Source string }
			Audio []struct{ AudioContent string }
		}
		ControlConfig *struct{ DataTracking *bool }
	}
	var tasks []struct {
		TaskType string
		Config   struct {
			Language struct{ TargetLanguage string }
		}
	}
	err := json.NewDecoder(r.Body).Decode(&body)
	_ = json.Unmarshal(body.PipelineTasks, &tasks)
	switch {
	case r.Header.Get(p.header) != p.key:
		w.WriteHeader(http.StatusForbidden)
		return
	case err != nil || len(tasks) == 0 || body.ControlConfig == nil || body.ControlConfig.DataTracking == nil || *body.ControlConfig.DataTracking,
		strings.Contains(fmt.Sprint(body.InputData.Input), translatetest.Poison):
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.tasks = append(p.tasks, body.PipelineTasks)
	var outputs []any
	for _, task := range tasks {
		made := []any{}
		for _, in := range body.InputData.Input {
			out := map[string]any{"source": in.Source}
			target := translatetest.Echo(in.Source, lang.Code(task.Config.Language.TargetLanguage).Script())
			switch task.TaskType {
			case "translation":
				out["target"] = target
			case "transliteration":
				out["target"] = []string{target, "दूसरा", target, "तीसरा"}
			case "txt-lang-detection":
				out["langPrediction"] = []map[string]any{{"langCode": "ur", "scriptCode": "Arab", "langScore": 4.0},
					{"langCode": "hi", "scriptCode": "Deva", "langScore": 96.0}, {"langCode": "fr", "scriptCode": "Latn", "langScore": 1.0}}
			}
			made = append(made, out)
		}
		for range body.InputData.Audio {
			made = append(made, map[string]any{"source": "मेरा नाम"})
		}
		outputs = append(outputs, map[string]any{"taskType": task.TaskType, "config": nil, "output": made, "audio": nil})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"pipelineResponse": outputs})
}

func newClient(t testing.TB, base string, timeout time.Duration) *bhashini.Client {
	c, err := bhashini.New(bhashini.Config{UserID: "me", APIKey: translatetest.Secret, ConfigURL: base + configPath}, &bhashini.Options{
		HTTP: &httpkit.ClientOptions{Backoff: time.Millisecond, Timeout: timeout, BreakerFailures: -1}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// open gives a client of the platform.
func open(t testing.TB, p http.Handler) *bhashini.Client {
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	return newClient(t, s.URL, time.Minute)
}

var subject = translatetest.Subject{Source: lang.English, Target: lang.Hindi, Unknown: translate.Pair{Source: lang.Hindi, Target: lang.Bengali}, Poisoned: true}

func TestTranslator(t *testing.T) {
	translatetest.TestTranslator(t, func(t *testing.T) *translatetest.Subject {
		s := subject
		s.Translator = open(t, newPlatform()).Translator()
		return &s
	})
}

func TestRemote(t *testing.T) {
	translatetest.TestRemote(t, &translatetest.Remote{Service: newPlatform(), Texts: 60,
		New: func(t *testing.T, base string) translate.Translator {
			return newClient(t, base, 500*time.Millisecond).Translator()
		}}, subject)
}

func TestTheConfigIsAskedForOnceATask(t *testing.T) {
	p := newPlatform()
	c := open(t, p)
	for range 3 {
		_, err := c.Translator().Translate(t.Context(), &translate.Request{Texts: []string{"Hello"}, Source: lang.English, Target: lang.Konkani})
		require.NoError(t, err)
		_, err = c.Detector().Detect(t.Context(), "नमस्ते")
		require.NoError(t, err)
	}
	require.Equal(t, []string{"translation", "txt-lang-detection"}, p.configs)
	require.JSONEq(t, `[{"taskType":"translation","config":{"language":{"sourceLanguage":"en","targetLanguage":"gom"},"serviceId":"gom"}}]`, string(p.tasks[0]))
	pairs, err := c.Translator().Pairs(t.Context())
	require.NoError(t, err)
	require.Equal(t, []translate.Pair{{Source: lang.English, Target: lang.Hindi}, {Source: lang.English, Target: lang.Konkani}}, pairs)
}

func TestANewKeyAndHeaderAreFetchedWhenTheOldAreRefused(t *testing.T) {
	p := newPlatform()
	c := open(t, p)
	req := &translate.Request{Texts: []string{"Hello"}, Source: lang.English, Target: lang.Hindi}
	_, err := c.Translator().Translate(t.Context(), req)
	require.NoError(t, err)
	p.mu.Lock()
	p.key, p.header = "another", "X-Inference-Key"
	p.mu.Unlock()
	_, err = c.Translator().Translate(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, p.configs, 2)
}

func TestAConfigAnswerThatWouldLeadAstrayIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(p *platform){
		"a header that decides how the message is read": func(p *platform) { p.header = "Content-Length" },
		"a header that is none":                         func(p *platform) { p.header = "X: y" },
		"no header":                                     func(p *platform) { p.header = "" },
		"no key":                                        func(p *platform) { p.key = "" },
		"an address that is none":                       func(p *platform) { p.url = "file:///etc/passwd" },
		"an address with a user":                        func(p *platform) { p.url = "http://a:b@127.0.0.1/" },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform()
			spoil(p)
			_, err := open(t, p).Translator().Translate(t.Context(), &translate.Request{Texts: []string{"Hello"}, Source: lang.English, Target: lang.Hindi})
			require.Equal(t, fault.Upstream, fault.CodeOf(err), "%v", err)
			require.NotContains(t, err.Error(), "passwd")
			require.Empty(t, p.tasks)
		})
	}
}

func TestDetector(t *testing.T) {
	d := open(t, newPlatform()).Detector()
	got, err := d.Detect(t.Context(), strings.Repeat("नमस्ते ", 1000)+"\xff")
	require.NoError(t, err)
	require.Equal(t, []translate.Detection{{Language: lang.Hindi, Script: lang.Devanagari, Confidence: .96}, {Language: lang.Urdu, Script: lang.Devanagari, Confidence: .04}}, got)
	none, err := d.Detect(t.Context(), "42 😀")
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestComputeRunsTasksInTheirOrder(t *testing.T) {
	p := newPlatform()
	out, err := open(t, p).Compute(t.Context(), []bhashini.Task{
		{Type: bhashini.ASR, Config: bhashini.TaskConfig{Language: &bhashini.Language{Source: "hi"}, AudioFormat: "wav", SamplingRate: 16000}},
		{Type: bhashini.Translation, Config: bhashini.TaskConfig{ServiceID: "mine", Language: &bhashini.Language{Source: "hi", Target: "mr"}}},
	}, bhashini.Input{Audio: []bhashini.Media{{AudioContent: "UklGRg=="}}})
	require.NoError(t, err)
	require.Equal(t, []bhashini.TaskType{bhashini.ASR, bhashini.Translation}, []bhashini.TaskType{out[0].Type, out[1].Type})
	require.Equal(t, "मेरा नाम", out[0].Texts[0].Source)
	require.JSONEq(t, `[{"taskType":"asr","config":{"language":{"sourceLanguage":"hi"},"serviceId":"ai4bharat/conformer-hi-gpu--t4","audioFormat":"wav","samplingRate":16000}},
		{"taskType":"translation","config":{"language":{"sourceLanguage":"hi","targetLanguage":"mr"},"serviceId":"mine"}}]`, string(p.tasks[0]))
	_, err = open(t, p).Compute(t.Context(), nil, bhashini.Input{})
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}

func TestTheConfigurationKeepsItsKey(t *testing.T) {
	cfg := bhashini.Config{UserID: "me", APIKey: translatetest.Secret}
	for _, text := range []string{fmt.Sprint(cfg), fmt.Sprintf("%+v %#v %s %d", cfg, cfg, cfg, cfg), cfg.LogValue().String()} {
		require.NotContains(t, text, translatetest.Secret)
	}
	b, err := json.Marshal(cfg)
	require.NoError(t, err)
	require.NotContains(t, string(b), translatetest.Secret)
	for _, bad := range []bhashini.Config{{}, {UserID: "me"}, {UserID: "me", APIKey: "k", ConfigURL: "bhashini.gov.in"}} {
		_, err := bhashini.New(bad, nil)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	}
}
