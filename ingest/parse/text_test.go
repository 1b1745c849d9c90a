package parse_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/unicode"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate/lang"
)

func TestTextParagraphsKeepTheirLines(t *testing.T) {
	doc := mustParse(t, "folder/सूचना.txt", "\ufeffपहली पंक्ति \t यहाँ\r\nदूसरी पंक्ति\r\n\r\n \r\nक\u00adमल\u200b खिला\u200d है।\n")
	require.Equal(t, "पहली पंक्ति यहाँ\nदूसरी पंक्ति\n\nकमल खिला\u200d है।", doc.Text, "joiners stay, what cannot be seen goes")
	require.Equal(t, "text/plain", doc.ContentType)
	require.Equal(t, "सूचना", doc.Title)
	require.Len(t, doc.Blocks, 2)
}

func TestTextEncodings(t *testing.T) {
	const hindi = "नमस्ते दुनिया"
	for _, order := range []unicode.Endianness{unicode.LittleEndian, unicode.BigEndian} {
		data, err := unicode.UTF16(order, unicode.UseBOM).NewEncoder().Bytes([]byte(hindi + " 𑂍"))
		require.NoError(t, err)
		doc, err := parseBytes(nil, "a.txt", data)
		require.NoError(t, err)
		require.Equal(t, hindi+" 𑂍", doc.Text)

		_, err = parseBytes(nil, "a.txt", data[:len(data)-1])
		require.Equal(t, len(data)-2, requireFault(t, err, fault.ProcessingFailed).Details["offset"])
		_, err = parseBytes(nil, "a.txt", data[:len(data)-2]) // half a surrogate pair
		require.Equal(t, len(data)-4, requireFault(t, err, fault.ProcessingFailed).Details["offset"])
	}

	latin := []byte("caf\xe9 au lait")
	doc, err := parse.New(nil).Parse(t.Context(), &ingest.Item{Body: strings.NewReader(string(latin)), ContentType: "text/plain; charset=windows-1252"})
	require.NoError(t, err)
	require.Equal(t, "café au lait", doc.Text)

	_, err = parseBytes(nil, "a.txt", latin)
	e := requireFault(t, err, fault.ProcessingFailed)
	require.Equal(t, 3, e.Details["offset"], "an undeclared encoding is not guessed")
	require.Contains(t, e.Message, "byte 3")
}

func TestLanguage(t *testing.T) {
	require.Equal(t, lang.Tamil, mustParse(t, "a.txt", "தமிழ் மொழி").Language, "one language is written in this script")
	require.Empty(t, mustParse(t, "a.txt", "भारत की राजधानी").Language, "several languages are written in this one")
	doc, err := parseBytes(&parse.Options{Detect: func(string) lang.Code { return lang.Marathi }}, "a.txt", []byte("महाराष्ट्राची राजधानी"))
	require.NoError(t, err)
	require.Equal(t, lang.Marathi, doc.Language)
	require.Equal(t, lang.Hindi, mustParse(t, "a.html", `<html lang="hi-IN"><p>भारत की राजधानी दिल्ली है।</p>`).Language)
	require.Empty(t, mustParse(t, "a.html", `<html lang="en"><p>भारत की राजधानी दिल्ली है।</p>`).Language, "the letters contradict the page")
}
