// Package libretranslate translates by a LibreTranslate server, which runs the
// models of Argos Translate: free software for one's own machine, with Hindi,
// Bengali, Urdu and English among its languages (the server says which).
//
//	t, err := libretranslate.New("http://127.0.0.1:5000", nil)
//	if err != nil {
//		return err
//	}
//	defer t.Close()
//	res, err := t.Translate(ctx, &translate.Request{Texts: []string{"Where is the museum?"}, Source: lang.English, Target: lang.Hindi})
//
// The wire format is that of the project's API reference (POST /translate with q
// as a list, source, target, format and api_key; GET /languages with each
// one's targets), as of version 1.6.
package libretranslate

import (
	"context"
	"sync"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/internal/remote"
	"github.com/akshara-go/akshara/translate/lang"
)

const (
	batchTexts   = 32
	batchBytes   = 64 << 10
	languagesTTL = time.Hour // how long the server's list of languages is believed
)

// Options tune a Translator. The zero value is useful.
type Options struct {
	APIKey string // sent with each request; empty: none is
	// Version stands in the identity: change it when the server's models change.
	Version string
	// HTTP says how the server is called; nil means httpkit's defaults. It is tried again after
	// 429, any 5xx, no answer and an answer that cannot be read.
	HTTP *httpkit.ClientOptions
}

// Translator is a LibreTranslate server. Its methods may be called concurrently.
type Translator struct {
	client  *remote.Client
	key     string
	version string

	mu    sync.Mutex
	pairs []translate.Pair
	names map[lang.Code]string // the server's own codes
	until time.Time            // when pairs and names are to be asked for again
}

var (
	_ translate.Translator = (*Translator)(nil)
	_ translate.PairLister = (*Translator)(nil)
	_ translate.Identifier = (*Translator)(nil)
)

// New makes a Translator of the server at base. Nothing is sent until it is
// used. opts may be nil. An address that is none is INVALID_REQUEST.
func New(base string, opts *Options) (*Translator, error) {
	if opts == nil {
		opts = &Options{}
	}
	client, err := remote.New(base, "LibreTranslate", opts.HTTP)
	if err != nil {
		return nil, err
	}
	return &Translator{client: client, key: opts.APIKey, version: opts.Version}, nil
}

// Close lets go of kept connections.
func (t *Translator) Close() error { return t.client.Close() }

// Identity names the engine and the version that the options give.
func (t *Translator) Identity() string { return "libretranslate/" + t.version }

// language is one of the server's.
type language struct {
	Code    string   `json:"code"`
	Targets []string `json:"targets"`
}

// Pairs gives the pairs of this module's languages that the server has now. The
// answer is kept for an hour.
func (t *Translator) Pairs(ctx context.Context) ([]translate.Pair, error) {
	pairs, _, err := t.languages(ctx)
	return append([]translate.Pair(nil), pairs...), err
}

// languages gives the pairs and the server's codes, which are not to be changed.
func (t *Translator) languages(ctx context.Context) ([]translate.Pair, map[lang.Code]string, error) {
	t.mu.Lock()
	pairs, names, fresh := t.pairs, t.names, time.Now().Before(t.until)
	t.mu.Unlock()
	if fresh {
		return pairs, names, nil
	}
	list, err := remote.Call(ctx, t.client, &httpkit.Call{Path: "/languages"}, func(list *[]language) error {
		if len(*list) == 0 {
			return remote.Malformed("no languages")
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	pairs, names = known(*list)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pairs, t.names, t.until = pairs, names, time.Now().Add(languagesTTL)
	return pairs, names, nil
}

// known gives the pairs of the list whose languages the registry has.
func known(list []language) ([]translate.Pair, map[lang.Code]string) {
	pairs, names := []translate.Pair{}, make(map[lang.Code]string)
	for _, l := range list {
		source, err := lang.Parse(l.Code)
		if err != nil {
			continue
		}
		names[source] = l.Code
		for _, to := range l.Targets {
			if target, err := lang.Parse(to); err == nil && target != source {
				pairs = append(pairs, translate.Pair{Source: source, Target: target})
			}
		}
	}
	return pairs, names
}

// query is the body of POST /translate.
type query struct {
	Q      []string `json:"q"`
	Source string   `json:"source"`
	Target string   `json:"target"`
	Format string   `json:"format"`
	APIKey string   `json:"api_key,omitempty"`
}

// answer is what POST /translate gives for a list of texts.
type answer struct {
	TranslatedText   []string `json:"translatedText"`
	DetectedLanguage []struct {
		Language string `json:"language"`
	} `json:"detectedLanguage"`
}

// Translate translates plain text and HTML; the server finds the source
// language when it is open. A glossary is refused: see [translate.NewGlossed].
func (t *Translator) Translate(ctx context.Context, req *translate.Request) (*translate.Result, error) {
	engine := translate.Engine{Name: "libretranslate", Auto: true, HTML: true, BatchTexts: batchTexts, BatchBytes: batchBytes}
	if err := translate.Check(req); err != nil {
		return nil, err
	}
	var names map[lang.Code]string
	if len(req.Texts) > 0 && req.Source != req.Target {
		var err error
		if engine.Pairs, names, err = t.languages(ctx); err != nil {
			return nil, err
		}
	}
	return translate.Batches(ctx, req, &engine, func(ctx context.Context, texts []string) ([]translate.Translation, error) {
		q := query{Q: texts, Source: names[req.Source], Target: names[req.Target], Format: "text", APIKey: t.key}
		if q.Source == "" {
			q.Source = "auto"
		}
		if req.Format == translate.HTML {
			q.Format = "html"
		}
		got, err := remote.Call(ctx, t.client, &httpkit.Call{Path: "/translate", Body: &q}, func(a *answer) error {
			if len(a.TranslatedText) != len(texts) {
				return remote.Malformed("%d translations for %d texts", len(a.TranslatedText), len(texts))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		return got.translations(), nil
	})
}

func (a *answer) translations() []translate.Translation {
	out := make([]translate.Translation, len(a.TranslatedText))
	for i, text := range a.TranslatedText {
		out[i].Text = text
		if len(a.DetectedLanguage) != len(out) {
			continue
		}
		source, err := lang.Parse(a.DetectedLanguage[i].Language)
		if err != nil {
			out[i].Err = fault.New(fault.InvalidLanguage, "the language of the text was not recognised", fault.Details{"field": "source_language"})
			continue
		}
		out[i].Source = source
	}
	return out
}
