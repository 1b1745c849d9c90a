package ragtest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// recalls tells whether the store gives vectors back.
func (s *liveSuite) recalls() bool {
	_, ok := s.store.(rag.Recaller)
	return ok
}

var buildCases = []liveCase{
	{"the index answers as it was until it is switched, and as it is to be after", func(s *liveSuite) {
		before := s.fill(10)
		next := s.index(s.new, twoSized)
		s.answersIn(next, 3, 1)
		require.Error(s, next.CheckHealth(s.ctx))
		g := s.build(next)
		require.Equal(s, s.new.Model(), g.Model)
		require.Equal(s, 10*sections/2, s.new.embedded())
		s.answersIn(next, 3, 1)
		require.NoError(s, next.Switch(s.ctx, g.Number))
		s.answersIn(next, 3, 2)
		s.answersIn(before, 3, 2)
		require.NoError(s, next.CheckHealth(s.ctx))
		require.Error(s, before.CheckHealth(s.ctx))
		require.NoError(s, before.Switch(s.ctx, 0))
		s.answersIn(next, 3, 1)
		s.answersIn(before, 3, 1)
	}},
	{"a build whose embedder dies leaves what answers as it is, and goes on with the rest", func(s *liveSuite) {
		const papers = 100
		before := s.fill(papers)
		next := s.index(s.new, twoSized)
		s.new.dies(papers)
		_, err := next.Build(s.ctx, s.docs, nil)
		s.fails(err, errEmbedderAway, fault.Upstream)
		first := s.new.embedded()
		require.Positive(s, first)
		s.answersIn(before, 99, 1)
		s.fails(next.Switch(s.ctx, 1), rag.ErrUnfinished, fault.ServiceUnavailable)
		s.new.dies(-1)
		g := s.build(next)
		require.Equal(s, 1, g.Number)
		if s.recalls() {
			require.Equal(s, papers*sections/2-first, s.new.embedded())
		}
		require.NoError(s, next.Switch(s.ctx, 1))
		s.answersIn(next, 99, 2)
	}},
	{"a build that is cancelled goes on with the rest", func(s *liveSuite) {
		const papers = 100
		s.fill(papers)
		next := s.index(s.new, twoSized)
		ctx, cancel := context.WithCancel(s.ctx)
		_, err := next.Build(ctx, s.docs, &rag.BuildOptions{Progress: func(done, of int) {
			require.Equal(s, papers, of)
			if done > of/2 {
				cancel()
			}
		}})
		require.ErrorIs(s, err, context.Canceled)
		first := s.new.embedded()
		require.Less(s, first, papers*sections/2)
		s.build(next)
		if s.recalls() {
			require.Equal(s, papers*sections/2-first, s.new.embedded())
		}
	}},
	{"with another cutting, chunks that stay as they are keep their vectors", func(s *liveSuite) {
		if !s.recalls() {
			s.Skip("the store does not give its records back")
		}
		before := s.fill(20)
		short := corpus.Document{ID: "short", Text: "One chunk of any size."}
		require.NoError(s, s.docs.put(s.ctx, before, short))
		require.Equal(s, 1, s.old.embedded())
		next := s.index(s.old, twoSized)
		s.build(next)
		require.Equal(s, 20*sections/2, s.old.embedded(), "the short document is not embedded again")
		require.NoError(s, s.docs.put(s.ctx, next, corpus.Document{ID: "short 2", Text: "Another chunk of any size."}))
		require.Equal(s, 1, s.old.embedded(), "once for both generations")
	}},
	{"of two who build at once, one does", func(s *liveSuite) {
		s.fill(20)
		next, begun, wait := s.index(s.new, twoSized), make(chan struct{}), make(chan struct{})
		var once sync.Once
		var wg sync.WaitGroup
		var err error
		wg.Go(func() {
			_, err = next.Build(s.ctx, s.docs, &rag.BuildOptions{Progress: func(int, int) {
				once.Do(func() { close(begun); <-wait })
			}})
		})
		<-begun
		_, other := s.index(s.new, twoSized).Build(s.ctx, s.docs, nil)
		s.fails(other, rag.ErrBuilding, fault.Duplicate)
		close(wait)
		wg.Wait()
		require.NoError(s, err)
		require.Equal(s, 20*sections/2, s.new.embedded())
	}},
	{"a generation that is dropped ends its build", func(s *liveSuite) {
		s.fill(100)
		next := s.index(s.new, twoSized)
		_, err := next.Build(s.ctx, s.docs, &rag.BuildOptions{Progress: func(int, int) {
			if list, _, err := next.Generations(s.ctx); err == nil && len(list) == 2 {
				require.NoError(s, next.Drop(s.ctx, 1))
			}
		}})
		s.fails(err, rag.ErrNoGeneration, fault.NotFound)
		s.answersIn(next, 3, 1)
		s.holdsNothing(1)
	}},
	{"a generation that is dropped during a change keeps nothing of it", func(s *liveSuite) {
		before := s.fill(3)
		next := s.index(s.new, twoSized)
		g := s.build(next)
		s.new.before(func() { require.NoError(s, next.Drop(s.ctx, g.Number)) })
		require.NoError(s, s.docs.put(s.ctx, before, paper(7)))
		s.answersIn(next, 7, 1)
		s.holdsNothing(g.Number)
	}},
	{"a build writes no faster than it may", func(s *liveSuite) {
		s.fill(20)
		begin := time.Now()
		_, err := s.index(s.new, twoSized).Build(s.ctx, s.docs, &rag.BuildOptions{ChunksPerSecond: 100})
		require.NoError(s, err)
		require.GreaterOrEqual(s, time.Since(begin), 20*sections/2*time.Second/100)
	}},
	{"what an index held before there were generations is taken over", func(s *liveSuite) {
		plain := rag.NewIndex(s.store, &rag.IndexOptions{Embedder: s.old})
		for i := range 5 {
			require.NoError(s, s.docs.put(s.ctx, plain, paper(i)))
		}
		s.old.embedded()
		list, live, err := s.index(s.new, twoSized).Generations(s.ctx)
		require.NoError(s, err)
		require.Len(s, list, 1)
		require.Zero(s, live)
		require.Equal(s, s.old.Model(), list[0].Model)
		require.NoError(s, s.index(s.new, twoSized).Update(s.ctx, s.docs, nil))
		s.answersIn(s.index(s.old, oneSized), 3, 2)
	}},
}

var switchCases = []liveCase{
	{"searches at a steady rate never fail, are never empty and never mixed while it is built, switched to, switched back and dropped", func(s *liveSuite) {
		const papers = 60
		before := s.fill(papers)
		next := s.index(s.new, twoSized)
		ctx, stop := context.WithCancel(s.ctx)
		var wg sync.WaitGroup
		var searches atomic.Int32
		failed := make(chan error, 2)
		for _, l := range []*rag.LiveIndex{before, next} {
			wg.Go(func() {
				for n := 0; ctx.Err() == nil; n = (n + 7) % papers {
					if _, err := finds(s.ctx, l, fmt.Sprintf("word%dx1", n), fmt.Sprintf("paper-%03d", n)); err != nil {
						failed <- err
						return
					}
					searches.Add(1)
					time.Sleep(time.Millisecond)
				}
			})
		}
		wg.Go(func() { // changes that come and go meanwhile
			for n := papers; ctx.Err() == nil; n++ {
				require.NoError(s, s.docs.put(s.ctx, before, paper(n)))
				if n%2 == 0 {
					require.NoError(s, s.docs.remove(s.ctx, next, paper(n).ID))
				}
				time.Sleep(20 * time.Millisecond)
			}
		})
		for range 3 {
			g, err := next.Build(s.ctx, s.docs, &rag.BuildOptions{ChunksPerSecond: 200})
			require.NoError(s, err)
			require.NoError(s, next.Switch(s.ctx, g.Number))
			require.NoError(s, before.Switch(s.ctx, 0))
			require.NoError(s, next.Drop(s.ctx, g.Number))
		}
		stop()
		wg.Wait()
		close(failed)
		require.NoError(s, <-failed)
		s.Logf("%d searches, none failed", searches.Load())
	}},
	{"both sides hold what was added and removed meanwhile", func(s *liveSuite) {
		before := s.fill(5)
		next := s.index(s.new, twoSized)
		g := s.build(next)
		require.NoError(s, s.docs.put(s.ctx, before, paper(7)))
		require.NoError(s, next.Switch(s.ctx, g.Number))
		s.answersIn(before, 7, 2)
		require.NoError(s, s.docs.put(s.ctx, next, paper(8)))
		require.NoError(s, s.docs.remove(s.ctx, next, "paper-000"))
		require.NoError(s, before.Switch(s.ctx, 0))
		s.answersIn(next, 7, 1)
		s.answersIn(next, 8, 1)
		_, err := finds(s.ctx, next, "word0x1", "paper-000")
		require.Error(s, err)
	}},
	{"who may read a document is the same on both sides", func(s *liveSuite) {
		before := s.fill(0)
		for i := range 12 {
			doc := paper(i)
			doc.Readers = []string{fmt.Sprint("group ", i%3)}
			require.NoError(s, s.docs.put(s.ctx, before, doc))
		}
		next := s.index(s.new, twoSized)
		g := s.build(next)
		for _, number := range []int{0, g.Number} {
			require.NoError(s, next.Switch(s.ctx, number))
			for i := range 12 {
				for group := range 4 {
					_, err := finds(s.ctx, next, fmt.Sprintf("word%dx1", i), paper(i).ID, fmt.Sprint("group ", group))
					require.Equal(s, group == i%3, err == nil, "generation %d, document %d, group %d: %v", number, i, group, err)
				}
			}
		}
	}},
	{"what is unknown, unfinished or answers is refused", func(s *liveSuite) {
		l := s.fill(2)
		s.fails(l.Switch(s.ctx, 7), rag.ErrNoGeneration, fault.NotFound)
		s.fails(l.Switch(s.ctx, -1), rag.ErrNoGeneration, fault.NotFound)
		s.fails(l.Drop(s.ctx, 7), rag.ErrNoGeneration, fault.NotFound)
		s.fails(l.Drop(s.ctx, 0), rag.ErrAnswering, fault.InvalidRequest)
		require.NoError(s, l.Switch(s.ctx, 0))
		s.answersIn(l, 1, 1)
	}},
	{"tenants have generations of their own", func(s *liveSuite) {
		l := s.fill(3)
		other, err := l.ForTenant("other")
		require.NoError(s, err)
		next := s.index(s.new, twoSized)
		require.NoError(s, next.Update(s.ctx, s.docs, nil))
		list, live, err := other.Generations(s.ctx)
		require.NoError(s, err)
		require.Zero(s, live)
		require.Len(s, list, 1)
		s.fails(other.Switch(s.ctx, 1), rag.ErrNoGeneration, fault.NotFound)
		found, err := other.Retrieve(s.ctx, &rag.Query{Text: "word1x1", Language: "en"})
		require.NoError(s, err)
		require.Empty(s, found)
		same, err := l.ForTenant("")
		require.NoError(s, err)
		_, live, err = same.Generations(s.ctx)
		require.NoError(s, err)
		require.Equal(s, 1, live, "no name is the default tenant's")
		_, err = l.ForTenant("default\x001")
		require.Equal(s, fault.InvalidRequest, fault.CodeOf(err))
	}},
	{"an update keeps the last generation for the way back, and no other", func(s *liveSuite) {
		before := s.fill(3)
		next := s.index(s.new, twoSized)
		require.NoError(s, next.Update(s.ctx, s.docs, nil))
		require.NoError(s, next.Update(s.ctx, s.docs, nil))
		s.new.embedded()
		require.NoError(s, before.Update(s.ctx, s.docs, nil), "the way back")
		s.answersIn(next, 1, 1)
		require.NoError(s, next.Update(s.ctx, s.docs, nil), "and again")
		s.answersIn(next, 1, 2)
		require.Zero(s, s.old.embedded()+s.new.embedded(), "nothing is embedded again")
		require.NoError(s, s.index(s.new, oneSized).Update(s.ctx, s.docs, nil))
		list, live, err := next.Generations(s.ctx)
		require.NoError(s, err)
		require.Len(s, list, 2)
		require.Equal(s, 2, live)
		s.answersIn(next, 1, 1)
		if lister, ok := s.store.(rag.DocumentLister); ok {
			ids, err := lister.Documents(s.ctx, rag.DefaultTenant)
			require.NoError(s, err)
			require.Empty(s, ids, "the records of generation 0 are gone")
		}
	}},
	{"Keep goes on until the index is as it should be", func(s *liveSuite) {
		s.fill(3)
		next := s.index(s.new, twoSized)
		next.Keep(s.ctx, s.docs, nil)
		require.NoError(s, next.CheckHealth(s.ctx))
		ctx, cancel := context.WithTimeout(s.ctx, 50*time.Millisecond)
		defer cancel()
		s.old.dies(0)
		third := s.index(s.old, twoSized)
		third.Keep(ctx, s.docs, nil)
		require.Error(s, third.CheckHealth(s.ctx))
		s.answersIn(third, 1, 2)
	}},
}

var changeCases = []liveCase{
	{"without its embedder a generation is searched by words, and takes documents", func(s *liveSuite) {
		s.fill(5)
		s.lost["old"] = true
		next := s.index(s.new, twoSized)
		s.answersIn(next, 3, 1)
		require.NoError(s, s.docs.put(s.ctx, next, paper(7)))
		s.answersIn(next, 7, 1)
		require.ErrorContains(s, next.CheckHealth(s.ctx), "words and sounds")
		require.NoError(s, next.Update(s.ctx, s.docs, nil))
		s.answersIn(next, 7, 2)
		s.fails(next.Switch(s.ctx, 0), rag.ErrUnfinished, fault.ServiceUnavailable)
		back := s.index(s.old, oneSized)
		s.old.embedded()
		require.NoError(s, back.Update(s.ctx, s.docs, nil))
		if s.recalls() {
			require.Equal(s, sections, s.old.embedded(), "the document that came without vectors")
		}
		s.answersIn(next, 7, 1)
	}},
	{"a generation that misses a change is made whole before it answers", func(s *liveSuite) {
		before := s.fill(5)
		next := s.index(s.new, twoSized)
		g := s.build(next)
		s.new.embedded()
		s.new.dies(0)
		require.NoError(s, s.docs.put(s.ctx, before, paper(7)), "what answers has taken it")
		s.answersIn(before, 7, 1)
		s.fails(next.Switch(s.ctx, g.Number), rag.ErrUnfinished, fault.ServiceUnavailable)
		s.new.dies(-1)
		s.build(next)
		if s.recalls() {
			require.Equal(s, sections/2, s.new.embedded())
		}
		require.NoError(s, next.Switch(s.ctx, g.Number))
		s.answersIn(before, 7, 2)
	}},
	{"a generation that a process did not come to before it died does not answer until it is built again", func(s *liveSuite) {
		lister, ok := s.store.(rag.DocumentLister)
		if !ok {
			s.Skip("the store does not list its documents")
		}
		s.fill(5)
		next := s.index(s.new, twoSized)
		g := s.build(next)
		dying := func() *rag.LiveIndex {
			whole := s.store
			s.store = &stopping{Store: whole, Noter: whole.(rag.Noter), DocumentLister: lister}
			defer func() { s.store = whole }()
			return s.index(s.old, oneSized)
		}
		for _, change := range []func() error{
			func() error { return s.docs.remove(s.ctx, dying(), "paper-001") },
			func() error { return s.docs.put(s.ctx, dying(), paper(7)) },
		} {
			require.ErrorContains(s, change(), "died")
			s.fails(next.Switch(s.ctx, g.Number), rag.ErrUnfinished, fault.ServiceUnavailable)
			_, live, err := next.Generations(s.ctx)
			require.NoError(s, err)
			require.Zero(s, live)
			s.build(next)
			require.NoError(s, next.Switch(s.ctx, g.Number))
			_, err = finds(s.ctx, next, "word1x1", "paper-001")
			require.Error(s, err)
			require.NoError(s, next.Switch(s.ctx, 0))
		}
		s.answersIn(next, 7, 1)
		require.ErrorContains(s, s.docs.remove(s.ctx, dying(), "paper-002"), "died")
		require.NoError(s, next.Update(s.ctx, s.docs, nil), "which builds it again")
		s.answersIn(next, 7, 2)
		_, err := finds(s.ctx, next, "word2x1", "paper-002")
		require.Error(s, err)
	}},
	{"a removal that a process did not finish during a build is in what is built", func(s *liveSuite) {
		if _, ok := s.store.(rag.DocumentLister); !ok {
			s.Skip("the store does not list its documents")
		}
		s.fill(40)
		next := s.index(s.new, twoSized)
		var once sync.Once
		g, err := next.Build(s.ctx, s.docs, &rag.BuildOptions{Progress: func(int, int) {
			once.Do(func() {
				s.docs.mu.Lock()
				delete(s.docs.docs, "paper-000")
				s.docs.mu.Unlock()
				require.NoError(s, s.store.Delete(s.ctx, rag.Selector{Tenant: rag.DefaultTenant, Documents: []string{"paper-000"}}))
			})
		}})
		require.NoError(s, err)
		require.NoError(s, next.Switch(s.ctx, g.Number))
		_, err = finds(s.ctx, next, "word0x1", "paper-000")
		require.Error(s, err)
	}},
	{"a change during a build is in what is built", func(s *liveSuite) {
		before := s.fill(40)
		next := s.index(s.new, twoSized)
		var once sync.Once
		g, err := next.Build(s.ctx, s.docs, &rag.BuildOptions{Progress: func(int, int) {
			once.Do(func() {
				require.NoError(s, s.docs.remove(s.ctx, before, "paper-000"))
				require.NoError(s, s.docs.remove(s.ctx, before, "paper-039"))
				require.NoError(s, s.docs.put(s.ctx, before, paper(50)))
				s.new.dies(0)
				require.NoError(s, s.docs.put(s.ctx, before, paper(51)), "the generation misses it, and gets it in another pass")
				s.new.dies(-1)
			})
		}})
		require.NoError(s, err)
		require.NoError(s, next.Switch(s.ctx, g.Number))
		for _, n := range []int{1, 38, 50, 51} {
			s.answersIn(next, n, 2)
		}
		for _, id := range []string{"paper-000", "paper-039"} {
			_, err := finds(s.ctx, next, "word0x1", id)
			require.Error(s, err)
		}
	}},
	{"an error of what answers is the caller's, and changes nothing else", func(s *liveSuite) {
		before := s.fill(2)
		next := s.index(s.new, twoSized)
		g := s.build(next)
		s.old.dies(0)
		require.ErrorIs(s, before.Add(s.ctx, []corpus.Document{paper(7)}), errEmbedderAway)
		require.Equal(s, fault.InvalidRequest, fault.CodeOf(before.Add(s.ctx, []corpus.Document{{ID: "empty"}})))
		require.NoError(s, next.Switch(s.ctx, g.Number), "it has missed nothing")
		_, err := finds(s.ctx, next, "word7x1", paper(7).ID)
		require.Error(s, err)
	}},
	{"an error of what answers by the end of a change is the caller's", func(s *liveSuite) {
		before := s.fill(2)
		next := s.index(s.new, twoSized)
		g := s.build(next)
		s.new.dies(0)
		s.old.before(func() { require.NoError(s, next.Switch(s.ctx, g.Number)) })
		require.ErrorIs(s, before.Add(s.ctx, []corpus.Document{paper(7)}), errEmbedderAway)
	}},
	{"documents that got no vectors get them without leaving", func(s *liveSuite) {
		plain := s.index(nil, oneSized)
		for i := range 5 {
			require.NoError(s, s.docs.put(s.ctx, plain, paper(i)))
		}
		next := s.index(s.old, oneSized)
		require.NoError(s, next.Update(s.ctx, s.docs, nil))
		require.Equal(s, 5*sections, s.old.embedded())
		s.lost["old"] = true
		without := s.index(nil, oneSized)
		require.NoError(s, without.CheckHealth(s.ctx))
		require.NoError(s, without.Update(s.ctx, s.docs, nil))
		require.NoError(s, s.docs.put(s.ctx, without, paper(9)))
		require.NoError(s, without.CheckHealth(s.ctx))
		require.Error(s, next.CheckHealth(s.ctx))
		require.NoError(s, next.Update(s.ctx, s.docs, nil))
		if s.recalls() {
			require.Equal(s, sections, s.old.embedded())
		}
		require.NoError(s, next.CheckHealth(s.ctx))
	}},
}
