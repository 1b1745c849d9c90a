package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// ourPrefixes begin variables that nobody else sets, so that an unknown one is a
// mistake; sharedPrefixes begin variables of other programs too (POSTGRES_INITDB_ARGS,
// AWS_PROFILE, SESSION_MANAGER): of those only what looks like a slip of the pen is one.
var (
	ourPrefixes = []string{"APP_", "LLM_", "RAG_", "SPEECH_", "TRANSLATION_", "OCR_", "INGESTION_", "TRAINING_", "RATE_LIMIT_"}

	sharedPrefixes = []string{"POSTGRES_", "REDIS_", "AWS_", "OPENAI_", "LANGFUSE_", "WEAVIATE_", "SESSION_", "JWT_", "OTEL_", "AUTH_"}
)

// maxSlip is how many letters a slip of the pen changes.
const maxSlip = 2

// Warning is a variable that is set and that no setting is read from.
type Warning struct {
	Variable string // its name
	Nearest  string // the known name most like it, or ""
}

// String says it in a sentence, without the value.
func (w Warning) String() string {
	text := w.Variable + " is set, but no setting has that name"
	if w.Nearest != "" {
		text += "; is " + w.Nearest + " meant?"
	}
	return text
}

// warn tells of unknown variables, in the order of their names. Known are those of
// the struct being read, and those that other services read from the same
// environment.
func (l *loader) warn(vars []variable) {
	if l.warned == nil {
		return
	}
	known := make(map[string]bool)
	for i := range vars {
		known[vars[i].name] = true
	}
	shared, err := variables(reflect.New(reflect.TypeFor[Common]()).Elem())
	if err != nil { // a mistake that Load[Common] reports
		shared = nil
	}
	for i := range shared {
		known[shared[i].name] = true
	}
	for _, name := range l.names() {
		if known[name] {
			continue
		}
		near, distance := nearest(name, known)
		switch {
		case hasPrefix(name, ourPrefixes):
			if distance > max(maxSlip, len(name)/3) {
				near = ""
			}
		case !hasPrefix(name, sharedPrefixes) || distance > maxSlip:
			continue
		}
		l.warned(Warning{Variable: name, Nearest: near})
	}
}

// names gives the names that are set in the environment and in the .env file.
func (l *loader) names() []string {
	set := make(map[string]bool)
	for _, line := range l.environ() {
		if name, value, ok := strings.Cut(line, "="); ok && value != "" {
			set[name] = true
		}
	}
	for name, value := range l.file {
		if value != "" {
			set[name] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func hasPrefix(name string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// nearest gives the known name with the least distance, the first in the alphabet of several.
func nearest(name string, known map[string]bool) (string, int) {
	best, least := "", int(^uint(0)>>1)
	if len(name) > 128 { // no slip of the pen
		return best, least
	}
	for _, k := range slices.Sorted(maps.Keys(known)) {
		if d := distance(name, k); d < least {
			best, least = k, d
		}
	}
	return best, least
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour that make b of a: Damerau's distance, no letter touched twice
// (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(t)]
}
