package parse

import (
	"archive/zip"
	"bytes"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/akshara-go/akshara/ingest"
)

// format is the media type that was found in a file's content.
type format string

const (
	formatEmpty    format = ""
	formatText     format = "text/plain"
	formatMarkdown format = "text/markdown"
	formatHTML     format = "text/html"
	formatDOCX     format = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	formatPDF      format = "application/pdf"
	formatXML      format = "application/xml"
	formatRTF      format = "application/rtf"
	formatOLE      format = "application/x-ole-storage" // Word, Excel and PowerPoint before 2007, and encrypted files of today
	formatZip      format = "application/zip"
	formatBinary   format = "application/octet-stream"
)

// sniff finds the format of data; name and claimed type decide only between
// formats that look alike.
func sniff(data []byte, item *ingest.Item) format {
	head := data[:min(len(data), 4096)]
	switch {
	case len(bytes.Trim(data, "\xef\xbb\xbf \t\r\n\f\v\x00")) == 0:
		return formatEmpty
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")):
		return formatPDF
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return sniffZip(data)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return formatOLE
	case bytes.HasPrefix(head, []byte(`{\rtf`)):
		return formatRTF
	}
	utf16 := utf16BOM(head) != nil
	if !utf16 {
		found, _, _ := mime.ParseMediaType(http.DetectContentType(head))
		if !strings.HasPrefix(found, "text/") {
			return format(found)
		}
		if bytes.IndexByte(data, 0) >= 0 {
			return formatBinary
		}
	} else {
		head = utf8Head(head)
	}
	return sniffText(head, item)
}

var (
	rxLeading  = regexp.MustCompile(`^(?s:\x{feff}|\s|<!--.*?-->|<\?[^>]*\?>)+`)
	rxHTMLOpen = regexp.MustCompile(`^(?i)<(!doctype\s+html|(html|head|body|title|meta|link|script|style|base|div|p|h[1-6]|table|tr|td|ul|ol|li|dl|section|article|main|header|footer|nav|aside|span|a|b|i|em|strong|font|center|br|hr|img|form|pre|blockquote|figure|iframe|noscript)[\s/>])`)
	rxAnyTag   = regexp.MustCompile(`(?i)</?[a-z][a-z0-9]*[\s/>]`)
	rxXMLDecl  = regexp.MustCompile(`^\s*<\?xml\s`)
)

// sniffText tells HTML, XML, Markdown and plain text apart.
func sniffText(head []byte, item *ingest.Item) format {
	claimed, _, _ := mime.ParseMediaType(item.ContentType)
	ext := strings.ToLower(path.Ext(item.Name))
	start := rxLeading.ReplaceAll(head, nil)
	switch {
	case rxHTMLOpen.Match(start):
		return formatHTML
	case bytes.HasPrefix(start, []byte("<!--")) && rxAnyTag.Match(start):
		return formatHTML // a comment longer than what was looked at
	case rxXMLDecl.Match(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))):
		return formatXML
	case (claimed == "text/html" || claimed == "application/xhtml+xml" || ext == ".html" || ext == ".htm" || ext == ".xhtml") && rxAnyTag.Match(head):
		return formatHTML
	case claimed == "text/markdown", claimed == "text/x-markdown", ext == ".md", ext == ".markdown", ext == ".mdown":
		return formatMarkdown
	case ext == ".txt", ext == ".text":
		return formatText
	case claimed != "text/plain" && looksLikeMarkdown(head):
		return formatMarkdown
	}
	return formatText
}

var markdownSigns = []*regexp.Regexp{
	regexp.MustCompile(`(?m)^#{1,6} \S`),
	regexp.MustCompile("(?m)^(```|~~~)"),
	regexp.MustCompile(`(?m)^\s{0,3}[-*+] \S`),
	regexp.MustCompile(`\[[^\]\n]+\]\([^)\n]+\)`),
	regexp.MustCompile(`(?m)^\|?\s*:?-{3,}:?\s*\|`),
	regexp.MustCompile(`\*\*[^*\n]+\*\*`),
	regexp.MustCompile(`\A(\x{feff})?---\r?\n(?s:.)*?^title:`),
}

// looksLikeMarkdown asks for two different signs, as one alone stands in many plain texts.
func looksLikeMarkdown(head []byte) bool {
	n := 0
	for _, rx := range markdownSigns {
		if rx.Match(head) {
			n++
		}
	}
	return n >= 2
}

// maxZipEntries bounds the directory of an archive before it is read into memory.
const maxZipEntries = 10_000

// sniffZip names what an archive holds, by the entries that its format demands.
// One with too many entries is left to the reader of DOCX to refuse.
func sniffZip(data []byte) format {
	if zipEntries(data) > maxZipEntries {
		return formatDOCX
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		if bytes.Contains(data[:min(len(data), 4096)], []byte("[Content_Types].xml")) {
			return formatDOCX
		}
		return formatZip
	}
	for _, f := range z.File {
		switch {
		case strings.HasPrefix(f.Name, "word/"):
			return formatDOCX
		case strings.HasPrefix(f.Name, "xl/"):
			return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		case strings.HasPrefix(f.Name, "ppt/"):
			return "application/vnd.openxmlformats-officedocument.presentationml.presentation"
		case f.Name == "META-INF/container.xml":
			return "application/epub+zip"
		case f.Name == "content.xml":
			return "application/vnd.oasis.opendocument.text"
		}
	}
	return formatZip
}

// zipEntries counts the headers of an archive's directory, whatever its end claims.
func zipEntries(data []byte) int { return bytes.Count(data, []byte("PK\x01\x02")) }
