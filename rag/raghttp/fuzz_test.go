package raghttp

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
)

// sent is a transport that answers everything with one body.
type sent string

func (s sent) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(strings.NewReader(string(s)))}, nil
}

// FuzzStream demands that any bytes in the place of a streamed answer are told as
// events of one kind each, and end in an answer that can be shown or in one typed error.
func FuzzStream(f *testing.F) {
	for _, body := range []string{
		"", ": \n\n", "event: token\ndata: {\"text\":\"x\"}\n\n", "event: source\ndata: {\"document_id\":\"a\",\"details\":{\"passages\":[{}]}}\n\n",
		"event: claim\r\ndata: {\"text\":\"x\",\"start\":0,\"end\":1}\r\n\r\nevent: done\r\ndata: {\"answer\":\"x\",\"sources\":[],\r\ndata: \"claims\":[{\"text\":\"x\",\"start\":0,\"end\":1}]}\r\n\r\n",
		"event: error\ndata: {\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"x\"}}\n\n", "event: done\ndata: {\"answer\":\"x\",\"sources\":[{}],\"claims\":[],\"refused\":true}\n\n", "\ufeffdata\ndata\n\n",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		c, err := NewClient("http://127.0.0.1", &httpkit.ClientOptions{Transport: sent(body), MaxAnswerBytes: 1 << 16})
		require.NoError(t, err)
		ended := false
		for event, err := range c.Stream(t.Context(), &rag.Question{Text: "x"}) {
			require.False(t, ended, "nothing follows the end")
			if err != nil {
				require.True(t, fault.CodeOf(err).Valid())
				require.NotEqual(t, fault.NotFound, fault.CodeOf(err), "what a route is to the client is not the asker's business")
				require.Zero(t, event)
				ended = true
			}
			if event.Answer != nil {
				ended = true
				for _, claim := range event.Answer.Claims {
					require.Equal(t, claim.Text, event.Answer.Text[claim.Start:claim.End])
				}
				for _, s := range event.Answer.Sources {
					require.NotEmpty(t, s.Chunks)
				}
			}
		}
		require.True(t, ended)
	})
}

// FuzzReaders demands that a header that can be read says the same when it is written again.
func FuzzReaders(f *testing.F) {
	for _, header := range []string{"", "asha", "asha,group%3Amuseum%2C+delhi", " a , b ", ",,", "%zz", "%00,%ff", "विभाग"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		names, err := parseReaders(header)
		if err != nil {
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			return
		}
		again, err := readersHeader(names)
		if err != nil || len(names) == 0 {
			return
		}
		back, err := parseReaders(again.Get(ReadersHeader))
		require.NoError(t, err)
		require.Equal(t, names, back)
	})
}

// FuzzPathID demands that an id is one part of a path, and comes back as it was.
func FuzzPathID(f *testing.F) {
	for _, id := range []string{"a", ".", "..", "...", "a/b", "%2e", "अ आ", "?#"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		if id == "" {
			return
		}
		req, err := http.NewRequest("GET", "http://127.0.0.1/documents/"+pathID(id), nil)
		require.NoError(t, err)
		require.Equal(t, "/documents/"+id, req.URL.Path)
		part := strings.TrimPrefix(req.URL.EscapedPath(), "/documents/")
		require.NotContains(t, part, "/")
		require.NotEqual(t, "..", part)
		require.NotEqual(t, ".", part)
	})
}
