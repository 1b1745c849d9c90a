package session

import (
	"context"
	"slices"

	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/llm"
)

const (
	summaryShare   = 8       // the part of MaxTokens that is left to the summary
	longestMessage = 2 << 10 // tokens of a message in a history: package chunk makes that 64 KiB at most
)

// History gives a conversation as a model or a [rag.Question] takes it: the
// summary of what fell out, if any, in the role of the system, then each question
// and its answer. It has about [Options.MaxTokens] tokens at most: of a turn that is
// longer alone, it has the beginning.
func (s *Sessions) History(c *Session) []llm.Message {
	messages := messagesOf(c.Turns)
	for i := range messages {
		messages[i].Content = clip(messages[i].Content, min((s.opts.MaxTokens-s.summaryTokens())/2, longestMessage))
	}
	if c.Summary != "" {
		messages = slices.Insert(messages, 0, llm.Message{Role: llm.System, Content: c.Summary})
	}
	return messages
}

// clip gives the beginning of a text with about so many tokens at most, with those
// of a message around it. It is never cut inside an akshara.
func clip(text string, tokens int) string {
	for n := tokens; n > 0; n /= 2 { // package chunk counts fewer in most texts, and cuts faster than it counts
		cut := chunk.Clip(text, n)
		if llm.EstimateTokens(&llm.Request{Messages: []llm.Message{{Content: cut}}}) <= tokens {
			return cut
		}
	}
	return ""
}

func messagesOf(turns []Turn) []llm.Message {
	messages := make([]llm.Message, 0, 2*len(turns)+1)
	for i := range turns {
		messages = append(messages, llm.Message{Role: llm.User, Content: turns[i].Question}, llm.Message{Role: llm.Assistant, Content: turns[i].Answer})
	}
	return messages
}

// shed takes the oldest turns out of a session that is beyond its limits.
func (s *Sessions) shed(ctx context.Context, c *Session) {
	costs := make([]int, len(c.Turns))
	for i := range c.Turns {
		costs[i] = llm.EstimateTokens(&llm.Request{Messages: messagesOf(c.Turns[i : i+1])})
	}
	s.drop(ctx, c, excess(costs, s.opts.MaxTurns, s.opts.MaxTokens-s.summaryTokens()))
}

// excess gives how many turns of these costs, the oldest first, go when all of them
// are more than the limits: then three quarters of each are left, and the newest turn.
func excess(costs []int, turns, tokens int) int {
	total := 0
	for _, cost := range costs {
		total += cost
	}
	if len(costs) <= turns && total <= tokens {
		return 0
	}
	n := 0
	for n < len(costs)-1 && (len(costs)-n > turns*3/4 || total > tokens*3/4) {
		total -= costs[n]
		n++
	}
	return n
}

// drop takes the n oldest turns out, and puts them into the summary.
func (s *Sessions) drop(ctx context.Context, c *Session, n int) {
	if n == 0 {
		return
	}
	c.Summary = s.summarise(ctx, c.Summary, c.Turns[:n])
	c.Turns = slices.Clone(c.Turns[n:])
	c.Fallen += n
}

// record brings a session within its limits and gives its record. What a model writes
// for it takes summaryWait at most.
func (s *Sessions) record(ctx context.Context, c *Session) (*Record, error) {
	ctx, cancel := context.WithTimeout(ctx, summaryWait)
	defer cancel()
	s.shed(ctx, c)
	data, err := Encode(c)
	for err == nil && len(data) > MaxRecordBytes && len(c.Turns) > 1 { // citations count among the bytes, and not among the tokens
		s.drop(ctx, c, (len(c.Turns)+1)/2)
		data, err = Encode(c)
	}
	if err != nil {
		return nil, err
	}
	rec := &Record{Data: data, Keep: max(s.left(c), 1)}
	return rec, rec.Check()
}

func (s *Sessions) summaryTokens() int { return s.opts.MaxTokens / summaryShare }
