package parse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"runtime/debug"
	"strings"
	"time"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// The limits of a Parser whose options do not say otherwise.
const (
	DefaultMaxBytes = 64 << 20 // of the file as it comes
	DefaultMaxText  = 16 << 20 // of the document's text
	DefaultMaxPages = 5000     // of a PDF
)

// Options are a Parser's choices. The zero value is useful.
type Options struct {
	MaxBytes int64     // bytes of a file; 0: DefaultMaxBytes
	MaxText  int       // bytes of a document's text; 0: DefaultMaxText
	MaxPages int       // pages of a PDF; 0: DefaultMaxPages
	PDF      PDFReader // nil: poppler, when it is installed; without one a PDF is an error

	// Detect names the language of a text, or "" when it cannot tell. It is
	// asked when the document itself does not say. Nil: the script alone
	// decides, and only where it is written by one language.
	Detect func(text string) lang.Code
}

// Parser reads files of several formats. It may be used concurrently.
type Parser struct {
	opts Options
}

var _ ingest.Parser = (*Parser)(nil)

// New makes a Parser. Nil options mean the defaults; the options are copied.
// Nothing is started before the first PDF is parsed.
func New(opts *Options) *Parser {
	p := &Parser{}
	if opts != nil {
		p.opts = *opts
	}
	if p.opts.MaxBytes <= 0 {
		p.opts.MaxBytes = DefaultMaxBytes
	}
	if p.opts.MaxText <= 0 {
		p.opts.MaxText = DefaultMaxText
	}
	if p.opts.MaxPages <= 0 {
		p.opts.MaxPages = DefaultMaxPages
	}
	if p.opts.PDF == nil {
		if poppler, err := FindPoppler(); err == nil {
			p.opts.PDF = poppler
		}
	}
	return p
}

// Parse reads the item's body into a document with an empty ID. Text is valid
// UTF-8 without control characters; blocks are in order, do not overlap, and
// are separated by an empty line. What item.Source already says is kept; title,
// language, content type, author and date are filled in where the file says
// them, the title at last from the first heading or the item's name.
//
// The body is read no further than one byte past MaxBytes. Errors carry
// PAYLOAD_TOO_LARGE (the details name the limit) or PROCESSING_FAILED: an empty
// file, an unknown format (detail "detected"), a damaged or encrypted file, a
// text that cannot be decoded (detail "offset"), or no text at all (detail
// "reason" is "no_text": a scanned PDF needs OCR). A cancelled or late context is
// returned as it is.
func (p *Parser) Parse(ctx context.Context, item *ingest.Item) (doc *corpus.Document, err error) {
	defer func() {
		if r := recover(); r != nil {
			doc = nil
			err = fault.Wrap(fmt.Errorf("parse: %v\n%s", r, debug.Stack()), fault.ProcessingFailed, "the file is damaged and cannot be read", nil)
		}
	}()
	data, err := p.read(ctx, item.Body)
	if err != nil {
		return nil, err
	}
	format := sniff(data, item)
	doc = &corpus.Document{Source: item.Source}
	w := &writer{ctx: ctx, max: p.opts.MaxText}
	var meta metadata
	switch format {
	case formatEmpty:
		return nil, failed(nil, "the file is empty", fault.Details{"reason": "empty"})
	case formatText:
		err = parseText(w, data, item)
	case formatMarkdown:
		meta, err = parseMarkdown(w, data, item)
	case formatHTML:
		meta, err = parseHTML(w, data, item)
	case formatDOCX:
		meta, err = parseDOCX(w, data)
	case formatPDF:
		meta, err = p.parsePDF(w, data)
	default:
		return nil, failed(nil, fmt.Sprintf("files of the format %s are not supported", format), fault.Details{"detected": string(format)})
	}
	if err = errors.Join(err, w.err); err != nil {
		return nil, typed(err)
	}
	if w.buf.Len() == 0 {
		return nil, failed(nil, "the file holds no text", fault.Details{"reason": "no_text"})
	}
	doc.Text, doc.Blocks, doc.Pages = w.buf.String(), w.blocks, w.pages
	p.describe(doc, item, format, &meta)
	return doc, nil
}

// read takes in the body, and stops one byte past the limit.
func (p *Parser) read(ctx context.Context, body io.Reader) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	var buf bytes.Buffer
	_, err := buf.ReadFrom(&ctxReader{ctx, io.LimitReader(body, p.opts.MaxBytes+1)})
	if err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("parse: %w", ctx.Err())
		}
		if _, ok := errors.AsType[*fault.Error](err); ok {
			return nil, fmt.Errorf("parse: reading: %w", err)
		}
		return nil, failed(err, "the file could not be read to its end", nil)
	}
	if int64(buf.Len()) > p.opts.MaxBytes {
		return nil, tooLarge("the file is too large", p.opts.MaxBytes, "max_bytes")
	}
	return buf.Bytes(), nil
}

type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *ctxReader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(b)
}

// metadata is what a file says of itself, besides its text.
type metadata struct {
	title, author, language string
	published               time.Time
	images                  []corpus.Image
	events                  []corpus.Event
}

// describe fills in what the item's source left empty.
func (p *Parser) describe(doc *corpus.Document, item *ingest.Item, format format, m *metadata) {
	doc.ContentType = string(format)
	doc.Images, doc.Events = m.images, m.events
	if doc.Author == "" {
		doc.Author = cleanLine(m.author)
	}
	if doc.PublishedAt.IsZero() {
		doc.PublishedAt = m.published
	}
	if doc.Title == "" {
		doc.Title = cleanLine(m.title)
	}
	if doc.Title == "" {
		doc.Title = firstHeading(doc)
	}
	if doc.Title == "" {
		doc.Title = titleFromName(item.Name)
	}
	if doc.Language == "" {
		doc.Language = p.language(doc.Text, m.language)
	}
}

// firstHeading gives the first heading, when it stands near the beginning.
func firstHeading(doc *corpus.Document) string {
	for i, b := range doc.Blocks {
		if b.Kind == corpus.Heading {
			return cleanLine(b.In(doc.Text))
		}
		if i == 4 {
			break
		}
	}
	return ""
}

// titleFromName gives a file name or the last part of a URL without its extension.
func titleFromName(name string) string {
	name, _, _ = strings.Cut(name, "?")
	name = path.Base(strings.TrimRight(strings.ReplaceAll(name, `\`, "/"), "/"))
	if ext := path.Ext(name); len(ext) > 1 && len(ext) <= 9 && len(ext) < len(name) {
		name = strings.TrimSuffix(name, ext)
	}
	if name == "." || name == "/" {
		return ""
	}
	return cleanLine(name)
}

func failed(cause error, message string, details fault.Details) error {
	return fault.Wrap(cause, fault.ProcessingFailed, message, details)
}

func tooLarge(message string, limit int64, name string) error {
	return fault.New(fault.PayloadTooLarge, message, fault.Details{"limit": limit, "limit_name": name})
}

// typed gives every error a code of the contract; context errors have theirs.
func typed(err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("parse: %w", err)
	}
	return failed(err, "the file is damaged and cannot be read", nil)
}
