package translatehttp_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/detect"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatehttp"
	"github.com/akshara-go/akshara/translate/translit"
)

// A service detects languages and writes scripts; a client of it is used like
// the parts themselves.
func Example() {
	kit := httpkit.New(&httpkit.Options{Service: "translation-service", Version: "1.0.0"})
	translatehttp.Register(kit, &translatehttp.Service{
		Detector:       detect.New(),
		Transliterator: func(code lang.Code) translate.Transliterator { return translit.New(&translit.Options{Language: code}) },
	}, nil)
	server := httptest.NewServer(kit)
	defer server.Close()

	client, err := translatehttp.NewClient(server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	ctx := context.Background()
	found, err := client.Detect(ctx, "ताजमहल किसने बनवाया था?")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found[0].Language, found[0].Script)
	text, err := client.Transliterate(ctx, "नमस्ते", lang.Devanagari, lang.GujaratiScript)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(text)
	// Output:
	// hi Deva
	// નમસ્તે
}
