package httpkit

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestAFormThatIsBeingReadIsNotGivenBack: closing it while a file is read does not
// yet mean that the file is the caller's again.
func TestAFormThatIsBeingReadIsNotGivenBack(t *testing.T) {
	r, w := io.Pipe()
	p, err := newPayload(&Call{Form: []FormPart{{Name: "file", Content: r}}})
	require.NoError(t, err)
	req, err := p.request(t.Context(), "POST", "http://127.0.0.1/")
	require.NoError(t, err)
	read := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, req.Body)
		read <- err
	}()
	require.Eventually(t, func() bool { p.sent.mu.Lock(); defer p.sent.mu.Unlock(); return p.sent.reading }, 5*time.Second, time.Millisecond)
	time.Sleep(10 * time.Millisecond) // past the text in front of the file
	require.NoError(t, req.Body.Close())
	require.False(t, p.settle(), "somebody waits for the file")
	require.NoError(t, w.CloseWithError(io.ErrUnexpectedEOF))
	require.Error(t, <-read)
	require.True(t, p.settle())
	require.ErrorIs(t, p.failed(), io.ErrUnexpectedEOF)
	_, err = req.Body.Read(make([]byte, 1))
	require.Error(t, err)
}
