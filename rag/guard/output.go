package guard

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// output is what the text of a response goes through: values are put back, then each
// word is looked at once it is whole.
type output struct {
	w       *watch
	restore *pii.Restorer
	links   links
	leak    leak

	grounded bool // the request has passages of its own, which keep their identifiers

	word    string // that is not whole yet
	kept    string // words that repeat the prompt so far
	said    strings.Builder
	stopped bool // the prompt was repeated: nothing more is said
}

func newOutput(w *watch, req *llm.Request) *output {
	o := &output{w: w, restore: w.vault.NewRestorer(nil)}
	if req == nil {
		return o
	}
	if req.Output != nil {
		o.restore = w.vault.NewRestorer(func(value string) string { q := quote(value); return q[1 : len(q)-1] })
	}
	var system strings.Builder
	for i := range req.Messages {
		if req.Messages[i].Role == llm.System {
			system.WriteString(req.Messages[i].Content + "\n")
		}
	}
	o.leak = newLeak(system.String(), w.g.opts.Canary)
	o.links = newLinks(w.g.hosts, req)
	o.grounded = req.Grounding != nil
	return o
}

// quoted tells whether a text with quotes is passed on as it is. What was quoted from
// messages was hidden in them: it is a text like any other.
func (o *output) quoted(quotes []llm.Quote) bool { return len(quotes) > 0 && o.grounded }

// write takes more of the text and gives what may be shown by now.
func (o *output) write(text string) string { return o.step(o.restore.Write(text), false) }

// flush gives the rest.
func (o *output) flush() string { return o.step(o.restore.Flush(), true) }

// maxWord is how long a word is waited for.
const maxWord = 8 << 10

func (o *output) step(text string, final bool) string {
	o.word += text
	var b strings.Builder
	for !o.stopped {
		n := wordEnd(o.word)
		if n < 0 && (final || len(o.word) > maxWord) {
			n = len(o.word)
		}
		if n <= 0 {
			break
		}
		o.take(o.word[:n], &b)
		o.word = o.word[n:]
	}
	if final && !o.stopped {
		b.WriteString(o.kept)
		o.kept = ""
	}
	o.said.WriteString(b.String())
	return b.String()
}

// wordEnd gives where a word and the space behind it end, or -1 when it may go on.
func wordEnd(s string) int {
	begun := false
	for i, r := range s {
		if !unicode.IsSpace(r) {
			begun = true
			continue
		}
		if begun {
			return i + utf8.RuneLen(r)
		}
	}
	return -1
}

// take looks at a word and writes it, or keeps it back while it repeats the prompt.
func (o *output) take(word string, b *strings.Builder) {
	hit, leaked := o.leak.read(word)
	if leaked {
		o.stopped, o.kept = true, ""
		o.w.counts["leak.stopped"]++
		return
	}
	shown, removed := o.links.check(word)
	if removed > 0 {
		o.w.counts["link.masked"] += removed
	}
	if found := Abuse(shown, o.w.g.opts.MinRating); len(found) > 0 {
		o.w.done("abuse", o.w.g.opts.AnswerAbuse)
		if o.w.g.opts.AnswerAbuse == Mask {
			shown = maskSpans(shown, found)
		}
	}
	if hit {
		o.kept += shown
		return
	}
	b.WriteString(o.kept)
	b.WriteString(shown)
	o.kept = ""
}

// relay passes a stream on.
func (o *output) relay(seq iter.Seq2[llm.Delta, error], req *llm.Request, yield func(llm.Delta, error) bool) {
	say := func(text string) bool { return text == "" || yield(llm.Delta{Text: text}, nil) }
	for d, err := range seq {
		switch {
		case err != nil:
			yield(llm.Delta{}, err)
			return
		case d.Done != nil:
			if !say(o.flush()) {
				return
			}
			o.end(d.Done, req, yield)
			return
		case o.quoted(d.Quotes):
			if !yield(d, nil) {
				return
			}
		case d.Call != nil:
			call := o.call(*d.Call)
			if !say(o.write(d.Text)) || !yield(llm.Delta{Call: &call}, nil) {
				return
			}
		case !say(o.write(d.Text)):
			return
		}
		if o.stopped {
			o.end(&llm.Response{Model: guardName, Prompt: req.Prompt}, req, yield)
			return
		}
	}
	yield(llm.Delta{}, fault.New(fault.Upstream, "the model's answer was cut off", nil))
}

func (o *output) end(res *llm.Response, req *llm.Request, yield func(llm.Delta, error) bool) {
	before := o.said.Len()
	done, err := o.response(res, req)
	if err != nil {
		yield(llm.Delta{}, err)
		return
	}
	if rest := o.said.String()[before:]; rest == "" || yield(llm.Delta{Text: rest}, nil) {
		yield(llm.Delta{Done: done}, nil)
	}
}

// response gives the response with what was said as its text. One that was stopped
// before it said anything says that it is refused.
func (o *output) response(res *llm.Response, req *llm.Request) (*llm.Response, error) {
	out := *res
	if o.stopped {
		if req.Output != nil {
			return nil, fault.New(fault.Upstream, "the model's answer was held back", fault.Details{"reason": string(rag.Guarded)})
		}
		out.Finish, out.Calls = llm.Filtered, nil
		if o.said.Len() == 0 && !o.w.engine {
			o.said.WriteString(lang.Text(o.w.g.opts.Detect(lastAsked(req)), lang.MsgInvalidRequest))
		}
	}
	if !o.quoted(res.Quotes) {
		out.Text, out.Quotes = o.said.String(), nil
	}
	out.Calls = slices.Clone(out.Calls)
	for i := range out.Calls {
		out.Calls[i] = o.call(out.Calls[i])
	}
	if n := o.restore.Restored(); n > 0 {
		o.w.counts["pii.restored"] += n
	}
	out.Guarded = o.w.Report()
	return &out, nil
}

// call puts the values back into a call's arguments: whoever runs it needs them.
func (o *output) call(c llm.ToolCall) llm.ToolCall {
	c.Arguments = o.w.arguments(c.Arguments, o.w.vault.Restore)
	return c
}
