package localstore

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A dict is read while it grows: what was defined before is found, always as the
// same number, and what was not is not.
func TestDictIsReadWhileItGrows(t *testing.T) {
	const n, step = 20_000, 37
	text := func(i int) string { return fmt.Sprint("term", i) }
	l := newLegDict()
	var wg sync.WaitGroup
	defer wg.Wait()
	for range 2 {
		wg.Go(func() {
			for {
				known := len(l.list())
				for _, i := range []int{0, known / 2, known - 1} {
					if i < 0 {
						continue
					}
					// what is in the list is being put in its place until the next is
					if id, ok := l.find(text(i)); ok && id != uint32(i) || !ok && i < known-step {
						t.Error("term", i, "of", known, "is", id, ok)
						return
					}
				}
				if known == n {
					return
				}
			}
		})
	}
	for from := 0; from < n; from += step {
		var news []string
		for i := from; i < min(n, from+step); i++ {
			news = append(news, text(i))
		}
		require.True(t, l.define(news, false))
	}
	for i := range n {
		id, ok := l.find(text(i))
		require.True(t, ok)
		require.Equal(t, uint32(i), id)
	}
	_, ok := l.find("")
	require.False(t, ok)
}

// The store defines a term once. A log that does it twice would hide what the term of
// one of the two numbers stands in.
func TestATermThatIsDefinedTwiceIsDamage(t *testing.T) {
	define := func(first byte, texts ...string) []byte {
		return appendStrings([]byte{kindDefine, 1, 't', 1, 'w', first}, texts)
	}
	for _, payloads := range [][][]byte{
		{define(0, "a", "b", "a")},
		{define(0, "a", "b"), define(2, "c", "a")},
	} {
		s, file := &Store{}, &dataFile{path: "log"}
		var err error
		for _, p := range payloads {
			require.NoError(t, err)
			err = s.apply(p, file, 0)
		}
		_, corrupt := errors.AsType[*CorruptError](err)
		require.True(t, corrupt, "%v", err)
	}
}
