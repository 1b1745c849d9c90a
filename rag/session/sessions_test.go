package session_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/session"
)

const uuidV4 = `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`

// clock is a time that a test moves on.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 2, 24, 10, 30, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// turnFunc is what goes on with a session.
type turnFunc = func(context.Context, *session.Session) (*session.Turn, error)

// says answers a question.
func says(question, answer string) turnFunc {
	return func(context.Context, *session.Session) (*session.Turn, error) {
		return &session.Turn{Question: question, Answer: answer, Language: "hi"}, nil
	}
}

// asked gives the session after some questions.
func asked(t *testing.T, s *session.Sessions, owner session.Owner, questions ...string) *session.Session {
	t.Helper()
	c := &session.Session{}
	for _, q := range questions {
		var err error
		c, err = s.Do(t.Context(), owner, c.ID, says(q, "उत्तर"))
		require.NoError(t, err)
	}
	return c
}

// unknown asserts that a session cannot be told from one that never was.
func unknown(t *testing.T, s *session.Sessions, owner session.Owner, id string) {
	t.Helper()
	_, err := s.Get(t.Context(), owner, id)
	_, never := s.Get(t.Context(), owner, "00000000-0000-4000-8000-000000000000")
	require.Equal(t, never, err)
	_, err = s.Do(t.Context(), owner, id, says("q", "a"))
	require.Equal(t, never, err)
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
}

func TestAConversationGoesOnByItsID(t *testing.T) {
	time := newClock()
	s := session.New(session.NewMemory(nil), &session.Options{Now: time.Now})
	answer := &rag.Answer{Text: "शाहजहाँ ने।", Language: "hi", Claims: []rag.Claim{
		{Citations: []rag.Citation{{DocumentID: "taj", Quote: "शाहजहाँ", Span: corpus.Span{Start: 3, End: 24}}}}, {Citations: []rag.Citation{{DocumentID: "agra"}}},
	}}
	c, err := s.Do(t.Context(), session.Owner{}, "", func(_ context.Context, c *session.Session) (*session.Turn, error) {
		require.Regexp(t, uuidV4, c.ID)
		require.Empty(t, s.History(c))
		return session.TurnOf("ताजमहल किसने बनवाया था?", answer), nil
	})
	require.NoError(t, err)
	require.Equal(t, time.Now(), c.Begun)
	again, err := s.Do(t.Context(), session.Owner{}, c.ID, func(_ context.Context, c *session.Session) (*session.Turn, error) {
		require.Equal(t, []llm.Message{{Role: llm.User, Content: "ताजमहल किसने बनवाया था?"}, {Role: llm.Assistant, Content: "शाहजहाँ ने।"}}, s.History(c))
		c.Turns[0].Answer, c.Turns[0].Citations[0].Quote = "x", "x" // it is f's own
		return session.TurnOf("कब?", &rag.Answer{Text: "दस्तावेज़ों में नहीं है।", Language: "hi", Refusal: &rag.Refusal{}}), nil
	})
	require.NoError(t, err)
	require.Equal(t, c.ID, again.ID)
	got, err := s.Get(t.Context(), session.Owner{}, c.ID)
	require.NoError(t, err)
	require.Equal(t, again, got)
	require.Equal(t, "शाहजहाँ", got.Turns[0].Citations[0].Quote)
	require.Equal(t, "agra", got.Turns[0].Citations[1].DocumentID)
	require.True(t, got.Turns[1].Refused)
	require.NoError(t, s.Delete(t.Context(), session.Owner{}, c.ID))
	unknown(t, s, session.Owner{}, c.ID)
}

func TestAnothersSessionIsAsUnknown(t *testing.T) {
	s := session.New(session.NewMemory(nil), nil)
	me := session.Owner{Tenant: "a", User: "b"}
	c := asked(t, s, me, "one")
	for _, other := range []session.Owner{{}, {Tenant: "a"}, {User: "b"}, {Tenant: "ab"}, {User: "ab"}, {Tenant: "b", User: "a"}} {
		unknown(t, s, other, c.ID)
		require.NoError(t, s.Delete(t.Context(), other, c.ID))
	}
	require.Len(t, asked(t, s, me, "begins another").Turns, 1)
	_, err := s.Get(t.Context(), me, c.ID)
	require.NoError(t, err)
}

func TestASessionEndsWhenNobodyUsesItAndWhenItIsOld(t *testing.T) {
	now := newClock()
	s := session.New(session.NewMemory(nil), &session.Options{Idle: 30 * time.Minute, MaxAge: 2 * time.Hour, Now: now.Now})
	c := asked(t, s, session.Owner{}, "one")
	now.pass(30*time.Minute - 1)
	_, err := s.Do(t.Context(), session.Owner{}, c.ID, says("two", "a"))
	require.NoError(t, err, "it was used just in time")
	now.pass(30 * time.Minute)
	unknown(t, s, session.Owner{}, c.ID)
	now.pass(-time.Minute)
	unknown(t, s, session.Owner{}, c.ID) // what has ended does not come back

	c = asked(t, s, session.Owner{}, "one")
	for range 5 {
		now.pass(20 * time.Minute)
		_, err := s.Do(t.Context(), session.Owner{}, c.ID, says("q", "a"))
		require.NoError(t, err)
	}
	now.pass(20 * time.Minute)
	unknown(t, s, session.Owner{}, c.ID)
}

func TestATurnIsStoredWholeOrNotAtAll(t *testing.T) {
	s := session.New(session.NewMemory(nil), nil)
	c := asked(t, s, session.Owner{}, "one")
	boom := errors.New("boom")
	for name, f := range map[string]turnFunc{
		"an error": func(context.Context, *session.Session) (*session.Turn, error) {
			return &session.Turn{Question: "x"}, boom
		},
		"no turn":     func(context.Context, *session.Session) (*session.Turn, error) { return nil, nil },
		"no answer":   says("x", ""),
		"no question": says("", "x"),
		"a citation cut off": func(context.Context, *session.Session) (*session.Turn, error) {
			return &session.Turn{Question: "q", Answer: "a", Citations: []rag.Citation{{Quote: "x"}}}, nil
		},
		"a question that is no text": says("\xff", "a"), // JSON would hold another
		"a citation that is no text": func(context.Context, *session.Session) (*session.Turn, error) {
			return &session.Turn{Question: "q", Answer: "a", Citations: []rag.Citation{{Quote: "\xff", Span: corpus.Span{End: 1}}}}, nil
		},
		"a turn that is too large": says("x", strings.Repeat("x", session.MaxRecordBytes)),
	} {
		for _, id := range []string{c.ID, ""} {
			_, err := s.Do(t.Context(), session.Owner{}, id, f)
			code := map[string]fault.Code{"an error": fault.Internal, "no turn": "", "a turn that is too large": fault.PayloadTooLarge}
			want, ok := code[name]
			if !ok {
				want = fault.InvalidRequest
			}
			require.Equal(t, want, fault.CodeOf(err), "%s: %v", name, err)
			require.Equal(t, name == "an error", errors.Is(err, boom))
		}
		got, err := s.Get(t.Context(), session.Owner{}, c.ID)
		require.NoError(t, err)
		require.Equal(t, c, got, name)
	}
	_, err := s.Do(t.Context(), session.Owner{}, c.ID, says("two", "a"))
	require.NoError(t, err, "it was let go each time")
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	store := session.NewMemory(nil)
	s, elsewhere := session.New(store, nil), session.New(store, nil)
	c := asked(t, s, session.Owner{}, "one")
	inside, leave := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		_, err := s.Do(t.Context(), session.Owner{}, c.ID, func(ctx context.Context, c *session.Session) (*session.Turn, error) {
			close(inside)
			<-leave
			return says("two", "a")(ctx, c)
		})
		done <- err
	}()
	<-inside
	for _, other := range []*session.Sessions{s, elsewhere} { // in the same process, and in another
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		_, err := other.Do(ctx, session.Owner{}, c.ID, says("late", "a"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		cancel()
		_, err = other.Do(ctx, session.Owner{}, c.ID, says("late", "a"))
		require.Error(t, err)
	}
	_, err := elsewhere.Get(t.Context(), session.Owner{}, c.ID)
	require.NoError(t, err, "reading waits for nobody")
	close(leave)
	require.NoError(t, <-done)
	got, err := s.Get(t.Context(), session.Owner{}, c.ID)
	require.NoError(t, err)
	require.Len(t, got.Turns, 2)
}

// An asker who leaves when the answer is there has asked: the turn is stored.
func TestATurnIsStoredThoughItsAskerLeft(t *testing.T) {
	s := session.New(session.NewMemory(nil), nil)
	c := asked(t, s, session.Owner{}, "one")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Do(ctx, session.Owner{}, c.ID, func(ctx context.Context, c *session.Session) (*session.Turn, error) {
		cancel()
		return says("two", "a")(ctx, c)
	})
	require.NoError(t, err)
	require.Len(t, asked(t, s, session.Owner{}, "x").Turns, 1)
	got, err := s.Get(t.Context(), session.Owner{}, c.ID)
	require.NoError(t, err)
	require.Len(t, got.Turns, 2)
}

// frozen is a process that stops renewing: its calls reach the store no more, until it wakes up.
type frozen struct {
	session.Store
	mu     sync.Mutex
	frozen bool
}

func (f *frozen) Lock(ctx context.Context, key session.Key, holder session.Holder, lease time.Duration) (*session.Record, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.frozen {
		return nil, fault.New(fault.ServiceUnavailable, "frozen", nil)
	}
	return f.Store.Lock(ctx, key, holder, lease)
}

func (f *frozen) freeze(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.frozen = on
}

func TestALeaseIsRenewedAndOneThatIsLostStoresNothing(t *testing.T) {
	store := session.NewMemory(nil)
	sleepy := &frozen{Store: store}
	opts := &session.Options{Lease: 600 * time.Millisecond}
	s, other := session.New(sleepy, opts), session.New(store, opts)
	c := asked(t, other, session.Owner{}, "one")
	_, err := s.Do(t.Context(), session.Owner{}, c.ID, func(ctx context.Context, _ *session.Session) (*session.Turn, error) {
		waiting, cancel := context.WithTimeout(t.Context(), 900*time.Millisecond)
		defer cancel()
		_, err := other.Do(waiting, session.Owner{}, c.ID, says("x", "x"))
		require.ErrorIs(t, err, context.DeadlineExceeded, "the lease is renewed")

		sleepy.freeze(true)
		_, err = other.Do(t.Context(), session.Owner{}, c.ID, says("two", "a"))
		require.NoError(t, err, "a dead process's lease ends")
		return says("late", "a")(ctx, nil)
	})
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	require.ErrorIs(t, err, session.ErrLost)

	sleepy.freeze(false)
	_, err = s.Do(t.Context(), session.Owner{}, c.ID, func(ctx context.Context, _ *session.Session) (*session.Turn, error) {
		require.NoError(t, other.Delete(t.Context(), session.Owner{}, c.ID))
		<-ctx.Done() // it hears of it while it works
		return nil, ctx.Err()
	})
	require.ErrorIs(t, err, session.ErrLost)
}

// A process that was away while another went on takes the session anew when it comes
// back: it hears that it was lost, and lets it go.
func TestWhoComesBackTooLateLetsGo(t *testing.T) {
	store := session.NewMemory(nil)
	sleepy := &frozen{Store: store}
	s, other := session.New(sleepy, &session.Options{Lease: 300 * time.Millisecond}), session.New(store, &session.Options{Lease: time.Hour})
	c := asked(t, other, session.Owner{}, "one")
	_, err := s.Do(t.Context(), session.Owner{}, c.ID, func(ctx context.Context, _ *session.Session) (*session.Turn, error) {
		sleepy.freeze(true)
		_, err := other.Do(t.Context(), session.Owner{}, c.ID, says("two", "a"))
		require.NoError(t, err)
		sleepy.freeze(false)
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Second):
			t.Error("it did not hear of it")
		}
		return nil, ctx.Err()
	})
	require.ErrorIs(t, err, session.ErrLost)
	_, err = store.Lock(t.Context(), session.KeyOf(session.Owner{}, c.ID), session.Holder{9}, time.Second)
	require.NoError(t, err, "it is free")
}

// forgetful is a store that takes nothing, and says so.
type forgetful struct{ session.Store }

func (s forgetful) Release(ctx context.Context, key session.Key, holder session.Holder, rec *session.Record) error {
	if rec != nil {
		return fault.New(fault.ServiceUnavailable, "full", nil)
	}
	return s.Store.Release(ctx, key, holder, nil)
}

func TestASessionIsLetGoWhateverHappens(t *testing.T) {
	store := session.NewMemory(nil)
	s, full := session.New(store, nil), session.New(forgetful{store}, nil)
	c := asked(t, s, session.Owner{}, "one")
	require.PanicsWithValue(t, "boom", func() {
		_, _ = s.Do(t.Context(), session.Owner{}, c.ID, func(context.Context, *session.Session) (*session.Turn, error) { panic("boom") })
	})
	free := func(why string) {
		key, me := session.KeyOf(session.Owner{}, c.ID), session.Holder{9}
		_, err := store.Lock(t.Context(), key, me, time.Second)
		require.NoError(t, err, why)
		require.NoError(t, store.Release(t.Context(), key, me, nil))
	}
	free("an answer panics")
	_, err := full.Do(t.Context(), session.Owner{}, c.ID, says("two", "a"))
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	free("a turn cannot be stored")
}

func TestALeaseOfNoTimeIsAShortOne(t *testing.T) {
	s := session.New(session.NewMemory(nil), &session.Options{Lease: 1})
	require.Len(t, asked(t, s, session.Owner{}, "one", "two").Turns, 2)
}

// Machines' clocks do not agree, and are set back.
func TestAClockThatIsBehindTheOneBefore(t *testing.T) {
	now := newClock()
	s := session.New(session.NewMemory(nil), &session.Options{Now: now.Now})
	c := asked(t, s, session.Owner{}, "one")
	begun := now.Now()
	now.pass(-time.Minute)
	c, err := s.Do(t.Context(), session.Owner{}, c.ID, says("two", "a"))
	require.NoError(t, err)
	require.Equal(t, begun, c.Used)
	_, err = s.Do(t.Context(), session.Owner{}, "", func(ctx context.Context, c *session.Session) (*session.Turn, error) {
		now.pass(-time.Minute)
		return says("one", "a")(ctx, c)
	})
	require.NoError(t, err)
}

func TestDamagedRecordsAreErrors(t *testing.T) {
	store := session.NewMemory(nil)
	s := session.New(store, nil)
	require.NoError(t, store.Release(t.Context(), session.KeyOf(session.Owner{}, "x"), session.Holder{}, &session.Record{Data: []byte("{"), Keep: time.Hour}))
	for range 2 { // it is let go
		_, err := s.Do(t.Context(), session.Owner{}, "x", says("q", "a"))
		require.ErrorIs(t, err, session.ErrDamaged)
		require.Equal(t, fault.Internal, fault.CodeOf(err))
	}
	_, err := s.Get(t.Context(), session.Owner{}, "x")
	require.ErrorIs(t, err, session.ErrDamaged)
}

// Ten thousand conversations in a memory that has room for fewer: it stays within
// it, and keeps those that were used last.
func TestMemoryIsBounded(t *testing.T) {
	const room = 2 << 20
	s := session.New(session.NewMemory(&session.MemoryOptions{Bytes: room}), nil)
	answer := strings.Repeat("उत्तर ", 10)
	ids := make([]string, 10_000)
	before := heap()
	for i := range ids {
		c, err := s.Do(t.Context(), session.Owner{}, "", says(fmt.Sprint("question ", i), answer))
		require.NoError(t, err)
		ids[i] = c.ID
	}
	grown := int64(heap()) - int64(before)
	kept := 0
	for i, id := range ids {
		if _, err := s.Get(t.Context(), session.Owner{}, id); err == nil {
			kept++
			require.Greater(t, i, 5000, "the oldest make room")
		}
	}
	t.Logf("%d of 10,000 kept in %d KiB; %d KiB of heap", kept, room>>10, grown>>10)
	require.Greater(t, kept, 2000)
	require.Less(t, grown, int64(3*room/2))

	tiny := session.New(session.NewMemory(&session.MemoryOptions{Bytes: 100}), nil)
	_, err := tiny.Do(t.Context(), session.Owner{}, "", says("q", "a"))
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
}

// A session that somebody goes on with makes room last.
func TestMemoryKeepsWhatIsHeld(t *testing.T) {
	s := session.New(session.NewMemory(&session.MemoryOptions{Bytes: 20 << 10}), nil)
	c := asked(t, s, session.Owner{}, "one")
	_, err := s.Do(t.Context(), session.Owner{}, c.ID, func(ctx context.Context, _ *session.Session) (*session.Turn, error) {
		for i := range 200 {
			_, err := s.Do(ctx, session.Owner{}, "", says(fmt.Sprint(i), strings.Repeat("x", 200)))
			require.NoError(t, err)
		}
		return says("two", "a")(ctx, nil)
	})
	require.NoError(t, err)
}
