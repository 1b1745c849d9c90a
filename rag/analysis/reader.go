package analysis

import "github.com/akshara-go/akshara/translate/lang"

// Reader reads texts of one language and numbers their words as they stand, by
// their first appearance in any of the texts, from 0 on: who looks for something
// in many texts looks at each word once. It is not safe for concurrent use.
type Reader struct {
	code lang.Code
	met  func(t *Token)
	seen numbering
	last Token // that met was told of
}

// NewReader gives a Reader of texts of a language, as [Append] takes it. Met is told
// of each word when it gets its number; the token has no Span and is good for the call.
func NewReader(code lang.Code, met func(t *Token)) *Reader {
	r := &Reader{code: code, met: met}
	r.seen.reset(firstWords)
	return r
}

// Read tells visit of the words of text in order: their numbers, and where they begin.
// The Reader keeps the text.
func (r *Reader) Read(text string, visit func(word, start int)) {
	s := scratches.Get().(*scratch)
	defer s.free()
	a := analyzer{code: r.code, memo: s.memo(r.code)}
	for w := (scanner{text: text}); w.next(); {
		raw := text[w.start:w.end]
		at, hash := r.seen.find(raw)
		if at.number > 0 {
			visit(int(at.number-1), w.start)
			continue
		}
		n := r.seen.add(raw, at, hash)
		r.last = a.token(raw, w.kind)
		r.met(&r.last)
		visit(n, w.start)
	}
}
