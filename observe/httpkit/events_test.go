package httpkit

import (
	"bytes"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// FuzzEvents: a stream reads the same however it is cut, and no event is over its limit.
func FuzzEvents(f *testing.F) {
	f.Add([]byte("event: x\ndata: a\ndata: b\n\n: c\r\n\r\nid: 1\rretry: 5\rdata\r\r"))
	f.Add([]byte("\ufeffdata: a\n\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		const limit = 64
		var whole []Event
		var wholeErr error
		for e, err := range readEvents(bytes.NewReader(stream), limit) {
			wholeErr = err
			if err == nil {
				require.LessOrEqual(t, len(e.Data), limit)
				whole = append(whole, e)
			}
		}
		var cut []Event
		var cutErr error
		for e, err := range readEvents(iotest.OneByteReader(bytes.NewReader(stream)), limit) {
			cutErr = err
			if err == nil {
				cut = append(cut, e)
			}
		}
		require.Equal(t, whole, cut)
		require.Equal(t, wholeErr == nil, cutErr == nil)
	})
}

func BenchmarkEvents(b *testing.B) {
	stream := bytes.Repeat([]byte("event: token\ndata: {\"text\":\"ताजमहल \"}\n\n"), 1000)
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for range readEvents(bytes.NewReader(stream), 1<<20) {
			n++
		}
		if n != 1000 {
			b.Fatal(n)
		}
	}
}
