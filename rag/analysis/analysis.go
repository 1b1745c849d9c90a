// Package analysis turns text of any of the 23 languages into the terms it is
// found by, so that a question and a passage meet however either is spelt.
//
// A word gets two keys. Its stem is the word in one spelling (NFC, lower case,
// without nukta, joiners and chandrabindu, digits as ASCII) with the endings of
// its language taken off. Its sound is a consonant skeleton that is the same
// in every script: "bharat", "भारत", "ਭਾਰਤ" and "بھارت" all sound "brt".
//
//	passage := analysis.Index("ताजमहल शाहजहाँ ने बनवाया था।", "hi")
//	question := analysis.Query("taj mahal kisne banwaya tha", "")
//
// Keys are for matching only: every token says where it stands in the text, and
// what is shown to anybody is the text itself.
//
// All functions are total: they accept any bytes, never fail, and what they
// give is bounded by a small multiple of the length of what they were given.
package analysis

import (
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// Token is a word of a text with its index keys.
type Token struct {
	Span  corpus.Span // bytes in the analysed text
	Word  string      // normalised surface: see [Normalize]
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
	a := analyzer{code: code}
	for s := (scanner{text: text}); s.next(); {
		dst = append(dst, a.token(&s))
	}
	return dst
}

// maxWord is how many bytes of a word its keys are made from. Longer "words"
// are no words: encoded data, or a text without spaces.
const maxWord = 192

// analyzer makes tokens of words. It remembers the words of the text it is at,
// since most words of a text stand in it more than once, and it owns the memory
// that the keys live in.
type analyzer struct {
	code  lang.Code
	seen  map[string]Token
	arena arena
	buf   []byte
}

// maxSeen bounds the memory an analyzer takes for remembering words.
const maxSeen = 1 << 16

func (a *analyzer) token(s *scanner) Token {
	raw := s.text[s.start:s.end]
	tok, ok := a.seen[raw]
	if !ok {
		tok = a.analyse(raw, s.kind)
		if a.seen == nil {
			a.seen = make(map[string]Token, min(len(s.text)/32+8, 4096))
		}
		if len(a.seen) < maxSeen {
			a.seen[raw] = tok
		}
	}
	tok.Span = corpus.Span{Start: s.start, End: s.end}
	return tok
}

func (a *analyzer) analyse(raw string, kind wordKind) Token {
	if len(raw) > maxWord {
		raw = raw[:clip(raw, maxWord)]
	}
	a.buf = fold(a.buf[:0], raw)
	word := a.arena.keep(a.buf, raw)
	if kind == kindNumber {
		return Token{Word: word, Stem: word, Sound: word}
	}
	rules := rulesFor(word, a.code)
	tok := Token{Word: word, Stem: word}
	if rules != nil {
		_, tok.Stop = rules.stop[word]
		if !tok.Stop {
			a.buf = rules.stem(append(a.buf[:0], word...))
			tok.Stem = a.arena.keep(a.buf, word)
		}
	}
	a.buf = appendSound(a.buf[:0], raw)
	tok.Sound = a.arena.keep(a.buf, word)
	return tok
}

// arena hands out strings from few allocations.
type arena struct{ block []byte }

const arenaBlock = 4096

// keep gives b as a string that stays valid, without a copy where b begins like.
func (a *arena) keep(b []byte, like string) string {
	if len(b) <= len(like) && string(b) == like[:len(b)] {
		return like[:len(b)]
	}
	return string(b)
}
