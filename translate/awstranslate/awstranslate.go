// Package awstranslate translates by Amazon Translate, which knows eleven of
// the languages: Hindi, Bengali, Telugu, Marathi, Tamil, Urdu, Gujarati, Kannada,
// Malayalam, Punjabi and English, each into each.
//
//	cfg, err := config.LoadDefaultConfig(ctx)
//	if err != nil {
//		return err
//	}
//	t := awstranslate.New(translate.NewFromConfig(cfg), nil) // github.com/aws/aws-sdk-go-v2/service/translate
//	res, err := t.Translate(ctx, req)
//
// Plain texts go through TranslateText, one in a call, several calls at a time;
// HTML goes through TranslateDocument. The client is the caller's: so are its
// credentials, its region and how often it tries again. Sources: the service's API
// reference and its page of supported languages and limits.
package awstranslate

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	aws_translate "github.com/aws/aws-sdk-go-v2/service/translate"
	"github.com/aws/aws-sdk-go-v2/service/translate/types"
	"github.com/aws/smithy-go"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/internal/remote"
	"github.com/akshara-go/akshara/translate/lang"
)

// Limits of the service, in bytes.
const (
	MaxTextBytes = 10_000  // of TranslateText
	MaxHTMLBytes = 100_000 // of TranslateDocument
)

// API is the part of the SDK's client that is used.
type API interface {
	TranslateText(ctx context.Context, in *aws_translate.TranslateTextInput, opts ...func(*aws_translate.Options)) (*aws_translate.TranslateTextOutput, error)
	TranslateDocument(ctx context.Context, in *aws_translate.TranslateDocumentInput, opts ...func(*aws_translate.Options)) (*aws_translate.TranslateDocumentOutput, error)
}

// Options tune a Translator. The zero value is useful.
type Options struct {
	// Terminologies are the names of custom terminologies to keep to; the service takes one.
	Terminologies []string
	// Formality of the target, where the service knows of one: FORMAL or INFORMAL. Hindi has it.
	Formality string
	// Parallel is how many texts are translated at the same time; 0 means 4.
	Parallel int
	// Attempts is how often an answer that cannot be read is asked for, the first
	// time included; 0 means 3. All else the client tries again by itself.
	Attempts int
	// Backoff is the wait before the second attempt; 0 means 100 ms.
	Backoff time.Duration
}

// Translator is Amazon Translate. Its methods may be called concurrently.
type Translator struct {
	api    API
	opts   Options
	policy remote.Policy
}

var (
	_ translate.Translator = (*Translator)(nil)
	_ translate.PairLister = (*Translator)(nil)
	_ translate.Identifier = (*Translator)(nil)
	_ API                  = (*aws_translate.Client)(nil)
)

// New makes a Translator that calls api. opts may be nil.
func New(api API, opts *Options) *Translator {
	t := &Translator{api: api}
	if opts != nil {
		t.opts = *opts
	}
	if t.opts.Parallel <= 0 {
		t.opts.Parallel = 4
	}
	t.policy = remote.Policy{Attempts: t.opts.Attempts, Backoff: t.opts.Backoff}.Defaults()
	return t
}

// Identity names the engine, its terminologies and its formality.
func (t *Translator) Identity() string {
	id := "awstranslate/" + t.opts.Formality
	for _, name := range t.opts.Terminologies {
		id += "/" + name
	}
	return id
}

// Pairs gives every pair of the languages that the service knows.
func (t *Translator) Pairs(context.Context) ([]translate.Pair, error) { return supported(), nil }

// supported gives the service's pairs of the registry's languages. Its codes are the contract's.
func supported() []translate.Pair {
	return translate.AllPairs(lang.Hindi, lang.English, lang.Bengali, lang.Telugu, lang.Marathi, lang.Tamil,
		lang.Urdu, lang.Gujarati, lang.Kannada, lang.Malayalam, lang.Punjabi)
}

// Translate translates plain texts of up to MaxTextBytes and HTML of up to
// MaxHTMLBytes. An open source language is found by Amazon Comprehend, where
// the region has it. A glossary is refused: see Options.Terminologies and [translate.NewGlossed].
func (t *Translator) Translate(ctx context.Context, req *translate.Request) (*translate.Result, error) {
	engine := translate.Engine{Name: "awstranslate", Pairs: supported(), Auto: true, HTML: true,
		BatchTexts: 1, TextBytes: MaxTextBytes, Parallel: t.opts.Parallel}
	one := t.text
	if req != nil && req.Format == translate.HTML {
		engine.TextBytes, one = MaxHTMLBytes, t.document
	}
	return translate.Batches(ctx, req, &engine, func(ctx context.Context, texts []string) ([]translate.Translation, error) {
		source := aws.String(string(lang.Auto))
		if req.Source.Valid() {
			source = aws.String(string(req.Source))
		}
		var out translate.Translation
		err := t.policy.Do(ctx, func() (again bool, err error) {
			if out, err = one(ctx, texts[0], source, aws.String(string(req.Target))); err == nil {
				return false, nil
			}
			return unreadable(err) && ctx.Err() == nil, judge(ctx, err)
		})
		return []translate.Translation{out}, err
	})
}

func (t *Translator) settings() *types.TranslationSettings {
	if t.opts.Formality == "" {
		return nil
	}
	return &types.TranslationSettings{Formality: types.Formality(t.opts.Formality)}
}

func (t *Translator) text(ctx context.Context, text string, source, target *string) (translate.Translation, error) {
	res, err := t.api.TranslateText(ctx, &aws_translate.TranslateTextInput{Text: &text, SourceLanguageCode: source, TargetLanguageCode: target,
		TerminologyNames: t.opts.Terminologies, Settings: t.settings()})
	if err == nil && aws.ToString(res.TranslatedText) == "" {
		err = remote.Malformed("no TranslatedText")
	}
	if err != nil {
		return translate.Translation{}, err
	}
	return translate.Translation{Text: *res.TranslatedText, Source: lang.Code(aws.ToString(res.SourceLanguageCode))}, nil
}

func (t *Translator) document(ctx context.Context, text string, source, target *string) (translate.Translation, error) {
	res, err := t.api.TranslateDocument(ctx, &aws_translate.TranslateDocumentInput{
		Document:           &types.Document{Content: []byte(text), ContentType: aws.String("text/html")},
		SourceLanguageCode: source, TargetLanguageCode: target, TerminologyNames: t.opts.Terminologies, Settings: t.settings()})
	if err == nil && (res.TranslatedDocument == nil || len(res.TranslatedDocument.Content) == 0) {
		err = remote.Malformed("no TranslatedDocument")
	}
	if err != nil {
		return translate.Translation{}, err
	}
	return translate.Translation{Text: string(res.TranslatedDocument.Content), Source: lang.Code(aws.ToString(res.SourceLanguageCode))}, nil
}

// unreadable tells whether an error is about an answer of status 200 that was not understood.
func unreadable(err error) bool {
	_, garbled := errors.AsType[*smithy.DeserializationError](err)
	return garbled || errors.Is(err, remote.ErrMalformed)
}

// judge gives the error for a call that failed. What the service says stays out
// of it: it may quote the text or the key.
func judge(ctx context.Context, err error) error {
	cause := error(&Error{Code: "none"})
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		cause = &Error{Code: e.ErrorCode()}
		if code, message := meaning(e.ErrorCode()); code != "" {
			if code == fault.InvalidLanguage {
				cause = errors.Join(translate.ErrUnsupported, cause)
				return fault.Wrap(cause, code, message, fault.Details{"field": "source_language", "supported": codes()})
			}
			return fault.Wrap(cause, code, message, nil)
		}
	}
	if e := ctx.Err(); e != nil {
		if errors.Is(e, context.DeadlineExceeded) {
			return fault.Wrap(e, fault.UpstreamTimeout, "Amazon Translate did not answer in time", nil)
		}
		return fault.Wrap(e, fault.ServiceUnavailable, "the request was cancelled", nil)
	}
	if unreadable(err) {
		return fault.Wrap(remote.ErrMalformed, fault.Upstream, "Amazon Translate gave an answer that makes no sense", nil)
	}
	if e, ok := errors.AsType[*awshttp.ResponseError](err); ok && e.HTTPStatusCode() != 0 {
		return byStatus(e.HTTPStatusCode(), cause)
	}
	if timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err); ok && timeout.Timeout() {
		return fault.Wrap(cause, fault.UpstreamTimeout, "Amazon Translate did not answer in time", nil)
	}
	return fault.Wrap(cause, fault.ServiceUnavailable, "Amazon Translate cannot be reached", nil)
}

func codes() []lang.Code {
	var out []lang.Code
	for _, c := range lang.Codes() {
		for _, p := range supported() {
			if p.Source == c {
				out = append(out, c)
				break
			}
		}
	}
	return out
}

func byStatus(status int, cause error) error {
	code, message := fault.Upstream, "Amazon Translate failed"
	switch status {
	case http.StatusTooManyRequests:
		code, message = fault.RateLimitExceeded, "Amazon Translate is asked too often; try again later"
	case http.StatusServiceUnavailable:
		code, message = fault.ServiceUnavailable, "Amazon Translate is not available; try again later"
	}
	return fault.Wrap(cause, code, message, fault.Details{"upstream_status": status})
}

// meaning gives the code and sentence for the service's name of an error; "" for one that says little.
func meaning(name string) (fault.Code, string) {
	switch name {
	case "TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling", "RequestLimitExceeded":
		return fault.RateLimitExceeded, "Amazon Translate is asked too often; try again later"
	case "ServiceUnavailableException", "ServiceUnavailable":
		return fault.ServiceUnavailable, "Amazon Translate is not available; try again later"
	case "UnsupportedLanguagePairException":
		return fault.InvalidLanguage, "Amazon Translate does not translate between these languages"
	case "DetectedLanguageLowConfidenceException":
		return fault.InvalidLanguage, "the language of the text was not recognised"
	case "TextSizeLimitExceededException":
		return fault.PayloadTooLarge, "the text is longer than Amazon Translate takes"
	case "InvalidRequestException", "InvalidParameterValueException", "ValidationException":
		return fault.InvalidRequest, "Amazon Translate refuses the request"
	case "ResourceNotFoundException":
		return fault.Upstream, "Amazon Translate does not know the terminology"
	case "AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException", "MissingAuthenticationTokenException":
		return fault.Upstream, "Amazon Translate does not accept the configured credentials"
	}
	return "", ""
}

// Error is the cause inside a fault.Error when the service answered with an error.
type Error struct {
	Code string // the service's name for it
}

func (e *Error) Error() string { return "awstranslate: the service's error " + e.Code }
