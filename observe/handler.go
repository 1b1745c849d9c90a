package observe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strconv"
	"sync"
	"time"
)

// loggerKey is the attribute that becomes the line's "logger".
const loggerKey = "logger"

// maxPooled keeps one huge line from pinning its buffer for ever.
const maxPooled = 16 << 10

// maxDepth bounds nested groups, so that a value that resolves to a group of
// itself cannot hang a log line.
const maxDepth = 16

// handler writes the contract's lines. What With and WithGroup add is kept
// already encoded, so that a line only copies it.
type handler struct {
	shared *sink
	level  slog.Leveler
	head   []byte // `,"service":"..."`, encoded once
	name   string // the logger's name
	attrs  []byte // encoded attributes, groups opened but not closed
	open   int    // groups open in attrs that hold something
	groups []string
}

// sink is the writer that all handlers made from one another share.
type sink struct {
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
	return &handler{
		shared: &sink{w: w},
		level:  level,
		head:   appendString([]byte(`,"service":`), opts.Service),
	}
}

// Enabled tells whether a line of that level would be written now.
func (h *handler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level.Level() }

// Handle writes one line.
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	bp := buffers.Get().(*[]byte)
	b := h.appendHead((*bp)[:0], ctx, &r)
	e := encoder{buf: b, name: h.name, top: len(h.groups) == 0}
	mark := len(e.buf)
	e.buf = append(e.buf, `,"extra":{`...)
	e.buf = append(e.buf, h.attrs...)
	depth := h.open
	e.comma = needsComma(h.attrs)
	if r.NumAttrs() > 0 {
		before := len(e.buf)
		wasComma := e.comma
		for _, g := range h.groups[h.open:] {
			e.openGroup(g)
			depth++
		}
		start := len(e.buf)
		r.Attrs(func(a slog.Attr) bool { e.attr(a, 0); return true })
		if len(e.buf) == start { // nothing came: groups without content are left out
			e.buf, depth, e.comma = e.buf[:before], h.open, wasComma
		}
	}
	for range depth {
		e.buf = append(e.buf, '}')
	}
	e.buf = append(e.buf, '}', '}', '\n')
	err := h.write(&e, mark)
	if cap(e.buf) <= maxPooled {
		*bp = e.buf
		buffers.Put(bp)
	}
	return err
}

// write puts the logger's name, known only after the attributes were seen, in
// front of extra, and hands the line over in one piece.
func (h *handler) write(e *encoder, mark int) error {
	var room [96]byte
	field := appendString(append(room[:0], `,"logger":`...), e.name)
	n := len(e.buf)
	e.buf = append(e.buf, field...)
	copy(e.buf[mark+len(field):], e.buf[mark:n])
	copy(e.buf[mark:], field)
	h.shared.mu.Lock()
	defer h.shared.mu.Unlock()
	_, err := h.shared.w.Write(e.buf)
	return err
}

func (h *handler) appendHead(b []byte, ctx context.Context, r *slog.Record) []byte {
	t := r.Time
	if t.IsZero() {
		t = time.Now()
	}
	b = append(b, `{"timestamp":"`...)
	b = appendTime(b, t)
	b = append(b, `","level":"`...)
	b = append(b, levelName(r.Level)...)
	b = append(b, '"')
	b = append(b, h.head...)
	b = append(b, `,"request_id":`...)
	b = appendString(b, RequestID(ctx))
	b = append(b, `,"trace_id":`...)
	b = appendString(b, TraceID(ctx))
	b = append(b, `,"message":`...)
	return appendString(b, r.Message)
}

// WithAttrs gives a handler that writes attrs on every line.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(attrs) == 0 {
		return h
	}
	out := *h
	e := encoder{buf: append([]byte(nil), h.attrs...), name: h.name, top: len(h.groups) == 0}
	e.comma = needsComma(e.buf)
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

func needsComma(b []byte) bool { return len(b) > 0 && b[len(b)-1] != '{' }

// encoder appends attributes as members of a JSON object.
type encoder struct {
	buf   []byte
	name  string
	top   bool // not inside a group: "logger" is the line's, not an attribute
	comma bool
}

func (e *encoder) key(k string) {
	if e.comma {
		e.buf = append(e.buf, ',')
	}
	e.buf = appendString(e.buf, k)
	e.buf = append(e.buf, ':')
	e.comma = true
}

func (e *encoder) openGroup(name string) {
	e.key(name)
	e.buf = append(e.buf, '{')
	e.comma = false
}

func (e *encoder) attr(a slog.Attr, depth int) {
	v := a.Value.Resolve()
	if a.Key == "" && v.Kind() != slog.KindGroup {
		return // slog: an attribute without a key and a value is ignored
	}
	if e.top && depth == 0 && a.Key == loggerKey && v.Kind() == slog.KindString {
		e.name = v.String()
		return
	}
	if v.Kind() == slog.KindGroup {
		e.group(a.Key, v.Group(), depth)
		return
	}
	e.key(a.Key)
	e.buf = appendValue(e.buf, v)
}

// group nests members under key, inlines them when key is empty, and writes
// nothing when there are none.
func (e *encoder) group(key string, members []slog.Attr, depth int) {
	if len(members) == 0 || depth >= maxDepth {
		return
	}
	before, wasComma := len(e.buf), e.comma
	if key != "" {
		e.openGroup(key)
	}
	start := len(e.buf)
	for _, m := range members {
		e.attr(m, depth+1)
	}
	if key == "" {
		return
	}
	if len(e.buf) == start {
		e.buf, e.comma = e.buf[:before], wasComma
		return
	}
	e.buf = append(e.buf, '}')
	e.comma = true
}

func appendValue(b []byte, v slog.Value) []byte {
	switch v.Kind() {
	case slog.KindString:
		return appendString(b, v.String())
	case slog.KindInt64:
		return strconv.AppendInt(b, v.Int64(), 10)
	case slog.KindUint64:
		return strconv.AppendUint(b, v.Uint64(), 10)
	case slog.KindFloat64:
		return appendFloat(b, v.Float64())
	case slog.KindBool:
		return strconv.AppendBool(b, v.Bool())
	case slog.KindDuration: // seconds, as everywhere in the contract
		return appendFloat(b, v.Duration().Seconds())
	case slog.KindTime:
		return append(appendTime(append(b, '"'), v.Time()), '"')
	}
	return appendAny(b, v.Any())
}

func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return appendString(b, strconv.FormatFloat(f, 'g', -1, 64))
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64)
}

// appendAny writes what is not a plain kind: errors by their text, the rest as
// JSON, and what JSON cannot say in Go's own words. A value whose methods panic
// costs its own attribute, not the program.
func appendAny(b []byte, v any) (out []byte) {
	defer func() {
		if p := recover(); p != nil {
			out = appendString(b, fmt.Sprintf("!PANIC: %v", p))
		}
	}()
	switch x := v.(type) {
	case nil:
		return append(b, "null"...)
	case error:
		return appendString(b, x.Error())
	case []byte:
		return appendString(b, string(x))
	}
	if j, err := json.Marshal(v); err == nil {
		return append(b, j...)
	}
	return appendString(b, fmt.Sprintf("%+v", v))
}

// appendTime writes UTC with milliseconds: 2026-02-24T10:30:00.123Z.
func appendTime(b []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
}
