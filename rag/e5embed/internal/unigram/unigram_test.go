package unigram

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// golden is a small model, and the ids that SentencePiece and Hugging Face's
// tokenizers give texts: see testdata/golden.py.
type golden struct {
	CharsMap []byte `json:"charsmap"`
	Pieces   []struct {
		Text   string  `json:"text"`
		Score  float64 `json:"score"`
		Normal bool    `json:"normal"`
	} `json:"pieces"`
	Unknown int `json:"unknown"`
	Cases   []struct {
		Text          string  `json:"text"`
		SentencePiece []int32 `json:"sentencepiece"`
		Tokenizers    []int32 `json:"tokenizers"`
	} `json:"cases"`
}

func load(tb testing.TB) (*golden, Tables) {
	tb.Helper()
	f, err := os.Open("testdata/golden.json.gz")
	require.NoError(tb, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(tb, err)
	var g golden
	require.NoError(tb, json.NewDecoder(z).Decode(&g))
	t := Tables{Scores: make([]float32, len(g.Pieces)), Unknown: g.Unknown, CharsMap: g.CharsMap}
	var pieces []Piece
	for id, p := range g.Pieces {
		t.Scores[id] = float32(p.Score)
		if p.Normal {
			pieces = append(pieces, Piece{p.Text, id, p.Score})
		}
	}
	t.Trie, t.UnknownScore, err = BuildPieces(pieces, 0)
	require.NoError(tb, err)
	return &g, t
}

func tokenizer(tb testing.TB) *Tokenizer {
	tb.Helper()
	_, tables := load(tb)
	t, err := New(tables)
	require.NoError(tb, err)
	return t
}

// Every text gets SentencePiece's ids. Hugging Face's are the same but for texts
// that spell a special piece, which it takes for that piece, and for marks that
// follow a letter of another script, of which its map sees other clusters.
func TestIDsAreSentencePieces(t *testing.T) {
	g, tables := load(t)
	tok, err := New(tables)
	require.NoError(t, err)
	other := 0
	for _, c := range g.Cases {
		got := tok.AppendIDs([]int32{}, c.Text, math.MaxInt32)
		require.Equal(t, c.SentencePiece, got, "%q", c.Text)
		if !slices.Equal(got, c.Tokenizers) {
			other++
		}
	}
	require.Len(t, g.Cases, 386)
	require.LessOrEqual(t, other, 7)
}

func TestIDsAreAppendedUpToALimit(t *testing.T) {
	_, tables := load(t)
	tables.CharsMap = nil // SentencePiece's makes spaces of marks
	tok, err := New(tables)
	require.NoError(t, err)
	text := strings.Repeat("the river ", 100)
	all := tok.AppendIDs(nil, text, math.MaxInt32)
	for _, limit := range []int{0, 1, 2, 7, len(all) - 1, len(all), len(all) + 1} {
		got := tok.AppendIDs([]int32{9}, text, limit)
		require.Equal(t, append([]int32{9}, all[:min(limit, len(all))]...), got)
	}
	marks := tok.AppendIDs(nil, strings.Repeat(Mark, 1000)+"the", 10)
	require.Len(t, marks, 10, "marks before a word count as pieces")
	require.Empty(t, tok.AppendIDs(nil, strings.Repeat(Mark, 1000), 10), "and those at the end do not")
}

// Bytes that are not UTF-8 are unknown characters, alone or among others.
func TestInvalidUTF8(t *testing.T) {
	tok := tokenizer(t)
	for _, pair := range [][2]string{
		{"\xff", "\ufffd"}, {"नदी\xe0\xa4", "नदी\ufffd\ufffd"}, {"the \xc0\x80 river", "the \ufffd\ufffd river"},
		{"\xed\xa0\x80", "\ufffd\ufffd\ufffd"}, {"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},
	} {
		want := tok.AppendIDs(nil, pair[0], math.MaxInt32)
		require.Contains(t, want, tok.unknown)
		if strings.HasPrefix(pair[0], "the") {
			require.Equal(t, tok.AppendIDs(nil, "the \U000e0041 river", math.MaxInt32), want)
		}
	}
}

// Long texts without spaces are cut, and hostile ones take the memory of a word.
func TestHugeTexts(t *testing.T) {
	tok, million := tokenizer(t), 1_000_000
	if raceEnabled {
		million /= 20
	}
	for name, text := range map[string]string{
		"10 MB of letters":          strings.Repeat("नदी", 10*million/9),
		"a million combining marks": "e" + strings.Repeat("\u0301", million),
		"NUL":                       strings.Repeat("\x00", million),
		"spaces":                    strings.Repeat(" ", million) + "the",
		"invalid":                   strings.Repeat("\xff", million),
	} {
		ids := tok.AppendIDs(nil, text, 64*510)
		require.LessOrEqual(t, len(ids), 64*510, name)
		w := tok.scratch.Get().(*word)
		require.LessOrEqual(t, cap(w.nodes), 2*maxWord, name)
	}
}

func TestTablesThatMakeNoSense(t *testing.T) {
	_, good := load(t)
	for name, damage := range map[string]func(*Tables){
		"unknown piece out of range": func(t *Tables) { t.Unknown = len(t.Scores) },
		"negative unknown piece":     func(t *Tables) { t.Unknown = -1 },
		"score NaN":                  func(t *Tables) { t.Scores = []float32{float32(math.NaN())} },
		"score infinite":             func(t *Tables) { t.UnknownScore = math.Inf(-1) },
		"trie cut":                   func(t *Tables) { t.Trie = t.Trie[:len(t.Trie)-1] },
		"map of two bytes":           func(t *Tables) { t.CharsMap = t.CharsMap[:2] },
		"map cut":                    func(t *Tables) { t.CharsMap = t.CharsMap[:100] },
	} {
		bad := good
		damage(&bad)
		_, err := New(bad)
		require.Error(t, err, name)
	}
	for name, pieces := range map[string][]Piece{
		"empty":      {{"", 1, -1}},
		"twice":      {{"a", 1, -1}, {"a", 2, -1}},
		"zero byte":  {{"a\x00", 1, -1}},
		"two words":  {{"a" + Mark + "b", 1, -1}},
		"huge":       {{strings.Repeat("a", 2000), 1, -1}},
		"id":         {{"a", -1, -1}},
		"id too big": {{"a", 1 << 30, -1}},
	} {
		_, _, err := BuildPieces(pieces, 0)
		require.Error(t, err, name)
	}
	_, err := BuildCharsMap(map[string]string{"a": "\x00"})
	require.Error(t, err)
	_, err = BuildCharsMap(map[string]string{"": "b"})
	require.Error(t, err)
}

// A map that is made here works as SentencePiece's does: the longest text counts.
func TestAMapOfCharacters(t *testing.T) {
	_, tables := load(t)
	var err error
	tables.CharsMap, err = BuildCharsMap(map[string]string{"r": "t", "ri": "h", "x": "", "\t": " "})
	require.NoError(t, err)
	tok, err := New(tables)
	require.NoError(t, err)
	tables.CharsMap = nil
	plain, err := New(tables)
	require.NoError(t, err)
	require.Equal(t, plain.AppendIDs(nil, "the t", 100), tok.AppendIDs(nil, "rrixe\t\tr", 100))
}

// A trie finds what went in, and nothing else.
func TestTrieHoldsItsKeys(t *testing.T) {
	g, _ := load(t)
	var keys []key
	for id, p := range g.Pieces {
		keys = append(keys, key{p.Text, id})
	}
	tr, err := buildTrie(keys)
	require.NoError(t, err)
	for _, k := range keys {
		value, length, found := tr.longest(k.text)
		require.True(t, found)
		require.Equal(t, k.value, value)
		require.Len(t, k.text, length)
	}
	for _, text := range []string{"", "\x00", "\xff", "☃"} {
		_, _, found := tr.longest(text)
		require.False(t, found, text)
	}
	empty, err := buildTrie(nil)
	require.NoError(t, err)
	_, _, found := empty.longest("a")
	require.False(t, found)
}

// Ids are those of pieces that may stand in a text, as many as the limit allows,
// and spaces around a text change nothing.
func FuzzText(f *testing.F) {
	g, tables := load(f)
	tok, err := New(tables)
	require.NoError(f, err)
	for _, c := range g.Cases[:80] {
		if len(c.Text) < 150 { // the fuzzer would spend its time on making them smaller
			f.Add(c.Text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		ids := tok.AppendIDs(nil, text, 1000)
		require.LessOrEqual(t, len(ids), min(1000, 18*len(text)+1))
		for _, id := range ids {
			require.True(t, id == tok.unknown || g.Pieces[id].Normal)
		}
		require.Equal(t, ids, tok.AppendIDs(nil, " "+text+" ", 1000))
	})
}

// Damaged tables are refused or give ids of the model, and end.
func FuzzTables(f *testing.F) {
	_, tables := load(f)
	f.Add(tables.Trie[:400], tables.CharsMap[:400], "the नदी")
	f.Add([]byte{}, []byte{0, 0, 0, 0}, "a")
	f.Fuzz(func(t *testing.T, trie, charsMap []byte, text string) {
		bad := tables
		bad.Trie, bad.CharsMap = trie, charsMap
		tok, err := New(bad)
		if err != nil {
			return
		}
		for _, id := range tok.AppendIDs(nil, text, 1000) {
			require.Less(t, int(id), len(bad.Scores))
			require.GreaterOrEqual(t, id, int32(0))
		}
	})
}

// Pieces are refused, or each is found, and nothing is unknown in a text that is one.
func FuzzBuild(f *testing.F) {
	f.Add("the\nriver\nनदी\n"+Mark, float32(-3))
	f.Add("a\nab\nabc\nb\n"+Mark+"a", float32(0))
	f.Add("x\n\nx", float32(1))
	f.Fuzz(func(t *testing.T, list string, score float32) {
		var pieces []Piece
		scores := []float32{0}
		for _, text := range strings.Split(list, "\n") {
			pieces = append(pieces, Piece{text, len(scores), float64(score)})
			scores = append(scores, score)
		}
		trie, unknown, err := BuildPieces(pieces, 0)
		if err != nil {
			return
		}
		tok, err := New(Tables{Trie: trie, Scores: scores, UnknownScore: unknown})
		if err != nil {
			return // a score that is no number
		}
		for _, p := range pieces {
			id, length, found := tok.pieces.longest(p.Text)
			require.True(t, found)
			require.Equal(t, p.ID, id)
			require.Equal(t, len(p.Text), length)
			if score <= 0 && utf8.ValidString(p.Text) && strings.HasPrefix(p.Text, Mark) && !strings.Contains(p.Text, " ") {
				require.NotContains(t, tok.AppendIDs(nil, p.Text[len(Mark):], math.MaxInt32), int32(0))
			}
		}
	})
}

func BenchmarkAppendIDs(b *testing.B) {
	g, tables := load(b)
	tok, err := New(tables)
	require.NoError(b, err)
	var text strings.Builder
	for _, c := range g.Cases[60:] {
		text.WriteString(c.Text + " ")
	}
	var ids []int32
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		ids = tok.AppendIDs(ids[:0], text.String(), math.MaxInt32)
	}
}
