package fault

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MaxRetryAfter is the longest wait that [ReadRetryAfter] believes.
const MaxRetryAfter = 24 * time.Hour

// ReadRetryAfter reads from the header of an answer when the other side wants to be
// asked again, counted from now: Retry-After-Ms in milliseconds, which OpenAI's
// servers send, or else Retry-After in seconds or as a date (RFC 9110, section
// 10.2.3). Fractions are taken, too. A wait is at most [MaxRetryAfter]. It is 0 where
// nothing is said, or nothing that can be read, or a time that is past.
func ReadRetryAfter(h http.Header, now time.Time) time.Duration {
	if ms, ok := number(h.Get("Retry-After-Ms")); ok {
		return within(ms * float64(time.Millisecond))
	}
	text := h.Get("Retry-After")
	if s, ok := number(text); ok {
		return within(s * float64(time.Second))
	}
	if at, err := http.ParseTime(strings.TrimSpace(text)); err == nil {
		return within(float64(at.Sub(now)))
	}
	return 0
}

// number reads a number that is one; what is too large for a float64 is infinite.
func number(text string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return n, (err == nil || math.IsInf(n, 0)) && !math.IsNaN(n)
}

// within gives nanoseconds as a duration that is not negative, and not above MaxRetryAfter.
func within(nanoseconds float64) time.Duration {
	return time.Duration(min(max(nanoseconds, 0), float64(MaxRetryAfter)))
}
