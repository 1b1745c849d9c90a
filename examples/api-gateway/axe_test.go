//go:build !race

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
)

// axeVersion is the version of axe-core that .ci/setup keeps in the cache.
const axeVersion = "4.13.0"

// axeScript gives the source of axe-core from where .ci/setup has put it.
func axeScript(tb testing.TB) string {
	tb.Helper()
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		home, err := os.UserHomeDir()
		require.NoError(tb, err)
		cache = filepath.Join(home, ".cache")
	}
	data, err := os.ReadFile(filepath.Join(cache, "akshara", "axe-core-"+axeVersion, "axe.min.js"))
	if err != nil {
		programtest.Needs(tb, "axe-core "+axeVersion+" is not in the cache: run .ci/setup")
	}
	return string(data)
}

// violation is a rule of axe-core that a page breaks.
type violation struct {
	ID     string   `json:"id"`
	Help   string   `json:"help"`
	Broken []string `json:"broken"` // the elements
}

// axeRun checks the whole page by the rules of WCAG 2.1 A and AA. That of
// contrast takes most of the time and may be left out.
const axeRun = `axe.run(document, {runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}, resultTypes: ["violations"], rules: {"color-contrast": {enabled: %t}}}).
	then(r => ({passes: r.passes.length, violations: r.violations.map(v => ({id: v.id, help: v.help, broken: v.nodes.map(n => n.html.slice(0, 200) + " " + n.failureSummary)}))}))`

// accessible asserts that the page as it stands breaks no rule.
func (p *tab) accessible(what string) {
	p.TB.Helper()
	p.breaksNoRule(what, true)
}

func (p *tab) breaksNoRule(what string, contrast bool) {
	p.TB.Helper()
	type report struct {
		Passes     int         `json:"passes"`
		Violations []violation `json:"violations"`
	}
	r := eval(p, chromedp.Evaluate[report](fmt.Sprintf(axeRun, contrast), chromedp.EvalAwaitPromise))
	require.Greater(p.TB, r.Passes, 10, "the rules were applied")
	require.Empty(p.TB, r.Violations, what)
}

func TestAccessibility(t *testing.T) {
	script := axeScript(t)
	b, s := browser(t), start(t, t.TempDir(), nil)
	for name, v := range map[string]view{
		"light":       desktop,
		"dark":        {width: 1280, height: 800, dark: true},
		"phone":       phone,
		"phone, dark": {width: 390, height: 844, phone: true, dark: true},
	} {
		t.Run(name, func(t *testing.T) {
			p := visit(t, b, s, v, "/")
			eval(p, chromedp.Evaluate[*runtime.RemoteObject](script))
			p.everywhere("hi")
			if name == "light" { // what is written is the same in every view
				p.speak("en")
				p.everywhere("en")
			}
		})
	}
}

// everywhere checks each thing that the page can show.
func (p *tab) everywhere(language string) {
	p.TB.Helper()
	at := func(what string) { p.TB.Helper(); p.accessible(fmt.Sprintf("%s in %s", what, language)) }
	p.click("#tab-chat")
	at("the chat")
	p.asked("ताजमहल किसने बनवाया था?")
	at("an answer")
	p.click(".exchange:last-child .citation")
	p.sourceOpen()
	at("a source")
	p.click("#source-close")
	p.asked("What is the chemical formula of caffeine?")
	at("a refusal")
	p.click("#new-conversation")
	p.click("#tab-search")
	p.searched("भारत में किला और मंदिर")
	at("results")
	p.offer(`{"ताज": ["ताजमहल", "ताज महोत्सव"]}`)
	p.click("#search-input")
	p.press("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.insert("ताज")
	p.wait(`!document.querySelector("#suggestions").hidden`)
	p.press(kb.ArrowDown)
	at("completions")
	p.press(kb.Escape)
	p.click("#tab-documents")
	p.wait(`document.querySelectorAll("#document-list .row").length > 0`)
	at("the documents")
	p.click(".delete-document")
	p.wait(`document.querySelector("#delete-dialog").open`)
	at("the question before deleting")
	p.click("#cancel-delete")
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#upload-input"), []string{write(p.TB, "empty.txt", "")}))
	p.wait(`document.querySelector("#upload-error .error")?.checkVisibility()`)
	at("a failed upload")
	p.expect("network error")
}
