package translatetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
)

// Secret is the key that remote engines under test are given: it may stand in no error.
const Secret = "sk-secret-0123456789"

// Remote is a Translator under test whose engine is a service.
type Remote struct {
	Service http.Handler // a scripted service that answers well, by Echo
	// New gives a Translator of the service at base that makes 3 attempts in
	// all, waits some milliseconds between them and half a second for an answer, and
	// has Secret for its key where it needs one.
	New func(t *testing.T, base string) translate.Translator
	// Texts is more texts than go into one call.
	Texts int
}

// storm is a word whose calls TestRemote answers badly.
const storm = "qqstorm"

// weather is a way for a service to fail.
type weather struct {
	name  string
	serve http.HandlerFunc
	code  fault.Code
	final bool // another attempt makes no sense
}

var weathers = []weather{
	{name: "429", code: fault.RateLimitExceeded, serve: status(http.StatusTooManyRequests, "ThrottlingException", "Retry-After", "0")},
	{name: "500", code: fault.Upstream, serve: status(http.StatusInternalServerError, "InternalServerException")},
	{name: "503", code: fault.ServiceUnavailable, serve: status(http.StatusServiceUnavailable, "ServiceUnavailableException")},
	{name: "garbage", code: fault.Upstream, serve: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>\x00 not JSON {") }},
	{name: "JSON of another kind", code: fault.Upstream, serve: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"weather":"fine"}`) }},
	{name: "an empty answer", code: fault.Upstream, serve: func(http.ResponseWriter, *http.Request) {}},
	{name: "a connection that ends", serve: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	{name: "nothing at all", code: fault.UpstreamTimeout, serve: func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
	}},
	{name: "a key that is not accepted", code: fault.Upstream, final: true, serve: status(http.StatusForbidden, "AccessDeniedException")},
}

// status answers as a service refuses, with the key in its words. kind is how AWS's protocol names it.
func status(code int, kind string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, `{"__type":"`+kind+`","error":"`+Secret+` is wrong","message":"`+Secret+`"}`)
	}
}

// sky is a service in whose way the weather comes.
type sky struct {
	service http.Handler
	bad     http.HandlerFunc
	times   int // how often the weather is bad; below 0 always

	mu    sync.Mutex
	calls int // with storm in them
}

func (s *sky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.mu.Lock()
	stormy := bytes.Contains(body, []byte(storm))
	if stormy {
		s.calls++
	}
	stormy = stormy && (s.times < 0 || s.calls <= s.times)
	s.mu.Unlock()
	if stormy {
		s.bad(w, r)
		return
	}
	s.service.ServeHTTP(w, r)
}

func (s *sky) seen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// TestRemote demands that a Translator comes through a service's bad hours: what
// fails once is asked again, what fails always is an error with a code, in
// time, without the key, and takes only its own texts along.
func TestRemote(t *testing.T, remote *Remote, subject Subject) {
	for _, w := range weathers {
		t.Run(w.name, func(t *testing.T) {
			r := &remoteSuite{suite: suite{T: t, Subject: &subject}, remote: remote, weather: w}
			if !w.final {
				r.run("once is asked again", r.testOnce)
			}
			r.run("always is an error with a code", r.testAlways)
			r.run("a deadline ends the attempts", r.testDeadline)
			r.run("only the texts of failing calls fail", r.testPartial)
		})
	}
}

type remoteSuite struct {
	suite
	remote  *Remote
	weather weather
}

func (r *remoteSuite) run(name string, test func(s *suite, sky *sky)) {
	r.T.Run(name, func(t *testing.T) {
		above := &sky{service: r.remote.Service, bad: r.weather.serve, times: -1}
		server := httptest.NewServer(above)
		t.Cleanup(server.Close)
		subject := *r.Subject
		subject.Translator = r.remote.New(t, server.URL)
		test(&suite{T: t, Subject: &subject}, above)
	})
}

func (r *remoteSuite) testOnce(s *suite, sky *sky) {
	sky.times = 1
	got := s.translate(storm + " " + s.words()[0])
	s.sameAs(storm+" "+s.words()[0], got[0])
	require.Equal(s, 2, sky.seen())
}

func (r *remoteSuite) testAlways(s *suite, sky *sky) {
	res, err := s.Translator.Translate(s.Context(), s.request(storm+" "+s.words()[0]))
	require.Nil(s, res)
	r.demandError(s, err)
	if r.weather.final {
		require.LessOrEqual(s, sky.seen(), 2, "once more when a key can be had anew")
		return
	}
	require.Equal(s, 3, sky.seen())
}

func (r *remoteSuite) demandError(s *suite, err error) {
	s.Helper()
	require.Error(s, err)
	require.True(s, fault.CodeOf(err).Valid())
	if r.weather.code != "" {
		require.Equal(s, r.weather.code, fault.CodeOf(err), "%v", err)
	}
	require.NotEqual(s, fault.Internal, fault.CodeOf(err), "%v", err)
	require.True(s, fault.Retryable(err), "%v", err)
	require.NotContains(s, err.Error(), Secret)
	wire, _ := fault.From(err).MarshalJSON()
	require.NotContains(s, string(wire), Secret)
	require.NotContains(s, string(wire), storm)
}

func (r *remoteSuite) testDeadline(s *suite, _ *sky) {
	ctx, cancel := context.WithTimeout(s.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := s.Translator.Translate(ctx, s.request(storm+" "+s.words()[0]))
	require.Error(s, err)
	require.True(s, fault.CodeOf(err).Valid())
	require.Less(s, time.Since(start), 2*time.Second)
}

func (r *remoteSuite) testPartial(s *suite, _ *sky) {
	texts := make([]string, r.remote.Texts)
	for i := range texts {
		texts[i] = strings.Repeat(s.words()[i%4]+" ", 1+i%2) + strconv.Itoa(i)
	}
	texts[len(texts)-1] = storm
	res, err := s.Translator.Translate(s.Context(), s.request(texts...))
	partial, ok := errors.AsType[*translate.PartialError](err)
	require.True(s, ok, "%v", err)
	r.demandError(s, err)
	failed := make(map[int]bool)
	for i, at := range partial.Failed {
		failed[at] = true
		require.Equal(s, res.Texts[at].Err, partial.Errs[i])
	}
	require.True(s, failed[len(texts)-1])
	require.False(s, failed[0])
	for i, text := range texts {
		if !failed[i] {
			s.sameAs(text, res.Texts[i])
		}
	}
}
