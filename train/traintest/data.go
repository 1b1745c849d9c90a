// Package traintest helps tests and benchmarks to the development data: public
// data sets that are not part of this repository.
//
//	articles := traintest.XQuAD(t, lang.Hindi)
//	sentences := traintest.Lines(t, "retrieval/distractors.hi.txt.gz")
package traintest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/train/internal/devdata"
	"github.com/akshara-go/akshara/translate/lang"
)

// Data gives the path of a file or folder of the development data. They are in
// the folder that AKSHARA_DATA names, by default shared/data beside the
// checkout. A test that needs what is not there is skipped, and fails where CI is
// set: what is not measured there is measured nowhere. AKSHARA_DATA=none says
// that there is none on purpose, and skips in CI too.
func Data(tb testing.TB, name string) string {
	tb.Helper()
	env, err := config.Load[environment](nil)
	if err != nil {
		tb.Fatal(err)
	}
	root := env.Data
	switch root {
	case "none":
		tb.Skip("no development data: AKSHARA_DATA=none")
	case "":
		root = filepath.Join(checkout(tb), "..", "shared", "data")
	}
	path := filepath.Join(root, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		if env.CI != "" {
			tb.Fatalf("the development data is missing: %v; set AKSHARA_DATA to its folder", err)
		}
		tb.Skipf("no development data: %v; set AKSHARA_DATA to its folder", err)
	}
	return path
}

// Text gives what a file of the development data holds; one whose name ends in
// .gz is unzipped. What Data says about missing files holds.
func Text(tb testing.TB, name string) string {
	tb.Helper()
	text, err := devdata.Text(Data(tb, name))
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// Lines gives the lines of a file of the development data as Text reads it,
// without their ends.
func Lines(tb testing.TB, name string) []string {
	tb.Helper()
	lines, err := devdata.Lines(Data(tb, name))
	if err != nil {
		tb.Fatal(err)
	}
	return lines
}

// XQuAD gives the articles of XQuAD's development half in Hindi or English. What
// Data says about missing files holds.
func XQuAD(tb testing.TB, code lang.Code) []devdata.Article {
	tb.Helper()
	file := Data(tb, "retrieval/xquad-dev."+string(code)+".json")
	articles, err := devdata.XQuAD(filepath.Dir(filepath.Dir(file)), code)
	if err != nil {
		tb.Fatal(err)
	}
	return articles
}

// environment is what the tests are told from outside.
type environment struct {
	Data string `env:"AKSHARA_DATA" doc:"The folder of the development data; none leaves out what needs it"`
	CI   string `env:"CI" doc:"Set where what is missing is a failure"`
}

// checkout gives the folder with go.mod above the one that the test runs in.
func checkout(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			tb.Fatal("traintest: no go.mod above the test's folder")
		}
		dir = above
	}
}
