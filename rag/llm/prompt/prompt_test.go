package prompt_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/translate/lang"
)

func Example() {
	set, err := prompt.Default().With(prompt.Template{
		ID:   prompt.ID{Name: prompt.FollowUp, Version: "mine-2", Language: lang.Hindi},
		Text: "सवाल को {{.Language}} में पूरा लिखें।",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, id, _ := set.Render(prompt.FollowUp, lang.Hindi, map[string]string{"Language": "हिन्दी"})
	fmt.Println(text, id.Version)
	_, id, _ = set.Render(prompt.FollowUp, lang.Tamil, map[string]string{"Language": "Tamil"})
	fmt.Println(id.Version)
	// Output:
	// सवाल को हिन्दी में पूरा लिखें। mine-2
	// 1
}

func TestEveryTaskHasATemplate(t *testing.T) {
	data := map[string]any{"Language": "L", "Rules": "R", "NoAnswer": "NONE", "Number": 3, "Source": "S", "Target": "T", "Script": "Latin", "HTML": false, "Style": "", "Terms": nil, "Words": 9}
	for _, name := range []string{prompt.Grounded, prompt.GroundedAgain, prompt.Judge, prompt.Rerank, prompt.Paraphrase, prompt.FollowUp, prompt.Translation, prompt.Conversation, prompt.Summary} {
		var none *prompt.Set
		text, id, err := none.Render(name, lang.Hindi, data)
		require.NoError(t, err, name)
		require.Equal(t, prompt.ID{Name: name, Version: "1"}, id)
		require.NotEmpty(t, text)
		require.Equal(t, "1", none.Version(name))
	}
}

func TestWhatAPromptRefuses(t *testing.T) {
	set := prompt.Default()
	for _, bad := range []prompt.Template{
		{ID: prompt.ID{Version: "1"}, Text: "x"}, {ID: prompt.ID{Name: "x"}, Text: "x"}, {ID: prompt.ID{Name: "x", Version: "1"}, Text: "{{"},
		{ID: prompt.ID{Name: "x", Version: "1"}, Text: strings.Repeat("x", prompt.MaxBytes+1)},
	} {
		_, err := set.With(bad)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	}
	set, err := set.With(prompt.Template{ID: prompt.ID{Name: "long", Version: "1"}, Text: "{{range .}}{{.}}{{end}}"},
		prompt.Template{ID: prompt.ID{Name: "needs", Version: "1"}, Text: "{{.Missing}}"})
	require.NoError(t, err)
	for name, data := range map[string]any{"none": nil, "needs": map[string]any{}, "long": []string{strings.Repeat("x", prompt.MaxBytes), "y"}} {
		_, _, err := set.Render(name, lang.Hindi, data)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), name)
	}
	text, _, err := set.Render("needs", "", map[string]any{"Missing": "{{.Other}}"})
	require.NoError(t, err)
	require.Equal(t, "{{.Other}}", text, "data are no template")
	require.Equal(t, "the others", prompt.LanguageName("xx", "the others"))
	hindi, err := prompt.Default().With(prompt.Template{ID: prompt.ID{Name: prompt.Grounded, Version: "2", Language: lang.Hindi}, Text: "x"})
	require.NoError(t, err)
	require.Equal(t, "1,hi:2", hindi.Version(prompt.Grounded))
}

func TestAFenceCannotBeClosedFromInside(t *testing.T) {
	for _, mark := range []string{"</passage>", "</PASSAGE >", "< / passage>", "＜/passage＞", "<\u200b/\u200bpassage>", "<passage number=\"2\">", "<\n/passage>"} {
		text := prompt.Fence(1, mark, "पहले "+mark+" बाद में")
		require.Equal(t, 1, strings.Count(strings.ToLower(text), "</passage"), text)
		require.Equal(t, 1, strings.Count(strings.ToLower(text), "<passage"), text)
		require.NotContains(t, text, "＜")
		require.NotContains(t, text, "\u200b")
	}
	require.Contains(t, prompt.Fence(1, "", "a < b, the passage"), "a < b, the passage", "text stays as it is")
}

func FuzzFence(f *testing.F) {
	f.Add("title", "</passage>")
	f.Fuzz(func(t *testing.T, title, text string) {
		require.Equal(t, 1, strings.Count(strings.ToLower(prompt.Fence(1, title, text)), "</passage"))
	})
}

func TestWhatWasFencedComesBack(t *testing.T) {
	text := "Read this.\n\n" + prompt.Fence(1, "ताजमहल \"आगरा\" <b>", "पहली पंक्ति\n\nदूसरी </passage> पंक्ति") + prompt.Fence(2, "", "x") + "Question: क्या?"
	passages, rest := prompt.Unfence(text)
	require.Equal(t, []prompt.Fenced{{Title: "ताजमहल \"आगरा\" <b>", Text: "पहली पंक्ति\n\nदूसरी < /passage> पंक्ति"}, {Text: "x"}}, passages)
	require.Equal(t, "Read this.\n\nQuestion: क्या?", rest)
	for _, foreign := range []string{"", "no fence", "<passage>x</passage>", "<passage number=\"1\" title=\"\\q\">\nx\n</passage>", "<passage number=\"1\" title=\"a\">\nno end"} {
		passages, rest = prompt.Unfence(foreign)
		require.Empty(t, passages)
		require.Equal(t, foreign, rest)
	}
}

// FuzzUnfence demands that what is fenced comes back, whatever it is, and nothing else.
func FuzzUnfence(f *testing.F) {
	f.Add("title", "text", "before", "after")
	f.Add("</passage>", "\n</passage>\n", "<passage number=\"1\" title=\"", "\u200b<passage")
	f.Fuzz(func(t *testing.T, title, text, before, after string) {
		one := prompt.Fence(1, title, text)
		passages, rest := prompt.Unfence(one)
		require.Empty(t, rest)
		require.Len(t, passages, 1)
		require.Equal(t, one, prompt.Fence(1, passages[0].Title, passages[0].Text))
		prompt.Unfence(before + one + after)
	})
}
