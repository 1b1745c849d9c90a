package session_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/session"
)

func whole() *session.Session {
	at := time.Date(2026, 2, 24, 10, 30, 0, 0, time.UTC)
	return &session.Session{ID: "secret", Begun: at, Used: at, Summary: "ताजमहल", Fallen: 3, Turns: []session.Turn{{
		ID: "m", At: at, Question: "कब?", Answer: "1653 में।", Language: "hi",
		Citations: []rag.Citation{{Span: corpus.Span{Start: 1, End: 5}, Quote: "1653", DocumentID: "taj"}},
	}}}
}

func TestRecordsComeBackWithoutTheirID(t *testing.T) {
	c := whole()
	data, err := session.Encode(c)
	require.NoError(t, err)
	require.NotContains(t, string(data), "secret")
	got, err := session.Decode(data)
	require.NoError(t, err)
	c.ID = ""
	require.Equal(t, c, got)
}

func TestDamagedRecords(t *testing.T) {
	good, err := session.Encode(whole())
	require.NoError(t, err)
	for name, data := range map[string]string{
		"nothing": "", "half": string(good[:len(good)/2]), "two": string(good) + string(good), "no object": "[]", "null": "null",
		"another format":  strings.Replace(string(good), `"format":1`, `"format":2`, 1),
		"no turns":        `{"format":1,"begun":"2026-02-24T10:30:00Z","used":"2026-02-24T10:30:00Z","turns":[]}`,
		"no time":         `{"format":1}`,
		"used too early":  strings.Replace(string(good), `"used":"2026`, `"used":"2025`, 1),
		"half a turn":     strings.Replace(string(good), `कब?`, ``, 1),
		"a false quote":   strings.Replace(string(good), `"1653"`, `"16"`, 1),
		"a negative span": strings.Replace(string(good), `"start":1,"end":5`, `"start":-9,"end":-5`, 1),
		"too large":       string(good) + strings.Repeat(" ", session.MaxRecordBytes),
	} {
		_, err := session.Decode([]byte(data))
		require.ErrorIs(t, err, session.ErrDamaged, name)
		require.Equal(t, fault.Internal, fault.CodeOf(err), name)
	}
}

func FuzzDecode(f *testing.F) {
	good, _ := session.Encode(whole())
	f.Add(good)
	f.Add([]byte(`{"format":1,"turns":[{"citations":[{"start":1e9}]}]}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := session.Decode(data)
		if err != nil {
			require.ErrorIs(t, err, session.ErrDamaged)
			return
		}
		again, err := session.Encode(c)
		require.NoError(t, err)
		got, err := session.Decode(again)
		require.NoError(t, err)
		one, err := json.Marshal(c)
		require.NoError(t, err)
		two, err := json.Marshal(got)
		require.NoError(t, err)
		require.Equal(t, string(one), string(two))
	})
}
