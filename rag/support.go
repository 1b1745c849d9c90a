package rag

import (
	"context"
	"strings"

	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/rag/support"
)

// checker holds the sentences of one answer against its passages.
type checker struct {
	grounding *llm.Grounding
	judge     llm.Model // nil: words alone decide
	rules     string    // what the judge is told, by the template prompt
	prompt    prompt.ID
	read      []*support.Passage
	judged    int
}

// newChecker gives a checker; the error is that of a template which does not fit.
func newChecker(g *llm.Grounding, judge llm.Model, prompts *prompt.Set) (*checker, error) {
	c := &checker{grounding: g, judge: judge}
	var err error
	if c.judge != nil {
		c.rules, c.prompt, err = prompts.Render(prompt.Judge, g.Language, nil)
	}
	return c, err
}

// verdict is what was found of a sentence.
type verdict struct {
	supported bool
	share     float64 // of its content words that are held
	citations []Citation
}

// verdict looks for the passage that supports a sentence best.
func (c *checker) verdict(ctx context.Context, text string) verdict {
	if c.read == nil {
		for i := range c.grounding.Passages {
			p := &c.grounding.Passages[i]
			c.read = append(c.read, support.Read(&p.Chunk, p.Source.Title, p.Source.Language))
		}
	}
	s := support.New(text, c.grounding.Language)
	best, from := support.Evidence{Lacks: support.Words}, 0
	for i, p := range c.read {
		if e := s.In(p); e.Better(&best) {
			best, from = e, i
		}
	}
	v := verdict{supported: best.Lacks == "", share: best.Share}
	if len(best.Spans) == 0 {
		return v
	}
	p := &c.grounding.Passages[from]
	for _, span := range best.Spans {
		v.citations = append(v.citations, cite(p, span))
	}
	if best.Lacks != support.Number && best.Lacks != support.Negation {
		v.supported = c.asked(ctx, text, p, v.supported)
	}
	return v
}

// maxJudged is how many sentences of an answer the judge is asked about at most,
// judgeTokens how long its word may be.
const (
	maxJudged   = 8
	judgeTokens = 8
)

// asked gives the judge's word on whether a passage supports a sentence, or what
// words said where there is no judge or it says neither yes nor no.
func (c *checker) asked(ctx context.Context, text string, p *llm.Passage, otherwise bool) bool {
	if c.judge == nil || c.judged == maxJudged {
		return otherwise
	}
	c.judged++
	res, err := c.judge.Generate(ctx, &llm.Request{MaxTokens: judgeTokens, Prompt: c.prompt, Messages: []llm.Message{
		{Role: llm.System, Content: c.rules},
		{Role: llm.User, Content: llm.FencedPassages([]llm.Passage{*p}) + "Statement: " + text},
	}})
	if err != nil {
		return otherwise
	}
	word := strings.ToLower(strings.TrimSpace(res.Text))
	switch {
	case strings.HasPrefix(word, "yes"):
		return true
	case strings.HasPrefix(word, "no"):
		return false
	}
	return otherwise
}
