package ragtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// forms makes a public record with these forms alone.
func (s *suite) forms(doc string, n int, forms ...string) rag.Record {
	r := s.chunk(doc, n)
	r.Terms = map[rag.Leg][]rag.Term{rag.Forms: terms(forms...)}
	return r
}

// begins asks for what begins with one of some prefixes.
func begins(prefixes ...string) rag.Completion {
	return rag.Completion{Prefixes: prefixes, K: 100}
}

// completer gives the store as one that completes, or skips the case.
func (s *suite) completer() rag.Completer {
	s.Helper()
	c, ok := s.store.(rag.Completer)
	if !ok {
		s.Skip("the store does not complete terms")
	}
	return c
}

// completes demands that these terms are given, and what the reference gives.
func (s *suite) completes(c rag.Completion, want ...string) {
	s.Helper()
	got := []string{}
	for _, t := range s.complete(c) {
		got = append(got, t.Text)
	}
	slices.Sort(got)
	slices.Sort(want)
	require.Equal(s, append([]string{}, want...), got)
}

// complete demands that the store gives what the reference gives; terms with
// equal counts may stand in for each other.
func (s *suite) complete(c rag.Completion) []rag.Term {
	s.Helper()
	if c.Tenant == "" {
		c.Tenant = s.tenant
	}
	got, err := s.completer().Complete(s.ctx, &c)
	require.NoError(s, err)
	all := c
	all.K = math.MaxInt32
	every, err := s.model.Complete(s.ctx, &all)
	require.NoError(s, err)
	counts := map[string]float32{}
	for _, t := range every {
		counts[t.Text] = t.Count
	}
	require.Len(s, got, min(c.K, len(every)))
	var best, given []float32
	for i, t := range got {
		n, ok := counts[t.Text]
		require.True(s, ok, "%q must not be given, or not twice", t.Text)
		require.Equal(s, n, t.Count, "the records of %q", t.Text)
		delete(counts, t.Text)
		best, given = append(best, every[i].Count), append(given, t.Count)
	}
	slices.Sort(best)
	slices.Sort(given)
	require.Equal(s, best, given, "the counts of the best %d", c.K)
	return got
}

var completeCases = []storeCase{
	{"a completion gives the forms that begin with a prefix", func(s *suite) {
		s.upsert(s.forms("d", 1, "bharat", "bhar", "bha", "ab", "भारत"), s.forms("d", 2, "bharat", "भारतीय", "भा"))
		s.completes(begins("bhar"), "bhar", "bharat")
		s.completes(begins("भारत"), "भारत", "भारतीय")
		s.completes(begins("bharat "))
		s.completes(begins("B"))
		s.completes(begins(""), "bharat", "bhar", "bha", "ab", "भारत", "भारतीय", "भा")
	}},
	{"several prefixes give the forms of any, each once", func(s *suite) {
		s.upsert(s.forms("d", 1, "a", "ab", "abc", "b", "c"))
		s.completes(begins("ab", "a", "ab", "c"), "a", "ab", "abc", "c")
		s.completes(begins("", "a"), "a", "ab", "abc", "b", "c")
		s.completes(begins())
	}},
	{"prefixes are bytes", func(s *suite) {
		s.upsert(s.forms("d", 1, "कि", "की", "a%b", "a_b", "axb", "a\tb", `a\b`, "ÿ", "\U0010FFFF", "\u0301\u0301"))
		s.completes(begins("\xe0\xa4"), "कि", "की")
		s.completes(begins("क"), "कि", "की")
		s.completes(begins("a%"), "a%b")
		s.completes(begins("a_"), "a_b")
		s.completes(begins("a\t", `a\`), "a\tb", `a\b`)
		s.completes(begins("ÿ", "\U0010FFFF", "\u0301", "\xff"), "ÿ", "\U0010FFFF", "\u0301\u0301")
		s.completes(begins(strings.Repeat("क", 1<<13)))
	}},
	{"the K forms of most records are given", func(s *suite) {
		for i := range 9 {
			var forms []string
			for j := i; j < 9; j++ {
				forms = append(forms, fmt.Sprint("w", j))
			}
			s.upsert(s.forms("d", i, forms...))
		}
		for _, k := range []int{1, 2, 5, 9, 10, math.MaxInt32} {
			c := begins("w")
			c.K = k
			require.Len(s, s.complete(c), min(k, 9))
		}
		c := begins("w")
		c.K = 2
		s.completes(c, "w8", "w7")
	}},
	{"a completion without a K is refused", func(s *suite) {
		for _, k := range []int{0, -1, math.MinInt32} {
			_, err := s.completer().Complete(s.ctx, &rag.Completion{Tenant: s.tenant, Prefixes: []string{"a"}, K: k})
			s.refuses(err, fmt.Sprint("K ", k))
		}
	}},
	{"a cancelled completion gives the context's error", func(s *suite) {
		s.upsert(s.forms("d", 1, "a"))
		ctx, cancel := context.WithCancel(s.ctx)
		cancel()
		_, err := s.completer().Complete(ctx, &rag.Completion{Tenant: s.tenant, Prefixes: []string{"a"}, K: 1})
		require.True(s, errors.Is(err, context.Canceled), "%v", err)
	}},
	{"a tenant without forms completes nothing", func(s *suite) {
		s.completes(begins(""))
		s.upsert(s.chunk("d", 1, "a"))
		s.completes(begins("", "a"))
	}},
	{"a form of another tenant is never given", func(s *suite) {
		r := s.forms("d", 1, "secret", "both")
		r.Tenant = "other"
		s.upsert(r, s.forms("d", 1, "own", "both"))
		s.completes(begins(""), "own", "both")
		c := begins("")
		c.Tenant = "none"
		s.completes(c)
	}},
	{"a form that stands only where the asker may not read is never given, nor counted", func(s *suite) {
		secret := s.forms("d", 1, "secret", "both")
		secret.Readers = []string{"u"}
		nobody := s.forms("d", 2, "hidden", "both")
		nobody.Readers = nil
		s.upsert(secret, nobody, s.forms("d", 3, "open", "both"))
		s.completes(begins(""), "open", "both")
		c := begins("")
		c.Readers = []string{corpus.Public, "v", ""}
		s.completes(c, "open", "both")
		c.Readers = []string{"u"}
		s.completes(c, "open", "both", "secret")
	}},
	{"forms that may not be read take no place of others", func(s *suite) {
		for i := range 50 {
			r := s.forms("secret", 1, "wa", "wb", "wc")
			r.Chunk.ID, r.Readers = fmt.Sprint("secret", i), []string{"u"}
			s.upsert(r)
		}
		s.upsert(s.forms("d", 1, "wz"))
		c := begins("w")
		c.K = 1
		s.completes(c, "wz")
	}},
	{"a filter holds for completions", func(s *suite) {
		for i, code := range []lang.Code{"hi", "mr", "hi"} {
			r := s.forms("d", i, fmt.Sprint("w", i), "w")
			r.Source.Language = code
			s.upsert(r)
		}
		c := begins("w")
		c.Filter.Language = "hi"
		s.completes(c, "w0", "w2", "w")
		c.Filter.Language = "ta"
		s.completes(c)
	}},
	{"a form that was deleted or replaced is not given again", func(s *suite) {
		s.upsert(s.forms("d", 1, "old", "stays"), s.forms("e", 1, "gone", "stays"))
		s.upsert(s.forms("d", 1, "new", "stays"))
		s.completes(begins(""), "new", "stays", "gone")
		s.delete(rag.Selector{Documents: []string{"e"}})
		s.completes(begins(""), "new", "stays")
		s.replace([]string{"d"}, s.forms("d", 2, "newer"))
		s.completes(begins(""), "newer")
		s.delete(rag.Selector{All: true})
		s.completes(begins(""))
		s.upsert(s.forms("d", 1, "old"))
		s.completes(begins(""), "old")
	}},
	{"random forms, readers, filters and changes give what the reference gives", func(s *suite) {
		s.completer()
		g := &generator{rand.New(rand.NewPCG(3, 4))}
		for i := range 600 {
			if i%10 == 0 {
				s.changeForms(g)
			}
			c := rag.Completion{Tenant: g.one(tenants), K: 1 + g.IntN(30), Filter: g.filter()}
			if g.IntN(5) > 0 {
				c.Readers = g.some(people, 3)
			}
			for range 1 + g.IntN(3) {
				c.Prefixes = append(c.Prefixes, g.syllables(g.IntN(3)))
			}
			s.complete(c)
		}
	}},
	{"completions and writers do not disturb each other", func(s *suite) {
		c := s.completer()
		s.upsert(s.forms("stay", 1, "stays"))
		var writers sync.WaitGroup
		var failed error
		writers.Go(func() {
			for i := range 60 {
				r := s.forms("w", i%10, "stays", fmt.Sprint("w", i))
				if err := s.store.Upsert(s.ctx, []rag.Record{r}); err != nil {
					failed = err
				}
			}
		})
		for range 100 {
			got, err := c.Complete(s.ctx, &rag.Completion{Tenant: s.tenant, Prefixes: []string{"w", "stays"}, K: 100})
			require.NoError(s, err)
			require.True(s, slices.ContainsFunc(got, func(t rag.Term) bool { return t.Text == "stays" && t.Count >= 1 }))
		}
		writers.Wait()
		require.NoError(s, failed)
	}},
}

// changeForms writes or deletes something that has forms.
func (s *suite) changeForms(g *generator) {
	if g.IntN(5) == 0 {
		s.delete(rag.Selector{Tenant: g.one(tenants), Documents: g.some(documents, 3)})
		return
	}
	recs := make([]rag.Record, 1+g.IntN(20))
	for i := range recs {
		r := g.record(s)
		var forms []string
		for range 1 + g.IntN(10) {
			forms = append(forms, g.syllables(1+g.IntN(3)))
		}
		r.Terms[rag.Forms] = terms(forms...)
		recs[i] = r
	}
	s.upsert(recs...)
}

// syllables makes a word of n syllables.
func (g *generator) syllables(n int) string {
	word := ""
	for range n {
		word += g.one([]string{"b", "ba", "bh", "ka", "क", "का", "कि", "ਕ"})
	}
	return word
}
