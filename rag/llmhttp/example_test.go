package llmhttp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llmhttp"
	"github.com/akshara-go/akshara/translate/lang"
)

// The extractive model on OpenAI's routes: it quotes from what the user says.
func Example() {
	model := &llmhttp.Reader{Model: extractive.New(nil), Detect: func(string) lang.Code { return lang.Hindi }}
	kit := httpkit.New(&httpkit.Options{Service: "llm-service"})
	llmhttp.Register(kit, &llmhttp.Service{Models: []llmhttp.Model{{ID: extractive.Name, Model: model}}}, nil)
	server := httptest.NewServer(kit)
	defer server.Close()
	defer http.DefaultClient.CloseIdleConnections()

	body := `{"model":"auto","messages":[{"role":"user","content":"ताजमहल आगरा में है। इसे शाहजहाँ ने बनवाया था।\n\nताजमहल किसने बनवाया था?"}]}`
	res, err := http.Post(server.URL+"/v1/chat/completions", "application/json", strings.NewReader(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	_, said, _ := strings.Cut(string(answer), `"content":"`)
	said, _, _ = strings.Cut(said, `"`)
	fmt.Println(res.StatusCode, said)
	// Output: 200 इसे शाहजहाँ ने बनवाया था।\nताजमहल आगरा में है।
}
