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
	var err error
	if v.charsMap, err = charsMap(t.Normalizer.flat()); err != nil {
		return nil, err
	}
	if err := marks(t.PreTokenizer.flat()); err != nil {
		return nil, err
	}
	return v, v.check()
}

// charsMap gives the map of characters of normalisers that do no more than
// SentencePiece: what is stripped and what runs of spaces become is the same.
func charsMap(steps []step) (m []byte, err error) {
	for i, s := range steps {
		switch {
		case s.Type == "Precompiled" && i == 0:
			m = s.CharsMap
		case s.Type == "Strip":
		case s.Type == "Replace" && s.Pattern.Regex == " {2,}" && (s.Content == " " || s.Content == unigram.Mark):
		default:
			return nil, fmt.Errorf("the normaliser %.50q cannot be computed there", s.Type)
		}
	}
	return m, nil
}

// marks tells whether pre-tokenisers place a mark before each word.
func marks(steps []step) error {
	found := false
	for _, s := range steps {
		before := (s.Scheme == "" || s.Scheme == "always") && (s.Prefix == nil || *s.Prefix) && (s.Split == nil || *s.Split)
		switch {
		case s.Type == "WhitespaceSplit" && !found:
		case s.Type == "Metaspace" && s.Replacement == unigram.Mark && before && !found:
			found = true
		default:
			return fmt.Errorf("the pre-tokeniser %.50q cannot be computed there", s.Type)
		}
	}
	if !found {
		return errors.New("no pre-tokeniser \"Metaspace\" places marks before words")
	}
	return nil
}
