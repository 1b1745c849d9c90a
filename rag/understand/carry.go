package understand

import (
	"strings"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// Bounds on what is carried over.
const (
	carriedTurns = 16 // questions that are looked back at
	carriedWords = 8  // of them
	minContent   = 2  // content words of a question that stands alone
)

// maxCarriedBytes is the longest turn whose words are carried over: a longer one is no question.
const maxCarriedBytes = 2 << 10

// CarryOver completes a question without a model: where it refers back with a
// pronoun, or has fewer than two content words, the content words of the last
// question that stands alone are put behind it, and those of the one before it. Words that it has
// already are not said twice, and what the assistant said is not looked at.
//
// Pronouns are known for Hindi, Urdu, Marathi, Bengali, Gujarati, Punjabi and
// English, in their own scripts, and for Hindi in Latin letters; in other
// languages only short questions are completed. A question with a relative pronoun
// ("वह कौन सी नदी है जो...") says itself what its other pronouns stand for.
func CarryOver(text string, code lang.Code, history []llm.Message) string {
	tokens := analysis.Tokens(text, code)
	if standsAlone(tokens, code) {
		return text
	}
	said := map[string]bool{}
	for i := range tokens {
		said[tokens[i].Stem] = true
	}
	words := []string{strings.TrimSpace(text)}
	for _, before := range leanedOn(code, history) {
		for _, t := range analysis.Tokens(before, code) {
			if t.Stop || said[t.Stem] || len(words) > carriedWords {
				continue
			}
			said[t.Stem] = true
			words = append(words, t.Span.In(before))
		}
	}
	if len(words) == 1 {
		return text
	}
	return strings.Join(words, " ")
}

// leanedOn gives the questions that one at the end of a conversation may lean on:
// the last that stands alone, or the oldest that is looked back at, and the last of all.
func leanedOn(code lang.Code, history []llm.Message) []string {
	var topic, last string
	seen := 0
	for i := len(history) - 1; i >= 0 && seen < carriedTurns; i-- {
		m := &history[i]
		if m.Role != llm.User || len(m.Content) > maxCarriedBytes {
			continue
		}
		if seen++; seen == 1 {
			last = m.Content
		}
		topic = m.Content
		if standsAlone(analysis.Tokens(topic, code), code) {
			break
		}
	}
	return []string{topic, last}
}

// standsAlone tells whether a question can be understood as it is.
func standsAlone(tokens []analysis.Token, code lang.Code) bool {
	known := references[code]
	if known == nil {
		known = &reference{}
	}
	content, refers, relates := 0, false, false
	for i := range tokens {
		t := &tokens[i]
		if !t.Stop {
			content++
		}
		refers = refers || known.pronouns[t.Word]
		relates = relates || known.relatives[t.Word]
	}
	return content >= minContent && (!refers || relates)
}

// reference is how a language refers back.
type reference struct {
	pronouns  map[string]bool // stand for something said before
	relatives map[string]bool // with them a question says itself what its pronouns stand for
}

// references are the languages whose pronouns are known. Demonstratives that as
// often stand for what follows ("that", "there") are left out.
var references = map[lang.Code]*reference{
	lang.Hindi: {
		normalised(`वह वे वो यह ये उस उसे उसका उसकी उसके उसने उसमें उससे उसको उन उन्हें उनका उनकी उनके उन्होंने उनमें उनसे उनको
			इस इसे इसका इसकी इसके इसने इसमें इससे इसको इन इन्हें इनका इनकी इनके इन्होंने इनमें इनसे वहाँ वहां यहाँ यहां
			uska uski uske usne usme usmein usse usko unka unki unke unhone iska iski iske isne isme ismein isse isko inka inki inke wahan vahan`),
		normalised(`जो जिस जिसे जिसका जिसकी जिसके जिसने जिसमें जिससे जिसको जिन जिन्हें जिनका जिनकी जिनके जिन्होंने जिनमें जहाँ जहां
			jo jis jise jiska jiski jiske jisne jinhone jahan`),
	},
	lang.Urdu: {
		normalised(`وہ یہ اس اسے اسکا اسکی اسکے ان انہیں انہوں وہاں یہاں`),
		normalised(`جو جس جسے جن جنہوں جہاں`),
	},
	lang.Marathi: {
		normalised(`तो ती ते त्या त्याचा त्याची त्याचे त्याच्या त्याला त्याने तिचा तिची तिचे तिच्या तिला तिने त्यांचा त्यांची त्यांचे त्यांच्या त्यांना त्यांनी
			तेथे तिथे हा ही हे याचा याची याचे याच्या यांचा यांची यांचे यांच्या`),
		normalised(`जो जी जे ज्या ज्याचा ज्याची ज्याचे ज्याने ज्यांनी`),
	},
	lang.Bengali: {
		normalised(`সে তিনি তার তাঁর তাকে তাঁকে তারা তাঁরা তাদের তাঁদের এটি এটা এটির এটার এর ওটা ওটি ওটার ওর সেটি সেটা সেটির সেটার সেখানে`),
		normalised(`যে যিনি যার যাঁর যাকে যারা`),
	},
	lang.Gujarati: {
		normalised(`તે તેઓ તેનું તેની તેના તેનો તેને તેણે તેમાં તેમનું તેમની તેમના તેમનો તેમણે આનું આની આના ત્યાં`),
		normalised(`જે જેનું જેની જેના જેણે જેમાં`),
	},
	lang.Punjabi: {
		normalised(`ਉਹ ਉਸ ਉਸਦਾ ਉਸਦੀ ਉਸਦੇ ਉਸਨੇ ਉਸਨੂੰ ਉਹਨਾਂ ਉਨ੍ਹਾਂ ਇਹ ਇਸ ਇਸਦਾ ਇਸਦੀ ਇਸਦੇ ਉੱਥੇ`),
		normalised(`ਜੋ ਜਿਸ ਜਿਸਦਾ ਜਿਸਦੀ ਜਿਸਦੇ ਜਿਸਨੇ`),
	},
	lang.English: {normalised(`it its he him his she her hers they them their theirs`), nil},
}

// normalised gives a set of words as analysis writes them.
func normalised(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[analysis.Normalize(word)] = true
	}
	return set
}
