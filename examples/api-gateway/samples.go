package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

//go:embed corpus
var sampleFiles embed.FS

//go:embed web
var webFiles embed.FS

// page gives the files of the page.
func page() fs.FS {
	files, err := fs.Sub(webFiles, "web")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return files
}

// sample is an entry of corpus/index.json.
type sample struct {
	File       string    `json:"file"`
	Title      string    `json:"title"`
	Language   lang.Code `json:"language"`
	URL        string    `json:"url"`
	SourceSite string    `json:"source_site"`
	Published  string    `json:"published_date"`
	Tags       []string  `json:"tags"`
}

// takeInSamples takes the sample corpus into a folder that has not had it. It
// is done once: a sample that was deleted stays so. An interrupted start goes
// on where it was, since every sample has an id of its own.
//
// Where pdfium has to read the samples that are PDFs, they follow while the
// gateway answers already: compiling pdfium for the first time takes seconds.
func (p *parts) takeInSamples(ctx context.Context, dir string) error {
	samples, err := manifest()
	if err != nil {
		return err
	}
	isPDF := func(s sample) bool { return path.Ext(s.File) == ".pdf" }
	if err := p.takeInOnce(ctx, filepath.Join(dir, "samples.done"), slices.DeleteFunc(slices.Clone(samples), isPDF)); err != nil {
		return err
	}
	pdfs := func(ctx context.Context) error {
		return p.takeInOnce(ctx, filepath.Join(dir, "samples-pdf.done"), slices.DeleteFunc(samples, func(s sample) bool { return !isPDF(s) }))
	}
	if !p.ownPDF {
		return pdfs(ctx)
	}
	p.later.Go(func() {
		if err := pdfs(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("the samples that are PDFs are missing", "error", err)
		}
		debug.FreeOSMemory() // compiling has left hundreds of megabytes of garbage
	})
	return nil
}

// takeInOnce takes samples in, unless the file done says that they were.
func (p *parts) takeInOnce(ctx context.Context, done string, samples []sample) error {
	if exists(done) {
		return nil
	}
	for _, s := range samples {
		if err := p.takeIn(ctx, &s); err != nil {
			return fmt.Errorf("sample %s: %w", s.File, err)
		}
	}
	return os.WriteFile(done, nil, 0o600)
}

func manifest() ([]sample, error) {
	data, err := sampleFiles.ReadFile("corpus/index.json")
	if err != nil {
		return nil, err
	}
	var samples []sample
	return samples, json.Unmarshal(data, &samples)
}

func (p *parts) takeIn(ctx context.Context, s *sample) error {
	data, err := sampleFiles.ReadFile(path.Join("corpus", s.File))
	if err != nil {
		return err
	}
	published, err := time.Parse(time.DateOnly, s.Published)
	if err != nil {
		return err
	}
	doc, err := p.documents.Parser.Parse(ctx, &ingest.Item{
		Name: s.File, Body: bytes.NewReader(data),
		Source: corpus.Source{Title: s.Title, URL: s.URL, SourceSite: s.SourceSite, Language: s.Language, PublishedAt: published, Tags: s.Tags},
	})
	if err != nil {
		return err
	}
	doc.ID, doc.CreatedAt = sampleID(s.File), published
	return p.documents.Put(ctx, doc)
}

// sampleID gives a sample the same UUID in every installation.
func sampleID(file string) string {
	sum := sha256.Sum256([]byte("akshara sample " + file))
	b := sum[:16]
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
