//go:build !race

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
)

// The bars of a gateway over the sample corpus.
const (
	maxReady  = 2 * time.Second
	maxMemory = 150 << 20
)

// process is a gateway that runs as its users run it.
type process struct {
	*server
	command *exec.Cmd
	ready   time.Duration // from the start to the line with the address
	done    chan struct{} // closed when it has ended
	failed  error         // how it ended, once done is closed
}

// TestProcess is about the program as a whole: it is built and run.
func TestProcess(t *testing.T) {
	program := filepath.Join(t.TempDir(), "api-gateway")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	for name, test := range map[string]func(*testing.T, string){
		"is ready soon and stays small":              readyAndSmall,
		"one directory has one gateway":              oneGatewayADirectory,
		"a stream ends before the gateway does":      stopsGently,
		"2 GB are refused and not held":              hugeUploads,
		"what was acknowledged outlives a kill -9":   survivesAKill,
		"what is built anew goes on after a kill -9": rebuildSurvivesAKill,
		"a directory that cannot be written":         readOnly,
		"a full disk":                                fullDisk,
		"documents that cannot be written any more":  documentsReadOnly,
		"an address that is taken, a setting amiss":  cannotStart,
	} {
		t.Run(name, func(t *testing.T) { test(t, program) })
	}
}

// command prepares a gateway over dir with nothing of the surroundings in its environment.
func command(program, dir string, env map[string]string) *exec.Cmd {
	c := exec.Command(program)
	c.Env = []string{"HOME=" + dir, "TMPDIR=" + os.TempDir(), "PATH=" + os.Getenv("PATH"), "APP_DATA_DIR=" + dir, "APP_PORT=0"}
	for k, v := range env {
		c.Env = append(c.Env, k+"="+v) // the last one holds
	}
	return c
}

// launch starts a gateway and waits for its address. It ends with the test at the latest.
func launch(tb testing.TB, program, dir string, env map[string]string) *process {
	tb.Helper()
	p := &process{server: &server{programtest.New(tb)}, command: command(program, dir, env), done: make(chan struct{})}
	address := make(chan string, 1)
	p.command.Stdout, p.command.Stderr = &lineWriter{to: p.Out, first: address}, p.Logs
	began := time.Now()
	require.NoError(tb, p.command.Start())
	go func() {
		p.failed = p.command.Wait()
		close(p.done)
	}()
	p.Stop = func() {
		p.Client.CloseIdleConnections()
		_ = p.command.Process.Kill() // it may have ended
		<-p.done
	}
	tb.Cleanup(p.Stop)
	select {
	case line := <-address:
		p.ready = time.Since(began)
		require.Regexp(tb, `^Akshara answers at http://localhost:\d+$`, line)
		p.URL = "http://127.0.0.1:" + line[strings.LastIndex(line, ":")+1:]
	case <-p.done:
		tb.Fatalf("the gateway ended: %v\n%s", p.failed, p.Logs)
	case <-time.After(time.Minute):
		tb.Fatalf("the gateway was not ready within a minute\n%s", p.Logs)
	}
	return p
}

// lineWriter gives its first line to whoever waits for it.
type lineWriter struct {
	to    *programtest.Buffer
	first chan string
}

func (w *lineWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if line, _, whole := strings.Cut(w.to.String(), "\n"); whole {
		select {
		case w.first <- line:
		default:
		}
	}
	return n, err
}

// terminate sends SIGTERM and gives after what time the gateway ended and how.
func (p *process) terminate() (took time.Duration, err error) {
	p.TB.Helper()
	p.Client.CloseIdleConnections()
	began := time.Now()
	require.NoError(p.TB, p.command.Process.Signal(syscall.SIGTERM))
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.TB.Fatal("the gateway did not end within 30 s of SIGTERM")
	}
	return time.Since(began), p.failed
}

// memory gives a figure of /proc/PID/status in bytes: VmRSS is what is held
// now, VmHWM the most that was held.
func (p *process) memory(figure string) int {
	p.TB.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	require.NoError(p.TB, err)
	found := regexp.MustCompile(figure + `:\s+(\d+) kB`).FindSubmatch(status)
	require.NotNil(p.TB, found, "%s", status)
	kb, err := strconv.Atoi(string(found[1]))
	require.NoError(p.TB, err)
	return kb << 10
}

// readyAndSmall takes the best of three starts, since others may be at work on the
// machine. Without poppler on its PATH the gateway reads the samples' PDFs by itself,
// after it is ready: that takes memory for some seconds, which it gives back.
func readyAndSmall(t *testing.T, program string) {
	for _, path := range []string{os.Getenv("PATH"), "/nowhere"} {
		best := map[string]time.Duration{"fresh": time.Hour, "warm": time.Hour}
		for range 3 {
			dir := t.TempDir()
			for _, state := range []string{"fresh", "warm"} {
				p := launch(t, program, dir, map[string]string{"PATH": path})
				first := p.memory("VmRSS")
				best[state] = min(best[state], p.ready)
				for range 3 {
					p.unharmed()
					p.search("भारत का किला")
				}
				p.awaitSamples(dir)
				settled := p.memory("VmRSS")
				t.Logf("PATH=%.12s, %s: ready after %s with %d MB, %d MB with all samples, at most %d MB", path, state,
					p.ready.Round(time.Millisecond), first>>20, settled>>20, p.memory("VmHWM")>>20)
				require.Less(t, first, maxMemory)
				require.Less(t, settled, maxMemory)
				require.Equal(t, 1, strings.Count(p.Out.String(), "\n"), "one line: %s", p.Out)
				_, err := p.terminate()
				require.NoError(t, err)
			}
			if best["fresh"] < maxReady && best["warm"] < maxReady {
				break
			}
		}
		require.Less(t, best["fresh"], maxReady)
		require.Less(t, best["warm"], maxReady)
	}
}

// awaitSamples waits until all samples can be found and the memory that reading them took is given back.
func (p *process) awaitSamples(dir string) {
	p.TB.Helper()
	samples, err := manifest()
	require.NoError(p.TB, err)
	require.Eventually(p.TB, func() bool {
		var list listed
		p.get("/api/v1/documents", &list)
		return list.Total == len(samples) && exists(filepath.Join(dir, "samples-pdf.done")) && p.memory("VmRSS") < maxMemory
	}, time.Minute, 100*time.Millisecond)
}

// fails runs a gateway that cannot start, and gives what it says.
func fails(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	var out, logs bytes.Buffer
	c.Stdout, c.Stderr = &out, &logs
	timer := time.AfterFunc(20*time.Second, func() { _ = c.Process.Kill() })
	defer timer.Stop()
	err := c.Run()
	require.Error(t, err)
	require.Equal(t, 1, c.ProcessState.ExitCode(), logs.String())
	require.Empty(t, out.String(), "it gives no address")
	require.NotContains(t, logs.String(), "goroutine ", "it did not panic")
	return logs.String()
}

func oneGatewayADirectory(t *testing.T, program string) {
	dir := t.TempDir()
	p := launch(t, program, dir, nil)
	said := fails(t, command(program, dir, nil))
	require.Contains(t, said, dir)
	require.Regexp(t, `(?i)another process|in use|locked`, said)
	p.unharmed()
}

func stopsGently(t *testing.T, program string) {
	m := newModelServer(t)
	stopping := make(chan struct{})
	m.set(0, func(write func(string)) {
		write(built + " Its light") // the guard passes a word on once it is whole
		<-stopping
		time.Sleep(300 * time.Millisecond)
		write(strings.TrimPrefix(shines, "Its light"))
	})
	p := launch(t, program, t.TempDir(), m.with(chatModel))
	p.add("keshar.txt", built+" "+shines)
	res := p.Send("POST", "/api/v1/chat/stream", map[string]any{"message": "Who built the Keshar lighthouse?"})
	defer res.Body.Close()
	r := bufio.NewReader(res.Body)
	for line := ""; !strings.Contains(line, "event: claim"); {
		var err error
		line, err = r.ReadString('\n')
		require.NoError(t, err)
	}
	ended := make(chan error, 1)
	go func() {
		took, err := p.terminate()
		if err == nil && took > 5*time.Second {
			err = fmt.Errorf("it took %s", took)
		}
		ended <- err
	}()
	close(stopping)
	rest, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Contains(t, string(rest), "event: done", "the stream was not cut off")
	require.NoError(t, <-ended, "%s", p.Logs)
}

// zeros is a body of n zero bytes between two texts, made as it is read.
func zeros(head string, n int64, tail string) io.Reader {
	return io.MultiReader(strings.NewReader(head), io.LimitReader(zero{}, n), strings.NewReader(tail))
}

type zero struct{}

func (zero) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func hugeUploads(t *testing.T, program string) {
	p := launch(t, program, t.TempDir(), nil)
	const head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n"
	const tail = "\r\n--b--\r\n"
	const size = 2 << 30
	for _, declared := range []bool{true, false} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", p.URL+"/api/v1/documents/upload", zeros(head, size, tail))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		if declared {
			req.ContentLength = int64(len(head)) + size + int64(len(tail))
		}
		began := time.Now()
		res, err := p.Client.Do(req)
		require.NoError(t, err, "declared: %v", declared)
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		require.NoError(t, err)
		require.Equal(t, 413, res.StatusCode)
		e := programtest.Envelope(t, body)
		require.Equal(t, "PAYLOAD_TOO_LARGE", e.Code)
		t.Logf("declared %v: refused after %s with %q; at most %d MB were held", declared, time.Since(began).Round(time.Millisecond), e.Message, p.memory("VmHWM")>>20)
		require.Less(t, time.Since(began), 20*time.Second)
	}
	require.Less(t, p.memory("VmHWM"), 256<<20)
	p.unharmed()
}

func survivesAKill(t *testing.T, program string) {
	dir := t.TempDir()
	p := launch(t, program, dir, noSamples)
	var last uploaded
	for i := range 5 {
		last = p.add("keshar.md", fmt.Sprintf("%s\nयह प्रति क्रमांक %d है।\n", lighthouse, i))
	}
	p.Stop() // by SIGKILL
	p = launch(t, program, dir, noSamples)
	require.Len(t, p.search("वासुदेव नेने अभियंता"), 5)
	require.Contains(t, p.document(last.DocumentID).Text, "क्रमांक 4")
	_, err := p.terminate()
	require.NoError(t, err)
}

// A gateway that is killed while it goes over to another model embeds only the
// rest when it is started again, and answers all the time.
func rebuildSurvivesAKill(t *testing.T, program string) {
	const documents = 150
	m := newModelServer(t)
	dir := t.TempDir()
	model := func(name string) map[string]string { return m.with(map[string]string{"RAG_EMBEDDING_MODEL": name}) }
	p := launch(t, program, dir, model("small-embedder"))
	for i := range documents {
		p.add("note.txt", fmt.Sprintf("Note n%d is about nothing.", i))
	}
	p.Stop()

	const probes = 2
	m.texts()
	p = launch(t, program, dir, model("large-embedder"))
	before := m.texts() // and the mean, of a chunk of each document
	require.Eventually(t, func() bool { before += m.texts(); return before >= probes+documents+documents/2 }, time.Minute, 5*time.Millisecond)
	require.NotEmpty(t, p.search("n70"))
	p.Stop() // by SIGKILL
	before += m.texts() - probes - documents - 1
	require.Less(t, before, documents, "it was killed in the midst")

	p = launch(t, program, dir, model("large-embedder"))
	require.NotEmpty(t, p.search("n70"))
	require.Eventually(t, func() bool { status, _ := p.generation(); return status == "healthy" }, time.Minute, 50*time.Millisecond)
	require.NotEmpty(t, p.search("n70"))
	after := m.texts() - probes - 1
	t.Logf("%d of %d documents were embedded before the kill, %d after", before, documents, after)
	require.LessOrEqual(t, after, documents-before+32, "what was not written of one batch is embedded again")
}

func cannotStart(t *testing.T, program string) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	require.NoError(t, err)
	require.Contains(t, fails(t, command(program, t.TempDir(), map[string]string{"APP_PORT": port})), port)
	said := fails(t, command(program, t.TempDir(), map[string]string{"APP_PORT": "high", "RAG_TOP_K": "0"}))
	require.Contains(t, said, "APP_PORT")
	require.Contains(t, said, "RAG_TOP_K", "all that is wrong is told at once")
}

// mount gives a small file system of the test's own.
func mount(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a file system can be mounted by root only: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

// writable makes a mounted file system writable or not.
func writable(t *testing.T, dir string, yes bool) {
	t.Helper()
	flags := uintptr(syscall.MS_REMOUNT)
	if !yes {
		flags |= syscall.MS_RDONLY
	}
	require.NoError(t, syscall.Mount("tmpfs", dir, "tmpfs", flags, ""))
}

// readOnly: what is there is answered from, what is not cannot begin.
func readOnly(t *testing.T, program string) {
	dir := mount(t, "64m")
	empty := filepath.Join(dir, "empty")
	require.NoError(t, os.Mkdir(empty, 0o700))
	p := launch(t, program, dir, nil)
	taj := p.ask("ताजमहल किसने बनवाया था?").Sources[0].DocumentID
	_, err := p.terminate()
	require.NoError(t, err)

	writable(t, dir, false)
	said := fails(t, command(program, empty, nil))
	require.Contains(t, said, empty)
	require.Contains(t, said, "read-only")
	p = launch(t, program, dir, nil)
	p.refusesToWrite(taj)
	_, err = p.terminate()
	require.NoError(t, err)

	writable(t, dir, true)
	p = launch(t, program, dir, nil)
	p.unharmed()
	p.add("keshar.md", lighthouse)
}

// refusesToWrite asserts that an upload and a deletion fail as the contract
// says, and that neither is done by half.
func (p *process) refusesToWrite(id string) {
	p.TB.Helper()
	var before, after listed
	p.get("/api/v1/documents", &before)
	found := p.search("वासुदेव नेने अभियंता केशरपुर")
	for _, try := range []func() (int, []byte){
		func() (int, []byte) { return p.upload("keshar.md", []byte(lighthouse)) },
		func() (int, []byte) { return p.Call("DELETE", "/api/v1/documents/"+id, nil) },
	} {
		status, body := try()
		require.Equal(p.TB, 503, status, string(body))
		e := programtest.Envelope(p.TB, body)
		require.Equal(p.TB, "SERVICE_UNAVAILABLE", e.Code)
		require.Contains(p.TB, e.Message, "written")
	}
	p.get("/api/v1/documents", &after)
	require.Equal(p.TB, before, after)
	require.Equal(p.TB, found, p.search("वासुदेव नेने अभियंता केशरपुर"))
	p.unharmed()
}

func fullDisk(t *testing.T, program string) {
	dir := mount(t, "24m")
	p := launch(t, program, dir, nil)
	kept := p.add("keshar.md", lighthouse)
	var before, after listed
	p.get("/api/v1/documents", &before)

	filler, err := os.Create(filepath.Join(dir, "filler"))
	require.NoError(t, err)
	_, err = io.Copy(filler, zero{})
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.NoError(t, filler.Close())
	for range 3 {
		status, body := p.upload("more.md", []byte(strings.Repeat(lighthouse, 200)))
		require.Equal(t, 503, status, string(body))
		e := programtest.Envelope(t, body)
		require.Equal(t, "SERVICE_UNAVAILABLE", e.Code)
		require.Contains(t, e.Message, "written")
	}
	p.get("/api/v1/documents", &after)
	require.Equal(t, before, after)
	require.Contains(t, p.search("वासुदेव नेने अभियंता"), kept.DocumentID, "what was there is still found")
	p.unharmed()

	require.NoError(t, os.Remove(filler.Name()))
	more := p.add("more.md", "# पीपल घाट\n\nपीपल घाट का मेला माघ में लगता है।\n")
	require.Contains(t, p.search("पीपल घाट मेला"), more.DocumentID, "with room again, uploads go on")
	p.Stop() // by SIGKILL
	p = launch(t, program, dir, nil)
	require.Contains(t, p.search("पीपल घाट मेला"), more.DocumentID)
	require.Contains(t, p.search("वासुदेव नेने अभियंता"), kept.DocumentID)
	p.unharmed()
}

func documentsReadOnly(t *testing.T, program string) {
	dir := t.TempDir()
	documents := filepath.Join(dir, "documents")
	require.NoError(t, os.Mkdir(documents, 0o700))
	if err := syscall.Mount("tmpfs", documents, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("a file system can be mounted by root only: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(documents, syscall.MNT_DETACH)) })
	p := launch(t, program, dir, nil)
	taj := p.ask("ताजमहल किसने बनवाया था?").Sources[0].DocumentID
	writable(t, documents, false)
	p.refusesToWrite(taj)
	writable(t, documents, true)
	doc := p.add("keshar.md", lighthouse)
	require.Contains(t, p.search("वासुदेव नेने"), doc.DocumentID)
	_, err := p.terminate()
	require.NoError(t, err)
}
