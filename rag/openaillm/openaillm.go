// Package openaillm reaches chat and embedding models on any server that speaks
// the OpenAI protocol: OpenAI itself, vLLM, llama.cpp, Ollama, TEI and the many
// gateways. [Model] is an [llm.Model] that streams, [Embedder] a [rag.Embedder].
//
//	cfg := openaillm.Config{BaseURL: "http://127.0.0.1:8080/v1", APIKey: key}
//	model, err := openaillm.New(cfg, "qwen3-8b", nil)
//	if err != nil {
//		return err
//	}
//	res, err := model.Generate(ctx, &llm.Request{
//		Messages: []llm.Message{{Role: llm.User, Content: "नमस्ते"}},
//	})
//
// Requests that a server could not take (429, 5xx, a broken connection) are sent
// again, within bounds, honouring Retry-After and the caller's deadline. What
// fails comes back as a [fault.Error]; the key stands in no error, and neither do
// the texts that were sent.
package openaillm

import (
	"context"
	"encoding"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"github.com/akshara-go/akshara/observe/fault"
)

// Config says how to reach a server. BaseURL is required; the zero value of the
// rest is useful. It prints and marshals without the key.
type Config struct {
	BaseURL    string       // up to and with the version, such as https://api.openai.com/v1
	APIKey     string       // sent as a bearer token; empty: none is sent
	HTTPClient *http.Client // nil: a client with net/http's defaults. One without a CheckRedirect follows none

	Attempts    int           // tries a request, the first included; 0: 4
	Backoff     time.Duration // before the second try, doubled for each further one and shortened by chance by up to a half; 0: 500 ms
	MaxWait     time.Duration // longest wait before a try; a server that asks for more is not asked again; 0: 30 s
	Silence     time.Duration // how long the server may send nothing; 0: 2 minutes
	MaxResponse int64         // bytes of one answer or stream; 0: 64 MiB
}

// String gives the configuration without its key.
func (c Config) String() string {
	return fmt.Sprintf("openaillm.Config{BaseURL: %q, APIKey: %s}", c.BaseURL, c.maskedKey())
}

// Format prints the configuration without its key, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) }

// LogValue gives the configuration without its key.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText gives the configuration without its key.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

func (c Config) maskedKey() string {
	if c.APIKey == "" {
		return "none"
	}
	return "***"
}

// client checks c and builds a go-openai client on a [transport].
func (c Config) client() (*openai.Client, error) {
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, fault.New(fault.InvalidRequest, "openaillm: the base URL must begin with http:// or https:// and name a host", nil)
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, fault.New(fault.InvalidRequest, "openaillm: the base URL must carry no user, query or fragment; a key belongs into APIKey", nil)
	}
	conf := openai.DefaultConfig(c.APIKey)
	conf.BaseURL = c.BaseURL
	conf.HTTPClient = newTransport(c)
	return openai.NewClientWithConfig(conf), nil
}

// Models lists the models of the server of cfg by their ids. It tells, too, whether the
// server answers: errors are those of a [Model]; a server that is loading its model is MODEL_LOADING.
func Models(ctx context.Context, cfg Config) ([]string, error) {
	client, err := cfg.client()
	if err != nil {
		return nil, err
	}
	list, err := client.ListModels(ctx)
	if err != nil {
		return nil, callFault(ctx, err, cfg.APIKey)
	}
	ids := make([]string, len(list.Models))
	for i := range list.Models {
		ids[i] = list.Models[i].ID
	}
	return ids, nil
}

var (
	_ slog.LogValuer         = Config{}
	_ fmt.Formatter          = Config{}
	_ encoding.TextMarshaler = Config{}
)
