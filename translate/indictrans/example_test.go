package indictrans_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/indictrans"
	"github.com/akshara-go/akshara/translate/lang"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { // stands in for Triton
		_, _ = io.WriteString(w, `{"model_name":"nmt","outputs":[{"name":"OUTPUT_TEXT","datatype":"BYTES","shape":[1,1],"data":["संग्रहालय कहाँ है?"]}]}`)
	}))
	defer server.Close()

	t, err := indictrans.New(server.URL, &indictrans.Options{Codes: indictrans.ISO})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer t.Close()
	res, err := t.Translate(context.Background(), &translate.Request{Texts: []string{"Where is the museum?"}, Source: lang.English, Target: lang.Hindi})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Texts[0].Text)
	// Output: संग्रहालय कहाँ है?
}
