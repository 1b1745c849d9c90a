package extractive

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/match"
	"github.com/akshara-go/akshara/translate/lang"
)

// expectation is what kind of thing a question asks for.
type expectation int

const (
	anything     expectation = iota
	aNumber                  // how many, how much, how old
	aTime                    // when, which year
	aReason                  // why
	aPerson                  // who
	aPlace                   // where
	expectations             // how many there are
)

// cues are the words that tell what is asked for, as analysis normalises them.
// Where two words together tell ("how many"), they stand with a space.
var cues = map[expectation]map[string]bool{
	aNumber: set(`how many|how much|how old|how long|how far|how high|how tall|how large|how big|how often|how deep|how wide|number of|population|percentage|
		कितने|कितना|कितनी|कितनों|किति|किती|কত|কয়টি|কতগুলি|কতজন|எத்தனை|எவ்வளவு|ఎన్ని|ఎంత|ಎಷ್ಟು|എത്ര|કેટલા|કેટલી|કેટલું|ਕਿੰਨੇ|ਕਿੰਨਾ|ਕਿੰਨੀ|କେତେ|کتنے|کتنا|کتنی|ڪيترا|ڪيترو|
		kitne|kitna|kitni|kiti|koto|ketla|ethra|enta|enni|eshtu`),
	aTime: set(`when|what year|which year|what date|what day|what century|what month|what time|what decade|which decade|which century|
		कब|किस वर्ष|किस साल|किस सन|किस तारीख|किस दिन|किस समय|किस दशक|किस शताब्दी|किस सदी|किस महीने|किन वर्षों|वर्ष|सन|साल|तारीख|दिनांक|केव्हा|कधी|কখন|কবে|সালে|எப்போது|எப்பொழுது|ஆண்டு|ఎప్పుడు|ಯಾವಾಗ|എപ്പോൾ|ક્યારે|ਕਦੋਂ|କେବେ|کب|ڪڏهن|
		kab|kobe|kokhon|eppothu|eppudu|yavaga|eppol|kyare|kadon|kadhi|kevha`),
	aReason: set(`why|how come|क्यों|क्यूँ|किसलिए|কেন|ஏன்|ఎందుకు|ಏಕೆ|ಯಾಕೆ|എന്തുകൊണ്ട്|શા માટે|કેમ|ਕਿਉਂ|କାହିଁକି|کیوں|ڇو|kyon|kyun|kyu|keno|yen|enduku`),
	aPerson: set(`who|whom|whose|by whom|which king|which ruler|which emperor|किसने|किसके|कौन|किस राजा|किस शासक|किसका|किसकी|किनके|किन्होंने|কে|কার|কারা|யார்|யாரால்|எவர்|ఎవరు|ఎవరి|ಯಾರು|ಯಾರ|ആര്|ആരാണ്|
		કોણ|કોણે|કોના|ਕੌਣ|ਕਿਸਨੇ|ਕਿਸ ਨੇ|କିଏ|کس نے|کون|کس کے|ڪنهن|ڪير|कोण|कोणी|कोणाच्या|kisne|kaun|kiske|kon|koni|yaar|evaru|yaru|aaru|kone`),
	aPlace: set(`where|which country|which city|which state|which place|what country|what city|what state|what place|कहाँ|कहां|किस देश|किस शहर|किस स्थान|किस जगह|किस राज्य|
		कुठे|कोठे|कहाँ|কোথায়|কোন দেশ|কোন শহর|কোন দেশে|কোন শহরে|ক'ত|எங்கே|எங்கு|ఎక్కడ|ಎಲ್ಲಿ|എവിടെ|ક્યાં|ਕਿੱਥੇ|କେଉଁଠାରେ|کہاں|کس شہر|کس ملک|ڪٿي|kahan|kahaan|kothay|kuthe|enge|ekkada|elli|evide|kyan|kithe`),
}

// agents are words that mark in a sentence who did something, where a language has them.
var agents = set(`by|ने|द्वारा|नामक|कर्तृक|কর্তৃক|দ্বারা|نے|ने|यांनी|ਨੇ|દ્વારા|ଦ୍ୱାରା`)

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
		for _, e := range []expectation{aNumber, aTime, aReason, aPlace, aPerson} {
			if cues[e][t.Word] || i+1 < len(tokens) && cues[e][t.Word+" "+tokens[i+1].Word] {
				return e
			}
		}
	}
	return anything
}

// The signs that a sentence may show.
const (
	aYear      = iota // four digits
	otherDigit        // another number in digits
	numberWord        // a number that is written out
	timeWord          // a month, a day, a century
	capital           // a capital inside, in Latin letters
	agent             // a word that marks who did something
	reason            // a word that begins a reason
	brackets          // something in brackets
	quotation         // something in quotation marks
	signs             // how many there are
)

// signsOf gives 1 for each sign that a sentence shows in words which the question
// has not, and 0 for the others.
func signsOf(tokens []analysis.Token, text string, q *match.Text) (s [signs]float64) {
	for i := range tokens {
		t := &tokens[i]
		if agents[t.Word] {
			s[agent] = 1
		}
		if q.Has(t.Stem) {
			continue
		}
		if sign := signOf(t, text, i > 0); sign >= 0 {
			s[sign] = 1
		}
	}
	if strings.ContainsAny(text, "([") {
		s[brackets] = 1
	}
	if strings.ContainsAny(text, "\"“”‘«") {
		s[quotation] = 1
	}
	return s
}

// signOf gives the sign that a word is, or -1.
func signOf(t *analysis.Token, text string, inner bool) int {
	first, _ := utf8.DecodeRuneInString(t.Span.In(text))
	switch word := t.Word; {
	case word == "":
		return -1
	case len(word) == 4 && strings.Trim(word, "0123456789") == "" && word[0] != '0':
		return aYear
	case word[0] >= '0' && word[0] <= '9':
		return otherDigit
	case numberWords[word]:
		return numberWord
	case timeWords[word]:
		return timeWord
	case reasons[word]:
		return reason
	case inner && unicode.IsUpper(first):
		return capital
	}
	return -1
}

// expects tells whether a sign is what is expected.
func (e expectation) expects(sign int) bool {
	switch e {
	case aNumber:
		return sign == aYear || sign == otherDigit || sign == numberWord
	case aTime:
		return sign == aYear || sign == otherDigit || sign == timeWord
	case aReason:
		return sign == reason
	case aPerson, aPlace:
		return sign == capital
	}
	return false
}
