package support

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/rag/analysis"
)

// number is a number or a month that a sentence gives.
type number struct {
	key  string // the value in decimal digits; "m8" for a month by its name
	also string // another key that stands for the same: the month of "05-08-2019"
	at   int    // the token it begins with
	end  int    // the one behind it
	word bool   // written out
}

// units are the numbers that are written out, by value. Those that a language
// uses as an article or another word are left out.
var units = values(map[float64]string{
	2: `two|दो|दोन|দুই|দুটি|இரண்டு|రెండు|ಎರಡು|രണ്ട്|બે|ਦੋ|ଦୁଇ|دو`, 3: `three|तीन|তিন|তিনটি|மூன்று|మూడు|ಮೂರು|മൂന്ന്|ત્રણ|ਤਿੰਨ|ତିନି|تین`,
	4: `four|चार|চার|চারটি|நான்கு|నాలుగు|ನಾಲ್ಕು|നാല്|ચાર|ਚਾਰ|ଚାରି|چار`, 5: `five|पांच|पाँच|पाच|পাঁচ|পাঁচটি|ஐந்து|ఐదు|ಐದು|അഞ്ച്|પાંચ|ਪੰਜ|ପାଞ୍ଚ|پانچ`,
	6: `six|छह|छः|छे|सहा|ছয়|ছয়টি|ஆறு|ఆరు|ಆರು|ആറ്|ਛੇ|ଛଅ|چھ`, 7: `seven|सात|সাত|সাতটি|ஏழு|ఏడు|ಏಳು|ഏഴ്|સાત|ਸੱਤ|ସାତ|سات`,
	8: `eight|आठ|আট|আটটি|எட்டு|ఎనిమిది|ಎಂಟು|എട്ട്|આઠ|ਅੱਠ|ଆଠ|آٹھ`, 9: `nine|नौ|नऊ|নয়টি|ஒன்பது|తొమ్మిది|ಒಂಬತ್ತು|ഒമ്പത്|નવ|ਨੌਂ|ନଅ|نو`,
	10: `ten|दस|दहा|দশ|দশটি|பத்து|పది|ಹತ್ತು|പത്ത്|દસ|ਦਸ|ଦଶ|دس`, 11: `eleven|ग्यारह`, 12: `twelve|बारह|बारा`, 13: `thirteen|तेरह`, 14: `fourteen|चौदह`,
	15: `fifteen|पंद्रह|पन्द्रह`, 16: `sixteen|सोलह`, 17: `seventeen|सत्रह`, 18: `eighteen|अठारह`, 19: `nineteen|उन्नीस`, 20: `twenty|बीस|वीस|বিশ|இருபது|ఇరవై|ಇಪ್ಪತ್ತು|ഇരുപത്|વીસ|ਵੀਹ|بیس`,
	25: `पच्चीस|پچیس`, 30: `thirty|तीस|ত্রিশ|முப்பது|ముప్పై|ಮೂವತ್ತು|ત્રીસ|ਤੀਹ|تیس`, 40: `forty|चालीस|চল্লিশ|நாற்பது|నలభై|ચાલીસ|چالیس`, 50: `fifty|पचास|পঞ্চাশ|ஐம்பது|యాభై|પચાસ|ਪੰਜਾਹ|پچاس`,
	60: `sixty|साठ|ষাট|அறுபது|అరవై|ساٹھ`, 70: `seventy|सत्तर|எழுபது|డెబ్బై|ستر`, 80: `eighty|अस्सी|எண்பது|ఎనభై|اسی`, 90: `ninety|नब्बे|தொண்ணூறு|తొంభై|نوے`,
})

// powers are the words that multiply the number before them, or stand for themselves.
var powers = values(map[float64]string{
	1e2: `hundred|सौ|शंभर|শত|একশো|நூறு|వంద|ನೂರು|നൂറ്|સો|ਸੌ|ଶହ|سو`, 1e3: `thousand|हजार|हज़ार|হাজার|ஆயிரம்|వేల|వేయి|ಸಾವಿರ|ആയിരം|હજાર|ਹਜ਼ਾਰ|ହଜାର|ہزار|هزار`,
	1e5: `lakh|lakhs|lac|लाख|লক্ষ|লাখ|லட்சம்|இலட்சம்|లక్ష|లక్షల|ಲಕ್ಷ|ലക്ഷം|લાખ|ਲੱਖ|ଲକ୍ଷ|لاکھ|لک`, 1e6: `million|मिलियन|মিলিয়ন`,
	1e7: `crore|crores|करोड़|करोड|कोटी|কোটি|கோடி|కోటి|కోట్ల|ಕೋಟಿ|കോടി|કરોડ|ਕਰੋੜ|କୋଟି|کروڑ`, 1e9: `billion|अरब|बिलियन|ارب`,
})

// months are their names, by number.
var months = values(map[float64]string{
	1: `january|jan|जनवरी|जानेवारी|জানুয়ারি|জানুয়ারী|ஜனவரி|జనవరి|ಜನವರಿ|ജനുവരി|જાન્યુઆરી|ਜਨਵਰੀ|ଜାନୁଆରୀ|جنوری`,
	2: `february|feb|फरवरी|फ़रवरी|फेब्रुवारी|ফেব্রুয়ারি|ফেব্রুয়ারী|பிப்ரவரி|ఫిబ్రవరి|ಫೆಬ್ರವರಿ|ഫെബ്രുവരി|ફેબ્રુઆરી|ਫ਼ਰਵਰੀ|ਫਰਵਰੀ|ଫେବୃଆରୀ|فروری`,
	3: `march|मार्च|মার্চ|மார்ச்|మార్చి|ಮಾರ್ಚ್|മാർച്ച്|માર્ચ|ਮਾਰਚ|ମାର୍ଚ୍ଚ|مارچ`, 4: `april|apr|अप्रैल|एप्रिल|এপ্রিল|ஏப்ரல்|ఏప్రిల్|ಏಪ್ರಿಲ್|ഏപ്രിൽ|એપ્રિલ|ਅਪ੍ਰੈਲ|ଏପ୍ରିଲ|اپریل`,
	5: `may|मई|মে|மே|మే|ಮೇ|മേയ്|મે|ਮਈ|ମଇ|مئی`, 6: `june|जून|জুন|ஜூன்|జూన్|ಜೂನ್|ജൂൺ|જૂન|ਜੂਨ|ଜୁନ|جون`,
	7: `july|जुलाई|जुलै|জুলাই|ஜூலை|జూలై|ಜುಲೈ|ജൂലൈ|જુલાઈ|ਜੁਲਾਈ|ଜୁଲାଇ|جولائی`, 8: `august|aug|अगस्त|ऑगस्ट|আগস্ট|ஆகஸ்ட்|ఆగస్టు|ಆಗಸ್ಟ್|ഓഗസ്റ്റ്|ઓગસ્ટ|ਅਗਸਤ|ଅଗଷ୍ଟ|اگست`,
	9:  `september|sept|sep|सितंबर|सितम्बर|सप्टेंबर|সেপ্টেম্বর|செப்டம்பர்|సెప్టెంబర్|ಸೆಪ್ಟೆಂಬರ್|സെപ്റ്റംബർ|સપ્ટેમ્બર|ਸਤੰਬਰ|ସେପ୍ଟେମ୍ବର|ستمبر`,
	10: `october|oct|अक्टूबर|अक्तूबर|ऑक्टोबर|অক্টোবর|அக்டோபர்|అక్టోబర్|ಅಕ್ಟೋಬರ್|ഒക്ടോബർ|ઓક્ટોબર|ਅਕਤੂਬਰ|ଅକ୍ଟୋବର|اکتوبر`,
	11: `november|nov|नवंबर|नवम्बर|नोव्हेंबर|নভেম্বর|நவம்பர்|నవంబర్|ನವೆಂಬರ್|നവംബർ|નવેમ્બર|ਨਵੰਬਰ|ନଭେମ୍ବର|نومبر`,
	12: `december|dec|दिसंबर|दिसम्बर|डिसेंबर|ডিসেম্বর|டிசம்பர்|డిసెంబర్|ಡಿಸೆಂಬರ್|ഡിസംബർ|ડિસેમ્બર|ਦਸੰਬਰ|ଡିସେମ୍ବର|دسمبر`,
})

// values turns lists of words by value into the value of each normalised word.
func values(lists map[float64]string) map[string]float64 {
	m := map[string]float64{}
	for value, list := range lists {
		for word := range set(list) {
			m[word] = value
		}
	}
	return m
}

// numbersOf gives the numbers and months of a sentence in order.
func numbersOf(tokens []analysis.Token, text string) []number {
	var out []number
	for i := 0; i < len(tokens); {
		n, ok := numberAt(tokens, i, text)
		if !ok {
			if month, ok := months[tokens[i].Word]; ok && monthly(&tokens[i], text) {
				out = append(out, number{key: monthKey(month), at: i, end: i + 1, word: true})
			}
			i++
			continue
		}
		out = append(out, n)
		i = n.end
	}
	for i := range out {
		out[i].also = monthInDigits(out, i, tokens, text)
	}
	return out
}

// numberAt reads the number that begins with token i: digits or words, each with
// the powers behind it, as long as these fall ("3 लाख 50 हज़ार"). Behind a power one
// "and" may stand ("five hundred and twenty").
func numberAt(tokens []analysis.Token, i int, text string) (number, bool) {
	n := number{at: i, end: i}
	sum, last := 0.0, math.Inf(1)
	for n.end < len(tokens) {
		from := n.end
		if n.end > i && last >= 100 && from+1 < len(tokens) && tokens[from].Word == "and" {
			from++
		}
		value, digits, word := valueOf(&tokens[from])
		if digits == "" && !word {
			break
		}
		next, power := from, 1.0
		if powers[tokens[from].Word] == 0 {
			next++
		}
		if ones := onesBehind(tokens, from, text); ones > 0 {
			value += ones
			next++
		}
		for ; next < len(tokens) && powers[tokens[next].Word] > 0; next++ {
			power *= powers[tokens[next].Word]
		}
		if n.end > i && (power >= last || power == 1 && !(word && value < 100 && last >= 100)) {
			break
		}
		if n.end == i {
			n.word = word
			if power == 1 && digits != "" {
				return number{key: digits, at: i, end: next}, true
			}
		}
		sum, last, n.end = sum+value*power, power, next
	}
	n.key = valueKey(sum)
	return n, n.end > i
}

// valueKey writes a value in decimal digits, without what binary fractions add:
// 15 digits are those that a float64 keeps of every decimal number, so that 8.2 lakh is 820000.
func valueKey(value float64) string {
	value, _ = strconv.ParseFloat(strconv.FormatFloat(value, 'g', 15, 64), 64)
	return strconv.FormatFloat(value, 'f', -1, 64)
}

// onesBehind gives what the word behind a word for 20, 30 … 90 adds to it, or 0:
// "twenty-one", "twenty one". Alone, "one" is no number.
func onesBehind(tokens []analysis.Token, i int, text string) float64 {
	tens := units[tokens[i].Word]
	if tens < 20 || math.Mod(tens, 10) != 0 || i+1 == len(tokens) {
		return 0
	}
	gap := text[tokens[i].Span.End:tokens[i+1].Span.Start]
	if strings.Trim(gap, blank+"-\u2010\u2011") != "" {
		return 0
	}
	word := tokens[i+1].Word
	if word == "one" {
		return 1
	}
	if ones := units[word]; ones < 10 {
		return ones
	}
	return 0
}

// valueOf gives the value of one token, with its digits where it has them.
func valueOf(t *analysis.Token) (value float64, digits string, word bool) {
	if v, ok := units[t.Word]; ok {
		return v, "", true
	}
	if powers[t.Word] > 0 {
		return 1, "", true // "hundred" by itself is one of them
	}
	end := strings.IndexFunc(t.Word, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	digits = t.Word
	if end >= 0 {
		digits = t.Word[:end] // "19th"
	}
	digits = strings.Trim(digits, ".")
	if digits == "" {
		return 0, "", false
	}
	if strings.Contains(digits, ".") {
		digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	value, _ = strconv.ParseFloat(digits, 64) // too long a one is infinite, and no less itself
	return value, digits, false
}

// monthly tells whether the name of a month is meant as one: "may" is not.
func monthly(t *analysis.Token, text string) bool {
	first, _ := utf8.DecodeRuneInString(t.Span.In(text))
	return !unicode.IsLower(first)
}

func monthKey(month float64) string { return "m" + strconv.Itoa(int(month)) }

// monthInDigits gives the month that number i stands for in a date in digits, or "".
func monthInDigits(all []number, i int, tokens []analysis.Token, text string) string {
	n := &all[i]
	month, err := strconv.Atoi(n.key)
	if err != nil || month < 1 || month > 12 || n.word {
		return ""
	}
	dated := func(j int) bool {
		if j < 0 || j+1 >= len(all) {
			return false
		}
		gap := text[tokens[all[j].end-1].Span.End:tokens[all[j+1].at].Span.Start]
		return gap == "-" || gap == "/" || gap == "."
	}
	if dated(i-1) && (dated(i) || dated(i-2)) || dated(i) && dated(i+1) {
		return monthKey(float64(month))
	}
	return ""
}

// factsOf gives the keys of a sentence's numbers and months.
func factsOf(tokens []analysis.Token, text string) map[string]bool {
	facts := map[string]bool{}
	for _, n := range numbersOf(tokens, text) {
		facts[n.key] = true
		if n.also != "" {
			facts[n.also] = true
		}
	}
	return facts
}

// maxNumbers is how many numbers a statement may have: more than a sentence of
// prose does. Every two of them are compared, and a model may write any number.
const maxNumbers = 32

// numbersIn tells whether every number of the statement stands in the sentence,
// and none in the place of another. Of more than maxNumbers it is not told.
func (s *Statement) numbersIn(at *sentence) bool {
	if len(s.numbers) > maxNumbers {
		return false
	}
	for _, n := range s.numbers {
		if !at.facts[n.key] && (n.also == "" || !at.facts[n.also]) {
			return false
		}
	}
	return len(s.numbers) < 2 || !s.swapped(at)
}

// swapped tells whether the statement would be more like the sentence if two of
// its numbers changed places.
func (s *Statement) swapped(at *sentence) bool {
	mine, theirs := places(s.tokens), places(at.tokens)
	where := map[string][]int{} // a number's places in the sentence
	for _, n := range numbersOf(at.tokens, at.text) {
		where[n.key] = append(where[n.key], theirs[n.at])
	}
	words := map[string][]int{}
	for i := range at.tokens {
		words[at.tokens[i].Stem] = append(words[at.tokens[i].Stem], theirs[i])
	}
	content := slices.DeleteFunc(slices.Clone(s.tokens), func(t analysis.Token) bool { return t.Stop })
	type put struct {
		key   string
		place int
	}
	fits := map[put]float64{}
	best := func(key string, place int) float64 {
		most, seen := fits[put{key, place}]
		if !seen {
			for _, p := range where[key] {
				most = max(most, fit(content, place, p, words))
			}
			fits[put{key, place}] = most
		}
		return most
	}
	for i := range s.numbers {
		for j := range i {
			a, b := &s.numbers[i], &s.numbers[j]
			if a.key == b.key || len(where[a.key]) == 0 || len(where[b.key]) == 0 {
				continue
			}
			if best(a.key, mine[b.at])+best(b.key, mine[a.at]) > best(a.key, mine[a.at])+best(b.key, mine[b.at])+1e-9 {
				return true
			}
		}
	}
	return false
}

// neighbourhood is how many content words around a number tell what it counts.
const neighbourhood = 3

// fit tells how alike the words around a place of the statement and around one of
// the sentence stand: each adds the more, the nearer it is and the more exactly it
// stands. Content is the statement's content words by their place, words the places
// of the sentence's in order.
func fit(content []analysis.Token, place, there int, words map[string][]int) float64 {
	sum := 0.0
	for i := max(0, place-neighbourhood); i <= place+neighbourhood && i < len(content); i++ {
		if i == place {
			continue
		}
		d := i - place
		at, best := words[content[i].Stem], 0.0
		next, _ := slices.BinarySearch(at, there+d)
		for _, p := range at[max(0, next-1):min(next+1, len(at))] { // the nearest are the one before and the one behind
			off := math.Abs(float64(p - there - d))
			best = max(best, 1/(1+off)/math.Abs(float64(d)))
		}
		sum += best
	}
	return sum
}

// places numbers the content words of a sentence; a function word has the number of the one behind it.
func places(tokens []analysis.Token) []int {
	out, n := make([]int, len(tokens)), 0
	for i := range tokens {
		out[i] = n
		if !tokens[i].Stop {
			n++
		}
	}
	return out
}
