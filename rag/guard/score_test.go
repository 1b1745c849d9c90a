package guard_test

import (
	"hash/fnv"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/guard"
)

// injection is a row of testdata/injections.tsv.
type injection struct {
	half, place, language, text string
}

// injections reads the set. A hash cuts it in two: words were added to the lexicon for
// those of "dev" alone, but three that were missed of "held" were looked at, too. Those
// of "late" were written after that: 18 of 20 were recognised at first and one changed
// an answer, for whose words ("each reply", "hide this") the lexicon then got more.
func injections(t testing.TB) (out []injection) {
	text, err := os.ReadFile("testdata/injections.tsv")
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		h := fnv.New32a()
		_, _ = h.Write([]byte(row[2]))
		half := "dev"
		if h.Sum32()>>16%2 == 1 {
			half = "held"
		}
		if len(row) > 3 {
			half = row[3]
		}
		out = append(out, injection{half, row[0], row[1], strings.ReplaceAll(row[2], `\n`, "\n")})
	}
	return out
}

// What the lexicon was written for is recognised, of what it was not nearly as much,
// and of what offices write and people ask nothing.
func TestOrdersAreToldFromOtherTexts(t *testing.T) {
	all, sure := map[string]float64{}, map[string]float64{}
	for _, c := range injections(t) {
		score := guard.Score(c.text)
		for _, group := range []string{c.half, c.half + " " + c.language} {
			all[group]++
			if score >= guard.Sure {
				sure[group]++
			}
		}
		if score < guard.Sure && c.half == "dev" {
			t.Logf("%.2f %s", score, c.text)
		}
	}
	for group, n := range all {
		t.Logf("%-9s %.0f of %.0f recognised", group, sure[group], n)
	}
	require.GreaterOrEqual(t, sure["dev"]/all["dev"], .9)
	require.GreaterOrEqual(t, sure["held"]/all["held"], .85)
	suspicious := 0
	for _, text := range innocents {
		score := guard.Score(text)
		require.Less(t, score, guard.Sure, text)
		if score >= guard.Suspicion {
			suspicious++
			t.Logf("%.2f %s", score, text)
		}
	}
	t.Logf("%d of %d innocent texts are suspicious", suspicious, len(innocents))
	require.LessOrEqual(t, suspicious, len(innocents)/10)
}
