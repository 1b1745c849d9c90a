package telemetry

import (
	"context"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/akshara-go/akshara/observe"
)

// minMasked is the length from which the text of a number is shown to the
// masker: a telephone number without its country has ten digits.
const minMasked = 10

// MaskSpans gives an exporter that hides personal data in spans and hands them
// to next: in names, attributes of every type, events, links and the text of the
// status. [Start] uses it; it is for programs that have a TracerProvider of
// their own. A nil mask gives next itself.
func MaskSpans(next sdktrace.SpanExporter, mask observe.Masker) sdktrace.SpanExporter {
	if mask == nil {
		return next
	}
	return &maskingExporter{next, masking{mask}}
}

type maskingExporter struct {
	sdktrace.SpanExporter
	masking
}

func (e *maskingExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	out := make([]sdktrace.ReadOnlySpan, len(spans))
	for i, s := range spans {
		if err := ctx.Err(); err != nil { // masking takes a while
			return err
		}
		out[i] = e.span(s)
	}
	return e.SpanExporter.ExportSpans(ctx, out)
}

// maskedSpan is a span of which what callers wrote is masked.
type maskedSpan struct {
	sdktrace.ReadOnlySpan
	name   string
	attrs  []attribute.KeyValue
	events []sdktrace.Event
	links  []sdktrace.Link
	status sdktrace.Status
}

func (s *maskedSpan) Name() string                     { return s.name }
func (s *maskedSpan) Attributes() []attribute.KeyValue { return s.attrs }
func (s *maskedSpan) Events() []sdktrace.Event         { return s.events }
func (s *maskedSpan) Links() []sdktrace.Link           { return s.links }
func (s *maskedSpan) Status() sdktrace.Status          { return s.status }

// masking masks the parts of a span, and copies what it changes: the SDK's own stay as they are.
type masking struct{ mask observe.Masker }

func (m masking) span(s sdktrace.ReadOnlySpan) *maskedSpan {
	out := &maskedSpan{ReadOnlySpan: s, name: m.mask.Mask(s.Name()), attrs: m.attributes(s.Attributes()), status: s.Status()}
	out.status.Description = m.mask.Mask(out.status.Description)
	for _, e := range s.Events() {
		e.Name, e.Attributes = m.mask.Mask(e.Name), m.attributes(e.Attributes)
		out.events = append(out.events, e)
	}
	for _, l := range s.Links() {
		l.Attributes = m.attributes(l.Attributes)
		out.links = append(out.links, l)
	}
	return out
}

func (m masking) attributes(attrs []attribute.KeyValue) []attribute.KeyValue {
	out := make([]attribute.KeyValue, len(attrs))
	for i, a := range attrs {
		out[i] = attribute.KeyValue{Key: attribute.Key(m.mask.Mask(string(a.Key))), Value: m.value(string(a.Key), a.Value)}
	}
	return out
}

// value masks strings in their place; what holds something to hide in another
// type, a number or a map, becomes its text, masked.
func (m masking) value(key string, v attribute.Value) attribute.Value {
	switch v.Type() {
	case attribute.BOOL, attribute.EMPTY:
		return v
	case attribute.STRING:
		return attribute.StringValue(m.text(key, v.AsString()))
	case attribute.STRINGSLICE:
		texts := v.AsStringSlice()
		for i := range texts {
			texts[i] = m.text(key, texts[i])
		}
		return attribute.StringSliceValue(texts)
	case attribute.FLOAT64:
		return m.changed(key, v, strconv.FormatFloat(v.AsFloat64(), 'f', -1, 64))
	case attribute.BYTESLICE:
		return m.changed(key, v, string(v.AsByteSlice()))
	}
	return m.changed(key, v, v.String())
}

func (m masking) changed(key string, v attribute.Value, text string) attribute.Value {
	if len(text) < minMasked {
		return v
	}
	if masked := m.text(key, text); masked != text {
		return attribute.StringValue(masked)
	}
	return v
}

// words turns a key into the words it is made of.
var words = strings.NewReplacer("_", " ", ".", " ")

// text masks s as what stands behind its key: 12/05/1990 is somebody's date of
// birth when user.date_of_birth says so.
func (m masking) text(key, s string) string {
	label := words.Replace(key) + ": "
	if masked, ok := strings.CutPrefix(m.mask.Mask(label+s), label); ok {
		return masked
	}
	return m.mask.Mask(s)
}
