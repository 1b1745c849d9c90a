package pii

import (
	"io"
	"strings"
)

// HoldMax is the most bytes that a Stream or a Writer keeps back: what the
// longest address, with characters of four bytes and hidden ones between, may take.
const HoldMax = 16 << 10

// keepMax is how much of the text already given out a stream remembers, as
// the left of what comes.
const keepMax = 2 * leftMax

// Stream masks a text that comes in pieces, such as a model's tokens, and cuts
// them where it likes: an identifier that lies across pieces is found. The pieces
// it gives, joined, are what Mask gives for the pieces joined. It keeps back
// only what may still become part of an identifier: mostly the last word.
//
// A Stream is for one text and one goroutine at a time.
type Stream struct {
	d       *Detector
	with    func(f Finding, value string) string
	text    []byte
	given   int // text[:given] was given out
	barrier int // end of the last finding in text
	last    Kind
}

// NewStream makes a stream that masks as Mask does.
func (d *Detector) NewStream() *Stream {
	return &Stream{d: d, with: func(f Finding, _ string) string { return f.Kind.Tag() }}
}

// Write takes the next piece and gives what is safe to show by now, which may be nothing.
func (s *Stream) Write(piece string) string {
	s.text = append(s.text, piece...)
	return s.step(false)
}

// Flush gives the rest: the text has ended. The stream is then ready for another text.
func (s *Stream) Flush() string {
	out := s.step(true)
	s.text, s.given, s.barrier, s.last = s.text[:0], 0, 0, ""
	return out
}

// Held gives how many bytes are kept back.
func (s *Stream) Held() int { return len(s.text) - s.given }

func (s *Stream) step(final bool) string {
	text := string(s.text)
	w := scan{d: s.d, text: text, final: final, pos: s.given, barrier: s.barrier, last: s.last}
	var b strings.Builder
	for {
		f, ok := w.next()
		if !ok {
			break
		}
		b.WriteString(text[s.given:max(f.Start, s.given)])
		b.WriteString(s.with(f, f.In(text)))
		s.given, s.barrier, s.last = f.End, f.End, f.Kind
	}
	if end := max(w.pos, s.given); end > s.given {
		b.WriteString(text[s.given:end])
		s.given = end
	}
	s.forget()
	return b.String()
}

// forget drops what is too far back to matter.
func (s *Stream) forget() {
	drop := s.given - keepMax
	if drop <= 0 {
		return
	}
	s.text = append(s.text[:0], s.text[drop:]...)
	s.given -= drop
	if s.barrier -= drop; s.barrier <= 0 {
		s.barrier, s.last = 0, ""
	}
}

// Writer masks what is written through it, for logs and other byte streams. It
// is for one goroutine at a time; Close gives out the rest.
type Writer struct {
	w io.Writer
	s *Stream
}

// NewWriter makes a writer that hands masked text to w.
func (d *Detector) NewWriter(w io.Writer) *Writer { return &Writer{w: w, s: d.NewStream()} }

// Write takes all of p, or gives the error of the writer beneath.
func (w *Writer) Write(p []byte) (int, error) {
	if out := w.s.Write(string(p)); out != "" {
		if _, err := io.WriteString(w.w, out); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Close gives out what was kept back. It does not close the writer beneath.
func (w *Writer) Close() error {
	if out := w.s.Flush(); out != "" {
		if _, err := io.WriteString(w.w, out); err != nil {
			return err
		}
	}
	return nil
}
