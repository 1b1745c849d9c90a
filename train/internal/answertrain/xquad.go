package main

import (
	"fmt"
	"strings"

	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/train/internal/devdata"
	"github.com/akshara-go/akshara/translate/lang"
)

// readXQuAD gives the paragraphs as documents, and their questions.
func readXQuAD(dir string, code lang.Code) (docs []corpus.Document, questions []question, err error) {
	articles, err := devdata.XQuAD(dir, code)
	if err != nil {
		return nil, nil, err
	}
	texts := map[string]string{}
	for i, article := range articles {
		for j, p := range article.Paragraphs {
			id := fmt.Sprintf("%d/%02d", i, j)
			docs = append(docs, corpus.Document{ID: id, Text: p.Context, Source: corpus.Source{Language: code}})
			texts[id] = p.Context
			runes := []rune(p.Context)
			for _, q := range p.Questions {
				start := -1
				if len(q.Answers) > 0 && q.Answers[0].Start >= 0 && q.Answers[0].Start <= len(runes) {
					start = len(string(runes[:q.Answers[0].Start]))
				}
				if start < 0 || start+len(q.Answers[0].Text) > len(p.Context) {
					return nil, nil, fmt.Errorf("XQuAD %s: question %q has no answer in its paragraph", code, q.Text)
				}
				questions = append(questions, question{
					text: q.Text, words: q.Answers[0].Text, texts: texts, document: id, code: code, article: i,
					answer: corpus.Span{Start: start, End: start + len(q.Answers[0].Text)},
				})
			}
		}
	}
	return docs, questions, nil
}

// question is a question of XQuAD.
type question struct {
	text, document string
	words          string // the answer's
	code           lang.Code
	article        int
	answer         corpus.Span       // in the document's text
	texts          map[string]string // of every document
}

// contains tells whether a text holds some words.
func contains(text, words string) bool {
	return strings.Contains(text, strings.TrimSpace(words))
}

// group gives what the ids of an article's documents begin with.
func (q *question) group() string { return fmt.Sprintf("%d/", q.article) }
