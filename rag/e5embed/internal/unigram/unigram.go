package unigram

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"unicode/utf8"
)

// Mark is what stands before each word.
const Mark = "\u2581"

// maxWord is how many bytes without a space are looked at together. What is
// longer is cut between characters.
const maxWord = 1 << 14

// penalty is how much below the lowest score that of an unknown character is.
const penalty = 10

// Piece is a part of a word, or a word with [Mark] before it.
type Piece struct {
	Text  string
	ID    int
	Score float64 // the logarithm of how likely it is
}

// Tables are a model as a file holds it. They are not copied.
type Tables struct {
	Trie         []byte    // of the pieces; see [BuildPieces]
	Scores       []float32 // by id
	Unknown      int       // the id of what is in no piece
	UnknownScore float64
	CharsMap     []byte // SentencePiece's precompiled_charsmap; none: characters stay
}

// A Tokenizer makes ids of texts. It may be used concurrently.
type Tokenizer struct {
	pieces       trie
	scores       []float32
	unknown      int32
	unknownScore float64
	chars        charsMap
	scratch      sync.Pool // of *word
}

// BuildPieces gives the trie of pieces, and the score that an unknown character
// has beside them. Pieces that can never be found in a text (as <s>) are not to be
// among them; lowest is the lowest score of all pieces of the model.
func BuildPieces(pieces []Piece, lowest float64) (trie []byte, unknownScore float64, err error) {
	keys := make([]key, len(pieces))
	for i, p := range pieces {
		if strings.LastIndex(p.Text, Mark) > 0 {
			return nil, 0, fmt.Errorf("unigram: the piece %q spans words", p.Text)
		}
		lowest = min(lowest, p.Score)
		keys[i] = key{p.Text, p.ID}
	}
	trie, err = buildTrie(keys)
	return trie, lowest - penalty, err
}

// New gives a tokeniser. Scores that are no numbers, an unknown piece that has no
// id among them, and a map that is not whole are errors.
func New(t Tables) (*Tokenizer, error) {
	for id, s := range t.Scores {
		if math.IsNaN(float64(s)) || math.IsInf(float64(s), 0) {
			return nil, fmt.Errorf("unigram: the score of piece %d is no number", id)
		}
	}
	switch {
	case t.Unknown < 0 || t.Unknown >= len(t.Scores) || len(t.Scores) > maxValues:
		return nil, fmt.Errorf("unigram: %d is no piece of %d", t.Unknown, len(t.Scores))
	case math.IsNaN(t.UnknownScore) || math.IsInf(t.UnknownScore, 0):
		return nil, fmt.Errorf("unigram: the score of unknown characters is no number")
	case len(t.Trie)%unitSize != 0:
		return nil, fmt.Errorf("unigram: a trie of %d bytes", len(t.Trie))
	}
	chars, err := openCharsMap(t.CharsMap)
	if err != nil {
		return nil, err
	}
	return &Tokenizer{
		pieces: t.Trie, scores: t.Scores, unknown: int32(t.Unknown), unknownScore: t.UnknownScore, chars: chars,
		scratch: sync.Pool{New: func() any { return new(word) }},
	}, nil
}

// AppendIDs appends the ids of a text's pieces, those of the model that begin and
// end a text not among them, until limit have been appended. White space at the
// begin and the end is left out, and runs of it count as one; neighbouring
// characters that are in no piece become one unknown piece; each byte that is no
// part of valid UTF-8 counts as U+FFFD. Nothing in a text stands for <s> and its
// like. The same text gives the same ids as SentencePiece and as Hugging Face's
// tokenizers do with the marks between the words as they place them.
func (t *Tokenizer) AppendIDs(dst []int32, text string, limit int) []int32 {
	w := t.scratch.Get().(*word)
	defer t.scratch.Put(w)
	w.text, w.marks = append(w.text[:0], Mark...), 0
	end, space := len(dst)+limit, true
	for len(text) > 0 && len(dst) < end {
		to, n := t.chars.next(text)
		text = text[n:]
		for len(to) > 0 {
			if to[0] == ' ' {
				if to = to[1:]; !space {
					dst = t.flush(dst, w, end)
					w.text, space = append(w.text, Mark...), true
				}
				continue
			}
			_, n := utf8.DecodeRuneInString(to)
			if to[:n] == Mark || len(w.text)+n > maxWord {
				dst = t.flush(dst, w, end)
			}
			w.text, space = append(w.text, to[:n]...), false
			to = to[n:]
		}
	}
	if string(w.text) != Mark {
		dst = t.flush(dst, w, end)
	}
	return dst[:min(len(dst), end)]
}
