package translit_test

import (
	"strings"
	"testing"

	"github.com/akshara-go/akshara/train/traintest"
)

// rows calls each with the columns of every line of a gzipped TSV file of the development data.
func rows(tb testing.TB, name string, each func(columns []string)) {
	tb.Helper()
	for _, line := range traintest.Lines(tb, name) {
		each(strings.Split(line, "\t"))
	}
}

// lexicons are the languages that have one.
var lexicons = strings.Fields("bn gu hi kn ml mr pa sd ta te ur")
