package parse

import (
	"slices"
	"strings"

	"github.com/akshara-go/akshara/rag/corpus"
)

// maxEvents is how many events are taken from one page.
const maxEvents = 100

// event takes an object of schema.org data for an event when its type says that
// it is one (https://schema.org/Event) and it has a name.
func (m *htmlMetadata) event(v map[string]any) {
	if len(m.events) >= maxEvents || !isEvent(v["@type"]) {
		return
	}
	title := ldText(v["name"])
	if title == "" {
		return
	}
	start, _ := v["startDate"].(string)
	e := corpus.Event{Title: title, Date: parseDate(start), Venue: venue(v["location"]), Description: ldText(v["description"])}
	if !slices.Contains(m.events, e) {
		m.events = append(m.events, e)
	}
}

// isEvent tells whether a type, or one of several, is schema.org's Event or one of its kinds.
func isEvent(v any) bool {
	switch v := v.(type) {
	case string:
		name := v[strings.LastIndexAny(v, "/#:")+1:]
		return strings.HasSuffix(name, "Event") || name == "EventSeries" || name == "Festival" || name == "Hackathon" || name == "CourseInstance"
	case []any:
		for _, e := range v {
			if s, ok := e.(string); ok && isEvent(s) {
				return true
			}
		}
	}
	return false
}

// venue gives the place of an event: its name with what its address says of the town.
func venue(v any) string {
	switch v := v.(type) {
	case string:
		return ldText(v)
	case []any:
		if len(v) > 0 {
			if first, ok := v[0].(map[string]any); ok {
				return venue(first)
			}
			return ldText(v[0])
		}
	case map[string]any:
		name, address := ldText(v["name"]), ldText(v["address"])
		if a, ok := v["address"].(map[string]any); ok {
			address = ldText(a["addressLocality"])
		}
		if name == "" || address == "" {
			return name + address
		}
		return name + ", " + address
	}
	return ""
}

// ldText gives a text of schema.org data as one line, or "" for what is none or too long.
func ldText(v any) string {
	s, ok := v.(string)
	if !ok || len(s) > maxMetaText {
		return ""
	}
	return cleanLine(s)
}
