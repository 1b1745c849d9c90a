package pii

// states are the codes that registrations of vehicles and licences begin with
// (Central Motor Vehicles Rules, 1989, as amended), old codes that are still on the road included.
var states = [...]string{"AN", "AP", "AR", "AS", "BR", "CG", "CH", "DD", "DL", "DN", "GA", "GJ", "HP", "HR", "JH", "JK", "KA", "KL",
	"LA", "LD", "MH", "ML", "MN", "MP", "MZ", "NL", "OD", "OR", "PB", "PY", "RJ", "SK", "TG", "TN", "TR", "TS", "UA", "UK", "UP", "WB"}

var isState = func() (t [26][26]bool) {
	for _, s := range states {
		t[s[0]-'A'][s[1]-'A'] = true
	}
	return t
}()

// state tells whether two capitals are the code of a state.
func state(code []byte) bool { return isState[code[0]-'A'][code[1]-'A'] }

// reader begins to read at unit i.
func (s *scan) reader(i int) reader { return reader{r: &s.region, i: i} }

// ends notes what rd found short, and tells whether it read to a place where an identifier may end.
func (s *scan) ends(rd *reader) bool {
	ok := rd.done()
	s.short = s.short || rd.short
	return ok
}

// readCodes offers the identifiers that begin with the letter at unit i.
func (s *scan) readCodes(i int) {
	n := s.letterRun(i)
	if (n == 1 || n == 5) && s.left >= 4 {
		s.readPAN(i)
	}
	if n == 2 && s.left >= 2 {
		s.readVehicle(i)
		s.readOldVoter(i)
	}
	if s.left < 7 {
		return
	}
	switch n {
	case 1:
		s.readPassport(i)
	case 2:
		s.readLicence(i)
	case 3:
		s.readVoter(i)
	}
}

// letterRun gives how many letters stand together at unit i. At an open end
// every shorter run may yet grow, and every one that is short enough is waited for.
func (s *scan) letterRun(i int) int {
	r, n := &s.region, 0
	for i+n < r.n && isLetter(r.u[i+n]) && n < 6 {
		n++
	}
	if i+n == r.n && r.open && n < 6 {
		s.short = true
	}
	return n
}

// near gives c, the confidence without a word, or .97 near a word for k; what
// stands near the word for something else, or in a form that only a word makes likely, is less.
func (s *scan) near(k Kind, i int, c float64, odd bool) float64 {
	switch h := s.hintsAt(s.region.at[i]); {
	case h.nearest == hintFor(k):
		return .97
	case odd:
		return .3
	case h.nearest == hintOther || h.nearest == hintMoney:
		return c - .25
	}
	return c
}

// readPAN reads AAAPL1234C (Income-tax Rules, 1962, rule 114): three letters, the class of
// holder, a letter, four digits, a letter; also in groups, or letter by letter.
func (s *scan) readPAN(i int) {
	rd := s.reader(i)
	spelled := s.letterRun(i) == 1
	for n := range 5 {
		if n > 0 && spelled {
			rd.gap()
		}
		if !rd.letters(1) || spelled && rd.gaps < n {
			s.short = s.short || rd.short
			return
		}
	}
	if !holder(rd.code[3]) {
		return
	}
	for n := range 4 {
		if n == 0 || spelled {
			rd.gap()
		}
		if !rd.digits(1) {
			s.short = s.short || rd.short
			return
		}
	}
	rd.gap()
	ok := rd.letters(1) && s.ends(&rd)
	if s.short = s.short || rd.short; !ok || s.short || string(rd.code[5:9]) == "0000" {
		return
	}
	spread := rd.gaps > 0
	odd := spread && (rd.lower || spelled && rd.gaps < 9) || rd.lower && hex(rd.code[:rd.n])
	s.offer(PAN, i, rd.i, s.near(PAN, i, .9, odd))
}

func holder(u byte) bool {
	switch u {
	case 'A', 'B', 'C', 'F', 'G', 'H', 'J', 'L', 'P', 'T':
		return true
	}
	return false
}

func hex(code []byte) bool {
	for _, u := range code {
		if u > 'F' {
			return false
		}
	}
	return true
}

// readPassport reads a letter and seven digits, the first not 0 (ICAO Doc 9303
// leaves the form to the issuer; India's is a letter and seven digits).
func (s *scan) readPassport(i int) {
	rd := s.reader(i)
	rd.letters(1)
	rd.gap()
	ok := rd.digits(2)
	if ok {
		rd.gap()
		ok = rd.digits(5)
	}
	if ok = ok && s.ends(&rd); rd.short || !ok {
		s.short = s.short || rd.short
		return
	}
	strict := rd.code[1] != '0' && rd.code[7] != '0' && rd.code[0] != 'Q' && rd.code[0] != 'X'
	s.offer(Passport, i, rd.i, s.near(Passport, i, .6, rd.lower || rd.gaps > 0 || !strict))
}

// readVoter reads an EPIC number: three letters and seven digits.
func (s *scan) readVoter(i int) {
	rd := s.reader(i)
	rd.letters(3)
	rd.gap()
	ok := rd.digits(7) && s.ends(&rd)
	if rd.short || !ok {
		s.short = s.short || rd.short
		return
	}
	odd := rd.lower || rd.gaps > 0 || thing(rd.code[:3])
	s.offer(VoterID, i, rd.i, s.near(VoterID, i, .6, odd))
}

// thing tells whether three letters are how numbers of things begin.
func thing(code []byte) bool {
	switch string(code) {
	case "INV", "ORD", "REF", "TXN", "TKT", "SKU", "SRV", "REQ", "DOC", "BIL", "ACK", "APP", "CRN", "SRN", "PNR", "AWB", "UTR", "RRN",
		"CIN", "DIN", "TAN", "LOT", "JOB", "RUN", "BUG", "CVE", "ISO", "RFC", "PO", "GRN", "LRN", "IMG", "DSC", "VER", "SER", "CAS",
		"CUS", "EMP", "FIR", "ARN", "URN", "BAT", "TRK", "PAY", "RCP", "RES", "ERR", "LOG", "TMP":
		return true
	}
	return false
}

// readVehicle reads a registration mark: state, number of the office, up to
// three letters of the series, four digits (rule 50 of the Motor Vehicles Rules).
func (s *scan) readVehicle(i int) {
	rd := s.reader(i)
	rd.letters(2)
	if !state(rd.code[:2]) {
		return
	}
	rd.gap()
	office := rd.digitRun()
	var series int
	ok := office == 1 || office == 2
	if ok {
		for rd.gap(); series < 4 && isLetter(rd.peek()); series++ {
			if rd.take(rd.peek()); series == 0 {
				rd.gap()
			}
		}
		rd.gap()
		ok = series < 4 && !(rd.n > 2+office && wrongSeries(rd.code[2+office:rd.n]))
	}
	digits := 0
	if ok {
		digits = rd.digitRun()
		ok = 1 <= digits && digits <= 4 && s.ends(&rd)
	}
	if rd.short || !ok {
		s.short = s.short || rd.short
		return
	}
	odd := series == 0 || digits < 4 || rd.lower && (rd.gaps > 0 || hex(rd.code[:rd.n]))
	s.offer(Vehicle, i, rd.i, s.near(Vehicle, i, .85, odd))
}

// wrongSeries tells whether letters hold I or O, which no series does.
func wrongSeries(code []byte) bool {
	for _, u := range code {
		if u == 'I' || u == 'O' {
			return true
		}
	}
	return false
}

// readLicence reads a driving licence: state, office, year of issue and seven
// digits; near a word for it also the older forms that the states had.
func (s *scan) readLicence(i int) {
	rd := s.reader(i)
	rd.letters(2)
	if !state(rd.code[:2]) {
		return
	}
	rd.gap()
	digits, end := 0, rd.i
	for groups := 0; groups < 4 && digits < 13; groups++ {
		n := rd.digitRun()
		if n == 0 || digits+n > 15 || isLetter(rd.peek()) {
			break
		}
		digits, end = digits+n, rd.i
		rd.gap()
	}
	rd.i = end
	ok := digits >= 7 && s.ends(&rd)
	if rd.short || !ok {
		s.short = s.short || rd.short
		return
	}
	year := rd.code[4:6]
	odd := digits != 13 || string(year) != "19" && string(year) != "20" || rd.lower && rd.gaps > 0
	s.offer(DrivingLicence, i, rd.i, s.near(DrivingLicence, i, .9, odd))
}

// readOldVoter reads the form that EPIC numbers had in some states: UP/42/187/123456.
func (s *scan) readOldVoter(i int) {
	rd := s.reader(i)
	rd.letters(2)
	for n := range 3 {
		if rd.peek() != '/' {
			s.short = s.short || rd.short
			return
		}
		rd.i++
		least, most := 2, 3
		if n == 2 {
			least, most = 6, 7
		}
		if k := rd.digitRun(); k < least || k > most {
			s.short = s.short || rd.short
			return
		}
	}
	if s.ends(&rd) && !rd.short {
		s.offer(VoterID, i, rd.i, s.near(VoterID, i, .7, !state(rd.code[:2])))
	}
}

// readDigitCodes offers the identifiers with letters that begin with the digit at unit i.
func (s *scan) readDigitCodes(i int) {
	s.readGSTIN(i)
	s.readBharat(i)
}

// readGSTIN reads the fifteen characters of a registration for the goods and
// services tax: state, PAN, number of the registration, Z, check character.
func (s *scan) readGSTIN(i int) {
	rd := s.reader(i)
	ok := rd.digits(2)
	if ok {
		rd.gap()
		ok = rd.letters(5)
	}
	if ok {
		rd.gap()
		ok = rd.digits(4)
	}
	if ok {
		rd.gap()
		ok = rd.letters(1)
	}
	for n := 0; n < 3 && ok; n++ {
		rd.gap()
		u := rd.peek()
		if ok = isAlnum(u); ok {
			rd.take(u)
		}
	}
	if ok = ok && s.ends(&rd); rd.short || !ok {
		s.short = s.short || rd.short
		return
	}
	c := rd.code[:15]
	place := int(c[0]-'0')*10 + int(c[1]-'0')
	if !(1 <= place && place <= 38 || place == 97 || place == 99) || !holder(c[5]) || c[14] != gstinCheck(c[:14]) {
		return
	}
	confidence := .98
	if c[13] != 'Z' {
		confidence = .8
	}
	if rd.gaps > 0 && s.afterPoint(rd.r.at[i]) {
		return
	}
	s.offer(GSTIN, i, rd.i, confidence)
}

// readBharat reads a mark of the BH series: year, BH, four digits, one or two letters.
func (s *scan) readBharat(i int) {
	rd := s.reader(i)
	ok := rd.digits(2)
	if ok {
		rd.gap()
		ok = rd.letters(2) && string(rd.code[2:4]) == "BH"
	}
	if ok {
		rd.gap()
		ok = rd.digitRun() == 4
	}
	series := 0
	if ok {
		rd.gap()
		for ; series < 3 && isLetter(rd.peek()); series++ {
			rd.take(rd.peek())
		}
		ok = (series == 1 || series == 2) && !wrongSeries(rd.code[8:rd.n]) && s.ends(&rd)
	}
	if rd.short || !ok {
		s.short = s.short || rd.short
		return
	}
	if rd.gaps > 0 && s.afterPoint(rd.r.at[i]) {
		return
	}
	s.offer(Vehicle, i, rd.i, s.near(Vehicle, i, .85, rd.lower && rd.gaps > 0))
}

// ifscAfter tells whether an IFSC, or the word, follows byte i closely.
func (s *scan) ifscAfter(i int) bool {
	if s.rightWords(i, hintAccount) {
		return true
	}
	// Four letters, a zero, six letters or digits, after other words or none.
	var last [11]byte
	n := 0
	for end := i; end < i+rightMax; {
		u, size := unitAt(s.text, end, s.final)
		if u == unitEnd {
			s.short = s.short || !s.final
			break
		}
		end += size
		switch {
		case isAlnum(u) && n < len(last):
			last[n] = upper(u)
			n++
			continue
		case isAlnum(u):
			n = len(last) + 1
			continue
		}
		if n == len(last) && ifsc(last[:]) && u != '@' {
			return true
		}
		if u == '\n' || u == '[' || u == '@' || n > 0 && isDigit(last[min(n, len(last))-1]) {
			return false
		}
		n = 0
	}
	return n == len(last) && ifsc(last[:])
}

// ifsc tells whether code has the form that the Reserve Bank gave branches: SBIN0001234.
func ifsc[T string | []byte](code T) bool {
	for i := range 11 {
		if u := code[i]; i < 4 && !isLetter(u) || i == 4 && u != '0' || !isAlnum(u) {
			return false
		}
	}
	return true
}
