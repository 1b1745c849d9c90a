package localstore

import (
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
		l.define(news, false)
	}
	for i := range n {
		id, ok := l.find(text(i))
		require.True(t, ok)
		require.Equal(t, uint32(i), id)
	}
	_, ok := l.find("")
	require.False(t, ok)
}
