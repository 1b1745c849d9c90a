package lang

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/observe/fault"
)

// fullStops are what may end a sentence in each script.
var fullStops = map[Script]string{
	Devanagari: "।.", Latin: ".", BengaliScript: "।", TeluguScript: ".", TamilScript: ".", Arabic: "۔.", GujaratiScript: ".",
	KannadaScript: ".", MalayalamScript: ".", OdiaScript: "।", Gurmukhi: "।", MeeteiMayek: "꯫", OlChiki: "᱾",
}

func TestEverySentenceIsWrittenInItsLanguagesScript(t *testing.T) {
	for _, l := range All() {
		seen := make(map[string]Message)
		for m := range messageCount {
			text := Text(l.Code, m)
			require.Equal(t, texts[l.Code][m], text, "%s has a text of its own", l.English)
			require.NotEmpty(t, text, "%s %d", l.English, m)
			require.True(t, norm.NFC.IsNormalString(text), text)
			require.Equal(t, strings.TrimSpace(text), text)
			shares := Scripts(text)
			require.Len(t, shares, 1, "one script only: %s", text)
			require.Equal(t, l.Scripts[0], shares[0].Script, text)
			last := []rune(text)[len([]rune(text))-1]
			require.Contains(t, fullStops[l.Scripts[0]], string(last), "ends in a full stop: %s", text)
			_, twice := seen[text]
			require.False(t, twice, "two messages with one text: %s", text)
			seen[text] = m
		}
		require.Contains(t, []Check{CheckedByAuthors, CheckedAgainstWordLists}, CheckOf(l.Code))
	}
	require.Empty(t, CheckOf("xx"))
}

func TestNoTwoLanguagesShareASentence(t *testing.T) {
	for m := range messageCount {
		seen := make(map[string]Code)
		for _, c := range Codes() {
			other, twice := seen[Text(c, m)]
			require.False(t, twice, "%s and %s say the same", c, other)
			seen[Text(c, m)] = c
		}
	}
}

func TestTextAlwaysHasSomethingToSay(t *testing.T) {
	require.Equal(t, Text(Hindi, MsgNoAnswer), Text("xx", MsgNoAnswer))
	require.Equal(t, Text(Hindi, MsgNoAnswer), Text(Auto, MsgNoAnswer))
	require.Equal(t, Text(Tamil, MsgInternal), Text(Tamil, -1))
	require.Equal(t, Text(Tamil, MsgInternal), Text(Tamil, messageCount))
}

func TestAMissingSentenceFallsBackAlongTheChain(t *testing.T) {
	some := map[Code]sentences{Hindi: {MsgTimeout: "hi"}, Marathi: {MsgNotFound: "mr"}, English: {MsgTimeout: "en", MsgNotFound: "en", MsgInternal: "en"}}
	require.Equal(t, "mr", textIn(some, Konkani, MsgNotFound))
	require.Equal(t, "hi", textIn(some, Konkani, MsgTimeout))
	require.Equal(t, "en", textIn(some, Konkani, MsgInternal))
	require.Equal(t, "en", textIn(some, Tamil, MsgTimeout))
}

func TestEveryChainEndsInEnglishAndHasNoCircle(t *testing.T) {
	for _, c := range Codes() {
		chain := Fallbacks(c)
		if c == English {
			require.Empty(t, chain)
			continue
		}
		require.Equal(t, English, chain[len(chain)-1])
		seen := map[Code]bool{c: true}
		for _, f := range chain {
			require.True(t, f.Valid())
			require.False(t, seen[f])
			seen[f] = true
		}
	}
	require.Nil(t, Fallbacks("xx"))
	Fallbacks(Konkani)[0] = "xx"
	require.Equal(t, []Code{Marathi, Hindi, English}, Fallbacks(Konkani))
}

func TestMessageForEveryCode(t *testing.T) {
	for code, want := range map[fault.Code]Message{
		fault.InvalidRequest: MsgInvalidRequest, fault.InvalidLanguage: MsgUnsupportedLanguage, fault.InvalidAudioFormat: MsgInvalidRequest,
		fault.Unauthorized: MsgSignIn, fault.TokenExpired: MsgSignIn, fault.Forbidden: MsgForbidden, fault.APIKeyRevoked: MsgForbidden,
		fault.NotFound: MsgNotFound, fault.MethodNotAllowed: MsgInvalidRequest, fault.Duplicate: MsgDuplicate,
		fault.PayloadTooLarge: MsgTooLarge, fault.ProcessingFailed: MsgUnreadable, fault.RateLimitExceeded: MsgTooManyRequests,
		fault.Internal: MsgInternal, fault.Upstream: MsgUnavailable, fault.ServiceUnavailable: MsgUnavailable,
		fault.ModelLoading: MsgUnavailable, fault.UpstreamTimeout: MsgTimeout, "": MsgInternal, "NEW_CODE": MsgInternal,
	} {
		require.Equal(t, want, MessageFor(code), code)
	}
}

func ExampleText() {
	fmt.Println(Text(Bengali, MsgTimeout))
	fmt.Println(Text(Urdu, MessageFor(fault.UpstreamTimeout)))
	// Output:
	// এতে খুব বেশি সময় লেগেছে। অনুগ্রহ করে আবার চেষ্টা করুন।
	// اس میں بہت زیادہ وقت لگ گیا۔ براہِ کرم دوبارہ کوشش کریں۔
}

func BenchmarkText(b *testing.B) {
	for b.Loop() {
		Text(Konkani, MsgNoAnswer)
	}
}
