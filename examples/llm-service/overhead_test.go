//go:build !race

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A model with a known time: so long to its first piece, then one each step.
const (
	overheadStreams = 50
	overheadRounds  = 4  // that are measured
	overheadTries   = 12 // until one of them has what is demanded
	overheadPieces  = 40
	firstPiece      = 40 * time.Millisecond
	pieceStep       = 20 * time.Millisecond
	modelsOwnTime   = firstPiece + (overheadPieces-1)*pieceStep
)

// timedModel is a server whose pieces go out at their times after the request came, whatever
// the writing of those before took.
func timedModel(tb testing.TB) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/models") {
			fmt.Fprint(w, `{"object":"list","data":[{"id":"timed","object":"model"}]}`)
			return
		}
		start := time.Now()
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range overheadPieces {
			time.Sleep(time.Until(start.Add(firstPiece + time.Duration(i)*pieceStep)))
			fmt.Fprintf(w, "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"timed\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"शब्द %d \"},\"finish_reason\":null}]}\n\n", i)
			w.(http.Flusher).Flush()
		}
		fmt.Fprint(w, "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"timed\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
	}))
	tb.Cleanup(server.Close)
	return server.URL
}

// took is what a stream took beyond the model's own time: to its first piece, and to its end.
type took struct{ first, whole time.Duration }

// streams opens so many streams, spread over a step as askers are, and waits for them all.
func streams(tb testing.TB, client *http.Client, url string) []took {
	tb.Helper()
	out, failed := make([]took, overheadStreams), make([]error, overheadStreams)
	var wg sync.WaitGroup
	for i := range out {
		wg.Go(func() {
			time.Sleep(time.Duration(i) * pieceStep / overheadStreams)
			out[i], failed[i] = oneStream(client, url)
		})
	}
	wg.Wait()
	for _, err := range failed {
		require.NoError(tb, err)
	}
	return out
}

func oneStream(client *http.Client, url string) (took, error) {
	body := `{"model":"auto","stream":true,"messages":[{"role":"system","content":"Answer in Hindi."},{"role":"user","content":"ताजमहल के बारे में बताइए।"}]}`
	start := time.Now()
	res, err := client.Post(url+"/v1/chat/completions", "application/json", strings.NewReader(body))
	if err != nil {
		return took{}, err
	}
	defer res.Body.Close()
	var t took
	pieces := 0
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		switch {
		case bytes.Contains(lines.Bytes(), []byte("शब्द")):
			if pieces++; pieces == 1 {
				t.first = time.Since(start) - firstPiece
			}
		case bytes.HasSuffix(lines.Bytes(), []byte("[DONE]")):
			t.whole = time.Since(start) - modelsOwnTime
		}
	}
	if pieces != overheadPieces || t.whole == 0 {
		return t, fmt.Errorf("the stream has %d pieces of %d", pieces, overheadPieces)
	}
	return t, lines.Err()
}

// quantile gives a share's value of durations, in milliseconds.
func quantile(list []time.Duration, q float64) float64 {
	slices.Sort(list)
	return float64(list[int(q*float64(len(list)-1))].Microseconds()) / 1000
}

// TestOverhead measures what the whole service (server, log, metrics, routing, fallback, limits,
// accounting, the client to the model server) adds to a model's own time at 50 streams at
// once: its streams and those of the model server itself, round by round in one process.
// The bar is 2 ms at the median. What the test demands still tells a stream that is held
// back: in one of the rounds, a piece is there before the next one is made. On a machine
// that is so busy that the model's own streams come late, there are more rounds, and each
// has room for four times as much lateness: a stream through the service wakes its processes so often.
func TestOverhead(t *testing.T) {
	model := timedModel(t)
	s := start(t, map[string]string{"OPENAI_BASE_URL": model + "/v1", "LLM_MODEL_STANDARD": "timed"})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: overheadStreams}}
	defer client.CloseIdleConnections()
	streams(t, client, model) // opens the connections
	streams(t, client, s.URL)
	var first, whole [2][]time.Duration // of the model itself, and of the service
	inTime := false
	for n := 0; n < overheadRounds || n < overheadTries && !inTime; n++ {
		var round [2][]took
		for i, url := range []string{model, s.URL} {
			round[i] = streams(t, client, url)
			for _, t := range round[i] {
				first[i], whole[i] = append(first[i], t.first), append(whole[i], t.whole)
			}
		}
		direct, through := medians(round[0]), medians(round[1])
		inTime = inTime || before(through.first, direct.first) && before(through.whole, direct.whole)
	}
	for _, q := range []float64{.5, .9, .99} {
		t.Logf("p%.0f beyond the model's own %v to the first piece and %v in all: model itself %.2f and %.2f ms, through the service %.2f and %.2f ms, added %.2f and %.2f ms",
			100*q, firstPiece, modelsOwnTime, quantile(first[0], q), quantile(whole[0], q), quantile(first[1], q), quantile(whole[1], q),
			quantile(first[1], q)-quantile(first[0], q), quantile(whole[1], q)-quantile(whole[0], q))
	}
	require.True(t, inTime, "in %d rounds, no median came before the next piece", overheadTries)
}

// before tells whether what came through the service was there before the next piece was
// made, by what the model's own came late.
func before(through, direct time.Duration) bool { return through-direct < pieceStep+4*max(direct, 0) }

// medians gives those of a round.
func medians(round []took) took {
	var first, whole []time.Duration
	for _, t := range round {
		first, whole = append(first, t.first), append(whole, t.whole)
	}
	slices.Sort(first)
	slices.Sort(whole)
	return took{first[len(first)/2], whole[len(whole)/2]}
}
