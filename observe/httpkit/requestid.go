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

// traceID gives the trace id of a W3C traceparent header
// (00-<32 hex>-<16 hex>-<2 hex>), or "" when there is no valid one.
func traceID(traceparent string) string {
	if len(traceparent) < 55 || traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-' {
		return ""
	}
	if len(traceparent) > 55 && (traceparent[:2] == "00" || traceparent[55] != '-') {
		return ""
	}
	if strings.EqualFold(traceparent[:2], "ff") {
		return ""
	}
	id := traceparent[3:35]
	for i := range len(id) {
		if !isHex(id[i]) || 'A' <= id[i] && id[i] <= 'F' {
			return ""
		}
	}
	if strings.Trim(id, "0") == "" {
		return ""
	}
	return id
}
