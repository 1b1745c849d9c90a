package pii_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pii"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOptionsChooseKindsAndConfidence(t *testing.T) {
	text := "mail asha@example.in or 9876543210"
	only := pii.New(&pii.Options{Kinds: []pii.Kind{pii.Email, "no such kind"}})
	require.Equal(t, "mail [email] or 9876543210", only.Mask(text))
	sure := pii.New(&pii.Options{MinConfidence: .9})
	require.Equal(t, "mail [email] or 9876543210", sure.Mask(text))
	require.Equal(t, "mail [email] or [phone]", pii.New(nil).Mask(text))
	require.Len(t, pii.Kinds(), 13)
}

func TestOverlappingReadingsAreCoveredWhole(t *testing.T) {
	d := pii.New(nil)
	found := d.Find("9876543210@ybl and x9876543210@example.com")
	require.Len(t, found, 2, "a phone number inside an address is part of the address")
	require.Equal(t, pii.UPI, found[0].Kind)
	require.Equal(t, pii.Email, found[1].Kind)
	require.Equal(t, "x9876543210@example.com", found[1].In("9876543210@ybl and x9876543210@example.com"))
	list := "9876543210 9123456780,8123456789/7123456785\n2345 6789 0124 2345 6789 0124"
	require.NotRegexp(t, `\d`, d.Mask(list), "lists leave nothing behind")
}

func TestRefuseNamesKindsAndPlacesOnly(t *testing.T) {
	d := pii.New(nil)
	require.NoError(t, d.Refuse("ताजमहल 1632 में बना"))
	text := "आधार 2345 6789 0124, फोन 9876543210"
	err := d.Refuse(text)
	require.ErrorIs(t, err, &fault.Error{Code: fault.InvalidRequest})
	body, jerr := json.Marshal(fault.From(err))
	require.NoError(t, jerr)
	for _, secret := range []string{"2345", "0124", "9876", "43210"} {
		require.NotContains(t, string(body), secret)
		require.NotContains(t, err.Error(), secret)
		require.NotContains(t, fmt.Sprintf("%+v", fault.From(err)), secret)
	}
	require.Contains(t, err.Error(), "aadhaar, phone")
	places := fault.From(err).Details["findings"].([]map[string]any)
	require.Equal(t, "2345 6789 0124", text[places[0]["start"].(int):places[0]["end"].(int)])

	err = d.Refuse(strings.Repeat("9876543210, ", 500))
	require.Len(t, fault.From(err).Details["findings"], 20, "bounded")
	require.Equal(t, 500, fault.From(err).Details["count"])
}

// What nobody should send, at a size that nobody should send it in, is read in
// time that grows with its length alone; a stream keeps little of it back.
func TestBadInput(t *testing.T) {
	d := pii.New(nil)
	const size = 256 << 10 / slowdown
	for name, unit := range map[string]string{
		"digits": "7", "spaced digits": "7 ", "groups": "2345 6789 ", "ats": "@", "addresses": "a@", "dots": "1.", "letters": "a", "marks": "9\u0301\u0301\u0301", "zero width": "\u200b",
		"invalid": "\xff", "half runes": "\xe0\xa5", "nul": "\x00", "brackets": "([", "plus": "+", "local": "a.", "domain": "@a.b.", "states": "MH ", "hindi": "क", "dates": "1/1/90 ", "born": "dob ",
	} {
		text := strings.Repeat(unit, size/len(unit))
		masked := d.Mask(text)
		s := d.NewStream()
		n, held := 0, 0
		for rest := text[:len(text)/4]; rest != ""; {
			k := min(len(rest), 1000)
			n += len(s.Write(rest[:k]))
			held = max(held, s.Held())
			rest = rest[k:]
		}
		n += len(s.Flush())
		require.Equal(t, len(d.Mask(text[:len(text)/4])), n, name)
		require.LessOrEqual(t, held, pii.HoldMax, name)
		require.NotEmpty(t, masked, name)
	}
	for _, unit := range []string{"7", "a", "क", "@", "\xe0\xa5", "\u200b"} {
		text := strings.Repeat(unit, (10<<20)/slowdown/len(unit))
		require.Equal(t, text, d.Mask(text), "megabytes of %q", unit)
	}
	hidden := "9" + strings.Repeat("\u200b", 10_000) + "876543210"
	require.Equal(t, hidden, d.Mask(hidden), "what no reader would read as one number is none")
	require.Equal(t, "x [phone] y", d.Mask("x "+strings.Join(strings.Split("9876543210", ""), "\u200b\u200d\u2060")+" y"))
	require.Empty(t, d.Find(""))
	require.Equal(t, "", d.NewStream().Flush())
}

func TestNothingFoundAllocatesNothing(t *testing.T) {
	d := pii.New(nil)
	for _, text := range []string{cleanHindi, cleanEnglish, logLine} {
		require.Zero(t, testing.AllocsPerRun(20, func() {
			if d.Mask(text) != text || d.Find(text) != nil || d.Contains(text) || d.Refuse(text) != nil {
				t.Error("found something")
			}
		}))
	}
}

func TestStreamHoldsLittle(t *testing.T) {
	s := pii.New(nil).NewStream()
	require.Equal(t, "The museum opens ", s.Write("The museum opens at"))
	require.Equal(t, "at nine. ", s.Write(" nine. C"))
	require.Equal(t, 1, s.Held())
	require.Equal(t, "Call ", s.Write("all 98765"))
	require.Equal(t, "", s.Write(" 43210"))
	require.Equal(t, "[phone], ", s.Write(", or"))
	require.Equal(t, "or", s.Flush())
	require.Equal(t, "again", s.Write("again ")[:5], "a flushed stream takes another text")
}

func TestWriter(t *testing.T) {
	var out bytes.Buffer
	w := pii.New(nil).NewWriter(&out)
	for _, part := range []string{"user=asha@exam", "ple.in phone=98765", "43210\n", "done"} {
		n, err := io.WriteString(w, part)
		require.NoError(t, err)
		require.Equal(t, len(part), n)
	}
	require.NoError(t, w.Close())
	require.Equal(t, "user=[email] phone=[phone]\ndone", out.String())

	broken := pii.New(nil).NewWriter(brokenWriter{})
	_, err := io.WriteString(broken, "plain text, plain text")
	require.ErrorIs(t, err, errBroken)
	require.ErrorIs(t, broken.Close(), errBroken)
}

var errBroken = errors.New("broken")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestVaultGivesOneValueOneToken(t *testing.T) {
	v := pii.NewVault(pii.New(nil), nil)
	a, b := v.Hide("call 9876543210"), v.Hide("was it 9876543210, or 9123456780?")
	token := strings.TrimPrefix(a, "call ")
	require.Contains(t, b, token)
	require.NotContains(t, b, "9123456780")
	other := strings.TrimPrefix(v.Hide("call +91 98765-43210"), "call ")
	require.Equal(t, strings.TrimSuffix(token, "]")+".2]", other, "another spelling says whose it is")
	require.Equal(t, "call +91 98765-43210", v.Restore("call "+other))
	require.Equal(t, strings.TrimSuffix(token, "]")+".3]", v.Hide("९८७६५४३२१०"))
	require.Equal(t, "was it 9876543210, or 9123456780?", v.Restore(b))
	require.Equal(t, b, v.Hide(b), "what is hidden stays hidden")
	require.Equal(t, 4, v.Len())

	stranger := pii.NewVault(pii.New(nil), nil)
	require.Equal(t, b, stranger.Restore(b), "another vault's tokens mean nothing")
	require.Equal(t, "[phone:made:1] [", v.Restore("[phone:made:1] ["))
}

func TestVaultIsBounded(t *testing.T) {
	v := pii.NewVault(pii.New(nil), &pii.VaultOptions{MaxValues: 2})
	v.Hide("9876543210 and 9123456780")
	require.Equal(t, "[phone]", v.Hide("8123456789"), "masked for good")
	require.NotEqual(t, "[phone]", v.Hide("9876543210"), "what it knows it still hides")
	require.Equal(t, 2, v.Len())
}

func TestVaultFromManyGoroutines(t *testing.T) {
	v, m := pii.NewVault(pii.New(nil), nil), maker{rand.New(rand.NewPCG(1, 1))}
	texts := make([]string, 50)
	for i := range texts {
		texts[i] = "फोन " + m.mobile() + " आधार " + m.aadhaar() + " पैन " + m.pan()
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, text := range texts {
				if hidden := v.Hide(text); v.Restore(hidden) != text || hidden == text {
					t.Errorf("%q does not come back", text)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, 150, v.Len())
}

func TestVaultStream(t *testing.T) {
	v := pii.NewVault(pii.New(nil), nil)
	s, text := v.NewStream(), "मोबाइल 98765 43210 है"
	var got strings.Builder
	for i := range len(text) {
		got.WriteString(s.Write(text[i : i+1]))
	}
	hidden := got.String() + s.Flush()
	require.Equal(t, v.Hide(text), hidden)
	require.Equal(t, text, v.Restore(hidden))
}
