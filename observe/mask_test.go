package observe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe"
)

// planted is personal data as the masker of these tests knows it: a telephone
// number and an e-mail address.
var planted = regexp.MustCompile(`[6-9]\d{9}|[a-z]+@[a-z]+\.in`)

type masker struct{}

func (masker) Mask(s string) string { return planted.ReplaceAllString(s, "[masked]") }

type stringer struct{ secret string }

func (s stringer) String() string { return "I am " + s.secret }

type resolved struct{ v any }

func (r resolved) LogValue() slog.Value { return slog.AnyValue(r.v) }

type texter struct{}

func (texter) MarshalText() ([]byte, error) { return []byte("text asha@example.in"), nil }

type failing struct{ Phone string }

func (failing) MarshalJSON() ([]byte, error) { return nil, errors.New("no JSON for asha@example.in") }

type wordyPanic struct{}

func (wordyPanic) MarshalJSON() ([]byte, error) { panic("9876543210") }

type person struct {
	Name  string `json:"name"`
	Email string
	Phone int64
	Inner []map[string]any
}

func logged(t *testing.T, opts *observe.LogOptions, f func(l *slog.Logger)) string {
	t.Helper()
	var buf bytes.Buffer
	f(observe.NewLogger(&buf, opts))
	for line := range strings.Lines(buf.String()) {
		require.True(t, json.Valid([]byte(line)), line)
	}
	return buf.String()
}

// TestMaskReachesEveryPlace plants personal data wherever a caller can put it.
func TestMaskReachesEveryPlace(t *testing.T) {
	const phone, mail = "9876543210", "asha@example.in"
	parent := errors.New("user " + mail + " not found")
	nested := slog.Group("a", slog.Group("b", slog.String("c", phone), slog.Any("d", []string{mail})))
	for name, v := range map[string]any{
		"string": "call " + phone, "int": int64(9876543210), "uint": uint64(9876543210), "float": 9876543210.0,
		"bytes": []byte(mail), "error": parent, "wrapped": fmt.Errorf("x: %w", parent), "joined": errors.Join(parent, errors.New(phone)),
		"stringer": stringer{phone}, "url": &url.URL{Scheme: "mailto", Opaque: mail}, "text": texter{}, "no JSON": failing{phone},
		"panic": wordyPanic{}, "struct": person{Name: mail, Email: mail, Phone: 9876543210, Inner: []map[string]any{{mail: phone}}},
		"pointer": &person{Email: mail}, "map": map[string]any{mail: []any{9876543210, phone}}, "raw": json.RawMessage(`{"a":"\u0061sha@example.in"}`),
		"escaped": map[string]string{"a": "\"<" + mail + ">\""}, "logvaluer": resolved{resolved{phone}}, "logvaluer of an error": resolved{parent},
		"group": nested.Value, "numbers": []int64{1, 9876543210}, "number alone": json.Number(phone),
		"chan": struct {
			C     chan int
			Phone string
		}{nil, phone},
	} {
		t.Run(name, func(t *testing.T) {
			out := logged(t, &observe.LogOptions{Mask: masker{}}, func(l *slog.Logger) {
				l.Info("m", "v", v)
				l.With("v", v).Info("m")
				l.WithGroup("g").With("v", v).Error("m", "w", slog.GroupValue(slog.Any("x", v)))
				l.InfoContext(observe.WithAttrs(context.Background(), slog.Any("v", v)), "m")
			})
			require.NotRegexp(t, planted, out)
			require.GreaterOrEqual(t, strings.Count(out, "[masked]"), 5, out)
		})
	}
	out := logged(t, &observe.LogOptions{Mask: masker{}}, func(l *slog.Logger) {
		ctx := observe.WithRequestID(observe.WithTraceID(context.Background(), mail), phone)
		observe.Named(l, mail).InfoContext(ctx, "call "+phone, slog.Bool(mail, true), slog.Group(phone, "a", 1))
		l.WithGroup(mail).Info("x", "a", 1)
	})
	require.NotRegexp(t, planted, out)
	require.Equal(t, 7, strings.Count(out, "[masked]"), out)
}

func TestMaskLeavesWhatIsNobodysAlone(t *testing.T) {
	const id = "98765432-9876-4321-9876-987654321098"
	trace := strings.Repeat("9876543210", 3) + "ab"
	ctx := observe.WithTraceID(observe.WithRequestID(context.Background(), id), trace)
	out := logged(t, &observe.LogOptions{Service: "svc", Mask: masker{}}, func(l *slog.Logger) {
		l.InfoContext(ctx, "document kept", "document_id", id, "ids", []string{id}, "n", 987654321, "at", time.Unix(1771929000, 0),
			"took", 1500*time.Millisecond, "ratio", 0.98765432101, "j", map[string]any{"id": id, "n": 12.5, "e": []int{}, "b": true, "z": nil})
	})
	require.NotContains(t, out, "[masked]")
	require.Contains(t, out, `"extra":{"document_id":"`+id+`","ids":["`+id+`"],"n":987654321,"at":"2026-02-24T10:30:00.000Z",`+
		`"took":1.5,"ratio":0.98765432101,"j":{"b":true,"e":[],"id":"`+id+`","n":12.5,"z":null}}}`)
}

// births masks a date only behind the word that makes it personal.
type births struct{}

func (births) Mask(s string) string {
	return regexp.MustCompile(`(date of birth: )[0-9/]+`).ReplaceAllString(s, "$1[masked]")
}

func TestKeysLabelWhatTheyStandBefore(t *testing.T) {
	const day = "12/05/1990"
	out := logged(t, &observe.LogOptions{Mask: births{}}, func(l *slog.Logger) {
		l.Info("x", "date_of_birth", day, "j", map[string]any{"date_of_birth": []string{day}, "n": 1}, "g", slog.GroupValue(slog.Int("date of birth", 1205199000)))
		l.Info("x", "any", slog.AnyValue(map[string]string{"n": day}), "from", day)
	})
	require.Equal(t, 2, strings.Count(out, day), out)
	require.Equal(t, 3, strings.Count(out, `"[masked]"`), out)
}

func TestStringersStandAsTheirText(t *testing.T) {
	m := one(t, func(l *slog.Logger) {
		l.Info("x", "s", stringer{"it"}, "t", texter{}, "u", &url.URL{Host: "h", Path: "/p"})
	})
	require.Equal(t, map[string]any{"s": "I am it", "t": "text asha@example.in", "u": "//h/p"}, m["extra"])
}

// TestJSONValuesStayWhole holds that a value written as JSON says the same with and without a masker.
func TestJSONValuesStayWhole(t *testing.T) {
	v := map[string]any{"a\"\\\n": []any{1.0, -2.5e-7, 1e300, "\u2028<&>", map[string]any{}, []any{}, true, nil, "हिन्दी 😀"}, "": 12345678901.0}
	for _, opts := range []*observe.LogOptions{nil, {Mask: masker{}}} {
		var line struct{ Extra struct{ V map[string]any } }
		require.NoError(t, json.Unmarshal([]byte(logged(t, opts, func(l *slog.Logger) { l.Info("x", "v", v) })), &line))
		require.Equal(t, v, line.Extra.V)
	}
}

func FuzzMask(f *testing.F) {
	f.Add("message 9876543210", "key", "value \"asha@example.in\\")
	f.Fuzz(func(t *testing.T, msg, key, value string) {
		out := logged(t, &observe.LogOptions{Mask: masker{}}, func(l *slog.Logger) {
			l.Info(msg, slog.String(key, value), slog.Any(value, map[string]any{key: value}), slog.Any("e", errors.New(value)))
		})
		require.Equal(t, 1, strings.Count(out, "\n"))
		d := json.NewDecoder(strings.NewReader(out))
		for tok, err := d.Token(); err == nil; tok, err = d.Token() {
			require.NotRegexp(t, planted, fmt.Sprint(tok), out)
		}
	})
}
