package encoder_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/e5embed/internal/container"
	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
)

// sections gives a model's sections by name.
func sections(tb testing.TB, t *encoder.Tensors) map[string][]byte {
	tb.Helper()
	list, err := t.Sections()
	require.NoError(tb, err)
	return container.ByName(list)
}

func open(tb testing.TB, t *encoder.Tensors) *encoder.Encoder {
	tb.Helper()
	e, err := encoder.Open(sections(tb, t))
	require.NoError(tb, err)
	return e
}

// A text has the same vector to the bit alone, in any pack, and by any kernels.
func TestAVectorIsTheTextsOwn(t *testing.T) {
	for _, bits := range []int{encoder.Four, encoder.Eight, encoder.Whole} {
		e, texts := open(t, withBits(modeltest.New(1), bits)), modeltest.Texts()
		want := e.Encode(kernel.Plain(), new(encoder.Workspace), texts)
		for _, k := range kernel.Sets() {
			var w encoder.Workspace
			require.Equal(t, want, e.Encode(k, &w, texts), k.Name)
			for i, text := range texts {
				require.Equal(t, want[i:i+1], e.Encode(k, &w, [][]int32{text}), k.Name)
				pair := e.Encode(k, &w, [][]int32{text, texts[0]})
				require.Equal(t, want[i], pair[0], k.Name)
				require.Equal(t, want[0], pair[1], k.Name)
			}
		}
	}
}

// withBits gives a model of four bits with the same weights in others.
func withBits(t *encoder.Tensors, bits int) *encoder.Tensors {
	if bits == encoder.Four {
		return t
	}
	again := func(rows *[]byte) { *rows = encoder.AppendWeights(nil, bits, modeltest.Floats(*rows)) }
	t.Config.Bits = bits
	again(&t.Words)
	for i := range t.Layers {
		l := &t.Layers[i]
		for _, m := range []*encoder.Matrix{&l.Query, &l.Key, &l.Value, &l.Out, &l.Up, &l.Down} {
			again(&m.Rows)
		}
	}
	return t
}

func TestTheFirstStateIsOneWayToPool(t *testing.T) {
	tensors := modeltest.New(1)
	mean := open(t, tensors).Encode(kernel.Plain(), new(encoder.Workspace), modeltest.Texts())
	tensors.Config.Pooling = encoder.First
	first := open(t, tensors).Encode(kernel.Plain(), new(encoder.Workspace), modeltest.Texts())
	require.NotEqual(t, mean, first)
	states := golden(t)
	for i := range first {
		require.Greater(t, modeltest.Cosine(first[i], states[i][0]), .999, i)
	}
}

// Configurations that cannot be computed, and sections that do not fit, are errors.
func TestModelsThatCannotBeComputed(t *testing.T) {
	good := sections(t, modeltest.New(1))
	for name, change := range map[string]func(c *encoder.Config){
		"no layers":        func(c *encoder.Config) { c.Layers = 0 },
		"a hidden size":    func(c *encoder.Config) { c.Hidden = 65 },
		"small heads":      func(c *encoder.Config) { c.Heads = 8 },
		"uneven heads":     func(c *encoder.Config) { c.Heads = 3 },
		"too many tokens":  func(c *encoder.Config) { c.Tokens = 8192 },
		"begin":            func(c *encoder.Config) { c.Begin = c.Pieces },
		"pooling":          func(c *encoder.Config) { c.Pooling = "last" },
		"epsilon":          func(c *encoder.Config) { c.Epsilon = 0 },
		"bits":             func(c *encoder.Config) { c.Bits = 5 },
		"other bits":       func(c *encoder.Config) { c.Bits = encoder.Eight },
		"float32":          func(c *encoder.Config) { c.Bits = encoder.Whole },
		"no name":          func(c *encoder.Config) { c.Name = "" },
		"a long prefix":    func(c *encoder.Config) { c.Query = strings.Repeat("x", 1000) },
		"too many words":   func(c *encoder.Config) { c.Pieces, c.Hidden, c.Heads = 1<<21, 4096, 16 },
		"other dimensions": func(c *encoder.Config) { c.Hidden *= 2 },
		"more layers":      func(c *encoder.Config) { c.Layers++ },
	} {
		var c encoder.Config
		require.NoError(t, json.Unmarshal(good["config"], &c))
		change(&c)
		bad := maps.Clone(good)
		var err error
		bad["config"], err = json.Marshal(c)
		require.NoError(t, err)
		_, err = encoder.Open(bad)
		require.Error(t, err, name)
	}
	for name := range good {
		if name == "pieces.trie" || name == "pieces.chars" {
			continue // fewer pieces, and no map, are a tokeniser too
		}
		bad := maps.Clone(good)
		bad[name] = good[name][1:]
		_, err := encoder.Open(bad)
		require.Error(t, err, name)
	}
	for _, config := range []string{"", "{", `{"name":1}`, `{"else":1}`, strings.Repeat(" ", 1<<17)} {
		_, err := encoder.Open(map[string][]byte{"config": []byte(config)})
		require.Error(t, err)
	}
	tensors := modeltest.New(1)
	tensors.Layers = tensors.Layers[:1]
	_, err := tensors.Sections()
	require.Error(t, err)
	tensors = modeltest.New(1)
	tensors.Layers[0].Out.Rows = tensors.Layers[0].Out.Rows[18:]
	_, err = tensors.Sections()
	require.Error(t, err)
	tensors.Found[0].Text = ""
	_, err = tensors.Sections()
	require.Error(t, err)
}

// Where an int has 32 bits, embeddings whose bytes it cannot count are refused.
func TestWordsThatCannotBeCounted(t *testing.T) {
	c := modeltest.New(1).Config
	c.Hidden, c.Pieces, c.Bits = 512, 1<<21, encoder.Whole
	require.Equal(t, strconv.IntSize == 64, c.Check() == nil)
}

// Bits that are flipped behind the checksums give another model or an error, and
// nothing else.
func FuzzSections(f *testing.F) {
	lists := map[byte][]container.Section{}
	for _, bits := range []int{encoder.Four, encoder.Eight, encoder.Whole} {
		list, err := withBits(modeltest.New(1), bits).Sections()
		require.NoError(f, err)
		lists[byte(bits)] = list
		for at := range list {
			f.Add(byte(bits), at, 0, byte(1), "the नदी")
		}
	}
	f.Add(byte(encoder.Four), 1, 5, byte(0xff), "a b c")
	f.Fuzz(func(t *testing.T, bits byte, section, at int, flip byte, text string) {
		list := lists[bits]
		changed := container.ByName(list)
		if section >= 0 && section < len(list) {
			if s := list[section]; at >= 0 && at < len(s.Data) {
				changed[s.Name] = bytes.Clone(s.Data)
				changed[s.Name][at] ^= flip
			}
		}
		e, err := encoder.Open(changed)
		if err != nil {
			return
		}
		ids := e.Tokenizer.AppendIDs([]int32{int32(e.Config.Begin)}, text, e.Config.Tokens-1)
		require.Len(t, e.Encode(kernel.Fastest(), new(encoder.Workspace), [][]int32{ids}), 1)
	})
}

func TestAFileHoldsAModel(t *testing.T) {
	list, err := modeltest.New(1).Sections()
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, container.Write(&b, list))
	parsed, err := container.Parse(b.Bytes())
	require.NoError(t, err)
	_, err = encoder.Open(parsed)
	require.NoError(t, err)
}
