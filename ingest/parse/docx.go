package parse

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
)

// What an Office file may unpack to. Text in XML packs to a twentieth; a bomb to
// a thousandth.
const (
	maxUnpacked  = 256 << 20 // bytes of all parts that are read
	maxRatio     = 250       // unpacked to packed, of one part
	freeUnpacked = 4 << 20   // bytes that a part may have at any ratio
	maxXMLDepth  = 256
)

// parseDOCX reads a word processor's file (ECMA-376, also its strict form): the
// body with foot- and endnotes behind it, headings by outline level or style,
// lists, tables, and the core properties. Deleted and hidden text is left out.
func parseDOCX(w *writer, data []byte) (metadata, error) {
	var m metadata
	if n := zipEntries(data); n > maxZipEntries {
		return m, tooLarge("the archive has too many entries", maxZipEntries, "max_entries")
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return m, failed(err, "the file is damaged: its archive cannot be opened", nil)
	}
	p := &docxPackage{files: make(map[string]*zip.File, len(z.File)), w: w}
	for _, f := range z.File {
		p.files[strings.ToLower(strings.TrimPrefix(f.Name, "/"))] = f
	}
	main := p.mainPart()
	if p.files[main] == nil {
		return m, failed(nil, "the file is damaged: it has no document part", nil)
	}
	dir := main[:strings.LastIndexByte(main, '/')+1]
	d := &docxReader{w: w}
	if d.styles, err = p.styles(dir + "styles.xml"); err != nil {
		return m, err
	}
	for _, name := range []string{main, dir + "footnotes.xml", dir + "endnotes.xml"} {
		if err := p.walk(name, d); err != nil {
			return m, err
		}
		d.finish()
	}
	m, err = p.properties("docprops/core.xml")
	setFirst(&m.title, d.title)
	return m, err
}

// docxPackage opens the parts of a file and counts what they unpack to.
type docxPackage struct {
	files map[string]*zip.File // by lower-case name
	used  int64
	w     *writer
}

// xmlVisitor is told the elements of a part in order.
type xmlVisitor interface {
	start(name string, attrs []xml.Attr)
	text(s string)
	end(name string)
}

// walk reads one part. A part that is not there is empty.
func (p *docxPackage) walk(name string, v xmlVisitor) error {
	f := p.files[strings.ToLower(name)]
	if f == nil {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return failed(err, fmt.Sprintf("the file is damaged: its part %q cannot be opened", name), nil)
	}
	defer r.Close()
	dec := xml.NewDecoder(&unpackReader{r: r, p: p, packed: int64(f.CompressedSize64)})
	dec.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("encoding %q", label)
	}
	for depth := 0; !p.w.done(); {
		t, err := dec.RawToken()
		if err == io.EOF && depth == 0 {
			return nil
		}
		if err != nil {
			if _, ok := errors.AsType[*fault.Error](err); ok {
				return err
			}
			return failed(err, fmt.Sprintf("the file is damaged: its part %q ends or errs at byte %d", name, dec.InputOffset()), nil)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > maxXMLDepth {
				return failed(nil, "the file is damaged: it is nested too deep", fault.Details{"limit": maxXMLDepth})
			}
			v.start(t.Name.Local, t.Attr)
		case xml.EndElement:
			depth--
			v.end(t.Name.Local)
		case xml.CharData:
			v.text(string(t))
		}
	}
	return p.w.err
}

// unpackReader stops a part that unpacks to more than it should.
type unpackReader struct {
	r      io.Reader
	p      *docxPackage
	packed int64
	n      int64
}

func (r *unpackReader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	r.n += int64(n)
	r.p.used += int64(n)
	if r.p.used > maxUnpacked {
		return n, tooLarge("the archive unpacks to too much", maxUnpacked, "max_unpacked")
	}
	if r.n > freeUnpacked && r.n > maxRatio*r.packed {
		return n, tooLarge("the archive unpacks to far more than it holds", maxRatio, "max_ratio")
	}
	return n, err
}

// mainPart finds the document by its content type; most files call it word/document.xml.
func (p *docxPackage) mainPart() string {
	types := &contentTypes{part: "word/document.xml"}
	if p.walk("[Content_Types].xml", types) != nil {
		return "word/document.xml"
	}
	return types.part
}

type contentTypes struct{ part string }

func (c *contentTypes) start(name string, attrs []xml.Attr) {
	t := xmlAttr(attrs, "ContentType")
	if name == "Override" && strings.Contains(t, "word") && strings.HasSuffix(t, "main+xml") {
		c.part = strings.ToLower(strings.TrimPrefix(xmlAttr(attrs, "PartName"), "/"))
	}
}
func (c *contentTypes) text(string) {}
func (c *contentTypes) end(string)  {}

// properties reads the Dublin Core of a file.
func (p *docxPackage) properties(name string) (metadata, error) {
	c := &coreProperties{values: map[string]string{}}
	if err := p.walk(name, c); fault.CodeOf(err) == fault.PayloadTooLarge {
		return metadata{}, err // what else is wrong with the properties does not harm the text
	}
	return metadata{title: c.values["title"], author: c.values["creator"], language: c.values["language"], published: parseDate(c.values["created"])}, nil
}

type coreProperties struct {
	values map[string]string
	in     string
}

func (c *coreProperties) start(name string, _ []xml.Attr) { c.in = name }
func (c *coreProperties) end(string)                      { c.in = "" }
func (c *coreProperties) text(s string) {
	switch c.in {
	case "title", "creator", "language", "created":
		if len(c.values[c.in])+len(s) <= maxMetaText {
			c.values[c.in] += s
		}
	}
}

func xmlAttr(attrs []xml.Attr, local string) string {
	for _, a := range attrs {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// docxStyle is what a paragraph style says of structure.
type docxStyle struct {
	level int // of a heading, from 1; 0: none; -1: body text
	title bool
	list  bool
	base  string
}

// maxStyleChain bounds how far a style's bases are followed.
const maxStyleChain = 16

type docxStyles map[string]docxStyle

// find gives a style with what it takes from the styles it is based on.
func (s docxStyles) find(id string) docxStyle {
	found := s[id]
	for n, base := 0, found.base; base != "" && n < maxStyleChain; n++ {
		b := s[base]
		if found.level == 0 {
			found.level = b.level
		}
		found.list = found.list || b.list
		base = b.base
	}
	return found
}

func (p *docxPackage) styles(name string) (docxStyles, error) {
	r := &styleReader{styles: docxStyles{}}
	return r.styles, p.walk(name, r)
}

type styleReader struct {
	styles docxStyles
	id     string
	style  docxStyle
}

func (r *styleReader) start(name string, attrs []xml.Attr) {
	val := xmlAttr(attrs, "val")
	switch name {
	case "style":
		r.id, r.style = xmlAttr(attrs, "styleId"), docxStyle{}
	case "name": // built-in styles keep their English names in every language
		n := strings.ToLower(val)
		r.style.title = n == "title"
		if l, ok := strings.CutPrefix(n, "heading "); ok && len(l) == 1 && l[0] >= '1' && l[0] <= '9' {
			r.style.level = int(l[0] - '0')
		}
	case "basedOn":
		r.style.base = val
	case "outlineLvl":
		if l := outlineLevel(val); l != 0 {
			r.style.level = l
		}
	case "numPr":
		r.style.list = true
	}
}

func (r *styleReader) text(string) {}

func (r *styleReader) end(name string) {
	if name == "style" && r.id != "" {
		r.styles[r.id] = r.style
		r.id = ""
	}
}

// outlineLevel reads w:outlineLvl: 0 to 8 are headings, 9 is body text.
func outlineLevel(val string) int {
	switch {
	case val == "9":
		return -1
	case len(val) == 1 && val[0] >= '0' && val[0] < '9':
		return int(val[0]-'0') + 1
	}
	return 0
}

var _ xmlVisitor = (*docxReader)(nil)

// kindOf tells what block a paragraph is.
func (d *docxReader) kindOf(p *docxParagraph) (corpus.BlockKind, int) {
	style := d.styles.find(p.style)
	level := style.level
	if p.outline != 0 {
		level = p.outline
	}
	switch {
	case level > 0:
		return corpus.Heading, level
	case style.title:
		return corpus.Heading, 1
	case p.list || style.list && !p.noList:
		return corpus.List, 0
	}
	return corpus.Paragraph, 0
}
