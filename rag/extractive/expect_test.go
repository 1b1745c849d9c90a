package extractive

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/match"
	"github.com/akshara-go/akshara/translate/lang"
)

func TestWhatAQuestionAsksFor(t *testing.T) {
	for question, want := range map[string]expectation{
		"ताजमहल किसने बनवाया?": aPerson, "ताजमहल कब बना?": aTime, "कितने लोग आए?": aNumber, "ताजमहल कहाँ है?": aPlace,
		"यह क्यों हुआ?": aReason, "यह किस वर्ष हुआ?": aTime, "यह किस शहर में है?": aPlace, "ताजमहल क्या है?": anything,
		"Who built it?": aPerson, "How many came?": aNumber, "Where is it?": aPlace, "In which city is it?": aPlace, "What is it?": anything,
		"தாஜ்மஹால் எங்கே உள்ளது?": aPlace, "তাজমহল কোথায়?": aPlace, "تاج محل کہاں ہے؟": aPlace, "taj mahal kahan hai": aPlace, "": anything,
	} {
		require.Equal(t, want, expected(question, ""), question)
	}
}

func TestSigns(t *testing.T) {
	text := "In 1648 Shah Jahan (the emperor) called 35 or twelve masters “wise” in May because they were."
	s := signsOf(analysis.Tokens(text, lang.English), text, match.New("wise masters", lang.English, nil))
	for sign, name := range map[int]string{aYear: "year", otherDigit: "digits", numberWord: "word", timeWord: "month", capital: "capital", reason: "reason", brackets: "brackets", quotation: "quotation"} {
		require.Equal(t, 1.0, s[sign], name)
	}
	require.Zero(t, s[agent])
	s = signsOf(analysis.Tokens("1648", ""), "1648", match.New("1648", "", nil))
	require.Zero(t, s[aYear], "what the question has says nothing")
	for _, c := range []struct {
		e    expectation
		sign int
		want bool
	}{{aNumber, aYear, true}, {aNumber, capital, false}, {aTime, timeWord, true}, {aReason, reason, true}, {aPerson, capital, true}, {aPlace, capital, true}, {anything, capital, false}} {
		require.Equal(t, c.want, c.e.expects(c.sign))
	}
}

func TestConfidence(t *testing.T) {
	require.Zero(t, Confidence(nil, lang.Hindi))
	strong := []Candidate{{Score: 9, Features: Features{Own: 1, Context: 1, Pairs: 1, Grams: 1, Rare: 1, Tight: 1, Sentence: 1}}}
	weak := []Candidate{{Score: 1, Features: Features{Own: .1, Context: .2, Missing: .8, Sentence: 1}}}
	for _, code := range []lang.Code{lang.Hindi, lang.English, lang.Tamil} {
		require.Greater(t, Confidence(strong, code), .8)
		require.Less(t, Confidence(weak, code), .2)
		heading := []Candidate{strong[0]}
		heading[0].Features.Sentence = 0
		require.Less(t, Confidence(heading, code), Confidence(strong, code))
	}
}
