package weaviatestore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/outbound"
	"github.com/akshara-go/akshara/rag"
)

// Consistency says how many replicas have to take part in reading and writing a
// tenant's state and its chunks.
type Consistency string

// The levels of consistency.
const (
	One    Consistency = "ONE"
	Quorum Consistency = "QUORUM" // more than half of them
	All    Consistency = "ALL"
)

// Defaults of [Options].
const (
	DefaultCollection = "Akshara"
	DefaultReplicas   = 3
	DefaultRetryFor   = 30 * time.Second
	DefaultTimeout    = 5 * time.Second
)

// Options says how a store behaves. The zero value is useful.
type Options struct {
	// Collection is Weaviate's name for where the records are: a capital letter,
	// then letters, digits and '_'. "" means DefaultCollection.
	Collection string
	// Replicas is how many nodes keep each record, when the collection is made; 0 means DefaultReplicas.
	Replicas int
	// Consistency is that of reading and writing; "" means Quorum.
	Consistency Consistency
	// APIKey goes along as a bearer token. It is in no log and no error.
	APIKey string
	// RetryFor bounds for how long a call is tried again, with one node after the
	// other, when a node does not answer or lags behind: 0 means DefaultRetryFor,
	// below 0 no second try. The call's context bounds it too.
	RetryFor time.Duration
	// Timeout bounds one request to one node; 0 means DefaultTimeout. What changes
	// objects may take four times as long: see the package's limits.
	Timeout time.Duration
	// Transport carries the requests. Nil means one of the store's own, which keeps
	// connections and uses no proxy.
	Transport http.RoundTripper
	// Logger hears of nodes that do not answer. It sees no text, query or vector. Nil means silence.
	Logger *slog.Logger
}

// Store is a [rag.Store] in a Weaviate cluster. Its methods may be called by many
// goroutines; see the package's documentation for many processes.
type Store struct {
	client     *client
	collection string
	level      Consistency
	log        *slog.Logger
	turns      turns // of writers, by tenant
	known      frequencies
	noted      notesRead

	mu      sync.Mutex
	vectors map[string]bool // indexes of vectors that are there
}

var (
	_ rag.Store          = (*Store)(nil)
	_ rag.Statistician   = (*Store)(nil)
	_ rag.DocumentLister = (*Store)(nil)
	_ rag.Recaller       = (*Store)(nil)
	_ health.Checker     = (*Store)(nil)
)

var collectionName = regexp.MustCompile(`^[A-Z][A-Za-z0-9_]{0,200}$`)

// Open gives the store in the cluster whose nodes are at these addresses
// ("http://127.0.0.1:8080"), and makes its collection where it is missing. One
// address is enough; with those of all nodes the store survives the loss of one.
// opts may be nil. An address that is none and options that cannot be are
// INVALID_REQUEST, as is a collection that this package did not make. The caller
// closes the store.
func Open(ctx context.Context, nodes []string, opts *Options) (*Store, error) {
	if opts == nil {
		opts = &Options{}
	}
	level := cmp.Or(opts.Consistency, Quorum)
	collection := cmp.Or(opts.Collection, DefaultCollection)
	switch {
	case !slices.Contains([]Consistency{One, Quorum, All}, level):
		return nil, invalid(fmt.Sprintf("%q is no level of consistency", level), fault.Details{"field": "Consistency"})
	case !collectionName.MatchString(collection):
		return nil, invalid(fmt.Sprintf("%q is no name of a collection", collection), fault.Details{"field": "Collection"})
	case opts.Replicas < 0:
		return nil, invalid("there cannot be fewer than no replicas", fault.Details{"field": "Replicas"})
	}
	client, err := newClient(nodes, opts)
	if err != nil {
		return nil, err
	}
	s := &Store{client: client, collection: collection, level: level, log: client.log, vectors: map[string]bool{}}
	if err := s.ensureCollection(ctx, cmp.Or(opts.Replicas, DefaultReplicas)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func newClient(nodes []string, opts *Options) (*client, error) {
	transport := opts.Transport
	if transport == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.Proxy, own.MaxIdleConnsPerHost = nil, 32
		transport = own
	}
	calls, _ := outbound.Client(&http.Client{Transport: transport})
	c := &client{
		http:     calls,
		header:   http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}},
		retryFor: cmp.Or(opts.RetryFor, DefaultRetryFor),
		timeout:  cmp.Or(opts.Timeout, DefaultTimeout),
		log:      cmp.Or(opts.Logger, slog.New(slog.DiscardHandler)),
		own:      opts.Transport == nil,
	}
	if opts.APIKey != "" {
		c.header.Set("Authorization", "Bearer "+opts.APIKey)
	}
	for _, base := range nodes {
		u, err := url.Parse(base)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
			return nil, invalid("an address of the cluster is not one", fault.Details{"field": "nodes"})
		}
		c.nodes = append(c.nodes, &node{base: strings.TrimRight(base, "/")})
	}
	if len(c.nodes) == 0 {
		return nil, invalid("the cluster has no address", fault.Details{"field": "nodes"})
	}
	return c, nil
}

// Close closes the connections that the store keeps. A Transport of the caller's is left alone.
func (s *Store) Close() error {
	if s.client.own {
		s.client.http.CloseIdleConnections()
	}
	return nil
}

func invalid(message string, details fault.Details) error {
	return fault.New(fault.InvalidRequest, message, details)
}

// microseconds gives a time as the number that dates are compared by.
func microseconds(t time.Time) float64 {
	return float64(t.Unix())*1e6 + float64(t.Nanosecond()/1000)
}

// CheckHealth implements [health.Checker]: of the addresses that the store was
// given, as many nodes are up as reading and writing take. See [Store.CheckNodes].
func (s *Store) CheckHealth(ctx context.Context) error {
	total := len(s.client.nodes)
	need := map[Consistency]int{One: 1, Quorum: total/2 + 1, All: total}[s.level]
	return s.checkUp(ctx, need)
}

// CheckNodes tells whether all nodes of whose addresses the store was given are
// up, for an optional check of package health beside [Store.CheckHealth].
func (s *Store) CheckNodes(ctx context.Context) error { return s.checkUp(ctx, len(s.client.nodes)) }

// checkUp asks all nodes at once whether they are ready, and says how many are.
func (s *Store) checkUp(ctx context.Context, need int) error {
	var up atomic.Int64
	var wg sync.WaitGroup
	for _, n := range s.client.nodes {
		wg.Go(func() {
			if s.client.call(ctx, n, http.MethodGet, "/v1/.well-known/ready", nil, nil) == nil {
				up.Add(1)
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	if total := len(s.client.nodes); int(up.Load()) < need {
		return fault.New(fault.ServiceUnavailable, fmt.Sprintf("%d of %d nodes of the index are up", up.Load(), total), fault.Details{"up": up.Load(), "nodes": total})
	}
	return nil
}
