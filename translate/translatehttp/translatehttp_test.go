package translatehttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
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
	"github.com/akshara-go/akshara/translate/detect"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatehttp"
	"github.com/akshara-go/akshara/translate/translatetest"
	"github.com/akshara-go/akshara/translate/translit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is an engine that translates English to and from Hindi and Tamil.
func fake() *translatetest.Fake {
	return &translatetest.Fake{Engine: translate.Engine{Name: "fake", HTML: true, Auto: true, Glossary: true, BatchTexts: 16,
		Pairs: translate.AllPairs(lang.English, lang.Hindi, lang.Tamil)}}
}

// scripts is the transliterator of these tests.
func scripts(code lang.Code) translate.Transliterator {
	return translit.New(&translit.Options{Language: code})
}

// newKit makes a service's routes.
func newKit(s *translatehttp.Service) *httpkit.Kit {
	kit := httpkit.New(&httpkit.Options{Service: "translation-service", Version: "test"})
	translatehttp.Register(kit, s, nil)
	return kit
}

// whole is a service that has everything.
func whole() *translatehttp.Service {
	return &translatehttp.Service{Translator: translate.NewDetected(fake(), detect.New()), Detector: detect.New(), Transliterator: scripts}
}

// serve starts a server and gives its address.
func serve(tb testing.TB, h http.Handler) string {
	server := httptest.NewServer(h)
	tb.Cleanup(server.Close)
	return server.URL
}

// newClient makes a client that tries again soon.
func newClient(tb testing.TB, base string) *translatehttp.Client {
	tb.Helper()
	c, err := translatehttp.NewClient(base, &httpkit.ClientOptions{Attempts: 3, Backoff: 2 * time.Millisecond, Timeout: 500 * time.Millisecond, MaxAnswerBytes: 256 << 10, BreakerFailures: -1})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, c.Close()) })
	return c
}

// patient is a client that waits for large texts on a busy machine.
func patient(tb testing.TB, base string) *translatehttp.Client {
	tb.Helper()
	c, err := translatehttp.NewClient(base, &httpkit.ClientOptions{Timeout: time.Minute})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, c.Close()) })
	return c
}

// call sends a body (marshalled, or as it is when it is a string) and gives the status and the answer.
func call(tb testing.TB, base, path string, body any) (int, map[string]any) {
	tb.Helper()
	data, ok := body.(string)
	if !ok {
		b, err := json.Marshal(body)
		require.NoError(tb, err)
		data = string(b)
	}
	res, err := http.Post(base+path, "application/json", strings.NewReader(data))
	require.NoError(tb, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(tb, err)
	http.DefaultClient.CloseIdleConnections()
	var out map[string]any
	require.NoError(tb, json.Unmarshal(raw, &out), string(raw))
	return res.StatusCode, out
}

// ok demands an answer.
func ok(tb testing.TB, base, path string, body any) map[string]any {
	tb.Helper()
	status, out := call(tb, base, path, body)
	require.Equal(tb, 200, status, "%v", out)
	return out
}

// refused demands the contract's error and gives its inside.
func refused(tb testing.TB, base, path string, body any, code fault.Code) map[string]any {
	tb.Helper()
	status, out := call(tb, base, path, body)
	require.Equal(tb, code.HTTPStatus(), status, "%v", out)
	require.Len(tb, out, 1)
	e := out["error"].(map[string]any)
	require.EqualValues(tb, code, e["code"], "%v", e)
	require.NotEmpty(tb, e["message"])
	require.NotEmpty(tb, e["request_id"])
	return e
}

// detail gives a detail of an error.
func detail(e map[string]any, name string) any { return e["details"].(map[string]any)[name] }

func TestClientIsATranslator(t *testing.T) {
	translatetest.TestTranslator(t, func(t *testing.T) *translatetest.Subject {
		return &translatetest.Subject{Translator: patient(t, serve(t, newKit(&translatehttp.Service{Translator: translate.NewGlossed(fake(), nil)}))), Source: lang.English, Target: lang.Hindi,
			HTML: true, Glossary: true, Auto: true, Poisoned: true, Unknown: translate.Pair{Source: lang.Hindi, Target: lang.Bengali}}
	})
}

func TestClientComesThroughBadHours(t *testing.T) {
	translatetest.TestRemote(t, &translatetest.Remote{
		Service: newKit(&translatehttp.Service{Translator: fake()}),
		New:     func(t *testing.T, base string) translate.Translator { return newClient(t, base) },
		Texts:   150,
	}, translatetest.Subject{Source: lang.English, Target: lang.Hindi})
}

func TestTranslate(t *testing.T) {
	base := serve(t, newKit(whole()))
	got := ok(t, base, "/translate", map[string]any{"text": "Where is the museum?", "source_language": "en", "target_language": "hi"})
	require.Equal(t, map[string]any{"translated_text": translatetest.Echo("Where is the museum?", lang.Devanagari), "source_language": "en",
		"target_language": "hi", "cached": false, "kind": "translation", "engine": "fake"}, got)

	for name, source := range map[string]any{"found": "auto", "missing": nil, "by another code": "eng", "by name": "English"} {
		body := map[string]any{"text": "Where is the museum?", "target_language": "hin-Deva"}
		if source != nil {
			body["source_language"] = source
		}
		got := ok(t, base, "/translate", body)
		require.Equal(t, []any{"en", "hi"}, []any{got["source_language"], got["target_language"]}, name)
	}
	for _, text := range []string{"", " \n", "42", "😀"} {
		got := ok(t, base, "/translate", map[string]any{"text": text, "target_language": "hi"})
		require.Equal(t, []any{text, "unchanged", ""}, []any{got["translated_text"], got["kind"], got["source_language"]})
	}
}

func TestTranslateKnowsBodoByItsOldCode(t *testing.T) {
	f := fake()
	f.Engine.Pairs = nil
	base := serve(t, newKit(&translatehttp.Service{Translator: f}))
	got := ok(t, base, "/translate", map[string]any{"text": "One", "source_language": "en", "target_language": "bo"})
	require.Equal(t, "brx", got["target_language"])
	got = ok(t, base, "/translate/batch", map[string]any{"texts": []string{"नमस्ते"}, "source_language": "bo", "target_language": "en"})
	require.Equal(t, "brx", got["source_language"])
}

func TestTranslateRefuses(t *testing.T) {
	base := serve(t, newKit(whole()))
	e := refused(t, base, "/translate", map[string]any{"text": "नमस्ते", "source_language": "hi", "target_language": "bn"}, fault.InvalidLanguage)
	require.Equal(t, []any{"en", "ta"}, detail(e, "supported"), "it says what there is from Hindi")
	e = refused(t, base, "/translate", map[string]any{"text": "Hello", "source_language": "xx", "target_language": "hi"}, fault.InvalidLanguage)
	require.Equal(t, "source_language", detail(e, "field"))
	require.Len(t, detail(e, "supported"), 23)
	e = refused(t, base, "/translate", map[string]any{"text": "Hello", "target_language": "auto"}, fault.InvalidLanguage)
	require.Equal(t, "target_language", detail(e, "field"))
	e = refused(t, base, "/translate", map[string]any{"text": strings.Repeat("a", translate.MaxTextBytes+1), "target_language": "hi"}, fault.PayloadTooLarge)
	require.Equal(t, "text", detail(e, "field"))
	refused(t, base, "/translate", map[string]any{"text": strings.Repeat("a", translatehttp.MaxBodyBytes), "target_language": "hi"}, fault.PayloadTooLarge)
	e = refused(t, base, "/translate", map[string]any{"text": translatetest.Poison, "source_language": "en", "target_language": "hi"}, fault.InvalidRequest)
	require.Equal(t, "the engine refuses the text", e["message"])
	e = refused(t, base, "/translate/batch", map[string]any{"texts": make([]string, translate.MaxTexts+1), "target_language": "hi"}, fault.InvalidRequest)
	require.Equal(t, "texts", detail(e, "field"))
	for body, field := range map[string]string{
		`{"target_language":"hi"}`:                              "text",
		`{"text":"Hello"}`:                                      "target_language",
		`{"text":7,"target_language":"hi"}`:                     "text",
		`{"text":"Hello","target_language":["hi"]}`:             "target_language",
		`{"text":"Hello","target_language":"hi","format":"md"}`: "format",
		`{"text":"Hello","target_language":"hi","speed":9}`:     "speed",
	} {
		require.Equal(t, field, detail(refused(t, base, "/translate", body, fault.InvalidRequest), "field"), body)
	}
	for _, body := range []string{"", "{", "null", `["Hello"]`, "{\"text\":\"\xff\",\"target_language\":\"hi\"}", `{"text":"a\u0000b","target_language":"hi"}`} {
		refused(t, base, "/translate", body, fault.InvalidRequest)
	}
	for _, texts := range []string{`"Hello"`, `[1]`, `{"a":"b"}`} {
		refused(t, base, "/translate/batch", `{"texts":`+texts+`,"target_language":"hi"}`, fault.InvalidRequest)
	}
}

// strange are texts that are kept and bounded, whatever is asked about them.
var strange = map[string]string{
	"control characters":     "a\x01b\x1b[31m\u0085\u2028 Hello",
	"emoji":                  "👩‍👩‍👧 🇮🇳 👍🏽",
	"HTML":                   `<p class="x">Hello <b>world</b></p>`,
	"both directions":        "یہ کتاب ہے۔ Hello \u2067यह\u2069 123",
	"lone marks":             "\u0941\u094d\u200d",
	"ten thousand marks":     "क" + strings.Repeat("़", 10_000),
	"unassigned code points": "\U000e0fff\uffff\u0378 Hello",
	"a megabyte":             strings.Repeat("यह किताब है। ", translate.MaxTextBytes/len("यह किताब है। ")),
}

func TestStrangeTextsDoNoHarm(t *testing.T) {
	base := serve(t, newKit(whole()))
	for name, text := range strange {
		got := ok(t, base, "/translate/batch", map[string]any{"texts": []string{text}, "source_language": "en", "target_language": "hi"})
		require.Len(t, got["translations"], 1, name)
		got = ok(t, base, "/transliterate", map[string]any{"text": text, "target_script": "Gujr", "top_k": 3})
		require.LessOrEqual(t, len(got["text"].(string)), translit.MaxGrowth*len(text), name)
		got = ok(t, base, "/detect", map[string]any{"text": text})
		require.Contains(t, got, "language", name)
	}
}

func TestBatch(t *testing.T) {
	base := serve(t, newKit(whole()))
	got := ok(t, base, "/translate/batch", map[string]any{"texts": []string{"Where is the museum?", "42", translatetest.Poison}, "source_language": "en", "target_language": "hi"})
	require.Equal(t, []any{"en", "hi", "fake"}, []any{got["source_language"], got["target_language"], got["engine"]})
	texts := got["translations"].([]any)
	require.Equal(t, map[string]any{"text": translatetest.Echo("Where is the museum?", lang.Devanagari), "cached": false, "source_language": "en",
		"kind": "translation", "engine": "fake"}, texts[0])
	require.Equal(t, map[string]any{"text": "42", "cached": false, "source_language": "en", "kind": "unchanged"}, texts[1])
	failed := texts[2].(map[string]any)
	require.Equal(t, "", failed["text"])
	require.Equal(t, map[string]any{"code": "INVALID_REQUEST", "message": "the engine refuses the text"}, failed["error"])

	found := func(texts ...string) any {
		t.Helper()
		return ok(t, base, "/translate/batch", map[string]any{"texts": texts, "target_language": "ta"})["source_language"]
	}
	require.Equal(t, "en", found("Where is the museum?", "42", "The tickets are sold at the gate."))
	require.Equal(t, "auto", found("Where is the museum?", "ताजमहल किसने बनवाया था?"), "each text says its own")
	require.Equal(t, []any{}, ok(t, base, "/translate/batch", map[string]any{"texts": []string{}, "target_language": "ta"})["translations"])
	refused(t, base, "/translate/batch", map[string]any{"texts": []string{translatetest.Poison, translatetest.Poison + " two"}, "source_language": "en", "target_language": "hi"}, fault.InvalidRequest)
}

func TestAStandInIsMarkedOnTheWireAndBehindIt(t *testing.T) {
	close := translate.NewCloseScript(translate.None{Reason: "there is none here"}, scripts("").Transliterate, nil)
	base := serve(t, newKit(&translatehttp.Service{Translator: translate.NewDetected(close, detect.New())}))
	got := ok(t, base, "/translate", map[string]any{"text": "नमस्ते दुनिया", "target_language": "ur"})
	require.Equal(t, []any{"transliteration", "transliteration", "hi"}, []any{got["kind"], got["engine"], got["source_language"]})
	require.Equal(t, lang.Arabic, lang.ScriptOf(got["translated_text"].(string)))
	e := refused(t, base, "/translate", map[string]any{"text": "नमस्ते दुनिया", "source_language": "hi", "target_language": "ta"}, fault.InvalidLanguage)
	require.Contains(t, e["message"], "there is none here")

	c := newClient(t, base)
	res, err := c.Translate(t.Context(), &translate.Request{Texts: []string{"नमस्ते दुनिया"}, Source: lang.Hindi, Target: lang.Urdu})
	require.NoError(t, err)
	require.Equal(t, translate.Transliterated, res.Texts[0].Kind)
	_, err = c.Translate(t.Context(), &translate.Request{Texts: []string{"नमस्ते दुनिया"}, Source: lang.Hindi, Target: lang.Tamil})
	require.ErrorIs(t, err, translate.ErrUnsupported)
	require.NotContains(t, fault.From(err).Details, "unsupported", "the details are those that the engine gave")
}

func TestDetect(t *testing.T) {
	base := serve(t, newKit(whole()))
	for text, want := range map[string][]any{
		"ताजमहल किसने बनवाया था?":          {"hi", "Deva"},
		"taj mahal kisne banwaya tha":      {"hi", "Latn"},
		"Where is the museum?":             {"en", "Latn"},
		"":                                 {"", ""},
		"1,00,000":                         {"", ""},
		"泰姬陵在哪里":                           {"", string(lang.OtherScript)},
		"Où est le musée des beaux-arts ?": {"", "Latn"},
	} {
		got := ok(t, base, "/detect", map[string]any{"text": text})
		require.Equal(t, want, []any{got["language"], got["script"]}, text)
		if want[0] == "" {
			require.Equal(t, []any{0.0, []any{}}, []any{got["confidence"], got["candidates"]}, text)
			continue
		}
		require.Greater(t, got["confidence"], 0.4, text)
		require.Equal(t, got["confidence"], got["candidates"].([]any)[0].(map[string]any)["confidence"])
	}
	refused(t, base, "/detect", `{}`, fault.InvalidRequest)
	e := refused(t, base, "/detect", map[string]any{"text": strings.Repeat("a", translate.MaxTextBytes+1)}, fault.PayloadTooLarge)
	require.Equal(t, "text", detail(e, "field"))
}

func TestClientIsADetector(t *testing.T) {
	local := detect.New()
	c := patient(t, serve(t, newKit(whole())))
	texts := []string{"ताजमहल किसने बनवाया था?", "taj mahal", "", "42", "泰姬陵", "a\xff\xfeb Where is the museum?", "a\x00b यह किताब है", "क" + strings.Repeat("़", 10_000),
		strings.Repeat("यह किताब है। ", 60_000)}
	for _, text := range texts {
		got, err := c.Detect(t.Context(), text)
		require.NoError(t, err)
		want, err := local.Detect(t.Context(), strings.ReplaceAll(strings.ToValidUTF8(text, " "), "\x00", " "))
		require.NoError(t, err)
		require.Len(t, got, len(want))
		for i := range want {
			require.Equal(t, want[i].Language, got[i].Language)
			require.Equal(t, want[i].Script, got[i].Script)
			require.InDelta(t, want[i].Confidence, got[i].Confidence, 1e-9)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Detect(ctx, texts[0])
	require.ErrorIs(t, err, context.Canceled)
}

func TestTransliterate(t *testing.T) {
	base := serve(t, newKit(whole()))
	got := ok(t, base, "/transliterate", map[string]any{"text": "नमस्ते, दुनिया!", "source_script": "Deva", "target_script": "Gujr", "top_k": 5})
	require.Equal(t, "નમસ્તે, દુનિયા!", got["text"])
	require.Equal(t, []any{map[string]any{"text": "નમસ્તે, દુનિયા!", "score": 1.0}}, got["candidates"], "there is one way")
	got = ok(t, base, "/transliterate", map[string]any{"text": "नमस्ते", "target_script": "Gujr"})
	require.Equal(t, "નમસ્તે", got["text"], "the script is found")

	got = ok(t, base, "/transliterate", map[string]any{"text": "namaste", "language": "hi", "source_script": "Latn", "target_script": "Deva", "top_k": 5})
	word := got["candidates"].([]any)
	require.Len(t, word, 5)
	require.Equal(t, got["text"], word[0].(map[string]any)["text"])
	require.Equal(t, "नमस्ते", got["text"])
	got = ok(t, base, "/transliterate", map[string]any{"text": "namaste", "target_script": "Deva"})
	require.Len(t, got["candidates"], 1, "top_k is 1 where nothing else is said")

	got = ok(t, base, "/transliterate", map[string]any{"text": " namaste, duniya! 42\n", "language": "hi", "target_script": "Deva", "top_k": 4})
	require.Equal(t, " नमस्ते, दुनिया! 42\n", got["text"])
	before := 2.0
	for _, c := range got["candidates"].([]any) {
		score := c.(map[string]any)["score"].(float64)
		require.LessOrEqual(t, score, before)
		before = score
	}
	bengali := ok(t, base, "/transliterate", map[string]any{"text": "bhasha", "language": "bn", "target_script": "Beng"})["text"]
	require.Equal(t, lang.BengaliScript, lang.ScriptOf(bengali.(string)))
	for _, text := range []string{"<b>namaste</b> duniya", strings.Repeat("namaste ", 40)} {
		got = ok(t, base, "/transliterate", map[string]any{"text": text, "language": "hi", "target_script": "Deva", "top_k": 4})
		require.Len(t, got["candidates"], 1)
		require.Contains(t, got["text"], "नमस्ते")
		require.Equal(t, strings.Contains(text, "<b>"), strings.Contains(got["text"].(string), "<b>"))
	}
	for _, text := range []string{"", "42 !", "😀"} {
		require.Equal(t, text, ok(t, base, "/transliterate", map[string]any{"text": text, "target_script": "Deva"})["text"])
		require.Equal(t, text, ok(t, base, "/transliterate", map[string]any{"text": text, "source_script": "Latn", "target_script": "Deva"})["text"])
	}
}

func TestTransliterateRefuses(t *testing.T) {
	base := serve(t, newKit(whole()))
	for field, body := range map[string]map[string]any{
		"target_script": {"text": "namaste", "target_script": "Xxxx"},
		"source_script": {"text": "namaste", "source_script": "Xxxx", "target_script": "Deva"},
		"language":      {"text": "namaste", "target_script": "Deva", "language": "fr"},
	} {
		e := refused(t, base, "/transliterate", body, fault.InvalidLanguage)
		require.Equal(t, field, detail(e, "field"))
		require.NotEmpty(t, detail(e, "supported"))
	}
	refused(t, base, "/transliterate", map[string]any{"text": "42", "target_script": "Xxxx"}, fault.InvalidLanguage)
	refused(t, base, "/transliterate", map[string]any{"text": "42", "source_script": "Latn", "target_script": "Xxxx"}, fault.InvalidLanguage)
	refused(t, base, "/transliterate", map[string]any{"text": "namaste"}, fault.InvalidRequest)
	for _, k := range []int{0, -1, translatehttp.MaxTopK + 1} {
		e := refused(t, base, "/transliterate", map[string]any{"text": "namaste", "target_script": "Deva", "top_k": k}, fault.InvalidRequest)
		require.Equal(t, "top_k", detail(e, "field"))
	}
	refused(t, base, "/transliterate", map[string]any{"text": strings.Repeat("a", translate.MaxTextBytes+1), "target_script": "Deva"}, fault.PayloadTooLarge)
}

// newTransliterator gives what is tested as a transliterator: a client of a service that has translit's.
func newTransliterator(t *testing.T) translate.CandidateTransliterator {
	return patient(t, serve(t, newKit(&translatehttp.Service{Transliterator: scripts})))
}

func TestClientPassesTheTransliteratorsSuite(t *testing.T) {
	translatetest.TestTransliterator(t, func(t *testing.T) *translatetest.TransliteratorSubject {
		service := &translatehttp.Service{Transliterator: func(lang.Code) translate.Transliterator { return echo{} }}
		return &translatetest.TransliteratorSubject{Transliterator: patient(t, serve(t, newKit(service))), From: lang.Latin, To: lang.Devanagari, Language: lang.Hindi,
			Echo: true, Unknown: [2]lang.Script{lang.Latin, lang.OlChiki}}
	})
}

func TestClientIsATransliterator(t *testing.T) {
	c, local := newTransliterator(t), translit.New(nil)
	for _, text := range []string{"", "42", "नमस्ते दुनिया", "नमस्ते <b>book</b> 书"} {
		got, err := c.Transliterate(t.Context(), text, lang.Devanagari, lang.TamilScript)
		require.NoError(t, err)
		want, err := local.Transliterate(t.Context(), text, lang.Devanagari, lang.TamilScript)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	got, err := c.Candidates(t.Context(), "bharat", lang.Hindi, lang.Devanagari, 5)
	require.NoError(t, err)
	want, err := local.Candidates(t.Context(), "bharat", lang.Hindi, lang.Devanagari, 5)
	require.NoError(t, err)
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, want[i].Text, got[i].Text)
		require.InDelta(t, want[i].Score, got[i].Score, 1e-9)
	}
	none, err := c.Candidates(t.Context(), "42", lang.Hindi, lang.Devanagari, 5)
	require.NoError(t, err)
	require.Empty(t, none)

	refuses := func(code fault.Code, field string, err error) {
		t.Helper()
		require.Equal(t, code, fault.CodeOf(err), "%v", err)
		require.Equal(t, field, fault.From(err).Details["field"])
	}
	_, err = c.Transliterate(t.Context(), "x", "", lang.Devanagari)
	refuses(fault.InvalidLanguage, "source_script", err)
	_, err = c.Transliterate(t.Context(), "x", lang.Latin, "")
	refuses(fault.InvalidLanguage, "target_script", err)
	_, err = c.Transliterate(t.Context(), "\xff", lang.Latin, lang.Devanagari)
	refuses(fault.InvalidRequest, "text", err)
	_, err = c.Transliterate(t.Context(), strings.Repeat("a", translate.MaxTextBytes+1), lang.Latin, lang.Devanagari)
	refuses(fault.PayloadTooLarge, "text", err)
	_, err = c.Candidates(t.Context(), "x", lang.Hindi, lang.Devanagari, 0)
	refuses(fault.InvalidRequest, "top_k", err)
	for _, code := range []lang.Code{"", "xx", lang.English} {
		_, err = c.Candidates(t.Context(), "x", code, lang.Devanagari, 1)
		refuses(fault.InvalidLanguage, "language", err)
	}
}

func TestWhatIsNotThereHasNoRoute(t *testing.T) {
	base := serve(t, newKit(&translatehttp.Service{Detector: detect.New()}))
	for _, path := range []string{"/translate", "/translate/batch", "/transliterate"} {
		refused(t, base, path, `{}`, fault.NotFound)
	}
	c := newClient(t, base)
	_, err := c.Translate(t.Context(), &translate.Request{Texts: []string{"One"}, Source: lang.English, Target: lang.Hindi})
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	found, err := c.Detect(t.Context(), "यह किताब है")
	require.NoError(t, err)
	require.NotEmpty(t, found)
}

func TestOneRouteElsewhere(t *testing.T) {
	kit := httpkit.New(nil)
	translatehttp.RegisterTranslate(kit, "/api/v1/translate", fake(), nil)
	base := serve(t, kit)
	got := ok(t, base, "/api/v1/translate", map[string]any{"text": "One", "source_language": "en", "target_language": "hi"})
	require.Equal(t, "fake", got["engine"])
	refused(t, base, "/api/v1/translate/batch", `{}`, fault.NotFound)
}

func TestMetrics(t *testing.T) {
	f := fake()
	kit := httpkit.New(nil)
	translatehttp.Register(kit, &translatehttp.Service{Translator: cachedOnce{f}}, nil)
	base := serve(t, kit)
	ok(t, base, "/translate/batch", map[string]any{"texts": []string{"One", "Two"}, "source_language": "en", "target_language": "hi"})
	var shown bytes.Buffer
	res, err := http.Get(base + "/metrics")
	require.NoError(t, err)
	defer res.Body.Close()
	_, err = shown.ReadFrom(res.Body)
	require.NoError(t, err)
	http.DefaultClient.CloseIdleConnections()
	require.Contains(t, shown.String(), "translation_duration_seconds_count 1")
	require.Contains(t, shown.String(), "translation_cache_hit_total 1")
}

// cachedOnce says of the first text of each request that it comes from a cache.
type cachedOnce struct{ translate.Translator }

func (c cachedOnce) Translate(ctx context.Context, req *translate.Request) (*translate.Result, error) {
	res, err := c.Translator.Translate(ctx, req)
	if err == nil {
		res.Texts[0].Cached = true
	}
	return res, err
}
