package fault_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
)

func TestRetryAfterOfAnAnswer(t *testing.T) {
	now := time.Date(2026, 2, 24, 10, 30, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "3": 3 * time.Second, " 7 ": 7 * time.Second, "1.5": 1500 * time.Millisecond,
		"-4": 0, "-1e999": 0, "NaN": 0, "soon": 0, "3 s": 0, "3, 4": 0, "\xff": 0, "१०": 0,
		"86401": fault.MaxRetryAfter, "9999999999999999999999": fault.MaxRetryAfter, "1e300": fault.MaxRetryAfter, "1e999": fault.MaxRetryAfter,
		"Tue, 24 Feb 2026 10:30:20 GMT":    20 * time.Second,
		" Tue, 24 Feb 2026 10:30:20 GMT ":  20 * time.Second,
		"Tuesday, 24-Feb-26 10:30:20 GMT":  20 * time.Second, // RFC 850
		"Tue Feb 24 10:30:20 2026":         20 * time.Second, // asctime
		"Tue, 24 Feb 2026 10:29:00 GMT":    0,
		"Mon, 01 Jan 0001 00:00:00 GMT":    0,
		"Fri, 31 Dec 9999 23:59:59 GMT":    fault.MaxRetryAfter,
		"Tue, 24 Feb 2026 10:30:20 +05:30": 0,
	} {
		require.Equal(t, want, fault.ReadRetryAfter(http.Header{"Retry-After": {text}}, now), "%q", text)
	}
	for ms, want := range map[string]time.Duration{
		"250": 250 * time.Millisecond, "0.5": 500 * time.Microsecond, "-1": 0, "1e300": fault.MaxRetryAfter, "soon": time.Second, "NaN": time.Second, "": time.Second,
	} {
		require.Equal(t, want, fault.ReadRetryAfter(http.Header{"Retry-After-Ms": {ms}, "Retry-After": {"1"}}, now), "%q", ms)
	}
	require.Zero(t, fault.ReadRetryAfter(nil, now))
}

func FuzzReadRetryAfter(f *testing.F) {
	for _, text := range []string{"3", "-1", "NaN", "Tue, 24 Feb 2026 10:30:20 GMT", "1e999", "0x1p-2"} {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, text, ms string) {
		wait := fault.ReadRetryAfter(http.Header{"Retry-After": {text}, "Retry-After-Ms": {ms}}, time.Now())
		require.GreaterOrEqual(t, wait, time.Duration(0))
		require.LessOrEqual(t, wait, fault.MaxRetryAfter)
	})
}
