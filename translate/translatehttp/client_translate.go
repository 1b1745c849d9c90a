package translatehttp

import (
	"context"
	"maps"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/internal/remote"
)

// Bounds of one call: so many texts, and so many bytes of them unless one text alone has more.
const (
	callTexts = 100
	callBytes = translate.MaxTextBytes
)

// Translate has texts translated, at most a hundred and a megabyte in a call, one
// call after the other. A call that fails takes its own texts along; after two in
// a row that failed for reasons that pass, the rest is not sent and shares the error.
func (c *Client) Translate(ctx context.Context, req *translate.Request) (*translate.Result, error) {
	if err := translate.Check(req); err != nil {
		return nil, err
	}
	s := &sending{client: c, req: req, out: &translate.Result{Texts: make([]translate.Translation, len(req.Texts)), Source: req.Source, Target: req.Target}}
	for i, text := range req.Texts {
		if err := plain(text); err != nil {
			s.out.Texts[i].Err = at(err, i)
			continue
		}
		s.places = append(s.places, i)
	}
	s.all(ctx)
	if len(req.Texts) == 0 && s.last != nil {
		return nil, s.last
	}
	return translate.Finish(s.out)
}

// sending is a request on its way.
type sending struct {
	client   *Client
	req      *translate.Request
	out      *translate.Result
	places   []int // of the texts that are sent
	last     error // of the latest call
	failures int   // calls in a row that failed for reasons that pass
}

// all sends the texts, call by call; without texts there is one call, for the languages' sake.
func (s *sending) all(ctx context.Context) {
	if len(s.req.Texts) == 0 {
		_, s.last = s.call(ctx, nil)
	}
	for rest := s.places; len(rest) > 0; {
		n := s.size(rest)
		s.send(ctx, rest[:n])
		rest = rest[n:]
	}
}

// size tells how many of the texts at places go into one call, at least one.
func (s *sending) size(places []int) int {
	bytes := 0
	for i, at := range places {
		bytes += len(s.req.Texts[at])
		if i > 0 && (bytes > callBytes || i >= callTexts) {
			return i
		}
	}
	return len(places)
}

// send makes a call of the texts at places, unless there is no sense in it, and puts the answers there.
func (s *sending) send(ctx context.Context, places []int) {
	var got *batchResponse
	err := s.last
	if s.failures < 2 {
		got, err = s.call(ctx, places)
		s.last = err
		if s.failures++; !fault.Retryable(err) {
			s.failures = 0
		}
	}
	for i, place := range places {
		if err != nil {
			s.out.Texts[place].Err = err
			continue
		}
		t := got.Translations[i].translation()
		if t.Err != nil {
			t.Err = at(t.Err, place)
		}
		s.out.Texts[place] = t
	}
}

// call sends the texts at places.
func (s *sending) call(ctx context.Context, places []int) (*batchResponse, error) {
	texts := make([]string, len(places))
	for i, place := range places {
		texts[i] = s.req.Texts[place]
	}
	return post(ctx, s.client, "/translate/batch", newBatchRequest(s.req, texts), func(b *batchResponse) error {
		if b.Translations == nil || len(b.Translations) != len(places) {
			return remote.Malformed("%d translations for %d texts", len(b.Translations), len(places))
		}
		for i := range b.Translations {
			switch b.Translations[i].Kind {
			case "", translate.Translated, translate.Transliterated, translate.Unchanged:
			default:
				return remote.Malformed("text %d is of a kind that is not known", i)
			}
		}
		return nil
	})
}

// at gives an error about one text with the text's place in the request.
func at(err error, place int) error {
	f := fault.From(err)
	details := maps.Clone(f.Details)
	if details == nil {
		details = fault.Details{}
	}
	details["index"] = place
	return withDetails(f, details)
}
