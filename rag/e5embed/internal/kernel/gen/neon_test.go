package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A number that stands for an instruction is what its comment says, as Go's
// disassembler reads it. It does not know sdot, whose registers are read here.
func TestNumbersAreTheInstructions(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	object := filepath.Join(t.TempDir(), "neon.o")
	include := filepath.Join(strings.TrimSpace(string(root)), "pkg", "include")
	assemble := exec.Command("go", "tool", "asm", "-p", "kernel", "-I", include, "-o", object, "../neon_arm64.s")
	assemble.Env = append(os.Environ(), "GOARCH=arm64")
	out, err := assemble.CombinedOutput()
	require.NoError(t, err, "%s", out)
	out, err = exec.Command("go", "tool", "objdump", "-gnu", object).Output()
	require.NoError(t, err)
	have := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^  neon_arm64\.s:\d+\s+0x[0-9a-f]+\s+([0-9a-f]{8})\s.*// (.*\S)\s*$`).FindAllStringSubmatch(string(out), -1) {
		have[m[1]] = m[2]
	}

	source, err := os.ReadFile("../neon_arm64.s")
	require.NoError(t, err)
	words := regexp.MustCompile(`WORD \$0x([0-9a-f]{8}) // (.*)`).FindAllStringSubmatch(string(source), -1)
	require.Greater(t, len(words), 500)
	for _, m := range words {
		if !strings.HasPrefix(m[2], "sdot ") {
			require.Equal(t, m[2], have[m[1]], m[1])
			continue
		}
		word, err := strconv.ParseUint(m[1], 16, 32)
		require.NoError(t, err)
		require.Equal(t, uint64(0x4f80e000), word&0xffc0f400) // Arm's manual: SDOT (by element), Q = 1
		require.Equal(t, m[2], fmt.Sprintf("sdot v%d.4s, v%d.16b, v%d.4b[%d]", word&31, word>>5&31, word>>16&31, word>>11&1<<1|word>>21&1))
	}
}
