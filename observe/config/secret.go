package config

import (
	"fmt"
	"log/slog"
)

// masked is what a secret looks like from outside.
const masked = "***"

// Secret is a text that nothing prints: every format verb, JSON, text
// marshalling and slog show "***", or nothing where there is nothing.
type Secret struct{ value string }

// NewSecret makes a Secret of a text.
func NewSecret(s string) Secret { return Secret{value: s} }

// Reveal gives the text itself, to hand it to what needs it.
func (s Secret) Reveal() string { return s.value }

// IsSet tells whether there is a text.
func (s Secret) IsSet() bool { return s.value != "" }

// String gives "***", or "" when there is no text.
func (s Secret) String() string {
	if s.value == "" {
		return ""
	}
	return masked
}

// Format writes String, whatever the verb and the flags.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText gives String: JSON, YAML and the like see no more.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue gives String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
