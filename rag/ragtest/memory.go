package ragtest

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// memory is the store that others are held against: a map, and the formulas of
// the contract written down as they are said. It passes the suite itself.
type memory struct {
	mu    sync.RWMutex
	recs  map[key]*rag.Record // replaced, never changed
	notes map[[2]string][]byte
}

type key struct{ tenant, chunk string }

func newMemory() *memory { return &memory{recs: map[key]*rag.Record{}, notes: map[[2]string][]byte{}} }

func (m *memory) Upsert(ctx context.Context, recs []rag.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.upsert(ctx, recs)
}

func (m *memory) Replace(ctx context.Context, tenant string, documents []string, recs []rag.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := map[string]bool{}
	for _, r := range recs {
		if r.Tenant != tenant || !slices.Contains(documents, r.Chunk.DocumentID) {
			return fault.New(fault.InvalidRequest, "a chunk is not of the documents that are replaced", nil)
		}
		kept[r.Chunk.ID] = true
	}
	if err := m.upsert(ctx, recs); err != nil {
		return err
	}
	for k, r := range m.recs {
		if k.tenant == tenant && slices.Contains(documents, r.Chunk.DocumentID) && !kept[k.chunk] {
			delete(m.recs, k)
		}
	}
	return nil
}

func (m *memory) upsert(ctx context.Context, recs []rag.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	models := map[string]rag.EmbedModel{}
	for i := range recs {
		r := &recs[i]
		if err := check(r); err != nil {
			return err
		}
		if len(r.Vector) == 0 {
			continue
		}
		index, ok := models[r.Tenant]
		if !ok {
			index = m.embedModel(r.Tenant)
		}
		if index.IsZero() {
			index = r.Model
		}
		models[r.Tenant] = index
		if err := compatible(index, r.Model, r.Vector); err != nil {
			return err
		}
	}
	for i := range recs {
		r := clone(&recs[i])
		m.recs[key{r.Tenant, r.Chunk.ID}] = &r
	}
	return nil
}

func check(r *rag.Record) error {
	if r.Chunk.ID == "" {
		return fault.New(fault.InvalidRequest, "a chunk has no id", nil)
	}
	for _, terms := range r.Terms {
		if err := finite(terms); err != nil {
			return err
		}
	}
	return direction(r.Vector)
}

func finite(terms []rag.Term) error {
	for _, t := range terms {
		if n := float64(t.Count); math.IsNaN(n) || math.IsInf(n, 0) {
			return fault.New(fault.InvalidRequest, fmt.Sprintf("the count of %q is not finite", t.Text), nil)
		}
	}
	return nil
}

func direction(v rag.Vector) error {
	if n := length(v); len(v) > 0 && (n == 0 || math.IsNaN(n) || math.IsInf(n, 0)) {
		return fault.New(fault.InvalidRequest, "a vector has no direction", nil)
	}
	return nil
}

func compatible(index, given rag.EmbedModel, v rag.Vector) error {
	if given.Name == index.Name && given.Dimensions == index.Dimensions && len(v) == index.Dimensions {
		return nil
	}
	return rag.MismatchFault(index, rag.EmbedModel{Name: given.Name, Dimensions: len(v)})
}

// embedModel gives the model of a tenant's vectors.
func (m *memory) embedModel(tenant string) rag.EmbedModel {
	for k, r := range m.recs {
		if k.tenant == tenant && len(r.Vector) > 0 {
			return r.Model
		}
	}
	return rag.EmbedModel{}
}

func clone(of *rag.Record) rag.Record {
	r := *of
	r.Readers = slices.Clone(r.Readers)
	r.Vector = slices.Clone(r.Vector)
	r.Source.Tags = slices.Clone(r.Source.Tags)
	r.Chunk.Headings = slices.Clone(r.Chunk.Headings)
	r.Chunk.Sentences = slices.Clone(r.Chunk.Sentences)
	legs := map[rag.Leg][]rag.Term{}
	for leg, terms := range r.Terms {
		legs[leg] = slices.Clone(terms)
	}
	r.Terms = legs
	return r
}

func (m *memory) Records(ctx context.Context, tenant string, documents []string) ([]rag.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	var recs []rag.Record
	for k, r := range m.recs {
		if k.tenant == tenant && slices.Contains(documents, r.Chunk.DocumentID) {
			own := clone(r)
			own.Terms = nil
			recs = append(recs, own)
		}
	}
	return recs, nil
}

func (m *memory) Delete(ctx context.Context, sel rag.Selector) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	set := 0
	for _, is := range []bool{len(sel.Chunks) > 0, len(sel.Documents) > 0, sel.All} {
		if is {
			set++
		}
	}
	if set != 1 {
		return fault.New(fault.InvalidRequest, "a selector names one thing", nil)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, r := range m.recs {
		named := sel.All || slices.Contains(sel.Chunks, k.chunk) || slices.Contains(sel.Documents, r.Chunk.DocumentID)
		if k.tenant == sel.Tenant && named && !slices.Contains(sel.Except, k.chunk) {
			delete(m.recs, k)
		}
	}
	return nil
}

func (m *memory) Search(ctx context.Context, q *rag.Search) ([]rag.Hit, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.checkSearch(q); err != nil {
		return nil, err
	}
	hits := map[string]*rag.Hit{}
	if len(q.Vector) > 0 {
		m.leg(q, rag.Dense, hits, func(r *rag.Record) (float64, bool) {
			return cosine(q.Vector, r.Vector), len(r.Vector) > 0
		})
	}
	for i := range q.Sparse {
		score := m.bm25(q.Tenant, &q.Sparse[i])
		m.leg(q, q.Sparse[i].Leg, hits, func(r *rag.Record) (float64, bool) {
			s := score(r)
			return s, s > 0
		})
	}
	var list []rag.Hit
	for _, h := range hits {
		list = append(list, *h)
	}
	return list, nil
}

func (m *memory) checkSearch(q *rag.Search) error {
	if q.K < 1 || len(q.Vector) == 0 && len(q.Sparse) == 0 {
		return fault.New(fault.InvalidRequest, "a search needs a leg and a k", nil)
	}
	for _, l := range q.Sparse {
		if err := finite(l.Terms); err != nil {
			return err
		}
	}
	if err := direction(q.Vector); err != nil {
		return err
	}
	if index := m.embedModel(q.Tenant); len(q.Vector) > 0 && !index.IsZero() {
		return compatible(index, q.Model, q.Vector)
	}
	return nil
}

// leg adds the best K of the records that score to hits.
func (m *memory) leg(q *rag.Search, leg rag.Leg, hits map[string]*rag.Hit, score func(*rag.Record) (float64, bool)) {
	type scored struct {
		rec   *rag.Record
		score float64
	}
	var list []scored
	for k, r := range m.recs {
		if k.tenant != q.Tenant || !corpus.MayRead(r.Readers, q.Readers) || !q.Filter.Match(r.Chunk.DocumentID, &r.Source) {
			continue
		}
		if s, ok := score(r); ok {
			list = append(list, scored{r, s})
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].score > list[j].score })
	for _, it := range list[:min(q.K, len(list))] {
		id := it.rec.Chunk.ID
		if hits[id] == nil {
			r := clone(it.rec)
			r.Terms, r.Vector, r.Model = nil, nil, rag.EmbedModel{}
			hits[id] = &rag.Hit{Record: r, Scores: map[rag.Leg]float64{}}
		}
		hits[id].Scores[leg] = it.score
	}
}

// bm25 gives a function that scores a record: the sum over the query's terms of
// w·idf·tf/(tf + K1·(1−B+B·len/avg)), with idf = ln(1 + (N−df+½)/(df+½)).
func (m *memory) bm25(tenant string, q *rag.SparseLeg) func(*rag.Record) float64 {
	n, total := 0, 0.0
	df := map[string]float64{}
	for k, r := range m.recs {
		if k.tenant != tenant || len(r.Terms[q.Leg]) == 0 {
			continue
		}
		n++
		for _, t := range r.Terms[q.Leg] {
			total += float64(t.Count)
			df[t.Text]++
		}
	}
	return func(r *rag.Record) float64 {
		size, sum := 0.0, 0.0
		tf := map[string]float64{}
		for _, t := range r.Terms[q.Leg] {
			size += float64(t.Count)
			tf[t.Text] = float64(t.Count)
		}
		for _, t := range q.Terms {
			if f := tf[t.Text]; f > 0 {
				idf := math.Log(1 + (float64(n)-df[t.Text]+0.5)/(df[t.Text]+0.5))
				sum += float64(t.Count) * idf * f / (f + q.K1*(1-q.B+q.B*size*float64(n)/total))
			}
		}
		return sum
	}
}

func cosine(a, b rag.Vector) float64 {
	if len(a) != len(b) {
		return 0
	}
	dot := 0.0
	for i := range a {
		dot += float64(a[i]) * float64(b[i])
	}
	return dot / (length(a) * length(b))
}

func length(v rag.Vector) float64 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}

// DocumentFrequency implements [rag.Statistician].
func (m *memory) DocumentFrequency(_ context.Context, tenant string, leg rag.Leg, terms []string) (int, []int, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	records, freqs := 0, make([]int, len(terms))
	for k, r := range m.recs {
		if k.tenant != tenant || len(r.Terms[leg]) == 0 {
			continue
		}
		records++
		for i, text := range terms {
			if slices.ContainsFunc(r.Terms[leg], func(t rag.Term) bool { return t.Text == text }) {
				freqs[i]++
			}
		}
	}
	return records, freqs, nil
}

// Documents implements [rag.DocumentLister].
func (m *memory) Documents(_ context.Context, tenant string) ([]string, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var ids []string
	for k, r := range m.recs {
		if k.tenant == tenant {
			ids = append(ids, r.Chunk.DocumentID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// Complete implements [rag.Completer].
func (m *memory) Complete(ctx context.Context, c *rag.Completion) ([]rag.Term, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.K < 1 {
		return nil, fault.New(fault.InvalidRequest, "a completion needs a k", nil)
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	counts := map[string]float32{}
	for k, r := range m.recs {
		if k.tenant != c.Tenant || !corpus.MayRead(r.Readers, c.Readers) || !c.Filter.Match(r.Chunk.DocumentID, &r.Source) {
			continue
		}
		for _, t := range r.Terms[rag.Forms] {
			if slices.ContainsFunc(c.Prefixes, func(p string) bool { return strings.HasPrefix(t.Text, p) }) {
				counts[t.Text]++
			}
		}
	}
	var terms []rag.Term
	for text, n := range counts {
		terms = append(terms, rag.Term{Text: text, Count: n})
	}
	sort.Slice(terms, func(i, j int) bool { return terms[i].Count > terms[j].Count })
	return terms[:min(c.K, len(terms))], nil
}

func (m *memory) Note(ctx context.Context, tenant, name string) ([]byte, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return bytes.Clone(m.notes[[2]string{tenant, name}]), ctx.Err()
}

func (m *memory) SetNote(ctx context.Context, tenant, name string, before, after []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := rag.CheckNote(after); err != nil {
		return nil, err
	}
	at := [2]string{tenant, name}
	if bytes.Equal(m.notes[at], before) {
		m.notes[at] = bytes.Clone(after)
	}
	return bytes.Clone(m.notes[at]), nil
}
