package pgkit

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pgtest"
)

var server = pgtest.New()

func TestMain(m *testing.M) { goleak.VerifyTestMain(server.Around(m)) }

// connect gives a pool of connections that t closes.
func connect(t *testing.T, dsn string) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(postgres.Open(dsn), &gorm.Config{Logger: logger.Discard, DisableAutomaticPing: true})
	require.NoError(t, err)
	pool, err := db.DB()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return db
}

// open gives a database whose schema is empty.
func open(t *testing.T, opts *Options) *DB {
	t.Helper()
	db, err := New(connect(t, server.Schema(t)), "pkg", "the thing", opts)
	require.NoError(t, err)
	return db
}

var versions = [][]string{{`CREATE TABLE one (n int)`, `INSERT INTO one VALUES (1)`}, {`ALTER TABLE one ADD m int`}}

func TestProcessesThatStartAtOnceMakeTheSchemaOnce(t *testing.T) {
	dsn := server.Schema(t)
	var wg sync.WaitGroup
	for range 6 {
		gormDB := connect(t, dsn)
		wg.Go(func() {
			db, err := New(gormDB, "pkg", "the thing", nil)
			if err == nil {
				err = db.Migrate(t.Context(), "versions", versions)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	db := connect(t, dsn)
	for table, want := range map[string]int64{"one": 1, "versions": 2} {
		var rows int64
		require.NoError(t, db.Table(table).Count(&rows).Error)
		require.Equal(t, want, rows, table)
	}
}

func TestASchemaGoesFromVersionToVersion(t *testing.T) {
	db := open(t, nil)
	require.NoError(t, db.Migrate(t.Context(), "versions", versions[:1]))
	require.NoError(t, db.Migrate(t.Context(), "versions", versions))
	require.NoError(t, db.Migrate(t.Context(), "versions", versions))
	require.NoError(t, db.Session(t.Context()).Exec("SELECT n, m FROM one").Error)
	err := db.Migrate(t.Context(), "versions", versions[:1])
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	require.ErrorContains(t, err, "the thing has the schema of a later version")
	broken := [][]string{{`CREATE TABLE two (n int)`, `CREATE TABLE one (n int)`}}
	require.Equal(t, fault.Internal, fault.CodeOf(db.Migrate(t.Context(), "others", broken)))
	has, err := Exists(db.Session(t.Context()), "to_regclass(?)", "two")
	require.NoError(t, err)
	require.False(t, has, "a version is there whole or not at all")
}

func TestWhatMayPassIsTriedAgain(t *testing.T) {
	db := open(t, &Options{RetryFor: time.Minute})
	tries := 0
	require.NoError(t, db.Try(t.Context(), func(*gorm.DB) error {
		if tries++; tries < 3 {
			return &pgconn.PgError{Code: "40001"}
		}
		return nil
	}))
	require.Equal(t, 3, tries)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := db.Try(ctx, func(*gorm.DB) error { return &pgconn.PgError{Code: "57P03"} })
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err))
	require.ErrorIs(t, err, context.DeadlineExceeded)

	ctx, cancel = context.WithCancel(t.Context())
	err = db.Try(ctx, func(*gorm.DB) error { cancel(); return &pgconn.PgError{Code: "57P03"} })
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, db.Try(ctx, func(*gorm.DB) error { return errors.New("was called") }), context.Canceled)

	once := open(t, &Options{RetryFor: -1})
	tries = 0
	err = once.Try(t.Context(), func(*gorm.DB) error { tries++; return &pgconn.PgError{Code: "40P01"} })
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	require.Equal(t, 1, tries)
}

func TestReadingSeesOneStateAndChangesNothing(t *testing.T) {
	db := open(t, nil)
	require.NoError(t, db.Migrate(t.Context(), "versions", versions))
	require.NoError(t, db.Read(t.Context(), func(tx *gorm.DB) error {
		for want := range 2 {
			var rows int64
			require.NoError(t, tx.Table("one").Count(&rows).Error)
			require.EqualValues(t, 1, rows, "look %d", want)
			require.NoError(t, db.Session(t.Context()).Exec("INSERT INTO one VALUES (2)").Error)
		}
		return nil
	}))
	err := db.Read(t.Context(), func(tx *gorm.DB) error { return tx.Exec("DELETE FROM one").Error })
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
}

func TestADatabaseIsPostgreSQLs(t *testing.T) {
	_, err := New(nil, "pkg", "the thing", nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	db, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: ":memory:"}, nil)
	require.NoError(t, err)
	_, err = New(db, "pkg", "the thing", nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	pool, err := db.DB()
	require.NoError(t, err)
	require.NoError(t, pool.Close())
}

func TestEveryStateOfPostgreSQLHasACode(t *testing.T) {
	db, err := New(connect(t, server.Schema(t)), "pkg", "the thing", nil)
	require.NoError(t, err)
	for state, want := range map[string]fault.Code{
		"57014": fault.UpstreamTimeout, "53100": fault.ServiceUnavailable, "53200": fault.ServiceUnavailable, "53300": fault.ServiceUnavailable,
		"57P01": fault.ServiceUnavailable, "08006": fault.ServiceUnavailable, "40001": fault.ServiceUnavailable, "28P01": fault.ServiceUnavailable,
		"58030": fault.ServiceUnavailable, "22001": fault.Internal,
	} {
		err := db.Failure(t.Context(), &pgconn.PgError{Code: state})
		require.Equal(t, want, fault.CodeOf(err), state)
		e, ok := errors.AsType[*pgconn.PgError](err)
		require.True(t, ok)
		require.Equal(t, state, e.Code)
	}
	require.NoError(t, db.Failure(t.Context(), nil))
}
