// Package guard stands between people, documents and a language model: it hides
// who is named by number, keeps orders in documents from being followed, and
// looks at what a model says before anybody sees it.
//
//	g, err := guard.New(nil)
//	model := g.Model(llmModel)                                    // any caller of a model
//	engine := rag.NewEngine(index, &rag.EngineOptions{Guard: g}) // questions, passages and answers
//
// # What it does
//
//   - Identifiers (package observe/pii) are replaced by tokens before a model sees
//     them, in every message and in the arguments of calls, and put back in what
//     the model says and in the calls it makes; the values live in memory for that
//     one request. What passages of documents hold is published already and stays,
//     unless HidePassages is set: in a request that says which they are
//     ([llm.Request].Grounding). One that came over the wire does not; all of it is hidden.
//     From what an engine has translated, all of it is hidden.
//   - Tokens of chat templates, such as <|im_start|>, are broken up outside the
//     system's own messages, and what tools give is fenced as material.
//   - Questions, passages and what tools give are scored for orders to the model:
//     see [Score]. A question with one is refused, a document with one is not read.
//   - Topics are allowed or denied: see [Topic].
//   - Abuse in Hindi, English and Hindi in Latin letters is counted in questions,
//     and its letters are hidden in answers: see [Abuse].
//   - A response that repeats the system's own prompt, or its mark, ends there.
//   - A link in a response stays only if its host is one of the sources', or if
//     what was put to the model holds exactly this link: nothing can be carried out in one.
//
// What was done is counted, never quoted: [llm.Response].Guarded and
// [rag.Answer].Guarded.
//
// Words cannot decide what an order is. What is not recognised as one meets the
// fence, the check of each sentence against the passages in [rag.Engine], and the
// checks of what a model says.
package guard

import (
	"net/url"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/translate/lang"
)

// Action says what becomes of something that was found.
type Action string

// The actions. Where one is not fit for what was found, [New] says so.
const (
	Flag   Action = "flag"   // it is counted, and stays
	Mask   Action = "mask"   // its letters are hidden
	Drop   Action = "drop"   // the document or the result that holds it is left out
	Refuse Action = "refuse" // the question is refused
)

// Options set a [Guard] up. The zero value is useful.
type Options struct {
	PII          *pii.Options // what is hidden; nil: every kind
	OneWay       []pii.Kind   // kinds that are not put back: model and answer have the kind's tag
	HidePassages bool         // whether identifiers in passages of documents are hidden from models, too

	Questions Action // of a question that gives the system orders: "" is Refuse, or Flag
	Passages  Action // of passages and results of tools that do: "" is Drop, or Flag: its fence has to hold them

	Topics []Topic // what may not be asked, or all that may; none: anything

	Abuse       Action // of a question with abuse: "" is Flag, or Refuse, or Mask
	AnswerAbuse Action // of abuse in what a model says: "" is Mask, or Flag
	MinRating   Rating // from which on a word is abuse; 0 is Strong

	Hosts  []string // which links may lead to, with the hosts below them, besides the sources' own
	Canary bool     // whether a mark is put into the system's messages that no response may hold

	Detect func(text string) lang.Code // the language of a refusal from [Guard.Model]; nil: by the script
}

// Guard watches over models and engines. It may be used concurrently.
type Guard struct {
	opts     Options
	detector *pii.Detector
	topics   []topic
	hosts    []string
}

var _ rag.Guard = (*Guard)(nil)

// New makes a Guard. Nil opts mean the defaults. An action that does not fit, a
// topic without a name or without words, and a host that is none are INVALID_REQUEST.
func New(opts *Options) (*Guard, error) {
	g := &Guard{}
	if opts != nil {
		g.opts = *opts
	}
	o := &g.opts
	for _, a := range []struct {
		field   string
		action  *Action
		allowed []Action // the first is the default
	}{
		{"questions", &o.Questions, []Action{Refuse, Flag}},
		{"passages", &o.Passages, []Action{Drop, Flag}},
		{"abuse", &o.Abuse, []Action{Flag, Refuse, Mask}},
		{"answer_abuse", &o.AnswerAbuse, []Action{Mask, Flag}},
	} {
		if err := choose(a.field, a.action, a.allowed); err != nil {
			return nil, err
		}
	}
	if o.MinRating == 0 {
		o.MinRating = Strong
	}
	if o.Detect == nil {
		o.Detect = lang.ByScript
	}
	for _, h := range o.Hosts {
		u, err := url.Parse("https://" + h)
		if err != nil || h == "" || u.Hostname() != h {
			return nil, refused("hosts", "a host of links is none: it is a name, without a scheme or a port")
		}
		g.hosts = append(g.hosts, strings.ToLower(h))
	}
	g.detector = pii.New(o.PII)
	var err error
	g.topics, err = readTopics(o.Topics)
	return g, err
}

func choose(field string, a *Action, allowed []Action) error {
	if *a == "" {
		*a = allowed[0]
	}
	for _, ok := range allowed {
		if *a == ok {
			return nil
		}
	}
	return refused(field, "a guard cannot do this with what it finds")
}

func refused(field, message string) error {
	return fault.New(fault.InvalidRequest, message, fault.Details{"field": field})
}
