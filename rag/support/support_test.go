package support_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/support"
	"github.com/akshara-go/akshara/translate/lang"
)

func Example() {
	text := "ताजमहल आगरा में है। इसे शाहजहाँ ने बनवाया था।"
	chunks, _ := chunk.Split(&corpus.Document{ID: "taj", Text: text}, nil)
	p := support.Read(&chunks[0], "", lang.Hindi)
	right := support.New("ताजमहल शाहजहाँ ने बनवाया था।", lang.Hindi).In(p)
	fmt.Printf("%q %s\n", right.Lacks, right.Spans[len(right.Spans)-1].In(text))
	wrong := support.New("ताजमहल अकबर ने बनवाया था।", lang.Hindi).In(p)
	fmt.Println(wrong.Lacks)
	// Output:
	// "" इसे शाहजहाँ ने बनवाया था।
	// name
}

// read cuts a text into one passage.
func read(tb testing.TB, title, text string, code lang.Code) *support.Passage {
	tb.Helper()
	chunks, err := chunk.Split(&corpus.Document{ID: "d", Text: text, Source: corpus.Source{Title: title, Language: code}}, nil)
	require.NoError(tb, err)
	return support.Read(&chunks[0], title, code)
}

const (
	taj      = "ताजमहल आगरा में यमुना नदी के किनारे है। इसे शाहजहाँ ने 1632 में मुमताज़ महल की याद में बनवाना शुरू किया। इसमें सफ़ेद संगमरमर लगा है। लाल किला दिल्ली में है।"
	scheme   = "योजना में दिल्ली को 10 करोड़ और मुंबई को 20 करोड़ रुपये मिले। आवेदन 5 अगस्त 2019 तक लिए गए। आवेदन के लिए शुल्क नहीं लिया जाता। कुल 3,50,000 परिवार जुड़े।"
	english  = "The Red Fort was built by Shah Jahan in 1648. It stands in Delhi, not in Agra. The museum is closed on Mondays. Entry costs 35 rupees for citizens and 500 rupees for foreigners."
	tamil    = "தாஜ்மஹாலை ஷாஜகான் கட்டினார். அது ஆக்ராவில் உள்ளது."
	bengali  = "তাজমহল শাহজাহান নির্মাণ করেন। এটি আগ্রায় অবস্থিত।"
	odia     = "କୋଣାର୍କ ମନ୍ଦିର ନରସିଂହଦେବ ନିର୍ମାଣ କରିଥିଲେ।"
	urduText = "تاج محل شاہ جہاں نے بنوایا تھا۔ یہ آگرہ میں ہے۔"
)

func TestWhatIsSupported(t *testing.T) {
	for _, c := range []struct {
		name, text string
		code       lang.Code
		sentence   string
		lacks      support.Lack
	}{
		{"the source's words", taj, "hi", "ताजमहल आगरा में यमुना नदी के किनारे है।", ""},
		{"what a pronoun points to", taj, "hi", "ताजमहल शाहजहाँ ने 1632 में बनवाना शुरू किया।", ""},
		{"digits of the script", taj, "hi", "ताजमहल को शाहजहाँ ने १६३२ में बनवाना शुरू किया।", ""},
		{"another spelling", taj, "hi", "ताज महल आगरा में यमुना नदी के किनारे है।", ""},
		{"another number", taj, "hi", "इसे शाहजहाँ ने 1999 में मुमताज़ महल की याद में बनवाना शुरू किया।", support.Number},
		{"another person", taj, "hi", "इसे अकबर ने 1632 में मुमताज़ महल की याद में बनवाना शुरू किया।", support.Name},
		{"another place", taj, "hi", "ताजमहल दिल्ली में यमुना नदी के किनारे है।", support.Name},
		{"a place from another sentence", taj, "hi", "शाहजहाँ ने दिल्ली में मुमताज़ महल की याद में इसे बनवाना शुरू किया।", support.Name},
		{"words of two sentences", taj, "hi", "लाल किला शाहजहाँ ने बनवाना शुरू किया।", support.Name},
		{"a denial", taj, "hi", "ताजमहल आगरा में यमुना नदी के किनारे नहीं है।", support.Negation},
		{"an invention", taj, "hi", "चंद्रमा पनीर से बना एक ग्रह है।", support.Words},
		{"a predicate that is a name", "भारत की राजधानी नई दिल्ली है।", "hi", "भारत की राजधानी मुंबई है।", support.Name},

		{"two amounts", scheme, "hi", "दिल्ली को 10 करोड़ और मुंबई को 20 करोड़ रुपये मिले।", ""},
		{"two amounts, the other first", scheme, "hi", "मुंबई को 20 करोड़ और दिल्ली को 10 करोड़ रुपये मिले।", ""},
		{"two amounts that changed places", scheme, "hi", "दिल्ली को 20 करोड़ और मुंबई को 10 करोड़ रुपये मिले।", support.Number},
		{"a number in words", scheme, "hi", "दिल्ली को दस करोड़ रुपये मिले।", ""},
		{"an amount in digits", scheme, "hi", "दिल्ली को 10,00,00,000 रुपये मिले।", ""},
		{"an amount in lakh", scheme, "hi", "कुल 3.5 लाख परिवार जुड़े।", ""},
		{"an amount in lakh and thousand", scheme, "hi", "कुल 3 लाख 50 हज़ार परिवार जुड़े।", ""},
		{"an amount in lakh of which the binary fraction falls short", "कुल 1,13,000 परिवार जुड़े।", "hi", "कुल 1.13 लाख परिवार जुड़े।", ""},
		{"an amount in lakh of which the binary fraction falls short, in the source", "कुल 8.2 लाख परिवार जुड़े।", "hi", "कुल 8,20,000 परिवार जुड़े।", ""},
		{"an amount in lakh that the binary fraction exceeds", "कुल 1,10,000 परिवार जुड़े।", "hi", "कुल 1.1 लाख परिवार जुड़े।", ""},
		{"another power", scheme, "hi", "कुल 3.5 करोड़ परिवार जुड़े।", support.Number},
		{"a date in digits", scheme, "hi", "आवेदन 05-08-2019 तक लिए गए।", ""},
		{"another month in digits", scheme, "hi", "आवेदन 05-09-2019 तक लिए गए।", support.Number},
		{"another month", scheme, "hi", "आवेदन 5 सितंबर 2019 तक लिए गए।", support.Number},
		{"a denial kept", scheme, "hi", "आवेदन के लिए शुल्क नहीं लिया जाता।", ""},
		{"a denial left out", scheme, "hi", "आवेदन के लिए शुल्क लिया जाता।", support.Negation},

		{"English", english, "en", "The Red Fort was built by Shah Jahan.", ""},
		{"English, through a pronoun", english, "en", "The Red Fort stands in Delhi.", ""},
		{"English, another person", english, "en", "The Red Fort was built by Akbar in 1648.", support.Name},
		{"English, another person first", english, "en", "Akbar built the Red Fort in 1648.", support.Name},
		{"English, denied", english, "en", "The Red Fort was not built by Shah Jahan.", support.Negation},
		{"English, the denied clause", english, "en", "It stands not in Agra.", ""},
		{"English, the other clause denied", english, "en", "It stands not in Delhi.", support.Negation},
		{"English, another day", english, "en", "The museum is closed on Fridays.", support.Name},
		{"English, swapped", english, "en", "Entry costs 500 rupees for citizens and 35 rupees for foreigners.", support.Number},
		{"English, both", english, "en", "Entry costs 35 rupees for citizens and 500 rupees for foreigners.", ""},

		{"English, tens and ones, the tens alone", "Twenty-five people died.", "en", "Twenty people died.", support.Number},
		{"English, tens and one, the tens in digits", "Twenty-one people died.", "en", "20 people died.", support.Number},
		{"English, hundreds and tens, the hundreds alone", "Five hundred and twenty people died.", "en", "500 people died.", support.Number},
		{"English, a hundred and tens, the hundred alone", "A hundred and twenty people died.", "en", "A hundred people died.", support.Number},
		{"English, a hundred and tens in digits", "A hundred and twenty people died.", "en", "120 people died.", ""},
		{"English, tens and ones in digits", "Twenty-five people died.", "en", "25 people died.", ""},
		{"English, tens and one with a space", "Twenty one people died.", "en", "21 people died.", ""},
		{"English, hundreds, tens and ones in digits", "Five hundred and twenty-one people died.", "en", "521 people died.", ""},
		{"English, tens and ones of a power", "Twenty-five thousand people died.", "en", "25,000 people died.", ""},
		{"English, tens and ones of two clauses", "Of all twenty, five people died.", "en", "25 people died.", support.Number},

		{"Tamil", tamil, "ta", "தாஜ்மஹாலை ஷாஜகான் கட்டினார்.", ""},
		{"Tamil, another person", tamil, "ta", "தாஜ்மஹாலை அக்பர் கட்டினார்.", support.Name},
		{"Tamil, denied", tamil, "ta", "தாஜ்மஹாலை ஷாஜகான் கட்டவில்லை.", support.Negation},
		{"Bengali", bengali, "bn", "তাজমহল শাহজাহান নির্মাণ করেন।", ""},
		{"Bengali, denied", bengali, "bn", "তাজমহল শাহজাহান নির্মাণ করেন নি।", support.Negation},
		{"Odia", odia, "or", "କୋଣାର୍କ ମନ୍ଦିର ନରସିଂହଦେବ ନିର୍ମାଣ କରିଥିଲେ।", ""},
		{"Urdu", urduText, "ur", "تاج محل شاہ جہاں نے بنوایا تھا۔", ""},
		{"Urdu, another person", urduText, "ur", "تاج محل اکبر نے بنوایا تھا۔", support.Name},

		{"no words", taj, "hi", "?!", support.Words},
		{"invalid bytes", taj, "hi", "\xff\xfe ताजमहल \xff", ""},
		{"a number without end", taj, "hi", strings.Repeat("9", 5000), support.Words},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := support.New(c.sentence, c.code).In(read(t, "", c.text, c.code))
			require.Equal(t, c.lacks, e.Lacks, "%+v", e)
			for _, span := range e.Spans {
				require.Equal(t, strings.TrimSpace(span.In(c.text)), span.In(c.text))
			}
			if c.lacks == "" {
				require.NotEmpty(t, e.Spans)
				require.GreaterOrEqual(t, e.Share, support.MinShare)
			}
		})
	}
}

func TestTheTitleNamesWhatIsSpokenOf(t *testing.T) {
	p := read(t, "ताजमहल", "सफ़ेद संगमरमर लगा है।", lang.Hindi)
	require.Empty(t, support.New("ताजमहल में सफ़ेद संगमरमर लगा है।", lang.Hindi).In(p).Lacks)
	p = read(t, "लाल किला", "सफ़ेद संगमरमर लगा है।", lang.Hindi)
	require.Equal(t, support.Name, support.New("ताजमहल में सफ़ेद संगमरमर लगा है।", lang.Hindi).In(p).Lacks)
}

func TestASentenceThatSharesNothingDeniesNothing(t *testing.T) {
	statement := support.New("The Taj Mahal is in Agra.", lang.English)
	titleOnly := statement.In(read(t, "Taj Mahal, Agra", "It was built by Shah Jahan.", lang.English))
	require.Equal(t, support.Words, titleOnly.Lacks)
	other := statement.In(read(t, "", "The Taj Mahal is in Delhi.", lang.English))
	require.Equal(t, support.Name, other.Lacks)
	require.True(t, other.Better(&titleOnly))
}

func TestAPassageWithoutSentencesSupportsNothing(t *testing.T) {
	p := support.Read(&corpus.Chunk{Text: "ताजमहल"}, "", lang.Hindi)
	require.Equal(t, support.Evidence{Lacks: support.Words}, support.New("ताजमहल", lang.Hindi).In(p))
}

// pairs gives one sentence of n numbers, each with a word of its own.
func pairs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "district%d got %d ", i, 1000+i)
	}
	return b.String()
}

// whole makes a text one passage of one sentence.
func whole(text string) *support.Passage {
	span := corpus.Span{End: len(text)}
	return support.Read(&corpus.Chunk{Span: span, Text: text, Sentences: []corpus.Span{span}}, "", lang.English)
}

func TestMoreNumbersThanASentenceHasAreNotSupported(t *testing.T) {
	require.Empty(t, support.New(pairs(32), lang.English).In(whole(pairs(32))).Lacks)
	require.Equal(t, support.Number, support.New(pairs(33), lang.English).In(whole(pairs(33))).Lacks)
}

func TestNumbersWithoutEndTakeNoTimeWithoutEnd(t *testing.T) {
	for _, c := range []struct{ name, statement, text string }{
		{"a statement of numbers", pairs(1600), pairs(1600)},
		{"a sentence of the same words and numbers", strings.Repeat("a1 5 b2 6 ", 16), strings.Repeat("a1 5 b2 6 ", 2000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			began := time.Now()
			support.New(c.statement, lang.English).In(whole(c.text))
			require.Less(t, time.Since(began), 20*time.Second) // minutes where every word is held against every other
		})
	}
}

func FuzzIn(f *testing.F) {
	f.Add(taj, "ताजमहल 05-08-2019 में 3 लाख 50 हज़ार")
	f.Add(english, "It is not 1.2.3 in May")
	f.Fuzz(func(t *testing.T, text, sentence string) {
		chunks, err := chunk.Split(&corpus.Document{ID: "d", Text: text}, nil)
		if err != nil || len(chunks) == 0 {
			t.Skip()
		}
		e := support.New(sentence, lang.Hindi).In(support.Read(&chunks[0], "", lang.Hindi))
		for _, span := range e.Spans {
			require.LessOrEqual(t, span.End, len(text))
			require.Less(t, span.Start, span.End)
		}
		require.True(t, e.Share >= 0 && e.Share <= 1+1e-9)
	})
}

func BenchmarkIn(b *testing.B) {
	p := read(b, "", strings.Repeat(taj+" ", 4), lang.Hindi)
	for b.Loop() {
		support.New("ताजमहल शाहजहाँ ने 1632 में बनवाना शुरू किया।", lang.Hindi).In(p)
	}
}
