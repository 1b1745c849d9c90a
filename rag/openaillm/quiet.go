package openaillm

import (
	"bufio"
	"bytes"
	"io"
)

// quietBody is a stream of events without its comments, by which servers keep
// connections open, and without the names of events: go-openai takes such lines for
// parts of an error, and then does not understand one that follows.
type quietBody struct {
	io.Closer
	lines  *bufio.Reader
	line   []byte // what is still to be read of a line
	within bool   // the line goes on
	drop   bool   // the line is left out
	err    error
}

func newQuietBody(body io.ReadCloser) *quietBody {
	return &quietBody{Closer: body, lines: bufio.NewReader(body)}
}

func (b *quietBody) Read(p []byte) (int, error) {
	for len(b.line) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		line, err := b.lines.ReadSlice('\n') // holds until the next ReadSlice
		if !b.within {
			b.drop = isSilent(line)
		}
		b.within = err == bufio.ErrBufferFull
		if err != nil && !b.within {
			b.err = err
		}
		if !b.drop {
			b.line = line
		}
	}
	n := copy(p, b.line)
	b.line = b.line[n:]
	return n, nil
}

// isSilent tells whether a line of a stream of events is no data.
func isSilent(line []byte) bool {
	for _, field := range [...]string{":", "event:", "id:", "retry:"} {
		if bytes.HasPrefix(line, []byte(field)) {
			return true
		}
	}
	return false
}
