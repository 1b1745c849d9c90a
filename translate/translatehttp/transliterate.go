package translatehttp

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// maxRankedWords is how many words a text may have to be ranked as a whole.
const maxRankedWords = 32

type transliterateInput struct{ Body transliterateRequest }
type transliterateOutput struct{ Body transliterateResponse }

func (r *routes) transliterate(ctx context.Context, in *transliterateInput) (*transliterateOutput, error) {
	body := &in.Body
	if err := checkText(body.Text); err != nil {
		return nil, err
	}
	var code lang.Code
	if body.Language != "" {
		var err error
		if code, err = lang.Parse(body.Language); err != nil {
			return nil, err
		}
	}
	from := body.From
	if from == "" {
		from = lang.ScriptOf(body.Text)
	}
	if from == "" { // no letters: nothing changes
		from = body.To
	}
	t := r.service.Transliterator(code)
	if speller, ok := t.(translate.CandidateTransliterator); ok && from == lang.Latin && body.To != lang.Latin {
		if words, gaps := split(body.Text); words != nil {
			out, err := ranked(ctx, speller, body, code, words, gaps)
			if err == nil || code != "" {
				return out, err
			}
		} // a language that nobody asked for is no reason to refuse
	}
	text, err := t.Transliterate(ctx, body.Text, from, body.To)
	if err != nil {
		return nil, err
	}
	return &transliterateOutput{transliterateResponse{text, []translate.Candidate{{Text: text, Score: 1}}}}, nil
}

// split gives the Latin words of a text and what stands before, between and
// after them: one gap more than words. A text of markup, addresses or more than
// maxRankedWords gives no words and no gaps; it is not ranked.
func split(text string) (words, gaps []string) {
	if strings.ContainsAny(text, "<&@") || strings.Contains(text, "://") || strings.Contains(text, "www.") {
		return nil, nil
	}
	words = []string{}
	for {
		start := strings.IndexFunc(text, isLatin)
		if start < 0 {
			return words, append(gaps, text)
		}
		if len(words) == maxRankedWords {
			return nil, nil
		}
		gaps, text = append(gaps, text[:start]), text[start:]
		end := strings.IndexFunc(text, func(r rune) bool { return !isLatin(r) })
		if end < 0 {
			end = len(text)
		}
		words, text = append(words, text[:end]), text[end:]
	}
}

func isLatin(r rune) bool { return unicode.Is(unicode.Latin, r) }

// ranked gives the best spellings of a whole text: those of its words put
// together, by the product of their scores.
func ranked(ctx context.Context, speller translate.CandidateTransliterator, body *transliterateRequest, code lang.Code, words, gaps []string) (*transliterateOutput, error) {
	if code == "" {
		if all := body.To.Languages(); len(all) > 0 {
			code = all[0]
		}
	}
	best := []translate.Candidate{{Text: gaps[0], Score: 1}}
	for i, word := range words {
		spellings, err := speller.Candidates(ctx, word, code, body.To, body.TopK)
		if err != nil {
			return nil, err
		}
		if len(spellings) == 0 {
			spellings = []translate.Candidate{{Text: word, Score: 1}}
		}
		best = extend(best, spellings, gaps[i+1], body.TopK)
	}
	if len(words) == 0 { // no word to spell; the scripts still have to be known
		text, err := speller.Transliterate(ctx, body.Text, lang.Latin, body.To)
		return &transliterateOutput{transliterateResponse{text, []translate.Candidate{}}}, err
	}
	return &transliterateOutput{transliterateResponse{best[0].Text, best}}, nil
}

// extend gives the k best of the beginnings, each followed by one of the spellings and then by the gap.
func extend(beginnings, spellings []translate.Candidate, gap string, k int) []translate.Candidate {
	out := make([]translate.Candidate, 0, len(beginnings)*len(spellings))
	for _, b := range beginnings {
		for _, s := range spellings {
			out = append(out, translate.Candidate{Text: b.Text + s.Text + gap, Score: b.Score * s.Score})
		}
	}
	slices.SortStableFunc(out, func(a, b translate.Candidate) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
	return out[:min(len(out), k)]
}
