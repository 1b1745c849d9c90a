package llm_test

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/ragtest"
	"github.com/akshara-go/akshara/translate/lang"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script is a model that plays its turns one after another and repeats the last.
type script struct {
	turns []turn
	asked atomic.Int32
	now   atomic.Int32 // generations that run
	most  atomic.Int32
}

// turn is what a model does once.
type turn struct {
	pieces []string
	err    error         // after the pieces
	delay  time.Duration // before each piece and the end
	usage  llm.Usage
}

func says(pieces ...string) turn {
	return turn{pieces: pieces, usage: llm.Usage{Prompt: 10, Completion: 4, Cached: 5}}
}

func fails(code fault.Code) turn { return turn{err: fault.New(code, "scripted", nil)} }

func (s *script) Generate(ctx context.Context, req *llm.Request) (res *llm.Response, err error) {
	for d, e := range s.Stream(ctx, req) {
		res, err = d.Done, e
	}
	return res, err
}

func (s *script) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		if err := req.Check(); err != nil {
			yield(llm.Delta{}, err)
			return
		}
		t := s.turns[min(int(s.asked.Add(1)), len(s.turns))-1]
		n := s.now.Add(1)
		defer s.now.Add(-1)
		for old := s.most.Load(); n > old && !s.most.CompareAndSwap(old, n); old = s.most.Load() {
		}
		res := &llm.Response{Model: "m-2026", Finish: llm.Stop, Usage: t.usage, Prompt: req.Prompt}
		for _, p := range append(t.pieces, "") {
			if err := wait(ctx, t.delay); err != nil {
				yield(llm.Delta{}, err)
				return
			}
			res.Text += p
			if p != "" && !yield(llm.Delta{Text: p}, nil) {
				return
			}
		}
		if t.err != nil {
			yield(llm.Delta{}, t.err)
			return
		}
		yield(llm.Delta{Done: res}, nil)
	}
}

func wait(ctx context.Context, d time.Duration) error {
	if d > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
	}
	return ctx.Err()
}

var hello = &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: "नमस्ते"}}}

// read drains a stream.
func read(ctx context.Context, m llm.Model) (pieces []string, done *llm.Response, err error) {
	for d, e := range llm.Stream(ctx, m, hello) {
		if e != nil {
			return pieces, nil, e
		}
		if d.Text != "" {
			pieces = append(pieces, d.Text)
		}
		done = d.Done
	}
	return pieces, done, nil
}

// decorators are all of them, set so that they are not noticed.
func decorators(t *testing.T, m llm.Model) map[string]llm.Model {
	split, err := llm.Split([]llm.Variant{{Version: "a", Weight: 1, Model: m}, {Version: "b", Weight: 2, Model: m}}, func(context.Context, *llm.Request) string { return "k" })
	require.NoError(t, err)
	return map[string]llm.Model{
		"plain": m, "Retry": llm.Retry(m, nil), "TimeLimit": llm.TimeLimit(m, &llm.TimeLimits{Whole: time.Minute, First: time.Minute}),
		"RateLimit": llm.RateLimit(m, &llm.Rates{Requests: 1000, Tokens: 1e6}), "ConcurrencyLimit": llm.ConcurrencyLimit(m, 2),
		"Fallback": llm.Fallback(m, m), "Account": llm.NewAccount(nil).Model(m, "m"), "Split": split,
		"TimeLimit of none": llm.TimeLimit(m, nil), "RateLimit of none": llm.RateLimit(m, nil),
		"all": llm.Retry(llm.Fallback(llm.TimeLimit(llm.RateLimit(llm.ConcurrencyLimit(llm.NewAccount(nil).Model(m, "m"), 2), &llm.Rates{Requests: 1000}), &llm.TimeLimits{First: time.Minute})), nil),
	}
}

func TestEveryDecoratorPassesTheSuite(t *testing.T) {
	for name := range decorators(t, &script{}) {
		t.Run(name+" of a stream", func(t *testing.T) {
			ragtest.TestModel(t, func(t *testing.T) llm.Model {
				return decorators(t, &script{turns: []turn{says("ताज", "महल")}})[name]
			}, hello)
		})
		t.Run(name+" of the extractive model", func(t *testing.T) {
			g := &llm.Grounding{Question: "ताजमहल कहाँ है?", Language: lang.Hindi, Passages: []llm.Passage{{
				Chunk: corpus.Chunk{Span: corpus.Span{End: len("ताजमहल आगरा में है।")}, Text: "ताजमहल आगरा में है।"}, Score: 1}}}
			ragtest.TestModel(t, func(t *testing.T) llm.Model { return decorators(t, extractive.New(nil))[name] }, &llm.Request{Messages: llm.GroundedPrompt(g), Grounding: g})
		})
	}
}

// The first piece goes on before the model has said the second.
func TestNoDecoratorHoldsAStreamBack(t *testing.T) {
	for name := range decorators(t, &script{}) {
		synctest.Test(t, func(t *testing.T) {
			m := decorators(t, &script{turns: []turn{{pieces: []string{"एक", "दो"}, delay: time.Second}}})[name]
			start := time.Now()
			for d, err := range llm.Stream(t.Context(), m, hello) {
				require.NoError(t, err)
				require.Equal(t, map[string]time.Duration{"एक": time.Second, "दो": 2 * time.Second, "": 3 * time.Second}[d.Text], time.Since(start), name)
			}
		})
	}
}

func TestRetry(t *testing.T) {
	for _, c := range []struct {
		name   string
		turns  []turn
		asked  int32
		code   fault.Code
		pieces []string
		least  time.Duration
	}{
		{"busy, then there", []turn{fails(fault.RateLimitExceeded), fails(fault.ModelLoading), says("हाँ")}, 3, "", []string{"हाँ"}, 750 * time.Millisecond},
		{"never there", []turn{fails(fault.Upstream)}, 3, fault.Upstream, nil, 750 * time.Millisecond},
		{"its own fault", []turn{fails(fault.InvalidRequest)}, 1, fault.InvalidRequest, nil, 0},
		{"as long as it asks", []turn{{err: fault.New(fault.RateLimitExceeded, "x", nil).WithRetryAfter(7 * time.Second)}, says("हाँ")}, 2, "", []string{"हाँ"}, 7 * time.Second},
		{"not for hours", []turn{{err: fault.New(fault.RateLimitExceeded, "x", nil).WithRetryAfter(time.Hour)}}, 1, fault.RateLimitExceeded, nil, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			m := &script{turns: c.turns}
			start := time.Now()
			pieces, _, err := read(t.Context(), llm.Retry(m, nil))
			require.Equal(t, c.code, fault.CodeOf(err), c.name)
			require.Equal(t, c.pieces, pieces, c.name)
			require.Equal(t, c.asked, m.asked.Load(), c.name)
			require.GreaterOrEqual(t, time.Since(start), c.least, c.name)
			m = &script{turns: c.turns}
			_, err = llm.Retry(m, nil).Generate(t.Context(), hello)
			require.Equal(t, c.code, fault.CodeOf(err), c.name)
			require.Equal(t, c.asked, m.asked.Load(), c.name)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		cut := &script{turns: []turn{{pieces: []string{"ताज"}, err: fault.New(fault.Upstream, "cut", nil)}, says("ताजमहल")}}
		pieces, _, err := read(t.Context(), llm.Retry(llm.Fallback(cut, cut), nil))
		require.Equal(t, fault.Upstream, fault.CodeOf(err))
		require.Equal(t, []string{"ताज"}, pieces)
		require.EqualValues(t, 1, cut.asked.Load(), "what was said once is not said twice")

		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, _, err = read(ctx, llm.Retry(&script{turns: []turn{fails(fault.Upstream)}}, nil))
		require.Equal(t, fault.Upstream, fault.CodeOf(err), "a wait that outlasts the deadline is not begun")
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, stop)
		_, _, err = read(ctx, llm.Retry(&script{turns: []turn{fails(fault.Upstream)}}, nil))
		require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	})
}

func TestTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &script{turns: []turn{{pieces: []string{"एक", "दो"}, delay: 2 * time.Second}}}
		for _, c := range []struct {
			limits llm.TimeLimits
			pieces int
			code   fault.Code
			after  time.Duration
		}{
			{llm.TimeLimits{First: time.Second}, 0, fault.UpstreamTimeout, time.Second},
			{llm.TimeLimits{First: 3 * time.Second}, 2, "", 6 * time.Second},
			{llm.TimeLimits{Whole: 5 * time.Second, First: 3 * time.Second}, 2, fault.UpstreamTimeout, 5 * time.Second},
		} {
			start := time.Now()
			pieces, _, err := read(t.Context(), llm.TimeLimit(slow, &c.limits))
			require.Equal(t, c.code, fault.CodeOf(err))
			require.Len(t, pieces, c.pieces)
			require.Equal(t, c.after, time.Since(start))
		}
		_, err := llm.TimeLimit(slow, &llm.TimeLimits{Whole: time.Second}).Generate(t.Context(), hello)
		require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err))
		_, err = llm.TimeLimit(&script{turns: []turn{fails(fault.InvalidRequest)}}, &llm.TimeLimits{Whole: time.Second}).Generate(t.Context(), hello)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))

		busy := &script{turns: []turn{{err: fault.New(fault.RateLimitExceeded, "busy", nil).WithRetryAfter(20 * time.Second)}}}
		start := time.Now()
		_, err = llm.TimeLimit(llm.Retry(busy, nil), &llm.TimeLimits{Whole: 5 * time.Second}).Generate(t.Context(), hello)
		require.Equal(t, fault.RateLimitExceeded, fault.CodeOf(err), "a wait that outlasts the limit is not begun")
		require.Equal(t, 20*time.Second, fault.RetryAfter(err))
		require.Zero(t, time.Since(start))
	})
}

func TestConcurrencyLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &script{turns: []turn{{pieces: []string{"x"}, delay: time.Second}}}
		limited := llm.ConcurrencyLimit(m, 3)
		for i := range 12 {
			go func() {
				if i%2 == 0 {
					_, _ = limited.Generate(t.Context(), hello)
					return
				}
				for range limited.Stream(t.Context(), hello) {
					break // leaving gives the turn back
				}
			}()
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := limited.Generate(ctx, hello)
		require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err))
		_, _, err = read(ctx, limited)
		require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err))
		time.Sleep(time.Minute)
		require.EqualValues(t, 3, m.most.Load())
		require.EqualValues(t, 12, m.asked.Load())
	})
}

func TestFallback(t *testing.T) {
	other := func() *script { return &script{turns: []turn{says("दूसरा")}} }
	for _, c := range []struct {
		first turn
		code  fault.Code
		asked int32 // of the other
	}{
		{says("पहला"), "", 0}, {fails(fault.Upstream), "", 1}, {fails(fault.UpstreamTimeout), "", 1}, {fails(fault.InvalidRequest), fault.InvalidRequest, 0},
		{turn{err: fault.Wrap(llm.ErrContextOverflow, fault.InvalidRequest, "too long", nil)}, "", 1},
		{turn{pieces: []string{"पह"}, err: fault.New(fault.Upstream, "cut", nil)}, fault.Upstream, 0},
	} {
		o := other()
		_, _, err := read(t.Context(), llm.Fallback(&script{turns: []turn{c.first}}, o))
		require.Equal(t, c.code, fault.CodeOf(err))
		require.Equal(t, c.asked, o.asked.Load())
	}
	_, err := llm.Fallback(&script{turns: []turn{fails(fault.Upstream)}}, &script{turns: []turn{fails(fault.RateLimitExceeded)}}).Generate(t.Context(), hello)
	require.Equal(t, fault.RateLimitExceeded, fault.CodeOf(err), "the last one's")
}

func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &script{turns: []turn{says("x")}}
		limited := llm.RateLimit(m, &llm.Rates{Requests: 60})
		start := time.Now()
		for range 70 {
			_, err := limited.Generate(t.Context(), hello)
			require.NoError(t, err)
		}
		require.InDelta(t, 10, time.Since(start).Seconds(), .1)

		tokens := llm.RateLimit(&script{turns: []turn{{pieces: []string{"x"}, usage: llm.Usage{Completion: 1000}}}}, &llm.Rates{Tokens: 600, MaxWait: time.Minute})
		_, _, err := read(t.Context(), tokens)
		require.NoError(t, err)
		start = time.Now()
		_, err = tokens.Generate(t.Context(), hello)
		require.NoError(t, err)
		require.InDelta(t, 41.5, time.Since(start).Seconds(), 2, "a long answer lets the next one wait")
		_, err = tokens.Generate(t.Context(), hello)
		require.Equal(t, fault.RateLimitExceeded, fault.CodeOf(err))
		require.Greater(t, fault.RetryAfter(err), time.Minute)
		_, _, err = read(t.Context(), tokens)
		require.Equal(t, fault.RateLimitExceeded, fault.CodeOf(err))

		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		one := llm.RateLimit(m, &llm.Rates{Requests: 6})
		for range 6 {
			_, err = one.Generate(ctx, hello)
			require.NoError(t, err)
		}
		_, err = one.Generate(ctx, hello)
		require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	})
}

func TestAccount(t *testing.T) {
	type tenant struct{}
	a := llm.NewAccount(&llm.AccountOptions{
		Prices: map[string]llm.Price{"m": {Input: 100, Output: 1000, Cached: 10}}, Currency: "INR",
		Tenant: func(ctx context.Context) string { s, _ := ctx.Value(tenant{}).(string); return s },
	})
	m := a.Model(&script{turns: []turn{says("x"), says("x"), fails(fault.Upstream), {pieces: []string{"कुछ शब्द"}, err: fault.New(fault.Upstream, "cut", nil)}}}, "m")
	health := context.WithValue(t.Context(), tenant{}, "health")
	_, err := m.Generate(health, hello)
	require.NoError(t, err)
	_, _, err = read(health, m)
	require.NoError(t, err)
	_, err = m.Generate(t.Context(), hello)
	require.Error(t, err)
	_, _, err = read(t.Context(), m)
	require.Error(t, err)
	totals := a.Totals()
	require.Len(t, totals, 2)
	require.Equal(t, llm.Total{Model: "m", Requests: 2, Failed: 2, Estimated: 1, Currency: "INR", Usage: totals[0].Usage, Cost: totals[0].Cost}, totals[0])
	require.Positive(t, totals[0].Usage.Completion, "a stream that broke off has cost something")
	require.InDelta(t, 2*(5*100+5*10+4*1000)/1e6, totals[1].Cost, 1e-12)
	totals[1].Cost = 0
	require.Equal(t, llm.Total{Model: "m-2026", Tenant: "health", Requests: 2, Usage: llm.Usage{Prompt: 20, Completion: 8, Cached: 10}, Currency: "INR"}, totals[1])
	cost, priced := a.Cost("m-2026", llm.Usage{Prompt: 10, Completion: 4, Cached: 5})
	require.True(t, priced)
	require.InDelta(t, 550e-6, cost.Input, 1e-12)
	require.InDelta(t, 4000e-6, cost.Output, 1e-12)
	require.Equal(t, "INR", cost.Currency)
	_, priced = a.Cost("m-mini", llm.Usage{})
	require.False(t, priced)
	free := llm.NewAccount(nil)
	_, err = free.Model(extractive.New(nil), "e").Generate(t.Context(), &llm.Request{Grounding: &llm.Grounding{}})
	require.NoError(t, err)
	require.Equal(t, 1, free.Totals()[0].Unpriced)
}

func TestAPriceIsOfOneModelAndItsVersions(t *testing.T) {
	prices := map[string]llm.Price{"gpt-5": {Input: 1}, "gpt-5-nano": {Input: 2}}
	for name, cost := range map[string]float64{
		"gpt-5": 1, "gpt-5-2026-01-01": 1, "gpt-5:7b": 1, "gpt-5@2026": 1, "gpt-5-nano": 2, "gpt-5-nano-2026-01-01": 2,
		"gpt-5-mini": 0, "gpt-5-": 0, "gpt-50": 0, "gpt": 0, "": 0,
	} {
		a := llm.NewAccount(&llm.AccountOptions{Prices: prices})
		_, _, err := read(t.Context(), a.Model(&script{turns: []turn{{pieces: []string{"x"}, err: fault.New(fault.Upstream, "cut", nil)}}}, name))
		require.Error(t, err)
		total := a.Totals()[0]
		require.Equal(t, cost == 0, total.Unpriced == 1, name)
		require.InDelta(t, cost*float64(total.Usage.Prompt)/1e6, total.Cost, 1e-12, name)
	}
}

func TestSplit(t *testing.T) {
	variants := func(a, b, c float64) []llm.Variant {
		m := &script{turns: []turn{says("x")}}
		return []llm.Variant{{"a", a, m}, {"b", b, m}, {"c", c, m}}
	}
	const n = 20000
	var counts [3]int
	moved, wrong := 0, 0
	before, after := variants(70, 30, 0), variants(70, 30, 11)
	for i := range n {
		key := fmt.Sprint("session-", i)
		was := llm.Assign(before, key)
		counts[was]++
		require.Equal(t, was, llm.Assign(before, key))
		if now := llm.Assign(after, key); now != was {
			moved++
			if now != 2 {
				wrong++
			}
		}
	}
	require.InDelta(t, .7, float64(counts[0])/n, .01)
	require.Zero(t, counts[2], "a weight of 0 is nobody's")
	require.InDelta(t, 11./111, float64(moved)/n, .01, "only those move that the new version is given")
	require.Zero(t, wrong)
	for _, bad := range [][]llm.Variant{nil, variants(0, 0, 0), variants(-1, 1, 1), {{"a", 1, nil}}, append(variants(1, 1, 1), variants(1, 1, 1)...)} {
		_, err := llm.Split(bad, nil)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	}
}
