package ragtest

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/session"
)

// sessionCase is one demand on a session.Store.
type sessionCase struct {
	demand string
	run    func(t *testing.T, s session.Store)
}

// TestSessions demands of what newStore makes what [session.Store] says. It may give
// the same store every time: no two cases use one key.
func TestSessions(t *testing.T, newStore func(t *testing.T) session.Store) {
	for _, c := range sessionCases {
		t.Run(c.demand, func(t *testing.T) { c.run(t, newStore(t)) })
	}
}

// patience is how much later than promised something may be over.
const patience = 10 * time.Second

var sessionKeys atomic.Int64

// newKey gives a key that nobody has used in this process's stores.
func newKey() session.Key {
	return session.KeyOf(session.Owner{Tenant: fmt.Sprint(time.Now().UnixNano())}, fmt.Sprint(sessionKeys.Add(1)))
}

var asha, binod, chitra = session.Holder{1}, session.Holder{2}, session.Holder{3}

func record(version int64, data string) *session.Record {
	return &session.Record{Data: []byte(data), Version: version, Keep: time.Hour}
}

// begun gives a key under which a first record is stored.
func begun(t *testing.T, s session.Store) session.Key {
	t.Helper()
	key := newKey()
	require.NoError(t, s.Release(t.Context(), key, asha, record(0, "one")))
	return key
}

// holds asserts what is stored.
func holds(t *testing.T, s session.Store, key session.Key, version int64, data string) {
	t.Helper()
	rec, err := s.Load(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, version, rec.Version)
	require.Equal(t, data, string(rec.Data))
}

func missing(t *testing.T, s session.Store, key session.Key) {
	t.Helper()
	_, err := s.Load(t.Context(), key)
	require.Equal(t, fault.NotFound, fault.CodeOf(err), "%v", err)
	_, err = s.Lock(t.Context(), key, chitra, time.Second)
	require.Equal(t, fault.NotFound, fault.CodeOf(err), "%v", err)
}

var sessionCases = []sessionCase{
	{"what was stored is found, whatever bytes it is, and nothing else is", func(t *testing.T, s session.Store) {
		key := newKey()
		missing(t, s, key)
		data := bytes.Repeat([]byte{0, 1, 0xff, '\\', '"', 0xe0, 0xa4}, session.MaxRecordBytes/7)
		require.NoError(t, s.Release(t.Context(), key, asha, &session.Record{Data: data, Keep: time.Hour}))
		rec, err := s.Load(t.Context(), key)
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, rec.Data))
		missing(t, s, newKey())
	}},
	{"a record takes the place of the one whose version it names, and of no other", func(t *testing.T, s session.Store) {
		key := begun(t, s)
		require.NoError(t, s.Release(t.Context(), key, binod, record(1, "two")))
		holds(t, s, key, 2, "two")
		for _, version := range []int64{0, 1, 3} {
			require.ErrorIs(t, s.Release(t.Context(), key, chitra, record(version, "late")), session.ErrLost)
		}
		require.ErrorIs(t, s.Release(t.Context(), newKey(), chitra, record(1, "of nothing")), session.ErrLost)
		holds(t, s, key, 2, "two")
	}},
	{"the same call twice is the same as once", func(t *testing.T, s session.Store) {
		key := begun(t, s)
		require.NoError(t, s.Release(t.Context(), key, asha, record(0, "one")))
		require.NoError(t, s.Release(t.Context(), key, binod, record(1, "two")))
		require.NoError(t, s.Release(t.Context(), key, binod, record(1, "two")))
		holds(t, s, key, 2, "two")
	}},
	{"a session that is held is held from others, and read by all", func(t *testing.T, s session.Store) {
		key := begun(t, s)
		rec, err := s.Lock(t.Context(), key, asha, time.Minute)
		require.NoError(t, err)
		require.Equal(t, "one", string(rec.Data))
		require.EqualValues(t, 1, rec.Version)
		_, err = s.Lock(t.Context(), key, binod, time.Minute)
		require.ErrorIs(t, err, session.ErrHeld)
		require.ErrorIs(t, s.Release(t.Context(), key, binod, record(1, "stolen")), session.ErrLost)
		require.NoError(t, s.Release(t.Context(), key, binod, nil), "to let go of what one does not hold changes nothing")
		_, err = s.Lock(t.Context(), key, binod, time.Minute)
		require.ErrorIs(t, err, session.ErrHeld)
		_, err = s.Lock(t.Context(), key, asha, time.Minute)
		require.NoError(t, err, "its holder prolongs it")
		holds(t, s, key, 1, "one")
	}},
	{"a session that is let go is free, with a record and without", func(t *testing.T, s session.Store) {
		key := begun(t, s)
		for _, step := range []struct {
			holder session.Holder
			rec    *session.Record
			data   string
		}{{asha, nil, "one"}, {binod, record(1, "two"), "two"}, {chitra, nil, "two"}} {
			_, err := s.Lock(t.Context(), key, step.holder, time.Minute)
			require.NoError(t, err)
			require.NoError(t, s.Release(t.Context(), key, step.holder, step.rec))
			rec, err := s.Load(t.Context(), key)
			require.NoError(t, err)
			require.Equal(t, step.data, string(rec.Data))
		}
	}},
	{"a lease ends by itself, and what its holder then stores is taken only if nobody else went on", func(t *testing.T, s session.Store) {
		key := begun(t, s)
		_, err := s.Lock(t.Context(), key, asha, 50*time.Millisecond)
		require.NoError(t, err)
		require.Eventually(t, func() bool { _, err := s.Lock(t.Context(), key, binod, time.Minute); return err == nil }, patience, 5*time.Millisecond)
		require.ErrorIs(t, s.Release(t.Context(), key, asha, record(1, "late")), session.ErrLost)
		require.NoError(t, s.Release(t.Context(), key, binod, nil))
		_, err = s.Lock(t.Context(), key, chitra, 50*time.Millisecond)
		require.NoError(t, err)
		time.Sleep(60 * time.Millisecond)
		require.NoError(t, s.Release(t.Context(), key, chitra, record(1, "two")), "nobody else came")
		require.ErrorIs(t, s.Release(t.Context(), key, asha, record(1, "late")), session.ErrLost)
		holds(t, s, key, 2, "two")
	}},
	{"a record is gone when its time is over, and not while it is held", func(t *testing.T, s session.Store) {
		key, held := newKey(), newKey()
		for _, k := range []session.Key{key, held} {
			require.NoError(t, s.Release(t.Context(), k, asha, &session.Record{Data: []byte("one"), Keep: 500 * time.Millisecond}))
		}
		_, err := s.Lock(t.Context(), held, asha, time.Minute)
		require.NoError(t, err)
		require.Eventually(t, func() bool { _, err := s.Load(t.Context(), key); return err != nil }, patience, 10*time.Millisecond)
		missing(t, s, key)
		holds(t, s, held, 1, "one")
		require.NoError(t, s.Release(t.Context(), key, binod, record(0, "anew")), "its place is free")
		holds(t, s, key, 1, "anew")
	}},
	{"a session that is deleted is gone, and its holder stores nothing", func(t *testing.T, s session.Store) {
		key := begun(t, s)
		_, err := s.Lock(t.Context(), key, asha, time.Minute)
		require.NoError(t, err)
		require.NoError(t, s.Delete(t.Context(), key))
		require.NoError(t, s.Delete(t.Context(), key))
		missing(t, s, key)
		require.ErrorIs(t, s.Release(t.Context(), key, asha, record(1, "late")), session.ErrLost)
		missing(t, s, key)
	}},
	{"what is no record is refused", func(t *testing.T, s session.Store) {
		key := begun(t, s)
		big := &session.Record{Data: make([]byte, session.MaxRecordBytes+1), Version: 1, Keep: time.Hour}
		require.Equal(t, fault.PayloadTooLarge, fault.CodeOf(s.Release(t.Context(), key, asha, big)))
		for _, rec := range []*session.Record{{Version: 1, Keep: 1}, {Data: []byte("x"), Version: 1}, {Data: []byte("x"), Version: -1, Keep: 1}} {
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(s.Release(t.Context(), key, asha, rec)))
		}
		holds(t, s, key, 1, "one")
	}},
	{"a context that has ended ends every call", func(t *testing.T, s session.Store) {
		key := begun(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Load(ctx, key)
		require.ErrorIs(t, err, context.Canceled)
		_, err = s.Lock(ctx, key, asha, time.Minute)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, s.Release(ctx, key, asha, record(1, "two")), context.Canceled)
		require.ErrorIs(t, s.Delete(ctx, key), context.Canceled)
		holds(t, s, key, 1, "one")
	}},
	{"of many that want it at once one gets it, and no version is written twice", oneAtATime},
	{"fifty requests on one session go one after the other", fiftyRequests},
}

func oneAtATime(t *testing.T, s session.Store) {
	key := begun(t, s)
	var got, stored atomic.Int64
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			me := session.Holder{byte(i), 1}
			_, err := s.Lock(t.Context(), key, me, time.Minute)
			if err == nil {
				got.Add(1)
				err = s.Release(t.Context(), key, me, record(1, "two"))
			}
			if err == nil {
				stored.Add(1)
			}
		})
	}
	wg.Wait()
	require.Positive(t, got.Load())
	require.EqualValues(t, 1, stored.Load())
	holds(t, s, key, 2, "two")
}

// fiftyRequests goes on with one session from two services over the store.
func fiftyRequests(t *testing.T, s session.Store) {
	here, there := session.New(s, nil), session.New(s, nil)
	say := func(ctx context.Context, _ *session.Session) (*session.Turn, error) {
		return &session.Turn{Question: "q", Answer: "a"}, ctx.Err()
	}
	c, err := here.Do(t.Context(), session.Owner{}, "", say)
	require.NoError(t, err)
	var inside, seen atomic.Int64
	var wg sync.WaitGroup
	for i := range 49 {
		wg.Go(func() {
			_, err := []*session.Sessions{here, there}[i%2].Do(t.Context(), session.Owner{}, c.ID, func(ctx context.Context, c *session.Session) (*session.Turn, error) {
				if inside.Add(1) != 1 {
					t.Error("two at once")
				}
				defer inside.Add(-1)
				seen.Add(int64(len(c.Turns)))
				time.Sleep(time.Millisecond)
				return &session.Turn{Question: fmt.Sprint("q", i), Answer: "a"}, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c, err = there.Get(t.Context(), session.Owner{}, c.ID)
	require.NoError(t, err)
	require.Len(t, c.Turns, 50, "no turn is lost")
	require.EqualValues(t, 49*50/2, seen.Load(), "each saw those before it, and no two the same")
	asked := map[string]bool{}
	for _, turn := range c.Turns {
		asked[turn.Question] = true
	}
	require.Len(t, asked, 50)
}
