package bedrockllm_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go/eventstream"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/bedrockllm"
	"github.com/akshara-go/akshara/rag/llm"
)

// clientOf gives a client of a server that stands in for Bedrock. A program takes
// bedrockruntime.NewFromConfig of its configuration instead.
func clientOf(server *httptest.Server) *bedrockruntime.Client {
	return bedrockruntime.New(bedrockruntime.Options{
		Region: "ap-south-1", BaseEndpoint: aws.String(server.URL), HTTPClient: server.Client(),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "secret"}, nil
		}),
	})
}

// send writes an event as ConverseStream frames it.
func send(w io.Writer, name, payload string) {
	m := eventstream.Message{Payload: []byte(payload)}
	m.Headers.Set(eventstream.MessageTypeHeader, eventstream.StringValue(eventstream.EventMessageType))
	m.Headers.Set(eventstream.EventTypeHeader, eventstream.StringValue(name))
	var frame bytes.Buffer
	if err := eventstream.NewEncoder().Encode(&frame, m); err != nil {
		panic(err)
	}
	_, _ = w.Write(frame.Bytes())
}

func ExampleModel_Stream() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		send(w, "contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"शाहजहाँ ने "}}`)
		send(w, "contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"बनवाया था।"}}`)
		send(w, "messageStop", `{"stopReason":"end_turn"}`)
		send(w, "metadata", `{"usage":{"inputTokens":14,"outputTokens":9,"totalTokens":23}}`)
	}))
	defer server.Close()

	model, err := bedrockllm.New(clientOf(server), "apac.amazon.nova-pro-v1:0", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	question := &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: "ताजमहल किसने बनवाया था?"}}}
	for delta, err := range llm.Retry(model, nil).Stream(context.Background(), question) {
		switch {
		case err != nil:
			fmt.Println(err)
		case delta.Done != nil:
			fmt.Printf("\n%s after %d tokens\n", delta.Done.Finish, delta.Done.Usage.Completion)
		default:
			fmt.Print(delta.Text)
		}
	}
	// Output:
	// शाहजहाँ ने बनवाया था।
	// stop after 9 tokens
}

func ExampleNewCohere() {
	vector := "[" + string(bytes.Repeat([]byte("0,"), 1023)) + "1]"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"embeddings":[`+vector+`,`+vector+`]}`)
	}))
	defer server.Close()

	embedder, err := bedrockllm.NewCohere(clientOf(server), "cohere.embed-multilingual-v3", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	vectors, err := embedder.Embed(context.Background(), rag.EmbedPassage, []string{"ताजमहल", "लाल क़िला"})
	fmt.Println(len(vectors), err)
	fmt.Println(embedder.Model())
	// Output:
	// 2 <nil>
	// cohere.embed-multilingual-v3 (1024 dimensions)
}
