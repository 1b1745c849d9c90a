package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/detect/langmodel"
	"github.com/akshara-go/akshara/translate/lang"
)

func TestKeysOfTheSameText(t *testing.T) {
	require.Equal(t, normalKey("The  MUSEUM, opens"), normalKey("the museum opens."))
	require.NotEqual(t, normalKey("हाल"), normalKey("हल"))
}

func TestNearDuplicatesAreLeftOut(t *testing.T) {
	// Keys decide the parts, so these are chosen to put the first into the held-out part.
	sentence := "one two three four five six seven eight"
	n := 0
	for partOf(normalKey(sentence)) != heldOut {
		n++
		sentence += " x"
	}
	repeated := sentence
	for partOf(normalKey(repeated)) != learnt {
		repeated += " y"
	}
	texts := []text{
		{lang.English, lang.Latin, sentence, normalKey(sentence), labelled},
		{lang.English, lang.Latin, repeated, normalKey(repeated), labelled},
	}
	parts := divide(texts)
	require.Len(t, parts[heldOut], 1)
	require.Empty(t, parts[learnt])
}

func TestOwnTextsAreInTheirScript(t *testing.T) {
	texts, err := readOwn()
	require.NoError(t, err)
	none := 0
	for _, x := range texts {
		require.Equal(t, x.script, lang.ScriptOf(x.body), x.body)
		if x.language == langmodel.None {
			none++
		} else {
			require.True(t, x.language.WrittenIn(x.script) || x.script == lang.Latin, x.body)
		}
	}
	require.Greater(t, none, 300)
}

func TestCompose(t *testing.T) {
	sentence := text{lang.Hindi, lang.Devanagari, "यह एक बहुत लंबा वाक्य है जो आगे भी चलता रहता है", "", labelled}
	entry := text{lang.Dogri, lang.Devanagari, "जीवन-साथी", "", labelled}
	other := text{lang.Dogri, lang.Devanagari, "घरमोल", "", labelled}
	found := compose([]text{sentence, entry, other})
	require.Equal(t, found, compose([]text{sentence, entry, other}))
	longest := 0
	for _, x := range found {
		require.True(t, x.language == lang.Dogri || strings.Contains(sentence.body, x.body))
		if x.language == lang.Dogri {
			longest = max(longest, len(strings.Fields(x.body)))
		}
	}
	require.Greater(t, longest, 1, "entries are joined")
	require.Greater(t, len(found), 5)
}

func TestLearningTellsTwoWordsApart(t *testing.T) {
	texts := []text{
		{lang.English, lang.Latin, "which", "", labelled}, {lang.Hindi, lang.Latin, "kaunsa", "", labelled},
		{lang.English, lang.Latin, "where", "", labelled}, {lang.Hindi, lang.Latin, "kahan", "", labelled},
	}
	s := settings{script: lang.Latin, labels: []lang.Code{lang.English, lang.Hindi}, bits: 10, rate: 0.5, decay: 0.01,
		prior: map[lang.Code]float64{lang.English: 1.1}}
	m := learnModel(s, texts, texts)
	for _, x := range texts {
		sums := m.Sum(x.body)
		p := m.Probabilities(&sums)
		require.Equal(t, x.language == lang.English, p[0] > p[1], x.body)
	}
}

func TestManipuriInBengaliLetters(t *testing.T) {
	require.Equal(t, "মণিপুর", strings.Replace(bengali("ꯃꯅꯤꯄꯨꯔ"), "ন", "ণ", 1))
	require.Equal(t, "তৌবা", bengali("ꯇꯧꯕ"))
	require.Equal(t, "আদা", bengali("ꯑꯥꯗꯥ"))
}

func TestSentencesKeepEveryByte(t *testing.T) {
	paragraph := "Dr. A. wrote it. यह वाक्य है। और यह? End"
	require.Equal(t, paragraph, strings.Join(sentences(paragraph), ""))
	require.Len(t, sentences(paragraph), 6)
}

func TestReadingSaysWhatIsWrong(t *testing.T) {
	require.Error(t, run(t.TempDir(), filepath.Join(t.TempDir(), "weights.bin")))
	name := filepath.Join(t.TempDir(), "x.gz")
	require.NoError(t, os.WriteFile(name, []byte("no gzip"), 0o600))
	require.ErrorContains(t, readTSV(name, 2, nil), "x.gz")
}
