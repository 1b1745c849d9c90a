package translate

import (
	"context"
	"strings"
)

// DefaultChunkBytes is the length of the pieces that a Chunked cuts when its
// options do not say: some 250 words in an Indian script.
const DefaultChunkBytes = 4096

// ChunkOptions says how a Chunked cuts. The zero value is useful.
type ChunkOptions struct {
	// Bytes is how long a piece may be; 0 means DefaultChunkBytes. Amazon
	// Translate takes 10,000, IndicTrans2 about 256 tokens: one or two sentences.
	Bytes int
}

// Chunked is a Translator that cuts long texts for one that takes short ones:
// at ends of sentences and lines where it can, never within an akshara, a tag or
// an entity. The pieces come back joined in their order, with the white space that was
// between them. A text fails when one of its pieces does.
type Chunked struct {
	inner Translator
	bytes int
}

var (
	_ Translator = (*Chunked)(nil)
	_ PairLister = (*Chunked)(nil)
	_ Identifier = (*Chunked)(nil)
)

// NewChunked makes a Chunked of t. opts may be nil.
func NewChunked(t Translator, opts *ChunkOptions) *Chunked {
	c := &Chunked{inner: t, bytes: DefaultChunkBytes}
	if opts != nil && opts.Bytes > 0 {
		c.bytes = max(opts.Bytes, 64) // room for any akshara that is a word of a language
	}
	return c
}

// Identity is that of the Translator within: where a text is cut changes little of it.
func (c *Chunked) Identity() string { return IdentityOf(c.inner) }

// Pairs gives those of the Translator within.
func (c *Chunked) Pairs(ctx context.Context) ([]Pair, error) { return PairsOf(ctx, c.inner) }

// Translate translates the pieces of all texts, in as few requests as [MaxTexts] allows.
func (c *Chunked) Translate(ctx context.Context, req *Request) (*Result, error) {
	if err := Check(req); err != nil {
		return nil, err
	}
	if len(req.Texts) == 0 {
		return c.inner.Translate(ctx, req)
	}
	var pieces []string
	ends := make([]int, len(req.Texts))
	for i, text := range req.Texts {
		pieces = append(pieces, cut(text, c.bytes, req.Format)...)
		ends[i] = len(pieces)
	}
	made := make([]Translation, 0, len(pieces))
	for len(made) < len(pieces) {
		next := pieces[len(made):min(len(made)+MaxTexts, len(pieces))]
		res, err := c.inner.Translate(ctx, req.with(next))
		made = append(made, settle(len(next), res, err)...)
	}
	out := &Result{Texts: make([]Translation, len(req.Texts)), Source: req.Source, Target: req.Target}
	from := 0
	for i, to := range ends {
		out.Texts[i] = join(made[from:to])
		from = to
	}
	return Finish(out)
}

// join makes the translation of a text from those of its pieces.
func join(pieces []Translation) Translation {
	if len(pieces) == 1 {
		return pieces[0]
	}
	var text strings.Builder
	engines := &Result{Texts: pieces}
	out := Translation{Kind: Unchanged, Cached: true}
	for i := range pieces {
		p := &pieces[i]
		if p.Err != nil {
			return Translation{Err: p.Err}
		}
		text.WriteString(p.Text)
		if p.Kind == Unchanged {
			continue
		}
		if out.Kind != Transliterated {
			out.Kind = p.Kind
		}
		out.Cached = out.Cached && p.Cached
		out.Fallback = out.Fallback || p.Fallback
		if out.Via == "" {
			out.Via = p.Via
		}
		if out.Source == "" {
			out.Source = p.Source
		}
	}
	engines.setEngine()
	out.Text, out.Engine = text.String(), engines.Engine
	out.Cached = out.Cached && out.Kind != Unchanged
	return out
}
