package main

import (
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate/detect"
	"github.com/akshara-go/akshara/translate/lang"
)

var (
	placeholder = regexp.MustCompile(`\{\w+\}`)
	latinWord   = regexp.MustCompile(`[A-Za-z]+`)
)

// latinNames are the keys and formats that are called so in every language.
var latinNames = []string{"Enter", "Shift", "PDF", "DOCX", "HTML", "Markdown", "TXT"}

func allTexts(t *testing.T) map[lang.Code]pageTexts {
	all, err := readTexts(textFiles)
	require.NoError(t, err)
	return all
}

func placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return found
}

func TestThePageSpeaksEveryLanguage(t *testing.T) {
	all := allTexts(t)
	usual := all[lang.Default].Texts
	require.NotEmpty(t, usual)
	for _, l := range lang.All() {
		texts := all[l.Code]
		require.Equal(t, lang.CheckOf(l.Code), texts.Checked, "%s is checked as package lang's sentences are", l.English)
		require.Len(t, texts.Texts, len(usual), l.English)
		for key, text := range texts.Texts {
			at := string(l.Code) + " " + key
			require.Contains(t, usual, key, at)
			require.NotEmpty(t, text, at)
			require.Equal(t, strings.TrimSpace(text), text, at)
			require.True(t, norm.NFC.IsNormalString(text), at)
			require.Equal(t, placeholders(usual[key]), placeholders(text), "%s: %s", at, text)
			inScript(t, &l, text, at)
		}
	}
}

// inScript asserts that a text is written in its language's script, except for
// the names of keys and formats.
func inScript(t *testing.T, l *lang.Language, text, at string) {
	words := placeholder.ReplaceAllString(text, "")
	if l.Scripts[0] != lang.Latin {
		for _, word := range latinWord.FindAllString(words, -1) {
			require.Contains(t, latinNames, word, "%s: %s", at, text)
		}
		words = latinWord.ReplaceAllString(words, "")
	}
	for _, share := range lang.Scripts(words) {
		require.Equal(t, l.Scripts[0], share.Script, "%s: %s", at, text)
	}
}

func TestNoTwoLanguagesOfThePageAreTheSame(t *testing.T) {
	all := allTexts(t)
	for _, key := range []string{"welcome.text", "source.moved", "delete.text", "error.NETWORK"} {
		seen := make(map[string]lang.Code)
		for c, texts := range all {
			other, twice := seen[texts.Texts[key]]
			require.False(t, twice, "%s and %s say the same for %s", c, other, key)
			seen[texts.Texts[key]] = c
		}
	}
}

// TestTheDetectorTellsTheLanguageOfThePage reads each language's texts, and the
// sentences of package lang, as the product itself would: all together, and every
// one of five words and more. Short texts of close languages may be taken for each other.
func TestTheDetectorTellsTheLanguageOfThePage(t *testing.T) {
	d, all := detect.New(), allTexts(t)
	long, mistaken := 0, 0
	for _, c := range lang.Codes() {
		texts := slices.Sorted(maps.Values(textsIn(all, c)))
		texts = slices.Compact(append(texts, lang.Text(c, lang.MsgNoAnswer)))
		for i, text := range texts {
			texts[i] = placeholder.ReplaceAllString(text, "")
			if c != lang.English {
				texts[i] = latinWord.ReplaceAllString(texts[i], "")
			}
			if len(strings.Fields(texts[i])) < 5 {
				continue
			}
			long++
			if got := d.Language(texts[i]); got != c {
				mistaken++
				t.Logf("%s is taken for %s: %s", c, got, texts[i])
			}
		}
		require.Equal(t, c, d.Language(strings.Join(texts, "\n")))
	}
	t.Logf("%d of %d texts of five words and more are taken for another language", mistaken, long)
	require.Less(t, float64(mistaken), 0.05*float64(long))
}

func TestAMissingTextIsSaidInTheNextLanguage(t *testing.T) {
	file := func(texts map[string]string) *fstest.MapFile {
		data, err := json.Marshal(pageTexts{Checked: lang.CheckedByAuthors, Texts: texts})
		require.NoError(t, err)
		return &fstest.MapFile{Data: data}
	}
	all, err := readTexts(fstest.MapFS{
		"texts/en.json":  file(map[string]string{"one": "en 1", "two": "en 2", "three": "en 3", "four": "en 4"}),
		"texts/hi.json":  file(map[string]string{"one": "hi 1", "two": "hi 2", "three": "hi 3"}),
		"texts/mr.json":  file(map[string]string{"one": "mr 1", "two": "mr 2"}),
		"texts/kok.json": file(map[string]string{"one": "kok 1", "two": ""}),
	})
	require.NoError(t, err)
	said := textsIn(all, lang.Konkani)
	require.Equal(t, []string{"kok 1", "mr 2", "hi 3", "en 4"}, []string{said["one"], said["two"], said["three"], said["four"]})
	require.Equal(t, "en 1", textsIn(all, lang.Tamil)["one"], "without a file the whole language is said in the next")
	require.Equal(t, lang.Text(lang.Tamil, lang.MsgTooLarge), textsIn(all, lang.Tamil)["error.PAYLOAD_TOO_LARGE"])
}

func TestEachTextOfThePageFallsBackWhenItIsTakenAway(t *testing.T) {
	all := allTexts(t)
	for _, c := range lang.Codes() {
		chain := lang.Fallbacks(c)
		if len(chain) == 0 {
			continue
		}
		whole := all[c]
		all[c] = pageTexts{}
		for key, text := range textsIn(all, c) {
			if want, ok := all[chain[0]].Texts[key]; ok {
				require.Equal(t, want, text, "%s %s", c, key)
			}
		}
		all[c] = whole
	}
}

func TestTextsThatCannotBeRead(t *testing.T) {
	_, err := readTexts(fstest.MapFS{"texts/ta.json": {Data: []byte(`{"texts": ["no object"]}`)}})
	require.ErrorContains(t, err, "ta")
	_, err = readTexts(fstest.MapFS{"texts/ta.json": {Mode: fs.ModeDir}})
	require.Error(t, err)
}

// TestThePageAsksForWhatThereIs reads the page's own files: every key that they
// name has a text, and every text has a key that is named.
func TestThePageAsksForWhatThereIs(t *testing.T) {
	var source strings.Builder
	require.NoError(t, fs.WalkDir(page(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && (strings.HasSuffix(name, ".js") || strings.HasSuffix(name, ".html")) {
			var data []byte
			data, err = fs.ReadFile(page(), name)
			source.Write(data)
		}
		return err
	}))
	usual := textsIn(allTexts(t), lang.Default)
	for _, pattern := range []string{`\bt\("([^"]+)"`, `\bsay\(.*\), "([^"]+)"`, `\bsay\(\w+, "([^"]+)"`, `data-i18n="([^"]+)"`, `step\("([^"]+)"`} {
		found := regexp.MustCompile(pattern).FindAllStringSubmatch(source.String(), -1)
		require.NotEmpty(t, found, pattern)
		for _, match := range found {
			require.Contains(t, usual, match[1])
		}
	}
	for key := range allTexts(t)[lang.Default].Texts {
		if code, isError := strings.CutPrefix(key, "error."); isError && strings.ToUpper(code) == code {
			require.Contains(t, source.String(), `code: "`+code+`"`, key)
			require.False(t, fault.Code(code).Valid(), "the sentence for %s is package lang's", code)
			continue
		}
		require.Regexp(t, `["':;]`+regexp.QuoteMeta(key)+`["';]`, source.String(), key)
	}
}

// TestThePageIsDeliveredInHindi holds what stands in index.html against the
// texts: it is what a browser shows before the texts have come.
func TestThePageIsDeliveredInHindi(t *testing.T) {
	data, err := fs.ReadFile(page(), "index.html")
	require.NoError(t, err)
	root, err := html.Parse(strings.NewReader(string(data)))
	require.NoError(t, err)
	usual, seen := textsIn(allTexts(t), lang.Default), 0
	for n := range root.Descendants() {
		attributes := make(map[string]string)
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
		}
		if key := attributes["data-i18n"]; key != "" {
			require.Equal(t, usual[key], n.FirstChild.Data, key)
			seen++
		}
		for pair := range strings.SplitSeq(attributes["data-i18n-attr"], ";") {
			attribute, key, some := strings.Cut(pair, ":")
			if some && attribute != "title" {
				require.Equal(t, usual[key], attributes[attribute], key)
				seen++
			}
		}
	}
	require.Greater(t, seen, 30)
}

func TestTextsAreServed(t *testing.T) {
	s := start(t, t.TempDir(), noSamples)
	for _, l := range lang.All() {
		res := s.Send("GET", "/texts/"+string(l.Code), nil)
		require.Equal(t, http.StatusOK, res.StatusCode, l.English)
		require.Equal(t, "application/json", res.Header.Get("Content-Type"))
		var texts map[string]string
		require.NoError(t, json.NewDecoder(res.Body).Decode(&texts))
		res.Body.Close()
		require.NotEmpty(t, texts["send"])
		for _, code := range fault.Codes() {
			require.Equal(t, lang.Text(l.Code, lang.MessageFor(code)), texts["error."+string(code)])
		}
		res = s.Send("GET", "/texts/"+string(l.Code), nil, "If-None-Match", res.Header.Get("Etag"))
		res.Body.Close()
		require.Equal(t, http.StatusNotModified, res.StatusCode)
	}
	for _, path := range []string{"/texts/xx", "/texts/", "/texts/hi.json", "/texts/../gateway.go"} {
		status, body := s.Call("GET", path, nil)
		require.Equal(t, http.StatusNotFound, status, path)
		require.Equal(t, "NOT_FOUND", programtest.Envelope(t, body).Code)
	}
}
