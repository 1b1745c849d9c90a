package pii

// An identifier is read within a region: the stretch of digits, Latin letters
// and gaps around a digit, folded into units.
const (
	regionMax = 192 // units of a region
	reserve   = 96  // units that the longest identifier may take: 19 digits, 18 gaps, a prefix
	backMax   = 24  // units an identifier may have before its first digit, and more
	quietMax  = 12  // units without a digit, after the first, that end a region
	gapMax    = 3   // units of one gap
	digitsMax = 19  // digits of the longest identifier, a card
)

// region is text[at[0]:end[n-1]] as units; unit i stands at text[at[i]:end[i]].
type region struct {
	u    [regionMax]byte
	at   [regionMax]int
	end  [regionMax]int
	n    int
	digs int  // digits in it
	last int  // of the last digit, -1 without one
	open bool // the text ends here, and more may come
	full bool // the region ends for want of room
}

// regionStart walks back from byte i, at most to low, over what may belong to
// an identifier whose first digit stands at i: gaps, single letters, and no more
// than one group of several letters.
func regionStart(text string, i, low int) int {
	start, hidden, gap, letters := i, 0, 0, 0
	for n := 0; n < backMax && i > low; {
		u, size := unitBefore(text, i)
		i -= size
		switch {
		case u == unitIgnored:
			if hidden += size; hidden > maxIgnored {
				return start
			}
			continue
		case isAlnum(u):
			gap = 0
			letters++
		case isGap(u), u == '+':
			if letters > 1 {
				return start
			}
			letters = 0
			if gap++; gap > gapMax {
				return start
			}
		default:
			return start
		}
		hidden = 0
		n++
		start = max(i, low)
	}
	return start
}

// fill reads the region that begins at byte i.
func (r *region) fill(text string, i int, final bool) {
	r.n, r.digs, r.last, r.open, r.full = 0, 0, -1, false, false
	hidden, quiet, gap := 0, 0, 0
	for {
		u, size := unitAt(text, i, final)
		switch {
		case u == unitEnd:
			r.open = !final
			return
		case u == unitIgnored:
			if hidden += size; hidden > maxIgnored {
				return
			}
			i += size
			continue
		case r.n == regionMax:
			r.full = true
			return
		case isDigit(u):
			quiet, gap, r.last = 0, 0, r.n
			r.digs++
		case isLetter(u):
			quiet, gap = quiet+1, 0
		case isGap(u), u == '+':
			quiet, gap = quiet+1, gap+1
		default:
			return
		}
		if gap > gapMax || quiet > quietMax && (r.last >= 0 || quiet > backMax) {
			return
		}
		hidden = 0
		r.u[r.n], r.at[r.n], r.end[r.n] = u, i, i+size
		r.n++
		i += size
	}
}

// reader takes an identifier apart, unit by unit. One that runs into an open
// end sets short: with more text it might have gone on.
type reader struct {
	r     *region
	i     int
	short bool
	gaps  int      // gaps passed
	lower bool     // a letter was in lower case
	code  [24]byte // what was taken, without gaps, in upper case
	n     int
}

func (rd *reader) peek() byte {
	if rd.i < rd.r.n {
		return rd.r.u[rd.i]
	}
	if rd.r.open {
		rd.short = true
	}
	return unitEnd
}

func (rd *reader) take(u byte) {
	if rd.n < len(rd.code) {
		rd.code[rd.n] = upper(u)
		rd.n++
	}
	rd.lower = rd.lower || u-'a' < 26
	rd.i++
}

// letters takes exactly n letters.
func (rd *reader) letters(n int) bool {
	for range n {
		u := rd.peek()
		if !isLetter(u) {
			return false
		}
		rd.take(u)
	}
	return true
}

// digits takes exactly n digits.
func (rd *reader) digits(n int) bool {
	for range n {
		u := rd.peek()
		if !isDigit(u) {
			return false
		}
		rd.take(u)
	}
	return true
}

// digitRun takes all digits that follow and gives how many.
func (rd *reader) digitRun() int {
	from := rd.i
	for u := rd.peek(); isDigit(u); u = rd.peek() {
		rd.take(u)
	}
	return rd.i - from
}

// gap passes over what may stand between groups: at most one space or two around a dash or stroke.
func (rd *reader) gap() {
	from := rd.i
	for range gapMax {
		u := rd.peek()
		if u != ' ' && u != '-' && u != '/' && u != '.' {
			break
		}
		rd.i++
	}
	if rd.i > from {
		rd.gaps++
	}
}

// done tells whether the identifier ends here: no letter or digit follows.
func (rd *reader) done() bool { return !isAlnum(rd.peek()) }
