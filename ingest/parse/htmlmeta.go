package parse

import (
	"encoding/json"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	maxMetaText = 4 << 10   // of a title or a heading
	maxJSONLD   = 256 << 10 // of one block of linked data
	maxLDDepth  = 8
)

// htmlMetadata collects what a page says of itself: its title, the meta elements
// of HTML, Open Graph and Dublin Core, and schema.org data as JSON-LD.
type htmlMetadata struct {
	metadata
	headline string // the first h1

	in      atom.Atom // the element whose text is wanted
	text    strings.Builder
	element string // <title>
	og      string
}

func (m *htmlMetadata) start(a atom.Atom, attrs []html.Attribute) {
	switch a {
	case atom.Html:
		if l := attr(attrs, "lang"); l != "" && m.language == "" {
			m.language = l
		} else if l := attr(attrs, "xml:lang"); m.language == "" {
			m.language = l
		}
	case atom.Meta:
		m.metaElement(attrs)
	case atom.Time:
		if t := parseDate(attr(attrs, "datetime")); m.published.IsZero() && attr(attrs, "itemprop") == "datePublished" {
			m.published = t
		}
	case atom.Title, atom.H1:
		if m.in == 0 && (a == atom.Title && m.element == "" || a == atom.H1 && m.headline == "") {
			m.in = a
			m.text.Reset()
		}
	case atom.Script:
		if m.in == 0 && strings.EqualFold(strings.TrimSpace(attr(attrs, "type")), "application/ld+json") {
			m.in = a
			m.text.Reset()
		}
	}
}

// metaElement reads one meta element.
func (m *htmlMetadata) metaElement(attrs []html.Attribute) {
	name := attr(attrs, "property")
	if name == "" {
		name = attr(attrs, "name")
	}
	if name == "" {
		name = attr(attrs, "itemprop")
	}
	if name == "" && strings.EqualFold(attr(attrs, "http-equiv"), "content-language") {
		name = "language"
	}
	content := strings.TrimSpace(attr(attrs, "content"))
	if content == "" || len(content) > maxMetaText {
		return
	}
	switch strings.ToLower(name) {
	case "og:title", "twitter:title", "dc.title", "dcterms.title":
		setFirst(&m.og, content)
	case "author", "article:author", "dc.creator", "dcterms.creator":
		if !strings.HasPrefix(content, "http") {
			setFirst(&m.author, content)
		}
	case "language", "dc.language", "dcterms.language", "inlanguage":
		setFirst(&m.language, content)
	case "og:locale":
		setFirst(&m.language, content)
	case "article:published_time", "datepublished", "dc.date", "dc.date.issued", "dcterms.created", "dcterms.issued", "dcterms.date", "date", "pubdate", "publish-date", "publication_date":
		m.setDate(content)
	}
}

func (m *htmlMetadata) setDate(s string) {
	if m.published.IsZero() {
		m.published = parseDate(s)
	}
}

func setFirst(to *string, s string) {
	if *to == "" {
		*to = s
	}
}

func (m *htmlMetadata) characters(s string) {
	limit := maxMetaText
	if m.in == atom.Script {
		limit = maxJSONLD
	}
	if m.in != 0 && m.text.Len()+len(s) <= limit {
		m.text.WriteString(s)
	}
}

func (m *htmlMetadata) end(a atom.Atom) {
	if a == 0 || a != m.in {
		return
	}
	m.in = 0
	switch a {
	case atom.Title:
		m.element = cleanLine(m.text.String())
	case atom.H1:
		m.headline = cleanLine(m.text.String())
	case atom.Script:
		var v any
		if json.Unmarshal([]byte(m.text.String()), &v) == nil {
			m.linked(v, 0)
		}
	}
}

// linked looks through schema.org data for the page's article and for events.
func (m *htmlMetadata) linked(v any, depth int) {
	if depth > maxLDDepth {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			m.linked(e, depth+1)
		}
	case map[string]any:
		if date, ok := v["datePublished"].(string); ok {
			m.setDate(date)
			if s, ok := v["headline"].(string); ok {
				setFirst(&m.og, s)
			}
			if s, ok := v["inLanguage"].(string); ok {
				setFirst(&m.language, s)
			}
			setFirst(&m.author, personName(v["author"]))
		}
		m.event(v)
		m.linked(v["@graph"], depth+1)
		m.linked(v["mainEntity"], depth+1)
	}
}

func personName(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var names []string
		for _, e := range v {
			if n := personName(e); n != "" {
				names = append(names, n)
			}
		}
		return strings.Join(names, ", ")
	case map[string]any:
		s, _ := v["name"].(string)
		return s
	}
	return ""
}

// settle chooses the title: the page's heading when <title> repeats it beside a
// site's name, else what social media are told, else <title>.
func (m *htmlMetadata) settle() {
	switch {
	case m.headline != "" && (m.element == "" || strings.Contains(m.element, m.headline)):
		m.title = m.headline
	case m.og != "":
		m.title = m.og
	case m.element != "":
		m.title = m.element
	default:
		m.title = m.headline
	}
	if m.published.After(time.Now().AddDate(10, 0, 0)) {
		m.published = time.Time{}
	}
}
