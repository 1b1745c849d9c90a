package parse

import (
	"encoding/xml"
	"strings"
	"unicode/utf8"

	"github.com/akshara-go/akshara/rag/corpus"
)

// docxReader turns the elements of WordprocessingML into blocks.
type docxReader struct {
	w      *writer
	styles docxStyles
	title  string // of the first paragraph in the style Title

	para  docxParagraph
	outer []docxParagraph // paragraphs that a text box interrupts
	run   struct{ props, hidden, text bool }
	skip  int // depth inside of what is left out

	items  []string
	tables []docxTable
}

type docxParagraph struct {
	text    []byte
	open    bool
	props   bool // inside its properties
	style   string
	outline int
	list    bool
	noList  bool // numId 0 takes the style's list away
	indent  int
}

type docxTable struct {
	rows, row []string
	cell      []byte
}

// left out: deleted text, field codes, the fallback of what was already read, and
// the contents that Word generates from headings.
func docxSkips(name string) bool {
	switch name {
	case "del", "moveFrom", "delText", "instrText", "Fallback", "sectPr", "pPrChange", "rPrChange", "tblPr", "trPr", "tcPr":
		return true
	}
	return false
}

func (d *docxReader) start(name string, attrs []xml.Attr) {
	if d.skip > 0 || docxSkips(name) {
		d.skip++
		return
	}
	switch name {
	case "p":
		if d.para.open {
			d.outer = append(d.outer, d.para)
		}
		d.para = docxParagraph{open: true}
	case "pPr":
		d.para.props = true
	case "rPr":
		d.run.props = true
	case "r":
		d.run.hidden = false
	case "t":
		d.run.text = !d.run.hidden
	case "tab":
		if !d.para.props {
			d.para.text = append(d.para.text, ' ')
		}
	case "br", "cr":
		d.para.text = utf8.AppendRune(d.para.text, lineBreak)
	case "noBreakHyphen":
		d.para.text = append(d.para.text, '-')
	case "tbl":
		d.flushList()
		d.tables = append(d.tables, docxTable{})
	default:
		d.property(name, attrs)
	}
}

// property reads what stands in the properties of a paragraph or run.
func (d *docxReader) property(name string, attrs []xml.Attr) {
	val := xmlAttr(attrs, "val")
	switch {
	case name == "vanish" && !d.para.props:
		d.run.hidden = val != "0" && val != "false" && val != "off"
	case !d.para.props:
	case name == "pStyle":
		d.para.style = val
	case name == "outlineLvl":
		d.para.outline = outlineLevel(val)
	case name == "numId":
		d.para.list, d.para.noList = val != "0", val == "0"
	case name == "ilvl":
		if l := outlineLevel(val); l > 0 {
			d.para.indent = l - 1
		}
	}
}

func (d *docxReader) text(s string) {
	if d.skip == 0 && d.run.text {
		d.para.text = append(d.para.text, s...)
	}
}

func (d *docxReader) end(name string) {
	if d.skip > 0 {
		d.skip--
		return
	}
	switch name {
	case "pPr":
		d.para.props = false
	case "rPr":
		d.run.props = false
	case "r":
		d.run.hidden = false
	case "t":
		d.run.text = false
	case "p":
		d.endParagraph()
	case "tc":
		d.endCell()
	case "tr":
		d.endRow()
	case "tbl":
		d.endTable()
	}
}

func (d *docxReader) endParagraph() {
	p := d.para
	text := string(p.text)
	d.para = docxParagraph{}
	if n := len(d.outer); n > 0 { // back in the paragraph that a text box interrupted
		d.para = d.outer[n-1]
		d.outer = d.outer[:n-1]
	}
	if n := len(d.tables); n > 0 {
		t := &d.tables[n-1]
		t.cell = append(append(t.cell, text...), ' ')
		return
	}
	kind, level := d.kindOf(&p)
	if kind == corpus.List {
		if item := cleanLine(text); item != "" {
			d.items = append(d.items, strings.Repeat("  ", p.indent)+"- "+item)
		}
		return
	}
	if d.flushList(); kind == corpus.Heading {
		text = cleanLine(text)
		if d.title == "" && d.styles.find(p.style).title {
			d.title = text
		}
	}
	d.w.block(kind, level, text)
}

func (d *docxReader) flushList() {
	d.w.lines(corpus.List, d.items)
	d.items = d.items[:0]
}

func (d *docxReader) endCell() {
	if n := len(d.tables); n > 0 {
		t := &d.tables[n-1]
		if s := cleanLine(string(t.cell)); s != "" {
			t.row = append(t.row, s)
		}
		t.cell = t.cell[:0]
	}
}

func (d *docxReader) endRow() {
	if n := len(d.tables); n > 0 {
		t := &d.tables[n-1]
		if len(t.row) > 0 {
			t.rows = append(t.rows, strings.Join(t.row, " | "))
		}
		t.row = t.row[:0]
	}
}

// endTable writes a table, or puts it into the cell that it stands in.
func (d *docxReader) endTable() {
	n := len(d.tables)
	if n == 0 {
		return
	}
	rows := d.tables[n-1].rows
	d.tables = d.tables[:n-1]
	if n > 1 {
		t := &d.tables[n-2]
		t.cell = append(append(t.cell, strings.Join(rows, "; ")...), ' ')
		return
	}
	d.w.lines(corpus.Table, rows)
}

// finish writes what a part left open.
func (d *docxReader) finish() {
	if d.para.open {
		d.endParagraph()
	}
	for len(d.tables) > 0 {
		d.endCell()
		d.endRow()
		d.endTable()
	}
	d.flushList()
	d.para, d.outer, d.skip = docxParagraph{}, nil, 0
}
