package bhashini

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/internal/remote"
	"github.com/akshara-go/akshara/translate/lang"
)

// Code gives the platform's code for a language: the contract's, but gom for Konkani.
func Code(code lang.Code) string {
	if code == lang.Konkani {
		return "gom"
	}
	return string(code)
}

// pipeline is what a config call told of a task. It is not changed once it is kept.
type pipeline struct {
	origin, path string // of the compute call
	header, key  string // that lets one in
	services     []service
	until        time.Time
}

// service does a task for a language or a pair.
type service struct {
	ID       string   `json:"serviceId"`
	Language Language `json:"language"`
}

// configBody is the body of a config call.
type configBody struct {
	Tasks   []configTask `json:"pipelineTasks"`
	Request struct {
		PipelineID string `json:"pipelineId"`
	} `json:"pipelineRequestConfig"`
}

type configTask struct {
	Type TaskType `json:"taskType"`
}

// configAnswer is what a config call gives, as far as it is of use.
type configAnswer struct {
	Tasks []struct {
		Type     TaskType  `json:"taskType"`
		Services []service `json:"config"`
	} `json:"pipelineResponseConfig"`
	Endpoint struct {
		URL string `json:"callbackUrl"`
		Key struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"inferenceApiKey"`
	} `json:"pipelineInferenceAPIEndPoint"`
}

// pipeline gives what is known of a task, by a config call when that is too old.
func (c *Client) pipeline(ctx context.Context, task TaskType) (*pipeline, error) {
	c.mu.Lock()
	p := c.kept[task]
	c.mu.Unlock()
	if p != nil && time.Now().Before(p.until) {
		return p, nil
	}
	body := &configBody{Tasks: []configTask{{task}}}
	body.Request.PipelineID = c.cfg.PipelineID
	call := &httpkit.Call{Path: c.path, Route: "getModelsPipeline", Body: body,
		Header: http.Header{"userID": {c.cfg.UserID}, "ulcaApiKey": {c.cfg.APIKey}}}
	_, err := remote.Call(ctx, c.config, call, func(a *configAnswer) (err error) {
		p, err = a.pipeline(task, strings.HasPrefix(c.cfg.ConfigURL, "http:"))
		return err
	})
	if err != nil {
		return nil, err
	}
	p.until = time.Now().Add(c.opts.ConfigTTL)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept[task] = p
	return p, nil
}

// forget makes the next call of these tasks begin with a config call.
func (c *Client) forget(tasks []Task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range tasks {
		delete(c.kept, t.Type)
	}
}

// pipeline reads an answer. The services are called over TLS, unless the config call itself is not.
func (a *configAnswer) pipeline(task TaskType, insecure bool) (*pipeline, error) {
	p := &pipeline{header: a.Endpoint.Key.Name, key: a.Endpoint.Key.Value}
	var err error
	if p.origin, p.path, err = split(a.Endpoint.URL); err != nil {
		return nil, remote.Malformed("no callbackUrl")
	}
	if !strings.HasPrefix(p.origin, "https:") && !insecure {
		return nil, remote.Malformed("a callbackUrl without TLS")
	}
	if !headerName(p.header) || p.key == "" || strings.ContainsAny(p.key, "\r\n\x00") {
		return nil, remote.Malformed("no inferenceApiKey")
	}
	for _, t := range a.Tasks {
		if t.Type == task {
			p.services = append(p.services, t.Services...)
		}
	}
	if len(p.services) == 0 {
		return nil, remote.Malformed("no service for the task")
	}
	return p, nil
}

// headerName tells whether s may be the name of a header that carries a key:
// letters, digits and hyphens, and none that decides how the message is read.
func headerName(s string) bool {
	switch strings.ToLower(s) {
	case "", "host", "content-length", "content-type", "transfer-encoding", "connection", "te", "trailer", "upgrade":
		return false
	}
	return len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z') && r != '-'
	})
}

// service gives the first service for a language; nil means that the task needs none.
func (p *pipeline) service(l *Language) (string, error) {
	if l == nil {
		return p.services[0].ID, nil
	}
	for _, s := range p.services {
		if s.Language.Source == l.Source && (l.Target == "" || s.Language.Target == l.Target) &&
			agree(s.Language.SourceScript, l.SourceScript) && agree(s.Language.TargetScript, l.TargetScript) {
			return s.ID, nil
		}
	}
	source, _ := lang.Parse(l.Source)
	target, _ := lang.Parse(l.Target)
	return "", translate.UnsupportedPair(source, target, p.pairs())
}

// agree tells whether two scripts are one, or one of them is open.
func agree(a, b string) bool { return a == "" || b == "" || a == b }

// pairs gives the pairs of the registry's languages that there are services for.
func (p *pipeline) pairs() []translate.Pair {
	pairs := []translate.Pair{}
	for _, s := range p.services {
		source, err := lang.Parse(s.Language.Source)
		if err != nil {
			continue
		}
		target, err := lang.Parse(s.Language.Target)
		if pair := (translate.Pair{Source: source, Target: target}); err == nil && source != target && !slices.Contains(pairs, pair) {
			pairs = append(pairs, pair)
		}
	}
	return pairs
}

// maxServices bounds how many addresses a Client keeps connections to.
const maxServices = 8

// service gives the client for an origin that a config call named.
func (c *Client) service(origin string) (*remote.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.services[origin]; s != nil {
		return s, nil
	}
	if len(c.services) >= maxServices {
		return nil, fault.New(fault.Upstream, "Bhashini names too many addresses", nil)
	}
	s, err := remote.New(origin, serviceName, c.opts.HTTP)
	if err != nil {
		return nil, err
	}
	c.services[origin] = s
	return s, nil
}

// oneOrMore reads a text or a list of texts: translation gives the one, transliteration the other.
type oneOrMore []string

// UnmarshalJSON reads either form; null is none.
func (o *oneOrMore) UnmarshalJSON(b []byte) error {
	*o = nil
	if string(b) == "null" {
		return nil
	}
	if len(b) > 0 && b[0] == '"' {
		var one string
		err := json.Unmarshal(b, &one)
		*o = oneOrMore{one}
		return err
	}
	var more []string
	err := json.Unmarshal(b, &more)
	*o = more
	return err
}
