package rag

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/suggest"
	"github.com/akshara-go/akshara/translate/lang"
)

// MaxSuggestions is the largest number of suggestions that one query gives.
const MaxSuggestions = 20

const defaultSuggestions = 8

// SuggestQuery asks how a text that somebody is typing may go on.
type SuggestQuery struct {
	Text     string        // what is typed so far, at most MaxQueryBytes, in Latin letters or any script
	Language lang.Code     // suggestions of this language go first; "" and lang.Auto: of all alike
	Limit    int           // how many, 1 to MaxSuggestions; 0 is 8
	Filter   corpus.Filter // of the documents that suggestions come from
	Readers  []string      // what the asker is known by; none: only what is public is suggested
}

// Suggestion is a text that finds something.
type Suggestion struct {
	Text     string    `json:"text"`     // all of what may be asked: earlier words as they were typed
	Language lang.Code `json:"language"` // of the documents that it comes from
}

// Suggest gives what somebody who is typing may want to ask, most useful first:
// titles, headings, phrases and words of the documents that the asker may read,
// as they are written there. The last word of the text is taken for the
// beginning of one, by its letters or, in any other script, by its sound:
// "bhar", "भार", "ਭਾਰ" and "بھار" all give "भारत". Words before it stay as they
// were typed, unless a title or phrase begins with them. A text that ends behind
// a word is continued by titles and phrases alone. Function words are not
// suggested, nor is anything with digits but titles.
//
// A text without a letter gives none. The text and the language are checked as
// Retrieve does; a store that is no [Completer] is INTERNAL_ERROR. Documents
// that were added before there were suggestions have none until they are added
// again.
func (x *Index) Suggest(ctx context.Context, q *SuggestQuery) ([]Suggestion, error) {
	store, ok := x.store.(Completer)
	if !ok {
		return nil, fault.New(fault.Internal, "the store does not complete terms", nil)
	}
	limit, code, err := q.check()
	if err != nil {
		return nil, err
	}
	s := &suggester{store: store, tenant: x.opts.Tenant, q: q}
	s.read(q.Text)
	c := &chooser{list: make([]Suggestion, 0, limit), limit: limit, texts: map[string]bool{}, keys: map[string]bool{}}
	if n := len(s.parts); n > 0 {
		c.from = len(s.parts[n-1].before)
	}
	filters := []corpus.Filter{q.Filter}
	if code != "" && q.Filter.Language == "" {
		first := q.Filter
		first.Language = code
		filters = []corpus.Filter{first, q.Filter}
	}
	for i := range filters {
		if len(c.list) == limit {
			break
		}
		found, err := s.find(ctx, &filters[i])
		if err != nil {
			return nil, err
		}
		c.take(found)
	}
	return c.list, nil
}

// check gives how many suggestions are asked for, and the language that goes
// first or "", or what is wrong.
func (q *SuggestQuery) check() (limit int, first lang.Code, err error) {
	if q.Language != "" && q.Language != lang.Auto {
		if first, err = lang.Parse(string(q.Language)); err != nil {
			return 0, "", err
		}
	}
	switch {
	case q.Limit < 0 || q.Limit > MaxSuggestions:
		return 0, "", fault.New(fault.InvalidRequest, fmt.Sprintf("limit is %d; it may be 1 to %d", q.Limit, MaxSuggestions),
			fault.Details{"field": "limit", "min": 1, "max": MaxSuggestions})
	case strings.TrimSpace(q.Text) != "":
		err = checkText("text", q.Text)
	}
	return cmp.Or(q.Limit, defaultSuggestions), first, err
}

// suggester answers one query.
type suggester struct {
	store  Completer
	tenant string
	q      *SuggestQuery
	parts  []part
}

// part is the last few words of what was typed, as the beginning of a form.
type part struct {
	before   string // what stands before them
	first    bool   // no word does
	words    int
	typed    suggest.Sounds
	prefixes []string
	script   lang.Script // "" for Latin letters, which stand for any script
	ended    bool        // more than its last letter follows
}

const (
	maxParts = 4    // words of a title or phrase that may have been typed
	tailSize = 1024 // bytes of the end of a text that are looked at
)

// read finds the words that may begin a form.
func (s *suggester) read(text string) {
	from := max(0, len(text)-tailSize)
	for from < len(text) && !utf8.RuneStart(text[from]) {
		from++
	}
	tokens := analysis.Tokens(text[from:], "")
	if len(tokens) == 0 {
		return
	}
	end := from + tokens[len(tokens)-1].Span.End
	for i := len(tokens) - 1; i >= max(0, len(tokens)-maxParts); i-- {
		start := from + tokens[i].Span.Start
		typed := suggest.Typed(text[start:])
		p := part{before: text[:start], first: from == 0 && i == 0, words: len(tokens) - i, typed: typed, prefixes: typed.Prefixes(), ended: end < len(text)}
		r, _ := utf8.DecodeRuneInString(text[start:])
		if script := lang.ScriptOfRune(r); script != lang.Latin {
			p.script = script
		}
		if len(p.prefixes) > 0 {
			s.parts = append(s.parts, p)
		}
	}
}

// How many terms are looked at: all that have two consonants or more in common
// with what was typed, as a rule, and the most frequent of those that have one.
const (
	manyTerms = 1500
	fewTerms  = 400
)

// find gives the forms that fit best, best first.
func (s *suggester) find(ctx context.Context, filter *corpus.Filter) (*ranking, error) {
	best := &ranking{least: math.Inf(-1)}
	for i := range s.parts {
		p := &s.parts[i]
		k := manyTerms
		if slices.ContainsFunc(p.prefixes, func(prefix string) bool { return len(strings.TrimPrefix(prefix, "~")) == 1 }) {
			k = fewTerms
		}
		families := [][]formKind{{titleForm, phraseForm}, {wordForm}}
		if p.words > 1 || p.ended {
			families = families[:1]
		}
		for _, kinds := range families {
			terms, err := s.store.Complete(ctx, &Completion{
				Tenant: s.tenant, Readers: s.q.Readers, Filter: *filter, Prefixes: p.ofKinds(kinds), K: k,
			})
			if err != nil {
				return nil, err
			}
			p.rank(terms, best)
		}
	}
	return best, nil
}

// ofKinds gives what the terms of some kinds of forms begin with.
func (p *part) ofKinds(kinds []formKind) []string {
	list := make([]string, 0, len(kinds)*len(p.prefixes))
	for _, kind := range kinds {
		for _, prefix := range p.prefixes {
			list = append(list, string(kind)+prefix)
		}
	}
	return list
}

// The weights of a suggestion's score, in units of the logarithm of the number
// of records: what a difference in spelling, a sound yet to come, a word of
// context and being a title count for.
const (
	costWeight    = 10.0
	restWeight    = 0.4
	contextWeight = 6.0
	titleBonus    = 2.0
	phraseBonus   = 0.5
	innerPenalty  = 2.5 // the title has words before the one that was typed
	scriptPenalty = 1.5 // it is written in another script than what was typed
)

// rank offers the forms of terms to best.
func (p *part) rank(terms []Term, best *ranking) {
	m := suggest.NewMatcher(p.typed)
	most := titleBonus + contextWeight*float64(p.words-1) // of a form's bonus
	for i := range terms {
		t := &terms[i]
		sounds, rest := cutForm(t.Text)
		cost, more, fits := m.Match(sounds)
		if !fits || rest == "" {
			continue
		}
		score := math.Log1p(float64(t.Count)) - costWeight*float64(cost)/suggest.Unit - restWeight*float64(more)
		if score+most < best.least {
			continue
		}
		f := parseForm(t.Text, rest)
		if f.inner && !p.first { // what was typed before may be what the title begins with
			continue
		}
		best.offer(ranked{f, p, score + p.bonus(&f)})
	}
}

// bonus is what a form's score gets for what it is.
func (p *part) bonus(f *form) float64 {
	bonus := contextWeight * float64(p.words-1)
	switch f.kind {
	case titleForm:
		bonus += titleBonus
	case phraseForm:
		bonus += phraseBonus
	}
	if f.inner {
		bonus -= innerPenalty
	}
	if r, _ := utf8.DecodeRuneInString(f.text); p.script != "" && lang.ScriptOfRune(r) != p.script {
		bonus -= scriptPenalty
	}
	return bonus
}

// ranked is a form with its score as the continuation of a part.
type ranked struct {
	form
	part  *part
	score float64
}

// ranking keeps the best forms, best first.
type ranking struct {
	list  []ranked
	least float64 // what a form has to score, as soon as there are enough
}

// rankingSize is more than are given: some are spellings of one word.
const rankingSize = 3 * MaxSuggestions

func (r *ranking) offer(f ranked) {
	at, _ := slices.BinarySearchFunc(r.list, &f, func(a ranked, b *ranked) int {
		if a.score > b.score || a.score == b.score && a.text <= b.text {
			return -1
		}
		return 1
	})
	if at == rankingSize {
		return
	}
	if len(r.list) == rankingSize {
		r.list = r.list[:rankingSize-1]
	}
	if r.list = slices.Insert(r.list, at, f); len(r.list) == rankingSize {
		r.least = r.list[rankingSize-1].score
	}
}

// chooser gathers suggestions.
type chooser struct {
	list  []Suggestion
	limit int
	texts map[string]bool // normalised
	keys  map[string]bool // of their sounds
	from  int             // where in the texts begins what a form may stand for
}

// take appends the best forms, each text once, until there are enough. Words
// that go on as they were typed are left out where they also stand as a phrase
// of the documents.
func (c *chooser) take(from *ranking) {
	for i := range from.list {
		if len(c.list) == c.limit {
			return
		}
		f := &from.list[i]
		text := f.part.before + f.text
		normal, key := analysis.Normalize(text), heard(text[c.from:])
		if c.texts[normal] || !f.part.first && c.keys[key] {
			continue
		}
		c.texts[normal], c.keys[key] = true, true
		c.list = append(c.list, Suggestion{Text: text, Language: f.language})
	}
}

// heard gives the keys of a text's words.
func heard(text string) string {
	var all []byte
	for word := range strings.FieldsSeq(text) {
		if keys := suggest.Spell(word).Keys(); len(keys) > 0 {
			all = append(append(all, keys[0]...), ' ')
		}
	}
	return string(all)
}
