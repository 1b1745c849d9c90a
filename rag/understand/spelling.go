package understand

import (
	"context"

	"github.com/akshara-go/akshara/rag"
)

// Corrector tells what mistyped words of a question may have been meant to be;
// [rag.Index] is one.
type Corrector interface {
	Corrections(ctx context.Context, q *rag.Query) ([]rag.Correction, error)
}

var _ Corrector = (*rag.Index)(nil)

// Spelling puts what may have been meant in the place of words that the
// collection does not hold. Each word is a change of its own, in the order of
// the question.
type Spelling struct {
	Corrector Corrector
}

// Name implements [Rewriter].
func (*Spelling) Name() string { return "spelling" }

// Rewrite implements [Rewriter].
func (s *Spelling) Rewrite(ctx context.Context, a *Asked) error {
	found, err := s.Corrector.Corrections(ctx, &a.Query)
	if err != nil {
		return err
	}
	text, end := "", 0
	for _, c := range found {
		text += a.Text[end:c.Start] + c.Text
		end = c.End
		a.Changes = append(a.Changes, Change{Step: s.Name(), From: c.Word, To: c.Text})
	}
	a.Text = text + a.Text[end:]
	return nil
}
