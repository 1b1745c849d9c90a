package guard_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/translate/lang"
)

// The set is made here: sentences as people write them to an office, in English,
// Hindi and Hindi in Latin letters, around made-up numbers in the documented forms
// with right check digits, in the digits of every script; and as many sentences
// around numbers that are nobody's. Nothing in observe/pii was changed for it.

// asker draws numbers.
type asker struct{ *rand.Rand }

func (a asker) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(a.IntN(10))
	}
	return string(b)
}

func (a asker) one(set string) string { i := a.IntN(len(set)); return set[i : i+1] }

func (a asker) caps(n int) (s string) {
	for range n {
		s += a.one("ABCDEFGHJKLMNPRSTUVWXYZ")
	}
	return s
}

// checked gives body with the last digit that makes valid accept it.
func checked(body string, valid func(string) bool) string {
	for c := '0'; c <= '9'; c++ {
		if valid(body + string(c)) {
			return body + string(c)
		}
	}
	return ""
}

// verhoeff checks by the group of the pentagon's symmetries: rotations 0 to 4, reflections 5 to 9.
func verhoeff(s string) bool {
	permuted := [10]int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	sum := 0
	for i := range s {
		d := int(s[len(s)-1-i] - '0')
		for range i % 8 {
			d = permuted[d]
		}
		r := (sum%5 + d%5) % 5
		if sum >= 5 {
			r = (sum%5 - d%5 + 5) % 5
		}
		if (sum >= 5) != (d >= 5) {
			r += 5
		}
		sum = r
	}
	return sum == 0
}

func luhn(s string) bool {
	sum := 0
	for i := range s {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func (a asker) aadhaar() string { return checked(a.one("2345678")+a.digits(10), verhoeff) }
func (a asker) mobile() string  { return a.one("6789") + a.digits(9) }
func (a asker) card() string    { return checked(a.one("45")+a.one("12345")+a.digits(13), luhn) }
func (a asker) pan() string {
	return a.caps(3) + a.one("PCHFT") + a.caps(1) + fmt.Sprintf("%04d", 1+a.IntN(9998)) + a.caps(1)
}

func (a asker) gstin() string {
	const set = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	body := fmt.Sprintf("%02d", 1+a.IntN(36)) + a.pan() + "1Z"
	sum := 0
	for i := range body {
		p := strings.IndexByte(set, body[i]) * (1 + i%2)
		sum += p/36 + p%36
	}
	return body + set[(36-sum%36)%36:][:1]
}

// split puts a sign between groups.
func split(s, sign string, sizes ...int) string {
	for i, n := 0, 0; i < len(sizes); i++ {
		n += sizes[i]
		s = s[:n] + sign + s[n:]
		n += len(sign)
	}
	return s
}

// labelledText is a text of the set.
type labelledText struct {
	kind        pii.Kind // "" of a look-alike
	text, value string
}

func (l *labelledText) held() bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(l.text))
	return h.Sum32()>>16%2 == 1
}

// told are the sentences by kind; %s stands for the value.
var told = map[pii.Kind][]string{
	pii.Aadhaar:        {"My Aadhaar is %s, how do I change the address?", "Please link aadhar no. %s with my bank.", "मेरा आधार %s है, पता कैसे बदलूँ?", "आधार कार्ड %s खो गया", "mera aadhaar number %s hai", "aadhar card %s mein naam galat hai", "UID %s", "I applied with %s last week but the card has not come", "क्या %s पर कोई राशन कार्ड बना है?", "yeh %s kiska hai, pata karo"},
	pii.Phone:          {"You can reach me at %s after six.", "Call me on %s.", "Ring %s if the line is busy", "मेरा मोबाइल नंबर %s है", "मुझे %s पर फोन कीजिए", "इस नंबर पर संपर्क करें: %s", "mera phone %s hai", "mujhe %s par call karo", "is number pe whatsapp karna %s", "SMS was sent to %s but no OTP came", "my contact: %s, thank you"},
	pii.PAN:            {"My PAN %s shows the wrong name.", "Refund for %s is pending since May", "मेरा पैन %s है", "पैन कार्ड %s आधार से कैसे जोड़ूँ?", "mera pan card %s kho gaya", "pan %s ka status kya hai"},
	pii.GSTIN:          {"Our GSTIN is %s.", "The firm %s did not file its return", "जीएसटी नंबर %s है", "hamara GST number %s cancel ho gaya"},
	pii.Email:          {"Write to me: %s.", "My mail id is %s, please send the form", "मेरा ईमेल %s है", "उत्तर %s पर भेजें", "mera email %s hai", "is id par bhejo %s"},
	pii.UPI:            {"Pay to %s for the fee.", "My UPI id %s was blocked", "मेरी यूपीआई आईडी %s है", "mera upi %s hai, refund isi par do"},
	pii.BankAccount:    {"My account number is %s with the state bank.", "The pension goes to a/c no %s", "मेरा खाता संख्या %s है", "बैंक खाता %s में पैसे नहीं आए", "mera khata number %s hai", "bank account %s mein paisa nahi aaya"},
	pii.Card:           {"My card %s was charged twice.", "Debit card number %s has expired", "मेरा कार्ड %s ब्लॉक कर दें", "mera card %s kho gaya hai", "The receipt shows %s as payer"},
	pii.Passport:       {"My passport %s expires in June.", "Passport number %s, issued at Pune", "मेरा पासपोर्ट %s है", "mera passport number %s hai"},
	pii.VoterID:        {"My voter id %s has an old photo.", "EPIC %s", "मेरा वोटर आईडी %s है", "मतदाता पहचान पत्र %s में नाम गलत है", "mera voter card %s kho gaya"},
	pii.DrivingLicence: {"My driving licence %s was taken by the police.", "DL number %s needs renewal", "ड्राइविंग लाइसेंस %s कैसे रिन्यू करूँ?", "mera driving licence %s expire ho gaya"},
	pii.Vehicle:        {"My car %s was towed.", "A challan came for %s which I sold", "मेरी गाड़ी %s चोरी हो गई", "meri bike %s ka challan"},
	pii.DateOfBirth:    {"My date of birth is %s.", "DOB %s, as in the marksheet", "मेरी जन्म तिथि %s है", "जन्मतिथि: %s", "meri janm tithi %s hai"},
}

// forms gives spellings of one new value of a kind.
func (a asker) forms(k pii.Kind) []string {
	state := []string{"MH12", "DL08", "UP32", "KA05", "TN22", "WB02", "GJ01", "RJ14", "KL07", "BR01"}[a.IntN(10)]
	switch k {
	case pii.Aadhaar:
		n := a.aadhaar()
		return []string{n, split(n, " ", 4, 4), split(n, "-", 4, 4), a.native(n), a.native(split(n, " ", 4, 4))}
	case pii.Phone:
		n := a.mobile()
		return []string{n, "+91 " + n, "+91-" + split(n, " ", 5), "0" + n, split(n, " ", 5), split(n, "-", 3, 3), a.native(n), "+91" + a.native(n)}
	case pii.PAN:
		n := a.pan()
		return []string{n, strings.ToLower(n), split(n, " ", 5, 4)}
	case pii.GSTIN:
		return []string{a.gstin(), strings.ToLower(a.gstin())}
	case pii.Email:
		return []string{"meena." + a.digits(2) + "@mailbox.example.com", "r_sharma" + a.digits(3) + "@example.in", "office-" + a.digits(1) + "@dept.example.org"}
	case pii.UPI:
		return []string{a.mobile() + "@ybl", "sunita" + a.digits(2) + "@okicici", "ravi.k@paytm"}
	case pii.BankAccount:
		return []string{a.one("123") + a.digits(10), a.one("5679") + a.digits(13), a.native(a.one("34") + a.digits(10))}
	case pii.Card:
		n := a.card()
		return []string{n, split(n, " ", 4, 4, 4), split(n, "-", 4, 4, 4), a.native(n)}
	case pii.Passport:
		return []string{a.one("JKLMNPRSTZ") + a.one("1234567") + a.digits(6)}
	case pii.VoterID:
		return []string{a.caps(3) + a.digits(7)}
	case pii.DrivingLicence:
		return []string{state + fmt.Sprint(1995+a.IntN(28)) + a.digits(7), state + " " + fmt.Sprint(1995+a.IntN(28)) + a.digits(7), state[:2] + "-" + state[2:] + fmt.Sprint(1995+a.IntN(28)) + a.digits(7)}
	case pii.Vehicle:
		n := a.caps(2)
		return []string{state + n + a.one("123456789") + a.digits(3), state + " " + n + " " + a.one("123456789") + a.digits(3), state[:2] + "-" + state[2:] + "-" + n + "-" + a.one("123456789") + a.digits(3)}
	}
	d, m, y := 1+a.IntN(28), 1+a.IntN(12), 1950+a.IntN(60)
	return []string{fmt.Sprintf("%02d/%02d/%d", d, m, y), fmt.Sprintf("%d-%02d-%02d", y, m, d), fmt.Sprintf("%d.%d.%d", d, m, y), fmt.Sprintf("%d May %d", d, y), a.native(fmt.Sprintf("%02d/%02d/%d", d, m, y))}
}

// native writes digits in those of one of the scripts, each in turn.
func (a asker) native(s string) string {
	all := lang.All()
	return lang.Digits(all[a.IntN(len(all))].Code, s)
}

// asides are sentences around numbers that are nobody's; %d stands for so many digits, # for one.
var asides = []string{
	"My application number is 20##########, what is its status?", "Order no 9######### has not come", "The reference 7######### was given to me", "Ticket 8########## is still open", "Transaction id 9######### failed", "Complaint number 6######### of March", "Roll no 9######### result", "PNR 6#########",
	"मेरा आवेदन संख्या 20########## है, स्थिति बताएँ", "ऑर्डर संख्या 9######### नहीं आया", "शिकायत संख्या 8######### का क्या हुआ?", "रोल नंबर 7######### का परिणाम", "संदर्भ संख्या 9######### दी गई थी", "लेनदेन संख्या 9######### विफल रहा", "रसीद 8######### है",
	"mera application number 20########## hai", "order number 9######### nahi aaya", "complaint no 8######### ka kya hua", "roll number 7######### ka result",
	"What does section 1## of the Act of 19## say?", "Rule 1# of 20## applies", "धारा 3## और 4## क्या हैं?", "अधिनियम 19## की धारा ##", "In 19## the tax was # percent", "वर्ष 20## में 1## गाँव थे", "Which scheme began on 1# May 20##?", "The office at PIN 11#### is closed", "पिन कोड 22#### कहाँ है?", "Mumbai 4000## to Pune 4110##",
	"The budget is Rs 9######### this year", "₹8######### की लागत", "Rs. 1,##,##,### were spent", "लागत ₹ ##,##,### है", "yojana mein 12 lakh 5# hazaar log", "The fee is 1#00 rupees", "जनसंख्या 1######### थी", "population 13######## in 20##",
	"Call 1800-11-#### toll free", "helpline 1800 180 1### or 112", "1098 और 181 पर फोन करें", "dial 100, 101, 108", "हेल्पलाइन 14### है", "call centre 1930", "Train 12### leaves at 1#:##", "Flight 6E-2### and AI-1##", "गाड़ी संख्या 12### कब आएगी?", "NH 4# and SH 1#", "Bus no 4## at 0#:3#",
	"28.6##### N, 77.2##### E", "Version 1.2#.3 of 20##", "192.168.1.1# is the router", "ISBN 978-81-7525-7##-5", "The file IMG_20240224_10##00.jpg", "https://example.org/page/1########2/view", "Survey no 1##/4/#", "खसरा 4##/7#", "Plot 1#, Sector 6#", "Room 12#, floor 1#", "Circular No. 4/20##-Estt dated 1#.0#.20##", "G.O. 1## of 20##", "क्रमांक एफ-1#/20##/4##",
	"IFSC SBIN000####", "branch code 0####", "MICR 11000#00#", "बैंक की शाखा का IFSC HDFC000####", "file number 2########## please", "token 9#########", "batch 7#########", "serial number 8#########", "invoice 9######### of June", "tender id 20########## closes", "survey of 1#### houses", "pages 1## to 2##", "Chapter 1#, verse 4#", "2+#=#", "1#x1# feet", "5# kg at 1## a kg", "between 1#00 and 2#00 units", "4## km in # hours", "# of 1## wells are dry",
}

// piiSet gives the positives and the look-alikes.
func piiSet() (set []labelledText) {
	a := asker{rand.New(rand.NewPCG(7, 5))}
	for _, k := range pii.Kinds() {
		for round := range 2 {
			for i, sentence := range told[k] {
				forms := a.forms(k)
				for j := range min(len(forms), 3) {
					v := forms[(i+j+round)%len(forms)]
					set = append(set, labelledText{k, fmt.Sprintf(sentence, v), v})
				}
			}
		}
	}
	for range 4 {
		for _, s := range asides {
			for strings.Contains(s, "#") {
				s = strings.Replace(s, "#", a.digits(1), 1)
			}
			if a.IntN(4) == 0 && !strings.Contains(s, "http") {
				s = a.native(s)
			}
			set = append(set, labelledText{text: s})
		}
	}
	return set
}

// figures are the counts of a part of the set.
type figures struct{ positives, found, lookalikes, wrong float64 }

func (f *figures) recall() float64    { return f.found / f.positives }
func (f *figures) precision() float64 { return f.found / (f.found + f.wrong) }

// The bar: recall and precision of at least .98 each on at least 300 positives and
// 300 look-alikes. A value is found when a model behind the guard sees nothing of it
// and gets it back; whatever else the model does not see is wrong.
func TestPIISet(t *testing.T) {
	g := newGuard(t, nil)
	all := map[string]*figures{"all": {}, "held": {}, "dev": {}}
	for _, l := range piiSet() {
		half := "dev"
		if l.held() {
			half = "held"
		}
		m := echoes()
		res, err := g.Model(m).Generate(t.Context(), user(l.text))
		require.NoError(t, err)
		require.Equal(t, l.text, res.Text, "what was hidden comes back")
		hid := 0
		for k, n := range res.Guarded {
			if strings.HasPrefix(k, "pii.") && k != "pii.restored" {
				hid += n
			}
		}
		before, after, _ := strings.Cut(l.text, l.value)
		seen := lastText(m.asked)
		whole := l.kind != "" && hid == 1 && strings.HasPrefix(seen, before+"[") && strings.HasSuffix(seen, "]"+after)
		for _, f := range []*figures{all["all"], all[half]} {
			if l.kind == "" {
				f.lookalikes++
				f.wrong += float64(hid)
				continue
			}
			f.positives++
			if whole {
				f.found++
			} else {
				f.wrong += float64(hid)
			}
		}
		if half == "dev" && (l.kind == "" && hid > 0 || l.kind != "" && !whole) {
			t.Logf("%s: %q", l.kind, l.text)
		}
	}
	for name, f := range all {
		t.Logf("%-4s recall %.4f of %.0f, precision %.4f with %.0f look-alikes", name, f.recall(), f.positives, f.precision(), f.lookalikes)
	}
	f := all["all"]
	require.GreaterOrEqual(t, f.positives, 300.)
	require.GreaterOrEqual(t, f.lookalikes, 300.)
	require.GreaterOrEqual(t, f.recall(), .98)
	require.GreaterOrEqual(t, f.precision(), .98)
}
