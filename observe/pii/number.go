package pii

import "unicode/utf8"

// groups are runs of digits with gaps between, as they stand in a text.
type groups struct {
	digits [digitsMax]byte
	n      int             // digits
	size   [digitsMax]int8 // of each group
	end    [digitsMax]int  // the unit after each group
	gap    [digitsMax]byte // what stands before each group: of several gap units the one that is no space
	count  int
}

func (g *groups) is(sizes ...int8) bool {
	if g.count != len(sizes) {
		return false
	}
	for i, n := range sizes {
		if g.size[i] != n {
			return false
		}
	}
	return true
}

// even tells whether all groups are of one size.
func (g *groups) even() bool {
	for _, n := range g.size[:g.count] {
		if n != g.size[0] {
			return false
		}
	}
	return true
}

// gaps tells whether only the units in allowed stand between the groups.
func (g *groups) gaps(allowed string) bool {
	for _, u := range g.gap[1:g.count] {
		ok := false
		for i := range len(allowed) {
			ok = ok || allowed[i] == u
		}
		if !ok {
			return false
		}
	}
	return true
}

// closed tells whether a bracket closes between the groups.
func (g *groups) closed() bool {
	for _, u := range g.gap[1:g.count] {
		if u == ')' {
			return true
		}
	}
	return false
}

// place is what stands around a number.
type place struct {
	plus   bool // + before it
	inRun  bool // digits and a gap before it
	dashed bool // digits and a dash before it
	weak   bool // an underscore before or after it, as in names of files
	sum    bool // part of a sum or a product
	price  bool // a currency sign before it
}

// readNumber reads the identifiers of digits alone that begin at unit i: a
// digit, a plus or an opening bracket.
func (s *scan) readNumber(i int) {
	r, j := &s.region, i
	p, ok := s.placeOf(r.at[i])
	if !ok {
		return
	}
	for j < r.n && j < i+2 && (r.u[j] == '+' || r.u[j] == '(' && (j == i || p.plus)) {
		p.plus = p.plus || r.u[j] == '+'
		j++
	}
	if j == r.n && r.open {
		s.short = true
		return
	}
	if j == r.n || !isDigit(r.u[j]) || j > i && p.inRun {
		return
	}
	var g groups
	for s.readGroup(&g, &j) {
		s.readGroups(&g, i, p)
	}
}

// readGroup adds the group of digits at unit *j to g, with the gap before it.
func (s *scan) readGroup(g *groups, j *int) bool {
	r, k := &s.region, *j
	gap := byte(0)
	if g.count > 0 {
		for k < r.n && k < *j+gapMax && isGap(r.u[k]) {
			if gap == 0 || gap == ' ' {
				gap = r.u[k]
			}
			k++
		}
		if k == *j || gap == '/' {
			return false
		}
	}
	from := k
	for ; k < r.n && isDigit(r.u[k]); k++ {
		if g.n == digitsMax {
			g.n++
			return false
		}
		if g.n < digitsMax {
			g.digits[g.n] = r.u[k]
			g.n++
		}
	}
	if k == r.n && r.open {
		s.short = true
		return false
	}
	if k == from || k < r.n && isLetter(r.u[k]) {
		return false
	}
	g.size[g.count], g.end[g.count], g.gap[g.count] = int8(k-from), k, gap
	g.count++
	*j = k
	return true
}

// readGroups offers what the groups read so far may be.
func (s *scan) readGroups(g *groups, from int, p place) {
	if g.n < 9 || s.region.u[from] == '(' && !g.closed() {
		return
	}
	j := g.end[g.count-1]
	if s.follows(j, &p) {
		return
	}
	if !p.plus {
		s.readAadhaar(g, from, j, p)
		s.readCard(g, from, j, p)
		s.readAccount(g, from, j, p)
	}
	s.readPhone(g, from, j, p)
}

// placeOf looks at what stands before byte i. It is false where no number
// that names somebody can begin: after a decimal point, in a UUID.
func (s *scan) placeOf(i int) (p place, ok bool) {
	u, at := s.stepLeft(i)
	spaced := false
	for range 2 {
		if u == ' ' {
			spaced = true
			u, at = s.stepLeft(at)
		}
	}
	before, _ := s.stepLeft(at)
	switch {
	case u == '_':
		p.weak = true
	case u == '.' && !spaced && isDigit(before):
		return p, false
	case u == '-' && !spaced && isAlnum(before):
		p.dashed = isDigit(before)
		if s.codeBefore(at) {
			return p, false
		}
	case isDigit(u):
		p.inRun = true
	case u == '+' || u == '*' || u == '^':
		p.sum = u != '+' || isDigit(before) || before == ' '
	case u == unitOther:
		p.price, p.sum = s.signBefore(at)
	case u == '$':
		p.price = true
	case u == '#':
		p.weak = true
	}
	p.inRun = p.inRun || p.dashed
	return p, true
}

// signBefore tells what the symbol at byte i is: a currency, an operator.
func (s *scan) signBefore(i int) (price, sum bool) {
	switch r, _ := utf8.DecodeRuneInString(s.text[i:]); r {
	case '₹', '€', '£', '¥', '₨', '₩':
		return true, false
	case '×', '÷', '±', '∑', '√', '∙':
		return false, true
	}
	return false, false
}

// codeBefore tells whether the letters and digits before the dash at byte i are
// a code, both letters and digits, or the fourth group of a UUID.
func (s *scan) codeBefore(i int) bool {
	letters, digits, groups, n := 0, 0, 0, 0
	low := max(s.barrier, i-40)
	for j := i; j > low; j-- {
		u := s.text[j-1]
		switch {
		case isDigit(u):
			digits++
		case isLetter(u):
			letters++
		case u == '-' && groups < 3 && n == 4: // xxxxxxxx-xxxx-xxxx-xxxx-
			groups++
			n = -1
		default:
			return letters > 0 && digits > 0
		}
		if n++; groups == 3 && n == 8 {
			return true
		}
	}
	return letters > 0 && digits > 0
}

// follows looks at what stands after unit j-1. It is true where the digits go on
// after a point: no number that names somebody ends there.
func (s *scan) follows(j int, p *place) bool {
	u, i := s.stepRight(s.region.end[j-1])
	switch u {
	case '.':
		return s.decimals(i)
	case '_':
		p.weak = true
	case '*', '^', '%':
		p.sum = true
	}
	return false
}

// decimals tells whether a run of digits, and no letter, stands at byte i.
func (s *scan) decimals(i int) bool {
	for n := range digitsMax {
		u, next := s.stepRight(i)
		if !isDigit(u) {
			return n > 0 && !isLetter(u)
		}
		i = next
	}
	return true
}

// afterPoint tells whether byte i comes after a point that has a digit before it.
func (s *scan) afterPoint(i int) bool {
	u, at := s.stepLeft(i)
	before, _ := s.stepLeft(at)
	return u == '.' && isDigit(before)
}

func (s *scan) readAadhaar(g *groups, from, j int, p place) {
	near := func() hint { return s.hintsAt(s.region.at[from]).nearest }
	digits := g.digits[:g.n]
	if g.n == 16 && verhoeff(digits) && (g.count == 1 || g.even()) && near() == hintFor(Aadhaar) {
		s.offer(Aadhaar, from, j, .9) // a virtual id, which stands for the number
		return
	}
	if g.n != 12 || digits[0] < '2' || !verhoeff(digits) || !g.gaps(" -.\n(") {
		return
	}
	plain := g.count == 1 || g.is(4, 4, 4)
	c := .85
	switch h := near(); {
	case h == hintFor(Aadhaar):
		c = .99
	case years(g) || g.count == 1 && minute(digits) || p.price:
		c = .3
	case !plain && !g.even() || p.dashed && g.count > 1 || p.inRun && !plain:
		c = .3
	case !plain:
		c = .65
	case h == hintOther || h == hintMoney || p.sum || p.weak:
		c = .6
	}
	if p.inRun {
		c -= .05
	}
	s.offer(Aadhaar, from, j, c)
}

// years tells whether groups of four are all years of our time, as in a table's head.
func years(g *groups) bool {
	if g.size[0] != 4 {
		return false
	}
	for i := 0; i+4 <= g.n; i += 4 {
		if c := string(g.digits[i : i+2]); c != "19" && c != "20" {
			return false
		}
	}
	return true
}

// minute tells whether twelve digits are a time to the minute: 202402241030.
func minute(d []byte) bool {
	return string(d[:2]) == "20" && between(d[4:6], 1, 12) && between(d[6:8], 1, 31) &&
		between(d[8:10], 0, 23) && between(d[10:12], 0, 59)
}

func between(d []byte, low, high int) bool {
	n := number(d)
	return low <= n && n <= high
}

// issuer is a range of the first four digits of a card, with the numbers of
// digits it comes in as bits.
type issuer struct {
	low, high int
	lengths   uint32
	word      bool // so common otherwise that only a word near it makes it a card
}

const (
	long16to19 = 1<<16 | 1<<17 | 1<<18 | 1<<19
	short      = 1<<13 | 1<<14 | 1<<15 | 1<<17 | 1<<18 | 1<<19
)

// issuers are the ranges of ISO/IEC 7812 in which cards come to people in India and to visitors.
var issuers = [...]issuer{
	{2221, 2720, 1 << 16, false},       // Mastercard
	{3000, 3059, 1 << 14, false},       // Diners Club
	{3400, 3499, 1 << 15, false},       // American Express
	{3528, 3589, long16to19, false},    // JCB, and RuPay's 353 and 356
	{3600, 3699, 1 << 14, false},       // Diners Club
	{3700, 3799, 1 << 15, false},       // American Express
	{3800, 3999, 1 << 14, false},       // Diners Club
	{4000, 4999, 1<<16 | 1<<19, false}, // Visa
	{5000, 5099, 1<<16 | 1<<19, false}, // RuPay 508, Maestro
	{5100, 5599, 1 << 16, false},       // Mastercard
	{5600, 5899, 1<<16 | 1<<19, false}, // Maestro
	{6000, 6999, long16to19, false},    // RuPay 60 and 65, Discover, UnionPay, Maestro
	{8100, 8299, long16to19, false},    // RuPay
	{4000, 4999, 1 << 13, true},        // Visa's old length
	{5000, 6999, short, true},          // Maestro
}

// issued tells whether a card may have these digits, and whether that needs no word near it.
func issued(digits []byte) (possible, sure bool) {
	first := number(digits[:4])
	for _, is := range issuers {
		if is.low <= first && first <= is.high && is.lengths>>len(digits)&1 == 1 {
			return true, !is.word
		}
	}
	return false, false
}

func (s *scan) readCard(g *groups, from, j int, p place) {
	if g.n < 13 {
		return
	}
	digits := g.digits[:g.n]
	possible, sure := issued(digits)
	if !possible || !luhn(digits) || !g.gaps(" -.\n") {
		return
	}
	plain := g.count == 1 || g.is(4, 6, 5) || g.is(4, 6, 4) || g.size[0] == 4 && fours(g)
	c := .85
	switch h := s.hintsAt(s.region.at[from]).nearest; {
	case h == hintFor(Card):
		c = .99
	case !sure || p.price || p.dashed && g.count > 1 || !plain && (p.inRun || !g.even()) || years(g):
		c = .3
	case !plain:
		c = .65
	case h == hintOther || h == hintMoney || p.sum || p.weak:
		c = .6
	}
	if p.inRun {
		c -= .05
	}
	s.offer(Card, from, j, c)
}

// fours tells whether the groups are of four, but for a shorter last one.
func fours(g *groups) bool {
	for _, n := range g.size[:g.count-1] {
		if n != 4 {
			return false
		}
	}
	return g.size[g.count-1] <= 4
}

// readAccount offers 9 to 18 digits as an account number near a word for one,
// or before an IFSC.
func (s *scan) readAccount(g *groups, from, j int, p place) {
	if g.n > 18 || !g.gaps(" -") || g.count > 6 || g.count > 1 && !g.even() && !fours(g) && !g.pairs() {
		return
	}
	switch h := s.hintsAt(s.region.at[from]); {
	case h.nearest == hintAccount:
		c := .9
		if p.inRun {
			c = .55
		}
		s.offer(BankAccount, from, j, c)
	case g.count == 1 && s.ifscAfter(s.region.end[j-1]):
		s.offer(BankAccount, from, j, .9)
	}
}

// pairs tells whether no group has less than two digits.
func (g *groups) pairs() bool {
	for _, n := range g.size[:g.count] {
		if n < 2 {
			return false
		}
	}
	return true
}
