package httpkit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
)

// receiver answers 503 for the first n uploads, then with what it got.
func receiver(t testing.TB, n int32) (string, *atomic.Int32) {
	var calls atomic.Int32
	return scripted(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) <= n {
			w.WriteHeader(http.StatusServiceUnavailable) // without having read the upload
			return
		}
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			http.Error(w, err.Error(), 400)
			return
		}
		file, head, err := r.FormFile("file")
		if err != nil {
			http.Error(w, err.Error(), 400)
			return
		}
		defer file.Close()
		content, _ := io.ReadAll(file)
		httpkit.WriteJSON(w, r, 200, map[string]any{"title": r.FormValue("title"), "name": head.Filename, "kind": head.Header.Get("Content-Type"),
			"bytes": len(content), "length": r.ContentLength, "same": bytes.Equal(content, bytes.Repeat([]byte("x"), len(content)))})
	}), &calls
}

type received struct {
	Title, Name, Kind string
	Bytes             int
	Length            int64
	Same              bool
}

func TestUploadsAreStreamedAndSentAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sound.wav")
	require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte("x"), 600_000), 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	_, err = file.Seek(100_000, io.SeekStart)
	require.NoError(t, err)
	addr, calls := receiver(t, 2)
	c := newClient(t, addr, nil)
	var out received
	require.NoError(t, c.Send(t.Context(), &httpkit.Call{Path: "/", Idempotent: true, Form: []httpkit.FormPart{
		{Name: "title", Value: "नाम\r\n\"x\""},
		{Name: "file", Filename: "ध्वनि \"1\"\r\n.wav", ContentType: "audio/wav\r\nX-Evil: 1", Content: file},
	}}, &out))
	require.EqualValues(t, 3, calls.Load())
	require.Equal(t, 500_000, out.Bytes, "from where the file stood")
	require.True(t, out.Same)
	require.Equal(t, "नाम\r\n\"x\"", out.Title)
	require.Equal(t, "audio/wavX-Evil: 1", out.Kind)
	require.Greater(t, out.Length, int64(500_000), "the length is told")
}

func TestAnUploadThatCannotBeReadTwiceIsSentOnce(t *testing.T) {
	addr, calls := receiver(t, 1)
	c := newClient(t, addr, nil)
	call := func() *httpkit.Call {
		return &httpkit.Call{Path: "/", Idempotent: true, Form: []httpkit.FormPart{{Name: "file", Filename: "f", Content: io.MultiReader(strings.NewReader("xx"))}}}
	}
	require.Error(t, c.Send(t.Context(), call(), nil))
	require.EqualValues(t, 1, calls.Load())
	var out received
	require.NoError(t, c.Send(t.Context(), call(), &out))
	require.Equal(t, received{Name: "f", Kind: "application/octet-stream", Bytes: 2, Length: -1, Same: true}, out)
}

type badFile struct{ io.Reader }

func (badFile) Seek(int64, int) (int64, error) { return 0, errors.New("gone") }

func TestAFileThatFails(t *testing.T) {
	addr, calls := receiver(t, 0)
	c := newClient(t, addr, nil)
	err := c.Send(t.Context(), &httpkit.Call{Path: "/", Form: []httpkit.FormPart{{Name: "file", Content: badFile{strings.NewReader("x")}}}}, nil)
	require.Equal(t, fault.Internal, asFault(t, err).Code)
	require.Zero(t, calls.Load())
	broken := io.MultiReader(strings.NewReader("x"), badReader{errBroken})
	err = c.Send(t.Context(), &httpkit.Call{Path: "/", Form: []httpkit.FormPart{{Name: "file", Filename: "f", Content: broken}}}, nil)
	require.ErrorIs(t, err, errBroken)
	require.Equal(t, fault.Internal, asFault(t, err).Code, "it is not the service that failed")
	f := fault.New(fault.PayloadTooLarge, "more than was promised", nil)
	err = c.Send(t.Context(), &httpkit.Call{Path: "/", Form: []httpkit.FormPart{{Name: "file", Content: badReader{f}}}}, nil)
	require.Equal(t, fault.PayloadTooLarge, asFault(t, err).Code)
}

var errBroken = errors.New("the disk is broken")

type badReader struct{ err error }

func (r badReader) Read([]byte) (int, error) { return 0, r.err }

func TestDownloadsAreReadAsTheyCome(t *testing.T) {
	var calls atomic.Int32
	gone := make(chan struct{}, 1)
	addr := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			w.WriteHeader(503)
			return
		}
		w.Header().Set("Content-Type", "audio/wav")
		switch r.URL.Path {
		case "/whole":
			_, _ = io.WriteString(w, "sound")
		case "/endless":
			for {
				if _, err := io.WriteString(w, strings.Repeat("x", 1<<10)); err != nil {
					gone <- struct{}{}
					return
				}
			}
		case "/silent":
			_, _ = io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case "/broken":
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case "/fault":
			httpkit.WriteError(w, r, fault.New(fault.ModelLoading, "not yet", nil))
		}
	})
	c := newClient(t, addr, func(o *httpkit.ClientOptions) {
		o.Timeout, o.MaxAnswerBytes, o.Attempts = 400*time.Millisecond, 1<<20, 2
	})
	d, err := c.Download(t.Context(), &httpkit.Call{Path: "/whole"})
	require.NoError(t, err)
	require.Equal(t, "audio/wav", d.Header.Get("Content-Type"))
	require.EqualValues(t, 5, d.Size)
	time.Sleep(500 * time.Millisecond) // the reader may be slow
	all, err := io.ReadAll(d)
	require.NoError(t, err)
	require.Equal(t, "sound", string(all))
	require.NoError(t, d.Close())
	require.NoError(t, d.Close())

	for path, code := range map[string]fault.Code{"/endless": fault.Upstream, "/silent": fault.UpstreamTimeout, "/broken": fault.Upstream} {
		d, err = c.Download(t.Context(), &httpkit.Call{Path: path})
		require.NoError(t, err, path)
		n, err := io.Copy(io.Discard, d)
		require.Equal(t, code, asFault(t, err).Code, path)
		require.LessOrEqual(t, n, int64(1<<20), path)
		require.NoError(t, d.Close())
	}
	<-gone
	d, err = c.Download(t.Context(), &httpkit.Call{Path: "/endless"})
	require.NoError(t, err)
	_, err = io.CopyN(io.Discard, d, 10)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	<-gone // closing ends it

	_, err = c.Download(t.Context(), &httpkit.Call{Method: "POST", Path: "/fault"})
	require.Equal(t, fault.New(fault.ModelLoading, "not yet", nil), err)
}

func collect(t *testing.T, c *httpkit.Client, call *httpkit.Call) (events []httpkit.Event, err error) {
	for e, err := range c.Events(t.Context(), call) {
		if err != nil {
			return events, err
		}
		events = append(events, e)
	}
	return events, nil
}

func TestEventsComeAsTheServerSendsThem(t *testing.T) {
	k, _ := newKit(t, func(o *httpkit.Options) { o.Heartbeat = 20 * time.Millisecond })
	step := make(chan struct{})
	streaming(k, func(ctx context.Context, s *httpkit.SSE) error {
		for i := range 3 {
			if err := s.Send("token", map[string]any{"text": "नमस्ते\n", "n": i}); err != nil {
				return err
			}
			<-step
		}
		time.Sleep(2500 * time.Millisecond) // heartbeats keep the client waiting
		return fault.New(fault.ModelLoading, "come back", fault.Details{"model": "m"})
	})
	c := newClient(t, "http://"+start(t, k), func(o *httpkit.ClientOptions) { o.Timeout = 2 * time.Second })
	n := 0
	var last error
	for e, err := range c.Events(t.Context(), &httpkit.Call{Path: "/stream", Body: map[string]string{"message": "x"}}) {
		if err != nil {
			last = err
			continue
		}
		var data struct {
			Text string
			N    int
		}
		require.Equal(t, "token", e.Name)
		require.NoError(t, e.Decode(&data))
		require.Equal(t, "नमस्ते\n", data.Text)
		require.Equal(t, n, data.N)
		n++
		step <- struct{}{} // the server waits: nothing is held back
	}
	require.Equal(t, 3, n)
	f := asFault(t, last)
	require.Equal(t, fault.ModelLoading, f.Code)
	require.Equal(t, fault.Details{"model": "m"}, f.Details)
	require.NotEmpty(t, f.RequestID)

	_, err := collect(t, c, &httpkit.Call{Path: "/stream", Body: map[string]string{"message": ""}})
	require.Equal(t, fault.InvalidRequest, asFault(t, err).Code, "an ordinary error")
}

func TestLeavingTheLoopEndsTheStream(t *testing.T) {
	k, _ := newKit(t, nil)
	ended := make(chan error, 1)
	streaming(k, func(ctx context.Context, s *httpkit.SSE) error {
		for ctx.Err() == nil {
			_ = s.Send("token", 1)
			time.Sleep(time.Millisecond)
		}
		ended <- ctx.Err()
		return nil
	})
	c := newClient(t, "http://"+start(t, k), nil)
	for _, err := range c.Events(t.Context(), &httpkit.Call{Path: "/stream", Body: map[string]string{"message": "x"}}) {
		require.NoError(t, err)
		break
	}
	require.Error(t, <-ended)
}

func TestEventStreamsAsOthersWriteThem(t *testing.T) {
	for _, c := range []struct {
		stream string
		want   []httpkit.Event
	}{
		{"", nil},
		{"data: a\n\n", []httpkit.Event{{Data: []byte("a")}}},
		{"\ufeffdata:a\r\rdata: b\r\n\r\n: c\n\n", []httpkit.Event{{Data: []byte("a")}, {Data: []byte("b")}}},
		{"event: x\ndata: a\ndata:  b\ndata\n\n", []httpkit.Event{{Name: "x", Data: []byte("a\n b\n")}}},
		{"event: lost\n\ndata: a\n\n", []httpkit.Event{{Data: []byte("a")}}},
		{"id: 7\ndata: a\n\ndata: b\nid: bad\x00\nretry: 1500\nretry: x\nother: y\n\n", []httpkit.Event{{ID: "7", Data: []byte("a")}, {ID: "7", Data: []byte("b"), Retry: 1500 * time.Millisecond}}},
		{"data: whole\n\ndata: cut o", []httpkit.Event{{Data: []byte("whole")}}},
		{"data: [DONE]\n\n", []httpkit.Event{{Data: []byte("[DONE]")}}},
	} {
		addr := scripted(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for i := range len(c.stream) { // byte by byte: every cut is tried
				_, _ = w.Write([]byte{c.stream[i]})
				w.(http.Flusher).Flush()
			}
		})
		events, err := collect(t, newClient(t, addr, nil), &httpkit.Call{Path: "/"})
		require.NoError(t, err)
		require.Equal(t, c.want, events, "%q", c.stream)
	}
}

func TestEventStreamsThatGoWrong(t *testing.T) {
	addr := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		switch r.URL.Path {
		case "/type":
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html>"+secret)
		case "/line":
			_, _ = io.WriteString(w, "data: a\n\ndata: "+strings.Repeat("x", 5000)+"\n\n")
		case "/event":
			_, _ = io.WriteString(w, "data: a\n\n"+strings.Repeat("data: "+strings.Repeat("x", 1000)+"\n", 5)+"\n")
		case "/endless":
			for {
				if _, err := io.WriteString(w, strings.Repeat("x", 1000)); err != nil {
					return
				}
			}
		case "/silence":
			_, _ = io.WriteString(w, "data: a\n\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case "/broken":
			_, _ = io.WriteString(w, "data: a\n\ndata: b")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case "/foreign-error":
			_, _ = io.WriteString(w, "event: error\ndata: "+secret+"\n\n")
		}
	})
	c := newClient(t, addr, func(o *httpkit.ClientOptions) { o.Timeout, o.MaxAnswerBytes = 400*time.Millisecond, 4096 })
	for path, want := range map[string]struct {
		code   fault.Code
		events int
	}{
		"/type": {fault.Upstream, 0}, "/line": {fault.Upstream, 1}, "/event": {fault.Upstream, 1}, "/endless": {fault.Upstream, 0},
		"/silence": {fault.UpstreamTimeout, 1}, "/broken": {fault.Upstream, 1},
	} {
		events, err := collect(t, c, &httpkit.Call{Path: path})
		require.Equal(t, want.code, asFault(t, err).Code, path)
		require.Len(t, events, want.events, path)
		require.NotContains(t, err.Error(), secret)
	}
	events, err := collect(t, c, &httpkit.Call{Path: "/foreign-error"})
	require.NoError(t, err)
	require.Len(t, events, 1, "an event that only has the name is shown as it is")
	require.Error(t, events[0].Decode(new(int)))
	require.NotContains(t, events[0].Decode(new(int)).Error(), secret)
}

func TestAnEventStreamEndsWithItsContext(t *testing.T) {
	addr := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := 0; r.Context().Err() == nil; i++ {
			fmt.Fprintf(w, "data: %d\n\n", i)
			w.(http.Flusher).Flush()
			time.Sleep(time.Millisecond)
		}
	})
	c := newClient(t, addr, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range c.Events(ctx, &httpkit.Call{Path: "/"}) {
		cancel()
		last = err
	}
	require.ErrorIs(t, last, context.Canceled)
}
