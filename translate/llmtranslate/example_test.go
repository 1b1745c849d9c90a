package llmtranslate_test

import (
	"context"
	"fmt"

	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/llmtranslate"
)

// forgetful is a model that forgets the year the first time.
type forgetful struct{ asked int }

func (f *forgetful) Generate(context.Context, *llm.Request) (*llm.Response, error) {
	if f.asked++; f.asked == 1 {
		return &llm.Response{Text: `[{"id":1,"text":"यह बनकर तैयार हुआ।"}]`, Finish: llm.Stop}, nil
	}
	return &llm.Response{Text: `[{"id":1,"text":"यह 1653 में बनकर तैयार हुआ।"}]`, Finish: llm.Stop}, nil
}

func Example() {
	model := &forgetful{}
	t := llmtranslate.New(model, nil)
	res, err := t.Translate(context.Background(), &translate.Request{Texts: []string{"It was completed in 1653."}, Source: lang.English, Target: lang.Hindi})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Texts[0].Text, model.asked)
	// Output: यह 1653 में बनकर तैयार हुआ। 2
}
