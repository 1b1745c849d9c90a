package support

import (
	"strings"

	"github.com/akshara-go/akshara/rag/analysis"
)

// negations are the words that deny, in the 23 languages, as analysis normalises them.
var negations = set(`not|no|never|none|nor|neither|cannot|without|isn't|wasn't|aren't|weren't|don't|doesn't|didn't|won't|can't|couldn't|hasn't|haven't|hadn't|
	नहीं|नही|न|ना|बिना|नाही|नाहीत|नव्हता|नव्हती|नव्हते|नको|नसून|छैन|छैनन्|होइन|थिएन|हुँदैन|नहि|नै|नञि|नास्ति|नासीत्|न्हय|नासलो|नेईं|नेई|नङा|गैया|
	না|নয়|নেই|নি|নাই|নহয়|নন|இல்லை|அல்ல|இல்லாமல்|கிடையாது|కాదు|లేదు|లేరు|లేవు|ಇಲ್ಲ|ಅಲ್ಲ|ಇರಲಿಲ್ಲ|ഇല്ല|അല്ല|નથી|નહીં|નહિ|ન|નહોતું|નહોતો|નહોતી|
	ਨਹੀਂ|ਨਾ|ਨਹੀ|ਬਿਨਾਂ|ନାହିଁ|ନୁହେଁ|ନାହାନ୍ତି|ନ|ନଥିଲା|نہیں|نہ|بغیر|نه|ناهي|نٿو|نٿي|ناهن|نہٕ|چھُنہٕ|ᱵᱟᱝ|ᱵᱟᱹᱱᱩᱜ|ꯅꯠꯇꯦ|ꯂꯩꯇꯦ|nahi|nahin`)

// negativeEndings deny as the ending of a word.
var negativeEndings = []string{"வில்லை", "లేదు", "ಲಿಲ್ಲ", "ದಿಲ್ಲ", "ന്നില്ല", "ട്ടില്ല", "യില്ല", "രുതില്ല"}

// onlys undo the denial before them: "not only", "न केवल".
var onlys = set(`only|merely|just|केवल|सिर्फ|सिर्फ़|मात्र|শুধু|কেবল|صرف|માત્ર|ફક્ત|ਸਿਰਫ਼|ਕੇਵਲ`)

// conjunctions begin another clause, as commas do.
var conjunctions = set(`but|and|while|whereas|although|though|लेकिन|परन्तु|परंतु|किंतु|मगर|और|तथा|एवं|जबकि|हालाँकि|पण|आणि|কিন্তু|এবং|তবে|ஆனால்|மற்றும்|కానీ|మరియు|ಆದರೆ|ಮತ್ತು|
	എന്നാൽ|പക്ഷേ|પરંતુ|અને|ਪਰ|ਅਤੇ|ତେବେ|କିନ୍ତୁ|ଏବଂ|لیکن|مگر|اور|আৰু|तर|मुदा`)

// set gives the normalised words of a list that is separated by bars.
func set(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.SplitSeq(list, "|") {
		m[analysis.Normalize(strings.TrimSpace(w))] = true
	}
	return m
}

// denies tells whether some words hold a denial.
func denies(tokens []analysis.Token) bool {
	for i := range tokens {
		word := tokens[i].Word
		if negations[word] && !(i+1 < len(tokens) && onlys[tokens[i+1].Word]) {
			return true
		}
		for _, ending := range negativeEndings {
			if strings.HasSuffix(word, ending) {
				return true
			}
		}
	}
	return false
}

// deniesOtherwise tells whether the statement denies what the sentence says, or
// the other way round. Of a long sentence it is the clause that shares most
// words with the statement that counts; of several such clauses any may agree.
func (s *Statement) deniesOtherwise(at *sentence) bool {
	mine := denies(s.tokens)
	best, agrees := 0.0, false
	for _, clause := range clauses(at.tokens, at.text) {
		share := s.words.Share(s.words.In(clause, at.text, nil))
		if share < best || share == 0 {
			continue
		}
		same := denies(clause) == mine
		agrees = same || share == best && agrees
		best = share
	}
	return !agrees
}

// clauses cuts a sentence at its commas and conjunctions.
func clauses(tokens []analysis.Token, text string) [][]analysis.Token {
	var out [][]analysis.Token
	from := 0
	for i := 1; i < len(tokens); i++ {
		gap := text[tokens[i-1].Span.End:tokens[i].Span.Start]
		if conjunctions[tokens[i].Word] || strings.ContainsAny(gap, ",;:،؛—–()") {
			out = append(out, tokens[from:i])
			from = i
		}
	}
	return append(out, tokens[from:])
}

// pointers are words that stand for something named before.
var pointers = set(`it|its|this|these|that|they|their|he|his|she|her|
	यह|ये|वह|वे|इस|इसे|इसका|इसकी|इसके|इसको|इसमें|इसने|इन|इन्हें|इनका|इनकी|इनके|इन्होंने|उस|उसे|उसका|उसकी|उसके|उसने|उन्हें|उनका|उनकी|उनके|उन्होंने|
	हे|ते|तो|ती|त्याने|त्यांनी|तिने|याचे|याचा|याची|त्याचे|त्याचा|त्याची|यो|यस|यसको|त्यो|उनले|ई|एकर|ओकर|सः|सा|तत्|एतत्|
	এটি|এটা|এই|এর|তিনি|তার|তাঁর|এইটো|তেওঁ|ইয়াৰ|இது|இதை|இதன்|அது|அவர்|அவரது|ఇది|దీని|దీనిని|అది|ఆయన|అతను|ಇದು|ಇದನ್ನು|ಇದರ|ಅದು|ಅವರು|ഇത്|ഇതിന്റെ|അത്|അദ്ദേഹം|
	આ|તે|તેનો|તેની|તેનું|તેમણે|ਇਹ|ਇਸ|ਇਸਦਾ|ਉਹ|ਉਸ|ਉਨ੍ਹਾਂ|ଏହା|ଏହାର|ସେ|یہ|اس|اسے|وہ|ان|انہوں|هي|هن|اهو|ᱱᱚᱶᱟ|ꯃꯁꯤ`)

// pointsBack tells whether one of a sentence's first two words stands for something named before.
func pointsBack(tokens []analysis.Token) bool {
	for i := range min(2, len(tokens)) {
		if pointers[tokens[i].Word] {
			return true
		}
	}
	return false
}
