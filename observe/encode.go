package observe

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// maxDepth bounds nested groups, so that a value that resolves to a group of
// itself cannot hang a log line.
const maxDepth = 16

// minMasked is the length from which a number is shown to the masker: a
// telephone number without its country has ten digits.
const minMasked = 10

// encoder appends attributes as members of a JSON object. Every text that comes
// from a caller goes through the masker on its way.
type encoder struct {
	buf   []byte
	mask  Masker // nil: nothing is masked
	name  string
	top   bool // not inside a group: "logger" is the line's, not an attribute
	comma bool
}

// text appends s, masked, as a JSON string.
func (e *encoder) text(s string) { e.buf = appendString(e.buf, e.masked(s)) }

func (e *encoder) masked(s string) string {
	if e.mask == nil || s == "" || isID(s) {
		return s
	}
	return e.mask.Mask(s)
}

// labelled masks s as what stands behind its key: 12/05/1990 is somebody's date
// of birth when date_of_birth says so.
func (e *encoder) labelled(key, s string) string {
	if e.mask == nil || key == "" || isID(s) || !hasNumber(s) {
		return e.masked(s)
	}
	label := strings.ReplaceAll(key, "_", " ") + ": "
	if masked, ok := strings.CutPrefix(e.mask.Mask(label+s), label); ok {
		return masked
	}
	return e.masked(s)
}

// number shows the masker the number appended from start on, since an integer
// may be a telephone or a card number; what it hides becomes a string.
func (e *encoder) number(key string, start int) {
	if e.mask == nil || len(e.buf)-start < minMasked {
		return
	}
	digits := string(e.buf[start:])
	if masked := e.labelled(key, digits); masked != digits {
		e.buf = appendString(e.buf[:start], masked)
	}
}

// hex appends id as a JSON string of hexadecimal digits.
func (e *encoder) hex(id []byte) {
	e.buf = append(e.buf, '"')
	for _, c := range id {
		e.buf = append(e.buf, hexDigits[c>>4], hexDigits[c&0xf])
	}
	e.buf = append(e.buf, '"')
}

// insert puts a member at the place at.
func (e *encoder) insert(at int, key, value string) {
	var room [96]byte
	e.buf = slices.Insert(e.buf, at, appendString(append(room[:0], key...), value)...)
}

// key begins a member. Keys are constants as a rule, which the masker need not
// see; a key made from data is masked.
func (e *encoder) key(k string) {
	if e.comma {
		e.buf = append(e.buf, ',')
	}
	if isName(k) {
		e.buf = append(e.buf, '"')
		e.buf = append(e.buf, k...)
		e.buf = append(e.buf, '"', ':')
	} else {
		e.text(k)
		e.buf = append(e.buf, ':')
	}
	e.comma = true
}

// context appends what the context carries: the span, and attributes.
func (e *encoder) context(attrs []slog.Attr, span trace.SpanContext) {
	if id := span.SpanID(); id.IsValid() {
		e.key("span_id")
		e.hex(id[:])
	}
	for _, a := range attrs {
		e.attr(a, 0)
	}
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
		e.name = e.masked(v.String())
		return
	}
	if v.Kind() == slog.KindGroup {
		e.group(a.Key, v.Group(), depth)
		return
	}
	e.key(a.Key)
	e.value(a.Key, v)
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

func (e *encoder) value(key string, v slog.Value) {
	start := len(e.buf)
	switch v.Kind() {
	case slog.KindString:
		e.buf = appendString(e.buf, e.labelled(key, v.String()))
	case slog.KindInt64:
		e.buf = strconv.AppendInt(e.buf, v.Int64(), 10)
		e.number(key, start)
	case slog.KindUint64:
		e.buf = strconv.AppendUint(e.buf, v.Uint64(), 10)
		e.number(key, start)
	case slog.KindFloat64:
		e.float(v.Float64())
		if v.Float64() == math.Trunc(v.Float64()) {
			e.number(key, start)
		}
	case slog.KindBool:
		e.buf = strconv.AppendBool(e.buf, v.Bool())
	case slog.KindDuration: // seconds, as everywhere in the contract
		e.float(v.Duration().Seconds())
	case slog.KindTime:
		e.buf = append(appendTime(append(e.buf, '"'), v.Time()), '"')
	default:
		e.any(key, v.Any())
	}
}

func (e *encoder) float(f float64) {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		e.buf = appendString(e.buf, strconv.FormatFloat(f, 'g', -1, 64))
	case math.Abs(f) < 1e21: // as encoding/json has it
		e.buf = strconv.AppendFloat(e.buf, f, 'f', -1, 64)
	default:
		e.buf = strconv.AppendFloat(e.buf, f, 'g', -1, 64)
	}
}

// any appends what is not a plain kind: errors by their text, what has a form in
// JSON or as text of its own in that, other Stringers by their text, the rest as
// JSON, and what JSON cannot say in Go's own words. A value whose methods panic
// costs its own attribute, not the program.
func (e *encoder) any(key string, v any) {
	start := len(e.buf)
	defer func() {
		if p := recover(); p != nil {
			e.buf = e.buf[:start]
			e.text(fmt.Sprintf("!PANIC: %v", p))
		}
	}()
	switch x := v.(type) {
	case nil:
		e.buf = append(e.buf, "null"...)
		return
	case error:
		e.text(x.Error())
		return
	case []byte:
		e.text(string(x))
		return
	case json.Marshaler, encoding.TextMarshaler:
	case fmt.Stringer:
		e.text(x.String())
		return
	}
	if j, err := json.Marshal(v); err == nil {
		e.json(key, j)
		return
	}
	e.text(fmt.Sprintf("%+v", v))
}

// json appends the valid JSON j, the value of a key, with strings, keys too, and
// numbers masked.
func (e *encoder) json(key string, j []byte) {
	for len(j) > 0 {
		n := 1
		switch c := j[0]; {
		case c == '"':
			n = stringLen(j)
			s := unquote(j[:n])
			if n < len(j) && j[n] == ':' {
				key = s
				e.text(s)
			} else {
				e.buf = appendString(e.buf, e.labelled(key, s))
			}
		case c == '-' || '0' <= c && c <= '9':
			n = bytes.IndexAny(j, ",]}")
			if n < 0 {
				n = len(j)
			}
			start := len(e.buf)
			e.buf = append(e.buf, j[:n]...)
			e.number(key, start)
		default:
			e.buf = append(e.buf, c)
		}
		j = j[n:]
	}
}

// appendTime writes UTC with milliseconds: 2026-02-24T10:30:00.123Z. Each line
// has one, and time.Format takes five times as long.
func appendTime(b []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return t.AppendFormat(b, "2006-01-02T15:04:05.000Z")
	}
	hour, minute, second := t.Clock()
	b = appendTwo(appendTwo(b, year/100), year%100)
	b = appendTwo(append(b, '-'), int(month))
	b = appendTwo(append(b, '-'), day)
	b = appendTwo(append(b, 'T'), hour)
	b = appendTwo(append(b, ':'), minute)
	b = appendTwo(append(b, ':'), second)
	ms := t.Nanosecond() / 1e6
	return append(appendTwo(append(b, '.', byte('0'+ms/100)), ms%100), 'Z')
}

// appendTwo appends n, from 0 to 99, with two digits.
func appendTwo(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }
