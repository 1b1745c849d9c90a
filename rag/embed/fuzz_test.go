package embed

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

func FuzzDecodeMean(f *testing.F) {
	m := &Mean{Model: rag.EmbedModel{Name: "m", Dimensions: 3}, Texts: 64, Values: rag.Vector{.5, -.25, .125}}
	f.Add(m.encode())
	f.Add([]byte(`{"model":{"name":"m","dimensions":1},"values":[1e38],"digest":""}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decodeMean(b)
		if err != nil {
			require.Equal(t, fault.Internal, fault.CodeOf(err))
			return
		}
		again, err := decodeMean(m.encode())
		require.NoError(t, err)
		require.Equal(t, m, again)
		v := make(rag.Vector, len(m.Values))
		v[0] = 1
		m.takeOff(v)
		require.InDelta(t, 1, length(v), 1e-3)
	})
}

func FuzzDecodeVector(f *testing.F) {
	m := rag.EmbedModel{Name: "m", Dimensions: 2}
	f.Add("key", encodeVector("key", rag.Vector{1, 2}))
	f.Add("", []byte{})
	f.Fuzz(func(t *testing.T, key string, b []byte) {
		if v := decodeVector(m, key, b); v != nil {
			require.NoError(t, rag.CheckVectors(m, 1, []rag.Vector{v}))
			require.Equal(t, b, encodeVector(key, v))
		}
	})
}
