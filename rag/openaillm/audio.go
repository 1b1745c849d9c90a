package openaillm

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	openai "github.com/sashabaranov/go-openai"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
)

// audioURL begins what stands for a recording until the request is sent: go-openai
// has no part of the type input_audio. No image has such a URL.
const audioURL = "data:audio/"

func audioPart(a *llm.Audio) openai.ChatMessagePart {
	link := audioURL + a.Format + ";base64," + base64.StdEncoding.EncodeToString(a.Data)
	return openai.ChatMessagePart{Type: openai.ChatMessagePartTypeImageURL, ImageURL: &openai.ChatMessageImageURL{URL: link}}
}

type audioKey struct{}

// withAudio marks the requests of ctx as carrying recordings, where req does.
func withAudio(ctx context.Context, req *llm.Request) context.Context {
	if _, audio := req.Media(); audio {
		return context.WithValue(ctx, audioKey{}, true)
	}
	return ctx
}

// putAudio gives recordings in a marked request their own form, input_audio.
func putAudio(req *http.Request) error {
	if req.Context().Value(audioKey{}) == nil {
		return nil
	}
	body, err := io.ReadAll(req.Body)
	if err == nil {
		body, err = inputAudio(body)
	}
	if err != nil {
		return fault.Wrap(err, fault.Internal, "the request could not be built", nil)
	}
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody()
	req.ContentLength = int64(len(body))
	return nil
}

// inputAudio replaces the parts of a chat request that stand for recordings.
func inputAudio(body []byte) ([]byte, error) {
	var request map[string]json.RawMessage
	var messages []map[string]json.RawMessage
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(request["messages"], &messages); err != nil {
		return nil, err
	}
	for _, m := range messages {
		var parts []any
		if json.Unmarshal(m["content"], &parts) != nil {
			continue // a plain text
		}
		for i := range parts {
			parts[i] = audioOf(parts[i])
		}
		m["content"], _ = json.Marshal(parts) // just decoded
	}
	request["messages"], _ = json.Marshal(messages) // likewise
	return json.Marshal(request)
}

// audioOf gives a part in its own form.
func audioOf(part any) any {
	fields, _ := part.(map[string]any)
	image, _ := fields["image_url"].(map[string]any)
	link, _ := image["url"].(string)
	format, data, ok := strings.Cut(strings.TrimPrefix(link, audioURL), ";base64,")
	if !ok || !strings.HasPrefix(link, audioURL) {
		return part
	}
	return map[string]any{"type": "input_audio", "input_audio": map[string]any{"data": data, "format": format}}
}
