package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// readXQuAD gives the paragraphs as documents, and their questions.
func readXQuAD(dir string, code lang.Code) (docs []corpus.Document, questions []question, err error) {
	name := filepath.Join(dir, "retrieval", "xquad-dev."+string(code)+".json")
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	var set struct {
		Data []struct {
			Paragraphs []struct {
				Context string
				QAs     []struct {
					Question string
					Answers  []struct {
						Text  string
						Start int `json:"answer_start"` // in characters
					}
				} `json:"qas"`
			}
		}
	}
	if err := json.Unmarshal(data, &set); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	texts := map[string]string{}
	for i, article := range set.Data {
		for j, p := range article.Paragraphs {
			id := fmt.Sprintf("%d/%02d", i, j)
			docs = append(docs, corpus.Document{ID: id, Text: p.Context, Source: corpus.Source{Language: code}})
			texts[id] = p.Context
			runes := []rune(p.Context)
			for _, q := range p.QAs {
				start := -1
				if len(q.Answers) > 0 && q.Answers[0].Start >= 0 && q.Answers[0].Start <= len(runes) {
					start = len(string(runes[:q.Answers[0].Start]))
				}
				if start < 0 || start+len(q.Answers[0].Text) > len(p.Context) {
					return nil, nil, fmt.Errorf("%s: question %q has no answer in its paragraph", name, q.Question)
				}
				questions = append(questions, question{
					text: q.Question, words: q.Answers[0].Text, texts: texts, document: id, code: code, article: i,
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
