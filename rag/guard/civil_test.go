package guard_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/guard"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// unmirrored gives a word of the list as it is read.
func unmirrored(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return 'a' + 'z' - r
		case 'क' <= r && r <= 'ह':
			return 'क' + 'ह' - r
		}
		return r
	}, s)
}

func TestEveryWordOfTheAbuseListIsFound(t *testing.T) {
	list, err := os.ReadFile("abuse.tsv")
	require.NoError(t, err)
	n := 0
	for line := range strings.Lines(string(list)) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.Len(t, row, 4)
		require.Contains(t, "123", row[0])
		require.Contains(t, []string{"en", "hi"}, row[1])
		for _, word := range strings.Fields(unmirrored(row[2] + " " + row[3])) {
			n++
			t.Logf("%s %s", row[0], word)
			require.Len(t, guard.Abuse("x "+word+", y", guard.Mild), 1, word)
			require.Equal(t, row[0] == "1", len(guard.Abuse(word, guard.Strong)) == 0, word)
		}
	}
	require.Greater(t, n, 80)
}

func TestAbuseIsFoundHoweverItIsSpelt(t *testing.T) {
	for _, mirrored := range []string{
		"UFXP", "ufxprmt", "uffffxp", "u u x p", "u.f.x.p", "u*xp", "u**p", "hs1g", "$srg", "yrgxsvh", "yruxs", "xsllgrbz", "xsfgrz", "xsfggrbz", "x s f g r b z", "xs*grbz", "nzwzixslw", "nzzwzixslw", "nzwviiixslw", "yslhwrpv", "yslhwrpvvv", "szizznr", "ufx\u200bp",
	} {
		word := unmirrored(strings.ToLower(mirrored))
		if strings.Contains("u u x p yruxs nzwviiixslw", mirrored) {
			continue // not what it looks like
		}
		require.NotEmpty(t, guard.Abuse("you "+word+" you", guard.Strong), word)
	}
	for _, innocent := range []string{
		"Scunthorpe and Penistone", "the class will assess the assassin's bass", "Dickens and Hancock", "a shiitake cocktail", "Gandhi, Gandhinagar, gandh", "Bhosle, Chodavaram, Madarsa", "chutney, chhutti, chhoot, chut", "Randi and Lund", "MC and BC", "Lucknow, Suckow, Fuchs", "five * six # seven", "Matsushita", "a b c d e", "sh", "पिता हरिद्वार में हैं",
		"छूट की अंतिम तिथि", "गांधी जी और गांडीव", "लंदन और लंका", "चूना, चूहा, चोट, चोटी", "कुत्ता और कुतिया", "भोसले परिवार", "मादा और मदार", "रंग, रानी, रंडोम", "\xff\xfe", "",
	} {
		require.Empty(t, guard.Abuse(innocent, guard.Strong), innocent)
	}
}

func TestWhatBecomesOfAbuse(t *testing.T) {
	word := unmirrored("yzhgziw")
	angry := "Where is my card, you " + word + "?"
	stars := "Where is my card, you *******?"
	m := echoes()
	res := both(t, newGuard(t, nil).Model(m), user(angry))
	require.Equal(t, angry, lastText(m.asked), "who is angry is answered")
	require.Equal(t, stars, res.Text, "not in kind")
	require.Equal(t, llm.Guarded{"abuse.flagged": 1, "abuse.masked": 1}, res.Guarded)
	both(t, newGuard(t, &guard.Options{Abuse: guard.Mask}).Model(m), user(angry))
	require.Equal(t, stars, lastText(m.asked))
	require.Equal(t, llm.Filtered, both(t, newGuard(t, &guard.Options{Abuse: guard.Refuse}).Model(m), user(angry)).Finish)
	require.Equal(t, angry, both(t, newGuard(t, &guard.Options{AnswerAbuse: guard.Flag}).Model(m), user(angry)).Text)
	require.Equal(t, angry, both(t, newGuard(t, &guard.Options{MinRating: guard.Slur}).Model(m), user(angry)).Text)
}

func TestTopics(t *testing.T) {
	denied := newGuard(t, &guard.Options{Topics: []guard.Topic{
		{Name: "elections", Words: []string{"चुनाव", "election", "political party"}, Examples: []string{"Whom should I vote for?"}},
	}})
	for text, refuse := range map[string]bool{
		"When is the election?": true, "Which elections are held?": true, "चुनाव कब है?": true, "chunav kab hai": true, "তোমার চুনাব কবে?": true, "Whom should I vote for in May?": true, "Tell me of the political parties": true,
		"Who built the fort?": false, "When is the party?": false, "चुनरी कहाँ मिलती है?": false, "": false,
	} {
		w, err := denied.Watch(t.Context(), text, lang.Auto)
		require.NoError(t, err)
		_, ok := w.Question()
		require.Equal(t, refuse, !ok, text)
		require.Equal(t, refuse, w.Report()["topic.elections.refused"] == 1, text)
	}
	only := newGuard(t, &guard.Options{Topics: []guard.Topic{{Name: "forts", Allow: true, Words: []string{"fort", "किला", "kila"}}}})
	a, err := rag.NewEngine(shelf{}, &rag.EngineOptions{Guard: only}).Answer(t.Context(), &rag.Question{Text: "Who won the match?"})
	require.NoError(t, err)
	require.Equal(t, rag.Guarded, a.Refusal.Reason)
	require.Equal(t, llm.Guarded{"topic.other.refused": 1}, a.Guarded)
	require.Equal(t, lang.Text(lang.English, lang.MsgInvalidRequest), a.Text)
	require.NotNil(t, a.Sources)
	a, err = rag.NewEngine(shelf{}, &rag.EngineOptions{Guard: only}).Answer(t.Context(), &rag.Question{Text: "kila kahan hai?"})
	require.NoError(t, err)
	require.Equal(t, rag.NothingFound, a.Refusal.Reason)
	for _, bad := range []guard.Topic{{}, {Name: "x"}, {Words: []string{"x"}}, {Name: "x", Words: []string{"!"}}} {
		_, err := guard.New(&guard.Options{Topics: []guard.Topic{bad}})
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	}
}
