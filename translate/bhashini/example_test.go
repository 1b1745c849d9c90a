package bhashini_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/bhashini"
	"github.com/akshara-go/akshara/translate/lang"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // stands in for the platform
		if r.URL.Path == "/config" {
			_, _ = fmt.Fprintf(w, `{"pipelineResponseConfig":[{"taskType":"translation","config":[{"serviceId":"nmt","language":{"sourceLanguage":"hi","targetLanguage":"ta"}}]}],
				"pipelineInferenceAPIEndPoint":{"callbackUrl":"http://%s/compute","inferenceApiKey":{"name":"Authorization","value":"key"}}}`, r.Host)
			return
		}
		_, _ = io.WriteString(w, `{"pipelineResponse":[{"taskType":"translation","output":[{"source":"नमस्ते","target":"வணக்கம்"}]}]}`)
	}))
	defer server.Close()

	client, err := bhashini.New(bhashini.Config{UserID: "me", APIKey: "secret", ConfigURL: server.URL + "/config"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	res, err := client.Translator().Translate(context.Background(), &translate.Request{Texts: []string{"नमस्ते"}, Source: lang.Hindi, Target: lang.Tamil})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Texts[0].Text)
	// Output: வணக்கம்
}
