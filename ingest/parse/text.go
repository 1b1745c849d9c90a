package parse

import (
	"strings"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/rag/corpus"
)

// parseText reads plain text: paragraphs stand between empty lines, and their
// lines are kept, since in a plain text they may be verse, a list or an address.
func parseText(w *writer, data []byte, item *ingest.Item) error {
	text, err := decodeText(data, item.ContentType)
	if err != nil {
		return err
	}
	plainText(w, text)
	return nil
}

func plainText(w *writer, text string) {
	var para []string
	for line := range strings.Lines(newlines.Replace(text)) {
		if w.done() {
			return
		}
		if line = clean(line); line != "" {
			para = append(para, line)
			continue
		}
		w.lines(corpus.Paragraph, para)
		para = para[:0]
	}
	w.lines(corpus.Paragraph, para)
}

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n", "\u0085", "\n", "\f", "\n\n")
