package pii

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/translate/lang"
)

// Restore puts the values back for the vault's tokens; everything else stays. A
// token that a model has changed a little is still one: other case, spaces, wide
// brackets, digits of another script, or its kind in another language, as in
// "[ फ़ोन : KDRW : १ ]". Its letters and its number have to be the vault's.
func (v *Vault) Restore(text string) string {
	r := v.NewRestorer(nil)
	return r.Write(text) + r.Flush()
}

// tokenMax is the most bytes of a token as a model may write it, kindMax of its kind.
const (
	tokenMax = 128
	kindMax  = 64
)

// Restorer puts values back in a text that comes in pieces: the pieces it gives,
// joined, are what [Vault.Restore] gives for the pieces joined. It keeps back only
// what may be the beginning of a token, at most 128 bytes. A Restorer is for one
// text and one goroutine at a time.
type Restorer struct {
	v      *Vault
	escape func(value string) string
	held   string
	n      int
}

// NewRestorer makes a restorer. Escape, if not nil, gives what is written for a
// value, such as its spelling inside a JSON string.
func (v *Vault) NewRestorer(escape func(value string) string) *Restorer {
	return &Restorer{v: v, escape: escape}
}

// Write takes the next piece and gives what is whole by now, which may be nothing.
func (r *Restorer) Write(piece string) string { return r.step(piece, false) }

// Flush gives the rest: the text has ended. The restorer is then ready for another text.
func (r *Restorer) Flush() string { return r.step("", true) }

// Restored gives how many tokens were put back so far.
func (r *Restorer) Restored() int { return r.n }

func (r *Restorer) step(piece string, final bool) string {
	text := piece
	if r.held != "" {
		text, r.held = r.held+piece, ""
	}
	var b strings.Builder
	for text != "" {
		i, size := openBracket(text)
		b.WriteString(text[:i])
		if text = text[i:]; text == "" {
			break
		}
		if size == 0 { // a rune that has only begun
			if final {
				b.WriteString(text)
				break
			}
			r.held = strings.Clone(text)
			break
		}
		number, end := r.v.readToken(text, size)
		if end < 0 && !final {
			r.held = strings.Clone(text)
			break
		}
		if value, ok := r.value(number); ok {
			b.WriteString(value)
			text = text[end:]
			continue
		}
		b.WriteString(text[:size])
		text = text[size:]
	}
	return b.String()
}

// value gives what is written for a token's number.
func (r *Restorer) value(number string) (string, bool) {
	if number == "" {
		return "", false
	}
	r.v.mu.Lock()
	value, ok := r.v.values[number]
	r.v.mu.Unlock()
	if !ok {
		return "", false
	}
	r.n++
	if r.escape != nil {
		value = r.escape(value)
	}
	return value, true
}

// openBracket gives where the next bracket of a token opens, and its size; 0 for a
// rune at the end that has only begun. Without one it is the end of the text.
func openBracket(text string) (at, size int) {
	for i := 0; i < len(text); {
		b := text[i]
		switch {
		case b == '[':
			return i, 1
		case b < utf8.RuneSelf:
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && !utf8.FullRuneInString(text[i:]):
			return i, 0
		case r == '［' || r == '【':
			return i, n
		}
		i += n
	}
	return len(text), 0
}

// readToken reads a token whose bracket of the given size begins text. It gives its
// number and where it ends, "" and a place when it is none, or -1 when the text
// ends before that is known.
func (v *Vault) readToken(text string, size int) (number string, end int) {
	p := tokenReader{text: text[:min(len(text), tokenMax)], at: size}
	p.kind()
	p.label(v.label)
	p.colon()
	number = p.digits()
	if p.take('.') {
		number += "." + p.digits()
	}
	p.closeBracket()
	switch {
	case p.failed || p.ended && len(text) >= tokenMax:
		return "", size
	case p.ended:
		return "", -1
	}
	return number, p.at
}

// tokenReader reads the parts of a token. Failed is that it is none, ended that the
// text ends inside it; nothing is read after either.
type tokenReader struct {
	text          string
	at            int
	failed, ended bool
}

// next gives the rune at the reader, past spaces where told, and its size; 0 when there is none.
func (p *tokenReader) next(spaces bool) (rune, int) {
	for !p.failed && !p.ended {
		if !utf8.FullRuneInString(p.text[p.at:]) {
			p.ended = true
			break
		}
		r, size := utf8.DecodeRuneInString(p.text[p.at:])
		if !spaces || r == '\n' || !unicode.IsSpace(r) && r != '\\' && !unicode.Is(unicode.Cf, r) {
			return r, size
		}
		p.at += size
	}
	return 0, 0
}

// kind reads whatever stands before the first colon.
func (p *tokenReader) kind() {
	for from := p.at; ; {
		r, size := p.next(false)
		if size == 0 {
			return
		}
		if r == ':' || r == '：' {
			p.at += size
			return
		}
		if strings.ContainsRune("[]［］【】\n", r) || p.at-from > kindMax {
			p.failed = true
			return
		}
		p.at += size
	}
}

func (p *tokenReader) label(want string) {
	for i := range len(want) {
		r, size := p.next(i == 0)
		if size == 0 {
			return
		}
		if unicode.ToLower(r) != rune(want[i]) {
			p.failed = true
			return
		}
		p.at += size
	}
}

func (p *tokenReader) colon() {
	r, size := p.next(true)
	if size > 0 && r != ':' && r != '：' {
		p.failed = true
	}
	p.at += size
}

// digits reads a number in the digits of any script, which is not empty.
func (p *tokenReader) digits() string {
	var b []byte
	for {
		r, size := p.next(len(b) == 0)
		d, ok := lang.DigitValue(r)
		if size == 0 || !ok {
			p.failed = p.failed || size > 0 && len(b) == 0
			return string(b)
		}
		b = append(b, '0'+byte(d))
		p.at += size
	}
}

func (p *tokenReader) take(want rune) bool {
	r, size := p.next(true)
	if size == 0 || r != want {
		return false
	}
	p.at += size
	return true
}

func (p *tokenReader) closeBracket() {
	r, size := p.next(true)
	if size > 0 && r != ']' && r != '］' && r != '】' {
		p.failed = true
	}
	p.at += size
}
