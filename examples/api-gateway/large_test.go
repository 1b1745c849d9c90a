//go:build !race

package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnHTMLPageOfOneLongLine(t *testing.T) {
	s := start(t, t.TempDir(), noSamples)
	size := 50 << 20
	page := []byte("<html><head><title>x</title></head><body><p>" + strings.Repeat("The lamp of Keshar is lit at dusk. ", size/35) + "</p></body></html>")
	started := time.Now()
	status, body := s.upload("long.html", page)
	took := time.Since(started)
	t.Logf("%d bytes: %d after %s", len(page), status, took.Round(time.Millisecond))
	if status != http.StatusCreated {
		(&refusal{413, "PAYLOAD_TOO_LARGE", "", map[string]any{"limit_name": "max_text"}}).holds(t, status, body)
	}
	require.Less(t, took, 4*time.Minute, "on any machine")
	doc := s.add("keshar.md", lighthouse)
	require.Contains(t, s.search("वासुदेव नेने अभियंता"), doc.DocumentID)
}

func TestEverySuggestionFindsSomething(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	seen := map[string]bool{}
	for _, typed := range strings.Fields("a bh ch d ga h i j k l ma n p q r sa ta u v y z म क र स त न ম ক ப வ ش م ک") {
		for _, suggestion := range s.suggest(typed, "&limit=20") {
			if seen[suggestion.Text] {
				continue
			}
			seen[suggestion.Text] = true
			var found searchResponse
			s.get(fmt.Sprintf("/api/v1/search?q=%s&language=%s&page_size=1", url.QueryEscape(suggestion.Text), suggestion.Language), &found)
			require.NotEmpty(t, found.Results, "%q", suggestion.Text)
		}
	}
	require.Greater(t, len(seen), 300)
	t.Logf("%d suggestions", len(seen))
}
