package rag_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/translate/lang"
)

// corrected gives what the words of a question are taken for, as "word text".
func corrected(tb testing.TB, index *rag.Index, q rag.Query) []string {
	tb.Helper()
	list, err := index.Corrections(tb.Context(), &q)
	require.NoError(tb, err)
	out := []string{}
	for _, c := range list {
		require.Equal(tb, c.Word, c.In(q.Text))
		out = append(out, c.Word+" "+c.Text)
	}
	return out
}

var monuments = []corpus.Document{
	doc("taj", "ताजमहल", "ताजमहल का निर्माण शाहजहाँ ने आगरा में करवाया।"),
	doc("qutub", "", "क़ुतुब मीनार की ऊँचाई तिहत्तर मीटर है। दिल्ली राजधानी है।"),
	{ID: "en", Text: "The observatory in Jaipur was built by Jai Singh. Astronomers used its instruments.", Source: corpus.Source{Language: lang.English}},
}

func TestAMistypedWordIsTakenForTheNearestOfTheDocuments(t *testing.T) {
	index := newIndex(t, nil, monuments)
	for text, want := range map[string][]string{
		"ताजमहाल कहाँ है?":                  {"ताजमहाल ताजमहल"},                   // added
		"शाहजाँ ने क्या किया?":              {"शाहजाँ शाहजहाँ"},                   // left out
		"राजधामी कौन सी है?":                {"राजधामी राजधानी"},                  // changed
		"निमार्ण कब हुआ?":                   {"निमार्ण निर्माण"},                  // a repha put too late
		"राजधनाी कब बनी?":                   {"राजधनाी राजधानी"},                  // swapped
		"मीनार की उँचाई":                    {},                                   // another spelling of a word that is known
		"तहजमल का निरमाण":                   {"निरमाण निर्माण"},                   // what is too far away stays
		"ताजमहल ताजमहलों में निर्माण":       {},                                   // known, in any inflection
		"मेनार 1632 राजधा123नी abcdefgh वह": {"मेनार मीनार"},                      // digits and Latin letters stay
		"ताजमहाल और ताजमहाल":                {"ताजमहाल ताजमहल", "ताजमहाल ताजमहल"}, // each place of it
	} {
		require.Equal(t, want, corrected(t, index, rag.Query{Text: text}), text)
	}
	english := rag.Query{Text: "Which astronomrs used the obsrevatory in Jaipru?", Language: lang.English}
	require.Equal(t, []string{"astronomrs Astronomers", "obsrevatory observatory", "Jaipru Jaipur"}, corrected(t, index, english))
	english.Filter.Language = lang.Hindi
	require.Empty(t, corrected(t, index, english), "a filter holds for corrections")
}

func TestCorrectionsRevealNothing(t *testing.T) {
	secret := doc("secret", "", "केशरपुर दीपस्तंभ")
	secret.Readers = []string{"asha"}
	index := newIndex(t, nil, []corpus.Document{secret, doc("open", "", "केशवपुर नगर")})
	q := rag.Query{Text: "दीपस्तभ केशरपुर"}
	require.Equal(t, []string{"केशरपुर केशवपुर"}, corrected(t, index, q), "as if the document were not there")
	q.Readers = []string{"asha"}
	require.Equal(t, []string{"दीपस्तभ दीपस्तंभ"}, corrected(t, index, q))
	require.Empty(t, corrected(t, index.ForTenant("other"), q))
}

func TestBadQueriesAreNotCorrected(t *testing.T) {
	index := newIndex(t, nil, monuments)
	for text, code := range map[string]fault.Code{"": fault.InvalidRequest, "\xff": fault.InvalidRequest, strings.Repeat("क", rag.MaxQueryBytes): fault.InvalidRequest} {
		_, err := index.Corrections(t.Context(), &rag.Query{Text: text})
		require.Equal(t, code, fault.CodeOf(err))
	}
	_, err := index.Corrections(t.Context(), &rag.Query{Text: "x", Language: "xx"})
	require.Equal(t, fault.InvalidLanguage, fault.CodeOf(err))
	type plain struct{ rag.Store }
	_, err = rag.NewIndex(plain{}, nil).Corrections(t.Context(), &rag.Query{Text: "x"})
	require.Equal(t, fault.Internal, fault.CodeOf(err))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = index.Corrections(ctx, &rag.Query{Text: "ताजमहाल"})
	require.ErrorIs(t, err, context.Canceled)
	for _, text := range []string{"।", "😀", strings.Repeat("\u0301", 2000), "का की", strings.Repeat("ताजमहाल ", 300)} {
		require.LessOrEqual(t, len(corrected(t, index, rag.Query{Text: text})), 8)
	}
}

func ExampleIndex_Corrections() {
	dir, _ := os.MkdirTemp("", "index")
	defer os.RemoveAll(dir)
	store, _ := localstore.Open(dir, nil)
	defer store.Close()
	index := rag.NewIndex(store, nil)
	ctx := context.Background()
	_ = index.Add(ctx, []corpus.Document{{ID: "taj", Text: "ताजमहल आगरा में है।"}})
	found, _ := index.Corrections(ctx, &rag.Query{Text: "ताजमहाल कहाँ है?"})
	for _, c := range found {
		fmt.Println(c.Word, "→", c.Text)
	}
	// Output: ताजमहाल → ताजमहल
}

// FuzzCorrections corrects any question against any document.
func FuzzCorrections(f *testing.F) {
	f.Add("ताजमहल आगरा", "ताजमहाल कहाँ", "hi")
	f.Add("observatory", "obsrevatory", "en")
	f.Fuzz(func(t *testing.T, text, question, code string) {
		if len(text)+len(question) > 1<<11 {
			return
		}
		store, err := localstore.Open(t.TempDir(), nil)
		require.NoError(t, err)
		defer store.Close()
		index := rag.NewIndex(store, nil)
		if index.Add(t.Context(), []corpus.Document{doc("d", "", text)}) != nil {
			return
		}
		list, err := index.Corrections(t.Context(), &rag.Query{Text: question, Language: lang.Code(code)})
		if err != nil {
			require.Contains(t, []fault.Code{fault.InvalidRequest, fault.InvalidLanguage}, fault.CodeOf(err))
			return
		}
		for _, c := range list {
			require.True(t, utf8.ValidString(c.Text) && strings.Contains(text, c.Text))
			require.Equal(t, c.Word, c.In(question))
		}
	})
}
