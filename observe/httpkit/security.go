package httpkit

import "net/http"

// pagePolicy lets a page load its own embedded scripts, styles, images and
// sounds, and nothing from anywhere else.
const pagePolicy = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// securityHeaders go on every answer. The slices are shared between answers:
// they are full, so that Header.Add copies them.
var securityHeaders = [...]struct {
	name  string
	value []string
}{
	{"Content-Security-Policy", []string{pagePolicy}},
	{"X-Content-Type-Options", []string{"nosniff"}},
	{"X-Frame-Options", []string{"DENY"}},
	{"Referrer-Policy", []string{"no-referrer"}},
	{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
	{"Cross-Origin-Resource-Policy", []string{"same-origin"}},
	{"Permissions-Policy", []string{"camera=(self), geolocation=(), microphone=(self)"}},
}

func setSecurityHeaders(h http.Header) {
	for i := range securityHeaders {
		h[securityHeaders[i].name] = securityHeaders[i].value
	}
}
