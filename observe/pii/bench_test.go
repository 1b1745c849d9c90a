package pii_test

import (
	"strings"
	"testing"

	"github.com/akshara-go/akshara/observe/pii"
)

const (
	cleanHindi = "ताजमहल भारत के उत्तर प्रदेश राज्य के आगरा नगर में यमुना नदी के दक्षिणी तट पर सफेद संगमरमर का एक मकबरा है। " +
		"इसे मुगल बादशाह शाहजहाँ ने अपनी बेगम मुमताज महल की याद में 1632 में बनवाना शुरू किया था। परिसर लगभग १७ हेक्टेयर में फैला है, जिसमें एक मस्जिद और एक अतिथि गृह है। "
	cleanEnglish = "The museum opens at nine in the morning on every day but Monday, and visitors are asked to leave bags at the gate. " +
		"It was founded in 1814 and moved to its present building in 1875; the galleries on the first floor show coins, textiles and manuscripts. "
	logLine = `{"timestamp":"2026-02-24T10:30:00.123Z","level":"INFO","service":"rag-service","request_id":"0b6c7f0e-98d1-4c2a-9a51-3f2b7d1c9e10",` +
		`"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","message":"documents indexed","logger":"index","extra":{"count":12,"latency_ms":31.25,"addr":"10.0.0.7:5432"}}` + "\n"
	dirtyLine = "ग्राहक का मोबाइल 9876543210 और ईमेल asha.k@example.in है; आधार 2345 6789 0124 जमा है।\n"
)

func benchmark(b *testing.B, text string, found bool) {
	text = strings.Repeat(text, 1+(64<<10)/len(text))
	d := pii.New(nil)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if d.Contains(text) != found {
			b.Fatal("not what the text holds")
		}
	}
}

func BenchmarkCleanHindi(b *testing.B)    { benchmark(b, cleanHindi, false) }
func BenchmarkCleanEnglish(b *testing.B)  { benchmark(b, cleanEnglish, false) }
func BenchmarkCleanLogLines(b *testing.B) { benchmark(b, logLine, false) }

func BenchmarkOneLogLine(b *testing.B) {
	d := pii.New(nil)
	b.SetBytes(int64(len(logLine)))
	b.ReportAllocs()
	for b.Loop() {
		if d.Mask(logLine) != logLine {
			b.Fatal("masked")
		}
	}
}

func BenchmarkMaskDirty(b *testing.B) {
	text, d := strings.Repeat(dirtyLine, 500), pii.New(nil)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		d.Mask(text)
	}
}

// BenchmarkStreamTokens gives the cost of a token of four bytes, as a model sends them.
func BenchmarkStreamTokens(b *testing.B) {
	d := pii.New(nil)
	s, text, i := d.NewStream(), strings.Repeat(cleanEnglish, 4), 0
	b.SetBytes(4)
	b.ReportAllocs()
	for b.Loop() {
		s.Write(text[i : i+4])
		if i += 4; i+4 > len(text) {
			i = 0
		}
	}
}
