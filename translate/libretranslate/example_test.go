package libretranslate_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/libretranslate"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // stands in for LibreTranslate
		if r.URL.Path == "/languages" {
			_, _ = io.WriteString(w, `[{"code":"en","targets":["hi"]}]`)
			return
		}
		_, _ = io.WriteString(w, `{"translatedText":["संग्रहालय कहाँ है?"]}`)
	}))
	defer server.Close()

	t, err := libretranslate.New(server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer t.Close()
	req := &translate.Request{Texts: []string{"Where is the museum?"}, Source: lang.English, Target: lang.Hindi}
	res, err := t.Translate(context.Background(), req)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Texts[0].Text)
	req.Target = lang.Santali
	_, err = t.Translate(context.Background(), req)
	fmt.Println(err)
	// Output:
	// संग्रहालय कहाँ है?
	// INVALID_LANGUAGE: translation from "en" to "sat" is not supported: translate: the engine cannot do this
}
