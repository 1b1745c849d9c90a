package rag

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/suggest"
	"github.com/akshara-go/akshara/translate/lang"
)

// Correction is a word of a question that no document holds, with the one of the
// documents that may have been meant.
type Correction struct {
	corpus.Span        // of the word in the question
	Word        string `json:"word"` // as it was typed
	Text        string `json:"text"` // as it is written in the documents
}

// Bounds on what is repaired, and how far a word may be from what was meant.
const (
	maxRepaired   = 32   // words of a question that are looked up
	maxUnknown    = 8    // of which the first that are not found are repaired
	repairTerms   = 2000 // forms that one lookup gives
	minRepaired   = 4    // code points of the shortest word
	oneEditRunes  = 5    // from which a word may have an edit that is heard
	twoEditsRunes = 8    // and from which it may have two
)

// Corrections gives what the words of a question may have been meant to be: for
// each content word of which no document that the asker may read and the filter
// lets through has the stem, the nearest word of those documents. It has to be
// written in the same script and be one edit away, or two where the word
// has eight code points or more; an edit is a code point added, left out, changed
// or swapped with its neighbour. A word of four may have one that is not heard, and
// one of five or more may have the same code points in another order. Candidates are the forms that suggestions come from whose consonants
// differ in one at most. The fewest edits win, then the same sound, the question's
// language, and what stands in more records.
//
// A word that the documents hold is never touched, nor one with a digit, one
// of three code points or fewer, and one in Latin letters unless the
// question is in English: what those may mean is a [Speller]'s affair. A word
// that is right and unknown to the documents may be near one that is known: of
// XQuAD's questions, typed without a mistake, one in eight or nine has one. It costs
// them nothing, since what the documents do not hold finds nothing either, but
// a page should ask "did you mean" and not claim it. What it brings is measured
// by go test -run RepairXQuAD -v ./rag.
//
// None is empty and no error. The query is checked as Retrieve does; a store that is
// no [Completer] is INTERNAL_ERROR.
func (x *Index) Corrections(ctx context.Context, q *Query) ([]Correction, error) {
	store, ok := x.store.(Completer)
	if !ok {
		return nil, fault.New(fault.Internal, "the store does not complete terms", nil)
	}
	n, err := q.Normal(x.opts.Detect)
	if err != nil {
		return nil, err
	}
	r := &repairer{index: x, store: store, q: n}
	words, err := r.unknown(ctx)
	if err != nil || len(words) == 0 {
		return nil, err
	}
	keys := map[string]bool{}
	for i := range words {
		maps.Copy(keys, words[i].near)
	}
	forms, err := r.forms(ctx, keys)
	if err != nil {
		return nil, err
	}
	var list []Correction
	for i := range words {
		if best := words[i].nearest(forms, n.Language); best != "" {
			list = append(list, Correction{Span: words[i].Span, Word: words[i].Span.In(n.Text), Text: best})
		}
	}
	return list, nil
}

// repairer looks for the words of one question.
type repairer struct {
	index *Index
	store Completer
	q     *Query
}

// questionable is a word that may have been meant otherwise.
type questionable struct {
	analysis.Token
	runes  []rune // of Word
	script lang.Script
	keys   []string        // of its sounds
	near   map[string]bool // of the forms that it may have been meant to be
}

// unknown gives the words of the question that the documents do not hold. Most
// are held by one of the forms that sound the same; the others are searched for.
func (r *repairer) unknown(ctx context.Context) ([]questionable, error) {
	words := r.words()
	keys := map[string]bool{}
	for i := range words {
		for _, key := range words[i].keys {
			keys[key] = true
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	forms, err := r.forms(ctx, keys)
	if err != nil {
		return nil, err
	}
	var list []questionable
	for i := range words {
		w := &words[i]
		held := slices.ContainsFunc(forms, func(v vocable) bool { return v.stem == w.Stem })
		if !held {
			if held, err = r.holds(ctx, w.Stem); err != nil {
				return nil, err
			}
		}
		if held {
			continue
		}
		w.near = map[string]bool{}
		for _, key := range w.keys {
			nearKeys(key, w.near)
		}
		if list = append(list, *w); len(list) == maxUnknown {
			break
		}
	}
	return list, nil
}

// words gives the content words of the question that could be repaired.
func (r *repairer) words() []questionable {
	var list []questionable
	for _, t := range analysis.Tokens(r.q.Text, r.q.Language) {
		raw := t.Span.In(r.q.Text)
		script := lang.ScriptOf(raw)
		w := questionable{Token: t, runes: []rune(t.Word), script: script, keys: suggest.Spell(raw).Keys()}
		if t.Stop || len(w.runes) < minRepaired || len(raw) > maxWordBytes || strings.ContainsAny(t.Word, "0123456789") ||
			script == lang.Latin && r.q.Language != lang.English || len(list) == maxRepaired {
			continue
		}
		list = append(list, w)
	}
	return list
}

// keyLetters are the letters of a key; see [suggest.Sounds.Keys].
const keyLetters = "kgcjtdpbmnsrlvah"

// nearKeys adds the keys that differ from key by one letter at most: added, left
// out, changed, or swapped with its neighbour.
func nearKeys(key string, keys map[string]bool) {
	family, letters := "", key
	if rest, coarse := strings.CutPrefix(key, "~"); coarse {
		family, letters = "~", rest
	}
	keys[key] = true
	for i := range len(letters) + 1 {
		before, after := letters[:i], letters[i:]
		for _, c := range keyLetters {
			keys[family+before+string(c)+after] = true
			if after != "" {
				keys[family+before+string(c)+after[1:]] = true
			}
		}
		if after != "" {
			keys[family+before+after[1:]] = true
		}
		if len(after) > 1 {
			keys[family+before+after[1:2]+after[:1]+after[2:]] = true
		}
	}
	delete(keys, family) // of a text without consonants
}

// vocable is a word of the documents.
type vocable struct {
	text, key         string // as it is written, and of its consonants
	word, stem, sound string
	language          lang.Code
	script            lang.Script
	records           float32
}

// forms gives the words of the documents that have one of some keys. One that is
// a whole title is a title among the forms, and no word.
func (r *repairer) forms(ctx context.Context, keys map[string]bool) ([]vocable, error) {
	prefixes := make([]string, 0, 2*len(keys))
	for key := range keys {
		prefixes = append(prefixes, string(wordForm)+key+"\t", string(titleForm)+key+"\t")
	}
	slices.Sort(prefixes)
	terms, err := r.store.Complete(ctx, &Completion{
		Tenant: r.index.opts.Tenant, Readers: r.q.Readers, Filter: r.q.Filter, Prefixes: prefixes, K: repairTerms,
	})
	if err != nil {
		return nil, err
	}
	list := make([]vocable, 0, len(terms))
	for _, t := range terms {
		key, _, _ := strings.Cut(t.Text[1:], "\t")
		_, rest := cutForm(t.Text)
		f := parseForm(t.Text, rest)
		v := vocable{text: f.text, key: key, language: f.language, records: t.Count, script: lang.ScriptOf(f.text)}
		if tokens := analysis.Tokens(f.text, f.language); len(tokens) == 1 {
			v.word, v.stem, v.sound = tokens[0].Word, tokens[0].Stem, tokens[0].Sound
			list = append(list, v)
		}
	}
	return list, nil
}

// nearest gives what the word may have been meant to be, "" for nothing.
func (w *questionable) nearest(list []vocable, code lang.Code) string {
	var found *vocable
	var least [4]int
	for i := range list {
		v := &list[i]
		if !w.near[v.key] || v.script != w.script {
			continue
		}
		n, near := w.edits(v)
		if !near {
			continue
		}
		rank := [4]int{n, 1, 1, -int(v.records)}
		if v.sound == w.Sound {
			rank[1] = 0
		}
		if v.language == code {
			rank[2] = 0
		}
		if found == nil || cmp.Or(slices.Compare(rank[:], least[:]), strings.Compare(v.text, found.text)) < 0 {
			found, least = v, rank
		}
	}
	if found == nil {
		return ""
	}
	return found.text
}

// edits gives how many edits a word of the documents is away, and whether that is near enough.
func (w *questionable) edits(v *vocable) (n int, near bool) {
	if d := utf8.RuneCountInString(v.word) - len(w.runes); d > 2 || d < -2 {
		return 0, false
	}
	n = distance(w.runes, []rune(v.word))
	switch {
	case n == 1:
		return n, len(w.runes) >= oneEditRunes || v.sound == w.Sound
	case n == 2 && len(w.runes) >= twoEditsRunes:
		return n, true
	}
	return 2, len(w.runes) >= oneEditRunes && wandered(w.runes, []rune(v.word))
}

// wandered tells whether two words have the same code points, some of them at
// another place: where a repha is put a letter late, as in "निमार्ण" for "निर्माण",
// two of them have moved.
func wandered(a, b []rune) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// distance gives the number of runes added, left out, changed or swapped with
// their neighbour between two words: the optimal string alignment distance of
// F. Damerau, "A technique for computer detection and correction of spelling
// errors" (CACM 1964).
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			row[j+1] = min(last[j]+change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// holds tells whether a document that the asker may read has a stem.
func (r *repairer) holds(ctx context.Context, stem string) (bool, error) {
	hits, err := r.index.store.Search(ctx, &Search{
		Tenant: r.index.opts.Tenant, Readers: r.q.Readers, Filter: r.q.Filter, K: 1,
		Sparse: []SparseLeg{{Leg: Words, Terms: []Term{{Text: stem, Count: 1}}, K1: bm25K1, B: bm25B}},
	})
	return len(hits) > 0, err
}
