package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/rag/rerank"
	"github.com/akshara-go/akshara/train/internal/devdata"
	"github.com/akshara-go/akshara/translate/lang"
)

// languages are those whose sentences are there in Latin letters too.
var languages = []lang.Code{"bn", "gu", "hi", "kn", "ml", "mr", "pa", "sd", "ta", "te", "ur"}

// question is a text with the document that it should find.
type question struct {
	text, document string
	fold           int
}

// collect asks all questions.
func collect(ctx context.Context, data string) ([]*set, error) {
	var sets []*set
	ask := func(code lang.Code, docs []corpus.Document, kinds ...*set) error {
		if err := askAll(ctx, code, docs, kinds); err != nil {
			return err
		}
		sets = append(sets, kinds...)
		return nil
	}
	for _, name := range []string{"hi", "hi +8000", "en"} {
		code := lang.Code(name[:2])
		docs, questions, err := readXQuAD(data, code)
		if err != nil {
			return nil, err
		}
		if name != string(code) {
			more, err := readLines(data, "retrieval/distractors.hi.txt.gz")
			if err != nil {
				return nil, err
			}
			docs = append(docs, asDocuments(more, code)...)
		}
		if err := ask(code, docs, &set{name: "XQuAD " + name, questions: questions}); err != nil {
			return nil, err
		}
	}
	for _, code := range languages {
		native, roman, err := readRomanised(data, code)
		if err != nil {
			return nil, err
		}
		if err := ask(code, asDocuments(native, code),
			&set{name: string(code) + " 4 words", questions: fourWords(native)},
			&set{name: string(code) + " Latin 4", questions: fourWords(roman), latin: true}); err != nil {
			return nil, err
		}
	}
	return sets, nil
}

// askAll gives the sets of one language their examples.
func askAll(ctx context.Context, code lang.Code, docs []corpus.Document, sets []*set) error {
	dir, err := os.MkdirTemp("", "fusiontrain")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	store, err := localstore.Open(dir, nil)
	if err != nil {
		return err
	}
	defer store.Close()
	index := rag.NewIndex(store, nil)
	if err := index.Add(ctx, docs); err != nil {
		return err
	}
	for _, s := range sets {
		for _, q := range s.questions {
			hits, err := index.Candidates(ctx, &rag.Query{Text: q.text, Language: code, TopK: 1})
			if err != nil {
				return err
			}
			s.examples = append(s.examples, example{q.fold, candidates(hits, &q, code, s.latin)})
		}
	}
	return nil
}

// candidates gives what is known of the hits of a question.
func candidates(hits []rag.Hit, q *question, code lang.Code, latin bool) []candidate {
	passages := make([]rerank.Passage, len(hits)) // without scores: what is left is the reranker's own
	for i := range hits {
		c := &hits[i].Record.Chunk
		passages[i] = rerank.Passage{Text: c.Text, Language: code}
		for _, s := range c.Sentences {
			passages[i].Sentences = append(passages[i].Sentences, corpus.Span{Start: s.Start - c.Start, End: s.End - c.Start})
		}
	}
	out := make([]candidate, len(hits))
	for i, sentence := range rerank.Lexical(q.text, code, passages) {
		words, sounds := hits[i].Scores[rag.Words], hits[i].Scores[rag.Sounds]
		if latin {
			words, sounds = sounds, words
		}
		out[i] = candidate{words, sounds, sentence, hits[i].Record.Chunk.DocumentID == q.document}
	}
	return out
}

// fourWords asks for every fifth sentence of six words or more by its second to fifth word.
func fourWords(sentences []string) []question {
	var out []question
	for i := 0; i < len(sentences); i += 5 {
		words := strings.Fields(sentences[i])
		if len(words) < 6 {
			continue
		}
		h := fnv.New32a()
		h.Write([]byte(sentences[i]))
		out = append(out, question{strings.Join(words[1:5], " "), fmt.Sprint(i), int(h.Sum32() % folds)})
	}
	return out
}

func asDocuments(texts []string, code lang.Code) []corpus.Document {
	docs := make([]corpus.Document, len(texts))
	for i, t := range texts {
		docs[i] = corpus.Document{ID: fmt.Sprint(i), Text: t, Source: corpus.Source{Language: code}}
	}
	return docs
}

// readRomanised gives sentences in native script and as people type them in Latin letters.
func readRomanised(dir string, code lang.Code) (native, roman []string, err error) {
	lines, err := readLines(dir, "romanised/"+string(code)+".dev.tsv.gz")
	if err != nil {
		return nil, nil, err
	}
	for _, line := range lines {
		if n, r, ok := strings.Cut(line, "\t"); ok {
			native, roman = append(native, n), append(roman, r)
		}
	}
	return native, roman, nil
}

func readLines(dir, name string) (lines []string, err error) {
	all, err := devdata.Lines(filepath.Join(dir, filepath.FromSlash(name)))
	for _, line := range all {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines, err
}

// readXQuAD gives the paragraphs as documents, and their questions in folds by article.
func readXQuAD(dir string, code lang.Code) (docs []corpus.Document, questions []question, err error) {
	articles, err := devdata.XQuAD(dir, code)
	for i, a := range articles {
		for j, p := range a.Paragraphs {
			id := fmt.Sprintf("%d/%d", i, j)
			docs = append(docs, corpus.Document{ID: id, Text: p.Context, Source: corpus.Source{Language: code}})
			for _, q := range p.Questions {
				questions = append(questions, question{q.Text, id, i % folds})
			}
		}
	}
	return docs, questions, err
}
