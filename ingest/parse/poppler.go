package parse

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// DefaultPDFTimeout is how long one run of pdftotext may take.
const DefaultPDFTimeout = 2 * time.Minute

// maxLayoutRatio bounds how many bytes of layout pdftotext may print for each
// byte of text that is allowed.
const maxLayoutRatio = 64

// Poppler reads PDF files by running pdftotext, of the poppler project, once for
// each. The file goes in by standard input and the words with their places come
// out, so that nothing is written to disk; the process sees none of the caller's
// environment and is killed when the context ends. It may be used concurrently.
type Poppler struct {
	path    string
	timeout time.Duration
}

var _ PDFReader = (*Poppler)(nil)

// FindPoppler looks for pdftotext in the PATH. The error says what to install.
func FindPoppler() (*Poppler, error) {
	path, err := exec.LookPath("pdftotext")
	if err != nil {
		return nil, fmt.Errorf("parse: pdftotext is not installed (package poppler-utils): %w", err)
	}
	return NewPoppler(path, 0), nil
}

// NewPoppler uses the pdftotext at path. A timeout of 0 is DefaultPDFTimeout.
func NewPoppler(path string, timeout time.Duration) *Poppler {
	if timeout <= 0 {
		timeout = DefaultPDFTimeout
	}
	return &Poppler{path: path, timeout: timeout}
}

// ReadPDF implements [PDFReader].
func (p *Poppler) ReadPDF(ctx context.Context, data []byte, limits PDFLimits) (*PDF, error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, "-bbox-layout", "-enc", "UTF-8", "-l", strconv.Itoa(limits.Pages+1), "-", "-")
	cmd.Stdin = bytes.NewReader(data)
	cmd.Env = []string{"LC_ALL=C"}
	cmd.WaitDelay = time.Second
	stderr := &headBuffer{max: 4 << 10}
	cmd.Stderr = stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("parse: starting pdftotext: %w", err)
	}
	layout, readErr := readLayout(stdout, limits)
	if readErr != nil {
		cancel() // the process may still be writing
	}
	waitErr := cmd.Wait()
	switch {
	case errors.Is(readErr, ErrPDFPages), errors.Is(readErr, ErrPDFText):
		return nil, readErr
	case ctx.Err() != nil && readErr == nil:
		return nil, ctx.Err()
	case strings.Contains(stderr.String(), "Incorrect password"):
		return nil, ErrPDFEncrypted
	case strings.Contains(stderr.String(), "not allowed"):
		return nil, fmt.Errorf("%w: its owner does not allow copying", ErrPDFEncrypted)
	case waitErr != nil || readErr != nil:
		return nil, fmt.Errorf("%w: %w: %s", ErrPDFDamaged, errors.Join(waitErr, readErr), stderr)
	case len(layout.pages) == 0:
		return nil, fmt.Errorf("%w: it has no pages: %s", ErrPDFDamaged, stderr)
	}
	return layout.pdf(), nil
}

// headBuffer keeps the first bytes that are written to it.
type headBuffer struct {
	buf bytes.Buffer
	max int
}

func (h *headBuffer) Write(b []byte) (int, error) {
	h.buf.Write(b[:min(len(b), h.max-h.buf.Len())])
	return len(b), nil
}

func (h *headBuffer) String() string { return strings.TrimSpace(h.buf.String()) }

// layout is what pdftotext -bbox-layout prints: words in lines in blocks on pages.
type layout struct {
	title, author, created string
	pages                  [][]layoutLine
}

type layoutLine struct {
	block int
	words []layoutWord
}

type layoutWord struct {
	text           string
	x0, y0, x1, y1 float64
}

// readLayout reads pdftotext's output as it comes; each tag stands on a line of its own.
func readLayout(r io.Reader, limits PDFLimits) (*layout, error) {
	l := &layout{}
	raw := &io.LimitedReader{R: r, N: maxLayoutRatio*int64(limits.Text) + 1<<20}
	lines := bufio.NewScanner(raw)
	lines.Buffer(make([]byte, 64<<10), 4<<20)
	block, text := 0, 0
	for lines.Scan() {
		s := strings.TrimSpace(lines.Text())
		switch {
		case strings.HasPrefix(s, "<word "):
			w, ok := parseWord(s)
			if !ok || len(l.pages) == 0 {
				continue
			}
			if text += len(w.text) + 1; text > limits.Text {
				return l, ErrPDFText
			}
			l.add(w)
		case strings.HasPrefix(s, "<line "):
			if n := len(l.pages); n > 0 {
				l.pages[n-1] = append(l.pages[n-1], layoutLine{block: block})
			}
		case strings.HasPrefix(s, "<block "):
			block++
		case strings.HasPrefix(s, "<page "):
			if len(l.pages) == limits.Pages {
				return l, ErrPDFPages
			}
			l.pages = append(l.pages, nil)
		case len(l.pages) == 0:
			l.head(s)
		}
	}
	if raw.N <= 0 {
		return l, ErrPDFText
	}
	return l, lines.Err()
}

// add puts a word behind the last one, on a page that has a line.
func (l *layout) add(w layoutWord) {
	page := l.pages[len(l.pages)-1]
	if n := len(page); n > 0 {
		page[n-1].words = append(page[n-1].words, w)
	}
}

// head reads the title and the meta elements.
func (l *layout) head(s string) {
	if t, ok := strings.CutPrefix(s, "<title>"); ok {
		t, _, _ = strings.Cut(t, "</title>")
		l.title = html.UnescapeString(t)
		return
	}
	name, ok := attribute(s, `<meta name="`)
	if !ok {
		return
	}
	content, _ := attribute(s, ` content="`)
	switch name {
	case "Author":
		l.author = html.UnescapeString(content)
	case "CreationDate":
		l.created = content
	}
}

// attribute gives what stands behind prefix up to the next quote.
func attribute(s, prefix string) (string, bool) {
	_, s, ok := strings.Cut(s, prefix)
	if !ok {
		return "", false
	}
	return s[:max(0, strings.IndexByte(s, '"'))], true
}

func parseWord(s string) (layoutWord, bool) {
	var w layoutWord
	for _, f := range []struct {
		prefix string
		to     *float64
	}{{` xMin="`, &w.x0}, {` yMin="`, &w.y0}, {` xMax="`, &w.x1}, {` yMax="`, &w.y1}} {
		v, _ := attribute(s, f.prefix)
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
			return w, false
		}
		*f.to = n
	}
	_, text, ok := strings.Cut(s, `">`)
	text = strings.TrimSuffix(text, "</word>")
	if strings.IndexByte(text, '&') >= 0 {
		text = html.UnescapeString(text)
	}
	w.text = strings.ToValidUTF8(text, "\ufffd")
	return w, ok && w.text != ""
}

// pdf joins the words of each line.
func (l *layout) pdf() *PDF {
	spaces := learnSpaces(l.pages)
	out := &PDF{Title: l.title, Author: l.author, Created: parseDate(l.created), Pages: make([]PDFPage, len(l.pages))}
	for i, page := range l.pages {
		for _, line := range page {
			if len(line.words) == 0 {
				continue
			}
			out.Pages[i].Lines = append(out.Pages[i].Lines, line.join(spaces))
		}
	}
	return out
}
