package apertium_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/apertium"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// installed gives the real program with its pair for Urdu and Hindi.
func installed(t testing.TB) *apertium.Translator {
	t.Helper()
	tr, err := apertium.New(nil)
	if err == nil {
		var pairs []translate.Pair
		if pairs, err = tr.Pairs(context.Background()); err == nil && len(pairs) == 0 {
			err = fmt.Errorf("it has no pair of the languages here")
		}
	}
	if err != nil && os.Getenv("CI") != "true" {
		t.Skipf("Apertium is not installed (Debian: apertium apertium-urd-hin): %v", err)
	}
	require.NoError(t, err)
	return tr
}

func TestTranslator(t *testing.T) {
	translatetest.TestTranslator(t, func(t *testing.T) *translatetest.Subject {
		return &translatetest.Subject{Translator: installed(t), Source: lang.Urdu, Target: lang.Hindi, HTML: true, Real: true,
			Unknown: translate.Pair{Source: lang.Hindi, Target: lang.Tamil}}
	})
}

func TestUrduAndHindi(t *testing.T) {
	tr := installed(t)
	for _, tt := range []struct {
		source, target lang.Code
		text, want     string
	}{
		{lang.Urdu, lang.Hindi, "یہ کتاب ہے۔", "ये किताब है।"},
		{lang.Urdu, lang.Hindi, "میرا گھر یہاں ہے۔", "मेरा घर यहाँ है।"},
		{lang.Urdu, lang.Hindi, "یہ *کتاب* ہے۔", "ये *किताब* है।"},
		{lang.Hindi, lang.Urdu, "यह किताब है।", "یہ کِتاب ہے۔"},
	} {
		res, err := tr.Translate(t.Context(), &translate.Request{Texts: []string{tt.text}, Source: tt.source, Target: tt.target})
		require.NoError(t, err)
		require.Equal(t, tt.want, res.Texts[0].Text)
	}
}

func TestUnknownWordsStayWithoutMarks(t *testing.T) {
	res, err := installed(t).Translate(t.Context(), &translate.Request{Texts: []string{"तिरुवनंतपुरम यह है।"}, Source: lang.Hindi, Target: lang.Urdu})
	require.NoError(t, err)
	require.Contains(t, res.Texts[0].Text, "तिरुवनंतपुरम")
	require.NotContains(t, res.Texts[0].Text, "*")
}

func TestSignsThatCannotGoThroughStayWhereTheyAre(t *testing.T) {
	text := "\x1eیہ کتاب ہے۔\x00\x00یہ کتاب ہے۔\x1e"
	res, err := installed(t).Translate(t.Context(), &translate.Request{Texts: []string{text, "یہ کتاب ہے۔"}, Source: lang.Urdu, Target: lang.Hindi})
	require.NoError(t, err)
	require.Equal(t, "\x1eये किताब है।\x00\x00ये किताब है।\x1e", res.Texts[0].Text)
	require.Equal(t, "ये किताब है।", res.Texts[1].Text)
}

// script writes a program that stands in for Apertium where the real one would not misbehave.
func script(t *testing.T, body string) *apertium.Translator {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a shell script is the program here")
	}
	path := filepath.Join(t.TempDir(), "apertium")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\nif [ \"$1\" = -l ]; then echo '  urd-hin --x urd-hin;id urd-hin_x eng-spa'; exit; fi\n"+body), 0o700))
	tr, err := apertium.New(&apertium.Options{Program: path, Timeout: 300 * time.Millisecond})
	require.NoError(t, err)
	return tr
}

func TestOnlyNamesOfPairsAreTakenFromTheList(t *testing.T) {
	pairs, err := script(t, "").Pairs(t.Context())
	require.NoError(t, err)
	require.Equal(t, []translate.Pair{{Source: lang.Urdu, Target: lang.Hindi}}, pairs)
}

func TestAProgramThatMisbehaves(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		code fault.Code
	}{
		"fails":             {"cat >/dev/null; exit 3", fault.Upstream},
		"loses texts":       {"cat >/dev/null; printf 'a\\036b\\036c'", fault.ProcessingFailed},
		"never answers":     {"sleep 60 | cat", fault.UpstreamTimeout},
		"does not stop":     {"cat >/dev/null; yes", fault.ProcessingFailed},
		"gives nothing":     {"cat >/dev/null; printf '\\036'", fault.Upstream},
		"does not read all": {"exit 0", fault.Upstream},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := script(t, tt.body).Translate(t.Context(), &translate.Request{Texts: []string{"یہ", "کتاب"}, Source: lang.Urdu, Target: lang.Hindi})
			require.Equal(t, tt.code, fault.CodeOf(err), "%v", err)
			require.NotContains(t, err.Error(), "کتاب")
			require.Less(t, time.Since(start), 10*time.Second)
		})
	}
}

func TestCancelEndsTheProgramAndItsChildren(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "alive")
	tr := script(t, "(sleep 1; touch "+mark+") | cat")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := tr.Translate(ctx, &translate.Request{Texts: []string{"یہ"}, Source: lang.Urdu, Target: lang.Hindi})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	time.Sleep(1300 * time.Millisecond)
	require.NoFileExists(t, mark)
}

func TestAMissingProgramIsSaid(t *testing.T) {
	_, err := apertium.New(&apertium.Options{Program: filepath.Join(t.TempDir(), "none")})
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	require.ErrorContains(t, err, "apertium-urd-hin")
}

func BenchmarkUrduToHindi(b *testing.B) {
	tr := installed(b)
	texts := make([]string, 100)
	bytes := 0
	for i := range texts {
		texts[i] = strings.Repeat("میرا گھر یہاں ہے۔ ", 5)
		bytes += len(texts[i])
	}
	b.SetBytes(int64(bytes))
	for b.Loop() {
		if _, err := tr.Translate(b.Context(), &translate.Request{Texts: texts, Source: lang.Urdu, Target: lang.Hindi}); err != nil {
			b.Fatal(err)
		}
	}
}
