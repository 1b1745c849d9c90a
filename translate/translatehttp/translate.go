package translatehttp

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// tracerName names this package to a TracerProvider.
const tracerName = "github.com/akshara-go/akshara/translate/translatehttp"

type translateInput struct{ Body translateRequest }
type translateOutput struct{ Body translateResponse }

func (r *routes) translate(ctx context.Context, in *translateInput) (*translateOutput, error) {
	if err := checkText(in.Body.Text); err != nil {
		return nil, err
	}
	req, err := in.Body.request()
	if err != nil {
		return nil, err
	}
	res, err := r.run(ctx, req)
	if err != nil {
		return nil, renamed(marked(err), "texts", "text")
	}
	t := &res.Texts[0]
	return &translateOutput{translateResponse{
		Text: t.Text, Source: found(req.Source, res.Texts, ""), Target: req.Target, Cached: t.Cached,
		Kind: t.Kind, Engine: t.Engine, Via: t.Via, Fallback: t.Fallback,
	}}, nil
}

type batchInput struct{ Body batchRequest }
type batchOutput struct{ Body batchResponse }

func (r *routes) translateBatch(ctx context.Context, in *batchInput) (*batchOutput, error) {
	req, err := in.Body.request()
	if err != nil {
		return nil, err
	}
	res, err := r.run(ctx, req)
	if _, partial := errors.AsType[*translate.PartialError](err); err != nil && !partial {
		return nil, marked(err)
	}
	body := batchResponse{Translations: make([]batchText, len(res.Texts)), Source: found(req.Source, res.Texts, lang.Auto), Target: req.Target, Engine: res.Engine}
	for i := range res.Texts {
		body.Translations[i] = newBatchText(&res.Texts[i])
	}
	return &batchOutput{body}, nil
}

// found gives the source language as asked for or, where that was open, the one
// that all texts with a language are in; else otherwise.
func found(asked lang.Code, texts []translate.Translation, otherwise lang.Code) lang.Code {
	if asked.Valid() {
		return asked
	}
	var one lang.Code
	for i := range texts {
		switch code := texts[i].Source; {
		case !code.Valid() || code == one:
		case one == "":
			one = code
		default:
			return otherwise
		}
	}
	if one == "" {
		return otherwise
	}
	return one
}

// run translates, and tells log, metrics and trace about it.
func (r *routes) run(ctx context.Context, req *translate.Request) (*translate.Result, error) {
	ctx, span := trace.SpanFromContext(ctx).TracerProvider().Tracer(tracerName).Start(ctx, "translate", trace.WithAttributes(
		attribute.String("translation.source_language", string(req.Source)), attribute.String("translation.target_language", string(req.Target)),
		attribute.Int("translation.texts", len(req.Texts))))
	defer span.End()
	start := time.Now()
	res, err := r.service.Translator.Translate(ctx, req)
	r.metrics.duration.Observe(time.Since(start).Seconds())
	cached := 0
	if res != nil {
		for i := range res.Texts {
			if res.Texts[i].Cached {
				cached++
			}
		}
		span.SetAttributes(attribute.String("translation.engine", res.Engine))
	}
	r.metrics.cacheHits.Add(float64(cached))
	span.SetAttributes(attribute.Int("translation.cached", cached))
	if err != nil {
		code := string(fault.CodeOf(err))
		span.SetAttributes(attribute.String("error.type", code))
		span.SetStatus(codes.Error, code)
	}
	if partial, ok := errors.AsType[*translate.PartialError](err); ok {
		r.log.LogAttrs(ctx, slog.LevelWarn, "texts of a batch failed",
			slog.Int("failed", len(partial.Failed)), slog.Int("texts", partial.Total), slog.String("error", partial.Errs[0].Error()))
	}
	return res, err
}
