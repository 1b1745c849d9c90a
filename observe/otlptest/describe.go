package otlptest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

// Describe gives spans as a text to keep beside a test: each with its kind, its
// parent's name, its status and its attributes in the order of their keys, and the
// spans in the order of their names. Of the attributes in varying it tells the kind of value alone.
func Describe(spans []*tracepb.Span, varying ...string) string {
	names := map[string]string{}
	for _, s := range spans {
		names[string(s.SpanId)] = s.Name
	}
	texts := make([]string, len(spans))
	for i, s := range spans {
		texts[i] = describe(s, names[string(s.ParentSpanId)], varying)
	}
	slices.Sort(texts)
	return strings.Join(texts, "\n")
}

func describe(s *tracepb.Span, parent string, varying []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)", s.Name, strings.TrimPrefix(s.Kind.String(), "SPAN_KIND_"))
	if parent != "" {
		fmt.Fprintf(&b, " in %s", parent)
	}
	if s.Status.GetCode() == tracepb.Status_STATUS_CODE_ERROR {
		fmt.Fprintf(&b, " failed: %s", s.Status.Message)
	}
	lines := make([]string, len(s.Attributes))
	for i, a := range s.Attributes {
		value := Value(a.Value)
		if slices.Contains(varying, a.Key) {
			value = Kind(a.Value)
		}
		lines[i] = "\n\t" + a.Key + " = " + value
	}
	slices.Sort(lines)
	return b.String() + strings.Join(lines, "") + "\n"
}

// Value gives a value of OTLP as a text that tells its kind too: strings in quotes, numbers with a point if they are doubles.
func Value(v *commonpb.AnyValue) string {
	switch v := v.GetValue().(type) {
	case *commonpb.AnyValue_StringValue:
		return strconv.Quote(v.StringValue)
	case *commonpb.AnyValue_IntValue:
		return strconv.FormatInt(v.IntValue, 10)
	case *commonpb.AnyValue_BoolValue:
		return strconv.FormatBool(v.BoolValue)
	case *commonpb.AnyValue_DoubleValue:
		text := strconv.FormatFloat(v.DoubleValue, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	case *commonpb.AnyValue_ArrayValue:
		texts := make([]string, len(v.ArrayValue.Values))
		for i, e := range v.ArrayValue.Values {
			texts[i] = Value(e)
		}
		return "[" + strings.Join(texts, ", ") + "]"
	}
	return v.String()
}

// Kind names the kind of a value: string, int, bool, double, array.
func Kind(v *commonpb.AnyValue) string {
	switch v.GetValue().(type) {
	case *commonpb.AnyValue_StringValue:
		return "string"
	case *commonpb.AnyValue_IntValue:
		return "int"
	case *commonpb.AnyValue_BoolValue:
		return "bool"
	case *commonpb.AnyValue_DoubleValue:
		return "double"
	case *commonpb.AnyValue_ArrayValue:
		return "array"
	}
	return "other"
}
