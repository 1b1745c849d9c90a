package parse_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate/lang"
)

func p(style, text string) string {
	return `<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr><w:r><w:t xml:space="preserve">` + text + `</w:t></w:r></w:p>`
}

const docxStyles = `<w:styles xmlns:w="x"><w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="Eigene"><w:name w:val="शीर्षक"/><w:basedOn w:val="berschrift1"/></w:style>
<w:style w:styleId="Lvl3"><w:name w:val="x"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:styleId="Liste"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="loop"><w:name w:val="l"/><w:basedOn w:val="loop"/></w:style></w:styles>`

func TestDOCXStructure(t *testing.T) {
	body := p("Titel", "पर्यटन नीति") + p("berschrift1", "परिचय") + p("Eigene", "उद्देश्य") + p("Lvl3", "छोटा शीर्षक") + p("loop", "पहला  अनुच्छेद") +
		`<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>क</w:t></w:r><w:r><w:t>मल</w:t><w:tab/><w:t>है</w:t><w:br/><w:t>&amp;</w:t></w:r>
		<w:del><w:r><w:delText>हटाया</w:delText></w:r></w:del><w:ins><w:r><w:t> जोड़ा</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>छिपा</w:t></w:r>
		<w:r><w:instrText>PAGE</w:instrText></w:r><w:hyperlink><w:r><w:t> कड़ी</w:t></w:r></w:hyperlink></w:p>` +
		p("Liste", "एक") + `<w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="2"/></w:numPr></w:pPr><w:r><w:t>दो</w:t></w:r></w:p>` +
		`<w:tbl><w:tr><w:tc>` + p("", "वर्ष") + `</w:tc><w:tc>` + p("", "संख्या") + p("", "लाख") + `</w:tc></w:tr><w:tr><w:tc>` + p("", "2023") +
		`</w:tc><w:tc><w:tbl><w:tr><w:tc>` + p("", "10") + `</w:tc><w:tc>` + p("", "20") + `</w:tc></w:tr></w:tbl>` + p("", "") + `</w:tc></w:tr></w:tbl>` +
		`<w:p><w:r><w:t>आगे </w:t></w:r><w:r><w:pict><w:txbxContent>` + p("", "बॉक्स") + `</w:txbxContent></w:pict></w:r><w:r><w:t>पीछे</w:t></w:r></w:p>`
	data := docx(t, map[string]string{
		"word/document.xml":  docxBody(body),
		"word/styles.xml":    docxStyles,
		"word/footnotes.xml": `<w:footnotes xmlns:w="x"><w:footnote>` + p("", "टिप्पणी एक") + `</w:footnote></w:footnotes>`,
		"docProps/core.xml": `<cp:coreProperties xmlns:cp="a" xmlns:dc="b" xmlns:dcterms="c"><dc:title>राज्य पर्यटन नीति</dc:title><dc:creator>विभाग</dc:creator>
<dc:language>hi-IN</dc:language><dcterms:created>2022-11-05T08:00:00Z</dcterms:created></cp:coreProperties>`,
	})
	doc, err := parseBytes(nil, "upload.bin", data)
	require.NoError(t, err)
	checkDocument(t, doc)
	require.Equal(t, `heading1: पर्यटन नीति
heading1: परिचय
heading1: उद्देश्य
heading3: छोटा शीर्षक
paragraph: पहला अनुच्छेद
paragraph: कमल है/& जोड़ा कड़ी
list: - एक/  - दो
table: वर्ष | संख्या लाख/2023 | 10 | 20
paragraph: बॉक्स
paragraph: आगे पीछे
paragraph: टिप्पणी एक
`, outline(doc))
	require.Equal(t, "राज्य पर्यटन नीति", doc.Title)
	require.Equal(t, "विभाग", doc.Author)
	require.Equal(t, lang.Hindi, doc.Language)
	require.Equal(t, time.Date(2022, 11, 5, 8, 0, 0, 0, time.UTC), doc.PublishedAt)
	require.Equal(t, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", doc.ContentType)
}

func TestDOCXTitleFromItsStyle(t *testing.T) {
	doc, err := parseBytes(nil, "a.docx", docx(t, map[string]string{"word/document.xml": docxBody(p("x", "पाठ") + p("Titel", "शीर्षक")), "word/styles.xml": docxStyles}))
	require.NoError(t, err)
	require.Equal(t, "शीर्षक", doc.Title)
}

func TestDOCXDamaged(t *testing.T) {
	good := docx(t, map[string]string{"word/document.xml": docxBody(strings.Repeat(p("", "पाठ"), 50))})
	for n := 0; n < len(good); n += 37 {
		_, err := parseBytes(nil, "a.docx", good[:n])
		requireFault(t, err, fault.ProcessingFailed)
	}
	_, err := parseBytes(nil, "a.docx", docx(t, map[string]string{"word/document.xml": `<w:document><w:body>` + p("", "x")}))
	require.Contains(t, requireFault(t, err, fault.ProcessingFailed).Message, "word/document.xml")
	_, err = parseBytes(nil, "a.docx", docx(t, map[string]string{"word/other.xml": "<x/>"}))
	requireFault(t, err, fault.ProcessingFailed)
}
