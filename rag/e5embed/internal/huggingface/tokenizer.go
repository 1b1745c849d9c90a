package huggingface

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/akshara-go/akshara/rag/e5embed/internal/unigram"
)

// tokenizer is what tokenizer.json says, as far as it matters
// (https://github.com/huggingface/tokenizers).
type tokenizer struct {
	Added []struct {
		Content string `json:"content"`
		Special bool   `json:"special"`
	} `json:"added_tokens"`
	Normalizer   *step `json:"normalizer"`
	PreTokenizer *step `json:"pre_tokenizer"`
	Model        struct {
		Type     string  `json:"type"`
		Unknown  *int    `json:"unk_id"`
		Pieces   []piece `json:"vocab"`
		Fallback bool    `json:"byte_fallback"`
	} `json:"model"`
}

// step is a normaliser or a pre-tokeniser, or a sequence of them.
type step struct {
	Type          string `json:"type"`
	Normalizers   []step `json:"normalizers"`
	PreTokenizers []step `json:"pretokenizers"`

	CharsMap []byte `json:"precompiled_charsmap"` // Precompiled
	Pattern  struct {
		Regex string `json:"Regex"`
	} `json:"pattern"` // Replace
	Content     string `json:"content"`          // Replace
	Replacement string `json:"replacement"`      // Metaspace
	Scheme      string `json:"prepend_scheme"`   // Metaspace
	Prefix      *bool  `json:"add_prefix_space"` // Metaspace, in older files
	Split       *bool  `json:"split"`            // Metaspace
}

// flat gives the steps of a sequence.
func (s *step) flat() []step {
	if s == nil {
		return nil
	}
	if s.Type != "Sequence" {
		return []step{*s}
	}
	var all []step
	for _, inner := range slices.Concat(s.Normalizers, s.PreTokenizers) {
		all = append(all, inner.flat()...)
	}
	return all
}

// UnmarshalJSON reads a piece as it stands in a list: its text and its score.
func (p *piece) UnmarshalJSON(b []byte) error {
	var score *float64
	pair := []any{&p.text, &score}
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	if len(pair) != 2 || score == nil {
		return errors.New("a piece is no pair of a text and a score")
	}
	p.score = *score
	return nil
}

func parseTokenizer(b []byte) (*vocabulary, error) {
	var t tokenizer
	if err := json.Unmarshal(b, &t); err != nil {
		return nil, err
	}
	switch m := &t.Model; {
	case m.Type != "Unigram":
		return nil, fmt.Errorf("the tokeniser is of type %.50q, where \"Unigram\" can be computed", m.Type)
	case m.Fallback:
		return nil, errors.New("the tokeniser falls back on bytes")
	case m.Unknown == nil:
		return nil, errors.New("the tokeniser has no unknown piece")
	}
	v := &vocabulary{pieces: t.Model.Pieces, unknown: *t.Model.Unknown, special: map[string]bool{}}
	for _, a := range t.Added {
		if !a.Special {
			return nil, fmt.Errorf("the added piece %.50q is no special one", a.Content)
		}
		v.special[a.Content] = true
	}
	spaces, err := v.normalizers(t.Normalizer.flat())
	if err != nil {
		return nil, err
	}
	split, err := marks(t.PreTokenizer.flat())
	switch {
	case err != nil:
		return nil, err
	case split && len(v.charsMap) == 0:
		return nil, errors.New("the pre-tokeniser \"WhitespaceSplit\" cannot be computed without \"Precompiled\"")
	case !split && !spaces:
		return nil, errors.New("the pre-tokeniser \"Metaspace\" alone cannot be computed where no \"Replace\" makes runs of spaces one")
	}
	return v, v.check()
}

// normalizers reads the map of characters where nothing else is done than
// SentencePiece does, and tells whether runs of spaces become one. The space at the
// end of a text is left out as by SentencePiece, whether or not something strips it.
func (v *vocabulary) normalizers(steps []step) (spaces bool, err error) {
	for i, s := range steps {
		switch {
		case s.Type == "Precompiled" && i == 0:
			v.charsMap = s.CharsMap
		case s.Type == "Strip":
		case s.Type == "Replace" && s.Pattern.Regex == " {2,}" && (s.Content == " " || s.Content == unigram.Mark):
			spaces = true
		default:
			return false, fmt.Errorf("the normaliser %.50q cannot be computed there", s.Type)
		}
	}
	return spaces, nil
}

// marks demands pre-tokenisers that place a mark before each word, and tells whether
// they split at white space first.
func marks(steps []step) (split bool, err error) {
	found := false
	for _, s := range steps {
		before := (s.Scheme == "" || s.Scheme == "always") && (s.Prefix == nil || *s.Prefix) && (s.Split == nil || *s.Split)
		switch {
		case s.Type == "WhitespaceSplit" && !found:
			split = true
		case s.Type == "Metaspace" && s.Replacement == unigram.Mark && before && !found:
			found = true
		default:
			return false, fmt.Errorf("the pre-tokeniser %.50q cannot be computed there", s.Type)
		}
	}
	if !found {
		return false, errors.New("no pre-tokeniser \"Metaspace\" places marks before words")
	}
	return split, nil
}
