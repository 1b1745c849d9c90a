package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/recording"
	"github.com/akshara-go/akshara/observe/sharedcache"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/detect"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatehttp"
	"github.com/akshara-go/akshara/translate/translit"
)

// cacheBytes is how much memory translations may take where there is no Redis.
const cacheBytes = 64 << 20

// noEngine is said where nothing translates.
const noEngine = "no translation engine is set up (OPENAI_BASE_URL with LLM_MODEL_STANDARD, or another of the README's); " +
	"without one, texts are only written in the other's script between Hindi, Urdu and Punjabi, and between the scripts of one language"

// parts is what the service is made of.
type parts struct {
	service translatehttp.Service
	closers []func() error
}

// open makes the parts and adds their checks to monitor.
func open(ctx context.Context, cfg *settings, log *slog.Logger, monitor *health.Monitor, rec *recording.Recording) (*parts, error) {
	p := &parts{}
	if err := p.wire(ctx, cfg, log, monitor, rec); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func (p *parts) wire(ctx context.Context, cfg *settings, log *slog.Logger, monitor *health.Monitor, rec *recording.Recording) error {
	chain, err := p.engines(ctx, cfg, log, monitor, rec.Calls)
	if err != nil {
		return err
	}
	kept, err := sharedcache.Open(&cfg.Redis, cfg.Redis.DBTranslation, &sharedcache.Options{Bytes: cacheBytes, Logger: log, Tracers: rec.TracerProvider})
	if err != nil {
		return err
	}
	p.closers = append(p.closers, kept.Close)
	kept.Watch(monitor)
	closeScript := translate.NewCloseScript(chain, translit.New(nil).Transliterate, &translate.CloseOptions{WhenAway: true})
	cached, err := translate.NewCached(closeScript, kept, &translate.CacheOptions{TTL: cfg.Translation.CacheTTL})
	if err != nil {
		return err
	}
	detector := detect.New()
	p.service = translatehttp.Service{
		Translator:     translate.NewDetected(cached, detector),
		Detector:       detector,
		Transliterator: func(code lang.Code) translate.Transliterator { return translit.New(&translit.Options{Language: code}) },
	}
	return nil
}

// engines gives those that the environment names as one Translator.
func (p *parts) engines(ctx context.Context, cfg *settings, log *slog.Logger, monitor *health.Monitor, calls *genai.Recorder) (translate.Translator, error) {
	list, err := engines(ctx, cfg, calls)
	var names []string
	var chain []translate.Translator
	for _, e := range list {
		p.closers = append(p.closers, e.close)
		chain, names = append(chain, e.translator), append(names, e.name)
		monitor.Add("translator-"+e.name, e.check, &health.CheckOptions{Optional: true})
	}
	if err != nil {
		return nil, err
	}
	if len(chain) == 0 {
		log.Warn(noEngine)
		monitor.Add("translator", func(context.Context) error { return fault.New(fault.ServiceUnavailable, noEngine, nil) }, &health.CheckOptions{Optional: true})
		return translate.None{Reason: noEngine}, nil
	}
	log.Info("translation engines, the first to be asked first", "engines", names)
	return translate.NewPivot(translate.NewFallback(chain[0], chain[1:]...), nil), nil
}

// close closes what has to be closed, the last first.
func (p *parts) close() error {
	var errs []error
	for _, c := range slices.Backward(p.closers) {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}
