// Package parse reads uploads and crawled pages into documents: plain text,
// Markdown, HTML, DOCX and the text of PDF files.
//
// A file's format is found by its content; its name and the media type that the
// sender claims only break ties, as between Markdown and plain text. What comes
// out is clean text in the source's own spelling with its structure beside it:
// headings, paragraphs, lists, tables and code as byte spans, and the pages of a
// PDF. Input is hostile until shown otherwise: sizes, pages, nesting and
// decompression are bounded, and whatever goes wrong is a [fault.Error] that
// says what was found and where.
//
//	p := parse.New(nil)
//	doc, err := p.Parse(ctx, &ingest.Item{Name: "notice.html", Body: file})
//
// # PDF
//
// PDF files are read by a [PDFReader]. The default is poppler's pdftotext, run as
// a process of its own, when it is installed. Package parse/pdfium reads them
// without any program installed; it is a package of its own because it makes a
// binary larger:
//
//	var pdf parse.PDFReader = pdfium.New(nil)
//	if p, err := parse.FindPoppler(); err == nil {
//		pdf = p
//	}
//	p := parse.New(&parse.Options{PDF: pdf})
package parse
