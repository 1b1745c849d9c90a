package parse_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

func TestHTMLShortNoticeIsTakenWhole(t *testing.T) {
	data, err := os.ReadFile("testdata/qutb.html")
	require.NoError(t, err)
	doc := mustParse(t, "qutb", string(data))
	require.Equal(t, "कुतुब मीनार", doc.Title)
	require.Equal(t, lang.Hindi, doc.Language)
	require.Equal(t, "text/html", doc.ContentType)
	out := outline(doc)
	require.Contains(t, out, "heading1: कुतुब मीनार\n")
	require.Contains(t, out, "heading2: टिकट और समय\n")
	require.Contains(t, out, "list: - खुलने का समय: सुबह 7 बजे/- भारतीय पर्यटकों के लिए शुल्क 35 रुपये\n")
	require.Contains(t, out, "table: वर्ष | शासक/1199 | कुतुबुद्दीन ऐबक/1220 | इल्तुतमिश\n")
}

func TestHTMLMainContentWithoutNavigation(t *testing.T) {
	para := "<p>अजंता की गुफाएँ महाराष्ट्र में स्थित हैं, और इनकी भित्तिचित्र कला, जो दूसरी शताब्दी से आरंभ हुई, विश्व भर में प्रसिद्ध है। यहाँ तीस गुफाएँ हैं, जिनमें चैत्य और विहार दोनों हैं।</p>"
	page := `<!DOCTYPE html><html lang="hi"><head><meta charset="utf-8"><title>अजंता की गुफाएँ - पर्यटन</title>
<meta property="article:published_time" content="2023-08-15T10:00:00+05:30"><meta name="author" content="संपादक मंडल">
<script>var x = "<p>नहीं</p>"</script><style>p{}</style></head><body>
<div class="menu sidebar"><ul>` + strings.Repeat(`<li><a href="/x">मुखपृष्ठ संपर्क</a></li>`, 20) + `</ul></div>
<div id="content"><h1>अजंता की गुफाएँ</h1>` + strings.Repeat(para, 4) + `<h2>पहुँच</h2>` + strings.Repeat(para, 2) + `<img src="img/cave.jpg" alt="गुफा  एक">` + para + `</div>
<footer>सर्वाधिकार सुरक्षित</footer></body></html>`
	doc, err := parse.New(nil).Parse(t.Context(), &ingest.Item{Name: "https://example.org/a/b.html", Body: strings.NewReader(page)})
	require.NoError(t, err)
	checkDocument(t, doc)
	require.NotContains(t, doc.Text, "मुखपृष्ठ")
	require.NotContains(t, doc.Text, "सर्वाधिकार")
	require.NotContains(t, doc.Text, "नहीं")
	require.Equal(t, 7, strings.Count(doc.Text, "विश्व भर में प्रसिद्ध"))
	require.Contains(t, outline(doc), "heading1: अजंता की गुफाएँ\n")
	require.Contains(t, outline(doc), "heading2: पहुँच\n")
	require.Equal(t, "अजंता की गुफाएँ", doc.Title)
	require.Equal(t, "संपादक मंडल", doc.Author)
	require.Equal(t, time.Date(2023, 8, 15, 4, 30, 0, 0, time.UTC), doc.PublishedAt)
	require.Equal(t, []corpus.Image{{URL: "https://example.org/a/img/cave.jpg", AltText: "गुफा एक"}}, doc.Images)
}

func TestHTMLStructure(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"nested lists":      {`<ol><li>a<ul><li>b</li><li><p>c</p><p>d</p></li></ul></li><li>e</li></ol>`, "list: 1. a/  - b/  - c d/2. e\n"},
		"layout table":      {`<table><tr><td><h2>h</h2><p>p</p></td><td>q</td></tr></table>`, "heading2: h\nparagraph: p\nparagraph: q\n"},
		"table in a list":   {`<ul><li>a<table><tr><td>1</td><td>2</td></tr></table></li></ul>`, "list: - a/1 | 2\n"},
		"line breaks":       {`<p>12, मार्ग<br>नई दिल्ली</p>`, "paragraph: 12, मार्ग/नई दिल्ली\n"},
		"pre":               {"<pre>a\n  b &lt;</pre>", "code: a/  b <\n"},
		"hidden":            {`<p>a</p><p style="display: none">b</p><p hidden>c</p><noscript>d</noscript><template>e</template>`, "paragraph: a\n"},
		"text without tags": {`a<div>b</div>c`, "paragraph: a\nparagraph: b\nparagraph: c\n"},
		"inline elements":   {`<p>क<b>म</b>ल &nbsp; <i>है</i></p>`, "paragraph: कमल है\n"},
		"definition list":   {`<dl><dt>शुल्क</dt><dd>50</dd></dl>`, "paragraph: शुल्क\nparagraph: 50\n"},
		"unclosed":          {`<h1>a<p>b<ul><li>c<li>d`, "heading1: a\nparagraph: b\nlist: - c/- d\n"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, outline(mustParse(t, "a.html", "<html><body>"+c.in)))
		})
	}
}

func TestHTMLMetadata(t *testing.T) {
	doc := mustParse(t, "x", `<html><head><title>Portal</title><script type="application/ld+json">
{"@graph":[{"@type":"WebSite"},{"@type":"NewsArticle","headline":"New metro line","datePublished":"2024-02-01","author":[{"name":"A. Rao"},"B. Das"],"inLanguage":"en-IN"}]}</script></head>
<body><p>The new line opens in March.</p></body></html>`)
	require.Equal(t, "New metro line", doc.Title)
	require.Equal(t, "A. Rao, B. Das", doc.Author)
	require.Equal(t, lang.English, doc.Language)
	require.Equal(t, time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC), doc.PublishedAt)
}

func TestHTMLEventsAreThoseThatAreDeclared(t *testing.T) {
	page := func(data string) []corpus.Event {
		return mustParse(t, "x.html", `<html><title>मेला</title><script type="application/ld+json">`+data+`</script><p>मेला 5 नवंबर 2026 को पुष्कर में होगा।</p>`).Events
	}
	require.Equal(t, []corpus.Event{{Title: "पुष्कर मेला", Date: time.Date(2026, 11, 5, 4, 30, 0, 0, time.UTC), Venue: "मेला मैदान, पुष्कर", Description: "ऊँटों का मेला"}},
		page(`{"@type":"Event","name":" पुष्कर \n मेला","startDate":"2026-11-05T10:00:00+05:30","description":"ऊँटों का मेला","location":{"name":"मेला मैदान","address":{"addressLocality":"पुष्कर"}}}`))
	many := page(`{"@graph":[{"@type":["Thing","MusicEvent"],"name":"a","location":"Delhi"},{"@type":"https://schema.org/Festival","name":"b","location":[{"name":"c"}]},
		{"@type":"MusicEvent","name":"a","location":"Delhi"},{"@type":"Festival","startDate":"2026","name":"d","location":["e"]},{"@type":"Place","name":"f"},{"@type":"Event"},{"@type":7,"name":"g"},
		{"@type":"Event","name":"h","startDate":"soon","location":{"address":"Agra"}}]}`)
	require.Equal(t, []corpus.Event{{Title: "a", Venue: "Delhi"}, {Title: "b", Venue: "c"},
		{Title: "d", Date: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Venue: "e"}, {Title: "h", Venue: "Agra"}}, many, "each once")
	require.Empty(t, page(`{"@type":"NewsArticle","headline":"मेला 5 नवंबर को"}`), "running text is not read for events")
	require.Empty(t, page(`{"@type":"Event","name":`), "damaged data declares nothing")
	require.Len(t, page(`[`+strings.Repeat(`{"@type":"Event","name":"x"},`, 1)+`{"@type":"Event","name":"`+strings.Repeat("y", 5000)+`"}]`), 1, "a name as long as a page is none")
	var hundreds strings.Builder
	for i := range 150 {
		fmt.Fprintf(&hundreds, `{"@type":"Event","name":"%d"},`, i)
	}
	require.Len(t, page(`[`+hundreds.String()+`{}]`), 100, "they are bounded")
}

func TestHTMLKeepsWhatIsKnown(t *testing.T) {
	known := corpus.Source{Title: "दिया हुआ", URL: "https://example.org/", Language: lang.Nepali, Author: "x"}
	doc, err := parse.New(nil).Parse(t.Context(), &ingest.Item{Source: known, Body: strings.NewReader(`<html lang=hi><title>t</title><p>नमस्ते`)})
	require.NoError(t, err)
	known.ContentType = "text/html"
	require.Equal(t, known, doc.Source)
}

func TestHTMLEncodings(t *testing.T) {
	late := `<!doctype html><html><head><!--` + strings.Repeat("x", 3000) + `--></head><body><p>सूचना</p>`
	require.Equal(t, "सूचना", mustParse(t, "a", late).Text, "UTF-8 that nobody declares and that begins late")
	require.Equal(t, "सूचना", mustParse(t, "a", `<meta charset="iso-8859-1"><p>सूचना</p>`).Text, "UTF-8 that is declared as something else")

	cyrillic, err := charmap.Windows1251.NewEncoder().String(`<html><meta charset="windows-1251"><p>Индия</p>`)
	require.NoError(t, err)
	require.Equal(t, "Индия", mustParse(t, "a", cyrillic).Text)
	require.Equal(t, "café", mustParse(t, "a", "<html><p>caf\xe9</p>").Text, "as browsers do")
	require.Equal(t, strings.Repeat("क", 60)+"\ufffdख", mustParse(t, "a", "<html><p>"+strings.Repeat("क", 60)+"\xe0ख</p>").Text, "one broken byte does not make a page Latin")
}
