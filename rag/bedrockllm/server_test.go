package bedrockllm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go/eventstream"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testRegion = "ap-south-1"
	testKey    = "AKIDTEST"
	testSecret = "s3cr3t/0123456789"
	testModel  = "apac.amazon.nova-pro-v1:0"
)

// answer is one scripted reply.
type answer struct {
	status int
	header map[string]string
	body   []byte
	cut    bool // close the connection before the announced end
}

// request is what the service saw.
type request struct {
	model, action string
	body          map[string]any
}

// server is a scripted stand-in for Amazon Bedrock Runtime, modelled on its API reference
// (Converse, ConverseStream, InvokeModel: REST paths, JSON bodies, errors by name in
// X-Amzn-ErrorType) and on the specification of application/vnd.amazon.eventstream, which
// the SDK's encoder writes. It plays its answers in turn and repeats the last one; what the
// service would refuse in any request, it refuses.
type server struct {
	*httptest.Server
	mu      sync.Mutex
	script  []answer
	seen    []request
	handler func(w http.ResponseWriter, r *http.Request, body map[string]any) // instead of the script
}

func newServer(t testing.TB, script ...answer) *server {
	s := &server{script: script}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	path := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/model/"), "/")
	model, _ := url.PathUnescape(path[0])
	var body map[string]any
	if no := unsigned(r); no != nil {
		no.play(w)
		return
	}
	if json.Unmarshal(text, &body) != nil || len(path) != 2 || r.Method != http.MethodPost {
		failed(400, "ValidationException", "Malformed input request").play(w)
		return
	}
	s.mu.Lock()
	n := len(s.seen)
	s.seen = append(s.seen, request{model: model, action: path[1], body: body})
	handler := s.handler
	s.mu.Unlock()
	if no := unlawful(path[1], body); no != "" {
		failed(400, "ValidationException", no).play(w)
		return
	}
	if handler != nil {
		handler(w, r, body)
		return
	}
	s.script[min(n, len(s.script)-1)].play(w)
}

func (a answer) play(w http.ResponseWriter) {
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	if a.cut {
		w.Header().Set("Content-Length", fmt.Sprint(len(a.body)+100))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
	if a.cut {
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// unsigned refuses a request without a signature of version 4 for this region and service.
func unsigned(r *http.Request) *answer {
	auth := r.Header.Get("Authorization")
	scope := "/" + testRegion + "/bedrock/aws4_request, "
	if !strings.HasPrefix(auth, "AWS4-HMAC-SHA256 Credential="+testKey+"/") || !strings.Contains(auth, "Signature=") || r.Header.Get("X-Amz-Date") == "" {
		a := failed(403, "UnrecognizedClientException", "The security token included in the request is invalid: "+auth)
		return &a
	}
	if !strings.Contains(auth, scope) {
		a := failed(403, "InvalidSignatureException", "Credential should be scoped to a valid region.")
		return &a
	}
	return nil
}

// unlawful tells what the service holds against a conversation: turns that do not
// alternate from the user's on, blank texts, tools that are spoken of and not declared.
func unlawful(action string, body map[string]any) string {
	if action == "invoke" {
		return ""
	}
	messages, _ := body["messages"].([]any)
	if len(messages) == 0 {
		return "messages must not be empty"
	}
	for i, m := range messages {
		message := m.(map[string]any)
		if message["role"] != []string{"user", "assistant"}[i%2] {
			return "A conversation must alternate between user and assistant roles."
		}
		for _, b := range message["content"].([]any) {
			block := b.(map[string]any)
			if text, ok := block["text"].(string); ok && strings.TrimSpace(text) == "" {
				return "The text field in the ContentBlock object is blank."
			}
			if (block["toolUse"] != nil || block["toolResult"] != nil) && body["toolConfig"] == nil {
				return "The toolConfig field must be defined when using toolUse and toolResult content blocks."
			}
		}
	}
	return ""
}

func (s *server) requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]request(nil), s.seen...)
}

// client is the SDK's own, with a retryer that waits for no real time.
func client(t testing.TB, base, region string) *bedrockruntime.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return bedrockruntime.New(bedrockruntime.Options{Region: region, BaseEndpoint: &base, HTTPClient: &http.Client{Transport: transport},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: testKey, SecretAccessKey: testSecret}, nil
		}),
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 2 * time.Millisecond })})
}

// Do answers without a network, where it is not what is tested.
func (s *server) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

// near gives a client that reaches the service without a network.
func (s *server) near(t testing.TB) *bedrockruntime.Client {
	return bedrockruntime.New(client(t, s.URL, testRegion).Options(), func(o *bedrockruntime.Options) { o.HTTPClient = s })
}

func (s *server) model(t testing.TB, opts *Options) *Model {
	m, err := New(client(t, s.URL, testRegion), testModel, opts)
	require.NoError(t, err)
	return m
}

func ok(body string) answer { return answer{status: 200, body: []byte(body)} }

// failed is an error of the service's.
func failed(status int, name, message string) answer {
	body, _ := json.Marshal(map[string]any{"message": message})
	return answer{status: status, body: body, header: map[string]string{
		"X-Amzn-ErrorType": name + ":http://internal.amazon.com/coral/com.amazon.bedrock/", "X-Amzn-RequestId": "req-7"}}
}

// converse answers with content blocks.
func converse(stop string, blocks ...string) answer {
	return ok(`{"output":{"message":{"role":"assistant","content":[` + strings.Join(blocks, ",") + `]}},"stopReason":"` + stop + `",
		"usage":{"inputTokens":12,"outputTokens":5,"totalTokens":17},"metrics":{"latencyMs":9}}`)
}

func textBlock(text string) string {
	quoted, _ := json.Marshal(text)
	return `{"text":` + string(quoted) + `}`
}

func toolBlock(id, name, input string) string {
	return fmt.Sprintf(`{"toolUse":{"toolUseId":%q,"name":%q,"input":%s}}`, id, name, input)
}

// message frames one message of an event stream.
func message(kind, name, payload string) string {
	nameHeader := eventstream.EventTypeHeader
	if kind == eventstream.ExceptionMessageType {
		nameHeader = eventstream.ExceptionTypeHeader
	}
	var m eventstream.Message
	m.Headers.Set(eventstream.MessageTypeHeader, eventstream.StringValue(kind))
	m.Headers.Set(nameHeader, eventstream.StringValue(name))
	m.Headers.Set(eventstream.ContentTypeHeader, eventstream.StringValue("application/json"))
	m.Payload = []byte(payload)
	var b bytes.Buffer
	if err := eventstream.NewEncoder().Encode(&b, m); err != nil {
		panic(err)
	}
	return b.String()
}

func event(name, payload string) string { return message(eventstream.EventMessageType, name, payload) }

func exception(name, text string) string {
	quoted, _ := json.Marshal(map[string]string{"message": text})
	return message(eventstream.ExceptionMessageType, name, string(quoted))
}

func textDelta(text string) string {
	return event("contentBlockDelta", `{"contentBlockIndex":0,"delta":`+textBlock(text)+`}`)
}

func toolStart(index int, id, name string) string {
	return event("contentBlockStart", fmt.Sprintf(`{"contentBlockIndex":%d,"start":{"toolUse":{"toolUseId":%q,"name":%q}}}`, index, id, name))
}

func toolDelta(index int, piece string) string {
	quoted, _ := json.Marshal(piece)
	return event("contentBlockDelta", fmt.Sprintf(`{"contentBlockIndex":%d,"delta":{"toolUse":{"input":%s}}}`, index, quoted))
}

func stop(reason string) string { return event("messageStop", `{"stopReason":"`+reason+`"}`) }

var (
	begin    = event("messageStart", `{"role":"assistant"}`)
	metadata = event("metadata", `{"usage":{"inputTokens":12,"outputTokens":3,"totalTokens":15},"metrics":{"latencyMs":9}}`)
)

func streamed(events ...string) answer {
	return answer{status: 200, header: map[string]string{"Content-Type": "application/vnd.amazon.eventstream"}, body: []byte(strings.Join(events, ""))}
}
