package translit_test

import (
	"bufio"
	"compress/gzip"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/train/traintest"
)

// rows calls each with the columns of every line of a gzipped TSV file of the development data.
func rows(tb testing.TB, name string, each func(columns []string)) {
	tb.Helper()
	f, err := os.Open(traintest.Data(tb, name))
	require.NoError(tb, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(tb, err)
	s := bufio.NewScanner(z)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		each(strings.Split(s.Text(), "\t"))
	}
	require.NoError(tb, s.Err())
}

// lexicons are the languages that have one.
var lexicons = strings.Fields("bn gu hi kn ml mr pa sd ta te ur")
