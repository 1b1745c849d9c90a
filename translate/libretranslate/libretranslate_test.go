package libretranslate_test

import (
	"encoding/json"
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
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/libretranslate"
	"github.com/akshara-go/akshara/translate/translatetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// languages is an answer to GET /languages, cut to what is of interest, with a
// language that the registry does not have.
const languages = `[{"code":"en","name":"English","targets":["en","hi","ur","fr"]},{"code":"hi","name":"Hindi","targets":["en","hi"]},
	{"code":"fr","name":"French","targets":["en"]},{"code":"ur","name":"Urdu","targets":["en"]}]`

// server is a scripted stand-in for a LibreTranslate server, modelled on the
// project's API reference: a list of texts gives lists of translations and of
// detected languages; errors are {"error": "..."}.
func server(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet && r.URL.Path == "/languages" {
		_, _ = w.Write([]byte(languages))
		return
	}
	var q struct {
		Q                      []string
		Source, Target, Format string
		APIKey                 string `json:"api_key"`
	}
	err := json.NewDecoder(r.Body).Decode(&q)
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/translate" || len(q.Q) == 0 || q.Format != "text" && q.Format != "html" ||
		q.APIKey != translatetest.Secret || strings.Contains(strings.Join(q.Q, ""), translatetest.Poison) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"Invalid request"}`))
		return
	}
	type detected struct {
		Confidence float64 `json:"confidence"`
		Language   string  `json:"language"`
	}
	var a struct {
		TranslatedText   []string   `json:"translatedText"`
		DetectedLanguage []detected `json:"detectedLanguage,omitempty"`
	}
	for _, text := range q.Q {
		a.TranslatedText = append(a.TranslatedText, translatetest.Echo(text, lang.Code(q.Target).Script()))
		if q.Source == "auto" {
			code := "en"
			if strings.Contains(text, "bonjour") {
				code = "fr"
			}
			a.DetectedLanguage = append(a.DetectedLanguage, detected{90, code})
		}
	}
	_ = json.NewEncoder(w).Encode(a)
}

func newTranslator(t testing.TB, base string, timeout time.Duration) *libretranslate.Translator {
	tr, err := libretranslate.New(base, &libretranslate.Options{APIKey: translatetest.Secret,
		HTTP: &httpkit.ClientOptions{Backoff: time.Millisecond, Timeout: timeout, BreakerFailures: -1}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, tr.Close()) })
	return tr
}

func serve(t testing.TB, h http.HandlerFunc) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

var subject = translatetest.Subject{Source: lang.English, Target: lang.Hindi, Unknown: translate.Pair{Source: lang.Hindi, Target: lang.Urdu},
	HTML: true, Auto: true, Poisoned: true}

func TestTranslator(t *testing.T) {
	translatetest.TestTranslator(t, func(t *testing.T) *translatetest.Subject {
		s := subject
		s.Translator = newTranslator(t, serve(t, server), time.Minute)
		return &s
	})
}

func TestRemote(t *testing.T) {
	translatetest.TestRemote(t, &translatetest.Remote{Service: http.HandlerFunc(server), Texts: 70,
		New: func(t *testing.T, base string) translate.Translator {
			return newTranslator(t, base, 500*time.Millisecond)
		}}, subject)
}

func TestTheServersLanguagesAreAskedForOnce(t *testing.T) {
	asked := 0
	tr := newTranslator(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/languages" {
			asked++
		}
		server(w, r)
	}), time.Minute)
	for range 3 {
		pairs, err := tr.Pairs(t.Context())
		require.NoError(t, err)
		require.ElementsMatch(t, []translate.Pair{{Source: "en", Target: "hi"}, {Source: "en", Target: "ur"}, {Source: "hi", Target: "en"}, {Source: "ur", Target: "en"}}, pairs)
	}
	require.Equal(t, 1, asked)
}

func TestATextInALanguageOfNoInterestFailsAlone(t *testing.T) {
	tr := newTranslator(t, serve(t, server), time.Minute)
	res, err := tr.Translate(t.Context(), &translate.Request{Texts: []string{"Hello", "bonjour"}, Source: lang.Auto, Target: lang.Hindi})
	require.Equal(t, fault.InvalidLanguage, fault.CodeOf(err))
	require.Equal(t, lang.English, res.Texts[0].Source)
	require.Error(t, res.Texts[1].Err)
}

func TestAnAddressThatIsNone(t *testing.T) {
	_, err := libretranslate.New("localhost:5000", nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}
