//go:build !race

package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/rag/e5test"
)

// Pages in Hindi, in words that the questions below do not hold.
var hindiPages = map[string]string{
	"taj.txt":   "आगरा का सफ़ेद संगमरमर का मक़बरा शाहजहाँ ने अपनी बेगम मुमताज़ की याद में बनवाया था।",
	"river.txt": "यह नदी हिमालय से निकलकर बंगाल की खाड़ी में गिरती है, और इसके किनारे वाराणसी बसा है।",
	"food.txt":  "दाल को धीमी आँच पर पकाइए, फिर उसमें जीरे और लहसुन का तड़का लगाइए।",
	"train.txt": "रेलगाड़ी का टिकट यात्रा से तीन दिन पहले तक रद्द किया जा सकता है, और पैसे लौटाए जाते हैं।",
}

const (
	tajQuestion  = "Who built the Taj Mahal?"
	foodQuestion = "How do I cook lentils?"
)

// e5 is the environment of a gateway with the model in its process.
func e5(tb testing.TB) map[string]string {
	return map[string]string{"APP_SAMPLE_CORPUS": "false", "RAG_EMBEDDING_MODEL": "e5:" + programtest.Model(tb, e5test.Folder(tb))}
}

// An English question finds a Hindi page, with no server and no network.
func TestAnEnglishQuestionFindsAHindiPage(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, noSamples)
	ids := map[string]string{}
	for name, text := range hindiPages {
		ids[name] = s.add(name, text).DocumentID
	}
	require.NotContains(t, s.search(foodQuestion), ids["food.txt"], "words alone do not find it")
	_, health := s.Call("GET", "/health", nil)
	require.Contains(t, string(health), `"detail":"words and sounds"`)
	s.Stop()

	s = start(t, dir, e5(t))
	s.isWhole()
	for question, page := range map[string]string{
		tajQuestion: "taj.txt", "Where does the river begin?": "river.txt", foodQuestion: "food.txt", "Can I cancel my train ticket?": "train.txt",
	} {
		require.Equal(t, ids[page], s.search(question)[0], question)
	}
	_, health = s.Call("GET", "/api/v1/health", nil)
	require.Contains(t, string(health), `"detail":"multilingual-e5-small"`)
}

// The file in the cache folder is found where the environment names none; one that
// is damaged is done without, but not where it is named.
func TestTheModelInTheCacheFolder(t *testing.T) {
	model, err := os.ReadFile(programtest.Model(t, e5test.Folder(t)))
	require.NoError(t, err)
	cache := filepath.Join(t.TempDir(), "akshara")
	require.NoError(t, os.Mkdir(cache, 0o700))
	path := filepath.Join(cache, "multilingual-e5-small.model")
	found := map[string]string{"APP_SAMPLE_CORPUS": "false", "RAG_EMBEDDING_MODEL": "", "XDG_CACHE_HOME": filepath.Dir(cache)}

	require.NoError(t, os.WriteFile(path, model, 0o600))
	s := start(t, t.TempDir(), found)
	food := s.add("food.txt", hindiPages["food.txt"])
	s.isWhole()
	require.Equal(t, food.DocumentID, s.search(foodQuestion)[0])
	s.Stop()

	require.NoError(t, os.WriteFile(path, model[:len(model)/2], 0o600))
	s = start(t, t.TempDir(), found)
	food = s.add("food.txt", hindiPages["food.txt"])
	require.Equal(t, food.DocumentID, s.search("लहसुन")[0])
	require.NotContains(t, s.search(foodQuestion), food.DocumentID)
	require.Contains(t, s.Logs.String(), path)
	s.Stop()

	for _, named := range []string{path, path + "-not"} {
		environment(t, t.TempDir(), map[string]string{"RAG_EMBEDDING_MODEL": "e5:" + named})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.ErrorContains(t, run(ctx, io.Discard, io.Discard, nil), named)
	}
}

// Documents are found by words when the upload has been answered, and get their
// vectors later, also those that a gateway that has died left without.
func TestDocumentsAreEmbeddedWhenTheyAreFoundAlready(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, e5(t))
	long := s.add("long.txt", strings.Repeat(hindiPages["river.txt"]+" ", 400))
	require.Equal(t, long.DocumentID, s.search("वाराणसी")[0])
	food := s.add("food.txt", hindiPages["food.txt"])
	require.Equal(t, food.DocumentID, s.search("लहसुन")[0])
	s.Stop()

	s = start(t, dir, e5(t))
	s.isWhole()
	require.Equal(t, food.DocumentID, s.search(foodQuestion)[0])
}

func TestThePageSaysWhichModelItSearchesBy(t *testing.T) {
	b, s := browser(t), start(t, t.TempDir(), e5(t))
	s.add("taj.txt", hindiPages["taj.txt"])
	s.isWhole()
	p := visit(t, b, s, desktop, "/#search")
	p.wait(`!document.querySelector("#search-model").hidden`)
	require.Contains(t, p.text("#search-model"), "multilingual-e5-small")

	js[bool](p, `(window.fetch = ((whole) => (path, options) => String(path).endsWith("/health") ? Promise.resolve(new Response("{}")) : whole(path, options))(window.fetch), true)`)
	p.searched("ताजमहल")
	p.wait(`document.querySelector("#search-model").hidden`) // what it was searched by before may be so no more
}
