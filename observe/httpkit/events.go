package httpkit

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"time"
)

// newLines splits a stream into lines that end in LF, CR LF or CR, each of
// at most limit bytes. A byte order mark at the start is left out.
func newLines(r io.Reader, limit int64) *bufio.Scanner {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4096), int(min(limit, 1<<30))+2)
	first, afterCR := true, false
	s.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		skip := 0
		if first {
			mark := []byte("\ufeff")
			if len(data) < len(mark) && bytes.HasPrefix(mark, data) && !atEOF {
				return 0, nil, nil
			}
			if bytes.HasPrefix(data, mark) {
				skip = len(mark)
			}
			first = false
		}
		if afterCR && skip < len(data) {
			if data[skip] == '\n' {
				skip++
			}
			afterCR = false
		}
		if i := bytes.IndexAny(data[skip:], "\r\n"); i >= 0 {
			afterCR = data[skip+i] == '\r' // its LF may be still to come, and is not waited for
			return skip + i + 1, data[skip : skip+i : skip+i], nil
		}
		return skip, nil, nil
	})
	return s
}

// eventParser gathers lines into events.
type eventParser struct {
	event Event
	data  bool // there was a line of data
}

// line takes one line and gives the event that it ends, if any.
func (p *eventParser) line(line []byte) (Event, bool) {
	if len(line) == 0 {
		done, whole := p.event, p.data
		p.event, p.data = Event{ID: done.ID}, false
		return done, whole
	}
	field, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(field) {
	case "event":
		p.event.Name = string(value)
	case "data":
		if p.data {
			p.event.Data = append(p.event.Data, '\n')
		}
		p.event.Data = append(p.event.Data, value...)
		p.data = true
	case "id":
		if bytes.IndexByte(value, 0) < 0 {
			p.event.ID = string(value)
		}
	case "retry":
		if ms, err := strconv.ParseUint(string(value), 10, 31); err == nil {
			p.event.Retry = time.Duration(ms) * time.Millisecond
		}
	}
	return Event{}, false
}
