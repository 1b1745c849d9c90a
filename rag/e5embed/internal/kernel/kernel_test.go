package kernel

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func random(rng *rand.Rand, n int, size float64) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(rng.NormFloat64() * size)
	}
	return v
}

func linear(rng *rand.Rand, out, in int) *Linear {
	l := &Linear{In: in, Out: out, Nibbles: make([]byte, out*in/2), Bias: random(rng, out, 1)}
	for i := range l.Nibbles {
		l.Nibbles[i] = byte(rng.Uint32())
	}
	l.Scales = random(rng, out*in/Block, .1)
	return l
}

func activations(k *Set, rows, columns int, x []float32) *Activations {
	var a Activations
	a.Reset(rows, columns)
	k.Quantise(&a, x)
	return &a
}

// same demands equal bits: zeros of two signs are not the same.
func same(t *testing.T, want, got []float32, name string) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, math.Float32bits(want[i]), math.Float32bits(got[i]), "%s: number %d is %v, where plain gives %v", name, i, got[i], want[i])
	}
}

// others gives what the processor has beside the plain arithmetic.
func others(t *testing.T) []*Set {
	all := Sets()
	if len(all) == 1 {
		t.Skip("this processor has plain arithmetic only")
	}
	return all[:len(all)-1]
}

// Matrix products have the bits of the plain ones, whatever the sizes, and the
// largest numbers of four and eight bits do not overflow.
func TestMultiplyIsThePlainOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, rows := range []int{1, 2, 3, 4, 5, 31, 32, 33, 67} {
		for _, size := range [][2]int{{16, 32}, {64, 96}, {48, 384}} {
			w, x := linear(rng, size[0], size[1]), random(rng, rows*size[1], 1)
			want := make([]float32, rows*size[0])
			a := activations(Plain(), rows, size[1], x)
			if rows == 5 {
				for i := range a.Values {
					a.Values[i] = -128
				}
				for i := range w.Nibbles {
					w.Nibbles[i] = 0xff
				}
			}
			Plain().Multiply(want, a, w)
			for _, k := range others(t) {
				got := random(rng, len(want), 1)
				k.Multiply(got, a, w)
				same(t, want, got, k.Name)
			}
		}
	}
}

// A product is what weights and values say in numbers of 64 bits.
func TestMultiplyIsTheProduct(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	w, x := linear(rng, 32, 64), random(rng, 3*64, 1)
	a, got := activations(Plain(), 3, 64, x), make([]float32, 3*32)
	Plain().Multiply(got, a, w)
	for row := range 3 {
		for out := range 32 {
			want := float64(w.Bias[out])
			for i := range 64 {
				group, block := out/Lanes*2+i/Block, i/Block
				pair := w.Nibbles[group*BlockBytes+i%Block/8*64+4*(out%Lanes)+i%4]
				nibble := int(pair & 15)
				if i%8 >= 4 {
					nibble = int(pair >> 4)
				}
				at := block*3 + row
				want += float64(nibble-8) * float64(w.Scales[group*Lanes+out%Lanes]) * float64(a.Values[at*Block+i%Block]) * float64(a.Scales[at])
			}
			require.InDelta(t, want, got[row*32+out], 1e-4)
		}
	}
}

func TestQuantiseIsThePlainOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for _, rows := range []int{1, 2, 5} {
		x := random(rng, rows*128, 1)
		clear(x[32:64])
		for i := range 32 {
			x[64+i] = 1e-35
			x[96+i] = float32(i) - 16
		}
		want := activations(Plain(), rows, 128, x)
		for i, v := range x[:32] {
			require.InDelta(t, v, float32(want.Values[i])*want.Scales[0], float64(want.Scales[0])/2*1.001)
		}
		require.Zero(t, want.Scales[rows], "a block of zeros")
		require.Zero(t, want.Scales[2*rows], "what is next to nothing is nothing")
		for _, k := range others(t) {
			require.Equal(t, want, activations(k, rows, 128, x), k.Name)
		}
	}
}

func TestProductIsThePlainOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	for _, rows := range []int{1, 3, 4, 5, 8, 33} {
		for _, depth := range []int{1, 7, 32} {
			a, b := random(rng, rows*40, 1), random(rng, depth*70, 1)
			want := make([]float32, rows*50)
			Plain().Product(want, 50, a, 40, b, 70, rows, 48, depth)
			for _, k := range others(t) {
				got := make([]float32, len(want))
				k.Product(got, 50, a, 40, b, 70, rows, 48, depth)
				same(t, want, got, k.Name)
			}
			var sum float64
			for i := range depth {
				sum += float64(a[i]) * float64(b[i*70])
			}
			require.InDelta(t, sum, want[0], 1e-4)
		}
	}
}

func TestSoftmaxIsThePlainOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	for _, n := range []int{16, 48, 512} {
		x := random(rng, n, 20)
		x[n-1], x[0] = float32(math.Inf(-1)), -3000
		want := append([]float32{}, x...)
		Plain().Softmax(want, len(want), .25)
		require.Zero(t, want[n-1])
		require.Zero(t, want[0])
		var sum, truth float64
		for i, v := range want {
			sum += float64(v)
			truth += math.Exp(float64(x[i])*.25 - float64(x[1])*.25)
		}
		require.InDelta(t, 1, sum, 1e-5)
		require.InEpsilon(t, 1/truth, want[1], 1e-5)
		for _, k := range others(t) {
			got := append([]float32{}, x...)
			k.Softmax(got, len(got), .25)
			same(t, want, got, k.Name)
		}
	}
}

func TestGELUIsThePlainOne(t *testing.T) {
	x := []float32{0, float32(math.Copysign(0, -1)), 100, -100, 1e-20, -1e-20, 13, -13}
	for v := float32(-8); len(x) < 4096; v += 16. / 4088 {
		x = append(x, v)
	}
	want := append([]float32{}, x...)
	Plain().GELU(want)
	for i, v := range x {
		require.InDelta(t, float64(v)/2*math.Erfc(-float64(v)/math.Sqrt2), want[i], 1e-6, v)
	}
	for _, k := range others(t) {
		got := append([]float32{}, x...)
		k.GELU(got)
		same(t, want, got, k.Name)
	}
}

func TestAddNormIsThePlainOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	for _, n := range []int{16, 64, 384} {
		x, y, weight, bias := random(rng, n, 1), random(rng, n, 1), random(rng, n, 1), random(rng, n, 1)
		want := append([]float32{}, x...)
		Plain().AddNorm(want, y, weight, bias, 1e-12)
		var mean, square float64
		for i, v := range want {
			d := float64(v-bias[i]) / float64(weight[i])
			mean += d / float64(n)
			square += d * d / float64(n)
		}
		require.InDelta(t, 0, mean, 1e-3)
		require.InDelta(t, 1, square, 1e-2)
		for _, k := range others(t) {
			got := append([]float32{}, x...)
			k.AddNorm(got, y, weight, bias, 1e-12)
			same(t, want, got, k.Name)
		}
	}
}

// A row is computed as if it were alone.
func TestRowsAreAlone(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 1))
	x, y, weight, bias := random(rng, 3*64, 1), random(rng, 3*64, 1), random(rng, 64, 1), random(rng, 64, 1)
	for _, k := range Sets() {
		all, alone := append([]float32{}, x...), append([]float32{}, x...)
		k.AddNorm(all, y, weight, bias, 1e-12)
		k.Softmax(all, 64, .5)
		for at := 0; at < len(x); at += 64 {
			k.AddNorm(alone[at:][:64], y[at:], weight, bias, 1e-12)
			k.Softmax(alone[at:][:64], 64, .5)
		}
		same(t, alone, all, k.Name)
		k.Softmax(all, 0, 1)
		k.AddNorm(all, y, nil, nil, 1)
		same(t, alone, all, k.Name+" of no columns")
	}
}

func TestSetsHaveNames(t *testing.T) {
	require.Equal(t, Sets()[0].Name, Fastest().Name)
	k, ok := Named("plain")
	require.True(t, ok)
	require.Equal(t, "plain", k.Name)
	_, ok = Named("fortran")
	require.False(t, ok)
}

// Nothing to compute is computed without a fault.
func TestNothing(t *testing.T) {
	for _, k := range Sets() {
		k.Multiply(nil, &Activations{}, &Linear{})
		k.Quantise(&Activations{}, nil)
		k.Product(nil, 0, nil, 0, nil, 0, 0, 0, 0)
		k.Softmax(nil, 0, 1)
		k.GELU(nil)
		k.AddNorm(nil, nil, nil, nil, 1)
	}
}

// BenchmarkMultiply is the product of 33 rows with a matrix of e5-small, 1,536 by 384.
func BenchmarkMultiply(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 1))
	w, x := linear(rng, 1536, 384), random(rng, 33*384, 1)
	a, dst := activations(Plain(), 33, 384, x), make([]float32, 33*1536)
	for _, k := range Sets() {
		b.Run(k.Name, func(b *testing.B) {
			for b.Loop() {
				k.Multiply(dst, a, w)
			}
			b.ReportMetric(float64(b.N)*33*1536*384/b.Elapsed().Seconds()/1e9, "GMAC/s")
		})
	}
}

// The plain arithmetic has the same bits on every processor, also where a product
// and a sum are one instruction.
func TestPlainHasTheBitsOfEveryProcessor(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	numbers := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(int32(rng.Uint32())) / (1 << 29)
		}
		return v
	}
	w := &Linear{In: 384, Out: 384, Nibbles: make([]byte, 384*384/2), Scales: numbers(384 * 384 / Block), Bias: numbers(384)}
	for i := range w.Nibbles {
		w.Nibbles[i] = byte(rng.Uint32())
	}
	k := Plain()
	x := numbers(5 * 384)
	got := make([]float32, len(x))
	k.Multiply(got, activations(k, 5, 384, x), w)
	k.AddNorm(got, x, numbers(len(x)), numbers(len(x)), 1e-12)
	k.GELU(got)
	k.Product(x, 384, numbers(5*64), 64, got, 16, 5, 384, 64)
	k.Softmax(x, len(x), .125)
	sum := fnv.New64a()
	require.NoError(t, binary.Write(sum, binary.LittleEndian, x))
	require.Equal(t, uint64(0xca2c497ebc0145b4), sum.Sum64())
}
