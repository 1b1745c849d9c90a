package pii_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/pii"
)

// checkText holds one text to what is true of every text; cut chooses where a stream is cut.
func checkText(t *testing.T, d *pii.Detector, text string, cut uint64) {
	t.Helper()
	end := 0
	var want strings.Builder
	for _, f := range d.Find(text) {
		require.GreaterOrEqual(t, f.Start, end, "%q: in order, not overlapping", text)
		require.Greater(t, f.End, f.Start)
		require.LessOrEqual(t, f.End, len(text))
		require.True(t, utf8.RuneStart(text[f.Start]) || !utf8.ValidString(text), "%q: %v", text, f)
		require.True(t, f.End == len(text) || utf8.RuneStart(text[f.End]) || !utf8.ValidString(text), "%q: %v", text, f)
		require.True(t, f.Confidence >= pii.DefaultMinConfidence && f.Confidence <= 1)
		want.WriteString(text[end:f.Start] + f.Kind.Tag())
		end = f.End
	}
	want.WriteString(text[end:])
	masked := d.Mask(text)
	require.Equal(t, want.String(), masked)
	require.Equal(t, masked, d.Mask(masked), "%q: masked once is masked", text)

	s, rng := d.NewStream(), rand.New(rand.NewPCG(cut, 1))
	var got strings.Builder
	for rest := text; rest != ""; {
		n := min(len(rest), 1+rng.IntN(1+int(cut%23)))
		got.WriteString(s.Write(rest[:n]))
		require.LessOrEqual(t, s.Held(), pii.HoldMax)
		rest = rest[n:]
	}
	got.WriteString(s.Flush())
	require.Equal(t, masked, got.String(), "%q: a stream, cut by %d", text, cut)

	v := pii.NewVault(d, nil)
	require.Equal(t, text, v.Restore(v.Hide(text)))
}

// pieces are what texts with identifiers are made of; a fuzzer that puts them
// together finds what random bytes never would.
var pieces = []string{"2345 6789 0124", "234567890124", "9876543210", "+91", "0", "91", "-", " ", " ", ".", "/", "(", ")", "\n", ",", ":", "@",
	"ram", "ram.kumar", "@gmail.com", "@okaxis", "ABCPE1234F", "ABCPE", "1234", "F", "27AAPFU0939F1ZV", "MH", "12", "AB", "14", "2011", "0012345",
	"22", "BH", "A", "1234567", "ABC", "SBIN0001234", "ifsc", "dob", "जन्म तिथि", "जन्म", "मेरा", "order", "rupees", "phone", "खाता", "aadhaar", "4111 1111 1111 1111",
	"12/05/1990", "12 मई 1990", "May", " 15, ", "1990", "१२३४", "९८७६५४३२१०", "\u200b", "[", "]", "[phone]", "[aadhaar:bcd:1]", "है", "\xe0\xa5", "９８", "#", "_", "₹", "*",
	"550e8400-e29b-41d4-a716-446655440000", "12345678-1234-1234-1234-123456789012", "022", "23456789", "UP/42/187/123456", "x", "A B C P E 1 2 3 4 F", "a", "+91 98765 43210", "dob: ", " को जन्म", "9", "5", "27", "DL 1C", "IFSC", " account", "98765 43210",
	"asha@", "example.in", "@", "\u0301", "HR-06", "2011", "acct", "I was born on", "T10:30", "2024-02-24", "राम@", "उदाहरण.भारत", "%", "&", "vpa ", "@newbank"}

func TestRandomTexts(t *testing.T) {
	d := pii.New(nil)
	n := 15_000 / slowdown
	if testing.Short() {
		n = 3_000
	}
	rng := rand.New(rand.NewPCG(7, 7))
	for range n {
		var b strings.Builder
		for range 1 + rng.IntN(14) {
			b.WriteString(pieces[rng.IntN(len(pieces))])
			if rng.IntN(3) == 0 {
				b.WriteByte(' ')
			}
		}
		checkText(t, d, b.String(), rng.Uint64())
		if t.Failed() {
			return
		}
	}
}

func FuzzText(f *testing.F) {
	for i, p := range pieces {
		f.Add(p+" "+pieces[(i*7)%len(pieces)]+pieces[(i*11)%len(pieces)], uint64(i))
	}
	d := pii.New(nil)
	f.Fuzz(func(t *testing.T, text string, cut uint64) { checkText(t, d, text, cut) })
}
