package rerank

import (
	"strings"
	"sync"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/translate/lang"
)

// mostKept bounds the bytes of passages and of what was read of them that a Memory
// keeps, about. What it has is forgotten when it comes to that.
const mostKept = 32 << 20

// Memory remembers which words passages consist of: the same passages are
// candidates of many questions, and reading one takes several times as long as looking
// a question up in it. It takes up to some 40 MB. It may be used concurrently; the
// zero value is ready.
type Memory struct {
	mu    sync.RWMutex
	known map[lang.Code]*lexicon
	size  int
}

// lexicon is passages of a language that were read, and their words.
type lexicon struct {
	mu     *sync.RWMutex // of the Memory
	reader *analysis.Reader
	words  words
	read   map[string]*reading
}

// words are the grams and the stems of words, by their numbers. What is there does
// not change: a copy stays good while there come more.
type words struct {
	all   []gram
	ends  []int32 // of the words in all
	stems []string
}

func (w *words) grams(word int32) []gram {
	from := int32(0)
	if word > 0 {
		from = w.ends[word-1]
	}
	return w.all[from:w.ends[word]]
}

// reading is the words of a passage, in order, and where they begin.
type reading struct {
	of            *lexicon
	words, starts []int32
}

// all gives the words that there are now.
func (l *lexicon) all() words {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.words
}

// read gives readings of the passages at some places.
func (m *Memory) read(passages []Passage, places []int) []*reading {
	readings := make([]*reading, len(places))
	m.mu.RLock()
	for i, place := range places {
		p := &passages[place]
		if l := m.known[p.Language]; l != nil {
			readings[i] = l.read[p.Text]
		}
	}
	m.mu.RUnlock()
	own := new(Memory)
	for i, place := range places {
		if readings[i] == nil {
			readings[i] = m.readOne(&passages[place])
		}
		if readings[i] == nil {
			readings[i] = own.readOne(&passages[place])
		}
	}
	return readings
}

// readOne gives the reading of a passage; nil when another is at it, for whom nobody
// waits: what is read then is not remembered.
func (m *Memory) readOne(p *Passage) *reading {
	if !m.mu.TryLock() {
		return nil
	}
	defer m.mu.Unlock()
	if m.size > mostKept {
		m.known, m.size = nil, 0
	}
	l := m.known[p.Language]
	if l == nil {
		l = m.newLexicon(p.Language)
		if m.known == nil {
			m.known = map[lang.Code]*lexicon{}
		}
		m.known[p.Language] = l
	}
	if r := l.read[p.Text]; r != nil { // by another meanwhile
		return r
	}
	before := len(l.words.all)
	r := &reading{of: l}
	text := strings.Clone(p.Text) // which may stand in a larger one
	l.reader.Read(text, func(word, start int) {
		r.words, r.starts = append(r.words, int32(word)), append(r.starts, int32(start))
	})
	l.read[text] = r
	const aReading = 150 // bytes, besides what grows with the text
	m.size += len(text) + 4*(cap(r.words)+cap(r.starts)) + 16*(len(l.words.all)-before) + aReading
	return r
}

func (m *Memory) newLexicon(code lang.Code) *lexicon {
	l := &lexicon{mu: &m.mu, read: map[string]*reading{}}
	l.reader = analysis.NewReader(code, func(t *analysis.Token) {
		l.words.all = gramsOf(l.words.all, t)
		l.words.ends = append(l.words.ends, int32(len(l.words.all)))
		l.words.stems = append(l.words.stems, t.Stem)
	})
	return l
}
