package llm

import "unicode/utf8"

// What a picture and a second of sound cost in tokens, roughly: a tile or two of
// OpenAI's vision models, and ten tokens a second of 16 kHz sound.
const (
	imageTokens        = 800
	audioBytesPerToken = 3200
	messageTokens      = 4
)

// EstimateTokens gives about how many tokens a request's prompt has: what a limit
// or a route is chosen by before a model has counted. Tools and schemas count, what
// a model will say does not.
func EstimateTokens(req *Request) int {
	n := 0
	for i := range req.Messages {
		m := &req.Messages[i]
		n += messageTokens + estimateText(m.Content)
		for _, p := range m.Parts {
			n += estimateText(p.Text)
			if p.Image != nil {
				n += imageTokens
			}
			if p.Audio != nil {
				n += len(p.Audio.Data)/audioBytesPerToken + 1
			}
		}
		for _, c := range m.Calls {
			n += estimateText(c.Name) + estimateText(string(c.Arguments))
		}
	}
	for i := range req.Tools {
		n += estimateText(req.Tools[i].Name) + estimateText(req.Tools[i].Description) + estimateText(string(req.Tools[i].Parameters))
	}
	if req.Output != nil {
		n += estimateText(string(req.Output.Schema))
	}
	return n
}

// estimateText counts a token for each four bytes of ASCII and for each two and
// a half code points of other scripts: tokenisers made for English cut those finer.
func estimateText(text string) int {
	ascii, wide := 0, 0
	for i := range len(text) {
		switch b := text[i]; {
		case b < utf8.RuneSelf:
			ascii++
		case utf8.RuneStart(b):
			wide++
		}
	}
	return (ascii+3)/4 + (2*wide+4)/5
}
