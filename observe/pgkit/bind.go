package pgkit

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Key is what a name is looked up by.
type Key [16]byte

// KeyOf gives the first half of the SHA-256 of the parts, told apart by their
// lengths. Names may so be of any length and hold any bytes, and are compared
// byte by byte.
func KeyOf(parts ...string) Key {
	var b []byte
	for _, p := range parts {
		b = strconv.AppendInt(b, int64(len(p)), 10)
		b = append(append(b, ':'), p...)
	}
	sum := sha256.Sum256(b)
	return Key(sum[:16])
}

// String gives the key as PostgreSQL writes it.
func (k Key) String() string {
	h := hex.EncodeToString(k[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Value implements [driver.Valuer].
func (k Key) Value() (driver.Value, error) { return hex.EncodeToString(k[:]), nil }

// Vector is a vector of pgvector that goes to the database as the numbers that it is,
// which takes a quarter of the time of writing and reading their digits. Its column
// has the type vector.
type Vector []float32

// GormValue implements [gorm.Valuer].
func (v Vector) GormValue(context.Context, *gorm.DB) clause.Expr {
	dims := []pgtype.ArrayDimension{{Length: int32(len(v)), LowerBound: 1}}
	return clause.Expr{SQL: "?::real[]::vector", Vars: []any{pgtype.Array[float32]{Elements: v, Dims: dims, Valid: true}}}
}

// What follows are arrays as values of one parameter: GORM would make a list of
// parameters of a plain slice.
type (
	Keys  []Key    // for uuid[]
	Int8s []int64  // for bigint[]
	Texts []string // for text[], each escaped
	Bytes [][]byte // for bytea[], nil for NULL
)

// Value implements [driver.Valuer].
func (l Keys) Value() (driver.Value, error) {
	return array(l, 33, func(b []byte, k Key) []byte { return hex.AppendEncode(b, k[:]) }), nil
}

// Value implements [driver.Valuer].
func (l Int8s) Value() (driver.Value, error) {
	return array(l, 8, func(b []byte, n int64) []byte { return strconv.AppendInt(b, n, 10) }), nil
}

// Value implements [driver.Valuer].
func (l Texts) Value() (driver.Value, error) {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	return array(l, 16, func(b []byte, s string) []byte {
		return append(append(append(b, '"'), quote.Replace(Escape(s))...), '"')
	}), nil
}

// Value implements [driver.Valuer].
func (l Bytes) Value() (driver.Value, error) {
	return array(l, 32, func(b, value []byte) []byte {
		if value == nil {
			return append(b, "NULL"...)
		}
		return append(hex.AppendEncode(append(b, `"\\x`...), value), '"')
	}), nil
}

// array writes a list as PostgreSQL reads it.
func array[T any](list []T, size int, add func([]byte, T) []byte) string {
	b := append(make([]byte, 0, 2+size*len(list)), '{')
	for i, it := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = add(b, it)
	}
	return string(append(b, '}'))
}

// mark begins an escape sequence in a stored text.
const mark = '\x01'

// Escape gives a text that PostgreSQL takes. It refuses U+0000 and bytes that
// are not UTF-8, so these, and the mark itself, are written as the mark and the
// character U+0100 more than the byte. Other texts stay as they are.
func Escape(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 && strings.IndexByte(s, mark) < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == 0 || r == mark || r == utf8.RuneError && size == 1 {
			b.WriteByte(mark)
			b.WriteRune(0x100 + rune(s[i]))
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// Unescape gives the text that Escape was given.
func Unescape(s string) string {
	if strings.IndexByte(s, mark) < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == mark {
			r, size := utf8.DecodeRuneInString(s[i+1:])
			b.WriteByte(byte(r - 0x100))
			i += size
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
