package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/observe/memcache"
	"github.com/akshara-go/akshara/rag/openaillm"
	"github.com/akshara-go/akshara/rag/ragtrace"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/detect"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/llmtranslate"
	"github.com/akshara-go/akshara/translate/translatehttp"
	"github.com/akshara-go/akshara/translate/translit"
)

// Bounds of translation.
const (
	translationWait  = 2 * time.Minute // for a hundred texts from the service
	translationCache = 16 << 20        // bytes of memory
)

// noEngine is said where nothing translates.
const noEngine = "no translation engine is set up (OPENAI_BASE_URL with LLM_MODEL_STANDARD, or TRANSLATION_SERVICE_URL); " +
	"without one, texts are only written in the other's script between Hindi, Urdu and Punjabi, and between the scripts of one language"

// translation gives what translates, the service that the environment names or
// this process, and what lets go of it.
func translation(cfg *settings, calls *genai.Recorder) (translate.Translator, func() error, error) {
	if cfg.Services.Translation == "" {
		return translationHere(cfg, calls)
	}
	client, err := translatehttp.NewClient(cfg.Services.Translation, &httpkit.ClientOptions{Timeout: translationWait, Askers: true})
	if err != nil {
		return nil, nil, err
	}
	return client, client.Close, nil
}

// translationHere translates by the language model, if there is one, and
// writes texts of close languages in the other script where it cannot.
func translationHere(cfg *settings, calls *genai.Recorder) (translate.Translator, func() error, error) {
	var engine translate.Translator = translate.None{Reason: noEngine}
	if name := cmp.Or(cfg.Translation.Model, standardModel(cfg)); name != "" && modelsAt(cfg).BaseURL != "" {
		model, err := openaillm.New(modelsAt(cfg), name, nil)
		if err != nil {
			return nil, nil, err
		}
		traced := ragtrace.Model(model, calls, &ragtrace.ModelOptions{Provider: "openai", Name: name, Remote: true})
		engine = translate.NewChunked(llmtranslate.New(traced, &llmtranslate.Options{Model: name}), nil)
	}
	memory, err := memcache.New(translationCache, nil)
	if err != nil {
		return nil, nil, err
	}
	closeScript := translate.NewCloseScript(engine, translit.New(nil).Transliterate, &translate.CloseOptions{WhenAway: true})
	cached, err := translate.NewCached(closeScript, memory, &translate.CacheOptions{TTL: cfg.Translation.CacheTTL})
	if err != nil {
		return nil, nil, errors.Join(err, memory.Close())
	}
	return translate.NewDetected(cached, detect.New()), memory.Close, nil
}

// translatedBy gives how an engine has its answers translated: the same words in
// another script are no translation.
func translatedBy(by translate.Translator) func(context.Context, []string, lang.Code, lang.Code) ([]string, error) {
	return func(ctx context.Context, texts []string, from, to lang.Code) ([]string, error) {
		res, err := by.Translate(ctx, &translate.Request{Texts: texts, Source: from, Target: to})
		if err != nil {
			return nil, err
		}
		out := make([]string, len(res.Texts))
		for i := range res.Texts {
			if res.Texts[i].Kind != translate.Transliterated {
				out[i] = res.Texts[i].Text
			}
		}
		return out, nil
	}
}
