package main

import (
	"compress/gzip"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// small are few options' worth of work.
var small = options{iterations: 4, rounds: 3, after: 2, least: 1, difference: 0, spellingOrder: 3, words: 300, borrowed: 10, grams: 2000, hindiGrams: 2000}

// write puts lines into a gzipped file.
func write(t *testing.T, path string, lines []string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	f, err := os.Create(path)
	require.NoError(t, err)
	z := gzip.NewWriter(f)
	_, err = z.Write([]byte(strings.Join(lines, "\n") + "\n"))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
}

// lexicon makes a folder of data: every word of three syllables of a small
// language, and some of its words as text. It holds no file but those that are learnt from.
func lexicon(t *testing.T) string {
	t.Helper()
	data := t.TempDir()
	consonants := [][2]string{{"क", "k"}, {"म", "m"}, {"ल", "l"}, {"न", "n"}, {"द", "d"}}
	vowels := [][2]string{{"", "a"}, {"ा", "aa"}, {"ि", "i"}, {"ो", "o"}}
	var syllables [][2]string
	for _, c := range consonants {
		for _, v := range vowels {
			syllables = append(syllables, [2]string{c[0] + v[0], c[1] + v[1]})
		}
	}
	var pairs, texts []string
	for i, a := range syllables {
		for j, b := range syllables {
			c := syllables[(i*7+j*3)%len(syllables)]
			pairs = append(pairs, a[0]+b[0]+c[0]+"\t"+a[1]+b[1]+c[1]+"\t3")
			if (i+j)%3 == 0 {
				texts = append(texts, "hi\tDeva\t"+a[0]+b[0]+c[0]+" Latin १२ क")
			}
		}
	}
	write(t, filepath.Join(data, "translit", "hi.train.tsv.gz"), pairs)
	write(t, filepath.Join(data, "langid", "train.tsv.gz"), append(texts, "mr\tDeva\tकमल", "gu\tGujr\tકમલ", "broken"))
	write(t, filepath.Join(data, "romanised", "hi.dev.tsv.gz"), []string{"कमल, दम।\tkamal, dum.", "कमल\tkamal", "no columns"})
	for _, near := range []string{"gu\tમલ", "mr\tमलम", "pa\tਮਲ"} {
		code, text, _ := strings.Cut(near, "\t")
		write(t, filepath.Join(data, "romanised", code+".dev.tsv.gz"), []string{text + "\tmal"})
	}
	write(t, filepath.Join(data, "retrieval", "distractors.hi.txt.gz"), []string{"नमक दमक 1950"})
	return data
}

func TestASmallLanguageIsLearnt(t *testing.T) {
	data := lexicon(t)
	in, err := read(data, listFolder(t), "hi")
	require.NoError(t, err)
	require.Len(t, in.pairs, 400)
	require.NotContains(t, in.texts, "क", "a single letter is no word")
	require.Contains(t, in.near, "कमल")
	require.Contains(t, in.near, "मलम", "of the neighbour's sentences")
	require.Subset(t, slices.Collect(maps.Keys(in.texts)), []string{"दम", "नमक", "दमक"})
	require.Equal(t, []pair{{"कमल", "kamal"}, {"दम", "dum"}}, in.typed, "each once")
	packed, err := pack(learn(in, small))
	require.NoError(t, err)
	again, err := pack(learn(in, small))
	require.NoError(t, err)
	require.Equal(t, packed, again, "the same data gives the same bytes")

	m, err := spellmodel.Parse(packed)
	require.NoError(t, err)
	require.True(t, m.Has("कलम"), "of a list")
	s := measure(m, in.pairs)
	require.GreaterOrEqual(t, float64(s.first)/float64(s.words), .95)
	require.Equal(t, "दिमालो", m.Spell("dimaalo")[0].Text)
	require.Empty(t, m.Spell("xyz"))
}

func TestTrainWritesWhatParseReads(t *testing.T) {
	data, out := lexicon(t), t.TempDir()
	dir := listFolder(t)
	require.NoError(t, train(data, dir, out, []string{"hi"}, small))
	packed, err := os.ReadFile(filepath.Join(out, "hi.bin"))
	require.NoError(t, err)
	_, err = spellmodel.Parse(packed)
	require.NoError(t, err)
	require.Error(t, train(data, dir, filepath.Join(out, "none"), []string{"hi"}, small))
}

func TestValidationHoldsWordsBack(t *testing.T) {
	data := lexicon(t)
	dir := listFolder(t)
	in, err := read(data, dir, "hi")
	require.NoError(t, err)
	learning, held, begun := divide(in.pairs)
	require.Len(t, in.pairs, len(learning)+len(held)+len(begun))
	require.InDelta(t, 40, len(held), 20)
	require.Empty(t, begun, "none begins with a letter that is kept out")
	_, _, begun = divide([]pair{{"गम", "gam"}, {"कम", "kam"}})
	require.Equal(t, []pair{{"गम", "gam"}}, begun)
	natives := map[string]bool{}
	for _, p := range learning {
		natives[p.native] = true
	}
	for _, p := range held {
		require.False(t, natives[p.native])
	}
	for _, p := range learning {
		require.False(t, unseen(p.native))
	}
	require.NoError(t, validate(data, dir, []string{"hi"}, small, true))
}

func TestReadingSaysWhatIsWrong(t *testing.T) {
	dir := listFolder(t)
	_, err := read(t.TempDir(), dir, "hi")
	require.ErrorContains(t, err, "hi.train.tsv.gz")
	for _, missing := range []string{"romanised/hi.dev.tsv.gz", "romanised/mr.dev.tsv.gz", "retrieval/distractors.hi.txt.gz"} {
		data := lexicon(t)
		require.NoError(t, os.Remove(filepath.Join(data, missing)))
		_, err := read(data, dir, "hi")
		require.ErrorContains(t, err, filepath.Base(missing))
	}
	data := lexicon(t)
	require.NoError(t, os.WriteFile(filepath.Join(data, "langid", "train.tsv.gz"), []byte("no gzip"), 0o600))
	require.ErrorContains(t, train(data, dir, t.TempDir(), []string{"hi"}, small), "langid")
	require.Error(t, validate(data, dir, []string{"hi"}, small, false))
}

func TestWordsOfASentenceArePairedByTheirPlaces(t *testing.T) {
	require.Equal(t, []pair{{"कमल", "kamal"}, {"दम", "dm"}}, typedWords("कमल। (दम)", "Kamal. (d'm)"))
	require.Empty(t, typedWords("कमल दम", "kamal"), "not as many of both")
	require.Empty(t, typedWords("कमल-दम", "kamaldam"), "two words at one place")
	require.Empty(t, typedWords("क १२", "kamaladamalaka 12"), "too many letters, and none")
	require.Empty(t, typedWords("कमलदमलकनमकदमक", "k"), "too few letters")
	require.Empty(t, typedWords("", ""))
}

func TestAlignmentFindsTheLettersOfEachUnit(t *testing.T) {
	pairs := []pair{{"कल", "kal"}, {"कम", "kam"}, {"लक", "lak"}, {"मल", "mal"}, {"कमल", "kamal"}, {"मकल", "makal"}, {"लकम", "lakam"}}
	emissions, cuts := align(pairs, 10)
	require.NotEmpty(t, cuts)
	for _, cut := range cuts {
		native, roman := "", ""
		for _, n := range cut {
			native += emissions[n].unit
			roman += emissions[n].letters
		}
		require.Contains(t, pairs, pair{native, roman})
	}
}
