package translatehttp

import (
	"errors"
	"maps"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// translateRequest is the body of /translate.
type translateRequest struct {
	Text     string           `json:"text" doc:"At most 1 MiB" example:"Where is the museum?"`
	Source   string           `json:"source_language,omitempty" required:"false" default:"auto" doc:"A language code, or auto" example:"en"`
	Target   string           `json:"target_language" doc:"A language code" example:"hi"`
	Script   lang.Script      `json:"target_script,omitempty" required:"false" doc:"ISO 15924 code of the script to write in; the language's usual one when missing"`
	Format   translate.Format `json:"format,omitempty" required:"false" default:"plain" enum:"plain,html" doc:"What the text is"`
	Glossary []translate.Term `json:"glossary,omitempty" required:"false" maxItems:"1000" doc:"Terms and how they have to be put"`
}

func (t *translateRequest) request() (*translate.Request, error) {
	return parsed(t.Source, t.Target, &translate.Request{Texts: []string{t.Text}, Script: t.Script, Format: t.Format, Glossary: t.Glossary})
}

// parsed gives req with its languages, by their codes.
func parsed(source, target string, req *translate.Request) (*translate.Request, error) {
	var err error
	if req.Source, err = lang.ParseOrAuto(source); err != nil {
		return nil, renamed(err, "language", "source_language")
	}
	if req.Target, err = lang.Parse(target); err != nil {
		return nil, renamed(err, "language", "target_language")
	}
	return req, nil
}

// translateResponse is what /translate answers.
type translateResponse struct {
	Text     string         `json:"translated_text"`
	Source   lang.Code      `json:"source_language" doc:"As asked for, or found; empty when nobody knows"`
	Target   lang.Code      `json:"target_language"`
	Cached   bool           `json:"cached"`
	Kind     translate.Kind `json:"kind" enum:"translation,transliteration,unchanged" doc:"transliteration: the same words in another script, and no translation"`
	Engine   string         `json:"engine,omitempty" doc:"What made it"`
	Via      lang.Code      `json:"via,omitempty" doc:"The language between, when it was translated twice"`
	Fallback bool           `json:"fallback,omitempty" doc:"Another engine stood in for the one that was meant"`
}

// batchRequest is the body of /translate/batch.
type batchRequest struct {
	Texts    []string         `json:"texts" doc:"At most 10,000, of at most 1 MiB each" nullable:"false"`
	Source   string           `json:"source_language,omitempty" required:"false" default:"auto" doc:"A language code, or auto" example:"en"`
	Target   string           `json:"target_language" doc:"A language code" example:"hi"`
	Script   lang.Script      `json:"target_script,omitempty" required:"false" doc:"ISO 15924 code of the script to write in; the language's usual one when missing"`
	Format   translate.Format `json:"format,omitempty" required:"false" default:"plain" enum:"plain,html" doc:"What the texts are"`
	Glossary []translate.Term `json:"glossary,omitempty" required:"false" maxItems:"1000" doc:"Terms and how they have to be put"`
}

func (b *batchRequest) request() (*translate.Request, error) {
	return parsed(b.Source, b.Target, &translate.Request{Texts: b.Texts, Script: b.Script, Format: b.Format, Glossary: b.Glossary})
}

// newBatchRequest is the inverse of request, for other texts.
func newBatchRequest(req *translate.Request, texts []string) *batchRequest {
	return &batchRequest{Texts: texts, Source: string(req.Source), Target: string(req.Target), Script: req.Script, Format: req.Format, Glossary: req.Glossary}
}

// batchResponse is what /translate/batch answers.
type batchResponse struct {
	Translations []batchText `json:"translations" nullable:"false"`
	Source       lang.Code   `json:"source_language" doc:"As asked for; where that was open, the one that all texts were found to be in, else auto"`
	Target       lang.Code   `json:"target_language"`
	Engine       string      `json:"engine,omitempty"`
}

// batchText is what became of one text of a batch.
type batchText struct {
	Text     string         `json:"text"`
	Cached   bool           `json:"cached"`
	Source   lang.Code      `json:"source_language,omitempty"`
	Kind     translate.Kind `json:"kind,omitempty" enum:"translation,transliteration,unchanged" doc:"Missing where the text failed"`
	Engine   string         `json:"engine,omitempty"`
	Via      lang.Code      `json:"via,omitempty"`
	Fallback bool           `json:"fallback,omitempty"`
	Error    *textError     `json:"error,omitempty" doc:"Why there is no translation"`
}

// textError is the contract's error, of one text.
type textError struct {
	Code    fault.Code    `json:"code"`
	Message string        `json:"message"`
	Details fault.Details `json:"details,omitempty"`
}

func newBatchText(t *translate.Translation) batchText {
	out := batchText{Text: t.Text, Cached: t.Cached, Source: t.Source, Kind: t.Kind, Engine: t.Engine, Via: t.Via, Fallback: t.Fallback}
	if t.Err != nil {
		f := fault.From(marked(t.Err))
		out.Error = &textError{f.Code, f.Message, f.Details}
	}
	return out
}

// translation is the inverse of newBatchText. A service that has the contract's
// fields and no more gives translations.
func (b *batchText) translation() translate.Translation {
	t := translate.Translation{Text: b.Text, Cached: b.Cached, Source: b.Source, Kind: b.Kind, Engine: b.Engine, Via: b.Via, Fallback: b.Fallback}
	switch {
	case b.Error != nil:
		code := b.Error.Code
		if !code.Valid() {
			code = fault.Upstream
		}
		t.Err = restored(fault.New(code, b.Error.Message, b.Error.Details))
	case t.Kind == "":
		t.Kind = translate.Translated
	}
	if t.Kind == translate.Translated && t.Engine == "" {
		t.Engine = "translation-service"
	}
	return t
}

// detectRequest is the body of /detect.
type detectRequest struct {
	Text string `json:"text" doc:"At most 1 MiB" example:"ताजमहल किसने बनवाया था?"`
}

// detectResponse is what /detect answers.
type detectResponse struct {
	Language   lang.Code             `json:"language" doc:"Empty when it is none of the languages"`
	Confidence float64               `json:"confidence" doc:"0 to 1"`
	Script     lang.Script           `json:"script" doc:"ISO 15924 code; empty for a text without letters"`
	Candidates []translate.Detection `json:"candidates" doc:"All that come into question, the most likely first" nullable:"false"`
}

// transliterateRequest is the body of /transliterate.
type transliterateRequest struct {
	Text     string      `json:"text" doc:"At most 1 MiB" example:"bharat ki rajdhani"`
	Language string      `json:"language,omitempty" required:"false" doc:"The text's language, where its script does not tell" example:"hi"`
	From     lang.Script `json:"source_script,omitempty" required:"false" doc:"ISO 15924 code; found in the text when missing" example:"Latn"`
	To       lang.Script `json:"target_script" doc:"ISO 15924 code" example:"Deva"`
	TopK     int         `json:"top_k,omitempty" required:"false" default:"1" minimum:"1" maximum:"100" doc:"How many candidates to give at most"`
}

// transliterateResponse is what /transliterate answers.
type transliterateResponse struct {
	Text       string                `json:"text"`
	Candidates []translate.Candidate `json:"candidates" doc:"The most likely first" nullable:"false"`
}

// checkText gives the error for a text that is too long for a request.
func checkText(text string) error {
	if len(text) > translate.MaxTextBytes {
		return fault.New(fault.PayloadTooLarge, "the text is longer than can be taken at once", fault.Details{"field": "text", "limit_bytes": translate.MaxTextBytes})
	}
	return nil
}

// renamed gives an error about a field under the name that the request has for it.
func renamed(err error, from, to string) error {
	f := fault.From(err)
	if f.Details["field"] != from {
		return err
	}
	details := maps.Clone(f.Details)
	details["field"] = to
	return withDetails(f, details)
}

// unsupported is the detail by which [translate.ErrUnsupported] crosses the wire.
const unsupported = "unsupported"

// marked gives err with the detail, where an engine says that it cannot do what was asked.
func marked(err error) error {
	if !errors.Is(err, translate.ErrUnsupported) {
		return err
	}
	f := fault.From(err)
	details := maps.Clone(f.Details)
	if details == nil {
		details = fault.Details{}
	}
	details[unsupported] = true
	return withDetails(f, details)
}

// restored is the inverse of marked.
func restored(err error) error {
	f := fault.From(err)
	if f.Details[unsupported] != true {
		return err
	}
	details := maps.Clone(f.Details)
	delete(details, unsupported)
	out := fault.Wrap(translate.ErrUnsupported, f.Code, f.Message, details)
	out.RequestID = f.RequestID
	return out
}

// withDetails gives an error like f, and caused by it, with other details.
func withDetails(f *fault.Error, details fault.Details) error {
	out := fault.Wrap(f.Unwrap(), f.Code, f.Message, details)
	out.RequestID, out.RetryAfter = f.RequestID, f.RetryAfter
	return out
}
