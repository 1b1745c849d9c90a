package httpkit

import (
	"net/http"
	"strings"

	"github.com/google/uuid"
)

// requestID gives the request's id: the header X-Request-ID when it is a UUID
// v4, else a new one. Nothing but 36 hexadecimal digits and hyphens ever comes
// out, so that an id cannot inject anything into a log or a header.
func requestID(h http.Header) string {
	if id := h.Get("X-Request-ID"); isUUIDv4(id) {
		return strings.ToLower(id)
	}
	return uuid.NewString()
}

func isUUIDv4(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !isHex(s[i]) {
				return false
			}
		}
	}
	return s[14] == '4' && strings.IndexByte("89abAB", s[19]) >= 0
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
