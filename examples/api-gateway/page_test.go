//go:build !race

package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

func TestPage(t *testing.T) {
	b, s := browser(t), start(t, t.TempDir(), map[string]string{"RAG_REFUSAL_CONTACT": helpline})
	at := func(name string, v view, path string, test func(*tab)) {
		t.Run(name, func(t *testing.T) { test(visit(t, b, s, v, path)) })
	}
	at("an answer quotes the sentence and its source is open beside it", desktop, "/", answers)
	at("a citation opens its source and Esc gives the focus back", desktop, "/", opensAndCloses)
	at("what the documents do not say is refused in the language of the question", desktop, "/", refuses)
	at("a question asked from an example", desktop, "/", asksAnExample)
	at("no akshara of a long word is cut", phone, "/", keepsAksharas)
	at("a conversation goes on, begins anew and outlives its end", desktop, "/", follows)
	at("a document is uploaded, found and deleted", desktop, "/#documents", uploadsAndDeletes)
	at("a file that cannot be read is explained", desktop, "/#documents", uploadFails)
	at("files that are chosen during an upload follow it", desktop, "/#documents", uploadsInTurn)
	at("results are paged and filtered", desktop, "/#search", searches)
	at("a phone", phone, "/", phoneFits)
	at("the keyboard alone", desktop, "/", keyboard)
	at("the keyboard alone files and deletes a document", desktop, "/", keyboardFiles)
	at("the keyboard alone tries again", desktop, "/", keyboardTriesAgain)
	at("completions under the search field", desktop, "/#search", completes)
	at("completions from the documents", phone, "/#search", completesFromDocuments)
	at("a service without completions", desktop, "/#search", completesNothing)
	at("a refusal says whom and what to ask instead", phone, "/", asksInstead)
	at("dark", view{width: 1280, height: 800, dark: true}, "/", dark)
}

// sourceOpen waits for the source panel and gives what it marks.
func (p *tab) sourceOpen() string {
	p.TB.Helper()
	p.wait(`document.querySelector("#source-panel").open && document.querySelectorAll("#source-text mark").length === 1`)
	return p.text("#source-text mark")
}

func answers(p *tab) {
	for i, q := range []struct{ question, language, says string }{
		{"ताजमहल किसने बनवाया था?", "hi", "शाहजहाँ"},
		{"taj mahal kisne banwaya tha", "hi", "शाहजहाँ"},
		{"Who built the Taj Mahal?", "en", "Shah Jahan"},
	} {
		p.asked(q.question)
		last := ".exchange:last-child "
		require.Contains(p.TB, p.text(last+".answer-text"), q.says)
		require.Contains(p.TB, p.text(last+".asked"), q.question)
		require.Equal(p.TB, q.language, js[string](p, fmt.Sprintf(`document.querySelector("%s.answer-text").lang`, last)))
		quote := p.text(last + ".source-quote")
		p.wait(fmt.Sprintf(`document.querySelector("#source-text mark")?.textContent === %q`, quote))
		require.Equal(p.TB, quote, p.sourceOpen())
		require.Contains(p.TB, quote, q.says)
		require.True(p.TB, p.shows("#source-text mark", "#source-text"), "the quotation is scrolled into sight")
		require.True(p.TB, js[bool](p, `document.querySelector("#source-panel").getBoundingClientRect().left >=
			document.querySelector(".exchange:last-child .answer").getBoundingClientRect().right - 1`), "beside the answer")
		require.Equal(p.TB, p.text(last+".source-name"), p.text("#source-title"))
		if i == 0 {
			p.shot("answer-light")
		}
	}
}

// shows tells whether an element lies within what can be seen of another.
func (p *tab) shows(inner, outer string) bool {
	return js[bool](p, fmt.Sprintf(`(() => {
		const i = document.querySelector(%q).getBoundingClientRect(), o = document.querySelector(%q).getBoundingClientRect();
		return i.top >= o.top && i.bottom <= o.bottom && i.height > 0;
	})()`, inner, outer))
}

func opensAndCloses(p *tab) {
	p.asked("ताजमहल किसने बनवाया था?")
	p.sourceOpen()
	p.click("#source-close")
	p.wait(`!document.querySelector("#source-panel").open`)
	p.click(".citation")
	require.Equal(p.TB, p.text(".source-quote"), p.sourceOpen())
	require.Equal(p.TB, "source-title", js[string](p, "document.activeElement.id"), "the source has the focus")
	p.press(kb.Escape)
	p.wait(`!document.querySelector("#source-panel").open`)
	require.True(p.TB, js[bool](p, `document.activeElement.classList.contains("citation")`), "the focus is back where it was")
	p.click(".source-link")
	p.sourceOpen()
	require.True(p.TB, js[bool](p, `[...document.querySelectorAll("#source-meta a")].every(a => a.rel.includes("noopener") && a.target === "_blank")`))
}

func refuses(p *tab) {
	p.asked("ताजमहल किसने बनवाया था?")
	p.sourceOpen()
	for _, q := range []struct{ question, language, says string }{
		{"मंगल ग्रह पर पानी की खोज किसने की?", "hi", "दस्तावेज़ों में"},
		{"What is the chemical formula of caffeine?", "en", "documents"},
	} {
		p.asked(q.question)
		require.True(p.TB, js[bool](p, `document.querySelector(".exchange:last-child .answer").classList.contains("refusal")`), p.text(".exchange:last-child"))
		require.Contains(p.TB, p.text(".exchange:last-child .answer-text"), q.says)
		require.Equal(p.TB, q.language, js[string](p, `document.querySelector(".exchange:last-child .answer-text").lang`))
		require.Zero(p.TB, js[int](p, `document.querySelectorAll(".exchange:last-child :is(.citation, .source-link)").length`))
		require.False(p.TB, js[bool](p, `document.querySelector("#source-panel").open`), "no source stands beside a refusal")
		require.NotEqual(p.TB,
			js[string](p, `JSON.stringify(["backgroundColor", "borderLeft", "color"].map(k => getComputedStyle(document.querySelector(".exchange:first-child .answer"))[k]))`),
			js[string](p, `JSON.stringify(["backgroundColor", "borderLeft", "color"].map(k => getComputedStyle(document.querySelector(".exchange:last-child .answer"))[k]))`),
			"it does not look like an answer")
	}
	p.shot("refusal")
}

const helpline = "सहायता: 1800-000-000"

func asksInstead(p *tab) {
	p.asked("ताजमहल का बिजली बिल किसने चुकाया?")
	require.Contains(p.TB, p.text(".answer-text"), helpline)
	require.Empty(p.TB, js[[]string](p, smallTargets))
	require.LessOrEqual(p.TB, js[int](p, "document.scrollingElement.scrollWidth"), 390)
	offered := p.text(".refusal .chip")
	require.NotEmpty(p.TB, offered)
	p.shot("phone-refusal")
	p.do(chromedp.Focus(".refusal .chip"))
	p.press(kb.Enter)
	p.wait(`document.querySelectorAll(".exchange").length === 2 && document.querySelector(".exchange:last-child .answer")?.getAttribute("aria-busy") === "false"`)
	require.Contains(p.TB, p.text(".exchange:last-child .asked"), offered)
}

func asksAnExample(p *tab) {
	require.Equal(p.TB, 3, js[int](p, `document.querySelectorAll("#samples .chip").length`))
	p.shot("welcome")
	p.click("#samples .chip")
	p.wait(`document.querySelector(".exchange:last-child .answer")?.getAttribute("aria-busy") === "false"`)
	require.NotEmpty(p.TB, p.sourceOpen())
	require.False(p.TB, js[bool](p, `document.querySelector("#welcome").checkVisibility()`))
	p.click("#new-conversation")
	p.wait(`document.querySelector("#welcome").checkVisibility()`)
	require.Zero(p.TB, js[int](p, `document.querySelectorAll(".exchange").length`))
	require.Equal(p.TB, "question", js[string](p, "document.activeElement.id"))
}

// keepsAksharas shows an answer whose last word is longer than what is kept together
// with its citations.
func keepsAksharas(p *tab) {
	js[bool](p, `(window.fetch = ((whole) => (path, options) => {
		if (!String(path).endsWith("/chat/stream")) return whole(path, options);
		const answer = "यह " + "क्षि".repeat(9) + "न";
		const claims = [{start: 0, end: new TextEncoder().encode(answer).length, citations: [{document_id: "d", title: "t", quote: "q", start: 0, end: 1}]}];
		return Promise.resolve(new Response("event: done\ndata: " + JSON.stringify({answer, claims, language: "hi", session_id: "s"}) + "\n\n"));
	})(window.fetch), true)`)
	p.asked("कौन?")
	require.Equal(p.TB, strings.Repeat("क्षि", 5)+"न", js[string](p, `document.querySelector(".tail").firstChild.textContent`))
}

// follows asks what only the question before explains, then begins anew, and at
// last goes on with a conversation that has ended meanwhile.
func follows(p *tab) {
	last := `document.querySelector(".exchange:last-child .answer-text").textContent`
	p.asked("ताजमहल किसने बनवाया था?")
	p.asked("और वह कहाँ है?")
	require.Contains(p.TB, js[string](p, last), "आगरा")
	p.shot("conversation")

	p.do(chromedp.Focus("#new-conversation"))
	p.press(kb.Enter)
	p.wait(`document.querySelector("#welcome").checkVisibility()`)
	p.wait(`document.querySelector("#status").textContent !== ""`)
	require.Equal(p.TB, "question", js[string](p, "document.activeElement.id"))
	p.asked("और वह कहाँ है?")
	require.NotContains(p.TB, js[string](p, last), "आगरा", "the new conversation knows nothing of the one before")

	p.asked("कुतुब मीनार कहाँ है?")
	js[int](p, `(window.fetch = ((whole) => (path, options) => {
		const body = options?.body ? JSON.parse(options.body) : {};
		if (body.session_id) body.session_id = "ended";
		window.sent = [...(window.sent ?? []), body.session_id ?? ""];
		return whole(path, options?.body ? { ...options, body: JSON.stringify(body) } : options);
	})(window.fetch), 1)`)
	p.asked("लाल किला कहाँ है?")
	require.Contains(p.TB, js[string](p, last), "दिल्ली")
	require.Equal(p.TB, []string{"ended", ""}, js[[]string](p, "window.sent.slice(0, 2)"), "it is asked again, as the first of a new one")
	require.NotEmpty(p.TB, p.text("#toast"))
	require.False(p.TB, js[bool](p, `document.querySelector("#toast").hidden`))
	p.shot("conversation-ended")
}

func uploadsAndDeletes(p *tab) {
	p.wait(`document.querySelectorAll("#document-list .row").length > 0`)
	p.shot("documents")
	before := p.text("#documents-title")
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#upload-input"), []string{write(p.TB, "keshar.md", lighthouse)}))
	p.wait(`document.querySelector("#document-list .row .result-title")?.textContent === "केशरपुर का प्रकाशस्तंभ"`)
	p.wait(`!document.querySelector("#toast").hidden && document.querySelector("#upload-state").hidden`)
	require.Contains(p.TB, p.text("#toast"), "केशरपुर का प्रकाशस्तंभ")
	require.NotEqual(p.TB, before, p.text("#documents-title"), "the count has grown")
	id := js[string](p, `document.querySelector("#document-list .row").dataset.documentId`)

	p.click("#tab-chat")
	p.asked(keshar)
	require.Contains(p.TB, p.text(".exchange:last-child .answer-text"), "वासुदेव नेने")
	require.Contains(p.TB, p.sourceOpen(), "वासुदेव नेने")
	require.Equal(p.TB, "केशरपुर का प्रकाशस्तंभ", p.text("#source-title"))
	p.press(kb.Escape)
	p.wait(`!document.querySelector("#source-panel").open`)
	p.click("#tab-search")
	p.searched("वासुदेव नेने अभियंता")
	require.Equal(p.TB, "केशरपुर का प्रकाशस्तंभ", p.text("#search-results .result-title"))

	p.click("#tab-documents")
	doomed := fmt.Sprintf(`[data-document-id=%q] .delete-document`, id)
	p.click(doomed)
	p.wait(`document.querySelector("#delete-dialog").open`)
	require.Contains(p.TB, p.text("#delete-text"), "केशरपुर का प्रकाशस्तंभ")
	require.Equal(p.TB, "cancel-delete", js[string](p, "document.activeElement.id"), "the harmless choice has the focus")
	p.shot("delete-dialog")
	p.click("#cancel-delete")
	p.wait(`!document.querySelector("#delete-dialog").open`)
	require.Contains(p.TB, p.search("वासुदेव नेने अभियंता"), id, "nothing was deleted")
	p.click(doomed)
	p.click("#confirm-delete")
	p.wait(fmt.Sprintf(`!document.querySelector("#delete-dialog").open && !document.querySelector('[data-document-id=%q]')`, id))
	require.Equal(p.TB, before, p.text("#documents-title"))

	p.click("#tab-search")
	p.searched("वासुदेव नेने अभियंता")
	require.NotContains(p.TB, p.text("#search-results"), "केशरपुर")
	p.click("#tab-chat")
	p.asked(keshar)
	require.NotContains(p.TB, p.text(".exchange:last-child .answer"), "नेने")
}

func uploadFails(p *tab) {
	p.wait(`document.querySelectorAll("#document-list .row").length > 0`)
	before := p.text("#documents-title")
	p.speak("en")
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#upload-input"), []string{write(p.TB, "picture.txt", "\x89PNG\r\n\x1a\n"+strings.Repeat("\x00", 64))}))
	p.wait(`document.querySelector("#upload-error .error")?.checkVisibility()`)
	require.Contains(p.TB, p.text("#upload-error"), "picture.txt")
	require.Contains(p.TB, strings.ToLower(p.text("#upload-error")), "png")
	require.Regexp(p.TB, `[0-9a-f]{8}-[0-9a-f]{4}-`, p.text("#upload-error .request-id"))
	p.speak("hi")
	require.Equal(p.TB, before, p.text("#documents-title"), "nothing was added")
	p.expect("network error") // the browser itself notes an answer of 422 in the console
}

func uploadsInTurn(p *tab) {
	p.wait(`document.querySelectorAll("#document-list .row").length > 0`)
	js[bool](p, `["first.txt", "second.txt"].every((name) => {
		const chosen = new DataTransfer(), field = document.querySelector("#upload-input");
		chosen.items.add(new File(["some words of " + name], name));
		field.files = chosen.files;
		return field.dispatchEvent(new Event("change"));
	})`)
	for _, name := range []string{"first", "second"} {
		p.wait(fmt.Sprintf(`document.querySelector("#document-list").textContent.includes(%q)`, name))
	}
}

// expect takes out of the problems those that a test brought about.
func (p *tab) expect(kind string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var rest []string
	for _, problem := range p.problems {
		if !strings.HasPrefix(problem, kind) {
			rest = append(rest, problem)
		}
	}
	require.Less(p.TB, len(rest), len(p.problems), "%q did not happen", kind)
	p.problems = rest
}

// searched searches for a text in the tab of that name and waits for the results.
func (p *tab) searched(query string) {
	p.TB.Helper()
	p.click("#search-input")
	p.press("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.insert(query)
	js[bool](p, `(document.querySelector("#search-results").setAttribute("aria-busy", "true"), true)`)
	p.click("#search-send")
	p.settled()
}

// settled waits until the results of a search are drawn.
func (p *tab) settled() {
	p.TB.Helper()
	p.wait(`document.querySelector("#search-results").getAttribute("aria-busy") === "false"`)
}

func searches(p *tab) {
	p.searched("भारत में किला और मंदिर")
	p.shot("search")
	titles := `JSON.stringify([...document.querySelectorAll("#search-results .result-title")].map(e => e.textContent))`
	first := js[string](p, titles)
	require.Equal(p.TB, 10, js[int](p, `document.querySelectorAll("#search-results .result").length`))
	require.True(p.TB, js[bool](p, `document.querySelector("#search-pages button").disabled`), "there is nothing before the first page")
	p.click("#search-pages button:last-child")
	p.wait(titles + " !== " + fmt.Sprintf("%q", first))
	require.Equal(p.TB, 11, js[int](p, `document.querySelector("#search-results").start`))
	require.Equal(p.TB, "search-summary", js[string](p, "document.activeElement.id"))
	p.click("#search-pages button")
	p.wait(titles + " === " + fmt.Sprintf("%q", first))

	p.choose("filter-language", "mr")
	p.wait(`document.querySelectorAll("#search-results .result").length > 0 &&
		[...document.querySelectorAll("#search-results .result-title")].every(e => e.lang === "mr")`)
	p.choose("filter-language", "")
	p.choose("filter-type", "application/pdf")
	p.wait(`document.querySelectorAll("#search-results .result").length > 0 &&
		[...document.querySelectorAll("#search-results .meta")].every(e => e.textContent.includes("PDF"))`)
	p.click("#search-results .result-title")
	p.wait(`document.querySelector("#source-panel").open && document.querySelector("#source-text").textContent.length > 100`)
	p.press(kb.Escape)
	p.choose("filter-type", "")
	p.settled()
	p.searched("qxzvwk")
	require.Zero(p.TB, js[int](p, `document.querySelectorAll("#search-results .result").length`))
	require.Contains(p.TB, p.text("#search-summary"), "qxzvwk")
	require.True(p.TB, js[bool](p, `document.querySelector("#search-model").hidden`), "there is no model")
}

// phoneFits is about a narrow window with touch.
func phoneFits(p *tab) {
	fits := func(what string) {
		p.TB.Helper()
		require.LessOrEqual(p.TB, js[int](p, "document.scrollingElement.scrollWidth"), 390, what)
		require.Empty(p.TB, js[[]string](p, smallTargets), what)
	}
	fits("welcome")
	p.asked("ताजमहल किसने बनवाया था?")
	require.Contains(p.TB, p.text(".answer-text"), "शाहजहाँ")
	require.False(p.TB, js[bool](p, `document.querySelector("#source-panel").open`), "the source does not cover the answer unasked")
	fits("answer")
	p.shot("phone-answer")
	p.click(".citation")
	require.Contains(p.TB, p.sourceOpen(), "शाहजहाँ")
	require.True(p.TB, js[bool](p, `document.querySelector("#source-panel").matches(":modal")`))
	require.True(p.TB, p.shows("#source-text mark", "#source-text"))
	fits("source")
	p.shot("phone-source")
	p.click("#source-close")
	p.wait(`!document.querySelector("#source-panel").open`)
	p.click("#tab-search")
	p.searched("भारत में किला और मंदिर")
	fits("search")
	p.shot("phone-search")
	p.click("#tab-documents")
	p.wait(`document.querySelectorAll("#document-list .row").length > 0`)
	fits("documents")
	p.shot("phone-documents")
	p.click(".delete-document")
	p.wait(`document.querySelector("#delete-dialog").open`)
	fits("delete")
	p.look(view{width: 320, height: 640, phone: true}) // WCAG 1.4.10: as narrow as 320 px
	require.LessOrEqual(p.TB, js[int](p, "document.scrollingElement.scrollWidth"), 320)
}

// smallTargets lists what a finger may miss: controls below 44 px, and marks
// within a text below 24 px (WCAG 2.5.8). A file input is hidden behind its label.
const smallTargets = `[...document.querySelectorAll("button, select, textarea, input:not([type=file]), a[href], label.button")].
	filter(e => e.checkVisibility() && !e.closest(".visually-hidden, .skip-link")).
	filter(e => { const r = e.getBoundingClientRect(), least = e.matches(".citation, .meta a") ? 24 : 44; return r.width > 0 && (r.width < least - .5 || r.height < least - .5); }).
	map(e => e.outerHTML.slice(0, 80) + " " + JSON.stringify(e.getBoundingClientRect()))`

// reach presses a key until the focus is where it should come to.
func (p *tab) reach(selector string, keys string, options ...chromedp.KeyOption) {
	p.TB.Helper()
	for range 30 {
		if js[bool](p, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
			return
		}
		p.press(keys, options...)
	}
	p.TB.Fatalf("the focus never came to %s", selector)
}

// keyboard uses no mouse at all.
func keyboard(p *tab) {
	p.press(kb.Tab)
	require.True(p.TB, js[bool](p, `document.activeElement.matches(".skip-link") && document.activeElement.getBoundingClientRect().top >= 0`), "the way past the header comes first and can be seen")
	p.reach("#tab-chat", kb.Tab)
	p.press(kb.ArrowRight)
	require.Equal(p.TB, "tab-search", js[string](p, "document.activeElement.id"))
	require.True(p.TB, js[bool](p, `document.querySelector("#panel-search").checkVisibility()`))
	p.press(kb.ArrowLeft)
	p.reach("#question", kb.Tab)
	p.insert("ताजमहल किसने बनवाया था?") // an input method writes Hindi
	p.press(kb.Enter)
	p.wait(`document.querySelector(".exchange:last-child .answer")?.getAttribute("aria-busy") === "false"`)
	require.Contains(p.TB, p.sourceOpen(), "शाहजहाँ")
	require.Equal(p.TB, "question", js[string](p, "document.activeElement.id"), "one can go on asking")
	p.reach(".citation", kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	require.NotEqual(p.TB, "none", js[string](p, `getComputedStyle(document.activeElement).outlineStyle`), "the focus can be seen")
	p.press(kb.Enter)
	p.wait(`document.querySelector("#source-panel").contains(document.activeElement)`)
	p.press(kb.Escape)
	p.wait(`!document.querySelector("#source-panel").open`)
	require.True(p.TB, js[bool](p, `document.activeElement.matches(".citation")`))
}

// keyboardFiles adds a document and deletes it again. The system's own window
// for choosing files is no part of the page: the test chooses behind it.
func keyboardFiles(p *tab) {
	p.reach("#tab-chat", kb.Tab)
	p.press(kb.End)
	require.Equal(p.TB, "tab-documents", js[string](p, "document.activeElement.id"))
	p.wait(`document.querySelectorAll("#document-list .row").length > 0`)
	p.reach("#upload-input", kb.Tab)
	require.NotEqual(p.TB, "none", js[string](p, `getComputedStyle(document.querySelector("label.button")).outlineStyle`), "the focus can be seen on the label")
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#upload-input"), []string{write(p.TB, "keshar.md", lighthouse)}))
	p.wait(`document.querySelector("#document-list .row .result-title")?.textContent === "केशरपुर का प्रकाशस्तंभ" && document.querySelector("#upload-state").hidden`)
	require.Contains(p.TB, p.text("#status"), "केशरपुर का प्रकाशस्तंभ", "a screen reader hears of it")
	require.Equal(p.TB, "upload-input", js[string](p, "document.activeElement.id"), "one can go on filing")
	p.reach(".row:first-child .delete-document", kb.Tab)
	p.press(kb.Enter)
	p.wait(`document.querySelector("#delete-dialog").open && document.activeElement.id === "cancel-delete"`)
	p.press(kb.Escape)
	p.wait(`!document.querySelector("#delete-dialog").open`)
	require.True(p.TB, js[bool](p, `document.activeElement.matches(".row:first-child .delete-document")`), "the focus is back where it was")
	p.press(kb.Enter)
	p.wait(`document.querySelector("#delete-dialog").open`)
	p.reach("#confirm-delete", kb.Tab)
	p.press(kb.Enter)
	p.wait(`!document.querySelector("#delete-dialog").open && document.querySelector("#document-list .row .result-title").textContent !== "केशरपुर का प्रकाशस्तंभ"`)
	p.wait(`document.activeElement.id === "documents-title"`)
	p.wait(`document.querySelector("#status").textContent.includes("केशरपुर का प्रकाशस्तंभ")`)
}

// keyboardTriesAgain after failures, whose messages go away with the button that has the focus.
func keyboardTriesAgain(p *tab) {
	away := func(away bool) { js[bool](p, fmt.Sprintf("(window.away = %t, true)", away)) }
	js[bool](p, `(window.fetch = ((whole) => (path, options) => window.away ? Promise.reject(new TypeError("no")) : whole(path, options))(window.fetch), true)`)
	again := func(panel string) {
		p.TB.Helper()
		p.wait(fmt.Sprintf("document.querySelector('%s .retry')?.checkVisibility()", panel))
		p.do(chromedp.Focus(chromedp.CSS(panel + " .retry")))
		away(false)
		p.press(kb.Enter)
		p.wait(fmt.Sprintf("!document.querySelector('%s .error')", panel))
	}
	has := func(id string) {
		p.TB.Helper()
		p.wait(fmt.Sprintf("document.activeElement.id === %q", id))
	}
	away(true)
	p.asked("ताजमहल किसने बनवाया था?")
	again("#panel-chat")
	p.wait(`document.querySelector(".answer").getAttribute("aria-busy") === "false"`)
	has("question")

	away(true)
	p.click("#tab-search")
	p.searched("ताजमहल")
	p.do(chromedp.Focus(chromedp.CSS("#search-error .retry")))
	js[bool](p, `(document.activeElement.dataset.first = "", true)`)
	p.press(kb.Enter)
	p.wait(`document.activeElement.matches(".retry:not([data-first])")`)
	again("#panel-search")
	has("search-summary")

	away(true)
	p.click("#tab-documents")
	again("#documents-error")
	has("documents-title")

	p.do(chromedp.SetUploadFiles(chromedp.CSS("#upload-input"), []string{write(p.TB, "empty.txt", "")}))
	p.wait(`document.querySelector("#upload-error .retry")?.checkVisibility() && document.querySelector("#upload-state").hidden`)
	p.do(chromedp.Focus(chromedp.CSS("#upload-error .retry")))
	p.press(kb.Enter)
	has("upload-input")
	p.expect("network error")
}

// offer lets the service complete what is typed: in the list are the pairs of
// a prefix and its completions.
func (p *tab) offer(completions string) {
	p.TB.Helper()
	js[bool](p, fmt.Sprintf(`(window.suggestions = q => ({status: 200, body: {suggestions: (%s[q] ?? []).map(text => ({text}))}}), true)`, completions))
}

func completes(p *tab) {
	p.offer(`{"ta": ["ताजमहल", "ताज"], "taj": ["ताजमहल", "ताज महोत्सव"], "q": Array.from({length: 50}, (_, i) => "ताज " + i)}`)
	options := func() []string {
		p.TB.Helper()
		return js[[]string](p, `[...document.querySelectorAll("#suggestions [role=option]")].map(e => e.textContent)`)
	}
	marked := func() string {
		p.TB.Helper()
		return js[string](p, `(id => { const e = document.getElementById(id); return e?.ariaSelected === "true" && document.querySelectorAll("#suggestions [aria-selected=true]").length === 1 ? e.textContent : ""; })(document.querySelector("#search-input").getAttribute("aria-activedescendant"))`)
	}
	expanded := `document.querySelector("#search-input").getAttribute("aria-expanded") === "true" && !document.querySelector("#suggestions").hidden`

	p.click("#search-input")
	js[bool](p, `["t", "ta", "taj"].every(text => { // three keys, one soon after the other
		const field = document.querySelector("#search-input");
		field.value = text;
		return field.dispatchEvent(new Event("input", {bubbles: true}));
	})`)
	p.wait(expanded)
	require.Equal(p.TB, []string{"ताजमहल", "ताज महोत्सव"}, options())
	require.Equal(p.TB, "taj", js[string](p, `window.suggested.map(s => s.q).join()`), "the service is asked once the keys rest")
	p.wait(`document.querySelector("#status").textContent.includes("2")`)
	p.shot("suggestions")
	require.Empty(p.TB, marked(), "nothing is marked unasked")
	p.press(kb.ArrowDown)
	require.Equal(p.TB, "ताजमहल", marked())
	p.press(kb.ArrowUp)
	require.Equal(p.TB, "ताज महोत्सव", marked(), "from the first to the last")
	p.press(kb.ArrowDown)
	require.Equal(p.TB, "ताजमहल", marked(), "and back")
	require.Equal(p.TB, "search-input", js[string](p, "document.activeElement.id"), "the focus stays in the field")
	p.press(kb.Escape)
	require.False(p.TB, js[bool](p, expanded))
	require.Equal(p.TB, "taj", js[string](p, `document.querySelector("#search-input").value`), "what was typed stays")
	p.press(kb.ArrowDown)
	p.wait(expanded)
	p.press(kb.ArrowDown)
	p.press(kb.Enter)
	p.settled()
	require.False(p.TB, js[bool](p, expanded))
	require.Equal(p.TB, "ताजमहल", js[string](p, `document.querySelector("#search-input").value`))
	require.Positive(p.TB, js[int](p, `document.querySelectorAll("#search-results .result").length`), "what was chosen is searched for")

	p.press("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.press("q")
	p.wait(expanded)
	require.Len(p.TB, options(), 8, "no more than one can look over")
	p.click("#suggestions [role=option]:nth-child(3)")
	p.settled()
	require.Equal(p.TB, "ताज 2", js[string](p, `document.querySelector("#search-input").value`))

	// What is typed over is not waited for, and a field that is left has no list.
	js[bool](p, `(window.suggestions = q => q === "a" ? new Promise(() => {}) : {status: 200, body: {suggestions: [{text: q + " 1"}]}}, true)`)
	p.press("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.press("a")
	p.wait(`window.suggested.at(-1).q === "a"`)
	p.press("b")
	p.wait(expanded)
	require.Equal(p.TB, []string{"ab 1"}, options())
	require.True(p.TB, js[bool](p, `window.suggested.find(s => s.q === "a").aborted`))
	p.press(kb.Tab)
	require.False(p.TB, js[bool](p, expanded))
	require.Equal(p.TB, "filter-language", js[string](p, "document.activeElement.id"))
}

// completesFromDocuments is about what the service itself gives for a prefix in Latin letters.
func completesFromDocuments(p *tab) {
	js[bool](p, `(window.suggestions = null, true)`)
	first := `document.querySelector("#suggestions [role=option]")?.textContent`
	p.click("#search-input")
	p.insert("taj")
	p.wait(first + ` === "ताजमहल"`)
	p.shot("suggestions-phone")
	p.press(kb.ArrowDown)
	p.press(kb.Enter)
	p.settled()
	require.Equal(p.TB, "ताजमहल", js[string](p, `document.querySelector("#search-input").value`))
	require.Contains(p.TB, p.text("#search-results .result"), "ताजमहल")
}

// completesNothing is about a service that fails, and one that has no such route:
// typing and searching go on, and the second is not asked again.
func completesNothing(p *tab) {
	js[bool](p, `(window.suggestions = q => ({status: q === "ताज" ? 500 : 404, body: {}}), true)`)
	p.click("#search-input")
	for i, text := range []string{"ताज", "महल", " कहाँ"} {
		p.insert(text)
		p.wait(fmt.Sprintf(`window.suggested.length === %d`, min(i+1, 2)))
		eval(p, chromedp.Evaluate[bool](`new Promise(done => setTimeout(done, 200, true))`, chromedp.EvalAwaitPromise)) // longer than the page waits before it asks
		require.True(p.TB, js[bool](p, `document.querySelector("#suggestions").hidden`))
	}
	p.press(kb.Enter)
	p.wait(`document.querySelectorAll("#search-results .result").length > 0`)
	require.Equal(p.TB, 2, js[int](p, "window.suggested.length"), "a route that is not there is not asked for again")
}

// dark begins with the system's colours and keeps what the user chooses.
func dark(p *tab) {
	luminance := `(() => { const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number); return .2126 * r + .7152 * g + .0722 * b; })()`
	require.Less(p.TB, js[float64](p, luminance), 60.0)
	require.Equal(p.TB, "true", js[string](p, `document.querySelector("#theme-toggle").getAttribute("aria-pressed")`))
	p.asked("ताजमहल किसने बनवाया था?")
	p.sourceOpen()
	p.shot("answer-dark")
	p.click("#theme-toggle")
	p.wait(luminance + " > 200")
	p.do(chromedp.Reload())
	p.wait(luminance + " > 200")
}
