package pii

// readPhone offers Indian numbers: mobiles of ten digits from 6 to 9 on, bare
// or after +91, 91, 0091 or 0; landlines with their STD code; and, after a plus,
// numbers of other countries (ITU-T E.164).
func (s *scan) readPhone(g *groups, from, j int, p place) {
	if g.n < 10 || g.n > 15 || g.count > 10 || !g.gaps(" -()") && !(g.gaps(".") && !p.inRun && (p.plus || g.is(3, 3, 4))) {
		return
	}
	h := s.hintsAt(s.region.at[from])
	c := s.phoneWith(g, p, h)
	if c == 0 {
		return
	}
	near := h.nearest == hintFor(Phone)
	switch {
	case near && !p.price:
		c = max(c, .95)
	case p.price || h.nearest == hintMoney || p.sum:
		c = min(c, .3)
	case h.nearest == hintOther || h.nearest == hintAccount || h.nearest == hintFor(Aadhaar) || p.weak:
		if !p.plus {
			c = min(c-.4, .45)
		}
	}
	if c >= s.d.min && c < .85 && s.rightWords(s.region.end[j-1], hintMoney) {
		return
	}
	s.offer(Phone, from, j, c)
}

// phoneWith gives how sure a number is by its digits and groups alone; 0 when it is none.
func (s *scan) phoneWith(g *groups, p place, h *hints) float64 {
	d, near := g.digits[:g.n], h.nearest == hintFor(Phone)
	switch {
	case p.plus:
		return abroad(d)
	case len(d) == 14 && string(d[:4]) == "0091" && d[4] >= '1':
		return .9
	case len(d) == 13 && string(d[:3]) == "091" && d[3] >= '6':
		return .6
	case len(d) == 12 && string(d[:2]) == "91" && d[2] >= '6':
		if g.size[0] == 2 {
			return .85
		}
		if g.count == 1 || near {
			return .7
		}
	case len(d) == 11 && d[0] == '0' && d[1] >= '6' && !p.inRun && trunk(g):
		return .85
	case len(d) == 11 && d[0] == '0' && d[1] >= '1':
		return landline(g, p, near)
	case len(d) == 10 && d[0] >= '6':
		return mobile(g, p, near)
	case len(d) == 10 && d[0] >= '1' && near && !p.inRun && string(d[:4]) != "1800" && string(d[:4]) != "1860":
		return .8
	}
	return 0
}

// abroad judges the digits after a plus.
func abroad(d []byte) float64 {
	switch {
	case string(d[:2]) == "91" && len(d) == 12 && d[2] >= '1',
		string(d[:2]) == "91" && len(d) == 13 && d[2] == '0':
		return .97
	case string(d[:2]) != "91" && len(d) >= 11 && d[0] >= '1':
		return .6
	}
	return 0
}

// trunk judges the groups of a mobile after the trunk prefix 0.
func trunk(g *groups) bool { return g.count <= 4 && (g.count == 1 || g.size[g.count-1] >= 3) }

// mobile judges the groups of a bare mobile number.
func mobile(g *groups, p place, near bool) float64 {
	switch {
	case g.count == 1:
		return .75
	case near:
		return .9
	case p.inRun || g.is(5, 5) && string(g.digits[3:5]) == "00" && string(g.digits[8:10]) == "00": // 60000-80000
		return 0
	case g.is(5, 5), g.is(3, 3, 4), g.is(4, 3, 3), g.is(3, 4, 3), g.is(4, 6):
		return .7
	case g.even() && !falling(g.digits[:g.n]), g.is(2, 8), g.is(2, 4, 4), g.is(6, 4), g.is(3, 7):
		return .55
	}
	return 0
}

// falling tells whether digits count down: 9 8 7 6....
func falling(d []byte) bool {
	for i := 1; i < len(d); i++ {
		if d[i]+1 != d[i-1] {
			return false
		}
	}
	return true
}

// landline judges 0, an STD code of two to four digits, and the rest, in groups.
func landline(g *groups, p place, near bool) float64 {
	switch {
	case near:
		return .9
	case p.inRun || g.count < 2 || g.count > 3 || g.size[0] < 3 || g.size[0] > 5:
		return 0
	case g.gap[1] == ')' || g.gap[1] == '-':
		if first := g.digits[g.size[0]]; first >= '2' && first <= '7' {
			return .6
		}
	}
	return 0
}
