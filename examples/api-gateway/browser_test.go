//go:build !race

package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
)

// patience is how long the page may take for what a test waits for; a loaded
// machine under the race detector is slow.
const patience = 30 * time.Second

// browser starts a headless Chromium that ends with the test. It reaches
// nothing but this machine.
func browser(tb testing.TB) context.Context {
	tb.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		programtest.Needs(tb, "no browser: install chromium")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(tb.TempDir()),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en-US"), chromedp.Flag("accept-lang", "hi-IN,hi"), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	tb.Cleanup(stop)
	ctx, stopTab := chromedp.NewContext(ctx)
	tb.Cleanup(stopTab)
	require.NoError(tb, chromedp.Do(ctx, chromedp.Navigate("about:blank")))
	return ctx
}

// tab is the gateway's page in a browser's tab with a storage of its own. When
// its test ends, it fails the test for every request to another host, every
// error in the console (which a violated policy is) and every uncaught exception.
type tab struct {
	*server
	ctx context.Context

	mu       sync.Mutex
	requests int
	problems []string
}

// view is how a tab looks.
type view struct {
	width, height int64
	phone, dark   bool
}

var (
	desktop = view{width: 1280, height: 800}
	phone   = view{width: 390, height: 844, phone: true}
)

// noSuggestions stands between the page and the route that completes a search:
// what it gives is taken from window.suggestions, by default nothing, so that no
// list opens over what a test clicks; null lets the service itself answer.
// window.suggested is what was asked for.
const noSuggestions = `{
	const real = window.fetch;
	window.suggestions = () => ({status: 200, body: {suggestions: []}});
	window.suggested = [];
	window.fetch = (url, options) => {
		if (!window.suggestions || !String(url).includes("/search/suggest")) return real(url, options);
		const asked = {q: new URL(url, location).searchParams.get("q"), aborted: false};
		window.suggested.push(asked);
		return new Promise((resolve, reject) => {
			options.signal.addEventListener("abort", () => { asked.aborted = true; reject(new DOMException("", "AbortError")); });
			Promise.resolve(window.suggestions(asked.q)).then(({status, body}) => resolve(new Response(JSON.stringify(body), {status})));
		});
	};
}`

// visit opens the gateway's page, in the language of the UI that it begins with.
func visit(tb testing.TB, browser context.Context, s *server, v view, path string) *tab {
	tb.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	p := &tab{server: s.in(tb), ctx: ctx}
	tb.Cleanup(func() {
		cancel()
		p.mu.Lock()
		defer p.mu.Unlock()
		require.Positive(tb, p.requests, "the requests were not seen")
		require.Empty(tb, p.problems)
	})
	require.NoError(tb, chromedp.Listen(ctx, p.observe))
	require.NoError(tb, chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{})
		return err
	})))
	p.beforeLoad(noSuggestions)
	p.look(v)
	p.do(chromedp.Navigate(s.URL + path))
	p.loaded()
	return p
}

// beforeLoad runs a script in each page that is loaded from now on, before its own.
func (p *tab) beforeLoad(script string) {
	p.TB.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	}))
}

// loaded waits until the page is there and written in its language.
func (p *tab) loaded() {
	p.TB.Helper()
	p.wait(`document.readyState === "complete" && document.documentElement.classList.contains("written")`)
}

// observe keeps what should not happen in the page.
func (p *tab) observe(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests++
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && u.Scheme != "blob" && !strings.HasPrefix(e.Request.URL, p.URL+"/") {
			p.problems = append(p.problems, "request to "+e.Request.URL)
		}
	case *network.EventWebSocketCreated:
		p.problems = append(p.problems, "socket to "+e.URL)
	case *runtime.EventExceptionThrown:
		p.problems = append(p.problems, fmt.Sprintf("uncaught: %s %v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			p.problems = append(p.problems, fmt.Sprintf("console.%s called", e.Type))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			p.problems = append(p.problems, fmt.Sprintf("%s %s: %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL))
		}
	}
}

// do runs steps in the tab, each within the patience of the tests.
func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.TB.Helper()
	for _, step := range steps {
		eval(p, step)
	}
}

// eval runs an action in a tab and gives its value.
func eval[T any](p *tab, action chromedp.Action[T]) T {
	p.TB.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	require.NoError(p.TB, err)
	return v
}

// js gives the value of an expression in the page.
func js[T any](p *tab, expression string) T {
	p.TB.Helper()
	return eval(p, chromedp.Evaluate[T](expression))
}

// wait waits until an expression is true in the page.
func (p *tab) wait(expression string) {
	p.TB.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		if err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			p.TB.Fatalf("waited in vain for %s (%v); the page says:\n%s", expression, err, js[string](p, "document.body.innerText"))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// look sets the window's size and what the system says of its user.
func (p *tab) look(v view) {
	p.TB.Helper()
	var options []chromedp.EmulateViewportOption
	if v.phone {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	scheme := "light"
	if v.dark {
		scheme = "dark"
	}
	p.do(chromedp.EmulateViewport(v.width, v.height, options...), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return err
	}))
}

// click clicks the first element that a CSS selector finds, once it can be seen.
func (p *tab) click(selector string) {
	p.TB.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// insert types text as an input method does, where the focus is.
func (p *tab) insert(text string) {
	p.TB.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

// press presses keys of a keyboard.
func (p *tab) press(keys string, options ...chromedp.KeyOption) {
	p.TB.Helper()
	p.do(chromedp.KeyEvent(keys, options...))
}

// choose chooses an option of a select as a user does.
func (p *tab) choose(id, value string) {
	p.TB.Helper()
	require.Equal(p.TB, value, js[string](p, fmt.Sprintf(
		`(() => { const s = document.getElementById(%q); s.value = %q; s.dispatchEvent(new Event("input", {bubbles: true})); s.dispatchEvent(new Event("change", {bubbles: true})); return s.value; })()`, id, value)))
}

// text gives the text of the first element that a CSS selector finds, as it is written.
func (p *tab) text(selector string) string {
	p.TB.Helper()
	return js[string](p, fmt.Sprintf(`document.querySelector(%q)?.textContent ?? "(none)"`, selector))
}

// asked puts a question and waits until it is answered or refused.
func (p *tab) asked(question string) {
	p.TB.Helper()
	n := js[int](p, `document.querySelectorAll(".exchange").length`)
	p.click("#question")
	p.insert(question)
	p.click("#send")
	p.wait(fmt.Sprintf(`document.querySelectorAll(".exchange").length === %d`, n+1))
	p.wait(`document.querySelector(".exchange:last-child .answer").getAttribute("aria-busy") === "false"`)
}

// shot keeps a picture of the tab in the folder AKSHARA_SCREENSHOTS, if that is set.
func (p *tab) shot(name string) {
	p.TB.Helper()
	folder := os.Getenv("AKSHARA_SCREENSHOTS")
	if folder == "" {
		return
	}
	p.wait(`document.fonts.status === "loaded"`)
	require.NoError(p.TB, os.MkdirAll(folder, 0o755))
	require.NoError(p.TB, os.WriteFile(filepath.Join(folder, name+".png"), eval(p, chromedp.CaptureScreenshot()), 0o644))
}
