package pii

import "unicode/utf8"

// readDate offers the date at unit i as a date of birth when the word nearest
// before it says so, or one after it. A date in figures near "born" counts; one
// with the month's name, as biographies write it, only where somebody speaks of
// himself: "Gandhi was born on 2 October 1869" is no secret.
func (s *scan) readDate(i int) {
	at := s.region.at[i]
	if u, left := s.stepLeft(at); u == '.' || u == '-' || u == '/' || u == ':' {
		if before, _ := s.stepLeft(left); isDigit(before) {
			return
		}
	}
	before, short := s.short, false
	s.short = false
	end, figures := s.figures(i)
	if end == 0 && !s.short {
		end = s.named(s.region.at[i], 0)
	}
	short, s.short = s.short, before
	if end == 0 && !short {
		return
	}
	c := s.birth(at, figures)
	switch {
	case c > 0 || short && figures: // figures may still have the word after them
		s.short = s.short || short
	case figures:
		s.rightBirth(end, &c)
	}
	if end > 0 && c > 0 {
		s.offerSpan(DateOfBirth, at, end, c)
	}
}

// birth gives how sure the words before byte i make a date of birth.
func (s *scan) birth(i int, figures bool) float64 {
	switch h := s.hintsAt(i); {
	case h.nearest == hintBirth:
		return .95
	case h.nearest == hintBorn && h.has(hintSelf):
		return .8
	case h.nearest == hintBorn && figures:
		return .6
	}
	return 0
}

func (s *scan) rightBirth(end int, c *float64) {
	if s.rightWords(end, hintBirth) {
		*c = .85
	} else if s.rightWords(end, hintBorn) {
		*c = .6
	}
}

// figures reads day, month and year in figures, in any of the usual orders and
// with one kind of gap, or as eight digits. It gives the byte where the date ends, 0 without one.
func (s *scan) figures(i int) (end int, figures bool) {
	rd := s.reader(i)
	var n, size [3]int
	gap := byte(0)
	for k := range 3 {
		from := rd.i
		if k > 0 {
			u := rd.plainGap()
			if u == 0 || k == 2 && u != gap {
				s.short = s.short || rd.short
				return 0, rd.short
			}
			gap, from = u, rd.i
		}
		size[k] = rd.digitRun()
		n[k] = number(rd.code[rd.n-min(rd.n, size[k]) : rd.n])
		if size[k] == 8 && k == 0 && s.ends(&rd) && !rd.short && eight(rd.code[:8]) {
			return s.region.end[rd.i-1], true
		}
		if rd.i == from || size[k] > 4 && !rd.short {
			s.short = s.short || rd.short
			return 0, rd.short
		}
	}
	u := rd.peek()
	ok := !isAlnum(u) || u == 'T'
	if rd.short {
		s.short = true
		return 0, true
	}
	if !ok || !date(n, size) {
		return 0, false
	}
	return s.region.end[rd.i-1], true
}

// plainGap passes over a dash, stroke or point, with spaces around it, or over one space, and gives it.
func (rd *reader) plainGap() byte {
	gap := byte(0)
	for range gapMax {
		u := rd.peek()
		if u != ' ' && u != '-' && u != '/' && u != '.' {
			break
		}
		if gap == 0 || gap == ' ' {
			gap = u
		}
		rd.i++
	}
	return gap
}

func number(digits []byte) int {
	n := 0
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}

// date tells whether three numbers of these sizes are a date: day and month in
// either order before a year of two or four digits, or a year before month and day.
func date(n, size [3]int) bool {
	if size[0] == 4 {
		return year(n[0]) && dayAndMonth(n[2], n[1]) && size[1] <= 2 && size[2] <= 2
	}
	return size[0] <= 2 && size[1] <= 2 && (size[2] == 4 && year(n[2]) || size[2] == 2) &&
		(dayAndMonth(n[0], n[1]) || dayAndMonth(n[1], n[0]))
}

func year(y int) bool { return 1850 <= y && y <= 2150 }

func dayAndMonth(d, m int) bool { return 1 <= d && d <= 31 && 1 <= m && m <= 12 }

// eight tells whether eight digits are a date: 12051990 or 19900512.
func eight(d []byte) bool {
	return year(number(d[4:])) && dayAndMonth(number(d[:2]), number(d[2:4])) ||
		year(number(d[:4])) && dayAndMonth(number(d[6:]), number(d[4:6]))
}

// wordMax bounds the bytes of a month's name.
const wordMax = 48

// named reads from byte i a day, the month's name in any language, and a year
// of four digits. With month, the name came before: a day and a year follow. It
// gives where the date ends, 0 without one.
func (s *scan) named(i int, month int) int {
	day, size, i := s.digitsAt(i)
	if size < 1 || size > 2 || day < 1 || day > 31 {
		return 0
	}
	u, next := s.stepRight(i)
	ordinal := 0
	for isLetter(u) && ordinal < 2 { // 1st, 2nd, 3rd, 12th
		ordinal++
		i = next
		u, next = s.stepRight(i)
	}
	if ordinal == 1 || ordinal == 2 && isLetter(u) {
		return 0
	}
	i = s.between(i)
	if month == 0 {
		if i = s.wordAt(i); i == 0 {
			return 0
		}
		i = s.between(i)
	}
	y, size, i := s.digitsAt(i)
	if u, _ := s.stepRight(i); size != 4 || !year(y) || isAlnum(u) {
		return 0
	}
	return i
}

// digitsAt reads up to five digits from byte i.
func (s *scan) digitsAt(i int) (n, size, end int) {
	for size < 5 {
		u, next := s.stepRight(i)
		if !isDigit(u) {
			break
		}
		n, size, i = n*10+int(u-'0'), size+1, next
	}
	return n, size, i
}

// between passes over spaces, a comma, a point, a dash.
func (s *scan) between(i int) int {
	for range gapMax {
		u, next := s.stepRight(i)
		if !isGap(u) && u != ',' && !s.arabicComma(i) {
			break
		}
		i = next
	}
	return i
}

func (s *scan) arabicComma(i int) bool {
	r, _ := utf8.DecodeRuneInString(s.text[min(i, len(s.text)):])
	return r == '،'
}

// wordAt gives the end of the word of three letters or more at byte i, 0 without one.
func (s *scan) wordAt(i int) int {
	from, letters := i, 0
	for i < from+wordMax {
		u, next := s.stepRight(i)
		if !isLetter(u) && u != unitLetter {
			break
		}
		letters++
		i = next
	}
	if letters < 2 {
		return 0
	}
	return i
}

// months are the names that English writes before the day.
var months = map[string]bool{
	"JAN": true, "JANUARY": true, "FEB": true, "FEBRUARY": true, "MAR": true, "MARCH": true, "APR": true, "APRIL": true,
	"MAY": true, "JUN": true, "JUNE": true, "JUL": true, "JULY": true, "AUG": true, "AUGUST": true, "SEP": true, "SEPT": true,
	"SEPTEMBER": true, "OCT": true, "OCTOBER": true, "NOV": true, "NOVEMBER": true, "DEC": true, "DECEMBER": true,
}

// readMonthFirst reads May 15, 1990.
func (s *scan) readMonthFirst(i int) {
	rd := s.reader(i)
	for isLetter(rd.peek()) && rd.n < 10 {
		rd.take(rd.peek())
	}
	if rd.short { // letterRun waits for it
		s.short = true
		return
	}
	if !months[string(rd.code[:rd.n])] {
		return
	}
	at := s.region.at[i]
	c := s.birth(at, false)
	if c == 0 {
		return
	}
	if end := s.named(s.between(s.region.end[rd.i-1]), 1); end > 0 && !s.short {
		s.offerSpan(DateOfBirth, at, end, c)
	}
}
