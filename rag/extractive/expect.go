package extractive

import (
	"strings"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/match"
	"github.com/akshara-go/akshara/translate/lang"
)

// expectation is what kind of thing a question asks for.
type expectation int

const (
	anything expectation = iota
	aNumber              // how many, how much, how old
	aTime                // when, which year
	aReason              // why
)

// cues are the words that tell what is asked for, as analysis normalises them.
// Where two words together tell ("how many"), they stand with a space.
var cues = map[expectation]map[string]bool{
	aNumber: set(`how many|how much|how old|how long|how far|how high|how tall|how large|how big|how often|how deep|how wide|number of|population|percentage|
		कितने|कितना|कितनी|कितनों|किति|किती|কত|কয়টি|কতগুলি|কতজন|எத்தனை|எவ்வளவு|ఎన్ని|ఎంత|ಎಷ್ಟು|എത്ര|કેટલા|કેટલી|કેટલું|ਕਿੰਨੇ|ਕਿੰਨਾ|ਕਿੰਨੀ|କେତେ|کتنے|کتنا|کتنی|ڪيترا|ڪيترو|
		kitne|kitna|kitni|kiti|koto|ketla|ethra|enta|enni|eshtu`),
	aTime: set(`when|what year|which year|what date|what day|what century|what month|what time|
		कब|वर्ष|सन|साल|तारीख|दिनांक|केव्हा|कधी|কখন|কবে|সালে|எப்போது|எப்பொழுது|ஆண்டு|ఎప్పుడు|ಯಾವಾಗ|എപ്പോൾ|ક્યારે|ਕਦੋਂ|କେବେ|کب|ڪڏهن|کر|
		kab|kobe|kokhon|eppothu|eppudu|yavaga|eppol|kyare|kadon|kadhi|kevha`),
	aReason: set(`why|how come|क्यों|क्यूँ|किसलिए|का|কেন|ஏன்|ఎందుకు|ಏಕೆ|ಯಾಕೆ|എന്തുകൊണ്ട്|શા માટે|કેમ|ਕਿਉਂ|କାହିଁକି|کیوں|ڇو|kyon|kyun|kyu|keno|yen|enduku`),
}

// reasons are words that a sentence with a reason is likely to hold.
var reasons = set(`because|since|due|therefore|so that|reason|caused|क्योंकि|इसलिए|कारण|वजह|लिए|ताकि|কারণ|জন্য|জন্যে|ஏனெனில்|காரணம்|ఎందుకంటే|కారణం|ಏಕೆಂದರೆ|ಕಾರಣ|
	കാരണം|કારણ|ਕਿਉਂਕਿ|ਕਾਰਨ|କାରଣ|کیونکہ|وجہ|لیے|कारण|मुळे`)

// timeWords are words that a sentence with a time is likely to hold, besides numbers.
var timeWords = set(`century|year|january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|
	शताब्दी|सदी|वर्ष|साल|जनवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|सितम्बर|अक्टूबर|अक्तूबर|नवंबर|नवम्बर|दिसंबर|दिसम्बर|शतक|शतकात|
	শতাব্দী|সালে|জানুয়ারি|நூற்றாண்டு|ஆண்டு|صدی|سال`)

// numberWords are numbers that are written out.
var numberWords = set(`one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|hundred|thousand|lakh|crore|million|billion|dozen|half|
	एक|दो|तीन|चार|पांच|पाँच|छह|छः|सात|आठ|नौ|दस|ग्यारह|बारह|बीस|तीस|चालीस|पचास|सौ|हजार|हज़ार|लाख|करोड़|मिलियन|बिलियन|आधा|दोन|पाच|
	এক|দুই|তিন|চার|পাঁচ|ছয়|সাত|আট|নয়|দশ|হাজার|লক্ষ|கோடி|இலட்சம்|ஆயிரம்|ஒன்று|இரண்டு|மூன்று|நான்கு|ஐந்து|دو|تین|چار|پانچ|سو|ہزار|لاکھ|کروڑ`)

// set gives the normalised words of a list that is separated by bars.
func set(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.SplitSeq(list, "|") {
		m[analysis.Normalize(strings.TrimSpace(w))] = true
	}
	return m
}

// expected tells what a question asks for, by the first cue in it.
func expected(question string, code lang.Code) expectation {
	tokens := analysis.Tokens(question, code)
	for i, t := range tokens {
		for _, e := range []expectation{aNumber, aTime, aReason} {
			if cues[e][t.Word] || i+1 < len(tokens) && cues[e][t.Word+" "+tokens[i+1].Word] {
				return e
			}
		}
	}
	return anything
}

// met tells how well a sentence meets the expectation with words that the
// question did not have: 1 if it does, -1 if it does not, 0 where nothing was
// expected.
func (e expectation) met(tokens []analysis.Token, q *match.Text) float64 {
	if e == anything {
		return 0
	}
	for i := range tokens {
		t := &tokens[i]
		digits := strings.ContainsAny(t.Word, "0123456789")
		switch {
		case (digits || e == aNumber && numberWords[t.Word] || e == aTime && timeWords[t.Word]) && e != aReason && !q.Has(t.Stem),
			e == aReason && reasons[t.Word]:
			return 1
		}
	}
	return -1
}
