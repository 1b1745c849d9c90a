package localstore

import (
	"sync"
	"sync/atomic"

	"github.com/akshara-go/akshara/rag"
)

// dict numbers a tenant's terms in the order in which a log defines them, on
// each leg by itself. The writer alone changes it.
type dict map[rag.Leg]*legDict

// legDict is a dict's part for one leg. It may be read while it is written.
type legDict struct {
	ids    sync.Map // text to uint32
	texts  atomic.Pointer[[]string]
	sorted atomic.Pointer[runs] // of the leg of forms: its terms in order
}

func newLegDict() *legDict {
	l := &legDict{}
	l.texts.Store(new([]string))
	l.sorted.Store(new(runs))
	return l
}

func (l *legDict) list() []string { return *l.texts.Load() }

func (l *legDict) find(text string) (uint32, bool) {
	id, ok := l.ids.Load(text)
	if !ok {
		return 0, false
	}
	return id.(uint32), true
}

// define appends terms that are new; inOrder keeps them sorted, too.
func (l *legDict) define(news []string, inOrder bool) {
	texts := l.list()
	ids := make(run, len(news))
	for i, text := range news {
		ids[i] = uint32(len(texts))
		l.ids.Store(text, ids[i])
		texts = append(texts, text)
	}
	l.texts.Store(&texts)
	if inOrder && len(news) > 0 {
		sorted := l.sorted.Load().add(texts, ids)
		l.sorted.Store(&sorted)
	}
}
