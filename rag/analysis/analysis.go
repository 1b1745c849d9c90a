package analysis

import (
	"strings"

	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// Version is raised with every change that gives a word other keys: an index that
// was made with another version does not hold what a question asks for.
const Version = 1

// Token is a word of a text with its index keys.
type Token struct {
	Span  corpus.Span // bytes in the analysed text
	Word  string      // normalised surface: see [Normalize]; "8" for "08"
	Stem  string      // Word with its endings taken off: the key of the words leg
	Sound string      // phonetic key, common to all scripts; numbers keep their digits, "" when there is none
	Stop  bool        // a function word: kept in the stream for phrases and proximity, not indexed
}

// Tokens gives the words of text in order. See [Append].
func Tokens(text string, code lang.Code) []Token {
	if text == "" {
		return nil
	}
	return Append(make([]Token, 0, len(text)/12+4), text, code)
}

// Append appends the words of text to dst, in order, and returns it.
//
// A word is a run of Unicode letters, marks and numbers; an apostrophe between
// letters, a point between digits and the commas of "1,25,000" belong to it. It
// ends where Latin letters meet those of another script, or digits meet letters
// that are not Latin: "19वीं" is two words.
//
// code says which language's endings and function words to look for; words in a
// script that the language is not written in, and all words when code is "" or
// "auto", are taken by their own script. Bytes that are not UTF-8 separate words.
func Append(dst []Token, text string, code lang.Code) []Token {
	s := scratches.Get().(*scratch)
	defer s.free()
	return s.append(dst, text, code)
}

// append is [Append].
func (s *scratch) append(dst []Token, text string, code lang.Code) []Token {
	a := analyzer{code: code, memo: s.memo(code)}
	for w := (scanner{text: text}); w.next(); {
		dst = a.append(dst, &w)
	}
	return dst
}

// maxWord is how many bytes of a word its keys are made from. Longer "words"
// are no words: encoded data, or a text without spaces.
const maxWord = 192

// analyzer makes tokens of the words of a language.
type analyzer struct {
	code  lang.Code
	memo  *memo
	rules [scriptCount]*rules
	buf   []byte
}

// append appends the token of the scanner's word to dst.
func (a *analyzer) append(dst []Token, s *scanner) []Token {
	tok := a.token(s.text[s.start:s.end], s.kind)
	tok.Span = corpus.Span{Start: s.start, End: s.end}
	return append(dst, tok)
}

// token gives the token of a word, without its place.
func (a *analyzer) token(raw string, kind wordKind) Token {
	m := a.memo
	if len(raw) > maxWord {
		return a.analyse(raw[:clip(raw, maxWord)], kind)
	}
	at, hash := m.find(raw)
	if at.number > 0 {
		return m.tokens[at.number-1]
	}
	if len(m.keys) == maxMemo {
		m.reset(maxMemo)
		m.tokens, m.arena = m.tokens[:0], arena{}
		at, hash = m.find(raw)
	}
	raw = m.arena.keep([]byte(raw), "")
	tok := a.analyse(raw, kind)
	m.add(raw, at, hash)
	m.tokens = append(m.tokens, tok)
	return tok
}

func (a *analyzer) analyse(raw string, kind wordKind) Token {
	text := raw
	if kind == kindLatin && isASCII(raw) {
		a.buf = foldASCII(a.buf[:0], raw)
	} else {
		text = composed(raw)
		a.buf = foldComposed(a.buf[:0], text)
	}
	word := a.memo.arena.keep(a.buf, raw)
	if kind == kindNumber {
		if len(word) == 2 && word[0] == '0' { // the day and month of "05-08-2019"
			word = word[1:]
		}
		return Token{Word: word, Stem: word, Sound: word}
	}
	tok := Token{Word: word, Stem: word}
	if rules := a.rulesFor(word); rules != nil {
		_, tok.Stop = rules.stop[word]
		if !tok.Stop {
			a.buf = rules.stem(append(a.buf[:0], word...))
			tok.Stem = a.memo.arena.keep(a.buf, word)
		}
	}
	if kind == kindLatin {
		text = word
	}
	a.buf = appendSoundAs(a.buf[:0], text, 0)
	tok.Sound = a.memo.arena.keep(a.buf, word)
	return tok
}

// rulesFor gives the rules for a folded word, or nil.
func (a *analyzer) rulesFor(word string) *rules {
	s := scriptOf(word)
	if a.rules[s] == nil {
		a.rules[s] = rulesFor(s, a.code)
	}
	return a.rules[s]
}

// arena makes strings from few allocations: it fills a block, and begins another
// when that is full. What was handed out stays as it is.
type arena struct{ block strings.Builder }

const arenaBlock = 2048

// keep gives b as a string that stays valid, without a copy where like begins so.
func (a *arena) keep(b []byte, like string) string {
	if len(b) <= len(like) && string(b) == like[:len(b)] {
		return like[:len(b)]
	}
	if a.block.Cap()-a.block.Len() < len(b) {
		a.block = strings.Builder{}
		a.block.Grow(max(arenaBlock, len(b)))
	}
	from := a.block.Len()
	a.block.Write(b)
	return a.block.String()[from:]
}
