// Package match measures how much of what one text asks another text holds. It
// is what reranking, quoting and the check of an answer's sentences share.
//
// A [Text] is analysed once and held against many others. Words meet by their
// stem, by their sound where spellings or scripts differ, and across a word
// border that one writer sets and another does not ("taj mahal", "ताजमहल").
//
//	q := match.New("taj mahal kisne banwaya", lang.Hindi, nil)
//	text := "ताजमहल शाहजहाँ ने बनवाया।"
//	held := q.In(analysis.Tokens(text, lang.Hindi), text, nil)
//	share := q.Share(held) // 1: every word is there
package match

import (
	"unicode/utf8"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/translate/lang"
)

// What a word is worth when only its sound is the same. It is less in one
// script, where a difference in spelling is more often a difference in meaning.
const (
	soundAcrossScripts = .9
	soundInOneScript   = .6
	minSound           = 2   // bytes of a key that are too few to tell words apart
	minBeginning       = 4   // letters that two words have to begin alike with
	minAlike           = .55 // the share of the longer one that this has to be
)

// Text is an analysed text that is looked for in others. It is not changed
// after New and may be used concurrently.
type Text struct {
	Terms  []Term
	total  float64
	stems  map[string][]int
	sounds map[string][]int
	joined map[string]int // sound of two neighbours written as one: the first of them
}

// Term is a content word of a Text.
type Term struct {
	analysis.Token
	Weight float64 // how much it says
	script lang.Script
}

// New analyses text. Weight says how much a word says, as inverse document
// frequency does; nil lets all say the same. Function words are left out
// unless there is nothing else. Code "" goes by the script.
func New(text string, code lang.Code, weight func(*analysis.Token) float64) *Text {
	q := &Text{stems: map[string][]int{}, sounds: map[string][]int{}, joined: map[string]int{}}
	tokens := analysis.Tokens(text, code)
	content := false
	for i := range tokens {
		content = content || !tokens[i].Stop
	}
	for _, t := range tokens {
		if t.Stop && content {
			continue
		}
		q.add(t, text, weight)
	}
	return q
}

func (q *Text) add(t analysis.Token, text string, weight func(*analysis.Token) float64) {
	i := len(q.Terms)
	term := Term{Token: t, Weight: 1, script: lang.ScriptOf(t.Span.In(text))}
	if weight != nil {
		term.Weight = weight(&t)
	}
	q.stems[t.Stem] = append(q.stems[t.Stem], i)
	if len(t.Sound) >= minSound {
		q.sounds[t.Sound] = append(q.sounds[t.Sound], i)
		if i > 0 && q.Terms[i-1].Sound != "" {
			q.joined[q.Terms[i-1].Sound+t.Sound] = i - 1
		}
	}
	q.Terms = append(q.Terms, term)
	q.total += term.Weight
}

// In tells how surely each of q's terms stands among tokens: from 0, not at
// all, to 1. Text is what the tokens were made from. The result is held, if
// that has room.
func (q *Text) In(tokens []analysis.Token, text string, held []float64) []float64 {
	if cap(held) < len(q.Terms) {
		held = make([]float64, len(q.Terms))
	}
	held = held[:len(q.Terms)]
	clear(held)
	var buf [128]byte
	for i := range tokens {
		t := &tokens[i]
		same := q.stems[t.Stem]
		for _, j := range same {
			held[j] = 1
		}
		if len(same) == 0 {
			q.byBeginning(t.Stem, held)
		}
		if len(t.Sound) < minSound {
			continue
		}
		q.bySound(t, text, held)
		if i > 0 && tokens[i-1].Sound != "" {
			pair := append(append(buf[:0], tokens[i-1].Sound...), t.Sound...)
			for _, j := range q.sounds[string(pair)] {
				held[j] = max(held[j], soundAcrossScripts)
			}
		}
	}
	return held
}

// byBeginning takes words for the same in part that begin alike: languages that
// hang endings onto words have more of them than a light stemmer knows.
func (q *Text) byBeginning(stem string, held []float64) {
	least := minBeginning * utf8.RuneLen(firstRune(stem))
	if len(stem) < least {
		return
	}
	for j := range q.Terms {
		other := q.Terms[j].Stem
		if len(other) < least || other[:least] != stem[:least] {
			continue
		}
		n := commonPrefix(stem, other)
		if worth := float64(n) / float64(max(len(stem), len(other))); worth >= minAlike {
			held[j] = max(held[j], worth)
		}
	}
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// commonPrefix gives the number of bytes that two strings begin with alike.
func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func (q *Text) bySound(t *analysis.Token, text string, held []float64) {
	for _, j := range q.sounds[t.Sound] {
		if held[j] == 1 {
			continue
		}
		worth := soundInOneScript
		if lang.ScriptOf(t.Span.In(text)) != q.Terms[j].script {
			worth = soundAcrossScripts
		}
		held[j] = max(held[j], worth)
	}
	if j, ok := q.joined[t.Sound]; ok {
		held[j] = max(held[j], soundAcrossScripts)
		held[j+1] = max(held[j+1], soundAcrossScripts)
	}
}

// Share gives the weighted share of q's terms that is held: from 0 to 1.
func (q *Text) Share(held []float64) float64 {
	if q.total == 0 {
		return 0
	}
	var sum float64
	for i, h := range held {
		sum += h * q.Terms[i].Weight
	}
	return sum / q.total
}

// Has tells whether q has a content word with this stem.
func (q *Text) Has(stem string) bool { return len(q.stems[stem]) > 0 }

// Pairs gives the share of q's neighbouring terms that stand side by side, in
// that order, among tokens; function words between them do not count.
func (q *Text) Pairs(tokens []analysis.Token) float64 {
	if len(q.Terms) < 2 {
		return 0
	}
	found := make([]bool, len(q.Terms)-1)
	previous := ""
	for i := range tokens {
		t := &tokens[i]
		if t.Stop {
			continue
		}
		for _, j := range q.stems[t.Stem] {
			if j > 0 && q.Terms[j-1].Stem == previous {
				found[j-1] = true
			}
		}
		previous = t.Stem
	}
	n := 0
	for _, f := range found {
		if f {
			n++
		}
	}
	return float64(n) / float64(len(found))
}
