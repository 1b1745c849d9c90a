//go:build !race

package rag_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/e5embedtest"
	"github.com/akshara-go/akshara/translate/lang"
)

// tiny is a collection of two to four documents, each a sentence, and what is asked
// about it. The documents' ids end in their languages.
type tiny struct {
	docs      map[string]string
	questions []tinyQuestion
}

// tinyQuestion is a question that one document answers.
type tinyQuestion struct {
	language lang.Code
	text     string
	answer   string // the document's id
}

// tinyChosen are the collections by which it was chosen how words, sounds and
// embeddings are fused, and tinyHeld those that were not looked at meanwhile.
var (
	tinyChosen = []tiny{
		{map[string]string{
			"river.en":   "The river rises in the Himalaya, flows down through the plains and falls into the Bay of Bengal.",
			"lentils.hi": "मसूर को आधे घंटे भिगोकर धीमी आँच पर गलने तक उबालिए, फिर घी में जीरा चटकाकर ऊपर डाल दीजिए।",
			"train.hi":   "आरक्षण यात्रा से एक दिन पहले तक रद्द कराने पर आधा किराया लौटा दिया जाता है।",
		}, []tinyQuestion{
			{"en", "How do I cook lentils?", "lentils.hi"},
			{"en", "Can I get my money back if I do not travel?", "train.hi"},
			{"en", "Where does the river begin?", "river.en"},
			{"hi", "दाल कैसे बनाएँ?", "lentils.hi"},
		}},
		{map[string]string{
			"bank.en":  "The bank opens at ten in the morning and closes at four; it is shut on Sundays and holidays.",
			"fever.bn": "জ্বর হলে প্রচুর জল খান, বিশ্রাম নিন এবং তিন দিনের বেশি থাকলে ডাক্তার দেখান।",
		}, []tinyQuestion{
			{"en", "What should I do when I have a high temperature?", "fever.bn"},
			{"bn", "ব্যাঙ্ক কখন খোলে?", "bank.en"},
			{"en", "When can I go to the bank?", "bank.en"},
			{"bn", "আমার শরীর খুব গরম, কী করব?", "fever.bn"},
		}},
		{map[string]string{
			"rain.ta":    "வடகிழக்குப் பருவமழை அக்டோபர் மாதத்தில் தொடங்கி டிசம்பர் வரை நீடிக்கிறது.",
			"bus.en":     "Buses to the temple leave from the northern stand every twenty minutes until nine in the evening.",
			"library.ta": "நூலகத்தில் இருந்து எடுத்த புத்தகங்களைப் பதினைந்து நாட்களுக்குள் திருப்பித் தர வேண்டும்.",
		}, []tinyQuestion{
			{"en", "In which months does it rain?", "rain.ta"},
			{"en", "How do I get to the temple?", "bus.en"},
			{"en", "How long may I keep a book?", "library.ta"},
			{"ta", "கோவிலுக்கு எப்படிப் போவது?", "bus.en"},
		}},
		{map[string]string{
			"passport.en": "A new passport is sent by post within thirty days once the police have verified your address.",
			"school.en":   "Children who are six years old on the first of June are admitted to the first class.",
			"dog.en":      "Puppies are vaccinated against rabies at three months and again every year.",
		}, []tinyQuestion{
			{"en", "How old must my son be to start studying?", "school.en"},
			{"en", "When does my dog need its injections?", "dog.en"},
			{"en", "How long do travel documents take to arrive?", "passport.en"},
		}},
		{map[string]string{
			"wheat.mr":   "गहू नोव्हेंबरमध्ये पेरतात आणि मार्च महिन्यात कापणी करतात.",
			"pension.hi": "साठ वर्ष से अधिक आयु के नागरिकों को हर महीने एक हज़ार रुपये की वृद्धावस्था पेंशन मिलती है।",
		}, []tinyQuestion{
			{"en", "When is the crop harvested?", "wheat.mr"},
			{"en", "How much money do old people get from the government?", "pension.hi"},
			{"hi", "गेहूँ कब बोया जाता है?", "wheat.mr"},
			{"mr", "वृद्धांना दरमहा किती पैसे मिळतात?", "pension.hi"},
		}},
		{map[string]string{
			"cricket.en": "India won the World Cup in 1983 and again in 2011.",
			"eye.ur":     "آنکھوں میں جلن ہو تو انہیں ٹھنڈے پانی سے دھوئیں اور رگڑنے سے بچیں۔",
			"tree.hi":    "नीम की पत्तियाँ कीड़ों को दूर रखती हैं, इसलिए उन्हें अनाज के साथ रखा जाता है।",
		}, []tinyQuestion{
			{"en", "My eyes are burning. What helps?", "eye.ur"},
			{"en", "How do I keep insects out of the grain?", "tree.hi"},
			{"ur", "بھارت نے عالمی کپ کب جیتا؟", "cricket.en"},
			{"hi", "neem ki pattiyan kis kaam aati hain?", "tree.hi"},
		}},
	}
	tinyHeld = []tiny{
		{map[string]string{
			"fish.en":        "The fishing boats come back at dawn and sell their catch on the beach.",
			"electricity.te": "విద్యుత్ బిల్లును ప్రతి నెల పదిహేనవ తేదీలోపు చెల్లించాలి; ఆలస్యమైతే యాభై రూపాయల జరిమానా పడుతుంది.",
		}, []tinyQuestion{
			{"en", "What happens if I pay for power late?", "electricity.te"},
			{"en", "When do the boats come back?", "fish.en"},
			{"te", "చేపలు ఎక్కడ అమ్ముతారు?", "fish.en"},
		}},
		{map[string]string{
			"snake.hi": "साँप के काटने पर घाव को न चीरें, हाथ-पैर स्थिर रखें और तुरंत अस्पताल पहुँचें।",
			"rent.en":  "How the flat is left is noted when the keys are handed over, and the deposit is returned within two weeks.",
			"milk.pa":  "ਦੁੱਧ ਨੂੰ ਜਮਾਉਣ ਲਈ ਇਸ ਨੂੰ ਕੋਸਾ ਕਰੋ ਅਤੇ ਇੱਕ ਚਮਚਾ ਦਹੀਂ ਮਿਲਾ ਕੇ ਰਾਤ ਭਰ ਰੱਖ ਦਿਓ।",
		}, []tinyQuestion{
			{"en", "How do I make yoghurt?", "milk.pa"},
			{"en", "What do I do if a cobra bites me?", "snake.hi"},
			{"en", "When do I get my deposit back?", "rent.en"},
			{"hi", "दही कैसे जमाते हैं?", "milk.pa"},
		}},
		{map[string]string{
			"palace.kn": "ಮೈಸೂರು ಅರಮನೆಯನ್ನು ಭಾನುವಾರ ಸಂಜೆ ತೊಂಬತ್ತೇಳು ಸಾವಿರ ದೀಪಗಳಿಂದ ಬೆಳಗಿಸಲಾಗುತ್ತದೆ.",
			"tax.en":    "Do not forget to keep the receipts: the income tax return has to be filed before the end of July.",
		}, []tinyQuestion{
			{"en", "When do they light up the palace?", "palace.kn"},
			{"en", "What is the last day for income tax?", "tax.en"},
			{"kn", "ಆದಾಯ ತೆರಿಗೆ ಯಾವಾಗ ಸಲ್ಲಿಸಬೇಕು?", "tax.en"},
		}},
		{map[string]string{
			"coconut.ml": "തെങ്ങിന് വേനൽക്കാലത്ത് ആഴ്ചയിൽ രണ്ടു തവണ വെള്ളം നനയ്ക്കണം.",
			"salt.gu":    "કચ્છના રણમાં અગરિયાઓ શિયાળાથી ઉનાળા સુધી મીઠું પકવે છે.",
			"job.en":     "To apply for the post, send your marks and two letters to the office.",
		}, []tinyQuestion{
			{"en", "How often do I water a palm?", "coconut.ml"},
			{"en", "Where is salt made?", "salt.gu"},
			{"en", "What do I have to send to get the job?", "job.en"},
			{"gu", "મીઠું ક્યાં બને છે?", "salt.gu"},
		}},
		{map[string]string{
			"lift.en":  "The lift is out of order; please take the stairs at the back of the building.",
			"meals.en": "Meals are served from noon to two, and guests who are ill may have them brought to their room.",
			"pool.en":  "The pool is cleaned on Monday mornings and no one may swim then.",
		}, []tinyQuestion{
			{"en", "When can I have lunch?", "meals.en"},
			{"en", "Why is the elevator not working?", "lift.en"},
			{"en", "Can I go for a swim on Monday?", "pool.en"},
		}},
		{map[string]string{
			"kite.hi": "पतंग उड़ाते समय बिजली के तारों से दूर रहें।",
			"bees.hi": "मधुमक्खियाँ सरसों के फूलों से रस लेकर शहद बनाती हैं।",
		}, []tinyQuestion{
			{"en", "How is honey made?", "bees.hi"},
			{"en", "Is it dangerous to fly a kite near wires?", "kite.hi"},
			{"hi", "शहद कौन बनाता है?", "bees.hi"},
			{"hi", "madhumakhhi shahad kaise banati hai", "bees.hi"},
		}},
	}
)

// A chance word of the question stands in the second text of each, and the first
// answers it in other words; of each language's, the first were chosen by.
var (
	chanceChosen = []chance{
		{"en", "How do I cook lentils?", "अरहर को कुकर में तीन सीटी आने तक रखें, नमक और हल्दी डालें। परोसते समय ऊपर से हरा धनिया छिड़कें।", "The Ganga begins at Gangotri. How does it reach the sea? It flows through the plains of the north; on its way people do their washing and cook on its banks."},
		{"en", "Can I park my car here?", "Vehicles may be left behind the temple until nine.", "The park is shut at six."},
		{"en", "Which medicine helps against a cold?", "For a runny nose and a cough take one tablet after meals.", "It is cold in the hills in January."},
		{"en", "How do I book a table?", "Diners who want to sit by the window should telephone before noon.", "The book lies on the table."},
		{"en", "Where can I change money?", "Foreign notes are exchanged at the counter beside the post office.", "The weather will change tomorrow."},
		{"hi", "बच्चे को बुखार हो तो क्या करूँ?", "शरीर गरम लगे तो माथे पर गीली पट्टी रखें और वैद्य को दिखाएँ।", "बच्चे मैदान में गेंद खेलते हैं।"},
		{"hi", "सोने का दाम क्या है?", "स्वर्ण आज साठ हज़ार रुपये प्रति दस ग्राम बिक रहा है।", "सोने से पहले दाँत साफ़ करें।"},
		{"hi", "मेरा फ़ोन खो गया, क्या करूँ?", "मोबाइल गुम होने पर सिम तुरंत बंद कराएँ।", "फ़ोन की दुकान दस बजे खुलती है।"},
	}
	chanceHeld = []chance{
		{"en", "How can I stop my tap from dripping?", "A washer that is worn lets water through: replace it with one of the same size.", "The bus will stop at the market."},
		{"en", "Where do I get a second key?", "The locksmith behind the station makes a duplicate while one waits.", "Press the red key to start the machine."},
		{"en", "What is good for a sore throat?", "Gargle with warm salt water and drink ginger tea with honey.", "The view from the hill is good."},
		{"en", "When is the garbage collected?", "Household waste is picked up on Tuesdays and Fridays before eight.", "He collected stamps when he was a boy."},
		{"hi", "रसोई में आग लगे तो क्या करूँ?", "चूल्हे पर लपट उठे तो गैस बंद करें और गीला कंबल डालें।", "रसोई में नया फ़र्श लगाया गया है।"},
		{"hi", "पौधों को कितना पानी दें?", "गमलों की सिंचाई दो दिन में एक बार करें।", "पानी की टंकी छत पर है।"},
		{"hi", "चश्मा कहाँ बनता है?", "नज़र के लेंस मुख्य चौराहे की ऐनक की दुकान पर तैयार होते हैं।", "मिट्टी का घड़ा गाँव में बनता है।"},
	}
)

// chance is a question that one of two texts answers, in other words; of the other
// the question holds a word.
type chance struct {
	language              lang.Code
	text, answer, another string
}

// tinies gives collections of the two texts, and of these and a third.
func tinies(list []chance) (all []tiny) {
	for _, c := range list {
		question := []tinyQuestion{{c.language, c.text, "answer"}}
		for _, third := range []string{"", "The river rises in the Himalaya and falls into the Bay of Bengal.", "आरक्षण यात्रा से एक दिन पहले तक रद्द कराने पर आधा किराया लौटा दिया जाता है।"} {
			docs := map[string]string{"answer": c.answer, "another": c.another}
			if third != "" {
				docs["third"] = third
			}
			all = append(all, tiny{docs, question})
		}
	}
	return all
}

// In a few documents every word is rare. What the question means goes before chance
// words and sounds even there; at least is a little below what was measured.
func TestTinyCollectionsAreSearchedByMeaning(t *testing.T) {
	e := e5embedtest.Embedder(t)
	for _, c := range []struct {
		name        string
		collections []tiny
		least       int
	}{
		{"chosen", tinyChosen, 23}, {"held", tinyHeld, 20},
		{"chance words, chosen", tinies(chanceChosen), 18}, {"chance words, held", tinies(chanceHeld), 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, dense, of := askTiny(t, e, c.collections)
			t.Logf("%d of %d found first; by embeddings alone %d", found, of, dense)
			require.GreaterOrEqual(t, found, c.least)
		})
	}
}

// askTiny gives how many questions find their document first, fused and reranked
// and by embeddings alone.
func askTiny(t *testing.T, e rag.Embedder, collections []tiny) (found, dense, of int) {
	for _, c := range collections {
		var docs []corpus.Document
		for id, text := range c.docs {
			_, code, _ := strings.Cut(id, ".")
			docs = append(docs, corpus.Document{ID: id, Text: text, Source: corpus.Source{Language: lang.Code(code)}})
		}
		index := newIndex(t, &rag.IndexOptions{Embedder: centred(t, e, docs)}, docs)
		for _, q := range c.questions {
			of++
			query := &rag.Query{Text: q.text, Language: q.language, TopK: 4}
			hits, err := index.Candidates(t.Context(), query)
			require.NoError(t, err)
			if placeOf(hits, q.answer, func(h *rag.Hit) (float64, bool) { s, ok := h.Scores[rag.Dense]; return s, ok }) == 1 {
				dense++
			}
			results, err := index.Retrieve(t.Context(), query)
			require.NoError(t, err)
			if results[0].DocumentID == q.answer {
				found++
			} else {
				t.Logf("%q finds %s first, of %d", q.text, results[0].DocumentID, len(c.docs))
			}
		}
	}
	return found, dense, of
}
