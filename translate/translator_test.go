package translate_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/memcache"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is an engine that translates English to and from Hindi and Tamil, in small calls.
func fake() *translatetest.Fake {
	return &translatetest.Fake{Engine: translate.Engine{Name: "fake", HTML: true, Auto: true, BatchTexts: 16, Parallel: 3,
		Pairs: translate.AllPairs(lang.English, lang.Hindi, lang.Tamil)}}
}

func away() *translatetest.Fake {
	f := fake()
	f.Engine.Name = "away"
	f.Fail = func([]string) error { return fault.New(fault.ServiceUnavailable, "the engine is away", nil) }
	return f
}

// deadCache is a cache that is away.
type deadCache struct{}

var errDead = fault.New(fault.ServiceUnavailable, "the cache is away", nil)

func (deadCache) Get(context.Context, string) ([]byte, bool, error)        { return nil, false, errDead }
func (deadCache) Set(context.Context, string, []byte, time.Duration) error { return errDead }
func (deadCache) Delete(context.Context, ...string) error                  { return errDead }

func newCached(t *testing.T, inner translate.Translator, c cache.Cache, opts *translate.CacheOptions) *translate.Cached {
	cached, err := translate.NewCached(inner, c, opts)
	require.NoError(t, err)
	return cached
}

func newMemory(t *testing.T) *memcache.Cache {
	c, err := memcache.New(64<<20, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// alwaysEnglish takes every text for English.
type alwaysEnglish struct{}

func (alwaysEnglish) Detect(context.Context, string) ([]translate.Detection, error) {
	return []translate.Detection{{Language: lang.English, Script: lang.Latin, Confidence: 1}}, nil
}

func noTransliteration(context.Context, string, lang.Script, lang.Script) (string, error) {
	return "", fault.New(fault.Internal, "nobody asked for this", nil)
}

func TestTranslators(t *testing.T) {
	bare := func() translatetest.Subject {
		return translatetest.Subject{Source: lang.English, Target: lang.Hindi, HTML: true, Auto: true, Poisoned: true,
			Unknown: translate.Pair{Source: lang.Hindi, Target: lang.Bengali}}
	}
	for name, wrap := range map[string]func(t *testing.T, s *translatetest.Subject){
		"bare": func(_ *testing.T, s *translatetest.Subject) { s.Translator = fake() },
		"chunked": func(_ *testing.T, s *translatetest.Subject) {
			s.Translator = translate.NewChunked(fake(), &translate.ChunkOptions{Bytes: 70})
		},
		"cached": func(t *testing.T, s *translatetest.Subject) { s.Translator = newCached(t, fake(), newMemory(t), nil) },
		"dead cache": func(t *testing.T, s *translatetest.Subject) {
			s.Translator = newCached(t, fake(), deadCache{}, nil)
		},
		"glossed": func(_ *testing.T, s *translatetest.Subject) {
			s.Translator, s.Glossary = translate.NewGlossed(fake(), []translate.Term{{Source: "Leh"}}), true
		},
		"pivot": func(_ *testing.T, s *translatetest.Subject) {
			s.Translator = translate.NewPivot(fake(), &translate.PivotOptions{Via: lang.Tamil})
		},
		"fallback from one that is away": func(_ *testing.T, s *translatetest.Subject) {
			s.Translator = translate.NewFallback(away(), fake())
		},
		"close script": func(_ *testing.T, s *translatetest.Subject) {
			s.Translator = translate.NewCloseScript(fake(), noTransliteration, nil)
		},
		"detected": func(_ *testing.T, s *translatetest.Subject) {
			f := fake()
			f.Engine.Auto = false
			s.Translator = translate.NewDetected(f, alwaysEnglish{})
		},
		"all of them": func(t *testing.T, s *translatetest.Subject) {
			chain := translate.NewFallback(away(), translate.NewChunked(fake(), nil))
			s.Translator = newCached(t, translate.NewGlossed(translate.NewCloseScript(translate.NewPivot(chain, nil), noTransliteration, nil), nil), newMemory(t), nil)
			s.Glossary, s.Unknown = true, translate.Pair{Source: lang.Hindi, Target: lang.Bengali}
		},
	} {
		t.Run(name, func(t *testing.T) {
			translatetest.TestTranslator(t, func(t *testing.T) *translatetest.Subject {
				s := bare()
				wrap(t, &s)
				return &s
			})
		})
	}
}
