// Package pdfium reads the text of PDF files with PDFium, compiled to
// WebAssembly and run inside the process: no program has to be installed, and a
// file that breaks PDFium cannot reach beyond its sandbox, which sees no file
// system. It makes a binary some 11 MB larger.
//
//	pdf := pdfium.New(nil)
//	defer pdf.Close()
//	p := parse.New(&parse.Options{PDF: pdf})
//
// The first file pays for compiling PDFium, some seconds; with a cache directory
// later processes do not.
package pdfium

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	gopdfium "github.com/klippa-app/go-pdfium"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/akshara-go/akshara/ingest/parse"
)

// Options are a Reader's choices. The zero value is useful.
type Options struct {
	Workers  int           // files read at once, each in an instance of its own; 0: 2
	CacheDir string        // keeps the compiled PDFium between processes; "": nothing is kept
	Timeout  time.Duration // for one file; 0: parse.DefaultPDFTimeout
}

// Reader reads PDF files. It may be used concurrently. It starts PDFium at the
// first file and holds it until Close.
type Reader struct {
	opts  Options
	slots chan struct{} // one for each file that is being read

	mu     sync.Mutex
	cache  wazero.CompilationCache
	idle   []*engine
	closed bool
}

var _ parse.PDFReader = (*Reader)(nil)

// errClosed is what a Reader answers after Close.
var errClosed = errors.New("pdfium: the reader is closed")

// New makes a Reader; nil options mean the defaults. Nothing is started yet.
func New(opts *Options) *Reader {
	r := &Reader{}
	if opts != nil {
		r.opts = *opts
	}
	if r.opts.Workers <= 0 {
		r.opts.Workers = 2
	}
	if r.opts.Timeout <= 0 {
		r.opts.Timeout = parse.DefaultPDFTimeout
	}
	r.slots = make(chan struct{}, r.opts.Workers)
	return r
}

// Close waits for the files that are being read, and gives back all that PDFium holds.
func (r *Reader) Close() error {
	for range cap(r.slots) {
		r.slots <- struct{}{}
	}
	defer func() {
		for range cap(r.slots) {
			<-r.slots
		}
	}()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	var err error
	for _, e := range r.idle {
		err = errors.Join(err, e.close())
	}
	r.idle = nil
	if r.cache != nil {
		err = errors.Join(err, r.cache.Close(context.Background()))
		r.cache = nil
	}
	return err
}

// engine is one PDFium. Cancelling its context stops it in the middle of what it
// does, after which it is of no more use.
type engine struct {
	pool   gopdfium.Pool
	cancel context.CancelFunc
}

func (e *engine) close() error {
	defer e.cancel()
	return e.pool.Close()
}

// take gives an engine that is idle, or starts one. Compiled code is shared.
func (r *Reader) take() (*engine, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errClosed
	}
	if n := len(r.idle); n > 0 {
		e := r.idle[n-1]
		r.idle = r.idle[:n-1]
		return e, nil
	}
	if r.cache == nil && r.opts.CacheDir == "" {
		r.cache = wazero.NewCompilationCache()
	} else if r.cache == nil {
		cache, err := wazero.NewCompilationCacheWithDir(r.opts.CacheDir)
		if err != nil {
			return nil, fmt.Errorf("pdfium: cache: %w", err)
		}
		r.cache = cache
	}
	ctx, cancel := context.WithCancel(context.Background())
	pool, err := webassembly.Init(webassembly.Config{
		Context: ctx,
		MaxIdle: 1, MaxTotal: 1,
		FSConfig: wazero.NewFSConfig(), Stdout: io.Discard, Stderr: io.Discard,
		RuntimeConfig: wazero.NewRuntimeConfig().WithCompilationCache(r.cache).WithCloseOnContextDone(true).
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling),
	})
	if err != nil {
		cancel()
		return nil, fmt.Errorf("pdfium: starting: %w", err)
	}
	return &engine{pool: pool, cancel: cancel}, nil
}

// ReadPDF implements [parse.PDFReader].
func (r *Reader) ReadPDF(ctx context.Context, data []byte, limits parse.PDFLimits) (*parse.PDF, error) {
	ctx, cancel := context.WithTimeout(ctx, r.opts.Timeout)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	e, err := r.take()
	if err != nil {
		return nil, err
	}
	watch := context.AfterFunc(ctx, e.cancel)
	pdf, err := e.read(ctx, data, limits)
	if !watch() { // the engine is stopped, or about to be
		_ = e.close() // what a stopped engine says at its end is of no interest
		return nil, ctx.Err()
	}
	r.mu.Lock()
	r.idle = append(r.idle, e)
	r.mu.Unlock()
	return pdf, err
}

// read reads one file in an instance of its own.
func (e *engine) read(ctx context.Context, data []byte, limits parse.PDFLimits) (*parse.PDF, error) {
	instance, err := e.pool.GetInstanceWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("pdfium: %w", err)
	}
	w := &worker{ctx: ctx, p: instance, limits: limits}
	pdf, err := w.read(data)
	return pdf, errors.Join(err, instance.Close())
}

// worker reads one file in one instance of PDFium.
type worker struct {
	ctx    context.Context
	p      gopdfium.Pdfium
	limits parse.PDFLimits
	doc    references.FPDF_DOCUMENT
	text   int
}

func (w *worker) read(data []byte) (pdf *parse.PDF, err error) {
	defer func() {
		if v := recover(); v != nil {
			pdf, err = nil, fmt.Errorf("%w: pdfium: %v", parse.ErrPDFDamaged, v)
		}
	}()
	doc, err := w.p.OpenDocument(&requests.OpenDocument{File: &data})
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword), errors.Is(err, pdfiumerrors.ErrSecurity):
		return nil, parse.ErrPDFEncrypted
	case err != nil:
		return nil, fmt.Errorf("%w: pdfium: %w", parse.ErrPDFDamaged, err)
	}
	w.doc = doc.Document
	defer w.p.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: w.doc})
	count, err := w.p.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: w.doc})
	if err != nil {
		return nil, fmt.Errorf("%w: pdfium: %w", parse.ErrPDFDamaged, err)
	}
	if count.PageCount > w.limits.Pages {
		return nil, parse.ErrPDFPages
	}
	pdf = &parse.PDF{Title: w.info("Title"), Author: w.info("Author"), Created: parse.PDFDate(w.info("CreationDate"))}
	for i := range count.PageCount {
		page, err := w.page(i)
		if err != nil {
			return nil, err
		}
		pdf.Pages = append(pdf.Pages, *page)
	}
	return pdf, nil
}

func (w *worker) info(tag string) string {
	m, err := w.p.FPDF_GetMetaText(&requests.FPDF_GetMetaText{Document: w.doc, Tag: tag})
	if err != nil {
		return "" // a file need not say
	}
	return m.Value
}

// page reads the lines of one page.
func (w *worker) page(i int) (*parse.PDFPage, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	damaged := func(err error) error {
		return fmt.Errorf("%w: pdfium: page %d: %w", parse.ErrPDFDamaged, i+1, err)
	}
	loaded, err := w.p.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: w.doc, Index: i})
	if err != nil {
		return nil, damaged(err)
	}
	defer w.p.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
	page := requests.Page{ByReference: &loaded.Page}
	text, err := w.p.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: page})
	if err != nil {
		return nil, damaged(err)
	}
	defer w.p.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage})
	r := &pageReader{worker: w, page: page, text: text.TextPage}
	lines, err := r.lines()
	if err != nil {
		return nil, damaged(err)
	}
	for _, l := range lines {
		w.text += len(l.Text) + 1
	}
	if w.text > w.limits.Text {
		return nil, parse.ErrPDFText
	}
	return &parse.PDFPage{Lines: lines}, nil
}
