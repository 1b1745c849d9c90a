package cache

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
)

func TestEntriesComeBackAsTheyWent(t *testing.T) {
	fresh := time.UnixMilli(1_800_000_000_123)
	b, err := encodeValue(JSON[[]string]{}, []string{"आगरा", ""}, fresh)
	require.NoError(t, err)
	e, err := decode(JSON[[]string]{}, b)
	require.NoError(t, err)
	require.Equal(t, entry[[]string]{value: []string{"आगरा", ""}, fresh: fresh}, e)

	b, err = encodeFailure(fault.Wrap(errors.New("planted secret"), fault.NotFound, "gone", fault.Details{"field": "id"}), fresh)
	require.NoError(t, err)
	require.NotContains(t, string(b), "planted secret")
	e, err = decode(JSON[[]string]{}, b)
	require.NoError(t, err)
	require.Equal(t, fault.New(fault.NotFound, "gone", fault.Details{"field": "id"}), e.err)
	require.Equal(t, fresh, e.fresh)
}

func FuzzDecode(f *testing.F) {
	value, _ := encodeValue(Bytes{}, []byte("x"), time.UnixMilli(1))
	failure, _ := encodeFailure(fault.New(fault.NotFound, "no", nil), time.UnixMilli(1))
	f.Add(value)
	f.Add(failure)
	f.Add([]byte{})
	f.Add([]byte{formFailure, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, '{'})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := decode(Bytes{}, b)
		if err != nil {
			require.Equal(t, entry[[]byte]{}, e)
			return
		}
		if e.err != nil {
			require.True(t, fault.CodeOf(e.err).Valid())
			return
		}
		again, err := encodeValue(Bytes{}, e.value, e.fresh)
		require.NoError(t, err)
		require.Equal(t, b, again)
	})
}
