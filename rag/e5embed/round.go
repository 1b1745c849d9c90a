package e5embed

import (
	"context"
	"math"
	"sync"
	"sync/atomic"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
)

const (
	packTokens = 256 // that are multiplied with each matrix at once
	roundPacks = 16  // of each goroutine; then vectors are put together
	maxWindows = 64  // of a text
)

// A round is what is computed before vectors are put together: the windows of some texts.
type round struct {
	texts   int         // how many
	windows []window    // of all texts, in order
	packs   [][]window  // the same
	means   [][]float32 // of each window, before it is scaled
}

// A window is a part of a text, as tokens with those that begin and end it.
type window struct {
	text   int // which of the round's
	index  int // of the round's windows
	tokens []int32
}

// weight is how much a window counts for its text.
func (w *window) weight() float32 { return float32(max(len(w.tokens)-2, 1)) }

// round cuts texts, as many as make up a round, but one at least, until ctx ends.
func (e *Embedder) round(ctx context.Context, kind rag.EmbedKind, texts []string) *round {
	c := e.encoder.Config
	prefix := c.Passage
	if kind == rag.EmbedQuery {
		prefix = c.Query
	}
	r, tokens := &round{}, 0
	for _, text := range texts {
		if ctx.Err() != nil || tokens >= e.options.Parallel*roundPacks*packTokens {
			break
		}
		if e.options.Prepare != nil {
			text = e.options.Prepare(text)
		}
		size := c.Tokens - 2
		ids := e.encoder.Tokenizer.AppendIDs(nil, prefix+text, maxWindows*size)
		tokens += len(ids) + 2
		for first := true; first || len(ids) > 0; first = false {
			n := min(len(ids), size)
			w := window{text: r.texts, index: len(r.windows), tokens: make([]int32, 0, n+2)}
			w.tokens = append(w.tokens, int32(c.Begin))
			w.tokens = append(append(w.tokens, ids[:n]...), int32(c.End))
			ids = ids[n:]
			r.windows = append(r.windows, w)
		}
		r.texts++
	}
	r.pack()
	return r
}

// pack puts windows that follow each other together.
func (r *round) pack() {
	start, tokens := 0, 0
	for i := range r.windows {
		if n := len(r.windows[i].tokens); tokens > 0 && tokens+n > packTokens {
			r.packs = append(r.packs, r.windows[start:i])
			start, tokens = i, 0
		}
		tokens += len(r.windows[i].tokens)
	}
	r.packs = append(r.packs, r.windows[start:])
	r.means = make([][]float32, len(r.windows))
}

// compute encodes the packs, on as many goroutines as may compute, until ctx ends.
func (e *Embedder) compute(ctx context.Context, r *round) error {
	var next atomic.Int64
	work := func() {
		for ctx.Err() == nil {
			i := int(next.Add(1)) - 1
			if i >= len(r.packs) {
				return
			}
			e.encode(ctx, r, r.packs[i])
		}
	}
	var wg sync.WaitGroup
	for range min(e.options.Parallel, len(r.packs)) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
	return ctx.Err()
}

// encode computes a pack when there is a workspace for it, unless ctx ends before.
func (e *Embedder) encode(ctx context.Context, r *round, pack []window) {
	var space *encoder.Workspace
	select {
	case <-ctx.Done():
		return
	case space = <-e.spaces:
	}
	defer func() { e.spaces <- space }()
	tokens := make([][]int32, len(pack))
	for i := range pack {
		tokens[i] = pack[i].tokens
	}
	for i, mean := range e.encoder.Encode(e.kernels, space, tokens) {
		r.means[pack[i].index] = mean
	}
}

// vectors appends the vectors of the texts, each the mean of its windows by their
// length, scaled to length 1.
func (r *round) vectors(dst []rag.Vector) []rag.Vector {
	first := len(dst)
	for i := range r.windows {
		w := &r.windows[i]
		if first+w.text == len(dst) {
			dst = append(dst, make(rag.Vector, len(r.means[i])))
		}
		vector, weight := dst[first+w.text], w.weight()
		for j, x := range r.means[i] {
			vector[j] += float32(weight * x)
		}
	}
	for _, v := range dst[first:] {
		sum := 0.
		for _, x := range v {
			sum += float64(float64(x) * float64(x))
		}
		length := float32(math.Sqrt(sum))
		for j := range v {
			v[j] /= length
		}
	}
	return dst
}
