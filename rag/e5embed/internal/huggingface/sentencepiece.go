package huggingface

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Fields of SentencePiece's model, a message of Protocol Buffers
// (sentencepiece_model.proto in https://github.com/google/sentencepiece).
const (
	modelPieces     = 1
	modelTrainer    = 2
	modelNormalizer = 3

	pieceText  = 1
	pieceScore = 2
	pieceKind  = 3

	trainerModel    = 3
	trainerSuffix   = 24 // treat_whitespace_as_suffix
	trainerFallback = 35 // byte_fallback

	normalizerCharsMap = 2
	normalizerPrefix   = 3 // add_dummy_prefix
	normalizerRemove   = 4 // remove_extra_whitespaces
	normalizerEscape   = 5 // escape_whitespaces
)

// Kinds of pieces.
const (
	normalPiece  = 1
	unknownPiece = 2
	controlPiece = 3
	unusedPiece  = 5
)

const unigramModel = 1

// field is a field of a message.
type field struct {
	number uint64
	value  uint64 // of a number
	bytes  []byte // of texts and messages
}

var errMessage = errors.New("it is no message of Protocol Buffers")

// fields gives the fields of a message to each, until it returns an error.
func fields(b []byte, each func(f *field) error) error {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return errMessage
		}
		b = b[n:]
		f := field{number: tag >> 3}
		size := 0
		switch tag & 7 {
		case 0:
			f.value, size = binary.Uvarint(b)
		case 1:
			size = 8
		case 2:
			length, n := binary.Uvarint(b)
			if n <= 0 || length > uint64(len(b)-n) {
				return errMessage
			}
			size = n + int(length)
			f.bytes = b[n:size]
		case 5:
			if size = 4; len(b) >= size {
				f.value = uint64(binary.LittleEndian.Uint32(b))
			}
		}
		if size <= 0 || size > len(b) {
			return errMessage
		}
		b = b[size:]
		if err := each(&f); err != nil {
			return err
		}
	}
	return nil
}

// parseSentencePiece reads a model that SentencePiece trained, laid out as XLM-R's:
// <unk>, <s> and </s> come first. XLM-R numbers pieces otherwise than the file: <s>,
// <pad>, </s>, <unk>, the others in their order, and <mask>.
func parseSentencePiece(b []byte) (*vocabulary, error) {
	v := &vocabulary{
		pieces:  []piece{{text: begin}, {text: padding}, {text: end}, {text: unknown}},
		unknown: 3, special: map[string]bool{},
	}
	n := 0
	err := fields(b, func(f *field) error {
		switch f.number {
		case modelPieces:
			n++
			return v.sentencePiece(n-1, f.bytes)
		case modelTrainer:
			return trainer(f.bytes)
		case modelNormalizer:
			return v.normalizer(f.bytes)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.pieces = append(v.pieces, piece{text: mask})
	return v, v.check()
}

// sentencePiece reads a piece that the file numbers id.
func (v *vocabulary) sentencePiece(id int, b []byte) error {
	var p piece
	kind := uint64(normalPiece)
	err := fields(b, func(f *field) error {
		switch f.number {
		case pieceText:
			p.text = string(f.bytes)
		case pieceScore:
			p.score = float64(math.Float32frombits(uint32(f.value)))
		case pieceKind:
			kind = f.value
		}
		return nil
	})
	if err != nil {
		return err
	}
	if id >= maxPieces {
		return fmt.Errorf("it has more than %d pieces", maxPieces)
	}
	if first := []string{unknown, begin, end}; id < len(first) {
		if p.text != first[id] || kind == normalPiece {
			return fmt.Errorf("the piece %d is %.50q of kind %d, where XLM-R has %s", id, p.text, kind, first[id])
		}
		return nil
	}
	switch kind {
	case normalPiece:
	case controlPiece, unusedPiece:
		v.special[p.text] = true
	default:
		return fmt.Errorf("the piece %.50q is of kind %d", p.text, kind)
	}
	v.pieces = append(v.pieces, p)
	return nil
}

// trainer refuses models that are not unigram models as XLM-R's.
func trainer(b []byte) error {
	return fields(b, func(f *field) error {
		switch {
		case f.number == trainerModel && f.value != unigramModel:
			return fmt.Errorf("the tokeniser is of type %d, where unigram models can be computed", f.value)
		case f.number == trainerFallback && f.value != 0:
			return errors.New("the tokeniser falls back on bytes")
		case f.number == trainerSuffix && f.value != 0:
			return errors.New("the tokeniser places marks behind words")
		}
		return nil
	})
}

// normalizer reads the map of characters.
func (v *vocabulary) normalizer(b []byte) error {
	return fields(b, func(f *field) error {
		switch f.number {
		case normalizerCharsMap:
			v.charsMap = f.bytes
		case normalizerPrefix, normalizerRemove, normalizerEscape:
			if f.value == 0 {
				return errors.New("the tokeniser places no marks before words")
			}
		}
		return nil
	})
}
