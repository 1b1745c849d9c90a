package translatehttp_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatehttp"
	"github.com/akshara-go/akshara/translate/translatetest"
)

// says is a service that answers everything so.
func says(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestEveryPortEndsInATypedError(t *testing.T) {
	const envelope = `{"error":{"code":"MODEL_LOADING","message":"soon","details":{},"request_id":"3f2b8c1e-6a4d-4c55-9b7a-0d6f1e2a3b4c"}}`
	for name, tt := range map[string]struct {
		serve http.HandlerFunc
		code  fault.Code
		calls int32 // 0: as many as the client makes
	}{
		"429":               {says(429, "later", "Retry-After", "0"), fault.RateLimitExceeded, 0},
		"429 for too long":  {says(429, "later", "Retry-After", "3600"), fault.RateLimitExceeded, 1},
		"500":               {says(500, "<html>"), fault.Upstream, 0},
		"the contract's":    {says(503, envelope), fault.ModelLoading, 0},
		"garbage":           {says(200, "\x00 not JSON {"), fault.Upstream, 0},
		"another's JSON":    {says(200, `{"weather":"fine"}`), fault.Upstream, 0},
		"nothing":           {says(200, ""), fault.Upstream, 0},
		"no content":        {says(204, ""), fault.Upstream, 0},
		"an endless answer": {func(w http.ResponseWriter, _ *http.Request) { endless(w) }, fault.Upstream, 0},
		"not let in":        {says(401, strings.Replace(envelope, "MODEL_LOADING", "UNAUTHORIZED", 1)), fault.Upstream, 1},
		"not there":         {says(404, strings.Replace(envelope, "MODEL_LOADING", "NOT_FOUND", 1)), fault.Upstream, 1},
		"refused":           {says(422, strings.Replace(envelope, "MODEL_LOADING", "PROCESSING_FAILED", 1)), fault.ProcessingFailed, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				tt.serve(w, r)
			}))
			c := newClient(t, base)
			for port, ask := range ports(c) {
				calls.Store(0)
				err := ask(t.Context())
				require.Equal(t, tt.code, fault.CodeOf(err), "%s: %v", port, err)
				if tt.calls == 0 {
					require.EqualValues(t, 3, calls.Load(), port)
				} else {
					require.Equal(t, tt.calls, calls.Load(), port)
				}
			}
		})
	}
}

// ports calls each of the client's ports.
func ports(c *translatehttp.Client) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"translate": func(ctx context.Context) error {
			res, err := c.Translate(ctx, &translate.Request{Texts: []string{"One"}, Source: lang.English, Target: lang.Hindi})
			if res != nil {
				return errors.New("a result beside the error")
			}
			return err
		},
		"no texts": func(ctx context.Context) error {
			_, err := c.Translate(ctx, &translate.Request{Source: lang.English, Target: lang.Hindi})
			return err
		},
		"detect": func(ctx context.Context) error { _, err := c.Detect(ctx, "One"); return err },
		"transliterate": func(ctx context.Context) error {
			_, err := c.Transliterate(ctx, "One", lang.Latin, lang.Devanagari)
			return err
		},
		"candidates": func(ctx context.Context) error {
			_, err := c.Candidates(ctx, "ek", lang.Hindi, lang.Devanagari, 2)
			return err
		},
	}
}

// endless writes until nobody reads.
func endless(w io.Writer) {
	piece := []byte(strings.Repeat(" ", 1<<16))
	for range 1 << 10 {
		if _, err := w.Write(piece); err != nil {
			return
		}
	}
}

func TestADeadlineEndsTheAttempts(t *testing.T) {
	c := newClient(t, serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server sees the client leave only then
		<-r.Context().Done()
	})))
	for port, ask := range ports(c) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		start := time.Now()
		err := ask(ctx)
		cancel()
		require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err), port)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Less(t, time.Since(start), 2*time.Second)
	}
}

func TestAnswersThatMakeNoSenseAreRefused(t *testing.T) {
	for _, body := range []string{
		`{"translations":[]}`, `{"translations":[{"text":"x"},{"text":"y"}]}`, `{"translations":[{"text":"x","kind":"poem"}]}`, `{"translations":"x"}`,
	} {
		_, err := newClient(t, serve(t, says(200, body))).Translate(t.Context(), &translate.Request{Texts: []string{"One"}, Source: lang.English, Target: lang.Hindi})
		require.Equal(t, fault.Upstream, fault.CodeOf(err), body)
	}
	for _, body := range []string{`{"language":"xx"}`, `{"language":"hi","confidence":0}`, `{"language":"hi","confidence":2}`, `{"language":7}`,
		`{"language":"hi","candidates":[{"language":"hi","confidence":-1}]}`} {
		_, err := newClient(t, serve(t, says(200, body))).Detect(t.Context(), "One")
		require.Equal(t, fault.Upstream, fault.CodeOf(err), body)
	}
}

func TestAServiceWithTheContractsFieldsAloneIsUnderstood(t *testing.T) {
	c := newClient(t, serve(t, says(200, `{"translations":[{"text":"एक","cached":true}],"source_language":"en","target_language":"hi"}`)))
	res, err := c.Translate(t.Context(), &translate.Request{Texts: []string{"One"}, Source: lang.English, Target: lang.Hindi})
	require.NoError(t, err)
	require.Equal(t, translate.Translation{Text: "एक", Kind: translate.Translated, Engine: "translation-service", Cached: true}, res.Texts[0])

	found, err := newClient(t, serve(t, says(200, `{"language":"hi","confidence":0.9,"script":"Deva"}`))).Detect(t.Context(), "एक")
	require.NoError(t, err)
	require.Equal(t, []translate.Detection{{Language: lang.Hindi, Script: lang.Devanagari, Confidence: 0.9}}, found)
	found, err = newClient(t, serve(t, says(200, `{"language":"","confidence":0,"script":""}`))).Detect(t.Context(), "1")
	require.NoError(t, err)
	require.Empty(t, found)

	text, err := newClient(t, serve(t, says(200, `{"text":"એક","candidates":[]}`))).Transliterate(t.Context(), "एक", lang.Devanagari, lang.GujaratiScript)
	require.NoError(t, err)
	require.Equal(t, "એક", text)
}

func TestAnErrorWithoutAKnownCodeIsTheServices(t *testing.T) {
	c := newClient(t, serve(t, says(200, `{"translations":[{"text":"एक"},{"text":"","error":{"code":"NEW_ONE","message":"no"}}]}`)))
	_, err := c.Translate(t.Context(), &translate.Request{Texts: []string{"One", "Two"}, Source: lang.English, Target: lang.Hindi})
	partial, ok := errors.AsType[*translate.PartialError](err)
	require.True(t, ok)
	require.Equal(t, []int{1}, partial.Failed)
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
}

func TestAPartialBatchSaysWhichTextsFailedAndWhy(t *testing.T) {
	f := fake()
	f.Engine.TextBytes = 1000
	c := patient(t, serve(t, newKit(&translatehttp.Service{Translator: f})))
	texts := make([]string, 250) // three calls
	for i := range texts {
		texts[i] = "A text."
	}
	texts[3], texts[120], texts[249] = translatetest.Poison, strings.Repeat("long ", 300), "a\x00b"
	res, err := c.Translate(t.Context(), &translate.Request{Texts: texts, Source: lang.English, Target: lang.Hindi})
	partial, ok := errors.AsType[*translate.PartialError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, []int{3, 120, 249}, partial.Failed)
	require.Equal(t, 250, partial.Total)
	codes := []fault.Code{fault.InvalidRequest, fault.PayloadTooLarge, fault.InvalidRequest}
	for i, at := range partial.Failed {
		require.Equal(t, codes[i], fault.CodeOf(res.Texts[at].Err))
		require.Equal(t, at, fault.From(res.Texts[at].Err).Details["index"], "the place in the whole request")
		require.Empty(t, res.Texts[at].Text)
	}
	require.EqualValues(t, 1000, fault.From(partial.Errs[1]).Details["limit_bytes"])
	for i, got := range res.Texts {
		if !slices.Contains(partial.Failed, i) {
			require.Equal(t, translatetest.Echo("A text.", lang.Devanagari), got.Text)
		}
	}
}

func TestAServiceThatStaysAwayIsNotAskedForEveryText(t *testing.T) {
	var calls atomic.Int32
	c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	})))
	_, err := c.Translate(t.Context(), &translate.Request{Texts: slices.Repeat([]string{"One"}, translate.MaxTexts), Source: lang.English, Target: lang.Hindi})
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	require.EqualValues(t, 6, calls.Load(), "two calls of three attempts")
}

func TestACancelledRequestStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var calls atomic.Int32
	kit := newKit(&translatehttp.Service{Translator: fake()})
	c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 2 {
			cancel()
		}
		kit.ServeHTTP(w, r)
	})))
	res, err := c.Translate(ctx, &translate.Request{Texts: slices.Repeat([]string{"One"}, 1000), Source: lang.English, Target: lang.Hindi})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, res.Texts[0].Err)
	require.ErrorIs(t, res.Texts[999].Err, context.Canceled)
	require.EqualValues(t, 2, calls.Load())
}

func TestClientTellsWhetherTheServiceIsHealthy(t *testing.T) {
	kit := newKit(whole())
	c := newClient(t, serve(t, kit))
	require.NoError(t, c.CheckHealth(t.Context()))
	kit.Health.Drain()
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(c.CheckHealth(t.Context())))
}

func TestAnAddressThatIsNone(t *testing.T) {
	_, err := translatehttp.NewClient("museum", nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}

func TestLogAndTraceTellWhatFailedAndNoText(t *testing.T) {
	var logs strings.Builder
	spans := tracetest.NewInMemoryExporter()
	provider := trace.NewTracerProvider(trace.WithSyncer(spans))
	kit := httpkit.New(&httpkit.Options{TracerProvider: provider})
	translatehttp.Register(kit, &translatehttp.Service{Translator: fake()}, &translatehttp.Options{Logger: slog.New(slog.NewJSONHandler(&logs, nil))})
	base := serve(t, kit)
	ok(t, base, "/translate/batch", map[string]any{"texts": []string{"a private matter", translatetest.Poison}, "source_language": "en", "target_language": "hi"})
	require.Contains(t, logs.String(), `"failed":1,"texts":2`)
	require.NotContains(t, logs.String(), "private")
	for _, span := range spans.GetSpans() {
		if span.Name != "translate" {
			continue
		}
		require.Contains(t, span.Attributes, attribute.Int("translation.texts", 2))
		require.Contains(t, span.Attributes, attribute.String("error.type", "INVALID_REQUEST"))
		require.True(t, span.Parent.IsValid(), "it belongs to the request")
		return
	}
	t.Fatal("no span")
}
