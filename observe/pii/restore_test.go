package pii_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/pii"
)

// changed gives a token as models write it.
func changed(token string) []string {
	parts := strings.Split(strings.Trim(token, "[]"), ":")
	kind, label, number := parts[0], parts[1], parts[2]
	return []string{
		token, strings.ToUpper(token), "[ " + kind + " : " + label + " : " + number + " ]", "[" + kind + ":" + label + ":\u00a0" + number + "]",
		"［" + kind + "：" + label + "：" + number + "］", "【फ़ोन:" + label + ":" + strings.ReplaceAll(number, "1", "१") + "】", "[" + kind + ":" + label + ":" + number + "\\]", "[:" + label + ":" + number + "]",
	}
}

func TestAChangedTokenIsRestored(t *testing.T) {
	v := pii.NewVault(pii.New(nil), nil)
	token := v.Hide("98765 43210")
	for _, c := range changed(token) {
		text := "कॉल " + c + "।"
		require.Equal(t, "कॉल 98765 43210।", v.Restore(text), text)
		for i := range len(text) + 1 {
			r := v.NewRestorer(nil)
			require.Equal(t, "कॉल 98765 43210।", r.Write(text[:i])+r.Write(text[i:])+r.Flush(), "%q split at %d", text, i)
			require.Equal(t, 1, r.Restored())
		}
	}
	label := strings.Split(token, ":")[1]
	for _, other := range []string{
		"[phone:" + label + ":2]", "[phone:" + label + ":]", "[phone:" + label + "1]", "[phone:" + label[1:] + ":1]", "phone:" + label + ":1", "[phone\n:" + label + ":1]", "[[", "[a]", "[phone:" + label + ":1", "[phone:" + label + ":1.]",
		"[" + strings.Repeat("a", 100) + ":" + label + ":1]", "[phone:" + label + ":1" + strings.Repeat("1", 100) + "]", "\xef\xbc", "[\xef",
	} {
		require.Equal(t, other, v.Restore(other))
	}
}

func TestARestorerHoldsLittle(t *testing.T) {
	v := pii.NewVault(pii.New(nil), nil)
	token := v.Hide("9876543210")
	r := v.NewRestorer(strings.ToUpper)
	require.Equal(t, "see ", r.Write("see [")) // a citation or a token
	require.Equal(t, "[1], then ", r.Write("1], then "+token[:4]))
	require.Equal(t, "", r.Write(token[4:len(token)-1]))
	require.Equal(t, "9876543210", r.Write("]"))
	require.Equal(t, "", r.Write("["+strings.Repeat("x", 20)))
	require.NotEmpty(t, r.Write(strings.Repeat("x", 200)), "what is too long for a token is let go")
	require.Equal(t, "", r.Flush())
}

func TestWhatIsOneWayIsNotKept(t *testing.T) {
	v := pii.NewVault(pii.New(nil), &pii.VaultOptions{OneWay: []pii.Kind{pii.Phone, "none"}})
	hidden := v.Hide("9876543210 asha@example.in")
	require.Contains(t, hidden, "[phone]")
	require.Equal(t, "[phone] asha@example.in", v.Restore(hidden))
	require.Equal(t, 1, v.Len())
	require.Equal(t, map[pii.Kind]int{pii.Phone: 1, pii.Email: 1}, v.Hidden())
}

func FuzzRestore(f *testing.F) {
	v := pii.NewVault(pii.New(nil), nil)
	token := v.Hide("9876543210")
	for _, c := range changed(token) {
		f.Add("x "+c+" y", 3)
	}
	f.Add("[[[［\xef", 5)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		want := v.Restore(text)
		if cut < 0 || cut > len(text) {
			cut = len(text)
		}
		r := v.NewRestorer(nil)
		require.Equal(t, want, r.Write(text[:cut])+r.Write(text[cut:])+r.Flush())
		require.Equal(t, utf8.ValidString(text), utf8.ValidString(want))
		if !strings.Contains(strings.ToLower(text), strings.Split(token, ":")[1]) {
			require.Equal(t, text, want)
		}
	})
}
