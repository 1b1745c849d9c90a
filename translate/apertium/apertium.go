// Package apertium translates by Apertium, a machine translation system of
// rules and dictionaries that runs on the machine itself: no model, no network, some
// 250 ms to start and then as fast as 500 KB a second. Among the languages here it
// has Urdu and Hindi, in both directions (Debian: apertium-urd-hin).
//
//	t, err := apertium.New(nil)
//	if err != nil {
//		return err // Apertium is not installed
//	}
//	res, err := t.Translate(ctx, &translate.Request{Texts: []string{"یہ کتاب ہے۔"}, Source: lang.Urdu, Target: lang.Hindi})
//	fmt.Println(res.Texts[0].Text) // ये किताब है।
//
// A word that the dictionaries do not have stays as it is, in its own script;
// Apertium's marks for such words (*) are turned off.
//
// The program is started once for many texts, which reach it through its
// standard input and nothing else; no part of a text or of a request is ever an argument.
package apertium

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// DefaultTimeout bounds one run of the program.
const DefaultTimeout = 30 * time.Second

const (
	batchTexts = 200
	batchBytes = 256 << 10

	// separator stands between texts on their way through the program: a sign that
	// no rule looks at, in a paragraph of its own.
	separator = "\x1e"
	between   = "\n\n" + separator + "\n\n"
)

// Options tune a Translator. The zero value is useful.
type Options struct {
	Program string        // a path; empty: "apertium" on the PATH
	Timeout time.Duration // of one run; 0: DefaultTimeout
	// Parallel is how many runs there are at the same time; 0 means one.
	Parallel int
}

// Translator is Apertium as a process. Its methods may be called concurrently.
type Translator struct {
	program string
	opts    Options

	mu    sync.Mutex
	modes map[translate.Pair]string // as the program calls its pairs; nil: not asked yet
}

var (
	_ translate.Translator = (*Translator)(nil)
	_ translate.PairLister = (*Translator)(nil)
	_ translate.Identifier = (*Translator)(nil)
)

// New makes a Translator, and fails with SERVICE_UNAVAILABLE when the program is not there. opts may be nil.
func New(opts *Options) (*Translator, error) {
	t := &Translator{}
	if opts != nil {
		t.opts = *opts
	}
	if t.opts.Timeout <= 0 {
		t.opts.Timeout = DefaultTimeout
	}
	name := t.opts.Program
	if name == "" {
		name = "apertium"
	}
	var err error
	if t.program, err = exec.LookPath(name); err != nil {
		return nil, fault.Wrap(err, fault.ServiceUnavailable, "Apertium is not installed (Debian: apertium apertium-urd-hin)", nil)
	}
	return t, nil
}

// Identity names the engine.
func (t *Translator) Identity() string { return "apertium" }

// Pairs gives the installed pairs of the registry's languages. The program is asked once.
func (t *Translator) Pairs(ctx context.Context) ([]translate.Pair, error) {
	modes, err := t.installed(ctx)
	if err != nil {
		return nil, err
	}
	pairs := []translate.Pair{}
	for p := range modes {
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(a, b translate.Pair) int {
		return strings.Compare(string(a.Source+a.Target), string(b.Source+b.Target))
	})
	return pairs, nil
}

// modeName is what a pair is called: two languages, and nothing that could be an option.
var modeName = regexp.MustCompile(`^([a-z]{2,3})-([a-z]{2,3})$`)

// installed gives the names of the pairs that the program has. The map is not to be changed.
func (t *Translator) installed(ctx context.Context) (map[translate.Pair]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.modes != nil {
		return t.modes, nil
	}
	list, err := t.run(ctx, "", 64<<10, "-l")
	if err != nil {
		return nil, err
	}
	modes := make(map[translate.Pair]string)
	for name := range strings.FieldsSeq(list) {
		m := modeName.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		source, err1 := lang.Parse(m[1])
		target, err2 := lang.Parse(m[2])
		if err1 == nil && err2 == nil && source != target {
			modes[translate.Pair{Source: source, Target: target}] = name
		}
	}
	t.modes = modes
	return modes, nil
}

// Translate translates plain text and HTML. A glossary is refused: see [translate.NewGlossed].
func (t *Translator) Translate(ctx context.Context, req *translate.Request) (*translate.Result, error) {
	if err := translate.Check(req); err != nil {
		return nil, err
	}
	engine := translate.Engine{Name: "apertium", HTML: true, BatchTexts: batchTexts, BatchBytes: batchBytes, Parallel: t.opts.Parallel}
	format := "txt"
	if req.Format == translate.HTML {
		engine.BatchTexts, format = 1, "html" // a text's open tags are nobody else's
	}
	var mode string
	if len(req.Texts) > 0 && req.Source != req.Target {
		modes, err := t.installed(ctx)
		if err != nil {
			return nil, err
		}
		if engine.Pairs, err = t.Pairs(ctx); err != nil {
			return nil, err
		}
		mode = modes[translate.Pair{Source: req.Source, Target: req.Target}]
	}
	return translate.Batches(ctx, req, &engine, func(ctx context.Context, texts []string) ([]translate.Translation, error) {
		made, err := t.texts(ctx, texts, "-u", "-f", format, mode)
		if err != nil {
			return nil, err
		}
		out := make([]translate.Translation, len(made))
		for i, text := range made {
			out[i].Text = text
		}
		return out, nil
	})
}

// texts runs texts through the program. They are parted by the separator, and
// where they have one themselves, or a NUL, which the program would drop.
func (t *Translator) texts(ctx context.Context, texts []string, args ...string) ([]string, error) {
	var units []string
	for _, text := range texts {
		units = append(units, parts(text)...)
	}
	in := strings.Join(units, between)
	out, err := t.run(ctx, in, 8*len(in)+64<<10, args...)
	if err != nil {
		return nil, err
	}
	made := strings.Split(out, separator)
	if len(made) != len(units) {
		return nil, fault.New(fault.ProcessingFailed, "Apertium lost a part of the texts", nil)
	}
	results := make([]string, len(texts))
	for i, text := range texts {
		n := len(parts(text))
		results[i] = rejoin(text, made[:n])
		made = made[n:]
	}
	return results, nil
}

// parts cuts a text where it has signs that cannot go through the program.
func parts(text string) []string { return strings.FieldsFunc(text, stopper) }

func stopper(r rune) bool { return r == 0 || r == rune(separator[0]) }

// rejoin puts what became of a text's parts where they stood.
func rejoin(text string, made []string) string {
	var out strings.Builder
	for len(text) > 0 {
		if i := strings.IndexFunc(text, stopper); i == 0 {
			out.WriteByte(text[0])
			text = text[1:]
			continue
		} else if i > 0 {
			text = text[i:]
		} else {
			text = ""
		}
		out.WriteString(strings.TrimSpace(made[0]))
		made = made[1:]
	}
	return out.String()
}

// run starts the program with in as its input and gives its output of at most limit bytes.
func (t *Translator) run(ctx context.Context, in string, limit int, args ...string) (string, error) {
	limited, cancel := context.WithTimeout(ctx, t.opts.Timeout)
	defer cancel()
	cmd := exec.CommandContext(limited, t.program, args...)
	cmd.Stdin = strings.NewReader(in)
	out := &bounded{limit: limit, over: cancel}
	cmd.Stdout = out
	cmd.WaitDelay = 2 * time.Second
	inOwnGroup(cmd) // the program is a script: its children have to end with it
	err := cmd.Run()
	switch {
	case err == nil:
		return out.text.String(), nil
	case out.full:
		return "", fault.New(fault.ProcessingFailed, "Apertium answered with more than a translation", nil)
	case errors.Is(ctx.Err(), context.Canceled):
		return "", fault.Wrap(ctx.Err(), fault.ServiceUnavailable, "the request was cancelled", nil)
	case limited.Err() != nil:
		return "", fault.Wrap(limited.Err(), fault.UpstreamTimeout, "Apertium did not answer in time", nil)
	}
	return "", fault.Wrap(fmt.Errorf("apertium: %w", err), fault.Upstream, "Apertium failed", nil)
}

var errTooMuch = errors.New("apertium: the output is too long")

// bounded is a writer that keeps no more than its limit, and calls over instead.
type bounded struct {
	text  bytes.Buffer // not embedded: its ReadFrom knows no limit
	limit int
	over  func()
	full  bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.text.Len()+len(p) > b.limit {
		b.full = true
		b.over()
		return 0, errTooMuch
	}
	return b.text.Write(p)
}
