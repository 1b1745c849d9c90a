package huggingface

import (
	"fmt"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/unigram"
)

const maxPieces = 1 << 21

// Pieces that stand for no text, as XLM-R calls them.
const (
	begin   = "<s>"
	padding = "<pad>"
	end     = "</s>"
	unknown = "<unk>"
	mask    = "<mask>"
)

// vocabulary is a tokeniser.
type vocabulary struct {
	pieces   []piece // by id
	unknown  int
	special  map[string]bool // what stands for no text
	charsMap []byte
}

type piece struct {
	text  string
	score float64
}

// give puts the tokeniser into a model.
func (v *vocabulary) give(t *encoder.Tensors) {
	t.CharsMap = v.charsMap
	t.Config.Pieces, t.Config.Unknown = len(v.pieces), v.unknown
	for id, p := range v.pieces {
		t.Scores = append(t.Scores, float32(p.score))
		switch {
		case p.text == begin:
			t.Config.Begin = id
		case p.text == end:
			t.Config.End = id
		}
		if !v.special[p.text] {
			t.Found = append(t.Found, unigram.Piece{Text: p.text, ID: id, Score: p.score})
		}
	}
}

// check tells whether the tokeniser has what XLM-R's has, and counts the unknown
// piece and XLM-R's special ones among those that stand for no text.
func (v *vocabulary) check() error {
	var begins, ends int
	for _, p := range v.pieces {
		if p.text == begin {
			begins++
		}
		if p.text == end {
			ends++
		}
	}
	switch {
	case len(v.pieces) > maxPieces:
		return fmt.Errorf("%d pieces", len(v.pieces))
	case begins != 1 || ends != 1:
		return fmt.Errorf("%d pieces %s and %d %s", begins, begin, ends, end)
	case v.unknown < 0 || v.unknown >= len(v.pieces):
		return fmt.Errorf("the unknown piece is %d of %d", v.unknown, len(v.pieces))
	}
	v.special[v.pieces[v.unknown].text] = true
	for _, text := range []string{begin, padding, end, unknown, mask} {
		v.special[text] = true
	}
	return nil
}
