package pii_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/translate/lang"
)

// positive is a text around one identifier. Every number here is made up: random
// digits in a documented form, check digits computed as the issuers describe.
type positive struct {
	kind          pii.Kind
	before, value string
	after         string
}

func (p positive) text() string { return p.before + p.value + p.after }

// maker draws identifiers.
type maker struct{ *rand.Rand }

func (m maker) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(m.IntN(10))
	}
	return string(b)
}

func (m maker) from(set string) string { i := m.IntN(len(set)); return set[i : i+1] }

func (m maker) letters(n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(m.from("ABCDEFGHJKLMNPRSTUVWXYZ"))
	}
	return b.String()
}

// closing gives the digit after body that check accepts: the check digit, found without knowing how it is computed.
func closing(body string, check func(string) bool) string {
	for c := '0'; c <= '9'; c++ {
		if check(body + string(c)) {
			return body + string(c)
		}
	}
	panic("no digit closes " + body)
}

func (m maker) aadhaar() string { return closing(m.from("3456789")+m.digits(10), dihedral) }

// dihedral is Verhoeff's check computed in the group itself, rotations and
// reflections of a pentagon, not from tables.
func dihedral(s string) bool {
	mul := func(a, b int) int {
		switch {
		case a < 5 && b < 5:
			return (a + b) % 5
		case a < 5:
			return 5 + (a+b-5)%5
		case b < 5:
			return 5 + (a-5-b+5)%5
		}
		return (a - b + 5) % 5
	}
	sigma := [10]int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	c := 0
	for i := range s {
		d := int(s[len(s)-1-i] - '0')
		for range i % 8 {
			d = sigma[d]
		}
		c = mul(c, d)
	}
	return c == 0
}

func mod10(s string) bool {
	sum := 0
	for i := range s {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
}

func (m maker) pan() string {
	return m.letters(3) + m.from("ABCFGHJLPT") + m.letters(1) + fmt.Sprintf("%04d", 1+m.IntN(9999)) + m.letters(1)
}

func (m maker) gstin() string {
	const chars = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	body := fmt.Sprintf("%02d", 1+m.IntN(37)) + m.pan() + m.from("123456789") + "Z"
	sum := 0
	for i := range body {
		p := strings.IndexByte(chars, body[i]) * (1 + i%2)
		sum += p/36 + p%36
	}
	return body + string(chars[(36-sum%36)%36])
}

func (m maker) passport() string {
	return m.from("ABCDEFGHJKLMNPRSTUVWY") + m.from("123456789") + m.digits(5) + m.from("123456789")
}
func (m maker) voter() string { return m.letters(2) + m.from("XYZ") + m.digits(7) }

// mobile draws a number that is no Aadhaar number when 91 stands before it.
func (m maker) mobile() string {
	for {
		p := m.from("6789") + m.digits(4) + m.from("12345") + m.digits(3) + m.from("12345")
		if !dihedral("91" + p) {
			return p
		}
	}
}

func (m maker) state() string {
	all := []string{"MH", "DL", "UP", "KA", "TN", "WB", "GJ", "RJ", "KL", "AP", "TS", "OD", "PB", "HR", "AS", "BR", "MP", "JK"}
	return all[m.IntN(len(all))]
}
func (m maker) office() string { return fmt.Sprintf("%02d", 1+m.IntN(80)) }
func (m maker) card(prefix string, n int) string {
	return closing(prefix+m.digits(n-1-len(prefix)), mod10)
}

// cut puts sep between groups of the given sizes.
func cut(s, sep string, sizes ...int) string {
	var out []string
	for _, n := range sizes {
		out = append(out, s[:n])
		s = s[n:]
	}
	return strings.Join(append(out, s), sep)
}

func spell(s, sep string) string { return strings.Join(strings.Split(s, ""), sep) }

func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7F {
			return r + 0xFEE0
		}
		return r
	}, s)
}

// around are sentences in which any identifier may stand; none names a kind.
var around = [][2]string{{"", ""}, {"", "."}, {"(", ")"}, {"यह ", " है।"}, {"मेरे पास ", " लिखा है"}, {"it is ", ", thanks"}, {"write ", "\n"}, {"எனது ", " ஆகும்"},
	{"এটি ", "।"}, {"یہ ", " ہے۔"}, {"ಇದು ", " ಎಂದು"}, {"ఇది ", " అని"}, {"ഇത് ", " ആണ്"}, {"આ ", " છે"}, {"ਇਹ ", " ਹੈ"}, {"ଏହା ", " ଅଟେ"}, {"value=", "&x=y"}, {`{"v":"`, `"}`}, {"\t", "\t"}, {"ᱱᱚᱶᱟ ", " ᱠᱟᱱᱟ᱾"}, {"ꯃꯁꯤ ", " ꯅꯤ"}}

// labels are words for the kinds that need one, or are written with one.
var labels = map[pii.Kind][]string{
	pii.Aadhaar:        {"Aadhaar number: ", "आधार संख्या ", "আধার নম্বর: ", "ஆதார் எண் ", "ఆధార్ సంఖ్య: ", "આધાર નંબર ", "ಆಧಾರ್ ಸಂಖ್ಯೆ ", "ആധാർ നമ്പർ ", "ଆଧାର ନମ୍ବର ", "ਆਧਾਰ ਨੰਬਰ ", "آدھار نمبر ", "order with Aadhaar "},
	pii.Phone:          {"Phone: ", "Call ", "फोन नंबर ", "मोबाइल: ", "ফোন: ", "தொலைபேசி: ", "ఫోన్: ", "ફોન ", "ಮೊಬೈಲ್ ", "ഫോൺ: ", "ଫୋନ୍ ", "ਫ਼ੋਨ: ", "فون نمبر ", "Tel. ", "whatsapp ", `"phoneNumber":"`, "दूरभाष "},
	pii.BankAccount:    {"Account number: ", "A/c No. ", "खाता संख्या ", "बैंक खाता: ", "অ্যাকাউন্ট নম্বর ", "கணக்கு எண்: ", "ఖాతా సంఖ్య ", "ખાતા નંબર ", "ಖಾತೆ ಸಂಖ್ಯೆ ", "അക്കൗണ്ട് നമ്പർ ", "ଖାତା ନମ୍ବର ", "ਖਾਤਾ ਨੰਬਰ ", "اکاؤنٹ نمبر ", "acct ", "IFSC SBIN0004321, ", "khata number "},
	pii.DateOfBirth:    {"DOB: ", "Date of Birth - ", "D.O.B. ", "जन्म तिथि: ", "जन्मतिथि ", "जन्म तारीख: ", "জন্ম তারিখ ", "জন্ম তাৰিখ: ", "பிறந்த தேதி ", "పుట్టిన తేదీ: ", "જન્મ તારીખ ", "ಹುಟ್ಟಿದ ದಿನಾಂಕ: ", "ജനനത്തീയതി ", "ଜନ୍ମ ତାରିଖ: ", "ਜਨਮ ਮਿਤੀ ", "تاریخ پیدائش ", "जन्म मिति ", "जनम दी तरीक जन्म तिथि ", "ᱡᱟᱱᱟᱢ ᱢᱟᱹᱦᱤᱛ ", "ꯄꯣꯛꯄ ꯇꯥꯡ ", "جنم تاريخ ", "birthday: "},
	pii.Passport:       {"Passport no. ", "पासपोर्ट ", "পাসপোর্ট ", "பாஸ்போர்ட் ", "پاسپورٹ ", "પાસપોર્ટ "},
	pii.VoterID:        {"Voter ID: ", "EPIC no ", "मतदाता पहचान पत्र ", "ভোটার ", "வாக்காளர் ", "ووٹر "},
	pii.DrivingLicence: {"Driving licence: ", "DL no ", "ड्राइविंग लाइसेंस ", "ড্রাইভিং লাইসেন্স ", "ഡ്രൈവിങ് ലൈസൻസ് "},
	pii.Vehicle:        {"Vehicle no ", "गाड़ी नंबर ", "গাড়ি ", "வாகன எண் ", "వాహనం ", "گاڑی "},
	pii.UPI:            {"UPI ID: ", "यूपीआई ", "vpa "},
}

// positives are at least four hundred texts, each with one identifier.
func positives() []positive {
	m := maker{rand.New(rand.NewPCG(20, 26))}
	var all []positive
	n := 0
	add := func(k pii.Kind, values ...string) { // in a sentence that says nothing
		for _, v := range values {
			a := around[n%len(around)]
			n++
			all = append(all, positive{k, a[0], v, a[1]})
		}
	}
	labelled := func(k pii.Kind, value func() string) { // after every word for it
		for _, l := range labels[k] {
			all = append(all, positive{k, l, value(), around[len(all)%len(around)][1]})
		}
	}
	for _, l := range lang.All() { // every script, whole and in groups
		a, p := m.aadhaar(), m.mobile()
		add(pii.Aadhaar, lang.Digits(l.Code, a), lang.Digits(l.Code, cut(a, " ", 4, 4)), lang.Digits(l.Code, cut(a, "-", 4, 4)))
		add(pii.Phone, lang.Digits(l.Code, p), lang.Digits(l.Code, cut(p, " ", 5)), lang.Digits(l.Code, "+91-"+p))
		all = append(all, positive{pii.DateOfBirth, "DOB ", lang.Digits(l.Code, "07/11/1988"), " "})
	}
	for range 6 {
		a := m.aadhaar()
		add(pii.Aadhaar, wide(a), spell(a, "\u200b"), spell(a, "\u200d"), spell(a, " "), cut(a, "\u00a0", 4, 4), cut(a, " - ", 4, 4), cut(a, "\u2013", 4, 4),
			cut(a, ".", 4, 4), cut(a, "\n", 4, 4), cut(a, " ", 2, 2, 2, 2, 2), cut(a, "\u200b", 4, 4), spell(a, "\u0336"), spell(a, "\ufe0f\u20e3"))
		p := m.mobile()
		add(pii.Phone, "+91"+p, "+91 "+p, "+91 "+cut(p, " ", 5), "+91-"+cut(p, "-", 5), "(+91) "+p, "0"+p, "0091"+p, "0091 "+p, "91"+p, "91-"+p, "91 "+cut(p, " ", 5),
			cut(p, "-", 5), cut(p, "-", 3, 3), cut(p, " ", 3, 3), cut(p, ".", 3, 3), cut(p, " ", 4, 3), wide(p), wide("+91 ")+p, spell(p, "\u200b"), "0"+cut(p, " ", 5), "+91 (0) "+p, cut(p, " ", 4))
		add(pii.Phone, "022-2"+m.digits(7), "(011) 4"+m.digits(7), "0522-2"+m.digits(6), "+91 22 2"+m.digits(7), "+91-11-4"+m.digits(7), "(0141) 2"+m.digits(6))
		x := m.pan()
		add(pii.PAN, x, strings.ToLower(x[:3])+strings.ToLower(x[3:4])+"z"+x[5:9]+"z", cut(x, " ", 5, 4), cut(x, "-", 5, 4), wide(x), spell(x, " "), spell(x, "\u200b"))
		g := m.gstin()
		add(pii.GSTIN, g, strings.ToLower(g), cut(g, " ", 2, 10), cut(g, "-", 2, 10), wide(g), spell(g, "\u200c"))
		add(pii.Passport, m.passport())
		add(pii.VoterID, m.voter(), m.state()+"/"+m.office()+"/"+m.digits(3)+"/"+m.digits(6))
		d := m.state() + m.office()
		year := fmt.Sprint(1990 + m.IntN(35))
		add(pii.DrivingLicence, d+year+m.digits(7), d+" "+year+m.digits(7), cut(d, "-", 2)+year+m.digits(7), cut(d, "-", 2)+"-"+year+"-"+m.digits(7), cut(d, " ", 2)+" "+year+" "+m.digits(7))
		v := []string{m.state(), m.office(), m.letters(2), m.from("1234") + m.digits(3)}
		add(pii.Vehicle, strings.Join(v, ""), strings.Join(v, " "), strings.Join(v, "-"), v[0]+v[1]+" "+v[2]+v[3], v[0]+"-"+v[1]+"-"+v[2]+" "+v[3], "DL"+" 1C "+v[2]+" "+v[3], "DL3C"+v[2]+v[3],
			"22BH"+v[3]+v[2], "23 BH "+v[3]+" "+v[2], "21-BH-"+v[3]+"-"+v[2][:1], wide(strings.Join(v, "")))
		add(pii.Email, "asha."+m.digits(3)+"@example.in", "R_K+news@mail.example.co.in", "a@b.org", "राम"+m.digits(2)+"@उदाहरण.भारत", "x"+p+"@example.com", wide("asha@example.com"), "as\u200bha@exam\u200bple.com", "first-last@xn--example-9ta.in")
		add(pii.UPI, p+"@ybl", "asha.k@okaxis", "shop-"+m.digits(3)+"@paytm", "ASHA@OKSBI", "a.b@upi", p+"-2@ibl")
		for _, c := range []string{m.card("4", 16), m.card("53", 16), m.card("2345", 16), m.card("6521", 16), m.card("6071", 16), m.card("508", 16), m.card("8172", 16)} {
			add(pii.Card, c, cut(c, " ", 4, 4, 4), cut(c, "-", 4, 4, 4))
		}
		c := m.card("37", 15)
		add(pii.Card, c, cut(c, " ", 4, 6), m.card("36", 14), m.card("6304", 19), wide(m.card("4", 16)), lang.Digits(lang.Hindi, m.card("4", 16)), cut(m.card("6011", 16), "\n", 4, 4, 4))
		add(pii.BankAccount, m.from("123")+m.digits(11)+"")
		all[len(all)-1].after = ", IFSC HDFC0" + m.digits(6)
		all = append(all, positive{pii.BankAccount, "SBIN0" + m.digits(6) + " ", "3" + m.digits(10), ""})
		all = append(all, positive{pii.BankAccount, "", "5" + m.digits(13), " (KKBK0" + m.digits(6) + ")"})
	}
	labelled(pii.Aadhaar, func() string { return m.aadhaar() })
	labelled(pii.Aadhaar, func() string { return cut(m.aadhaar(), " ", 3, 3, 3) })
	labelled(pii.Phone, func() string { return m.mobile() })
	labelled(pii.Phone, func() string { return "0" + m.from("2345") + "2-" + m.from("234") + m.digits(7) })
	labelled(pii.Phone, func() string { return cut(m.mobile(), " ", 2, 4) })
	labelled(pii.Phone, func() string { return "22 2" + m.digits(3) + " " + m.digits(4) })
	labelled(pii.BankAccount, func() string { return m.from("123") + m.digits(8+m.IntN(9)) })
	labelled(pii.BankAccount, func() string { return cut("3"+m.digits(10), " ", 4, 4) })
	for _, form := range []string{"12/05/1990", "12-5-1990", "12.05.1990", "1990-05-12", "12/05/90", "12 05 1990", "12051990", "12 May 1990", "12th May, 1990", "May 12, 1990", "12 मई 1990", "१२ मई १९९०", "১২ মে ১৯৯০", "12 மே 1990", "12 - 05 - 1990"} {
		labelled(pii.DateOfBirth, func() string { return form })
	}
	all = append(all, positive{pii.DateOfBirth, "", "12/05/1990", " (DOB)"}, positive{pii.DateOfBirth, "I was born on ", "12 May 1990", " in Pune"},
		positive{pii.DateOfBirth, "मेरा जन्म ", "12 मई 1990", " को हुआ"}, positive{pii.DateOfBirth, "", "१२-०५-१९९०", " को जन्म"}, positive{pii.DateOfBirth, `{"dob":"`, "1990-05-12", `T00:00:00Z"}`})
	labelled(pii.Passport, func() string { return strings.ToLower(m.passport()) })
	labelled(pii.Passport, func() string { return cut(m.passport(), " ", 1) })
	labelled(pii.VoterID, func() string { return m.voter() })
	labelled(pii.DrivingLicence, func() string { return m.state() + "/" + m.office() + "/" + m.digits(7) })
	labelled(pii.Vehicle, func() string { return m.state() + m.office() + m.letters(1) + "12" })
	labelled(pii.UPI, func() string { return "asha" + m.digits(2) + "@newbank" })
	return all
}

func TestEveryPositiveIsFoundAndMasked(t *testing.T) {
	d, all := pii.New(nil), positives()
	require.GreaterOrEqual(t, len(all), 400)
	counts := map[pii.Kind]int{}
	for _, p := range all {
		counts[p.kind]++
		text := p.text()
		found := d.Find(text)
		if len(found) != 1 {
			t.Errorf("%s %q in %q: found %v", p.kind, p.value, text, found)
			continue
		}
		if got := found[0].In(text); got != p.value || found[0].Kind != p.kind {
			t.Errorf("%s %q in %q: found %s %q", p.kind, p.value, text, found[0].Kind, got)
		}
		assert.Equal(t, p.before+p.kind.Tag()+p.after, d.Mask(text))
		require.True(t, d.Contains(text))
		require.Error(t, d.Refuse(text))
	}
	for _, k := range pii.Kinds() {
		require.GreaterOrEqual(t, counts[k], 12, k)
	}
	t.Logf("%d positives: %v", len(all), counts)
}

func TestAStreamIsTheWholeForEverySplit(t *testing.T) {
	d := pii.New(nil)
	for i, p := range positives() {
		if i%slowdown != 0 {
			continue
		}
		text := p.text()
		want := d.Mask(text)
		for i := range len(text) + 1 {
			s := d.NewStream()
			require.Equal(t, want, s.Write(text[:i])+s.Write(text[i:])+s.Flush(), "%q split at %d", text, i)
		}
		for n := 1; n < 8; n++ {
			s := d.NewStream()
			var got strings.Builder
			for rest := text; rest != ""; {
				k := min(n, len(rest))
				got.WriteString(s.Write(rest[:k]))
				rest = rest[k:]
			}
			require.Equal(t, want, got.String()+s.Flush(), "%q in pieces of %d", text, n)
		}
	}
}
