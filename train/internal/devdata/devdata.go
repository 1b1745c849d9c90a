// Package devdata reads the files of the development data: for the programs that
// learn from them and, through traintest, for tests.
package devdata

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/akshara-go/akshara/translate/lang"
)

// Text gives what a file holds; one whose name ends in .gz is unzipped.
func Text(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
	}
	var b strings.Builder
	if _, err := io.Copy(&b, r); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return b.String(), nil
}

// Lines gives the lines of a file as Text reads it, without their ends.
func Lines(path string) (lines []string, err error) {
	text, err := Text(path)
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(line, "\r\n"))
	}
	return lines, err
}

// Article is one of XQuAD's articles, in the form of SQuAD 1.1.
type Article struct {
	Paragraphs []Paragraph
}

// Paragraph is a text and what is asked about it.
type Paragraph struct {
	Context   string
	Questions []Question `json:"qas"`
}

// Question has its answers in the paragraph.
type Question struct {
	Text    string `json:"question"`
	Answers []Answer
}

// Answer is a part of a paragraph's text.
type Answer struct {
	Text  string
	Start int `json:"answer_start"` // in characters of the paragraph
}

// XQuAD gives the articles of XQuAD's development half in a language. data is the
// folder of the development data.
func XQuAD(data string, code lang.Code) ([]Article, error) {
	path := filepath.Join(data, "retrieval", "xquad-dev."+string(code)+".json")
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var set struct{ Data []Article }
	if err := json.Unmarshal(b, &set); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return set.Data, nil
}
