package huggingface

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/e5embed/internal/container"
	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
)

// golden are the models in testdata, whose states candle computed: see
// testdata/golden.py.
var golden = []string{"xlm-roberta", "bert"}

// files gives a copy of a golden model's files.
func files(tb testing.TB, name string) fstest.MapFS {
	tb.Helper()
	folder := fstest.MapFS{}
	require.NoError(tb, fs.WalkDir(os.DirFS("testdata/"+name), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile("testdata/" + name + "/" + path)
		folder[path] = &fstest.MapFile{Data: b}
		return err
	}))
	return folder
}

// from reads a file of JSON.
func from[T any](tb testing.TB, folder fs.FS, name string) (v T) {
	tb.Helper()
	b, err := fs.ReadFile(folder, name)
	require.NoError(tb, err)
	require.NoError(tb, json.Unmarshal(b, &v))
	return v
}

func open(tb testing.TB, t *encoder.Tensors) *encoder.Encoder {
	tb.Helper()
	list, err := t.Sections()
	require.NoError(tb, err)
	e, err := encoder.Open(container.ByName(list))
	require.NoError(tb, err)
	return e
}

func read(tb testing.TB, folder fs.FS, bits int) *encoder.Tensors {
	tb.Helper()
	t, err := Read(folder, Options{Name: "random", Bits: bits})
	require.NoError(tb, err)
	return t
}

// ids gives a text's pieces with those that begin and end it.
func ids(e *encoder.Encoder, text string) []int32 {
	all := e.Tokenizer.AppendIDs([]int32{int32(e.Config.Begin)}, text, 1000)
	return append(all, int32(e.Config.End))
}

// least gives the lowest cosine of a state with candle's, and of a vector.
func least(tb testing.TB, e *encoder.Encoder, k *kernel.Set, folder fs.FS) (state, vector float64) {
	tb.Helper()
	texts := from[[][]int32](tb, folder, "ids.json")
	states := from[[][][]float32](tb, folder, "states.json")
	pooled := from[[][][]float32](tb, folder, "pooled.json") // the mean, and the first
	place := map[string]int{encoder.Mean: 0, encoder.First: 1}[e.Config.Pooling]
	var w encoder.Workspace
	state, vector = 1, 1
	got := e.Encode(k, &w, texts)
	rows := e.States(k, &w, texts)
	for i, text := range texts {
		vector = min(vector, modeltest.Cosine(got[i], pooled[i][place]))
		require.Len(tb, states[i], len(text))
		for t := range text {
			state = min(state, modeltest.Cosine(rows[:e.Config.Hidden], states[i][t]))
			rows = rows[e.Config.Hidden:]
		}
	}
	return state, vector
}

// States and vectors are those of an implementation that is not ours.
func TestStatesAreCandles(t *testing.T) {
	sets := kernel.Sets()
	if testing.Short() {
		sets = sets[:1] // the others give the same
	}
	for _, name := range golden {
		folder := files(t, name)
		for bits, bar := range map[int]float64{32: .9999, 8: .999, 4: .9} {
			e := open(t, read(t, folder, bits))
			for _, k := range sets {
				state, vector := least(t, e, k, folder)
				t.Logf("%s, %d bits, %s: cosine of states %.7f at least, of vectors %.7f", name, bits, k.Name, state, vector)
				require.GreaterOrEqual(t, state, bar)
				require.GreaterOrEqual(t, vector, bar)
			}
		}
	}
}

// What is compared shows places that are shifted by one, and a token type that is
// not added.
func TestWrongPlacesAndTypesShow(t *testing.T) {
	for _, name := range golden {
		folder := files(t, name)
		good := read(t, folder, 32)
		h, kind := good.Config.Hidden, firstType(t, folder)
		for what, change := range map[string]func(p []float32){
			"shifted": func(p []float32) { copy(p, good.Positions[h:]) },
			"no type": func(p []float32) {
				for i := range p {
					p[i] -= kind[i%h]
				}
			},
		} {
			bad := *good
			bad.Positions = slices.Clone(good.Positions)
			change(bad.Positions)
			state, vector := least(t, open(t, &bad), kernel.Fastest(), folder)
			t.Logf("%s, %s: cosine of states %.4f at least, of vectors %.4f", name, what, state, vector)
			require.Less(t, state, .99)
			require.Less(t, vector, .99)
		}
	}
}

// firstType gives the row of the first token type.
func firstType(tb testing.TB, folder fstest.MapFS) (kind []float32) {
	tb.Helper()
	c, err := readConfig(folder)
	require.NoError(tb, err)
	m := directory(tb, folder)
	m.read("embeddings.token_type_embeddings.weight", []int{c.Types, c.Hidden}, 0, 1, func(n []float32) { kind = slices.Clone(n) })
	require.NoError(tb, m.err)
	return kind
}

// directory opens a model's tensors.
func directory(tb testing.TB, folder fstest.MapFS) *tensors {
	tb.Helper()
	b := folder[weightsName].Data
	t, err := openTensors(bytes.NewReader(b), int64(len(b)))
	require.NoError(tb, err)
	return t
}

// The first state is bge-m3's vector.
func TestTheFirstStateIsAVector(t *testing.T) {
	folder := files(t, "xlm-roberta")
	folder[poolingName].Data = []byte(`{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}`)
	e := open(t, read(t, folder, 32))
	require.Equal(t, encoder.First, e.Config.Pooling)
	_, vector := least(t, e, kernel.Fastest(), folder)
	require.Greater(t, vector, .9999)
}

// Either file of the tokeniser gives the ids of SentencePiece.
func TestIDsAreSentencePieces(t *testing.T) {
	for _, name := range golden {
		folder := files(t, name)
		texts, want := from[[]string](t, folder, "texts.json"), from[[][]int32](t, folder, "ids.json")
		check := func() *encoder.Tensors {
			tensors := read(t, folder, 4)
			e := open(t, tensors)
			for i, text := range texts {
				require.Equal(t, want[i], ids(e, text), "%q", text)
			}
			return tensors
		}
		first := check()
		if _, ok := folder[sentencePieceName]; ok {
			delete(folder, tokenizerName)
			second := check()
			require.Equal(t, first.Found, second.Found)
			require.Equal(t, first.CharsMap, second.CharsMap)
			require.Equal(t, first.Scores, second.Scores)
		}
	}
}
