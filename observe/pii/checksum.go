package pii

// Verhoeff's dihedral check: multiplication in D5 and the permutation of each
// place (J. Verhoeff, Error Detecting Decimal Codes, 1969). It finds every
// single wrong digit and every swap of neighbours.
var (
	verhoeffD = [10][10]byte{
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
		{1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
		{2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
		{3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
		{4, 0, 1, 2, 3, 9, 5, 6, 7, 8},
		{5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
		{6, 5, 9, 8, 7, 1, 0, 4, 3, 2},
		{7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
		{8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
		{9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
	}
	verhoeffP = [8][10]byte{
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
		{1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
		{5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
		{8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
		{9, 4, 5, 3, 1, 2, 6, 8, 7, 0},
		{4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
		{2, 7, 9, 3, 8, 0, 6, 4, 1, 5},
		{7, 0, 4, 6, 9, 1, 3, 2, 5, 8},
	}
)

// verhoeff tells whether ASCII digits, the check digit last, hold together.
func verhoeff(digits []byte) bool {
	var c byte
	for i := range digits {
		c = verhoeffD[c][verhoeffP[i%8][digits[len(digits)-1-i]-'0']]
	}
	return c == 0
}

// luhn tells whether ASCII digits, the check digit last, hold together
// (ISO/IEC 7812-1, annex B).
func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// gstinCheck gives the last character of a GSTIN whose first fourteen are
// code: values 0 to 35, weights 1 and 2 in turn, digits of the products in base
// 36 summed, and what is missing to the next multiple of 36.
func gstinCheck(code []byte) byte {
	sum := 0
	for i, b := range code {
		p := base36(b) * (1 + i%2)
		sum += p/36 + p%36
	}
	c := (36 - sum%36) % 36
	if c < 10 {
		return '0' + byte(c)
	}
	return 'A' + byte(c-10)
}

func base36(b byte) int {
	if isDigit(b) {
		return int(b - '0')
	}
	return int(upper(b)-'A') + 10
}
