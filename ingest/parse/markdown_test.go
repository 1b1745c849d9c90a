package parse_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

const markdown = `---
title: "हवा महल"
author: पर्यटन विभाग
date: 2024-03-05
lang: hi
---

# हवा महल *जयपुर*

यह **1799** में बना &amp; [लाल](https://example.org) पत्थर
का है।\
दूसरी पंक्ति 1\. ![मुखौटा](front.jpg "x")

## समय

1. सुबह
   - 9 बजे
2. शाम

| दिन | शुल्क |
|-----|------:|
| सोम | 50 |
| मंगल | ` + "`100`" + ` |

` + "```go\nfunc main() {\n\tx := 1\n}\n```" + `

> उद्धरण

<div><p>कच्चा <b>HTML</b></p><script>bad()</script></div>
`

func TestMarkdownStructure(t *testing.T) {
	doc := mustParse(t, "hawa.md", markdown)
	require.Equal(t, `heading1: हवा महल जयपुर
paragraph: यह 1799 में बना & लाल पत्थर का है।/दूसरी पंक्ति 1.
heading2: समय
list: 1. सुबह/  - 9 बजे/2. शाम
table: दिन | शुल्क/सोम | 50/मंगल | 100
code: func main() {/	x := 1/}
paragraph: उद्धरण
paragraph: कच्चा HTML
`, outline(doc))
	require.Equal(t, "हवा महल", doc.Title)
	require.Equal(t, "पर्यटन विभाग", doc.Author)
	require.Equal(t, lang.Hindi, doc.Language)
	require.Equal(t, time.Date(2024, 3, 5, 0, 0, 0, 0, time.UTC), doc.PublishedAt)
	require.Equal(t, "text/markdown", doc.ContentType)
	require.Equal(t, []corpus.Image{{URL: "front.jpg", AltText: "मुखौटा"}}, doc.Images)
}

func TestMarkdownOrTextIsDecidedByNameWhenContentCannot(t *testing.T) {
	const both = "# Heading\n\n- one\n- two\n"
	require.Equal(t, "text/markdown", mustParse(t, "upload", both).ContentType, "two signs are enough")
	require.Equal(t, "text/plain", mustParse(t, "a.txt", both).ContentType)
	require.Equal(t, "text/plain", mustParse(t, "upload", "# just one comment").ContentType)
	require.Equal(t, "text/markdown", mustParse(t, "a.md", "plain words").ContentType)
}

func TestMarkdownOfOpenersOnly(t *testing.T) {
	for name, src := range map[string]string{
		"quotes":        strings.Repeat(">", 200_000) + "a",
		"lists":         strings.Repeat("- ", 100_000) + "a",
		"brackets":      strings.Repeat("[", 50_000) + "a",
		"images":        strings.Repeat("![", 20_000) + "a",
		"nested images": strings.Repeat("![", 5000) + "a" + strings.Repeat("](b)", 5000),
		"nested stars":  strings.Repeat("*a **b ", 5000) + strings.Repeat("c** d*", 5000),
		"stars":         strings.Repeat("*a ", 50_000),
		"emphasis":      strings.Repeat("*a _b ", 20_000),
		"ticks":         strings.Repeat("`a``", 20_000),
		"angles":        strings.Repeat("<a> ", 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			mustParse(t, "a.md", src+"\n\nend")
			require.Less(t, time.Since(start), 20*time.Second)
		})
	}
}
