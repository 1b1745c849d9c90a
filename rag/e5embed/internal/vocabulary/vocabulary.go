// Package vocabulary tells which pieces of XLM-R's vocabulary texts in the 23
// languages need. XLM-R, multilingual-e5 and bge-m3 have the same 250,000 pieces,
// for a hundred languages; more than two thirds of them are dead weight here.
//
// pieces.bin is learnt by program learn, below: see there from what, and by which
// rule. It is the first eight bytes of [digest], then a bit for each piece that
// may stand in a text, in the order of ids, the lowest bit of a byte first.
package vocabulary

import (
	"crypto/sha256"
	_ "embed" // of the table
	"errors"
	"io"

	"github.com/akshara-go/akshara/rag/e5embed/internal/unigram"
)

//go:embed pieces.bin
var learnt string

// digestSize is how much of a digest a table begins with.
const digestSize = 8

// ErrOther is the error for a vocabulary that is not XLM-R's.
var ErrOther = errors.New("vocabulary: only XLM-R's is known well enough to be cut")

// Needed gives the ids of the pieces that texts in the 23 languages need. found are
// all pieces that may stand in a text, in the order of their ids.
func Needed(found []unigram.Piece) (map[int]bool, error) { return Decode(learnt, found) }

// Decode gives the ids that a table has a bit for.
func Decode(table string, found []unigram.Piece) (map[int]bool, error) {
	if len(table) != digestSize+(len(found)+7)/8 || table[:digestSize] != digest(found) {
		return nil, ErrOther
	}
	ids := map[int]bool{}
	for i := range found {
		if table[digestSize+i/8]>>(i%8)&1 == 1 {
			ids[found[i].ID] = true
		}
	}
	return ids, nil
}

// Encode gives the table of the pieces that are needed.
func Encode(found []unigram.Piece, needed map[int]bool) string {
	bits := make([]byte, (len(found)+7)/8)
	for i := range found {
		if needed[found[i].ID] {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	return digest(found) + string(bits)
}

// digest names a vocabulary: SHA-256 of the pieces, a zero byte behind each.
func digest(found []unigram.Piece) string {
	h := sha256.New()
	for i := range found {
		_, _ = io.WriteString(h, found[i].Text+"\x00") // a hash takes everything
	}
	return string(h.Sum(nil)[:digestSize])
}
