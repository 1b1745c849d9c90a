package pii_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/translate/lang"
)

// written are texts that hold numbers and names of things, and nobody's.
var written = []string{
	"The fort was built in 1639 and opened in 1648.", "1857 का विद्रोह", "২০২৪ সালে", "২০১১ ২০১২ ২০১৩ সালের তথ্য", "2011 2012 2013 2014 2015", "2019-20, 2020-21, 2021-22", "वर्ष २०२३-२४",
	"rupees 1,25,000", "₹1,25,00,000", "Rs. 9876543210", "Rs 7500000000 crore budget", "₹ 9999999999", "INR 8000000000", "a budget of 9876543210 rupees", "7000000000 रुपये", "मूल्य 6500.50", "$1,299.99", "कीमत ₹८५,०००", "9,87,65,43,210", "70,00,00,000 votes",
	"PIN 110001", "पिन कोड 226001", "Mumbai 400001, Delhi 110001, Chennai 600001", "Bengaluru - 560 001", "Pune 411 004",
	"Application No. 9876501234", "application number 20240012345678", "आवेदन संख्या 9123400567", "Ack no 812345678901234", "Roll No 9012345678", "reference 7012345678", "Ref: 8800112233", "invoice 6677889900", "Invoice INV1234567", "bill no 9000112233", "receipt 8765012340",
	"order id 9876543210", "Order #9876543210", "ऑर्डर 9812345670", "ORD1234567 shipped", "ticket TKT7654321", "tracking no 7890123456", "PNR 8123456789", "PNR no. 6543219870", "transaction id 9871234560", "UTR 9123456780", "token 7777888899", "complaint no 9090909091",
	"serial no 8181818181", "batch 7654321098", "part no A1234567", "model B7654321", "SKU C1234567", "invoice no D1234568", "case no E2345671", "flight A1234567", "file no K1234567",
	"+1", "+91", "91", "0", "100", "112", "1098", "181", "1800-11-4000", "toll free 1800 180 1551", "helpline 1930", "call 100 or 112", "dial 1098 now", "1860 266 2666",
	"2026-02-24T10:30:00Z", "2026-02-24T10:30:00.123456Z", "2026-02-24 10:30:00", "24/02/2026", "24-02-2026", "24.02.2026", "February 24, 2026", "24 February 2026", "२४ फरवरी २०२६", "15 August 1947 is Independence Day", "Issued 12/05/2020, valid till 12/05/2030", "दिनांक 12/05/2020", "जारी 12-05-2020",
	"Mahatma Gandhi was born on 2 October 1869.", "महात्मा गांधी का जन्म 2 अक्टूबर 1869 को हुआ", "রবীন্দ্রনাথ জন্মগ্রহণ করেন 7 মে 1861 সালে", "born in 1869", "जन्म 1869", "20240224103000", "202402241030", "20240224", "1700000000", "1700000000000", "1700000000123456", "1700000000123456789",
	"v1.2.3", "1.26.8", "go1.26.8", "v0.0.0-20240224103000-0123456789ab", "10.15.7", "Chrome/120.0.6099.109", "libc 2.36", "version 9876543210", "build 9876543210", "4.18.0-513.5.1.el8_9.x86_64", "TLS 1.3", "ISO 8601", "RFC 5321", "UTF-8", "SHA-256", "x86_64", "arm64", "IPv4", "H2O", "CO2", "B2B", "24x7", "3D", "4K",
	"d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "0a281a1", "36f3233", "commit 9413e1234567890", "sha256:0123456789012345678901234567890123456789", "4bf92f3577b34da6a3ce929d0e0e4736", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
	"550e8400-e29b-41d4-a716-446655440000", "12345678-1234-1234-1234-123456789012", "0b6c7f0e-98d1-4c2a-9a51-3f2b7d1c9e10", "deadbeef-cafe-4bad-8bad-234123412346", "00000000-0000-0000-0000-000000000000", "request 7f0c1234-5678-4321-8765-987654321098",
	"192.168.1.1", "10.0.0.7:5432", "127.0.0.1:8000", "255.255.255.0", "172.16.254.1/24", "2001:db8:85a3::8a2e:370:7334", "fe80::1", "00:1A:2B:3C:4D:5E", "00-1A-2B-3C-4D-5E", "http://127.0.0.1:8001/health", "https://example.org/a/123456789012/b", "https://example.org/?id=12345&page=2",
	"28.6139, 77.2090", "28.613939,77.209021", "27.1751448° N, 78.0421422° E", "lat 28.6139391 lng 77.2090212", "12°58'20\"N", "77.2090212345", "0.9876543210", "3.14159265358979", "2.718281828459045", "6.02214076e23", "1.25", "99.9%", "-40.5",
	"2+2=4", "3*9876543210", "9876543210*2", "x = 12 × 9876543210", "2^64 = 18446744073709551616", "1/2 + 3/4", "10^9", "7! = 5040", "12345679 x 9 = 111111111", "a1 + b2 = c3", "f(x) = 3x + 7", "1234567890", "0123456789", "111111111111", "000000000000", "123456789012", "1234 5678 9012", "0000 0000 0000 0000", "1111 1111 1111 1111", "9999",
	"@name", "@narendra", "hello @asha and @ravi", "#hashtag2024", "user@localhost", "name@home", "me @ home", "5 @ 20 each", "@2x", "icon@2x.png", "logo@3x.webp", "npm i pkg@1.2.3", "golang.org/x/text@v0.14.0", "image@sha256", "foo@", "@", "a@", "@b.c", "50@100", "root@db", "asha@chat", "git@host",
	"IFSC SBIN0001234", "SBIN0001234", "MICR 110002001", "branch code 01234", "SWIFT SBININBB", "खाता खोलें", "account opened in 2019", "account for 12 members", "A/c 12345", "खाता 1234",
	"NH 44", "NH-48", "SH 17", "A4 paper", "B12 vitamin", "Section 144", "Article 370", "धारा 420", "IPC 302", "Chapter 12, pages 345-678", "pp. 1234–1256", "Vol. 12 No. 3", "ISBN 978-81-7525-766-5", "ISBN 9788175257665", "ISBN 8175257660", "ISSN 0971-751X", "barcode 8901234567894", "EAN 8901063012345", "DOI 10.1000/182", "arXiv:2401.12345",
	"IMEI 356938035643809", "IMEI 490154203237518", "CIN L17110MH1973PLC019786", "UP 20 TO 2024", "up 20 to 2024", "which 2024 a", "the 1234567", "in 12 am 1234", "or 10 is 2000", "as 12 a 1234", "ka 4", "MH 12", "TN", "DL", "Delhi DL", "BH series", "UP board 2024", "AP 2014 act", "TS 2014", "GA 403", "AS 400", "HP 15", "HR 2024", "MP 2023 elections", "OR 1 2",
	"Room 1203, Floor 12", "Flat 402, Tower 7", "Plot 1234/5678", "Survey no 123/4/5", "khasra 456/78", "Gali no 12", "Sector 62, Noida 201309", "S.No. 12345", "1. 2. 3. 4.", "a) 12 b) 34", "(1234)", "[12345]", "12:30", "10:30-11:45", "09:00 – 17:30", "9 a.m. to 5 p.m.",
	"Train 12301", "train no 12951", "Flight AI101", "6E-2134", "bus 423", "Metro line 3", "12 km", "1200 MW", "3500 sq ft", "1280x720", "1920×1080", "60000-80000", "50000 - 65000", "75000-90000", "100-200", "5-7 days", "10,000 people", "1.4 billion", "140 करोड़", "12 लाख", "६ हजार", "जनसंख्या 1428627663", "population 1428627663",
	"9876543210 bytes", "8589934592 bytes", "6442450944 bytes free", "offset 9223372036", "count=12 latency_ms=31.25", "duration 9876543 ns", "IMG_20240224_103000.jpg", "scan_9876543210.pdf", "file_2024-02-24.csv", "error 0x80070005", "errno 110", "HTTP 404", "status 200", "port 8080", "code 4111", "pid 123456", "goroutine 12345", "0xdeadbeef1234",
	"4111 1111 1111 1112", "4111111111111112", "5555 5555 5555 4445", "378282246310006", "6011 1111 1111 1118", "1234 5678 9012 3456", "9999 8888 7777 6666", "ABCDE1234F", "ABCQE1234F", "ABCPE12345", "ABCPE0000F", "27AAPFU0939F1ZA", "27AAPFU0939F1ZW", "99999999999999999999", "1e10", "१२३४५", "௧௨௩௪", "۱۲۳۴", "९,८७६", "[phone]", "[aadhaar] [pan]", "XXXX XXXX 1234", "XXXXXXXXXX", "ताजमहल 1632 में", "अनुच्छेद 21", "कक्षा 10 के 2024 के परिणाम", "பக்கம் 12", "అధ్యాయం 5", "صفحہ ۱۲",
}

// lookalikes are at least four hundred texts in which nothing is to be found.
func lookalikes() []string {
	m := maker{rand.New(rand.NewPCG(4, 2))}
	all := append([]string(nil), written...)
	breakOff := func(s string) string { // another last digit
		b := []byte(s)
		b[len(b)-1] = '0' + (b[len(b)-1]-'0'+1+byte(m.IntN(9)))%10
		return string(b)
	}
	for i, l := range lang.All() {
		a := breakOff(m.aadhaar())
		for strings.HasPrefix(a, "91") {
			a = breakOff(m.aadhaar())
		}
		all = append(all, lang.Digits(l.Code, a), "Aadhaar "+cut(a, " ", 4, 4), lang.Digits(l.Code, breakOff(m.card("4", 16))), cut(breakOff(m.card("53", 16)), " ", 4, 4, 4),
			lang.Digits(l.Code, "1"+m.digits(9)), lang.Digits(l.Code, fmt.Sprintf("%d.%d.%d", i, i+1, 2000+i)), "order no 9"+m.digits(9), fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012d", m.Uint32(), m.IntN(1<<16), m.IntN(1<<12), m.IntN(1<<12), m.IntN(1e12)))
	}
	return all
}

func TestLookAlikesStay(t *testing.T) {
	d, all := pii.New(nil), lookalikes()
	require.GreaterOrEqual(t, len(all), 400)
	wrong := 0
	for _, text := range all {
		if found := d.Find(text); len(found) > 0 {
			wrong++
			t.Logf("%q: found %v %q", text, found[0].Kind, found[0].In(text))
		}
	}
	t.Logf("%d of %d look-alikes masked", wrong, len(all))
	require.LessOrEqual(t, float64(wrong), .02*float64(len(all)))
}
