package rag

import (
	"slices"
	"strings"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/match"
)

// snippetBytes is about how long a snippet is: three lines of Devanagari on a phone.
const snippetBytes = 360

// snippet gives the piece of a chunk that shows best why it was found: the
// sentence that holds most of the question, and what follows it as long as
// there is room. Headings are left out: the title stands beside it. It is
// never cut inside an akshara.
func snippet(q *match.Text, c *corpus.Chunk, source *corpus.Source) string {
	var texts []string
	best, bestShare := 0, -1.0
	var held []float64
	var tokens []analysis.Token
	for _, s := range c.Sentences {
		text := strings.TrimSpace(c.Text[s.Start-c.Start : s.End-c.Start])
		if text == "" || text == source.Title || slices.Contains(c.Headings, text) {
			continue
		}
		tokens = analysis.Append(tokens[:0], text, source.Language)
		held = q.In(tokens, text, held)
		if share := q.Share(held); share > bestShare {
			best, bestShare = len(texts), share
		}
		texts = append(texts, text)
	}
	if len(texts) == 0 {
		texts = []string{c.Text}
	}
	return clip(beginning(texts[best:], snippetBytes), snippetBytes)
}

// beginning joins the words of texts by single spaces, as many as make up more than n bytes.
func beginning(texts []string, n int) string {
	var out strings.Builder
	for _, text := range texts {
		for word := range strings.FieldsSeq(text) {
			if out.Len() > n {
				return out.String()
			}
			if out.Len() > 0 {
				out.WriteByte(' ')
			}
			out.WriteString(word)
		}
	}
	return out.String()
}

// clip shortens a text to about n bytes, between words if one ends near there,
// else between aksharas.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	if space := strings.LastIndexByte(text[:n], ' '); space > n/2 {
		return text[:space] + "…"
	}
	end := 0
	for s := range chunk.Aksharas(text) {
		if s.End > n {
			break
		}
		end = s.End
	}
	return text[:end] + "…"
}
