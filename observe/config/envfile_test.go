package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEnvFileLines(t *testing.T) {
	got, err := parseEnvFile("\ufeff# comment\n\nA=1\r\nexport B = two words # note\nC='raw # \\n'  # note\nD=\"a\\n\\\"b\\\" \\\\ \\q #\"\nE=\nF=#nothing\nG=a#b\nA=last\nH_9=नमस्ते\nI=a=b")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"A": "last", "B": "two words", "C": `raw # \n`, "D": "a\n\"b\" \\ \\q #", "E": "", "F": "",
		"G": "a#b", "H_9": "नमस्ते", "I": "a=b"}, got)
}

func TestEnvFileMistakesNameTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"A=1\nB": "line 2", "=1": "line 1", "9A=1": "line 1", "A B=1": "line 1", "A='x": "not closed", `A="x`: "not closed",
		`A="x" y`: "after the closing", "A='x'y": "after the closing", "A=\xff": "UTF-8", `A="\`: "not closed",
	} {
		_, err := parseEnvFile(text)
		require.ErrorContains(t, err, want, text)
	}
}

func FuzzEnvFile(f *testing.F) {
	f.Add("A=1\nexport B='x'\nC=\"\\n\" # c")
	f.Add("# only\n\n=")
	f.Fuzz(func(t *testing.T, text string) {
		vars, err := parseEnvFile(text)
		if err != nil {
			require.Nil(t, vars)
			return
		}
		for name, value := range vars {
			require.True(t, isName(name))
			if strings.ContainsAny(value, "\r\n") || strings.Contains(value, "'") {
				continue
			}
			again, err := parseEnvFile(name + "='" + value + "'")
			require.NoError(t, err)
			require.Equal(t, value, again[name])
		}
	})
}
