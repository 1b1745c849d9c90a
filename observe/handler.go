package observe

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// loggerKey is the attribute that becomes the line's "logger".
const loggerKey = "logger"

// maxPooled keeps one huge line from pinning its buffer for ever.
const maxPooled = 16 << 10

// handler writes the contract's lines. What With and WithGroup add is kept
// already encoded and masked, so that a line only copies it.
type handler struct {
	*sink
	name   string // the logger's name
	attrs  []byte // encoded attributes, groups opened but not closed
	open   int    // groups open in attrs that hold something
	groups []string
}

// sink is what all handlers made from one another share.
type sink struct {
	level   slog.Leveler
	mask    Masker
	sampler *sampler // nil: every line is written
	head    []byte   // `,"service":"..."`, encoded once

	mu sync.Mutex
	w  io.Writer
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

func newHandler(w io.Writer, opts *LogOptions) *handler {
	if opts == nil {
		opts = &LogOptions{}
	}
	level := opts.Level
	if level == nil {
		level = slog.LevelInfo
	}
	return &handler{sink: &sink{
		level: level, mask: opts.Mask, sampler: newSampler(opts.Burst, opts.ErrorBurst), w: w,
		head: appendString([]byte(`,"service":`), opts.Service),
	}}
}

// Enabled tells whether a line of that level would be written now.
func (h *handler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level.Level() }

// Handle writes one line, unless too many like it came within the second.
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	if r.Time.IsZero() {
		r.Time = time.Now()
	}
	if h.sampler == nil {
		return h.line(ctx, &r)
	}
	admitted, floods := h.sampler.admit(r.Time, kind{r.Level, r.Message, h.name})
	err := h.report(r.Time, floods)
	if admitted {
		err = errors.Join(err, h.line(ctx, &r))
	}
	return err
}

// report writes a line for each flood: its own message, and how many were suppressed.
func (h *handler) report(now time.Time, floods []flood) error {
	var err error
	for _, f := range floods {
		r := slog.NewRecord(now, f.level, f.message, 0)
		r.AddAttrs(slog.Int("suppressed", f.suppressed))
		as := handler{sink: h.sink, name: f.logger}
		err = errors.Join(err, as.line(context.Background(), &r))
	}
	return err
}

// line encodes one line and writes it.
func (h *handler) line(ctx context.Context, r *slog.Record) error {
	bp := buffers.Get().(*[]byte)
	e := encoder{buf: (*bp)[:0], mask: h.mask, name: h.name}
	carried, span := lineOf(ctx), trace.SpanContextFromContext(ctx)
	h.appendHead(&e, r, &carried, span)
	mark := len(e.buf)
	e.buf = append(e.buf, `,"extra":{`...)
	e.context(carried.attrs, span)
	depth := h.appendAttrs(&e, r)
	for range depth {
		e.buf = append(e.buf, '}')
	}
	e.buf = append(e.buf, '}', '}', '\n')
	e.insert(mark, `,"logger":`, e.name) // known only after the attributes were seen
	err := h.write(e.buf)
	if cap(e.buf) <= maxPooled {
		*bp = e.buf
		buffers.Put(bp)
	}
	return err
}

func (s *sink) write(line []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.w.Write(line)
	return err
}

func (h *handler) appendHead(e *encoder, r *slog.Record, carried *line, span trace.SpanContext) {
	e.buf = append(e.buf, `{"timestamp":"`...)
	e.buf = appendTime(e.buf, r.Time)
	e.buf = append(e.buf, `","level":"`...)
	e.buf = append(e.buf, levelName(r.Level)...)
	e.buf = append(e.buf, '"')
	e.buf = append(e.buf, h.head...)
	e.buf = append(e.buf, `,"request_id":`...)
	e.text(carried.requestID)
	e.buf = append(e.buf, `,"trace_id":`...)
	if id := span.TraceID(); id.IsValid() {
		e.hex(id[:])
	} else {
		e.text(carried.traceID)
	}
	e.buf = append(e.buf, `,"message":`...)
	e.text(r.Message)
}

// appendAttrs appends the logger's attributes and the record's, and gives how
// many groups it left open.
func (h *handler) appendAttrs(e *encoder, r *slog.Record) int {
	if len(h.attrs) > 0 {
		if e.comma {
			e.buf = append(e.buf, ',')
		}
		e.buf = append(e.buf, h.attrs...)
		e.comma = h.attrs[len(h.attrs)-1] != '{'
	}
	if r.NumAttrs() == 0 {
		return h.open
	}
	before, wasComma := len(e.buf), e.comma
	e.top = len(h.groups) == 0
	for _, g := range h.groups[h.open:] {
		e.openGroup(g)
	}
	start := len(e.buf)
	r.Attrs(func(a slog.Attr) bool { e.attr(a, 0); return true })
	if len(e.buf) == start { // nothing came: groups without content are left out
		e.buf, e.comma = e.buf[:before], wasComma
		return h.open
	}
	return len(h.groups)
}

// WithAttrs gives a handler that writes attrs on every line.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(attrs) == 0 {
		return h
	}
	out := *h
	e := encoder{buf: append([]byte(nil), h.attrs...), mask: h.mask, name: h.name, top: len(h.groups) == 0}
	e.comma = len(e.buf) > 0 && e.buf[len(e.buf)-1] != '{'
	before := len(e.buf)
	for _, g := range h.groups[h.open:] {
		e.openGroup(g)
	}
	start := len(e.buf)
	for _, a := range attrs {
		e.attr(a, 0)
	}
	out.name = e.name
	if len(e.buf) == start {
		out.attrs = e.buf[:before]
		return &out
	}
	out.attrs, out.open = e.buf, len(h.groups)
	return &out
}

// WithGroup gives a handler that nests what follows under name.
func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	out := *h
	out.groups = append(append([]string(nil), h.groups...), name)
	return &out
}
