package pgkit

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestAnArrayReadsAsItsElements(t *testing.T) {
	value, err := Texts{`a"b\c`, "", "x\x00"}.Value()
	require.NoError(t, err)
	require.Equal(t, "{\"a\\\"b\\\\c\",\"\",\"x\x01\u0100\"}", value)
	value, err = Int8s{1, -2}.Value()
	require.NoError(t, err)
	require.Equal(t, "{1,-2}", value)
	value, err = Bytes{[]byte("a\x00"), nil, {}}.Value()
	require.NoError(t, err)
	require.Equal(t, `{"\\x6100",NULL,"\\x"}`, value)
	value, err = Keys(nil).Value()
	require.NoError(t, err)
	require.Equal(t, "{}", value)
}

func TestKeysTellNamesApart(t *testing.T) {
	seen := map[Key]string{}
	for _, parts := range [][]string{{}, {""}, {"", ""}, {"ab"}, {"a", "b"}, {"1:a"}, {"a", ""}, {"", "a"}, {strings.Repeat("x", 1<<16)}} {
		k := KeyOf(parts...)
		require.NotContains(t, seen, k)
		seen[k] = k.String()
	}
	require.Len(t, KeyOf("a").String(), 36)
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "a", "\x00", "\x01", "\x01\u0100", "\xff", "ताज\x80\x01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		stored := Escape(s)
		require.True(t, utf8.ValidString(stored))
		require.NotContains(t, stored, "\x00")
		require.Equal(t, s, Unescape(stored))
		_ = Unescape(s) // any text is taken
	})
}
