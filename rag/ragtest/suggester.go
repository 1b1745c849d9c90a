package ragtest

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// Suggester completes what somebody types, as [rag.Index.Suggest] does.
type Suggester interface {
	Suggest(ctx context.Context, q *rag.SuggestQuery) ([]rag.Suggestion, error)
}

// suggesterCase is one demand on a Suggester.
type suggesterCase struct {
	demand string
	run    func(t *testing.T, s Suggester, sink Sink)
}

// TestSuggester demands of what newSuggester makes what [rag.Index.Suggest] says.
// Each is empty, and completes by what is given to the sink beside it.
func TestSuggester(t *testing.T, newSuggester func(t *testing.T) (Suggester, Sink)) {
	for _, c := range suggesterCases {
		t.Run(c.demand, func(t *testing.T) {
			s, sink := newSuggester(t)
			require.NoError(t, sink.Add(t.Context(), suggested()))
			c.run(t, s, sink)
		})
	}
}

func suggested() []corpus.Document {
	docs := monuments()
	docs[2].Readers = []string{"asha, the clerk"}
	docs[0].Tags, docs[0].SourceSite = []string{"city"}, "towns"
	return docs
}

// texts gives what is suggested.
func texts(t *testing.T, s Suggester, q rag.SuggestQuery) []string {
	t.Helper()
	list, err := s.Suggest(t.Context(), &q)
	require.NoError(t, err)
	require.NotNil(t, list)
	out := []string{}
	for _, one := range list {
		out = append(out, one.Text)
	}
	return out
}

var suggesterCases = []suggesterCase{
	{"a beginning in any script is completed, with the language of the documents", func(t *testing.T, s Suggester, _ Sink) {
		for _, typed := range []string{"taj", "ताज", "ਤਾਜ", "تاج"} {
			list, err := s.Suggest(t.Context(), &rag.SuggestQuery{Text: typed})
			require.NoError(t, err)
			require.Equal(t, rag.Suggestion{Text: "ताजमहल", Language: lang.Hindi}, list[0], typed)
		}
	}},
	{"a text without a letter gives none, and no error", func(t *testing.T, s Suggester, _ Sink) {
		for _, typed := range []string{"", " \n", "42 ₹ 😀", "qxzvwk"} {
			require.Empty(t, texts(t, s, rag.SuggestQuery{Text: typed}), typed)
		}
	}},
	{"at most Limit are given, and a Limit out of bounds is INVALID_REQUEST", func(t *testing.T, s Suggester, _ Sink) {
		require.Len(t, texts(t, s, rag.SuggestQuery{Text: "b", Limit: 1}), 1)
		for _, limit := range []int{-1, rag.MaxSuggestions + 1} {
			_, err := s.Suggest(t.Context(), &rag.SuggestQuery{Text: "b", Limit: limit})
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			require.Equal(t, "limit", fault.From(err).Details["field"])
		}
	}},
	{"what the asker may not read is not suggested", func(t *testing.T, s Suggester, _ Sink) {
		require.NotContains(t, texts(t, s, rag.SuggestQuery{Text: "hol"}), "होली")
		require.Contains(t, texts(t, s, rag.SuggestQuery{Text: "hol", Readers: []string{"asha, the clerk"}}), "होली")
		require.NotContains(t, texts(t, s, rag.SuggestQuery{Text: "hol", Readers: []string{"asha"}}), "होली")
	}},
	{"a filter narrows the documents that suggestions come from", func(t *testing.T, s Suggester, _ Sink) {
		for _, f := range []corpus.Filter{{SourceSites: []string{"towns"}}, {Tags: []string{"city"}}, {DocumentIDs: []string{"capital"}}} {
			require.Contains(t, texts(t, s, rag.SuggestQuery{Text: "bhar", Filter: f}), "भारत", "%+v", f)
			require.Empty(t, texts(t, s, rag.SuggestQuery{Text: "tajmah", Filter: f}), "%+v", f)
		}
	}},
	{"a text that is too long or not UTF-8 is INVALID_REQUEST, an unknown language INVALID_LANGUAGE", func(t *testing.T, s Suggester, _ Sink) {
		for _, text := range []string{strings.Repeat("क", rag.MaxQueryBytes/3+1), "ताज\xff"} {
			_, err := s.Suggest(t.Context(), &rag.SuggestQuery{Text: text})
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), "%v", err)
			require.Equal(t, "text", fault.From(err).Details["field"])
		}
		require.NotNil(t, texts(t, s, rag.SuggestQuery{Text: strings.Repeat("क", rag.MaxQueryBytes/3)}))
		_, err := s.Suggest(t.Context(), &rag.SuggestQuery{Text: "क", Language: "xx"})
		require.Equal(t, fault.InvalidLanguage, fault.CodeOf(err))
	}},
	{"what was removed is not suggested", func(t *testing.T, s Suggester, sink Sink) {
		require.NoError(t, sink.Remove(t.Context(), []string{"taj"}))
		require.NotContains(t, texts(t, s, rag.SuggestQuery{Text: "taj"}), "ताजमहल")
	}},
	{"a cancelled context gives its error", func(t *testing.T, s Suggester, _ Sink) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Suggest(ctx, &rag.SuggestQuery{Text: "taj"})
		require.ErrorIs(t, err, context.Canceled)
	}},
}
