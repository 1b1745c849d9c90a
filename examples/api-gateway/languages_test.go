//go:build !race

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/lang"
)

// small is a phone as narrow as they come.
var small = view{width: 360, height: 740, phone: true}

func TestPageInItsLanguages(t *testing.T) {
	b, s := browser(t), start(t, t.TempDir(), nil)
	for _, c := range []struct {
		name string
		view view
		path string
		test func(*tab)
	}{
		{"every language fits a narrow phone, and the conversation stays", small, "/", fitsInEveryLanguage},
		{"a page twice as large", view{width: 640, height: 400}, "/", twiceAsLarge},
		{"right to left", desktop, "/", rightToLeft},
		{"the user's choice, else the browser's languages, else Hindi", desktop, "/", choosesLanguage},
		{"the names of the languages are package lang's", desktop, "/", namesLanguages},
		{"a failure is explained in the page's language", desktop, "/#documents", explainsFailure},
		{"texts that do not come", desktop, "/", textsDoNotCome},
		{"numbers and days", desktop, "/#documents", numbersAndDays},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(visit(t, b, s, c.view, c.path)) })
	}
}

// speak chooses the page's language and waits until the page is written in it.
func (p *tab) speak(code lang.Code) {
	p.TB.Helper()
	p.choose("ui-language", string(code))
	p.wait(fmt.Sprintf(`document.documentElement.lang === %q`, code))
}

// open chooses a tab of the page, quicker than a mouse does, and waits until it is filled.
func (p *tab) open(tab string) {
	p.TB.Helper()
	js[bool](p, fmt.Sprintf(`(document.getElementById("tab-%s").click(), true)`, tab))
	p.wait(`!document.querySelector("[aria-busy=true]") && (document.querySelector("#panel-documents").hidden || document.querySelectorAll("#document-list .row").length > 0)`)
}

// overflow lists what sticks out of the window, and controls whose text does not fit into them.
const overflow = `[...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && !e.closest(".visually-hidden, .skip-link, svg, option")).
	filter(e => { const r = e.getBoundingClientRect(); return r.width > 0 && (r.left < -1 || r.right > innerWidth + 1) || e.matches("button:not(.citation), .button, textarea") && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 4); }).
	map(e => e.outerHTML.slice(0, 120))`

// unsaid lists texts and names that are still keys.
const unsaid = `[...document.querySelectorAll("[data-i18n], [data-i18n-attr]")].flatMap(e => [
	...(e.dataset.i18n === e.textContent ? [e.textContent] : []),
	...(e.dataset.i18nAttr ?? "").split(";").map(pair => pair.split(":")).filter(([name, key]) => name && e.getAttribute(name) === key).map(([name, key]) => key)])`

func fitsInEveryLanguage(p *tab) {
	p.asked("ताजमहल किसने बनवाया था?")
	answer := p.text(".answer .source-quote")
	p.click("#tab-search")
	p.searched("भारत में किला और मंदिर")
	for _, l := range lang.All() {
		p.speak(l.Code)
		require.Equal(p.TB, string(l.Direction()), js[string](p, "document.documentElement.dir"), l.English)
		require.Empty(p.TB, js[[]string](p, unsaid), l.English)
		for _, tab := range []string{"chat", "search", "documents"} {
			p.open(tab)
			at := l.English + " " + tab
			require.Equal(p.TB, 360, js[int](p, "document.scrollingElement.scrollWidth"), at)
			require.Empty(p.TB, js[[]string](p, "["+overflow+", "+smallTargets+"].flat()"), at)
			p.shot(fmt.Sprintf("phone-%s-%s", l.Code, tab))
		}
		require.Equal(p.TB, answer, p.text(".answer .source-quote"), "the conversation stays")
		require.Equal(p.TB, "hi", js[string](p, `document.querySelector(".answer-text").lang`), "the answer keeps its language")
		require.Positive(p.TB, js[int](p, `document.querySelectorAll("#search-results .result").length`), "the results stay")
	}
}

// twiceAsLarge is WCAG 1.4.4 and 1.4.10: a window of 1280 by 800 at 200 %, and
// twice as large letters in it.
func twiceAsLarge(p *tab) {
	p.asked("ताजमहल किसने बनवाया था?")
	for _, code := range []lang.Code{lang.Hindi, lang.Urdu, lang.Tamil, lang.Malayalam, lang.English} {
		p.speak(code)
		for _, size := range []string{"100%", "200%"} {
			js[string](p, fmt.Sprintf(`document.documentElement.style.fontSize = %q`, size))
			for _, tab := range []string{"chat", "search", "documents"} {
				p.open(tab)
				require.LessOrEqual(p.TB, js[int](p, "document.scrollingElement.scrollWidth"), 640, "%s %s at %s", code, tab, size)
			}
		}
		js[string](p, `document.documentElement.style.fontSize = ""`)
	}
}

func rightToLeft(p *tab) {
	p.speak(lang.Urdu)
	place := func(selector, side string) float64 {
		p.TB.Helper()
		return js[float64](p, fmt.Sprintf(`document.querySelector(%q).getBoundingClientRect().%s`, selector, side))
	}
	require.Equal(p.TB, []string{"ltr", "ltr", "ltr"}, js[[]string](p, `[...document.querySelectorAll("#samples .chip")].map((e) => getComputedStyle(e).direction)`),
		"the examples are in other languages, and their marks stand behind them")
	p.asked("ताजमहल किसने बनवाया था?")
	p.sourceOpen()
	p.shot("answer-ur")
	require.Greater(p.TB, place(".brand", "left"), place(".tools", "right"), "the brand is on the right")
	require.Greater(p.TB, place("#tab-chat", "left"), place("#tab-search", "right"))
	require.LessOrEqual(p.TB, place("#source-panel", "right"), place(".exchange .answer", "left")+1, "the source is on the left")
	require.Less(p.TB, place("#send", "left"), place("#question", "left"), "the button stands behind the question")
	require.Equal(p.TB, []string{"hi", "ltr"}, js[[]string](p, `[document.querySelector(".answer-text").lang, document.querySelector(".answer-text").dir]`))
	require.NotContains(p.TB, js[string](p, `getComputedStyle(document.querySelector(".answer-text")).fontFamily`), "Nastaliq", "Hindi is not set in the letters of Urdu")
	require.Contains(p.TB, js[string](p, `getComputedStyle(document.querySelector("#tab-chat")).fontFamily`), "Nastaliq")
	p.do(chromedp.Focus(chromedp.CSS("#tab-chat")))
	p.press(kb.ArrowLeft)
	require.Equal(p.TB, "tab-search", js[string](p, "document.activeElement.id"), "the next tab is on the left")
	p.press(kb.ArrowRight)
	require.Equal(p.TB, "tab-chat", js[string](p, "document.activeElement.id"))
	p.asked("چارمینار کس نے بنوایا تھا؟")
	require.Equal(p.TB, []string{"ur", "rtl"}, js[[]string](p, `(e => [e.lang, e.dir])(document.querySelector(".exchange:last-child .answer-text"))`))
}

// browserSpeaks sets the languages that the browser prefers, from the next load on.
func (p *tab) browserSpeaks(languages string) {
	p.TB.Helper()
	agent := js[string](p, "navigator.userAgent")
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: languages})
		return err
	}))
	p.do(chromedp.Reload())
	p.loaded()
}

func choosesLanguage(p *tab) {
	for languages, want := range map[string]string{
		"ta-IN,en": "ta", "fr-FR,de,or-IN,en": "or", "ur-PK": "ur", "fr,zh-CN": "hi", "mni-Mtei-IN": "mni", "kok": "kok", "EN-gb": "en",
	} {
		p.browserSpeaks(languages)
		require.Equal(p.TB, want, js[string](p, "document.documentElement.lang"), languages)
		require.Equal(p.TB, want, js[string](p, `document.querySelector("#ui-language").value`))
	}
	p.speak(lang.Kannada)
	p.browserSpeaks("ta-IN,en")
	require.Equal(p.TB, "kn", js[string](p, "document.documentElement.lang"), "what the user chose holds")
	js[bool](p, `(localStorage.setItem("akshara.ui-language", "<b>xx"), true)`)
	p.browserSpeaks("te")
	require.Equal(p.TB, "te", js[string](p, "document.documentElement.lang"), "what is no language is passed over")
	p.asked("ताजमहल किसने बनवाया था?")
	require.Equal(p.TB, "hi", js[string](p, `document.querySelector(".answer-text").lang`), "the answer keeps the question's language")
}

func namesLanguages(p *tab) {
	var shown []struct{ Code, Name, Dir string }
	require.NoError(p.TB, json.Unmarshal([]byte(eval(p, chromedp.Evaluate[string](
		`import("/assets/languages.js").then(m => JSON.stringify(m.languages))`, chromedp.EvalAwaitPromise))), &shown))
	require.Len(p.TB, shown, len(lang.All()))
	for i, l := range lang.All() {
		require.Equal(p.TB, []string{string(l.Code), l.Native}, []string{shown[i].Code, shown[i].Name})
		require.Equal(p.TB, l.Direction() == lang.RightToLeft, shown[i].Dir == "rtl")
	}
	require.Equal(p.TB, len(lang.All()), js[int](p, `document.querySelectorAll("#ui-language option").length`))
	require.Equal(p.TB, len(lang.All())+1, js[int](p, `document.querySelectorAll("#language option").length`), "every language can be asked for, and none")
}

func explainsFailure(p *tab) {
	p.speak(lang.Tamil)
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#upload-input"), []string{write(p.TB, "empty.txt", "")}))
	p.wait(`document.querySelector("#upload-error .error")?.checkVisibility()`)
	says := func(code lang.Code) {
		require.Contains(p.TB, p.text("#upload-error"), lang.Text(code, lang.MsgUnreadable))
		require.Regexp(p.TB, `[0-9a-f]{8}-[0-9a-f]{4}-`, p.text("#upload-error .request-id"))
		require.Equal(p.TB, "en", js[string](p, `document.querySelector("#upload-error .error-message").lang`))
	}
	says(lang.Tamil)
	p.speak(lang.Kashmiri)
	says(lang.Kashmiri)
	p.expect("network error")
}

// textsDoNotCome keeps the page in the language that it has. Without any the
// page waits a little, and then shows what it was delivered with.
func textsDoNotCome(p *tab) {
	instead := func(url, answer string) string {
		return fmt.Sprintf(`(() => { const real = fetch; window.fetch = (url, o) => url.startsWith(%q) ? %s : real(url, o); return true; })()`, url, answer)
	}
	js[bool](p, instead("/texts/bn", `Promise.reject(new TypeError("no"))`))
	p.choose("ui-language", "bn")
	p.wait(`!document.querySelector("#toast").hidden`)
	require.Equal(p.TB, "hi", js[string](p, "document.documentElement.lang"))
	require.Equal(p.TB, "hi", js[string](p, `document.querySelector("#ui-language").value`))
	p.speak(lang.Telugu)
	require.Equal(p.TB, "te", js[string](p, `localStorage.getItem("akshara.ui-language")`))

	p.beforeLoad(instead("/texts/", `new Promise(() => {})`))
	p.beforeLoad(`addEventListener("animationstart", e => { if (e.target === document.body) window.waiting = getComputedStyle(e.target).visibility; })`)
	p.do(chromedp.Reload())
	p.wait(`window.waiting === "hidden"`)
	p.wait(`getComputedStyle(document.body).visibility === "visible"`)
	require.Equal(p.TB, "प्रश्न", p.text("#tab-chat"))
	require.True(p.TB, js[bool](p, `document.querySelector("#incomplete").hidden`))
	p.beforeLoad(instead("/texts/", `Promise.resolve(new Response("", {status: 503}))`))
	p.do(chromedp.Reload())
	p.loaded()
	require.False(p.TB, js[bool](p, `document.querySelector("#incomplete").hidden`), "the user is told")
}

// numbersAndDays are written as the browser writes them in the page's language,
// and without a month's name where it does not know the language.
func numbersAndDays(p *tab) {
	p.wait(`document.querySelectorAll("#document-list .row").length > 0`)
	day := `document.querySelector("#document-list .meta [data-i18n-date]").textContent`
	p.speak(lang.English)
	require.Regexp(p.TB, `^[A-Z][a-z]{2} \d{1,2}, \d{4}$`, js[string](p, day))
	p.speak(lang.Marathi)
	require.Regexp(p.TB, `[०-९]{4}`, js[string](p, day))
	require.Regexp(p.TB, `\([०-९]+\)`, p.text("#documents-title"))
	p.speak(lang.Santali)
	require.Regexp(p.TB, `^\d{4}-\d{2}-\d{2}$|[᱐-᱙]{4}`, js[string](p, day))
}

// TestAccessibilityInEveryLanguage checks what differs between languages: names,
// and what they are in. A part of the page does for that; the whole of it, with
// its colours, is looked at in some.
func TestAccessibilityInEveryLanguage(t *testing.T) {
	script := axeScript(t)
	p := visit(t, browser(t), start(t, t.TempDir(), nil), desktop, "/")
	eval(p, chromedp.Evaluate[*runtime.RemoteObject](script))
	p.asked("ताजमहल किसने बनवाया था?")
	p.click("#tab-search")
	p.searched("भारत में किला और मंदिर")
	whole := []lang.Code{lang.Hindi, lang.English, lang.Urdu, lang.Tamil, lang.Santali, lang.Manipuri}
	for _, l := range lang.All() {
		p.speak(l.Code)
		if !slices.Contains(whole, l.Code) {
			p.breaksNoRule(l.English, false)
			continue
		}
		for _, tab := range []string{"search", "documents", "chat"} {
			p.open(tab)
			p.shot(fmt.Sprintf("desktop-%s-%s", l.Code, tab))
			p.breaksNoRule(l.English+" "+tab, true)
		}
	}
}

func TestRefusalsSpeakTheAskersLanguage(t *testing.T) {
	s := start(t, t.TempDir(), noSamples)
	refusal := func(question string, language lang.Code) (lang.Code, string) {
		status, body := s.Call("POST", "/api/v1/chat", chatRequest{Message: question, Language: string(language)})
		require.Equal(t, http.StatusOK, status, string(body))
		var answer chatResponse
		require.NoError(t, json.Unmarshal(body, &answer))
		require.True(t, answer.Refused)
		return answer.Language, answer.Answer
	}
	for _, l := range lang.All() {
		language, text := refusal("x1 y2 z3", l.Code)
		require.Equal(t, l.Code, language)
		require.Equal(t, lang.Text(l.Code, lang.MsgNoAnswer), text)
	}
	for question, want := range map[string]lang.Code{
		"मंगल ग्रह पर पानी की खोज किसने की थी?":                    lang.Hindi,
		"mangal grah par paani ki khoj kisne ki thi":               lang.Hindi,
		"செவ்வாய் கோளில் நீரைக் கண்டறிந்தவர் யார்?":                lang.Tamil,
		"sevvai kolil neerai kandupidithavar yaar endru sollungal": lang.Tamil,
		"মঙ্গল গ্রহে জল কে আবিষ্কার করেছিলেন?":                     lang.Bengali,
		"مریخ پر پانی کس نے دریافت کیا تھا؟":                       lang.Urdu,
		"ਮੰਗਲ ਗ੍ਰਹਿ ਉੱਤੇ ਪਾਣੀ ਕਿਸ ਨੇ ਲੱਭਿਆ ਸੀ?":                    lang.Punjabi,
		"ᱢᱟᱝᱜᱟᱞ ᱨᱮ ᱫᱟᱜ ᱚᱠᱚᱭ ᱧᱟᱢ ᱞᱮᱫᱟ?":                             lang.Santali,
		"Who discovered water on the planet Mars?":                 lang.English,
	} {
		language, text := refusal(question, lang.Auto)
		require.Equal(t, want, language, question)
		require.Equal(t, lang.Text(want, lang.MsgNoAnswer), text, "in the language's own script, however the question is written")
	}
}
