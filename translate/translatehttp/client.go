package translatehttp

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/internal/remote"
	"github.com/akshara-go/akshara/translate/lang"
)

// maxDetect is how much of a text's beginning is sent to find its language, in
// bytes: several pages.
const maxDetect = 64 << 10

// Client calls a translation service. It is a translate.Translator, a
// translate.Detector and a translate.CandidateTransliterator, and may be used concurrently.
//
// Errors are those of the ports, equal in code, message and details to what the
// service raised. A service that cannot be reached, is busy (429), fails (5xx) or answers
// what cannot be read is asked again, as often as the options and as long as the
// context allow; at the end that is SERVICE_UNAVAILABLE, RATE_LIMIT_EXCEEDED,
// UPSTREAM_TIMEOUT or UPSTREAM_ERROR. A service that does not offer a route or does not
// let the client in is UPSTREAM_ERROR at once.
//
// Text on the wire is UTF-8 without U+0000: a text to translate or to
// transliterate that is something else is INVALID_REQUEST.
type Client struct{ remote *remote.Client }

var (
	_ translate.Translator              = (*Client)(nil)
	_ translate.Detector                = (*Client)(nil)
	_ translate.CandidateTransliterator = (*Client)(nil)
	_ health.Checker                    = (*Client)(nil)
)

// NewClient makes a Client of the service at base. Nothing is sent until it is
// used. opts may be nil; its Timeout bounds one attempt at a hundred texts, which a
// language model may need more than the default for. An address that is none is INVALID_REQUEST.
func NewClient(base string, opts *httpkit.ClientOptions) (*Client, error) {
	c, err := remote.New(base, "the translation service", opts)
	if err != nil {
		return nil, err
	}
	return &Client{c}, nil
}

// Close lets go of kept connections.
func (c *Client) Close() error { return c.remote.Close() }

// CheckHealth asks whether the service says of itself that it is healthy.
func (c *Client) CheckHealth(ctx context.Context) error {
	return received(remote.Ping(ctx, c.remote, &httpkit.Call{Path: "/health", Route: "/health"}))
}

// post sends a body to a route and gives the answer that passes check.
func post[T any](ctx context.Context, c *Client, route string, body any, check func(*T) error) (*T, error) {
	out, err := remote.Call(ctx, c.remote, &httpkit.Call{Method: http.MethodPost, Path: route, Route: route, Body: body, Idempotent: true}, check)
	if err != nil {
		return nil, received(err)
	}
	return out, nil
}

// received gives an error as the ports have it. What the service says about the
// client's own right to ask is not the asker's business.
func received(err error) error {
	if err == nil {
		return nil
	}
	switch fault.CodeOf(err) {
	case fault.Unauthorized, fault.TokenExpired, fault.Forbidden, fault.APIKeyRevoked, fault.NotFound, fault.MethodNotAllowed:
		return fault.Wrap(err, fault.Upstream, "the translation service does not offer this, or not to this client", nil)
	}
	return restored(err)
}

// detected is the answer of /detect, which has to have a language, be it an empty one.
type detected struct {
	Language   *lang.Code            `json:"language"`
	Confidence float64               `json:"confidence"`
	Script     lang.Script           `json:"script"`
	Candidates []translate.Detection `json:"candidates"`
}

// Detect finds the language of a text by its first 64 KiB.
func (c *Client) Detect(ctx context.Context, text string) ([]translate.Detection, error) {
	out, err := post(ctx, c, "/detect", &detectRequest{beginning(text)}, checkDetected)
	if err != nil {
		return nil, err
	}
	return out.Candidates, nil
}

// beginning gives what is sent of a text whose language is asked for.
func beginning(text string) string {
	if len(text) > maxDetect {
		at := maxDetect
		for at > maxDetect-utf8.UTFMax && !utf8.RuneStart(text[at]) {
			at--
		}
		text = text[:at]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, " "), "\x00", " ")
}

// checkDetected tells what is wrong with an answer. One that has the contract's
// fields and no more gets its candidate.
func checkDetected(d *detected) error {
	if d.Language == nil {
		return remote.Malformed("no language")
	}
	if *d.Language != "" && len(d.Candidates) == 0 {
		d.Candidates = []translate.Detection{{Language: *d.Language, Script: d.Script, Confidence: d.Confidence}}
	}
	for i, f := range d.Candidates {
		if !f.Language.Valid() || f.Confidence <= 0 || f.Confidence > 1 {
			return remote.Malformed("candidate %d is none", i)
		}
	}
	return nil
}

// Transliterate writes a text in another script.
func (c *Client) Transliterate(ctx context.Context, text string, from, to lang.Script) (string, error) {
	if from == "" { // the wire would have the service find it
		return "", unknownScript("source_script")
	}
	out, err := c.transliterate(ctx, &transliterateRequest{Text: text, From: from, To: to})
	if err != nil {
		return "", err
	}
	return out.Text, nil
}

// Candidates gives the likeliest spellings, at most [MaxTopK], of a word in Latin letters.
func (c *Client) Candidates(ctx context.Context, word string, code lang.Code, to lang.Script, k int) ([]translate.Candidate, error) {
	switch {
	case k < 1: // the wire would take it for the default
		return nil, fault.New(fault.InvalidRequest, "top_k must be 1 or more", fault.Details{"field": "top_k", "minimum": 1})
	case !code.Valid():
		return nil, fault.New(fault.InvalidLanguage, fmt.Sprintf("language %.32q is not supported", string(code)), fault.Details{"field": "language", "supported": lang.Codes()})
	}
	out, err := c.transliterate(ctx, &transliterateRequest{Text: word, Language: string(code), From: lang.Latin, To: to, TopK: min(k, MaxTopK)})
	if err != nil {
		return nil, err
	}
	return out.Candidates, nil
}

func (c *Client) transliterate(ctx context.Context, body *transliterateRequest) (*transliterateResponse, error) {
	if err := plain(body.Text); err != nil {
		return nil, renamed(err, "texts", "text")
	}
	if err := checkText(body.Text); err != nil {
		return nil, err
	}
	return post(ctx, c, "/transliterate", body, func(t *transliterateResponse) error {
		if t.Text == "" && body.Text != "" || len(t.Candidates) > MaxTopK {
			return remote.Malformed("no text")
		}
		return nil
	})
}

// unknownScript is the error for a script that is not named.
func unknownScript(field string) error {
	var supported []lang.Script
	for _, l := range lang.All() {
		for _, s := range l.Scripts {
			if !slices.Contains(supported, s) {
				supported = append(supported, s)
			}
		}
	}
	return fault.New(fault.InvalidLanguage, `script "" is not supported`, fault.Details{"field": field, "supported": supported})
}

// plain gives the error for a text that the wire does not carry.
func plain(text string) error {
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return fault.New(fault.InvalidRequest, "the text is not UTF-8, or holds the character U+0000", fault.Details{"field": "texts"})
	}
	return nil
}
