package lang

import (
	"slices"

	"github.com/akshara-go/akshara/observe/fault"
)

// Message names a sentence that a program says to whoever uses it.
type Message int

// The sentences, with what they say in English.
const (
	MsgNoAnswer            Message = iota // The documents do not hold an answer to this question. Please try asking it in other words.
	MsgInvalidRequest                     // This request could not be accepted. Please check it and try again.
	MsgUnsupportedLanguage                // This language is not supported.
	MsgSignIn                             // Please sign in first.
	MsgForbidden                          // You are not allowed to do this.
	MsgNotFound                           // What you asked for was not found.
	MsgDuplicate                          // This is already here.
	MsgTooLarge                           // This is too large. Please send something smaller.
	MsgUnreadable                         // What you sent could not be read.
	MsgTooManyRequests                    // There have been too many requests. Please wait a little and try again.
	MsgUnavailable                        // The service is not available just now. Please try again in a little while.
	MsgTimeout                            // This took too long. Please try again.
	MsgInternal                           // Something went wrong. Please try again.
	messageCount
)

// sentences are the texts of one language, by Message; an empty one is missing.
type sentences [messageCount]string

// Text gives the sentence m in the language c, in the language's default
// script and in NFC. Where it is missing, the next language of [Fallbacks] that
// has it speaks. A code that is not one of the 23, [Auto] and the empty one
// included, is taken for [Default], and an m that is not one of the constants
// for [MsgInternal]: there is always something to say.
func Text(c Code, m Message) string {
	if m < 0 || m >= messageCount {
		m = MsgInternal
	}
	if !c.Valid() {
		c = Default
	}
	return textIn(texts, c, m)
}

func textIn(texts map[Code]sentences, c Code, m Message) string {
	if t := texts[c][m]; t != "" {
		return t
	}
	for _, f := range fallbacks[c] {
		if t := texts[f][m]; t != "" {
			return t
		}
	}
	return texts[English][m]
}

// Fallbacks gives the languages that speak for c where c has no text of its
// own, the best first. The chain follows what most readers of c also read, in
// the same script before another one, and ends in English. The caller owns the result.
func Fallbacks(c Code) []Code {
	if c == English || !c.Valid() {
		return nil
	}
	return append(slices.Clone(fallbacks[c]), English)
}

// fallbacks holds the chains without the English at their end.
var fallbacks = map[Code][]Code{
	Maithili: {Hindi},
	Dogri:    {Hindi},
	Bodo:     {Hindi},
	Sanskrit: {Hindi},
	Nepali:   {Hindi},
	Marathi:  {Hindi},
	Konkani:  {Marathi, Hindi},
	Assamese: {Bengali},
	Sindhi:   {Urdu},
	Kashmiri: {Urdu},
	Santali:  {Hindi},
	Manipuri: {},
}

// MessageFor gives the sentence for a failure that is shown to whoever asked.
// It says what they can do about it; what exactly failed is in the fault.
func MessageFor(code fault.Code) Message {
	switch code {
	case fault.InvalidRequest, fault.InvalidAudioFormat, fault.MethodNotAllowed:
		return MsgInvalidRequest
	case fault.InvalidLanguage:
		return MsgUnsupportedLanguage
	case fault.Unauthorized, fault.TokenExpired:
		return MsgSignIn
	case fault.Forbidden, fault.APIKeyRevoked:
		return MsgForbidden
	case fault.NotFound:
		return MsgNotFound
	case fault.Duplicate:
		return MsgDuplicate
	case fault.PayloadTooLarge:
		return MsgTooLarge
	case fault.ProcessingFailed:
		return MsgUnreadable
	case fault.RateLimitExceeded:
		return MsgTooManyRequests
	case fault.Upstream, fault.ServiceUnavailable, fault.ModelLoading:
		return MsgUnavailable
	case fault.UpstreamTimeout:
		return MsgTimeout
	default:
		return MsgInternal
	}
}

// Check says how the sentences of a language were checked. No language's have
// been read by a native speaker yet.
type Check string

const (
	// CheckedByAuthors are sentences that the authors wrote and read over for
	// grammar and spelling.
	CheckedByAuthors Check = "authors"

	// CheckedAgainstWordLists are sentences in a language with few texts to learn
	// from: the authors wrote them, and compared their words with published word
	// lists where those have them. They may be understood and still sound wrong; a
	// product should have them read before it relies on them.
	CheckedAgainstWordLists Check = "word lists"
)

// CheckOf tells how the sentences of c were checked; empty for a code that is not one of the 23.
func CheckOf(c Code) Check {
	switch c {
	case Konkani, Dogri, Manipuri, Santali, Bodo, Kashmiri:
		return CheckedAgainstWordLists
	}
	if c.Valid() {
		return CheckedByAuthors
	}
	return ""
}
