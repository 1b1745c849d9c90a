package pii

import (
	"strings"
	"unicode/utf8"
)

// Bounds of an address, in characters (RFC 5321, section 4.5.3.1).
const (
	localMax  = 64
	domainMax = 253
)

// handles are the parts after the @ of UPI addresses, as the National Payments
// Corporation of India lists its members and their apps.
var handles = func() map[string]bool {
	m := make(map[string]bool, 256)
	for _, h := range strings.Fields(`
		upi okaxis okhdfcbank okicici oksbi ybl ibl axl paytm ptaxis ptyes ptsbi pthdfc apl yapl rapl amazonpay axisb
		sbi icici hdfcbank axisbank axis kotak kmbl kotak811 barodampay boi bandhan citi citigold dbs dlb federal fbl fbpe
		idbi idbibank idfc idfcbank idfcfirst idfcnetc indianbank indianbk indus indusind iob iobupi jio jiopay jkb jsb karb kbl kvb
		allbank andb aubank airtel airtelpaymentsbank abfspay abcdicici axisgo bajaj bajajpay barodapay cbin cboi centralbank cmsidfc cnrb
		canarabank csbpay csbcash cub dcb dcbbank denabank eazypay equitas ezeepay fam freecharge fincarebank goaxb hdfcbankjd hsbc icicipay
		ikwik imobile inhdfc iciciwc kaypay kotakbank lvb lvbpay mahb mairtel myicici naviaxis nsdl obc okbizaxis pingpay
		payzapp pnb pockets postbank psb purz pz rbl rajgovhdfcbank rmhdfcbank s2b sbin sc scb scbl scmobile sib slice sliceaxis srcb superyes
		swiggy syndicate syndbank synd tapicici taxis tjsb timecosmos trans uboi ubi uco ucobank unionbank unionbankofindia united utbi
		utkarsh vijayapay vijb wahdfcbank waaxis waicici wasbi yesbank yesbankltd yesg yespay yesfam zoicici dhani mobikwik jupiteraxis
		jarunity ptybl niyoicici omni oneyes shriramhdfcbank sbipay tmb tmbl timepay trucker urjit nyes yespop ikbl ok
		yescred axisbankcred goog amazon fifederal idfcpay gpay bhim phonepe`) {
		m[h] = true
	}
	return m
}()

// localStart gives where the local part of an address would begin whose @ came
// at byte i: at most localMax characters back.
func (s *scan) localStart(i int) int {
	start, hidden := i, 0
	for n := 0; n < localMax && i > s.barrier; {
		u, size := unitBefore(s.text, i)
		if u == unitIgnored {
			i -= size
			if hidden += size; hidden > maxIgnored {
				break
			}
			continue
		}
		if !localUnit(u) {
			break
		}
		i -= size
		hidden = 0
		n++
		start = i
	}
	return start
}

// localUnit tells whether u may stand in the local part of an address.
func localUnit(u byte) bool {
	switch u {
	case '.', '_', '%', '+', '-', '&', unitLetter:
		return true
	}
	return isAlnum(u)
}

// localEnd gives where the @ stands that makes what ends at byte i part of an address, -1 without one.
func (s *scan) localEnd(i int) int {
	for range localMax {
		u, end := s.stepRight(i)
		if u == '@' {
			_, size := unitAt(s.text, i, s.final)
			for size > 0 && i < end {
				if v, _ := unitAt(s.text, i, s.final); v == '@' {
					return i
				}
				i += size
				_, size = unitAt(s.text, i, s.final)
			}
		}
		if !localUnit(u) {
			return -1
		}
		i = end
	}
	return -1
}

// address reads the e-mail or UPI address whose @ stands at byte t, and moves s.pos past the @.
func (s *scan) address(t int) (reading, bool) {
	start := s.localStart(t)
	_, size := unitAt(s.text, t, s.final)
	start = s.plainFrom(start, t)
	for start < t { // no address begins with a point or a dash
		u, n := unitAt(s.text, start, true)
		if isAlnum(u) || u == unitLetter {
			break
		}
		start += n
	}
	if start == t {
		s.pos = t + size
		return reading{}, false
	}
	d := s.readDomain(t + size)
	if s.short {
		s.hold(start)
		return reading{}, false
	}
	s.best = reading{}
	switch {
	case d.end > 0:
		s.offerSpan(Email, start, d.end, .98)
	case d.n > 1 && utf8.RuneCountInString(s.text[start:t]) > 1:
		if handles[string(d.handle[:d.n])] {
			s.offerSpan(UPI, start, d.handleEnd, .95)
		} else if s.hintsAt(start).nearest == hintFor(UPI) {
			s.offerSpan(UPI, start, d.handleEnd, .8)
		}
	}
	if s.best.confidence < s.d.min {
		s.pos = t + size
		return reading{}, false
	}
	return s.best, true
}

// plainFrom gives where the local part text[start:t] begins when its last letter
// is Latin: after the last letter of another script, for where scripts meet, a
// word ends ("ईमेलasha@example.in").
func (s *scan) plainFrom(start, t int) int {
	latin := false
	for i := t; i > start; {
		u, size := unitBefore(s.text, i)
		if u == unitLetter {
			if latin {
				return i
			}
			return start
		}
		latin = latin || isLetter(u)
		i -= size
	}
	return start
}

// domain is what follows an @.
type domain struct {
	handle    [24]byte // the first letters and digits, in lower case
	n         int
	handleEnd int // where they end
	end       int // where the last label of letters alone ends, after a dot; 0 without one
}

// label is a part of a domain: of Latin letters, digits and dashes, or of another script.
type label struct {
	chars   int
	letters int // at its beginning
	end     int // of those letters
}

// readDomain reads from byte i on.
func (s *scan) readDomain(i int) (d domain) {
	d.handleEnd = i
	for chars, labels := 0, 0; chars < domainMax; labels++ {
		from := i
		var l label
		l, i = s.readLabel(i, &d, labels == 0)
		chars += l.chars + 1
		switch {
		case l.chars == 0:
			return d
		case labels > 0 && l.letters > 1 && !(labels == 1 && d.dense() && i-from <= 4):
			d.end = l.end
		}
		u, next := s.stepRight(i)
		if u != '.' {
			return d
		}
		i = next
	}
	return d
}

// readLabel reads a label at byte i and gives where it ends.
func (s *scan) readLabel(i int, d *domain, first bool) (l label, end int) {
	foreign, dashed := false, false
	for l.chars < localMax {
		u, next := s.stepRight(i)
		switch {
		case u == unitLetter && (l.chars == 0 || foreign):
			foreign = true
		case isLetter(u) && !foreign:
		case isDigit(u), u == '-', u == '_':
			dashed = dashed || !isDigit(u)
		default:
			return l, i
		}
		if (isLetter(u) || u == unitLetter) && l.chars == l.letters {
			l.letters++
			l.end = next
		}
		if first && !dashed && d.n < len(d.handle) {
			d.handle[d.n] = u | 0x20
			d.n++
			d.handleEnd = next
		}
		l.chars++
		i = next
	}
	return l, i
}

// dense tells whether the first label is the mark of a picture for dense screens: icon@2x.png.
func (d *domain) dense() bool { return d.n == 2 && isDigit(d.handle[0]) && d.handle[1] == 'x' }
