package gormtrace_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite"

	"github.com/akshara-go/akshara/observe/gormtrace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "9876543210"

type Author struct {
	ID    uint
	Phone string `gorm:"unique"`
	Books []Book
}

type Book struct {
	ID       uint
	AuthorID uint
	Title    string
	Deleted  gorm.DeletedAt
}

// open gives a real database in memory with the tables made, and what records its spans.
func open(t *testing.T) (*gorm.DB, *tracetest.SpanRecorder, trace.Tracer) {
	db, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: ":memory:"}, &gorm.Config{Logger: logger.Discard})
	require.NoError(t, err)
	sqlDB, err := db.DB()
	require.NoError(t, err)
	sqlDB.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, sqlDB.Close()) })
	require.NoError(t, db.AutoMigrate(&Author{}, &Book{}))
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	require.NoError(t, db.Use(gormtrace.New(provider)))
	return db, recorder, provider.Tracer("test")
}

// ended gives the spans by name with their attributes, and holds that none tells the secret.
func ended(t *testing.T, r *tracetest.SpanRecorder) map[string]map[string]any {
	out := make(map[string]map[string]any)
	for _, s := range r.Ended() {
		attrs := make(map[string]any)
		for _, a := range s.Attributes() {
			attrs[string(a.Key)] = a.Value.AsInterface()
		}
		out[s.Name()] = attrs
		require.Equal(t, trace.SpanKindClient, s.SpanKind())
		require.Empty(t, s.Status().Description)
		require.NotContains(t, fmt.Sprint(s.Name(), attrs, s.Events()), secret)
	}
	r.Reset()
	return out
}

func TestEachStatementHasASpan(t *testing.T) {
	db, recorder, tracer := open(t)
	ctx, parent := tracer.Start(context.Background(), "request")
	db = db.WithContext(ctx)
	attrs := func(op, table string, more ...any) map[string]any {
		m := map[string]any{"db.system.name": "sqlite", "db.operation.name": op, "db.collection.name": table}
		for i := 0; i < len(more); i += 2 {
			m[more[i].(string)] = more[i+1]
		}
		return m
	}
	require.NoError(t, db.Create(&Author{Phone: secret, Books: []Book{{Title: secret}, {Title: "b"}}}).Error)
	require.Equal(t, map[string]map[string]any{"INSERT authors": attrs("INSERT", "authors"), "INSERT books": attrs("INSERT", "books")}, ended(t, recorder))

	var found []Author
	require.NoError(t, db.Preload("Books").Where("phone = ?", secret).Find(&found).Error)
	require.Len(t, found[0].Books, 2)
	spans := recorder.Ended()
	require.Equal(t, "SELECT authors", spans[1].Name())
	require.Equal(t, spans[1].SpanContext().SpanID(), spans[0].Parent().SpanID(), "what a statement causes stands below it")
	require.Equal(t, parent.SpanContext().SpanID(), spans[1].Parent().SpanID())
	require.Equal(t, map[string]map[string]any{"SELECT authors": attrs("SELECT", "authors", "db.response.returned_rows", int64(1)),
		"SELECT books": attrs("SELECT", "books", "db.response.returned_rows", int64(2))}, ended(t, recorder))

	require.NoError(t, db.Model(&Author{}).Where("id = ?", 1).Update("phone", secret+"1").Error)
	require.NoError(t, db.Delete(&Book{}, 1).Error) // softly: an UPDATE
	require.NoError(t, db.Unscoped().Delete(&Book{}, 2).Error)
	require.Equal(t, map[string]map[string]any{"UPDATE authors": attrs("UPDATE", "authors"), "UPDATE books": attrs("UPDATE", "books"),
		"DELETE books": attrs("DELETE", "books")}, ended(t, recorder))
}

func TestSpansOfOneSessionStandBesideEachOther(t *testing.T) {
	db, recorder, tracer := open(t)
	ctx, parent := tracer.Start(context.Background(), "request")
	require.NoError(t, db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var n int64
		query := tx.Model(&Author{})
		return errors.Join(query.Count(&n).Error, query.Count(&n).Error, tx.Create(&Author{}).Error)
	}))
	require.Len(t, recorder.Ended(), 3)
	for _, s := range recorder.Ended() {
		require.Equal(t, parent.SpanContext().SpanID(), s.Parent().SpanID())
	}
}

func TestErrorsShowTheirKindAlone(t *testing.T) {
	db, recorder, _ := open(t)
	require.NoError(t, db.Create(&Author{Phone: secret}).Error)
	recorder.Reset()
	require.Error(t, db.Create(&Author{Phone: secret}).Error)
	require.Equal(t, codes.Error, recorder.Ended()[0].Status().Code)
	require.Equal(t, "*sqlite.Error", ended(t, recorder)["INSERT authors"]["error.type"])

	require.ErrorIs(t, db.First(&Author{}, 99).Error, gorm.ErrRecordNotFound)
	require.Equal(t, codes.Unset, recorder.Ended()[0].Status().Code, "nothing found is an answer")
	require.EqualValues(t, 0, ended(t, recorder)["SELECT authors"]["db.response.returned_rows"])

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.Error(t, db.WithContext(ctx).Find(&[]Author{}).Error)
	require.Equal(t, "*errors.errorString", ended(t, recorder)["SELECT authors"]["error.type"])

	db.AddError(&stateError{})
	require.Error(t, db.Session(&gorm.Session{}).Find(&[]Author{}).Error)
	require.Equal(t, "23505", ended(t, recorder)["SELECT authors"]["db.response.status_code"])
}

// stateError has what PostgreSQL's errors have.
type stateError struct{}

func (*stateError) Error() string    { return "duplicate key: " + secret }
func (*stateError) SQLState() string { return "23505" }

func TestStatementsInSQL(t *testing.T) {
	db, recorder, _ := open(t)
	require.NoError(t, db.Exec("CREATE TABLE notes (text TEXT)").Error)
	require.NoError(t, db.Exec("INSERT INTO notes VALUES (?)", secret).Error)
	require.NoError(t, db.Exec("EXPLAIN SELECT 1").Error)
	var text string
	require.NoError(t, db.Table("notes").Select("text").Row().Scan(&text))
	require.Equal(t, secret, text)
	spans := ended(t, recorder)
	for _, name := range []string{"CREATE", "INSERT", "EXECUTE", "SELECT notes"} {
		require.Contains(t, spans, name)
	}
}

func TestNothingIsRecordedWithoutAProviderOrADatabase(t *testing.T) {
	db, recorder, _ := open(t)
	require.NoError(t, db.Session(&gorm.Session{DryRun: true}).Find(&[]Author{}).Error)
	require.Empty(t, recorder.Ended())

	quiet, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: ":memory:"}, &gorm.Config{Logger: logger.Discard, DryRun: true})
	require.NoError(t, err)
	require.NoError(t, quiet.Use(gormtrace.New(nil)))
	require.NoError(t, quiet.Find(&[]Author{}).Error)
	sqlDB, err := quiet.DB()
	require.NoError(t, err)
	require.NoError(t, sqlDB.Close())
}

// A statement leaves a span with its operation and its table.
func Example() {
	db, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: ":memory:"}, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		fmt.Println(err)
		return
	}
	recorder := tracetest.NewSpanRecorder()
	err = errors.Join(db.AutoMigrate(&Author{}), db.Use(gormtrace.New(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)))),
		db.Create(&Author{Phone: secret}).Error)
	fmt.Println(err, recorder.Ended()[0].Name())
	if sqlDB, err := db.DB(); err == nil {
		_ = sqlDB.Close()
	}
	// Output: <nil> INSERT authors
}
