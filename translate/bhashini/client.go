// Package bhashini speaks to Bhashini, the Government of India's language
// platform: translation, transliteration and language detection, and by [Client.Compute]
// every other task of its pipelines.
//
//	client, err := bhashini.New(bhashini.Config{UserID: id, APIKey: key}, nil)
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//	res, err := client.Translator().Translate(ctx, &translate.Request{Texts: []string{"नमस्ते"}, Source: lang.Hindi, Target: lang.Tamil})
//
// A pipeline (ULCA) is used in two calls. The config call, getModelsPipeline, says for
// a task which services there are for which languages, where to call
// them, and the name and value of the header that lets one in; it is kept
// for an hour, and made anew when a service refuses the key. The compute call does the work.
// Both follow the documentation at bhashini.gitbook.io/bhashini-apis; the fields of
// transliteration and text language detection are those of the ULCA schemas and Dhruva, the
// platform's server.
//
// Every compute call carries "controlConfig": {"dataTracking": false}: the
// texts are not to be kept.
package bhashini

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/translate/internal/remote"
)

// Defaults of Config and Options.
const (
	DefaultConfigURL  = "https://meity-auth.ulcacontrib.org/ulca/apis/v0/model/getModelsPipeline"
	DefaultPipelineID = "64392f96daac500b55c543cd" // MeitY's, which has all tasks
	DefaultConfigTTL  = time.Hour
)

// Config says who calls. UserID and APIKey are required; it prints without the key.
type Config struct {
	UserID string // of one's ULCA account
	APIKey string // ulcaApiKey

	ConfigURL  string // of the config call; empty: DefaultConfigURL
	PipelineID string // empty: DefaultPipelineID
}

// Format prints the configuration without its key, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "bhashini.Config{UserID: %q, PipelineID: %q}", c.UserID, c.PipelineID)
}

// LogValue gives the configuration without its key.
func (c Config) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// MarshalText gives the configuration without its key.
func (c Config) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(c)), nil }

// Options tune a Client. The zero value is useful.
type Options struct {
	ConfigTTL time.Duration // how long a config call's answer is kept; 0: DefaultConfigTTL
	// HTTP says how the platform is called; nil means httpkit's defaults. It is tried again
	// after 429, any 5xx, no answer and an answer that cannot be read.
	HTTP *httpkit.ClientOptions
}

// Client is an account at Bhashini. Its methods may be called concurrently.
type Client struct {
	cfg    Config
	opts   Options
	config *remote.Client
	path   string // of the config call

	mu       sync.Mutex
	kept     map[TaskType]*pipeline
	services map[string]*remote.Client // by the compute call's origin
}

// New makes a Client. Nothing is sent until it is used. opts may be nil. A
// configuration that cannot work is INVALID_REQUEST.
func New(cfg Config, opts *Options) (*Client, error) {
	if cfg.UserID == "" || cfg.APIKey == "" {
		return nil, fault.New(fault.InvalidRequest, "bhashini: a user id and an API key are needed", nil)
	}
	if cfg.ConfigURL == "" {
		cfg.ConfigURL = DefaultConfigURL
	}
	if cfg.PipelineID == "" {
		cfg.PipelineID = DefaultPipelineID
	}
	c := &Client{cfg: cfg, kept: make(map[TaskType]*pipeline), services: make(map[string]*remote.Client)}
	if opts != nil {
		c.opts = *opts
	}
	if c.opts.ConfigTTL <= 0 {
		c.opts.ConfigTTL = DefaultConfigTTL
	}
	base, path, err := split(cfg.ConfigURL)
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidRequest, "bhashini: the address of the config call is not one", nil)
	}
	if c.config, err = remote.New(base, serviceName, c.opts.HTTP); err != nil {
		return nil, err
	}
	c.path = path
	return c, nil
}

const serviceName = "Bhashini"

// Close lets go of kept connections.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.config.Close()
	for _, s := range c.services {
		err = errors.Join(err, s.Close())
	}
	return err
}

// split gives an address's origin and its path.
func split(address string) (origin, path string, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", "", errors.New("bhashini: not an http or https address without user and query")
	}
	if path = u.EscapedPath(); path == "" {
		path = "/"
	}
	return u.Scheme + "://" + u.Host, path, nil
}

// Task is a step of a compute call.
type Task struct {
	Type   TaskType   `json:"taskType"`
	Config TaskConfig `json:"config"`
}

// TaskType names what a step does.
type TaskType string

// The tasks of Bhashini's pipelines.
const (
	Translation     TaskType = "translation"
	Transliteration TaskType = "transliteration"
	TextLanguage    TaskType = "txt-lang-detection"
	ASR             TaskType = "asr"
	TTS             TaskType = "tts"
	OCR             TaskType = "ocr"
)

// TaskConfig is how a step is to be done. Compute fills ServiceID when it is empty.
type TaskConfig struct {
	Language  *Language `json:"language,omitempty"`
	ServiceID string    `json:"serviceId"`

	// Of transliteration: whole sentences, or so many suggestions for a word.
	IsSentence     bool `json:"isSentence,omitempty"`
	NumSuggestions int  `json:"numSuggestions,omitempty"`

	// Of asr and tts.
	AudioFormat  string `json:"audioFormat,omitempty"`
	SamplingRate int    `json:"samplingRate,omitempty"`
	Gender       string `json:"gender,omitempty"`
}

// Language is what a step works on, in the platform's codes (see [Code]).
type Language struct {
	Source       string `json:"sourceLanguage"`
	Target       string `json:"targetLanguage,omitempty"`
	SourceScript string `json:"sourceScriptCode,omitempty"`
	TargetScript string `json:"targetScriptCode,omitempty"`
}

// Input is what a compute call works on: texts, or sound or pictures as base64 or by address.
type Input struct {
	Texts  []Text  `json:"input,omitempty"`
	Audio  []Media `json:"audio,omitempty"`
	Images []Media `json:"image,omitempty"`
}

// Text is one text of an Input.
type Text struct {
	Source string `json:"source"`
}

// Media is a sound or picture.
type Media struct {
	AudioContent string `json:"audioContent,omitempty"`
	AudioURI     string `json:"audioUri,omitempty"`
	ImageContent string `json:"imageContent,omitempty"`
	ImageURI     string `json:"imageUri,omitempty"`
}

// Output is what a step gave.
type Output struct {
	Type  TaskType `json:"taskType"`
	Texts []Made   `json:"output"`
	Audio []Media  `json:"audio"`
}

// Made is what a step made of one text.
type Made struct {
	Source    string       `json:"source"`
	Target    oneOrMore    `json:"target"`
	Languages []Prediction `json:"langPrediction"`
}

// Prediction is a language that a text may be in.
type Prediction struct {
	Language string  `json:"langCode"`
	Script   string  `json:"scriptCode"`
	Score    float64 `json:"langScore"`
}

// computeBody is the body of a compute call.
type computeBody struct {
	Tasks   []Task  `json:"pipelineTasks"`
	Input   Input   `json:"inputData"`
	Control control `json:"controlConfig"`
}

// control tells the platform not to keep what it is sent.
type control struct {
	DataTracking bool `json:"dataTracking"`
}

type computeAnswer struct {
	Outputs []Output `json:"pipelineResponse"`
}

// Compute runs tasks, one after the other, over an input and gives what each
// gave, in their order. A task without a ServiceID gets the first service of the
// config call that has its language. The first task's type decides whose pipeline is called.
//
// A language that no service has is INVALID_LANGUAGE; other errors are those of
// [translate.Translator].
func (c *Client) Compute(ctx context.Context, tasks []Task, in Input) ([]Output, error) {
	if len(tasks) == 0 {
		return nil, fault.New(fault.InvalidRequest, "bhashini: there is no task", nil)
	}
	out, err := c.compute(ctx, tasks, in)
	if refused(err) { // the key has changed since the config call
		c.forget(tasks)
		out, err = c.compute(ctx, tasks, in)
	}
	return out, err
}

func (c *Client) compute(ctx context.Context, tasks []Task, in Input) ([]Output, error) {
	filled := make([]Task, len(tasks))
	var first *pipeline
	for i, task := range tasks {
		p, err := c.pipeline(ctx, task.Type)
		if err != nil {
			return nil, err
		}
		if first == nil {
			first = p
		}
		if task.Config.ServiceID == "" {
			if task.Config.ServiceID, err = p.service(task.Config.Language); err != nil {
				return nil, err
			}
		}
		filled[i] = task
	}
	service, err := c.service(first.origin)
	if err != nil {
		return nil, err
	}
	call := &httpkit.Call{Path: first.path, Header: http.Header{first.header: {first.key}}, Route: "pipeline",
		Body: &computeBody{Tasks: filled, Input: in}}
	answer, err := remote.Call(ctx, service, call, func(a *computeAnswer) error {
		if len(a.Outputs) != len(tasks) {
			return remote.Malformed("%d outputs for %d tasks", len(a.Outputs), len(tasks))
		}
		for i := range a.Outputs {
			if a.Outputs[i].Type != tasks[i].Type {
				return remote.Malformed("the output of %q where %q was asked for", a.Outputs[i].Type, tasks[i].Type)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answer.Outputs, nil
}

// refused tells whether a service did not accept its key.
func refused(err error) bool {
	if err == nil {
		return false
	}
	status, _ := fault.From(err).Details["upstream_status"].(int)
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}

// texts runs one task over texts and gives what it made of each.
func (c *Client) texts(ctx context.Context, task Task, texts []string) ([]Made, error) {
	in := Input{Texts: make([]Text, len(texts))}
	for i, text := range texts {
		in.Texts[i].Source = text
	}
	out, err := c.Compute(ctx, []Task{task}, in)
	if err != nil {
		return nil, err
	}
	if len(out[0].Texts) != len(texts) {
		return nil, fault.Wrap(remote.Malformed("%d outputs for %d texts", len(out[0].Texts), len(texts)), fault.Upstream, "Bhashini gave an answer that makes no sense", nil)
	}
	return out[0].Texts, nil
}
