package llm

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
)

// Price is what a million tokens cost, in the currency of the table.
type Price struct {
	Input  float64
	Output float64
	Cached float64 // of input that the model had read before; 0: as Input
}

// AccountOptions tune an [Account].
type AccountOptions struct {
	// Prices by the model's name, as responses tell it. A name with a date or size after
	// it ("m-2026-01-01", "m:7b") has the price of the longest listed name that it begins with.
	Prices   map[string]Price
	Currency string                           // of the prices, as the totals tell it
	Tenant   func(ctx context.Context) string // whom a request is for; nil: nobody in particular
}

// Total is what a model was used for a tenant.
type Total struct {
	Model     string  `json:"model"`
	Tenant    string  `json:"tenant,omitempty"`
	Requests  int     `json:"requests"`
	Failed    int     `json:"failed"`    // of Requests, those that ended with an error or were left
	Estimated int     `json:"estimated"` // of Requests, those whose tokens the model did not tell, or not yet
	Usage     Usage   `json:"usage"`
	Cost      float64 `json:"cost"`
	Currency  string  `json:"currency"`
	Unpriced  int     `json:"unpriced"` // of Requests, those of a model without a price
}

// Account counts tokens and their cost. It may be used concurrently.
type Account struct {
	opts   AccountOptions
	mu     sync.Mutex
	totals map[totalKey]*Total
}

type totalKey struct{ model, tenant string }

// maxTotals bounds what an account keeps; further tenants and models are counted under "other".
const maxTotals = 10000

// NewAccount gives an account without entries. Nil opts count tokens alone.
func NewAccount(opts *AccountOptions) *Account {
	a := &Account{totals: map[totalKey]*Total{}}
	if opts != nil {
		a.opts = *opts
	}
	return a
}

// Model gives m with its use counted, under the name that its responses tell, or name
// where there is no response. What a model does not tell, and a stream that breaks off
// or is left, is estimated from the texts. A response from a cache is no request.
func (a *Account) Model(m Model, name string) Streamer {
	return &wrapped{
		generate: func(ctx context.Context, req *Request) (*Response, error) {
			res, err := m.Generate(ctx, req)
			a.add(ctx, req, name, res, "")
			return res, err
		},
		stream: func(ctx context.Context, req *Request, yield func(Delta, error) bool) {
			a.follow(ctx, req, name, Stream(ctx, m, req), yield)
		},
	}
}

// follow passes a stream on and counts it when it ends, however it ends.
func (a *Account) follow(ctx context.Context, req *Request, name string, seq iter.Seq2[Delta, error], yield func(Delta, error) bool) {
	var said strings.Builder
	var done *Response
	defer func() { a.add(ctx, req, name, done, said.String()) }()
	for d, err := range seq {
		said.WriteString(d.Text)
		if d.Done != nil {
			done = d.Done
		}
		if !yield(d, err) {
			return
		}
	}
}

// add counts one request. A nil res is one that failed after it said a text.
func (a *Account) add(ctx context.Context, req *Request, name string, res *Response, said string) {
	if res != nil && res.Cached {
		return
	}
	use, estimated := Usage{}, false
	switch {
	case res != nil && res.Usage != Usage{}:
		name, use = cmp.Or(res.Model, name), res.Usage
	case res != nil:
		name, use, estimated = cmp.Or(res.Model, name), Usage{Prompt: EstimateTokens(req), Completion: estimateText(res.Text)}, true
	case said != "":
		use, estimated = Usage{Prompt: EstimateTokens(req), Completion: estimateText(said)}, true
	}
	tenant := ""
	if a.opts.Tenant != nil {
		tenant = a.opts.Tenant(ctx)
	}
	cost, priced := a.Cost(name, use)
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.total(totalKey{name, tenant})
	t.Requests++
	t.Failed += count(res == nil)
	t.Estimated += count(estimated)
	t.Unpriced += count(!priced)
	t.Usage.Add(use)
	t.Cost += cost.Input + cost.Output
}

// Cost is what a use costs, in Currency.
type Cost struct {
	Input    float64
	Output   float64
	Currency string
}

// Cost gives what a use of a model costs, and whether the account has a price for
// the model; see [AccountOptions].
func (a *Account) Cost(model string, use Usage) (Cost, bool) {
	price, ok := a.price(model)
	return Cost{
		Input:    (float64(use.Prompt-use.Cached)*price.Input + float64(use.Cached)*cmp.Or(price.Cached, price.Input)) / 1e6,
		Output:   float64(use.Completion) * price.Output / 1e6,
		Currency: a.opts.Currency,
	}, ok
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// total gives the entry of a key. It is called under the lock.
func (a *Account) total(k totalKey) *Total {
	if a.totals[k] == nil && len(a.totals) >= maxTotals {
		k = totalKey{"other", "other"}
	}
	if a.totals[k] == nil {
		a.totals[k] = &Total{Model: k.model, Tenant: k.tenant, Currency: a.opts.Currency}
	}
	return a.totals[k]
}

// price finds what a model costs.
func (a *Account) price(name string) (Price, bool) {
	best := ""
	for listed := range a.opts.Prices {
		rest, ok := strings.CutPrefix(name, listed)
		if ok && isVersion(rest) && len(listed) >= len(best) {
			best = listed
		}
	}
	p, ok := a.opts.Prices[best]
	return p, ok
}

// isVersion tells whether what follows a model's name is nothing, a tag, or a date or
// size: "-mini" makes another model of it.
func isVersion(rest string) bool {
	return rest == "" || rest[0] == ':' || rest[0] == '@' || len(rest) > 1 && rest[0] == '-' && '0' <= rest[1] && rest[1] <= '9'
}

// Totals gives what was counted so far, by tenant and model.
func (a *Account) Totals() []Total {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]Total, 0, len(a.totals))
	for _, t := range a.totals {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(x, y Total) int { return cmp.Or(cmp.Compare(x.Tenant, y.Tenant), cmp.Compare(x.Model, y.Model)) })
	return out
}
