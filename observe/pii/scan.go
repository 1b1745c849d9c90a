package pii

// What a look at the left or the right of an identifier may take, in bytes.
const (
	leftMax  = 128
	rightMax = 64
)

// reading is a possible identifier: a kind for text[start:end].
type reading struct {
	kind       Kind
	start, end int
	confidence float64
}

// scan walks over a text from left to right. Whether text[i:] begins an
// identifier depends on the leftMax bytes before i, no further than the end of
// the finding before, and on a bounded stretch after: that is what makes
// reading a stream the same as reading the whole.
type scan struct {
	d     *Detector
	text  string
	final bool // no more text will come

	pos     int  // what begins before it is decided
	barrier int  // end of the last finding; what stands before it is nobody's neighbour
	last    Kind // the kind of the last finding, a hint for what follows

	short  bool // a look ran into the end of a text that goes on
	region region
	left   int     // digits from the unit under work on, or more
	best   reading // of those that begin at the unit under work
	hints  hints   // of the place they were last asked for
}

// next gives the next finding. Without one, text[:s.pos] is decided, whatever may follow.
func (s *scan) next() (Finding, bool) {
	for {
		t := nextTrigger(s.text, s.pos)
		if t == len(s.text) && s.final {
			s.pos = t
			return Finding{}, false
		}
		var r reading
		var ok bool
		s.short = false
		if u, _ := unitAt(s.text, t, s.final); u == '@' {
			r, ok = s.address(t)
		} else { // a digit, or the end, after which one may come
			r, ok = s.numbers(t)
		}
		if s.short {
			return Finding{}, false
		}
		if ok {
			s.pos, s.barrier, s.last, s.hints.known = r.end, r.end, r.kind, false
			return Finding{Kind: r.kind, Span: Span{r.start, r.end}, Confidence: r.confidence}, true
		}
	}
}

// hold ends the work on a text that goes on: what begins at byte i or later is
// still open, and so are the word around i and the last word, which may become addresses.
func (s *scan) hold(i int) {
	s.short = true
	s.pos = max(s.barrier, min(s.localStart(i), s.localStart(s.wholeLen())))
}

// wholeLen is the length of the text without a rune at its end that has only begun.
func (s *scan) wholeLen() int {
	n := len(s.text)
	for i := max(0, n-3); i < n && !s.final; i++ {
		if u, _ := unitAt(s.text, i, false); u == unitEnd {
			return i
		}
	}
	return n
}

// numbers reads the region around the digit at byte t, or before the end of
// the text when t is that. It moves s.pos past what it decided.
func (s *scan) numbers(t int) (reading, bool) {
	r := &s.region
	t = min(t, s.wholeLen())
	r.fill(s.text, regionStart(s.text, t, s.pos), s.final)
	stop := r.last + 1
	if r.open {
		stop = r.n
	} else if r.full {
		stop = min(stop, regionMax-reserve)
	}
	s.left = r.digs
	if r.open || r.full {
		s.left = regionMax
	}
	for i := range stop {
		s.readAt(i)
		if isDigit(r.u[i]) {
			s.left--
		}
		if s.short {
			s.hold(r.at[i])
			return reading{}, false
		}
		if s.best.confidence >= s.d.min {
			return s.chain(s.best)
		}
	}
	switch {
	case r.open || t >= s.wholeLen() && !s.final:
		s.hold(s.wholeLen())
	case r.full && stop < r.n:
		s.pos = max(r.at[stop], t)
	case r.last < 0:
		s.pos = t + 1
	default:
		s.pos = max(r.end[r.last], t+1)
	}
	return reading{}, false
}

// chain gives first, grown over the readings that overlap it: at those that
// begin inside it, and at an address whose local part it is.
func (s *scan) chain(first reading) (reading, bool) {
	r, all := &s.region, first
	r.fill(s.text, first.start, s.final)
	s.left = regionMax
	for i := 1; i < regionMax-reserve && i < r.n && r.at[i] < all.end; i++ {
		s.readAt(i)
		if s.short {
			s.hold(first.start)
			return all, false
		}
		if s.best.confidence >= s.d.min {
			all = all.with(s.best)
		}
	}
	if at := s.localEnd(all.end); at >= 0 {
		a, ok := s.address(at)
		if ok && a.start < all.end {
			all = all.with(a)
		}
	}
	if s.short {
		s.hold(first.start)
	}
	return all, !s.short
}

// with gives the reading that covers both, of the stronger's kind.
func (a reading) with(b reading) reading {
	if b.confidence > a.confidence {
		a.kind, a.confidence = b.kind, b.confidence
	}
	a.start, a.end = min(a.start, b.start), max(a.end, b.end)
	return a
}

// readAt puts the best reading that begins at unit i into s.best.
func (s *scan) readAt(i int) {
	s.best = reading{}
	u, at := s.region.u[i], s.region.at[i]
	if !isAlnum(u) && u != '+' && u != '(' {
		return
	}
	prev := byte(0)
	if i > 0 {
		prev = s.region.u[i-1]
	} else {
		prev, _ = s.stepLeft(at)
	}
	switch {
	case u == '+' || u == '(':
		if s.left >= 10 {
			s.readNumber(i)
		}
	case isDigit(u):
		if isDigit(prev) || isLetter(prev) && !s.gluedWord(at) {
			return
		}
		s.readDate(i)
		if s.left >= 6 {
			s.readDigitCodes(i)
		}
		if s.left >= 9 {
			s.readNumber(i)
		}
	case isLetter(u) && !isAlnum(prev):
		s.readCodes(i)
		s.readMonthFirst(i)
	}
}

// offer makes the reading of units i to j the best, if it is wanted and none was better.
func (s *scan) offer(k Kind, i, j int, confidence float64) {
	s.offerSpan(k, s.region.at[i], s.region.end[j-1], confidence)
}

func (s *scan) offerSpan(k Kind, start, end int, confidence float64) {
	if s.d.wanted>>k.number()&1 == 0 {
		return
	}
	b := &s.best
	if confidence > b.confidence || confidence == b.confidence && end > b.end {
		*b = reading{k, start, end, confidence}
	}
}

// stepLeft gives the unit before byte i, past what is ignored, and where it
// stands; unitEnd at the end of the last finding.
func (s *scan) stepLeft(i int) (byte, int) {
	low := max(s.barrier, i-maxIgnored-4)
	for i > low {
		u, size := unitBefore(s.text, i)
		if i -= size; u != unitIgnored {
			return u, i
		}
	}
	return unitEnd, i
}

// stepRight gives the unit at byte i, past what is ignored, and where it ends.
func (s *scan) stepRight(i int) (byte, int) {
	for high := i + maxIgnored; ; {
		u, size := unitAt(s.text, i, s.final)
		if u == unitEnd && !s.final {
			s.short = true
		}
		if i += size; u != unitIgnored || i > high {
			return u, i
		}
	}
}
