// Package indictrans translates by IndicTrans2, AI4Bharat's model for all 22
// scheduled languages and English, behind any server of the KServe v2 (Open
// Inference) protocol: NVIDIA Triton, KServe, MLServer.
//
//	t, err := indictrans.New("http://127.0.0.1:8000", nil)
//	if err != nil {
//		return err
//	}
//	defer t.Close()
//	res, err := t.Translate(ctx, &translate.Request{Texts: []string{"Where is the museum?"}, Source: lang.English, Target: lang.Santali})
//
// A batch goes as POST /v2/models/{model}/infer with three tensors of BYTES and
// the shape [n, 1], as JSON; the tensors' names and shape are those of
// inference/triton_server in AI4Bharat/IndicTrans2, the JSON that of the KServe v2
// protocol's REST part. AI4Bharat's own repository takes the short codes of [ISO].
//
// The model reads sentences of up to 256 tokens: put a [translate.Chunked] of
// some 600 bytes around it for longer texts.
package indictrans

import (
	"context"
	"net/http"
	"net/url"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/internal/remote"
	"github.com/akshara-go/akshara/translate/lang"
)

// Defaults of Options: the names in AI4Bharat's Triton repository.
const (
	DefaultModel      = "nmt"
	DefaultTextIn     = "INPUT_TEXT"
	DefaultSourceIn   = "INPUT_LANGUAGE_ID"
	DefaultTargetIn   = "OUTPUT_LANGUAGE_ID"
	DefaultTextOut    = "OUTPUT_TEXT"
	DefaultBatchTexts = 32
)

// Options tune a Translator. The zero value is useful.
type Options struct {
	Model   string // on the server; empty: DefaultModel
	Version string // of the model; empty: the one that the server serves
	Token   string // sent as a bearer token; empty: none is

	TextIn, SourceIn, TargetIn, TextOut string // names of the tensors; empty: the defaults

	Codes      Codes // nil: FLORES
	BatchTexts int   // texts in one call; 0: DefaultBatchTexts
	Flat       bool  // tensors have the shape [n] instead of [n, 1]

	// HTTP says how the server is called; nil means httpkit's defaults. It is tried again after
	// 429, any 5xx, no answer and an answer that cannot be read.
	HTTP *httpkit.ClientOptions
}

func (o *Options) fill() {
	for at, to := range map[*string]string{&o.Model: DefaultModel, &o.TextIn: DefaultTextIn, &o.SourceIn: DefaultSourceIn,
		&o.TargetIn: DefaultTargetIn, &o.TextOut: DefaultTextOut} {
		if *at == "" {
			*at = to
		}
	}
	if o.Codes == nil {
		o.Codes = FLORES
	}
	if o.BatchTexts <= 0 {
		o.BatchTexts = DefaultBatchTexts
	}
}

// Translator is IndicTrans2 on a server. Its methods may be called concurrently.
type Translator struct {
	client *remote.Client
	path   string
	opts   Options
	pairs  []translate.Pair
}

var (
	_ translate.Translator = (*Translator)(nil)
	_ translate.PairLister = (*Translator)(nil)
	_ translate.Identifier = (*Translator)(nil)
)

// New makes a Translator of the server at base. Nothing is sent until it is
// used. opts may be nil. An address that is none is INVALID_REQUEST.
func New(base string, opts *Options) (*Translator, error) {
	t := &Translator{}
	if opts != nil {
		t.opts = *opts
	}
	t.opts.fill()
	var err error
	if t.client, err = remote.New(base, "the IndicTrans2 server", t.opts.HTTP); err != nil {
		return nil, err
	}
	t.path = "/v2/models/" + url.PathEscape(t.opts.Model)
	if t.opts.Version != "" {
		t.path += "/versions/" + url.PathEscape(t.opts.Version)
	}
	var known []lang.Code
	for _, code := range lang.Codes() {
		if t.opts.Codes(code, code.Script()) != "" {
			known = append(known, code)
		}
	}
	t.pairs = translate.AllPairs(known...)
	return t, nil
}

// Close lets go of kept connections.
func (t *Translator) Close() error { return t.client.Close() }

// Identity names the model and its version.
func (t *Translator) Identity() string { return "indictrans/" + t.opts.Model + "/" + t.opts.Version }

// Pairs gives every pair of the languages that the codes know.
func (t *Translator) Pairs(context.Context) ([]translate.Pair, error) {
	return append([]translate.Pair(nil), t.pairs...), nil
}

// Ready asks whether the server has the model loaded: GET .../ready. It fails as Translate does.
func (t *Translator) Ready(ctx context.Context) error {
	return remote.Ping(ctx, t.client, &httpkit.Call{Path: t.path + "/ready", Header: t.header(), Route: "/v2/models/{model}/ready"})
}

func (t *Translator) header() http.Header {
	if t.opts.Token == "" {
		return nil
	}
	return http.Header{"Authorization": {"Bearer " + t.opts.Token}}
}

// tensor is an input or output of the KServe v2 protocol.
type tensor struct {
	Name     string   `json:"name"`
	Shape    []int    `json:"shape,omitempty"`
	Datatype string   `json:"datatype,omitempty"`
	Data     []string `json:"data,omitempty"`
}

type inferRequest struct {
	Inputs  []tensor `json:"inputs"`
	Outputs []tensor `json:"outputs"`
}

type inferResponse struct {
	Outputs []tensor `json:"outputs"`
}

// Translate translates plain text. A text of a language with two scripts is taken
// in the script that most of it is in, and a request's Script is written where the model
// knows it. HTML and a glossary are refused: see [translate.NewGlossed].
func (t *Translator) Translate(ctx context.Context, req *translate.Request) (*translate.Result, error) {
	engine := translate.Engine{Name: "indictrans2", Pairs: t.pairs, Scripts: true, BatchTexts: t.opts.BatchTexts}
	return translate.Batches(ctx, req, &engine, func(ctx context.Context, texts []string) ([]translate.Translation, error) {
		script := req.Script
		if script == "" {
			script = req.Target.Script()
		}
		target := t.opts.Codes(req.Target, script)
		if target == "" {
			return nil, fault.Wrap(translate.ErrUnsupported, fault.InvalidLanguage, "the model does not write the language in this script",
				fault.Details{"field": "target_script", "supported": []lang.Script{req.Target.Script()}})
		}
		return t.infer(ctx, texts, t.sources(req.Source, texts), target)
	})
}

// sources gives each text's language and script as the server names them.
func (t *Translator) sources(code lang.Code, texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		if out[i] = t.opts.Codes(code, lang.ScriptOf(text)); out[i] == "" {
			out[i] = t.opts.Codes(code, code.Script()) // romanised, or names in another script
		}
	}
	return out
}

func (t *Translator) infer(ctx context.Context, texts, sources []string, target string) ([]translate.Translation, error) {
	targets := make([]string, len(texts))
	for i := range targets {
		targets[i] = target
	}
	shape := []int{len(texts), 1}
	if t.opts.Flat {
		shape = shape[:1]
	}
	body := inferRequest{
		Inputs: []tensor{{t.opts.TextIn, shape, "BYTES", texts}, {t.opts.SourceIn, shape, "BYTES", sources},
			{t.opts.TargetIn, shape, "BYTES", targets}},
		Outputs: []tensor{{Name: t.opts.TextOut}},
	}
	var made []string
	_, err := remote.Call(ctx, t.client, &httpkit.Call{Path: t.path + "/infer", Header: t.header(), Route: "/v2/models/{model}/infer", Body: &body},
		func(r *inferResponse) (err error) {
			made, err = r.texts(t.opts.TextOut, len(texts))
			return err
		})
	if err != nil {
		return nil, err
	}
	out := make([]translate.Translation, len(made))
	for i, text := range made {
		out[i].Text = text
	}
	return out, nil
}

// texts gives the n texts of the output called name.
func (r *inferResponse) texts(name string, n int) ([]string, error) {
	for i := range r.Outputs {
		o := &r.Outputs[i]
		if o.Name != name {
			continue
		}
		if o.Datatype != "BYTES" || len(o.Data) != n {
			return nil, remote.Malformed("%d values of %s in %s for %d texts", len(o.Data), o.Datatype, name, n)
		}
		return o.Data, nil
	}
	return nil, remote.Malformed("no output called %s", name)
}
