package pgsession_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pgtest"
	"github.com/akshara-go/akshara/rag/pgsession"
	"github.com/akshara-go/akshara/rag/ragtest"
	"github.com/akshara-go/akshara/rag/session"
)

// PostgreSQL keeps here what it acknowledged when its process is killed, as every
// test server does.
var server = pgtest.New()

func TestMain(m *testing.M) { goleak.VerifyTestMain(server.Around(m)) }

// connect gives a pool of connections that the test closes.
func connect(tb testing.TB, dsn string) *gorm.DB {
	tb.Helper()
	db, err := gorm.Open(postgres.Open(dsn), &gorm.Config{Logger: logger.Discard, DisableAutomaticPing: true})
	require.NoError(tb, err)
	pool, err := db.DB()
	require.NoError(tb, err)
	pool.SetMaxOpenConns(8)
	pool.SetMaxIdleConns(8)
	tb.Cleanup(func() { require.NoError(tb, pool.Close()) })
	return db
}

func open(tb testing.TB, dsn string, opts *pgsession.Options) *pgsession.Store {
	tb.Helper()
	s, err := pgsession.Open(tb.Context(), connect(tb, dsn), opts)
	require.NoError(tb, err)
	return s
}

func TestStore(t *testing.T) {
	s := open(t, server.Schema(t), nil)
	ragtest.TestSessions(t, func(*testing.T) session.Store { return s })
}

func say(question string) func(context.Context, *session.Session) (*session.Turn, error) {
	return func(context.Context, *session.Session) (*session.Turn, error) {
		return &session.Turn{Question: question, Answer: "उत्तर", Language: "hi"}, nil
	}
}

func TestAKilledServerLosesNothingThatWasAcknowledged(t *testing.T) {
	s := open(t, server.Schema(t), &pgsession.Options{RetryFor: -1})
	ragtest.TestKilledSessions(t, s, server.Kill, func() { server.Start(t) })
}

func TestARestartCostsTimeAndNoError(t *testing.T) {
	sessions := session.New(open(t, server.Schema(t), nil), nil)
	c, err := sessions.Do(t.Context(), session.Owner{}, "", say("one"))
	require.NoError(t, err)
	c, err = sessions.Do(t.Context(), session.Owner{}, c.ID, func(ctx context.Context, _ *session.Session) (*session.Turn, error) {
		server.Kill()
		time.AfterFunc(50*time.Millisecond, func() { server.Start(t) })
		return say("two")(ctx, nil)
	})
	require.NoError(t, err)
	require.Len(t, c.Turns, 2)
}

func TestProcessesThatStartAtOnceShareADatabase(t *testing.T) {
	dsn := server.Schema(t)
	var wg sync.WaitGroup
	for range 5 {
		db := connect(t, dsn)
		wg.Go(func() {
			s, err := pgsession.Open(t.Context(), db, nil)
			if err == nil {
				_, err = session.New(s, nil).Do(t.Context(), session.Owner{}, "", say("one"))
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestWhatIsOverIsRemovedInBatches(t *testing.T) {
	dsn := server.Schema(t)
	s, db := open(t, dsn, nil), connect(t, dsn)
	require.NoError(t, s.CheckHealth(t.Context()))
	rows := make([]map[string]any, 1200)
	for i := range rows {
		key := session.KeyOf(session.Owner{}, time.Duration(i).String())
		rows[i] = map[string]any{"key": key.String(), "version": 1, "data": []byte("x"), "writer": key.String(), "ends": time.Now().Add(-time.Hour)}
		if i%12 == 0 {
			rows[i]["ends"] = time.Now().Add(time.Hour)
		}
	}
	require.NoError(t, db.Table("akshara_sessions").CreateInBatches(&rows, 400).Error)
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for range 2 {
		wg.Go(func() {
			n, err := s.Purge(t.Context())
			mu.Lock()
			defer mu.Unlock()
			total += n
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n, err := s.Purge(t.Context()) // what both passed over because the other had it
	require.NoError(t, err)
	require.Equal(t, 1100, total+n)

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { s.Keep(ctx); close(done) }()
	cancel()
	<-done
}

func TestDamagedRowsAreAnErrorWithACode(t *testing.T) {
	dsn := server.Schema(t)
	s, db := open(t, dsn, nil), connect(t, dsn)
	key := session.KeyOf(session.Owner{}, "x")
	require.NoError(t, s.Release(t.Context(), key, session.Holder{1}, &session.Record{Data: []byte("x"), Keep: time.Hour}))
	for name, damage := range map[string]map[string]any{
		"no data": {"data": []byte{}}, "too large": {"data": make([]byte, session.MaxRecordBytes+1)}, "no version": {"version": 0},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, db.Table("akshara_sessions").Where("true").Updates(damage).Error)
			_, err := s.Load(t.Context(), key)
			require.ErrorIs(t, err, session.ErrDamaged)
			require.Equal(t, fault.Internal, fault.CodeOf(err))
			_, err = s.Lock(t.Context(), key, session.Holder{1}, time.Second)
			require.ErrorIs(t, err, session.ErrDamaged)
		})
	}
}

func TestAStoreNeedsADatabase(t *testing.T) {
	_, err := pgsession.Open(t.Context(), nil, nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}
