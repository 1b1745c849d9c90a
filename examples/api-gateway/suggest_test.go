package main

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
)

// suggest gives the suggestions for what is typed, with further parameters.
func (s *server) suggest(typed, more string) []rag.Suggestion {
	s.TB.Helper()
	var body struct{ Suggestions []rag.Suggestion }
	s.get("/api/v1/search/suggest?q="+url.QueryEscape(typed)+more, &body)
	return body.Suggestions
}

func suggestContract(s *server) {
	for _, q := range []string{"", "?q=", "?q=%20%0A", "?q=42%20%E2%82%B9%20%F0%9F%98%80"} {
		status, body := s.Call("GET", "/api/v1/search/suggest"+q, nil)
		require.Equal(s.TB, 200, status, q)
		require.JSONEq(s.TB, `{"suggestions":[]}`, string(body), q)
	}
	status, body := s.Call("GET", "/api/v1/search/suggest?q=tajmah&limit=1&language=hi", nil)
	require.Equal(s.TB, 200, status)
	require.JSONEq(s.TB, `{"suggestions":[{"text":"ताजमहल","language":"hi"}]}`, string(body))
	require.Len(s.TB, s.suggest("s", ""), 8, "8 by default")
	require.Len(s.TB, s.suggest("s", "&limit=20"), 20)
	require.LessOrEqual(s.TB, len(s.suggest(strings.Repeat("\u0301", 4000), "")), 8)
}

func TestSuggestionsOverTheSamples(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	for typed, want := range map[string]rag.Suggestion{
		"taj": {Text: "ताजमहल", Language: "hi"}, "ताज": {Text: "ताजमहल", Language: "hi"}, "ਤਾਜ": {Text: "ताजमहल", Language: "hi"},
		"تاج": {Text: "ताजमहल", Language: "hi"}, "tajm": {Text: "ताजमहल", Language: "hi"}, "taaj ma": {Text: "ताजमहल", Language: "hi"},
		"दिल": {Text: "दिल्ली", Language: "hi"}, "lal q": {Text: "लाल क़िला", Language: "hi"}, "hamp": {Text: "हम्पी", Language: "hi"},
		"deepav": {Text: "दीपावली", Language: "hi"}, "jaipur ka j": {Text: "जयपुर का जंतर मंतर", Language: "hi"},
	} {
		list := slices.DeleteFunc(s.suggest(typed, "&limit=20"), func(s rag.Suggestion) bool { return s.Language != want.Language })
		require.NotEmpty(t, list, typed)
		require.Equal(t, want, list[0], "%q", typed)
	}
	for typed, want := range map[string]string{"delh": "दिल्ली", "कोल": "কলকাতা", "durga": "দুর্গাপূজা", "char": "چار مینار", "pongal": "பொங்கல் திருவிழா", "gol": "Gol Gumbaz"} {
		list := s.suggest(typed, "&limit=20")
		require.True(t, slices.ContainsFunc(list, func(s rag.Suggestion) bool { return s.Text == want }), "%q: %v", typed, list)
	}
	for _, code := range []string{"hi", "en", "bn", "mr", "ta", "ur"} {
		list := s.suggest("k", "&limit=3&language="+code)
		require.Len(t, list, 3)
		require.EqualValues(t, code, list[0].Language, "%v", list)
	}
	require.Equal(t, "what is ताजमहल", s.suggest("what is tajm", "&language=hi")[0].Text, "what was typed before is kept")
}

func TestADeletedDocumentIsNotSuggested(t *testing.T) {
	s := start(t, t.TempDir(), noSamples)
	doc := s.add("keshar.md", lighthouse)
	list := s.suggest("kesh", "")
	require.NotEmpty(t, list)
	s.remove(doc.DocumentID)
	require.Empty(t, s.suggest("kesh", ""))
}

func TestAMistypedWordFindsWhatWasMeant(t *testing.T) {
	s := start(t, t.TempDir(), noSamples)
	doc := s.add("farland.md", "The capital of Farland is Oakton.")
	for query, want := range map[string]int{"Farland": 1, "Fatland": 1, "Zebra": 0} {
		var found searchResponse
		s.get("/api/v1/search?language=en&q="+query, &found)
		require.Len(t, found.Results, want, query)
		if want > 0 {
			require.Equal(t, doc.DocumentID, found.Results[0].DocumentID)
		}
	}
}
