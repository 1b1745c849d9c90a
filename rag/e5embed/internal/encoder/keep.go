package encoder

import "github.com/akshara-go/akshara/rag/e5embed/internal/unigram"

// Keep gives the model without the pieces whose ids keep does not want. Those that
// stand for no text (<s> and its like) stay. Pieces get new ids in their old order;
// what is unknown keeps its score, so that a text of which all pieces are kept is
// cut as before and has the same vector.
func (t *Tensors) Keep(keep func(id int) bool) *Tensors {
	kept := *t
	kept.Found, kept.Scores, kept.Words, kept.Lowest = nil, nil, nil, t.lowest()
	found := make([]*unigram.Piece, len(t.Scores))
	for i := range t.Found {
		found[t.Found[i].ID] = &t.Found[i]
	}
	row := len(t.Words) / max(len(t.Scores), 1)
	ids := make([]int, len(t.Scores))
	for id, piece := range found {
		if piece != nil && !keep(id) {
			continue
		}
		ids[id] = len(kept.Scores)
		if piece != nil {
			kept.Found = append(kept.Found, unigram.Piece{Text: piece.Text, ID: ids[id], Score: piece.Score})
		}
		kept.Scores = append(kept.Scores, t.Scores[id])
		kept.Words = append(kept.Words, t.Words[id*row:][:row]...)
	}
	c := &kept.Config
	c.Pieces, c.Begin, c.End, c.Unknown = len(kept.Scores), ids[c.Begin], ids[c.End], ids[c.Unknown]
	return &kept
}

// lowest gives the lowest score of all pieces, those that were left out among them.
func (t *Tensors) lowest() float64 {
	lowest := t.Lowest
	for _, s := range t.Scores {
		lowest = min(lowest, float64(s))
	}
	return lowest
}
