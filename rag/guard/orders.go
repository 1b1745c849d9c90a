package guard

import (
	"math/bits"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
)

// What a score says: from Sure on, a text gives the system orders; from Suspicion
// on, a sentence may be part of one.
const (
	Sure      = 1.0
	Suspicion = .6
)

// maxScored bounds the bytes of one text that are scored.
const maxScored = 1 << 20

// Score says how much a text speaks for orders to the system, not for a question or
// a statement: 0 nothing, Sure and more that it gives some. It goes by what stands
// together within some twenty words, in English, Hindi and Hindi in Latin letters: a
// verb like "ignore" beside "previous" and "instructions"; by marks of who speaks
// and tokens of chat templates; and by what is hidden from readers: text in
// invisible or look-alike letters, spaced or written as l33t, turned round, or in
// base64, hexadecimal or rot13. It reads the first megabyte, in linear time.
func Score(text string) float64 {
	if len(text) > maxScored {
		text = strings.ToValidUTF8(text[:maxScored], "")
	}
	best := 0.0
	for _, v := range views(text) {
		best = max(best, v.more+scoreWords(v.text)+marks(v.text))
	}
	return best
}

// window is how many words an order is looked for in.
const window = 20

// scoreWords gives the score of the window that speaks most for an order.
func scoreWords(text string) float64 {
	found := classes(text)
	best, last := 0.0, class(0)
	for i := range found {
		sum := class(0)
		for _, c := range found[i:min(i+window, len(found))] {
			sum |= c
		}
		if sum != last && bits.OnesCount32(uint32(sum)) > 1 {
			best = max(best, weigh(sum))
		}
		last = sum
	}
	return best
}

// clues are classes that stand together, with what each set of them adds.
var clues = []struct {
	all    class
	weight float64
}{
	{override | instruct, .7}, {override | instruct | prior, .4}, {override | instruct | every, .3}, {override | instruct | yours, .3}, {override | instruct | model, .3},
	{override | instruct | say | only, .4}, {override | instruct | content | only, .2}, {override | instruct | reveal, .2},
	{override | rule, .1}, {override | rule | yours, .4}, {override | rule | prior, .4}, {override | rule | model, .5}, {override | rule | every | reveal, .3}, {override | rule | yours | say, .4}, {override | rule | yours | say | only, .2}, {override | rule | secret | reveal, .7}, {override | rule | every | say | only, .4}, {override | rule | persona, .5}, {override | rule | freed, .5},
	{override | prior | content, .4}, {override | prior | every | content, .4}, {override | prior | content | say | only, .3}, {override | prior | every, .2}, {override | hidden, .5},
	{override | content | say | only, .4}, {override | source | say | only, .6}, {override | source | persona, .4}, {override | source | yours, .3},
	{reveal | hidden, 1}, {ask | hidden, .9}, {hidden | yours, .6}, {hidden | content, .2}, {say | hidden, .4}, {secret | instruct | reveal, .9}, {secret | instruct | reveal | yours, .2}, {secret | instruct | ask, .8}, {secret | rule | reveal | yours, .7},
	{reveal | instruct | yours, .7}, {reveal | instruct | prior, .4}, {reveal | instruct | yours | prior, .3}, {reveal | instruct | yours | every, .3}, {reveal | instruct | prior | every, .4}, {ask | instruct | yours, .6}, {ask | instruct | yours | prior, .4},
	{reveal | rule | yours, .4}, {reveal | content | prior | only, .4}, {reveal | content | prior | every, .4}, {reveal | instruct | prior | only, .4},
	{persona | freed, 1}, {persona | onward, .5}, {persona | model, .4}, {persona | onward | say, .3}, {persona | say | only, .3}, {freed | onward, .4}, {freed | model, .4}, {freed | yours | instruct, .4}, {freed | say | only, .2},
	{onward | say | only, .5}, {onward | say | each, .5}, {onward | yours, .1}, {onward | model | say, .4},
	{say | each | only, .3}, {say | each | only | act, .2}, {say | each, .2}, {say | only | must, .1}, {say | each | model, .3}, {say | each | must, .1}, {say | each | model | must, .2}, {say | each | only | user, .3}, {say | each | only | target, .2},
	{model | say | only, .5}, {model | fresh, .6}, {model | must | say, .3}, {model | reveal | user, .3}, {model | act | user, .3}, {model | act | target, .4}, {model | say | each | only, .2},
	{act | target | user, .6}, {act | target, .2}, {act | target | each, .5}, {act | user | silent, .4}, {say | target | each, .4}, {say | target | only, .2},
	{silent | user, .6}, {silent | model, .3}, {silent | say | only, .2}, {silent | instruct, .3},
	{fresh | say | only, .5}, {fresh | override, .4}, {fresh | reveal, .1}, {fresh | instruct | say, .2}, {fresh | act | target, .4}, {fresh | persona, .4}, {fresh | hidden, .4}, {fresh | each, .2}, {fresh | user | act, .4}, {fresh | instruct | onward, .4},
}

func weigh(sum class) float64 {
	w := 0.0
	for _, c := range clues {
		if sum&c.all == c.all {
			w += c.weight
		}
	}
	return w
}

// phrase is one of phrases, by its words after the first.
type phrase struct {
	rest []string
	is   class
}

// lexicon holds the phrases by their first words.
type lexicon struct {
	whole   map[string][]phrase
	prefix  map[string][]phrase // of words that may have any ending
	lengths []int               // of the keys of prefix, in bytes, each once
}

// words is read only.
var words = func() *lexicon {
	l := &lexicon{whole: map[string][]phrase{}, prefix: map[string][]phrase{}}
	for _, p := range phrases {
		for _, text := range strings.Split(p.list, ",") {
			l.add(text, p.is)
		}
	}
	for k := range l.prefix {
		if !slices.Contains(l.lengths, len(k)) {
			l.lengths = append(l.lengths, len(k))
		}
	}
	slices.Sort(l.lengths)
	return l
}()

func (l *lexicon) add(text string, is class) {
	var keys []string
	for _, w := range strings.Fields(text) {
		stem, ending := strings.CutSuffix(w, "*")
		for _, k := range keysOf(stem) {
			if ending {
				k += "*"
			}
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return
	}
	into := l.whole
	first, ending := strings.CutSuffix(keys[0], "*")
	if ending {
		into = l.prefix
	}
	into[first] = append(into[first], phrase{keys[1:], is})
}

// keysOf gives the keys of a text's words; "@" stands for one between two words.
func keysOf(text string) []string {
	text = analysis.Normalize(text)
	keys := make([]string, 0, len(text)/6)
	from := -1
	for i, r := range text {
		if unicode.In(r, unicode.L, unicode.M, unicode.N) || r == '\'' && from >= 0 {
			if from < 0 {
				from = i
			}
			continue
		}
		if from >= 0 {
			keys = append(keys, sounded(text[from:i]))
		}
		if r == '@' && from >= 0 {
			keys = append(keys, "@")
		}
		from = -1
	}
	if from >= 0 {
		keys = append(keys, sounded(text[from:]))
	}
	return keys
}

// classes gives for each word of a text what phrases it begins.
func classes(text string) []class {
	keys := keysOf(text)
	out := make([]class, len(keys))
	for i, k := range keys {
		for _, p := range words.whole[k] {
			out[i] |= p.in(keys[i+1:])
		}
		for _, n := range words.lengths {
			if n > len(k) {
				break
			}
			for _, p := range words.prefix[k[:n]] {
				out[i] |= p.in(keys[i+1:])
			}
		}
	}
	return out
}

// in gives the phrase's class when words go on with it.
func (p *phrase) in(keys []string) class {
	if len(p.rest) > len(keys) {
		return 0
	}
	for i, want := range p.rest {
		stem, ending := strings.CutSuffix(want, "*")
		if keys[i] != want && !(ending && strings.HasPrefix(keys[i], stem)) {
			return 0
		}
	}
	return p.is
}

// sounded gives a normalised word as it is looked up. In Latin letters Hindi is
// spelt by ear: long vowels are short ones, aspirates are plain, letters are single.
func sounded(word string) string {
	if word == "" || word[0] >= 0x80 {
		return word
	}
	b := make([]byte, 0, len(word))
	for i := range len(word) {
		c := word[i]
		switch c {
		case '\'':
			continue
		case 'w':
			c = 'v'
		case 'z':
			c = 'j'
		case 'h':
			if n := len(b); n > 0 && strings.IndexByte("bcdgjkpst", b[n-1]) >= 0 {
				continue
			}
		case 'e':
			if n := len(b); n > 0 && b[n-1] == 'e' {
				b[n-1] = 'i'
				continue
			}
		case 'i':
			if n := len(b); n > 0 && b[n-1] == 'e' {
				continue
			}
		case 'o':
			if n := len(b); n > 0 && b[n-1] == 'o' {
				b[n-1] = 'u'
				continue
			}
		}
		if n := len(b); n > 0 && b[n-1] == c {
			continue
		}
		b = append(b, c)
	}
	return string(b)
}

// marks are signs of somebody else's voice: they count wherever they stand.
func marks(text string) float64 {
	w, lower := 0.0, strings.ToLower(text)
	for _, m := range voices {
		if slices.ContainsFunc(m.needs, func(part string) bool { return strings.Contains(lower, part) }) && m.sign.MatchString(text) {
			w += m.weight
		}
	}
	return w
}

// voices are the signs. Only where a text has one of the parts that a sign needs is it looked for.
var voices = []struct {
	needs  []string
	sign   *regexp.Regexp
	weight float64
}{
	{[]string{"<|", "<｜"}, regexp.MustCompile(`<[|｜]\s*(?i:im_start|im_end|im_sep|system|user|assistant|end|eot_id|start_header_id|end_header_id|begin_of_text|endoftext|endofprompt|end_of_turn|tool|python_tag|channel|message|[\p{L}▁_]{3,30})\s*[|｜]>`), 1},
	{[]string{"inst]", "sys", "_of_turn>", "_prompt]"}, regexp.MustCompile(`(?i)\[/?INST\]|<<\s*/?SYS\s*>>|<(?:start|end)_of_turn>|\[/?SYSTEM_PROMPT\]`), 1},
	{[]string{"<"}, regexp.MustCompile(`(?i)</?\s*(?:system|instructions?|system[_-]prompt|passage|context|developer|assistant)\s*>`), .8},
	{speakers, regexp.MustCompile(`(?im)^[\s#*>\[({"'-]*(?:system|developer|assistant|सिस्टम|डेवलपर|sistam)(?:\s+(?:prompt|message|note|override|alert|admin|संदेश|निर्देश))?[\])}"'*]*\s*[:：>]`), .6},
	{[]string{"##"}, regexp.MustCompile(`(?im)^\s*#{2,}\s*(?:new\s+)?(?:instructions?|system|response|assistant|निर्देश)\b`), .6},
	{[]string{"begin", "end", "start"}, regexp.MustCompile(`(?im)^\W*(?:begin|end|start)\s+(?:of\s+)?(?:system|new)?\s*(?:prompt|instructions?|document|context|admin)\W*$`), .5},
	{names, regexp.MustCompile(`(?i)(?:^|[.!?।\n]\s*|["'(]\s*)(?:(?:hey|hi|hello|dear|ok|okay|attention|listen|priya|priy|suno|he|arre|dhyan do|प्रिय|सुनो|अरे|हे|ध्यान दो)[\s,]+)(?:all\s+|any\s+)?(?:ai|gpt|chat ?gpt|llm|llms|language model|assistant|chat ?bot|bot|model|copilot|एआई|चैटबॉट|भाषा मॉडल|सहायक|बॉट|मॉडल)(?:[\s,:!।-]|$)`), .6},
	{[]string{"hidden", "system", "admin"}, regexp.MustCompile(`\(\s*(?i:hidden|system|admin)\s*(?i:instruction|note|message|prompt)`), .6},
}

var (
	speakers = []string{"system", "developer", "assistant", "सिस्टम", "डेवलपर", "sistam"}
	names    = []string{"ai", "gpt", "llm", "model", "assistant", "bot", "copilot", "एआई", "मॉडल", "सहायक", "बॉट"}
)

// suspect gives the index of the first of a chunk's sentences that may be part of
// an order, or their number, and tells whether the chunk surely gives one.
func suspect(c *corpus.Chunk) (from int, sure bool) {
	score := Score(c.Text)
	if score < Suspicion { // and so has every part of it
		return len(c.Sentences), false
	}
	for i, span := range c.Sentences {
		if c.Start <= span.Start && span.Start <= span.End && span.End <= c.End &&
			Score(c.Text[span.Start-c.Start:span.End-c.Start]) >= Suspicion {
			return i, score >= Sure
		}
	}
	if score >= Sure {
		return 0, true
	}
	return len(c.Sentences), false
}
