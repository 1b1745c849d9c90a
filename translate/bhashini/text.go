package bhashini

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

const (
	batchTexts = 25
	batchBytes = 32 << 10
)

// Translator translates by a Client.
type Translator struct{ client *Client }

// Detector finds languages by a Client.
type Detector struct{ client *Client }

var (
	_ translate.Translator = (*Translator)(nil)
	_ translate.PairLister = (*Translator)(nil)
	_ translate.Identifier = (*Translator)(nil)
	_ translate.Detector   = (*Detector)(nil)
)

// Translator gives the account's Translator.
func (c *Client) Translator() *Translator { return &Translator{c} }

// Detector gives the account's Detector.
func (c *Client) Detector() *Detector { return &Detector{c} }

// Identity names the pipeline. The platform changes its models without telling.
func (t *Translator) Identity() string { return "bhashini/" + t.client.cfg.PipelineID }

// Pairs gives the pairs of the translation services, by a config call.
func (t *Translator) Pairs(ctx context.Context) ([]translate.Pair, error) {
	p, err := t.client.pipeline(ctx, Translation)
	if err != nil {
		return nil, err
	}
	return p.pairs(), nil
}

// Translate translates plain text. A request's Script is passed on as
// targetScriptCode. HTML and a glossary are refused: see [translate.NewGlossed].
func (t *Translator) Translate(ctx context.Context, req *translate.Request) (*translate.Result, error) {
	engine := translate.Engine{Name: "bhashini", Scripts: true, BatchTexts: batchTexts, BatchBytes: batchBytes}
	if err := translate.Check(req); err != nil {
		return nil, err
	}
	if len(req.Texts) > 0 && req.Source.Valid() && req.Source != req.Target {
		var err error
		if engine.Pairs, err = t.Pairs(ctx); err != nil {
			return nil, err
		}
	}
	return translate.Batches(ctx, req, &engine, func(ctx context.Context, texts []string) ([]translate.Translation, error) {
		task := Task{Type: Translation, Config: TaskConfig{Language: &Language{
			Source: Code(req.Source), Target: Code(req.Target), TargetScript: string(req.Script)}}}
		made, err := t.client.texts(ctx, task, texts)
		if err != nil {
			return nil, err
		}
		out := make([]translate.Translation, len(made))
		for i, m := range made {
			if len(m.Target) > 0 {
				out[i].Text = m.Target[0]
			}
		}
		return out, nil
	})
}

// maxDetect is how much of a text is sent for detection.
const maxDetect = 4 << 10

// Detect gives the languages that a text may be in, by its first 4 KiB. A text
// without letters gives none and is not sent.
func (d *Detector) Detect(ctx context.Context, text string) ([]translate.Detection, error) {
	text = beginning(text)
	script := lang.ScriptOf(text)
	if script == "" {
		return nil, ctx.Err()
	}
	made, err := d.client.texts(ctx, Task{Type: TextLanguage}, []string{text})
	if err != nil {
		return nil, err
	}
	return detections(made[0].Languages, script), nil
}

// beginning gives the first maxDetect bytes of text, cut between characters, of valid UTF-8.
func beginning(text string) string {
	if len(text) > maxDetect {
		text = text[:maxDetect]
	}
	return strings.ToValidUTF8(text, "")
}

// detections gives the predictions of the registry's languages, the best first
// and each once, with scores that add up to 1 at most.
func detections(predictions []Prediction, script lang.Script) []translate.Detection {
	var out []translate.Detection
	var sum float64
	for _, p := range predictions {
		code, err := lang.Parse(p.Language)
		known := slices.ContainsFunc(out, func(d translate.Detection) bool { return d.Language == code })
		if score := p.Score; err == nil && !known && score > 0 {
			if score > 1 { // some services count in hundredths
				score /= 100
			}
			score = min(score, 1)
			out = append(out, translate.Detection{Language: code, Script: script, Confidence: score})
			sum += score
		}
	}
	for i := range out {
		if sum > 1 {
			out[i].Confidence /= sum
		}
	}
	slices.SortStableFunc(out, func(a, b translate.Detection) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return out
}
