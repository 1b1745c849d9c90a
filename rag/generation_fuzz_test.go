package rag

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever is noted of generations is an error, or says which one answers and
// stays what it is.
func FuzzGenerations(f *testing.F) {
	f.Add([]byte(`{"live":0,"next":1,"generations":[{"number":0,"way":"a","whole":true}]}`))
	f.Add([]byte(`{"live":2,"next":3,"generations":[{"number":0,"gone":true},{"number":2,"model":{"name":"m","dimensions":4},"missed":1}],"build":{"number":2,"by":"x","beat":7}}`))
	f.Add([]byte(`{"live":0,"generations":[{"number":0,"gone":true}]}`))
	f.Add([]byte(`{"live":1e9}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, note []byte) {
		s, err := decodeGenerations(note)
		if err != nil {
			return
		}
		require.NotNil(t, s.find(s.Live))
		again, err := decodeGenerations(s.encode())
		require.NoError(t, err)
		require.Equal(t, s.encode(), again.encode())
		require.NotEqual(t, tenantOf("t", s.Live), tenantOf("t", s.Live+1))
	})
}
