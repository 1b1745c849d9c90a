package parse_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/parse"
)

func Example() {
	page := `<html lang="hi"><title>लाल किला</title><body>
<h1>लाल किला</h1><p>लाल किला दिल्ली में है।</p><table><tr><td>शुल्क</td><td>₹50</td></tr></table></body></html>`

	p := parse.New(nil)
	doc, err := p.Parse(context.Background(), &ingest.Item{Name: "upload", Body: strings.NewReader(page)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(doc.Title, doc.Language, doc.ContentType)
	for _, b := range doc.Blocks {
		fmt.Printf("%s: %s\n", b.Kind, b.In(doc.Text))
	}
	// Output:
	// लाल किला hi text/html
	// heading: लाल किला
	// paragraph: लाल किला दिल्ली में है।
	// table: शुल्क | ₹50
}
