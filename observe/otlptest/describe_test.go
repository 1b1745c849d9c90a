package otlptest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/akshara-go/akshara/observe/otlptest"
)

// TestDescribe: what differs in kind differs in the text, and the order is always the same.
func TestDescribe(t *testing.T) {
	text := &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: `5 "x"`}}
	attrs := []*commonpb.KeyValue{
		{Key: "s", Value: text},
		{Key: "i", Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_IntValue{IntValue: 5}}},
		{Key: "d", Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_DoubleValue{DoubleValue: 5}}},
		{Key: "b", Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_BoolValue{BoolValue: true}}},
		{Key: "a", Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_ArrayValue{ArrayValue: &commonpb.ArrayValue{Values: []*commonpb.AnyValue{text, text}}}}},
		{Key: "x", Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_BytesValue{BytesValue: []byte("b")}}},
	}
	spans := []*tracepb.Span{
		{Name: "z", SpanId: []byte{1}, Kind: tracepb.Span_SPAN_KIND_SERVER},
		{Name: "a", SpanId: []byte{2}, ParentSpanId: []byte{1}, Kind: tracepb.Span_SPAN_KIND_CLIENT, Attributes: attrs,
			Status: &tracepb.Status{Code: tracepb.Status_STATUS_CODE_ERROR, Message: "CODE"}},
	}
	require.Equal(t, `a (CLIENT) in z failed: CODE
	a = array
	b = bool
	d = double
	i = int
	s = string
	x = other

z (SERVER)
`, otlptest.Describe(spans, "a", "b", "d", "i", "s", "x"))
	require.Contains(t, otlptest.Describe(spans), `	a = ["5 \"x\"", "5 \"x\""]
	b = true
	d = 5.0
	i = 5
	s = "5 \"x\""
`)
	require.Equal(t, `5 "x"`, otlptest.Texts(attrs)["s"])
	require.Equal(t, "int_value:5", otlptest.Texts(attrs)["i"])
}
