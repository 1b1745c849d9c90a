package translate_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatetest"
)

// recorded is a fake that keeps the texts of its calls.
func recorded(f *translatetest.Fake) *[]string {
	seen := &[]string{}
	f.Engine.Parallel, f.Engine.BatchTexts = 1, 0
	f.Seen = func(_ *translate.Request, texts []string) { *seen = append(*seen, texts...) }
	return seen
}

func ask(t *testing.T, tr translate.Translator, source, target lang.Code, texts ...string) *translate.Result {
	t.Helper()
	res, err := tr.Translate(t.Context(), &translate.Request{Texts: texts, Source: source, Target: target})
	require.NoError(t, err)
	return res
}

func TestChunkedCutsAtSentencesAndKeepsEveryByteBetween(t *testing.T) {
	f := fake()
	seen := recorded(f)
	text := "डॉ. कलाम  रामेश्वरम् में जन्मे। वे वैज्ञानिक थे!\n\nउन्होंने 1998 में काम किया।  अंत"
	res := ask(t, translate.NewChunked(f, &translate.ChunkOptions{Bytes: 100}), lang.Hindi, lang.Tamil, text, "छोटा", "")
	require.Equal(t, []string{"डॉ. कलाम  रामेश्वरम् में जन्मे।", "वे वैज्ञानिक थे!", "उन्होंने 1998 में काम किया।  अंत", "छोटा"}, *seen)
	require.Equal(t, translatetest.Echo(text, lang.TamilScript), res.Texts[0].Text)
	require.Equal(t, []string{"fake", "fake", ""}, []string{res.Texts[0].Engine, res.Texts[1].Engine, res.Texts[2].Engine})
	require.Equal(t, translate.Unchanged, res.Texts[2].Kind)
}

func TestChunkedCutsNoAksharaTagOrEntity(t *testing.T) {
	f := fake()
	seen := recorded(f)
	c := translate.NewChunked(f, &translate.ChunkOptions{Bytes: 64})
	ask(t, c, lang.Hindi, lang.Tamil, strings.Repeat("क्षत्रि", 40)+strings.Repeat("👩‍👩‍👧", 20)+"क")
	for _, piece := range *seen {
		first, _ := utf8.DecodeRuneInString(piece)
		last, _ := utf8.DecodeLastRuneInString(piece)
		require.NotContains(t, "्ि\u200d", string(first), piece)
		require.NotContains(t, "्\u200d", string(last), piece)
		require.LessOrEqual(t, len(piece), 64)
	}
	*seen = nil
	_, err := c.Translate(t.Context(), &translate.Request{Source: lang.English, Target: lang.Hindi, Format: translate.HTML,
		Texts: []string{`<p title="` + strings.Repeat("x y ", 10) + `">` + strings.Repeat("word&nbsp;", 30) + `</p><p>Next one</p>`}})
	require.NoError(t, err)
	for _, piece := range *seen {
		require.Equal(t, strings.Count(piece, "<"), strings.Count(piece, ">"), piece)
		require.Equal(t, strings.Count(piece, "&"), strings.Count(piece, ";"), piece)
	}
}

func TestChunkedFailsATextWithItsPiece(t *testing.T) {
	long := strings.Repeat("A good sentence. ", 10)
	_, err := translate.NewChunked(fake(), &translate.ChunkOptions{Bytes: 64}).Translate(t.Context(), &translate.Request{
		Texts: []string{long + translatetest.Poison, long}, Source: lang.English, Target: lang.Hindi})
	partial, ok := errors.AsType[*translate.PartialError](err)
	require.True(t, ok)
	require.Equal(t, []int{0}, partial.Failed)
	require.ErrorContains(t, partial, "1 of 2 texts failed")
}

func TestCachedAsksTheEngineOnce(t *testing.T) {
	f := fake()
	seen := recorded(f)
	var events []translate.CacheEvent
	c := newCached(t, f, newMemory(t), &translate.CacheOptions{Hook: func(_ context.Context, e translate.CacheEvent) { events = append(events, e) }})
	first := ask(t, c, lang.English, lang.Hindi, "One fish", "Two fish", "One fish", "42")
	require.Equal(t, []string{"One fish", "Two fish"}, *seen, "a text that stands twice is translated once")
	again := ask(t, c, lang.English, lang.Hindi, "Three fish", "One fish")
	require.Equal(t, []string{"One fish", "Two fish", "Three fish"}, *seen)
	require.False(t, first.Texts[0].Cached)
	require.False(t, again.Texts[0].Cached)
	require.True(t, again.Texts[1].Cached)
	require.Equal(t, first.Texts[0].Text, again.Texts[1].Text)
	require.Equal(t, "fake", again.Texts[1].Engine)
	require.Equal(t, []translate.CacheEvent{{Misses: 2}, {Hits: 1, Misses: 1}}, events)
}

func TestCachedKeepsApartWhatDiffers(t *testing.T) {
	memory := newMemory(t)
	var calls atomic.Int64
	count := func(f *translatetest.Fake) *translatetest.Fake {
		f.Engine.Glossary, f.Engine.Scripts, f.Engine.Pairs = true, true, nil
		f.Seen = func(*translate.Request, []string) { calls.Add(1) }
		return f
	}
	base := translate.Request{Texts: []string{"One fish"}, Source: lang.English, Target: lang.Sindhi}
	other := count(fake())
	other.Engine.Name = "other"
	glossed := translate.NewGlossed(count(fake()), []translate.Term{{Source: "fish", Target: "मछली"}})
	for i, tt := range []struct {
		inner translate.Translator
		tweak func(r *translate.Request)
	}{
		{count(fake()), func(*translate.Request) {}},
		{other, func(*translate.Request) {}},
		{glossed, func(*translate.Request) {}},
		{count(fake()), func(r *translate.Request) { r.Source = lang.Auto }},
		{count(fake()), func(r *translate.Request) { r.Target = lang.Hindi }},
		{count(fake()), func(r *translate.Request) { r.Script = lang.Devanagari }},
		{count(fake()), func(r *translate.Request) { r.Format = translate.HTML }},
		{count(fake()), func(r *translate.Request) { r.Texts = []string{"one fish"} }},
		{count(fake()), func(r *translate.Request) { r.Glossary = []translate.Term{{Source: "x"}} }},
	} {
		c := newCached(t, tt.inner, memory, nil)
		for range 2 {
			req := base
			tt.tweak(&req)
			_, err := c.Translate(t.Context(), &req)
			require.NoError(t, err)
		}
		require.EqualValues(t, i+1, calls.Load(), "case %d", i)
	}
	plain := base
	plain.Format, plain.Script = translate.Plain, lang.Arabic
	_, err := newCached(t, count(fake()), memory, nil).Translate(t.Context(), &plain)
	require.NoError(t, err)
	require.EqualValues(t, 9, calls.Load(), "what is the same is found")
}

func TestCachedKeepsNoMakeshift(t *testing.T) {
	memory := newMemory(t)
	c := newCached(t, translate.NewFallback(away(), fake()), memory, nil)
	for range 2 {
		res := ask(t, c, lang.English, lang.Hindi, "One fish")
		require.True(t, res.Texts[0].Fallback)
		require.False(t, res.Texts[0].Cached)
	}
	c = newCached(t, translate.NewCloseScript(fake(), shout, nil), memory, nil)
	for range 2 {
		require.False(t, ask(t, c, lang.Hindi, lang.Urdu, "नमस्ते").Texts[0].Cached)
	}
}

// slowCache waits for the caller's patience to end.
type slowCache struct{ deadCache }

func (slowCache) Get(ctx context.Context, _ string) ([]byte, bool, error) {
	<-ctx.Done()
	return nil, false, ctx.Err()
}

func (slowCache) Set(ctx context.Context, _ string, _ []byte, _ time.Duration) error {
	<-ctx.Done()
	return ctx.Err()
}

// rotten is a cache full of somebody else's entries.
type rotten struct{ deadCache }

func (rotten) Get(context.Context, string) ([]byte, bool, error) {
	return []byte(`{"text":"","kind":"translation"}`), true, nil
}

func TestABadCacheCostsTimeOnly(t *testing.T) {
	texts := make([]string, 100)
	for i := range texts {
		texts[i] = strings.Repeat("fish ", i+1)
	}
	for name, bad := range map[string]cache.Cache{"slow": slowCache{}, "dead": deadCache{}, "rotten": rotten{}} {
		var event translate.CacheEvent
		c := newCached(t, fake(), bad, &translate.CacheOptions{Patience: 30 * time.Millisecond, Hook: func(_ context.Context, e translate.CacheEvent) { event = e }})
		start := time.Now()
		res := ask(t, c, lang.English, lang.Hindi, texts...)
		require.Less(t, time.Since(start), 2*time.Second, name)
		require.Equal(t, translatetest.Echo(texts[7], lang.Devanagari), res.Texts[7].Text, name)
		require.Error(t, event.Err, name)
		require.Equal(t, 100, event.Misses)
	}
}

func TestACacheHasToKnowWhoseTranslationsItKeeps(t *testing.T) {
	_, err := translate.NewCached(nameless{fake()}, newMemory(t), nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	c, err := translate.NewCached(nameless{fake()}, newMemory(t), &translate.CacheOptions{Identity: "mine/1"})
	require.NoError(t, err)
	require.Equal(t, "mine/1", c.Identity())
}

// nameless hides what a Translator is besides.
type nameless struct{ translate.Translator }

func TestFallbackGoesOnWithWhatIsMissing(t *testing.T) {
	first, second := fake(), fake()
	second.Engine.Name = "second"
	seen := recorded(second)
	first.Engine.TextBytes = 20
	res := ask(t, translate.NewFallback(first, second), lang.English, lang.Hindi, "Short", "This text is longer than twenty bytes", "Again")
	require.Equal(t, []string{"This text is longer than twenty bytes"}, *seen)
	require.Equal(t, []string{"fake", "second", "fake"}, []string{res.Texts[0].Engine, res.Texts[1].Engine, res.Texts[2].Engine})
	require.Equal(t, "fake+second", res.Engine)
}

func TestFallbackSaysWhenItIsMakeshift(t *testing.T) {
	narrow := fake()
	narrow.Engine.Pairs = translate.AllPairs(lang.English, lang.Odia)
	require.True(t, ask(t, translate.NewFallback(away(), fake()), lang.English, lang.Hindi, "x").Texts[0].Fallback)
	require.False(t, ask(t, translate.NewFallback(narrow, fake()), lang.English, lang.Hindi, "x").Texts[0].Fallback, "the first was never meant for it")

	_, err := translate.NewFallback(narrow, away()).Translate(t.Context(), &translate.Request{Texts: []string{"x"}, Source: lang.English, Target: lang.Hindi})
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err), "that one is away says more than that one has no such pair")
}

func TestFallbackLeavesWrongTextsAlone(t *testing.T) {
	second := fake()
	seen := recorded(second)
	_, err := translate.NewFallback(fake(), second).Translate(t.Context(), &translate.Request{Texts: []string{translatetest.Poison}, Source: lang.English, Target: lang.Hindi})
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	require.Empty(t, *seen)
}

func TestPivotGoesThroughAThirdLanguage(t *testing.T) {
	f := fake()
	f.Engine.Pairs = []translate.Pair{{Source: lang.Hindi, Target: lang.English}, {Source: lang.English, Target: lang.Tamil}}
	p := translate.NewPivot(f, nil)
	res := ask(t, p, lang.Hindi, lang.Tamil, "नमस्ते दुनिया", "42", "धन्यवाद")
	require.Equal(t, translatetest.Echo(translatetest.Echo("नमस्ते दुनिया", lang.Latin), lang.TamilScript), res.Texts[0].Text)
	require.Equal(t, []lang.Code{lang.English, "", lang.English}, []lang.Code{res.Texts[0].Via, res.Texts[1].Via, res.Texts[2].Via})
	require.Equal(t, lang.Hindi, res.Texts[0].Source)
	require.Empty(t, ask(t, p, lang.Hindi, lang.English, "नमस्ते").Texts[0].Via)

	pairs, err := p.Pairs(t.Context())
	require.NoError(t, err)
	require.Contains(t, pairs, translate.Pair{Source: lang.Hindi, Target: lang.Tamil})
	_, err = p.Translate(t.Context(), &translate.Request{Texts: []string{"नमस्ते"}, Source: lang.Hindi, Target: lang.Odia})
	require.ErrorIs(t, err, translate.ErrUnsupported)
	require.Equal(t, lang.Odia, fault.From(err).Details["target_language"], "the pair that was asked for, not half of it")
}

func TestPivotFailsOnlyWhatFailed(t *testing.T) {
	f := fake()
	f.Engine.Pairs = []translate.Pair{{Source: lang.Hindi, Target: lang.English}, {Source: lang.English, Target: lang.Tamil}}
	_, err := translate.NewPivot(f, nil).Translate(t.Context(), &translate.Request{Texts: []string{translatetest.Poison, "धन्यवाद"}, Source: lang.Hindi, Target: lang.Tamil})
	partial, ok := errors.AsType[*translate.PartialError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, []int{0}, partial.Failed)
}

func TestGlossedKeepsTermsThroughTheEngine(t *testing.T) {
	f := fake()
	seen := recorded(f)
	g := translate.NewGlossed(f, []translate.Term{{Source: "Red Fort", Target: "लाल किला"}, {Source: "Red", Target: "लाल"}, {Source: "DRDO"}})
	got := ask(t, g, lang.English, lang.Hindi, "The Red Fort and DRDO, Reddish <ID4> Red.", "Red Fort")
	require.Equal(t, []string{"The <ID5> and <ID6>, Reddish <ID4> <ID7>."}, *seen)
	e := func(s string) string { return translatetest.Echo(s, lang.Devanagari) }
	require.Equal(t, e("The ")+"लाल किला"+e(" and ")+"DRDO"+e(", Reddish <ID4> ")+"लाल.", got.Texts[0].Text)
	require.Equal(t, "लाल किला", got.Texts[1].Text)
	require.Equal(t, "glossary", got.Texts[1].Engine)
}

func TestGlossedInHTML(t *testing.T) {
	g := translate.NewGlossed(fake(), []translate.Term{{Source: "A & B", Target: "क & ख"}, {Source: "fort"}})
	res, err := g.Translate(t.Context(), &translate.Request{Texts: []string{`<a href="fort">The fort of A &amp; B</a>`}, Source: lang.English, Target: lang.Hindi, Format: translate.HTML})
	require.NoError(t, err)
	require.Contains(t, res.Texts[0].Text, `<a href="fort">`)
	require.Contains(t, res.Texts[0].Text, "fort "+translatetest.Echo("of", lang.Devanagari)+" क &amp; ख</a>")
}

// careless is an engine that treats marks as engines do.
type careless func(text string) string

func (c careless) Translate(_ context.Context, req *translate.Request) (*translate.Result, error) {
	res := &translate.Result{}
	for _, text := range req.Texts {
		res.Texts = append(res.Texts, translate.Translation{Text: c(text), Kind: translate.Translated, Engine: "careless"})
	}
	return res, nil
}

func TestGlossedFindsMarksAsEnginesLeaveThem(t *testing.T) {
	terms := []translate.Term{{Source: "Leh", Target: "लेह"}}
	for name, tt := range map[string]struct {
		engine careless
		want   string
	}{
		"spaced and in the target's digits": {func(string) string { return "वह < id १ > में है" }, "वह लेह में है"},
		"lost":                              {func(string) string { return "वह वहाँ है" }, ""},
		"doubled":                           {func(string) string { return "<ID1> <ID1>" }, ""},
		"another's":                         {func(string) string { return "<ID1> <ID2>" }, "लेह <ID2>"},
	} {
		res, err := translate.NewGlossed(tt.engine, terms).Translate(t.Context(), &translate.Request{Texts: []string{"It is in Leh"}, Source: lang.English, Target: lang.Hindi})
		if tt.want == "" {
			require.Equal(t, fault.Upstream, fault.CodeOf(err), name)
			require.Equal(t, "Leh", fault.From(err).Details["term"], name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, tt.want, res.Texts[0].Text, name)
	}
}

func TestGlossaryVersion(t *testing.T) {
	a, b := translate.Term{Source: "a", Target: "x"}, translate.Term{Source: "b"}
	require.Equal(t, "none", translate.GlossaryVersion(nil))
	require.Equal(t, translate.GlossaryVersion([]translate.Term{a, b}), translate.GlossaryVersion([]translate.Term{b, a, a}))
	require.NotEqual(t, translate.GlossaryVersion([]translate.Term{a}), translate.GlossaryVersion([]translate.Term{{Source: "a", Target: "y"}}))
	require.Len(t, translate.GlossaryVersion([]translate.Term{a}), 16)
}

// shout pretends to transliterate, and says from and to what.
func shout(_ context.Context, text string, from, to lang.Script) (string, error) {
	if strings.Contains(text, translatetest.Poison) {
		return "", errors.New("no")
	}
	return string(from) + ">" + string(to) + ":" + text, nil
}

func TestCloseLanguagesAreTransliteratedAndSaySo(t *testing.T) {
	c := translate.NewCloseScript(fake(), shout, nil)
	got := ask(t, c, lang.Hindi, lang.Urdu, "नमस्ते", "42").Texts
	require.Equal(t, translate.Translation{Text: "Deva>Arab:नमस्ते", Kind: translate.Transliterated, Source: lang.Hindi, Engine: "transliteration"}, got[0])
	require.Equal(t, translate.Unchanged, got[1].Kind)

	res, err := c.Translate(t.Context(), &translate.Request{Texts: []string{"سنڌي", "सिन्धी"}, Source: lang.Sindhi, Target: lang.Sindhi, Script: lang.Devanagari})
	require.NoError(t, err)
	require.Equal(t, []translate.Kind{translate.Transliterated, translate.Unchanged}, []translate.Kind{res.Texts[0].Kind, res.Texts[1].Kind})

	res, err = c.Translate(t.Context(), &translate.Request{Texts: []string{"<b>نمستے</b>&amp;"}, Source: lang.Urdu, Target: lang.Hindi, Format: translate.HTML})
	require.NoError(t, err)
	require.Equal(t, "<b>Arab>Deva:نمستے</b>&amp;", res.Texts[0].Text)

	require.Equal(t, translate.Translated, ask(t, c, lang.English, lang.Hindi, "Hello").Texts[0].Kind)
	for _, pair := range []translate.Pair{{Source: lang.Hindi, Target: lang.Bengali}, {Source: lang.Urdu, Target: lang.Punjabi}} {
		_, err := c.Translate(t.Context(), &translate.Request{Texts: []string{"नमस्ते"}, Source: pair.Source, Target: pair.Target})
		require.ErrorIs(t, err, translate.ErrUnsupported)
	}
	_, err = c.Translate(t.Context(), &translate.Request{Texts: []string{"न" + translatetest.Poison}, Source: lang.Hindi, Target: lang.Urdu})
	require.ErrorIs(t, err, translate.ErrUnsupported, "the engine's error, when there is no transliteration either")
}

func TestCloseLanguagesStandInForAnEngineThatIsAwayOnlyWhenAsked(t *testing.T) {
	gone := away()
	gone.Engine.Pairs = nil
	req := &translate.Request{Texts: []string{"नमस्ते"}, Source: lang.Hindi, Target: lang.Urdu}
	_, err := translate.NewCloseScript(gone, shout, nil).Translate(t.Context(), req)
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	res, err := translate.NewCloseScript(gone, shout, &translate.CloseOptions{WhenAway: true}).Translate(t.Context(), req)
	require.NoError(t, err)
	require.True(t, res.Texts[0].Fallback)
	require.Equal(t, translate.Transliterated, res.Texts[0].Kind)
}

func TestAnEngineThatIsAwayIsNotAskedForEveryText(t *testing.T) {
	gone := away()
	gone.Engine.BatchTexts, gone.Engine.Parallel = 1, 1
	calls := 0
	gone.Seen = func(*translate.Request, []string) { calls++ }
	_, err := gone.Translate(t.Context(), &translate.Request{Texts: []string{"a", "b", "c", "d", "e"}, Source: lang.English, Target: lang.Hindi})
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	require.Equal(t, 2, calls)
}

func TestIdentitiesOfDecoratorsNameWhatTheyHold(t *testing.T) {
	seen := map[string]bool{}
	f := fake()
	for _, tr := range []translate.Translator{f, translate.NewFallback(f, away()), translate.NewPivot(f, nil), translate.NewPivot(f, &translate.PivotOptions{Via: lang.Hindi}),
		translate.NewGlossed(f, nil), translate.NewCloseScript(f, shout, nil)} {
		id := translate.IdentityOf(tr)
		require.NotEmpty(t, id)
		require.False(t, seen[id], id)
		seen[id] = true
	}
	for _, tr := range []translate.Translator{translate.NewFallback(f, nameless{f}), translate.NewPivot(nameless{f}, nil), translate.NewChunked(nameless{f}, nil),
		translate.NewGlossed(nameless{f}, nil), translate.NewCloseScript(nameless{f}, shout, nil)} {
		require.Empty(t, translate.IdentityOf(tr))
	}
}

func TestATextThatGrowsTooLongOnTheWayFailsAlone(t *testing.T) {
	terms := []translate.Term{{Source: "a", Target: "क"}}
	for name, tr := range map[string]translate.Translator{
		"by marks":      translate.NewGlossed(fake(), terms),
		"by the script": translate.NewPivot(&translatetest.Fake{Engine: translate.Engine{Pairs: []translate.Pair{{Source: lang.English, Target: lang.Hindi}, {Source: lang.Hindi, Target: lang.Tamil}}}}, &translate.PivotOptions{Via: lang.Hindi}),
	} {
		res, err := tr.Translate(t.Context(), &translate.Request{Texts: []string{"Hello", strings.Repeat("a bbbbbbbbbbbbbbbbb ", translate.MaxTextBytes/20)}, Source: lang.English, Target: lang.Tamil})
		partial, ok := errors.AsType[*translate.PartialError](err)
		require.True(t, ok, "%s: %v", name, err)
		require.Equal(t, []int{1}, partial.Failed)
		require.Equal(t, fault.PayloadTooLarge, fault.CodeOf(err))
		require.Equal(t, translate.Translated, res.Texts[0].Kind)
	}
}

func TestLongTextsOfAnythingAreCutAndMarkedInTime(t *testing.T) {
	same := careless(func(s string) string { return s })
	tr := translate.NewGlossed(translate.NewChunked(same, nil), []translate.Term{{Source: "aa"}, {Source: "क"}})
	for _, unit := range []string{"<a", "&a", "a.", ". ", "a", "\n", "़", "क्", "<b>", "<ID1>", "🇮", "\u200d", "aa." + strings.Repeat("b", 300) + " "} {
		for _, format := range []translate.Format{translate.Plain, translate.HTML} {
			text := strings.Repeat(unit, translate.MaxTextBytes/8/len(unit))
			start := time.Now()
			res, err := tr.Translate(t.Context(), &translate.Request{Texts: []string{text}, Source: lang.English, Target: lang.Hindi, Format: format})
			if fault.CodeOf(err) != fault.PayloadTooLarge { // the marks of so many terms
				require.NoError(t, err)
				require.Equal(t, text, res.Texts[0].Text)
			}
			require.Less(t, time.Since(start), 10*time.Second, "%q", unit)
		}
	}
}

func FuzzChunked(f *testing.F) {
	f.Add("डॉ. कलाम। वे थे! 1. <p>a&amp;b</p> 🇮🇳\r\n\n\xff", uint8(70), true)
	f.Fuzz(func(t *testing.T, text string, limit uint8, html bool) {
		text = strings.ToValidUTF8(text, "?")
		req := &translate.Request{Texts: []string{text}, Source: lang.English, Target: lang.Hindi}
		if html {
			req.Format = translate.HTML
		}
		var longest int
		same := careless(func(s string) string { longest = max(longest, len(s)); return s })
		res, err := translate.NewChunked(same, &translate.ChunkOptions{Bytes: int(limit)}).Translate(t.Context(), req)
		if err != nil || res.Texts[0].Text != text {
			t.Fatalf("got %v, %v", res, err)
		}
		if longest > max(int(limit), 64) {
			t.Fatalf("a piece of %d bytes for %d", longest, limit)
		}
	})
}

func FuzzGlossed(f *testing.F) {
	f.Add("The Red Fort <ID1> and <b title='Red'>Red</b>", "Red", "लाल")
	f.Fuzz(func(t *testing.T, text, source, target string) {
		text, source, target = strings.ToValidUTF8(text, "?"), strings.ToValidUTF8(source, "?"), strings.ToValidUTF8(target, "?")
		same := careless(func(s string) string { return s })
		for _, format := range []translate.Format{translate.Plain, translate.HTML} {
			req := &translate.Request{Texts: []string{text}, Source: lang.English, Target: lang.Hindi, Format: format}
			res, err := translate.NewGlossed(same, []translate.Term{{Source: source}}).Translate(t.Context(), req)
			if err != nil || format == translate.Plain && res.Texts[0].Text != text {
				t.Fatalf("%q: got %v, %v", text, res, err)
			}
			req.Glossary = []translate.Term{{source, target}}
			_, _ = translate.NewGlossed(same, nil).Translate(t.Context(), req)
		}
	})
}

func BenchmarkChunked(b *testing.B) {
	text := strings.Repeat("ताजमहल आगरा में है। वह १६५३ में बना। ", 10_000)
	same := careless(func(s string) string { return s })
	c := translate.NewChunked(same, nil)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := c.Translate(b.Context(), &translate.Request{Texts: []string{text}, Source: lang.Hindi, Target: lang.Tamil}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGlossed(b *testing.B) {
	text := strings.Repeat("The Red Fort was built of red stone. ", 1000)
	var terms []translate.Term
	for _, w := range strings.Fields("Fort Palace Temple Tomb Garden Gate Tower Lake River Museum") {
		for _, c := range strings.Fields("Red Blue Old New Great") {
			terms = append(terms, translate.Term{Source: c + " " + w, Target: "क"})
		}
	}
	g := translate.NewGlossed(careless(func(s string) string { return s }), terms)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := g.Translate(b.Context(), &translate.Request{Texts: []string{text}, Source: lang.English, Target: lang.Hindi}); err != nil {
			b.Fatal(err)
		}
	}
}

// wordDetector takes Devanagari for Hindi, Tamil script for Tamil and a question for English.
type wordDetector struct{}

func (wordDetector) Detect(_ context.Context, text string) ([]translate.Detection, error) {
	switch script := lang.ScriptOf(text); {
	case strings.Contains(text, "nobody knows"):
		return nil, fault.New(fault.UpstreamTimeout, "the detector took too long", nil)
	case script == lang.Devanagari:
		return []translate.Detection{{Language: lang.Hindi, Script: script, Confidence: .9}}, nil
	case script == lang.TamilScript:
		return []translate.Detection{{Language: lang.Tamil, Script: script, Confidence: .9}}, nil
	case strings.Contains(text, "?"):
		return []translate.Detection{{Language: lang.English, Script: script, Confidence: .9}}, nil
	}
	return nil, nil
}

func TestDetectedAsksForEachLanguage(t *testing.T) {
	f := fake()
	f.Engine.Auto = false
	var asked []lang.Code
	f.Seen = func(req *translate.Request, texts []string) { asked = append(asked, req.Source) }
	d := translate.NewDetected(f, wordDetector{})
	res, err := d.Translate(t.Context(), &translate.Request{Target: lang.Tamil, Texts: []string{
		"नमस्ते", "Who?", "42", "यह किताब है", "வணக்கம்", "xyz", "nobody knows"}})
	require.Equal(t, []lang.Code{lang.Hindi, lang.English}, asked, "Tamil needs no engine")
	partial, ok := errors.AsType[*translate.PartialError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, []int{5, 6}, partial.Failed)
	require.Equal(t, fault.InvalidLanguage, fault.CodeOf(partial.Errs[0]), "an engine that has to be told says so")
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(partial.Errs[1]))
	for i, want := range []lang.Code{lang.Hindi, lang.English, "", lang.Hindi, lang.Tamil} {
		require.Equal(t, want, res.Texts[i].Source, "text %d", i)
	}
	require.Equal(t, translatetest.Echo("यह किताब है", lang.TamilScript), res.Texts[3].Text)
	require.Equal(t, translate.Unchanged, res.Texts[4].Kind)
	require.Equal(t, lang.Auto, res.Source)

	asked = nil
	ask(t, d, lang.English, lang.Hindi, "नमस्ते")
	require.Equal(t, []lang.Code{lang.English}, asked, "what is said is not looked for")
	require.Equal(t, "fake/fake/detected", d.Identity())
	require.Empty(t, translate.NewDetected(nameless{f}, wordDetector{}).Identity())
}

func TestNoneSaysWhyThereIsNoTranslation(t *testing.T) {
	n := translate.None{Reason: "set one up"}
	require.Equal(t, "42", ask(t, n, lang.Hindi, lang.Tamil, "42").Texts[0].Text)
	pairs, err := n.Pairs(t.Context())
	require.NoError(t, err)
	require.Empty(t, pairs)
	require.NotNil(t, pairs, "it knows its pairs: there are none")
	_, err = n.Translate(t.Context(), &translate.Request{Texts: []string{"नमस्ते"}, Source: lang.Hindi, Target: lang.Tamil})
	require.ErrorIs(t, err, translate.ErrUnsupported)
	require.Equal(t, fault.InvalidLanguage, fault.CodeOf(err))
	require.ErrorContains(t, err, "is not supported: set one up")
	require.Contains(t, fault.From(err).Details, "supported")
	got := ask(t, translate.NewCloseScript(n, shout, nil), lang.Hindi, lang.Urdu, "नमस्ते")
	require.Equal(t, translate.Transliterated, got.Texts[0].Kind)
	require.NotEmpty(t, translate.IdentityOf(translate.NewFallback(n, n)))
}
