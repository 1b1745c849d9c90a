package session

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
)

// What [Sessions] do where their options say nothing.
const (
	DefaultIdle      = 30 * time.Minute
	DefaultMaxAge    = 24 * time.Hour
	DefaultMaxTurns  = 50
	DefaultMaxTokens = 4096
	DefaultLease     = 20 * time.Second
)

// leastLease is the shortest lease: one that stores can count, and that can be renewed in thirds.
const leastLease = 10 * time.Millisecond

// Options sets [Sessions] up. The zero value is useful.
type Options struct {
	Idle      time.Duration // a session that was not used for longer has ended; 0 is DefaultIdle
	MaxAge    time.Duration // so has one that began longer ago; 0 is DefaultMaxAge
	MaxTurns  int           // of a session; 0 is DefaultMaxTurns
	MaxTokens int           // of a session's history, about, as package llm estimates them; 0 is DefaultMaxTokens
	Lease     time.Duration // how long a session stays held after its process has died, at least 10 ms; 0 is DefaultLease

	Model   llm.Model    // writes the summary of what falls out, within 5 s, before that turn is stored; nil: it lists the words of the questions
	Prompts *prompt.Set  // whose [prompt.Summary] is used; nil: prompt.Default()
	Logger  *slog.Logger // hears what had to be done without; nil: nobody does

	Now func() time.Time // the clock that Idle and MaxAge go by; nil: time.Now
}

// Sessions are the conversations of a service. They may be used concurrently.
type Sessions struct {
	store Store
	opts  Options
	queue queue
}

// New gives the sessions that a store keeps. Nil opts mean the defaults.
func New(store Store, opts *Options) *Sessions {
	s := &Sessions{store: store, queue: queue{lines: map[Key]*line{}}}
	if opts != nil {
		s.opts = *opts
	}
	s.opts.Idle = cmp.Or(max(s.opts.Idle, 0), DefaultIdle)
	s.opts.MaxAge = cmp.Or(max(s.opts.MaxAge, 0), DefaultMaxAge)
	s.opts.MaxTurns = cmp.Or(max(s.opts.MaxTurns, 0), DefaultMaxTurns)
	s.opts.MaxTokens = cmp.Or(max(s.opts.MaxTokens, 0), DefaultMaxTokens)
	s.opts.Lease = max(cmp.Or(max(s.opts.Lease, 0), DefaultLease), leastLease)
	s.opts.Logger = cmp.Or(s.opts.Logger, slog.New(slog.DiscardHandler))
	if s.opts.Now == nil {
		s.opts.Now = time.Now
	}
	return s
}

// Do lets f go on with a session, or begin one where id is empty, while nobody
// else does, and stores the turn that f gives. With no turn, or an error, nothing
// is stored, so that a session that was to begin does not. It gives the session as
// it is after that; what f gets is f's own.
//
// f's context ends when the session was lost to another request. A session that is
// not there, has ended or is another's is NOT_FOUND; one that was lost, or a store
// that is away, SERVICE_UNAVAILABLE. An error of f is given as it is.
func (s *Sessions) Do(ctx context.Context, owner Owner, id string, f func(ctx context.Context, c *Session) (*Turn, error)) (*Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	h, c := &hold{sessions: s, holder: newHolder(), stop: func() {}}, &Session{}
	if id == "" {
		c.ID, c.Begun = newID(), s.opts.Now().UTC()
		c.Used = c.Begun
		h.key = KeyOf(owner, c.ID)
	} else {
		h.key = KeyOf(owner, id)
		leave, err := s.queue.wait(ctx, h.key)
		if err != nil {
			return nil, err
		}
		defer leave()
		defer h.letGo(ctx)
		if c, err = h.take(ctx, id); err != nil {
			return nil, err
		}
	}
	ctx, lost := context.WithCancelCause(ctx)
	defer lost(nil)
	h.renew(ctx, lost)
	turn, err := f(ctx, c.clone())
	switch {
	case err != nil && errors.Is(context.Cause(ctx), ErrLost):
		err = lostFault(ErrLost)
	case err == nil && turn != nil:
		err = h.store(ctx, c, turn)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Get gives a session without going on with it, also while somebody else does.
func (s *Sessions) Get(ctx context.Context, owner Owner, id string) (*Session, error) {
	rec, err := s.store.Load(ctx, KeyOf(owner, id))
	if err != nil {
		return nil, err
	}
	return s.read(rec, id)
}

// Delete ends a session. A request that goes on with it stores nothing any more.
// One that is not there is no error.
func (s *Sessions) Delete(ctx context.Context, owner Owner, id string) error {
	return s.store.Delete(ctx, KeyOf(owner, id))
}

// read gives the session of a record, if it has not ended.
func (s *Sessions) read(rec *Record, id string) (*Session, error) {
	c, err := Decode(rec.Data)
	if err != nil {
		return nil, err
	}
	if s.left(c) <= 0 {
		return nil, NotFound()
	}
	c.ID = id
	return c, nil
}

// left gives how long a session may be kept if nobody uses it.
func (s *Sessions) left(c *Session) time.Duration {
	now := s.opts.Now()
	return min(c.Used.Add(s.opts.Idle).Sub(now), c.Begun.Add(s.opts.MaxAge).Sub(now))
}

func lostFault(err error) error {
	return fault.Wrap(err, fault.ServiceUnavailable, "the conversation went on elsewhere before this answer was stored: ask again", nil)
}

// released gives the error of a Release its code.
func released(err error) error {
	if errors.Is(err, ErrLost) {
		return lostFault(err)
	}
	return err
}
