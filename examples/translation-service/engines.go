package main

import (
	"cmp"
	"context"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	awstranslateapi "github.com/aws/aws-sdk-go-v2/service/translate"

	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/rag/openaillm"
	"github.com/akshara-go/akshara/rag/ragtrace"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/apertium"
	"github.com/akshara-go/akshara/translate/awstranslate"
	"github.com/akshara-go/akshara/translate/bhashini"
	"github.com/akshara-go/akshara/translate/indictrans"
	"github.com/akshara-go/akshara/translate/libretranslate"
	"github.com/akshara-go/akshara/translate/llmtranslate"
)

// sentenceBytes is the length of the pieces for models that read a sentence or two at a time.
const sentenceBytes = 600

// engine is a Translator with what goes with it.
type engine struct {
	name       string
	translator translate.Translator
	check      func(context.Context) error // whether it can be used
	close      func() error
}

// newEngine makes an engine of t that takes long texts and a glossary. Its
// check asks for its pairs, which costs an engine on another machine one small call.
func newEngine(name string, t translate.Translator, chunk int, closer func() error) engine {
	e := engine{name: name, translator: translate.NewGlossed(translate.NewChunked(t, &translate.ChunkOptions{Bytes: chunk}), nil), close: closer}
	e.check = func(ctx context.Context) error {
		_, err := translate.PairsOf(ctx, t)
		return err
	}
	return e
}

func nothing() error { return nil }

// engines gives those that the environment names, in the order in which they
// are asked: what was made for these languages, what translates all of them,
// what translates some. An error comes with the engines that were made before it.
func engines(ctx context.Context, cfg *settings, calls *genai.Recorder) ([]engine, error) {
	var list []engine
	model := func(context.Context, *settings) (*engine, error) { return model(cfg, calls) }
	for _, try := range []func(context.Context, *settings) (*engine, error){indicTrans, bhashiniAccount, model, libre, aws, apertiumHere} {
		e, err := try(ctx, cfg)
		if err != nil {
			return list, err
		}
		if e != nil {
			list = append(list, *e)
		}
	}
	return list, nil
}

func indicTrans(_ context.Context, cfg *settings) (*engine, error) {
	if cfg.Engines.IndicTransURL == "" {
		return nil, nil
	}
	t, err := indictrans.New(cfg.Engines.IndicTransURL, nil)
	if err != nil {
		return nil, err
	}
	e := newEngine("indictrans", t, sentenceBytes, t.Close)
	e.check = t.Ready
	return &e, nil
}

func bhashiniAccount(_ context.Context, cfg *settings) (*engine, error) {
	if cfg.Engines.BhashiniUserID == "" {
		return nil, nil
	}
	client, err := bhashini.New(bhashini.Config{UserID: cfg.Engines.BhashiniUserID, APIKey: cfg.Engines.BhashiniAPIKey.Reveal()}, nil)
	if err != nil {
		return nil, err
	}
	e := newEngine("bhashini", client.Translator(), sentenceBytes, client.Close)
	return &e, nil
}

// model is the language model, which keeps to a glossary by itself.
func model(cfg *settings, calls *genai.Recorder) (*engine, error) {
	name := cmp.Or(cfg.Translation.Model, cfg.OpenAI.ModelStandard)
	if cfg.OpenAI.BaseURL == "" || name == "" {
		return nil, nil
	}
	m, err := openaillm.New(openaillm.Config{BaseURL: cfg.OpenAI.BaseURL, APIKey: cfg.OpenAI.APIKey.Reveal()}, name, nil)
	if err != nil {
		return nil, err
	}
	traced := ragtrace.Model(m, calls, &ragtrace.ModelOptions{Provider: "openai", Name: name, Remote: true})
	t := llmtranslate.New(traced, &llmtranslate.Options{Model: name})
	e := newEngine("llmtranslate", t, 0, nothing)
	e.translator = translate.NewChunked(t, nil)
	return &e, nil
}

func libre(_ context.Context, cfg *settings) (*engine, error) {
	if cfg.Engines.LibreTranslateURL == "" {
		return nil, nil
	}
	t, err := libretranslate.New(cfg.Engines.LibreTranslateURL, &libretranslate.Options{APIKey: cfg.Engines.LibreTranslateAPIKey.Reveal()})
	if err != nil {
		return nil, err
	}
	e := newEngine("libretranslate", t, 0, t.Close)
	return &e, nil
}

func aws(ctx context.Context, cfg *settings) (*engine, error) {
	if !cfg.Engines.AWS {
		return nil, nil
	}
	account, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	e := newEngine("awstranslate", awstranslate.New(awstranslateapi.NewFromConfig(account), nil), awstranslate.MaxTextBytes, nothing)
	return &e, nil
}

// apertiumHere is the program on this machine, where it is installed with a
// pair of the languages.
func apertiumHere(ctx context.Context, _ *settings) (*engine, error) {
	t, err := apertium.New(nil)
	if err != nil {
		return nil, nil
	}
	if pairs, err := t.Pairs(ctx); err != nil || len(pairs) == 0 {
		return nil, nil
	}
	e := newEngine("apertium", t, 0, nothing)
	return &e, nil
}
