//go:build !race

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// told is what becomes of testdata/questions.json.
type told struct {
	found    int // the right document is the first source
	answered int // and the answer holds the words that the question asks for
	refused  int // of the questions that no document answers
}

// questions is testdata/questions.json.
type questions struct {
	Answerable   []question `json:"answerable"`
	Unanswerable []question `json:"unanswerable"`
}

type question struct {
	Question string   `json:"question"`
	Language string   `json:"language"`
	Script   string   `json:"script"`   // when it is not the language's own
	Files    []string `json:"files"`    // any of which answers
	Contains []string `json:"contains"` // any of which the answer has to hold
}

func readQuestions(tb testing.TB) (q questions) {
	data, err := os.ReadFile("testdata/questions.json")
	require.NoError(tb, err)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	require.NoError(tb, d.Decode(&q))
	return q
}

// sampleFileNames gives each sample's file by its document's id.
func sampleFileNames(tb testing.TB) map[string]string {
	samples, err := manifest()
	require.NoError(tb, err)
	files := map[string]string{}
	for _, m := range samples {
		files[sampleID(m.File)] = m.File
	}
	require.Len(tb, files, len(samples))
	return files
}

// What must not be lost is a little below what was measured: 68 and 59 of 70, and
// 23 of 25, by words; with the embedding model in the process 67, 62 and 21.
func TestTheSampleCorpusAnswers(t *testing.T) {
	t.Run("by words", func(t *testing.T) {
		askAll(t, start(t, t.TempDir(), nil), told{67, 56, 22})
	})
	t.Run("by meaning, too", func(t *testing.T) {
		settings := e5(t)
		settings["APP_SAMPLE_CORPUS"] = "true"
		s := start(t, t.TempDir(), settings)
		require.Eventually(t, func() bool { status, _ := s.generation(); return status == "healthy" }, 2*time.Minute, 100*time.Millisecond)
		askAll(t, s, told{65, 59, 20})
	})
}

// askAll asks the questions, and demands at least so much.
func askAll(t *testing.T, s *server, least told) {
	set, files := readQuestions(t), sampleFileNames(t)
	var is told
	for _, q := range set.Answerable {
		a := s.ask(q.Question)
		first := len(a.Sources) > 0 && slices.Contains(q.Files, files[a.Sources[0].DocumentID])
		right := !a.Refused && slices.ContainsFunc(q.Contains, func(c string) bool { return strings.Contains(a.Answer, c) })
		if first {
			is.found++
		}
		if right {
			is.answered++
		} else {
			t.Logf("missed [%s%s] %s (right document first: %v, confidence %.2f) -> %s", q.Language, q.Script, q.Question, first, a.Confidence, a.Answer)
		}
		if a.Refused {
			require.Empty(t, a.Claims)
			require.NotEmpty(t, a.RefusalReason)
		} else {
			s.cites(&a)
		}
	}
	for _, q := range set.Unanswerable {
		if a := s.ask(q.Question); a.Refused && string(a.Language) == q.Language {
			is.refused++
		} else {
			t.Logf("not refused [%s%s] %s (taken as %s, confidence %.2f) -> %s", q.Language, q.Script, q.Question, a.Language, a.Confidence, a.Answer)
		}
	}
	t.Logf("right document first %d, answered %d of %d; refused %d of %d", is.found, is.answered, len(set.Answerable), is.refused, len(set.Unanswerable))
	require.GreaterOrEqual(t, is.found, least.found)
	require.GreaterOrEqual(t, is.answered, least.answered)
	require.GreaterOrEqual(t, is.refused, least.refused)
}
