package translate_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/akshara-go/akshara/observe/memcache"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// phrasebook is an engine of three sentences.
type phrasebook map[string]string

func (p phrasebook) Translate(ctx context.Context, req *translate.Request) (*translate.Result, error) {
	engine := &translate.Engine{Name: "phrasebook", Pairs: []translate.Pair{{Source: lang.English, Target: lang.Hindi}}}
	return translate.Batches(ctx, req, engine, func(_ context.Context, texts []string) ([]translate.Translation, error) {
		out := make([]translate.Translation, len(texts))
		for i, text := range texts {
			out[i].Text = p[text]
		}
		return out, nil
	})
}

// An engine, and what is put around one: long texts are cut at sentences, terms
// are kept, and what was translated once is not translated again.
func Example() {
	engine := phrasebook{"Where is <ID1>?": "<ID1> कहाँ है?", "Thank you.": "धन्यवाद।"}
	glossed := translate.NewGlossed(translate.NewChunked(engine, nil), []translate.Term{{Source: "Red Fort", Target: "लाल क़िला"}})

	memory, err := memcache.New(1<<20, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer memory.Close()
	t, err := translate.NewCached(glossed, memory, &translate.CacheOptions{Identity: "phrasebook/1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	req := &translate.Request{Texts: []string{"Where is Red Fort?", "Thank you.", "1648"}, Source: lang.English, Target: lang.Hindi}
	for range 2 {
		res, err := t.Translate(context.Background(), req)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, text := range res.Texts {
			fmt.Println(text.Text, text.Kind, text.Cached)
		}
	}
	// Output:
	// लाल क़िला कहाँ है? translation false
	// धन्यवाद। translation false
	// 1648 unchanged false
	// लाल क़िला कहाँ है? translation true
	// धन्यवाद। translation true
	// 1648 unchanged false
}

// Where there is no engine between Hindi and Urdu, a transliteration stands in
// and says that it is one.
func ExampleNewCloseScript() {
	letters := strings.NewReplacer("क", "ک", "ल", "ل", "म", "م")
	t := translate.NewCloseScript(phrasebook{}, func(_ context.Context, text string, _, _ lang.Script) (string, error) {
		return letters.Replace(text), nil
	}, nil)
	res, err := t.Translate(context.Background(), &translate.Request{Texts: []string{"कलम"}, Source: lang.Hindi, Target: lang.Urdu})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Texts[0].Text, res.Texts[0].Kind)
	// Output: کلم transliteration
}
