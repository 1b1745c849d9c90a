// Package gormtrace records a span for each statement that GORM runs:
//
//	err := db.Use(gormtrace.New(tel.TracerProvider))
//
// A span says which operation ran on which table, how many rows came back and
// what kind of error, by OpenTelemetry's conventions for databases. It never
// holds the statement's text or a value: those are what users wrote.
package gormtrace

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"gorm.io/gorm"
)

// name names this package to GORM and to a TracerProvider.
const name = "github.com/akshara-go/akshara/observe/gormtrace"

// systems are the conventions' names of GORM's dialects, where they differ.
var systems = map[string]string{"postgres": "postgresql", "sqlserver": "microsoft.sql_server"}

// Plugin is a gorm.Plugin.
type Plugin struct{ tracer trace.Tracer }

var _ gorm.Plugin = (*Plugin)(nil)

// New gives the plug-in that records with provider; with nil it records nothing.
func New(provider trace.TracerProvider) *Plugin {
	if provider == nil {
		return &Plugin{}
	}
	return &Plugin{provider.Tracer(name)}
}

// Name identifies the plug-in to GORM.
func (p *Plugin) Name() string { return name }

// Initialize puts the plug-in around every kind of statement; gorm.DB.Use calls it.
func (p *Plugin) Initialize(db *gorm.DB) error {
	if p.tracer == nil {
		return nil
	}
	c := db.Callback()
	const before, after = name + ":before", name + ":after"
	return errors.Join(
		c.Create().Before("*").Register(before, p.begin("INSERT")), c.Create().After("*").Register(after, end),
		c.Query().Before("*").Register(before, p.begin("SELECT")), c.Query().After("*").Register(after, end),
		c.Update().Before("*").Register(before, p.begin("UPDATE")), c.Update().After("*").Register(after, end),
		c.Delete().Before("*").Register(before, p.begin("DELETE")), c.Delete().After("*").Register(after, end),
		c.Row().Before("*").Register(before, p.begin("SELECT")), c.Row().After("*").Register(after, end),
		c.Raw().Before("*").Register(before, p.begin("EXECUTE")), c.Raw().After("*").Register(after, end),
	)
}

// active is a statement's span, kept in the statement's context.
type active struct {
	span      trace.Span
	operation string
	statement *gorm.Statement
	parent    context.Context // what the statement's context was before
}

type activeKey struct{}

func (p *Plugin) begin(operation string) func(*gorm.DB) {
	return func(tx *gorm.DB) {
		if tx.DryRun {
			return
		}
		parent := tx.Statement.Context
		ctx, span := p.tracer.Start(parent, operation, trace.WithSpanKind(trace.SpanKindClient))
		a := &active{span, operation, tx.Statement, parent}
		tx.Statement.Context = context.WithValue(ctx, activeKey{}, a)
	}
}

func end(tx *gorm.DB) {
	a, _ := tx.Statement.Context.Value(activeKey{}).(*active)
	if a == nil || a.statement != tx.Statement { // of a statement around this one
		return
	}
	tx.Statement.Context = a.parent
	defer a.span.End()
	if !a.span.IsRecording() {
		return
	}
	operation := keyword(tx.Statement.SQL.String(), a.operation)
	system := tx.Dialector.Name()
	if s, ok := systems[system]; ok {
		system = s
	}
	attrs := []attribute.KeyValue{attribute.String("db.system.name", system), attribute.String("db.operation.name", operation)}
	if table := tx.Statement.Table; table != "" {
		attrs = append(attrs, attribute.String("db.collection.name", table))
		a.span.SetName(operation + " " + table)
	} else {
		a.span.SetName(operation)
	}
	if operation == "SELECT" && tx.RowsAffected >= 0 {
		attrs = append(attrs, attribute.Int64("db.response.returned_rows", tx.RowsAffected))
	}
	if err := tx.Error; err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		attrs = append(attrs, failure(err)...)
		a.span.SetStatus(codes.Error, "")
	}
	a.span.SetAttributes(attrs...)
}

// keyword gives the statement's first word when it is one of SQL's, else fallback.
func keyword(sql, fallback string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(sql), " ")
	switch first = strings.ToUpper(first); first {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "CREATE", "ALTER", "DROP", "COPY", "MERGE", "TRUNCATE", "BEGIN", "COMMIT", "SET", "SHOW", "PRAGMA":
		return first
	}
	return fallback
}

// failure describes an error by its kind. Its text can hold values and is left out.
func failure(err error) []attribute.KeyValue {
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		code := state.SQLState()
		return []attribute.KeyValue{attribute.String("error.type", code), attribute.String("db.response.status_code", code)}
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return []attribute.KeyValue{attribute.String("error.type", fmt.Sprintf("%T", err))}
}
