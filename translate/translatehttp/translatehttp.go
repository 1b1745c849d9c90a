// Package translatehttp puts package translate's ports on the wire: [Register]
// mounts the contract's routes of a translation service, and [Client] calls
// them and is a Translator, a Detector and a Transliterator itself, so that a
// capability can move to another machine and nothing else changes.
//
//	kit := httpkit.New(&httpkit.Options{Service: "translation-service"})
//	translatehttp.Register(kit, &translatehttp.Service{
//		Translator:     translator,
//		Detector:       detect.New(),
//		Transliterator: func(code lang.Code) translate.Transliterator { return translit.New(&translit.Options{Language: code}) },
//	}, nil)
//
// # Routes
//
// POST /translate and /translate/batch take the fields of [translate.Request]:
// source_language may be missing or "auto", the answer then says what was found,
// for each text; languages may be given by any name that [lang.Parse] knows and
// are answered by their codes. Beyond the contract's fields the answers say
// what was done: kind tells a transliteration that stands in for a translation,
// engine, via and fallback how it came about.
//
// A batch some of whose texts failed is answered with 200, and each of those
// texts has an error in the place of its translation, with the code, message
// and details that it would have had alone. A batch of failures only is answered
// with the first one's error. Where an error is an engine's that cannot do what
// was asked, whenever it is asked ([translate.ErrUnsupported]), its details say
// "unsupported": another engine may.
//
// POST /detect gives the most likely language, and all that come into question
// as candidates. Text in none of the 23 languages (numbers, French, nothing) has
// the language "", the confidence 0, no candidates, and its script: "" where it
// has no letters. That is an answer and no error.
//
// POST /transliterate takes ISO 15924 codes; source_script may be missing and is
// then the one that most of the text is in. Latin into a native script gives top_k
// ranked candidates, of a word as the engine ranks it, of a short text by the
// product of its words' scores; everything else, markup and long texts
// included, has the one candidate that there is, of score 1. text is always the
// first candidate, or the text itself where it has no word to spell.
//
// A text may have [translate.MaxTextBytes]; one that is longer is PAYLOAD_TOO_LARGE.
//
// # Metrics
//
// translation_duration_seconds counts the time that a request's texts took, and
// translation_cache_hit_total the texts that came from a cache.
package translatehttp

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// Bounds of requests' bodies, in bytes: a text of [translate.MaxTextBytes] fits
// however JSON escapes it, and a batch of a megabyte of text or more.
const (
	MaxBodyBytes  = 8 << 20
	MaxBatchBytes = 16 << 20
)

// MaxTopK is how many candidates a request may ask for.
const MaxTopK = 100

// Service is what the routes offer. What is nil has no route, and does not stand
// in the OpenAPI document: a [Client] then gets UPSTREAM_ERROR, for that another
// attempt will not bring it.
type Service struct {
	Translator translate.Translator
	Detector   translate.Detector
	// Transliterator gives the one for texts in a language, which is empty where
	// the request does not say. One that is a [translate.CandidateTransliterator] ranks.
	Transliterator func(code lang.Code) translate.Transliterator
}

// Options tunes the routes. The zero value is useful.
type Options struct {
	// Logger hears why texts of a batch failed. Nil means silence.
	Logger *slog.Logger
}

// routes are the handlers of a service.
type routes struct {
	service *Service
	log     *slog.Logger
	metrics *metrics
}

func newRoutes(kit *httpkit.Kit, s *Service, opts *Options) *routes {
	if opts == nil {
		opts = &Options{}
	}
	log := opts.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &routes{service: s, log: observe.Named(log, "translatehttp"), metrics: newMetrics(kit.Registry)}
}

// Register mounts the routes of what s offers. opts may be nil. Like
// [httpkit.Register] it panics on a kit that has these routes already.
func Register(kit *httpkit.Kit, s *Service, opts *Options) {
	r := newRoutes(kit, s, opts)
	if s.Translator != nil {
		r.registerTranslate(kit, "/translate")
		httpkit.Register(kit, huma.Operation{
			Method: http.MethodPost, Path: "/translate/batch", OperationID: "translate-batch", Summary: "Translate texts", Tags: []string{"translation"},
			Description:  "Texts that fail have an error each; the others are answered all the same.",
			MaxBodyBytes: MaxBatchBytes,
		}, r.translateBatch)
	}
	if s.Detector != nil {
		httpkit.Register(kit, huma.Operation{
			Method: http.MethodPost, Path: "/detect", OperationID: "detect", Summary: "Find the language of a text", Tags: []string{"detection"},
			Description:  "A text in none of the languages is answered with an empty language and the confidence 0.",
			MaxBodyBytes: MaxBodyBytes,
		}, r.detect)
	}
	if s.Transliterator != nil {
		httpkit.Register(kit, huma.Operation{
			Method: http.MethodPost, Path: "/transliterate", OperationID: "transliterate", Summary: "Write a text in another script", Tags: []string{"transliteration"},
			Description:  "The sounds stay, the letters change. Latin into a native script gives ranked candidates.",
			MaxBodyBytes: MaxBodyBytes,
		}, r.transliterate)
	}
}

// RegisterTranslate mounts t's route for one text at a path: for a service that
// has translation among other things. opts may be nil.
func RegisterTranslate(kit *httpkit.Kit, path string, t translate.Translator, opts *Options) {
	newRoutes(kit, &Service{Translator: t}, opts).registerTranslate(kit, path)
}

func (r *routes) registerTranslate(kit *httpkit.Kit, path string) {
	httpkit.Register(kit, huma.Operation{
		Method: http.MethodPost, Path: path, OperationID: "translate", Summary: "Translate a text", Tags: []string{"translation"},
		Description:  "Where there is no translation between two close languages, the text comes in the other script, marked as a transliteration.",
		MaxBodyBytes: MaxBodyBytes,
	}, r.translate)
}

type detectInput struct{ Body detectRequest }
type detectOutput struct{ Body detectResponse }

func (r *routes) detect(ctx context.Context, in *detectInput) (*detectOutput, error) {
	if err := checkText(in.Body.Text); err != nil {
		return nil, err
	}
	found, err := r.service.Detector.Detect(ctx, in.Body.Text)
	if err != nil {
		return nil, err
	}
	out := &detectOutput{detectResponse{Script: lang.ScriptOf(in.Body.Text), Candidates: []translate.Detection{}}}
	if len(found) > 0 {
		best := found[0]
		out.Body = detectResponse{Language: best.Language, Confidence: best.Confidence, Script: best.Script, Candidates: found}
	}
	return out, nil
}
