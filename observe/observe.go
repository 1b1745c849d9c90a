// Package observe is what an operator sees and sets. Its root holds the logger:
// one JSON object a line, in the shape that every service of Akshara writes,
// so that one query finds a request's lines in all of them.
//
//	log := observe.NewLogger(os.Stdout, &observe.LogOptions{Service: "rag-service"})
//	ctx = observe.WithRequestID(ctx, id)
//	observe.Named(log, "index").InfoContext(ctx, "documents indexed", "count", 12)
//
// writes
//
//	{"timestamp":"2026-02-24T10:30:00.123Z","level":"INFO","service":"rag-service",
//	 "request_id":"0b6c...","trace_id":"","message":"documents indexed","logger":"index","extra":{"count":12}}
//
// It needs the OpenTelemetry API alone, to name the trace that a line belongs to;
// what records traces and metrics is set up by observe/telemetry.
//
// The sub-packages stand on their own: [github.com/akshara-go/akshara/observe/fault]
// for errors, health for probes, config for settings, httpkit for HTTP, pii for
// what LogOptions.Mask takes.
package observe

import (
	"io"
	"log/slog"
	"strings"
)

// LevelCritical is the level above slog.LevelError, written as CRITICAL: the
// service cannot go on.
const LevelCritical = slog.Level(12)

// LogOptions says how a logger writes. The zero value is useful.
type LogOptions struct {
	// Service is written on every line.
	Service string
	// Level is the least level that is written; nil means INFO. Pass a
	// *slog.LevelVar to change it while the program runs.
	Level slog.Leveler
	// Mask hides personal data in messages, attributes and errors before they are
	// written; a detector of observe/pii is one. Nil means that nothing is hidden.
	Mask Masker
	// Burst is how many lines of one kind (level, message and logger) are written
	// in a second; the rest is counted, and reported once, under the same message,
	// as "suppressed", when the first line after that second comes. 0 means that
	// every line is written.
	Burst int
	// ErrorBurst is the same for the levels ERROR and CRITICAL; 0 means ten times Burst.
	ErrorBurst int
}

// Masker hides personal data. Mask gives text with each telephone number, e-mail
// address and the like replaced, and text itself when there is none. It may be
// called by many goroutines at once.
type Masker interface {
	Mask(text string) string
}

// NewLogger makes a logger that writes one JSON object a line to w, each with
// one call of Write. It may be used by many goroutines at once; opts may be nil.
//
// Lines have, in this order, timestamp (UTC, milliseconds), level (DEBUG INFO
// WARNING ERROR CRITICAL), service, request_id and trace_id (from the context,
// "" without), message, logger (see [Named]) and extra: an object with the
// span_id when the context has an OpenTelemetry span, the attributes that the
// context carries (see [WithAttrs]), the logger's and the line's, groups nested.
// Durations are in seconds, errors and Stringers stand as their text, other
// values as JSON.
//
// With a Masker every text on the line is masked, down to the strings, keys and
// integers of ten digits and more inside a value that is written as JSON. UUIDs
// and trace ids that stand alone pass as they are.
//
// A line costs no allocation of its own for plain attributes.
func NewLogger(w io.Writer, opts *LogOptions) *slog.Logger {
	return slog.New(newHandler(w, opts))
}

// Named gives a logger whose lines carry name as "logger": the package or part
// that speaks.
func Named(l *slog.Logger, name string) *slog.Logger {
	return l.With(slog.String(loggerKey, name))
}

// ParseLevel gives the level of a name that the contract knows: DEBUG, INFO,
// WARNING (also WARN), ERROR, CRITICAL, in any case. The second value is false
// for anything else.
func ParseLevel(name string) (slog.Level, bool) {
	switch strings.ToUpper(name) {
	case "DEBUG":
		return slog.LevelDebug, true
	case "INFO":
		return slog.LevelInfo, true
	case "WARNING", "WARN":
		return slog.LevelWarn, true
	case "ERROR":
		return slog.LevelError, true
	case "CRITICAL":
		return LevelCritical, true
	}
	return 0, false
}

// levelName gives the contract's name of a level; levels in between take the
// name of the one below.
func levelName(l slog.Level) string {
	switch {
	case l < slog.LevelInfo:
		return "DEBUG"
	case l < slog.LevelWarn:
		return "INFO"
	case l < slog.LevelError:
		return "WARNING"
	case l < LevelCritical:
		return "ERROR"
	}
	return "CRITICAL"
}
