package guard

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/akshara-go/akshara/rag/llm"
)

// links tells which links a response may hold: those to the hosts of the sources
// and those that somebody but the model wrote, word for word. What a model makes up
// could carry out what it has read, in its path or query, or as the address of a
// picture, which is fetched without a click.
type links struct {
	hosts map[string]bool
	texts []string // what others put to the model

	picture bool // the address of a picture may follow
	masked  int
}

func newLinks(hosts []string, req *llm.Request) links {
	l := links{hosts: map[string]bool{}}
	for _, h := range hosts {
		l.hosts[h] = true
	}
	if req.Grounding != nil {
		for i := range req.Grounding.Passages {
			if u, err := url.Parse(req.Grounding.Passages[i].Source.URL); err == nil && u.Host != "" {
				l.hosts[strings.ToLower(u.Hostname())] = true
			}
		}
	}
	for i := range req.Messages {
		m := &req.Messages[i]
		if m.Role == llm.Assistant {
			continue
		}
		l.texts = append(l.texts, m.Content)
		for _, p := range m.Parts {
			l.texts = append(l.texts, p.Text)
		}
	}
	return l
}

// maxMasked is from how many masked links on what was put to the model is not looked
// through for further ones of the response.
const maxMasked = 32

// linkTag stands where a link was.
const linkTag = "[link]"

// link finds links: with a scheme, without one, and a host with a path.
var link = regexp.MustCompile(`(?i)(?:[a-z][a-z0-9+.-]{1,20}:)?(?://|\\\\)[^\s<>"'()\[\]{}|]+|(?:www\.[^\s<>"'()\[\]{}|]+)|(?:data|javascript|vbscript):[^\s"'<>()]+|[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,24}(?::\d+)?[/?#][^\s<>"'()\[\]{}|]+`)

// check gives a word with the links that may not stay replaced, and how many those are.
func (l *links) check(word string) (string, int) {
	if strings.Contains(word, "![") || strings.Contains(strings.ToLower(word), "<img") {
		l.picture = true
	}
	if !strings.ContainsAny(word, "/:.\\)>") {
		return word, 0
	}
	n := 0
	out := link.ReplaceAllStringFunc(word, func(found string) string {
		text := strings.TrimRight(found, ".,;:!?।*_`~")
		if l.allowed(text) {
			return found
		}
		n++
		l.masked++
		return linkTag + found[len(text):]
	})
	l.picture = l.picture && !strings.ContainsAny(word, ")>")
	return out, n
}

// allowed tells whether a link may stay. The address of a picture has to be at a source.
func (l *links) allowed(text string) bool {
	if host := hostOf(text); host != "" {
		for h := host; h != ""; {
			if l.hosts[h] {
				return true
			}
			_, h, _ = strings.Cut(h, ".")
		}
	}
	if l.picture || l.masked >= maxMasked {
		return false
	}
	for _, t := range l.texts {
		if holdsWhole(t, text) {
			return true
		}
	}
	return false
}

// holdsWhole tells whether text holds a link that ends where found does.
func holdsWhole(text, found string) bool {
	for {
		i := strings.Index(text, found)
		if i < 0 {
			return false
		}
		text = text[i+len(found):]
		rest := strings.TrimLeft(text, ".,;:!?।*_`~")
		if rest == "" || strings.ContainsRune(" \t\r\n<>\"'()[]{}|", rune(rest[0])) || rest[0] >= 0x80 {
			return true
		}
	}
}

// hostOf gives the host that a link leads to, in small letters.
func hostOf(text string) string {
	text = strings.ReplaceAll(text, `\`, "/")
	if !strings.Contains(text, "//") {
		text = "//" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
